"""What carries the reader of verbatims? Train it without one part after the other and measure.

A part is taken away by blanking its columns before training: their weights are then zero. Every variant is
measured out of fold on the corpus (folds of whole files: writers the model did not see), on the held-out
files of the corpus, and on labelled rows of your own if `--real` names them.

    nice python benchmarks/ablation.py --real labelled.jsonl

About a minute of one core a variant. Prints Markdown tables.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from unittest import mock

import numpy as np
import scipy.sparse as sp
from labelled import CORPUS, FIGURES, Rows, figures, load_rows, markdown
from numpy.typing import NDArray

from textmine.classify import train as training
from textmine.classify.evaluate import compare, evaluate
from textmine.classify.features import BatchFeatures, CueColumns, GramColumns
from textmine.classify.model import Model, Outputs
from textmine.classify.reader import Reader
from textmine.classify.train import Trained, TrainOptions
from textmine.classify.training_set import TrainingSet, prepare_examples
from textmine.frame.cues import Matcher

Floats = NDArray[np.float32]
SHOWN = ("cause_micro_f1", "cause_macro_f1", "primary_accuracy", "no_cause_kept", "evidence_overlap")


@dataclass(frozen=True, slots=True)
class Variant:
    """Which blocks of columns are blanked, what the second stage may see, and other options."""

    name: str
    blank: tuple[str, ...] = ()
    stage: str = "all"
    options: Mapping[str, float] | None = None


VARIANTS = (
    Variant("everything"),
    Variant("no cues (n-grams only)", ("patterns", "targets", "concepts")),
    Variant("no patterns", ("patterns", "targets")),
    Variant("no concepts", ("concepts",)),
    Variant("no n-grams (cues only)", ("grams",)),
    Variant("patterns only", ("concepts", "grams")),
    Variant("clauses do not train", options={"clause_weight": 1e-6}),
    Variant("second stage without best clause", stage="texts"),
    Variant("no second stage", stage="own"),
    Variant("no clauses at all", stage="own texts", options={"clause_weight": 1e-6}),
)


@dataclass(frozen=True, slots=True)
class Ablation:
    """A corpus laid out once for all variants."""

    rows: Rows
    data: TrainingSet
    columns: CueColumns

    @classmethod
    def of(cls, rows: Rows) -> Ablation:
        options = TrainOptions()
        batches = prepare_examples(rows.corpus)
        grams = GramColumns.fit(batches, min_df=options.min_df, most=options.most_grams)
        matcher = Matcher.of(rows.lexicon)
        data = TrainingSet.build(rows.corpus, Outputs.of(rows.frame), matcher, grams, batches)
        return cls(rows, data, CueColumns.of(matcher))

    def train(self, variant: Variant, folds: int) -> Trained:
        data = replace(self.data, features=self._blanked(self.data.features, variant.blank))
        options = replace(TrainOptions(folds=folds), **(variant.options or {}))
        with ExitStack() as stack:
            patch = stack.enter_context
            patch(mock.patch.object(TrainingSet, "build", return_value=data))
            patch(mock.patch.object(training, "prepare_examples", return_value=data.batches))
            patch(mock.patch.object(training, "_second_stage", _stage(variant.stage)))
            return training.train(self.rows.corpus, self.rows.frame, self.rows.lexicon, options=options)

    def _blanked(self, features: BatchFeatures, blocks: tuple[str, ...]) -> BatchFeatures:
        keep = np.ones(features.cue_text.shape[1], np.float32)
        for name, columns in self._blocks().items():
            if name in blocks:
                keep[columns] = 0
        mask = sp.diags(keep)
        grams = features.gram_clause * (0 if "grams" in blocks else 1)
        return replace(
            features,
            cue_clause=_dropped(features.cue_clause @ mask),
            cue_text=_dropped(features.cue_text @ mask),
            gram_clause=_dropped(grams),
        )

    def _blocks(self) -> dict[str, slice]:
        targets = self.columns.n_patterns
        concepts = targets + len(self.columns.targets)
        return {
            "patterns": slice(0, targets),
            "targets": slice(targets, concepts),
            "concepts": slice(concepts, None),
        }


def _dropped(matrix: sp.spmatrix) -> sp.csr_matrix:
    kept = matrix.tocsr().astype(np.float32)
    kept.eliminate_zeros()
    return kept


def _stage(kind: str) -> Callable[..., Mapping[str, Floats]]:
    """A second stage that sees everything, the texts without their best clauses, or each cause alone."""
    whole = training._second_stage

    def texts(
        stacked: Floats, data: TrainingSet, outputs: Outputs, options: TrainOptions
    ) -> Mapping[str, Floats]:
        n = len(outputs.causes)
        seen = stacked.copy()
        seen[:, n : 2 * n] = 0
        return whole(seen, data, outputs, options)

    def own(stacked: Floats, data: TrainingSet, outputs: Outputs, _: TrainOptions) -> Mapping[str, Floats]:
        n = len(outputs.causes)
        mix = np.zeros((stacked.shape[1], n), np.float32)
        mix[:n] = np.eye(n)
        if kind == "own":  # the better of text and clause, as a mean of the two
            mix[:n], mix[n : 2 * n] = np.eye(n) / 2, np.eye(n) / 2
        main = mix.copy()
        mix, bias = training._calibrated(mix, np.zeros(n, np.float32), stacked, data)
        return {"mix": mix, "mix_bias": bias, "main": main, "main_bias": np.zeros(n, np.float32)}

    return {"all": whole, "texts": texts}.get(kind, own)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--corpus", type=Path, default=CORPUS)
    parser.add_argument("--real", type=Path, help="labelled rows of your own (JSON Lines)")
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--variants", nargs="+", help="names, or their beginnings; default: all")
    options = parser.parse_args()
    rows = load_rows(options.corpus, options.real)
    ablation = Ablation.of(rows)
    tables: dict[str, list[list[str]]] = {}
    for variant in VARIANTS:
        if options.variants and not variant.name.startswith(tuple(options.variants)):
            continue
        trained = ablation.train(variant, options.folds)
        results = {"corpus, out of fold": compare(rows.corpus, trained.readings, rows.frame, runs=1)}
        reader = _reader(rows, trained.model)
        results |= {name: evaluate(reader, measured, runs=1) for name, measured in rows.measured.items()}
        for name, result in results.items():
            tables.setdefault(name, []).append([variant.name, *figures(result, SHOWN)])
            print(name, tables[name][-1], flush=True)
    for name, lines in tables.items():
        print(f"\n**{name}**\n")
        print(markdown(["variant", *(FIGURES[figure] for figure in SHOWN)], lines))


def _reader(rows: Rows, model: Model) -> Reader:
    return Reader.assemble(rows.frame, rows.lexicon, model)


if __name__ == "__main__":
    main()
