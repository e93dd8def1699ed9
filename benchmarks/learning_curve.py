"""What do a hundred corrected rows of your own bring? Cross-validated on labelled rows of your own.

The rows are dealt into folds; of those outside a fold, 50, 100, 200 and 400 join the corpus as corrections,
and the fold is read. The linear outputs are fitted anew each time; the second stage and the thresholds stay
those of the corpus (`--full`: these too, as `textmine train --corrections` does; six times slower). Nothing
is stored.

    nice python benchmarks/learning_curve.py labelled.jsonl
    nice python benchmarks/learning_curve.py labelled.jsonl --sizes 400 --weights 1,3,5,10
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from labelled import CORPUS, FIGURES, Rows, figures, load_rows, markdown
from numpy.typing import NDArray

from textmine.classify import train as training
from textmine.classify.corrections import WEIGHT, correct_examples
from textmine.classify.decide import Decider
from textmine.classify.evaluate import compare
from textmine.classify.features import GramColumns
from textmine.classify.model import Model, Outputs
from textmine.classify.prepare import prepare
from textmine.classify.reader import Reader
from textmine.classify.score import score_batch
from textmine.classify.train import TrainOptions
from textmine.classify.training_set import TrainingSet, prepare_examples
from textmine.frame.cues import Matcher
from textmine.records import Reading

Ints = NDArray[np.int64]
SHOWN = ("cause_micro_f1", "cause_macro_f1", "primary_accuracy", "stance_accuracy", "no_cause_kept")


@dataclass(frozen=True, slots=True)
class Curve:
    """Corpus and real rows laid out together; real rows come after the corpus."""

    rows: Rows
    base: Model
    data: TrainingSet

    @classmethod
    def of(cls, rows: Rows, base: Model) -> Curve:
        real = rows.measured["real posts"]
        # The n-grams are those of the corpus: rows that are to be read may not even name the columns.
        batches = prepare_examples(rows.corpus)
        options = TrainOptions()
        grams = GramColumns.fit(batches, min_df=options.min_df, most=options.most_grams)
        both = (*rows.corpus, *real)
        data = TrainingSet.build(
            both, Outputs.of(rows.frame), Matcher.of(rows.lexicon), grams, prepare_examples(both)
        )
        return cls(rows, base, data)

    def read(self, taken: Ints, left: Ints, weight: float) -> list[Reading]:
        """Readings of the real rows `left` after learning from the real rows `taken`."""
        first = len(self.rows.corpus)
        says = self.data.weight.copy()
        says[first:] = weight
        data = replace(self.data, weight=says)
        wanted = np.concatenate([np.arange(first), first + taken])
        linear = training._fit_linear(data, wanted, self.base.outputs, TrainOptions())
        old = self.base.weights
        stage = {name: getattr(old, name) for name in ("mix", "mix_bias", "main", "main_bias")}
        model = replace(self.base, weights=replace(linear, **stage))
        texts, clauses = data.take(first + left)
        scores = score_batch(data.features.rows(texts, clauses), model)
        prepared = prepare([data.examples[text].text for text in texts])
        return Decider(model).decide(prepared, scores, [()] * len(texts))

    def read_full(self, taken: Ints, left: Ints, weight: float) -> list[Reading]:
        """The same with everything trained anew."""
        real = self.rows.measured["real posts"]
        corrected = correct_examples(self.rows.corpus, [real[row] for row in taken], weight=weight)
        trained = training.train(corrected.examples, self.rows.frame, self.rows.lexicon)
        reader = Reader.assemble(self.rows.frame, self.rows.lexicon, trained.model)
        return reader.read([real[row].text for row in left])


def curve(
    curve: Curve, sizes: Sequence[int], weights: Sequence[float], folds: int, full: bool
) -> list[list[str]]:
    """Figures of every size and weight over all rows, each read by a model that had not seen it."""
    real = curve.rows.measured["real posts"]
    order = np.random.default_rng(0).permutation(len(real))
    lines = []
    for size in sizes:
        for weight in weights if size else weights[:1]:
            readings: dict[int, Reading] = {}
            for fold in range(folds):
                left = np.sort(order[fold::folds])
                pool = order[~np.isin(order, left)][:size]
                read = curve.read_full if full else curve.read
                readings |= dict(zip(left.tolist(), read(np.sort(pool), left, weight), strict=True))
            result = compare(real, [readings[row] for row in range(len(real))], curve.rows.frame, runs=1)
            lines.append([str(size), f"{weight:g}" if size else "–", *figures(result, SHOWN)])
            print(lines[-1], flush=True)
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("real", type=Path, help="labelled rows of your own (JSON Lines)")
    parser.add_argument("--corpus", type=Path, default=CORPUS)
    parser.add_argument("--sizes", default="0,50,100,200,400")
    parser.add_argument("--weights", default=f"{WEIGHT:g}")
    parser.add_argument("--folds", type=int, default=6)
    parser.add_argument("--full", action="store_true")
    parser.add_argument("--model", type=Path, help="a model trained on the corpus, to start from")
    options = parser.parse_args()
    rows = load_rows(options.corpus, options.real)
    if options.model:
        base = Reader.load(model=options.model).model
    else:
        base = training.train(rows.corpus, rows.frame, rows.lexicon).model
    sizes, weights = map(int, options.sizes.split(",")), map(float, options.weights.split(","))
    lines = curve(Curve.of(rows, base), [*sizes], [*weights], options.folds, options.full)
    print()
    print(markdown(["corrected rows", "weight", *(FIGURES[name] for name in SHOWN)], lines))


if __name__ == "__main__":
    main()
