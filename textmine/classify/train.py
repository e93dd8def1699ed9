"""Fit a model on labelled verbatims: linear outputs on texts and clauses, a second stage, thresholds.

scikit-learn does the fitting; every solver is seeded and every fold fixed, so the same data, lexicon and
options give the same bytes. Reads no files.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from hashlib import sha256

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from ..errors import UsageError
from ..frame.cues import Lexicon, Matcher
from ..frame.frame import Frame
from .examples import Example
from .features import BatchFeatures, CueColumns, GramColumns, batch_features
from .model import Floats, Model, Outputs, Weights
from .prepare import Prepared, prepare
from .score import linear_scores, sigmoid, stack
from .thresholds import choose_thresholds

Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]

#: Texts prepared at a time; any size gives the same model.
CHUNK = 1024


@dataclass(frozen=True, slots=True)
class TrainOptions:
    """What may be turned when training; the defaults were chosen by cross-validation on the corpus.

    `cue_scale` weighs cue columns against n-gram columns under the same penalty; `clause_weight` is the
    say of a clause against a whole text; `source_weight` scales the examples of a file by its stem's prefix.
    """

    c: float = 10.0
    cue_scale: float = 0.3
    clause_weight: float = 0.3
    min_df: int = 4
    most_grams: int = 20_000
    folds: int = 5
    seed: int = 0
    source_weight: Mapping[str, float] = field(default_factory=dict)

    def weight_of(self, source: str) -> float:
        prefixes = [prefix for prefix in self.source_weight if source.startswith(prefix)]
        return self.source_weight[max(prefixes, key=len)] if prefixes else 1.0


@dataclass(frozen=True, slots=True)
class TrainingSet:
    """Examples with their features and targets; rows of `clause_*` are clauses, of the others texts."""

    examples: tuple[Example, ...]
    features: BatchFeatures
    cause: Bools
    code: Bools
    clause_cause: Bools
    clause_code: Bools
    weight: Floats

    @classmethod
    def build(
        cls,
        examples: Sequence[Example],
        outputs: Outputs,
        matcher: Matcher,
        grams: GramColumns,
        options: TrainOptions,
        batches: Sequence[Prepared] | None = None,
    ) -> TrainingSet:
        """Features and targets of labelled verbatims."""
        batches = batches or prepare_examples(examples)
        columns = CueColumns.of(matcher)
        parts = [
            batch_features(
                batch, matcher.match(batch.joined, batch.clause_starts, batch.text_starts), columns, grams
            )
            for batch in batches
        ]
        code = _text_codes(examples, outputs.codes)
        clause_code = np.vstack(
            [
                _clause_codes(batch, examples[n * CHUNK : n * CHUNK + len(batch)], outputs.codes)
                for n, batch in enumerate(batches)
            ]
        )
        up = _membership(outputs)
        return cls(
            tuple(examples),
            _join(parts),
            _text_causes(examples, outputs.causes),
            code,
            (clause_code @ up).astype(bool),
            clause_code,
            np.array([e.weight * options.weight_of(e.source) for e in examples], np.float32),
        )

    def take(self, texts: Ints) -> tuple[Ints, Ints]:
        """Rows of the given texts, and rows of their clauses."""
        wanted = np.zeros(len(self.examples), bool)
        wanted[texts] = True
        return texts, np.flatnonzero(wanted[self.features.text_of_clause])


def prepare_examples(examples: Sequence[Example]) -> tuple[Prepared, ...]:
    return tuple(
        prepare([example.text for example in examples[first : first + CHUNK]])
        for first in range(0, len(examples), CHUNK)
    )


def train(
    examples: Sequence[Example], frame: Frame, lexicon: Lexicon, *, options: TrainOptions | None = None
) -> Model:
    """Train a model. Raises UsageError when there is too little to learn from."""
    options = options or TrainOptions()
    if len(examples) < 10 * options.folds:
        raise UsageError(
            f"{len(examples)} labelled verbatims are too few; give at least {10 * options.folds}"
        )
    outputs = Outputs.of(frame)
    matcher = Matcher(lexicon)
    batches = prepare_examples(examples)
    grams = GramColumns.fit(batches, min_df=options.min_df, most=options.most_grams)
    data = TrainingSet.build(examples, outputs, matcher, grams, options, batches)
    everything = np.arange(len(examples))
    held_out = _cross_validated(data, outputs, options)
    mix, mix_bias = _second_stage(held_out.stacked, data.cause, data.weight)
    weights = _fit_linear(data, everything, outputs, options, outputs.__slots__)
    weights = Weights(weights.cue, weights.gram, weights.bias, mix, mix_bias)
    probabilities = sigmoid(held_out.stacked @ mix + mix_bias)
    thresholds = choose_thresholds(probabilities, held_out.complaint, data.cause, data.weight, outputs.causes)
    return Model.assemble(
        outputs,
        _as_stored(weights),
        grams,
        thresholds,
        frame,
        lexicon,
        about={
            "examples": len(examples),
            "data_sha256": _data_hash(examples),
            "options": asdict(options),
            "frame_version": frame.version,
        },
    )


def _as_stored(weights: Weights) -> Weights:
    """Weights rounded as they are stored, so that a model reads the same before and after a round trip."""

    def half(values: Floats) -> Floats:
        return values.astype(np.float16).astype(np.float32)

    return replace(weights, cue=half(weights.cue), gram=half(weights.gram))


@dataclass(frozen=True, slots=True)
class _HeldOut:
    """Scores of every text by a model that did not see it."""

    stacked: Floats
    complaint: Floats


def _cross_validated(data: TrainingSet, outputs: Outputs, options: TrainOptions) -> _HeldOut:
    n = len(data.examples)
    stacked = np.zeros((n, 2 * len(outputs.causes)), np.float32)
    complaint = np.zeros(n, np.float32)
    causes, stances = outputs.columns("causes"), outputs.columns("stances")
    fold_of = np.random.default_rng(options.seed).permutation(n) % options.folds
    for fold in range(options.folds):
        seen = np.flatnonzero(fold_of != fold)
        weights = _fit_linear(data, seen, outputs, options, ("causes", "stances"))
        texts, clauses = data.take(np.flatnonzero(fold_of == fold))
        clause, text = linear_scores(_rows(data.features, texts, clauses), weights)
        text_of_clause = np.searchsorted(texts, data.features.text_of_clause[clauses])
        stacked[texts] = stack(clause[:, causes], text[:, causes], text_of_clause)
        complaint[texts] = sigmoid(text[:, stances])[:, outputs.stances.index("complaint")]
    return _HeldOut(stacked, complaint)


def _second_stage(stacked: Floats, cause: Bools, weight: Floats) -> tuple[Floats, Floats]:
    n_causes = cause.shape[1]
    mix = np.zeros((2 * n_causes, n_causes), np.float32)
    bias = np.zeros(n_causes, np.float32)
    for index in range(n_causes):
        if not cause[:, index].any():
            bias[index] = -9.0
            continue
        fit = LogisticRegression(C=0.01, solver="lbfgs", max_iter=1000).fit(
            stacked, cause[:, index], sample_weight=weight
        )
        mix[:, index], bias[index] = fit.coef_[0], fit.intercept_[0]
    return mix, bias


def _fit_linear(
    data: TrainingSet, texts: Ints, outputs: Outputs, options: TrainOptions, groups: Sequence[str]
) -> Weights:
    """Fit the linear outputs of the given groups on some of the texts; the other outputs stay zero."""
    texts, clauses = data.take(texts)
    by_text = _design(data.features.cue_text[texts], _text_grams(data.features)[texts], options)
    scaled = sp.diags(1 / data.features.clause_norm[clauses]) @ data.features.gram_clause[clauses]
    both = sp.vstack([by_text, _design(data.features.cue_clause[clauses], scaled, options)]).tocsr()
    clause_weight = options.clause_weight * data.weight[data.features.text_of_clause[clauses]]
    weight = np.concatenate([data.weight[texts], clause_weight])
    n_cues = data.features.cue_text.shape[1]
    coefficients = np.zeros((both.shape[1], outputs.size), np.float32)
    bias = np.zeros(outputs.size, np.float32)
    targets = _targets(data, texts, clauses, outputs)
    for group in groups:
        for column, (target, rows) in zip(
            range(*outputs.columns(group).indices(outputs.size)), targets[group], strict=True
        ):
            design, row_weight = (
                (both, weight) if len(target) == len(weight) else (by_text, data.weight[texts])
            )
            if rows is not None:
                design, target, row_weight = design[rows], target[rows], row_weight[rows]
            coefficients[:, column], bias[column] = _fit_one(design, target, row_weight, options)
    coefficients[:n_cues] *= options.cue_scale
    empty = np.zeros((2 * len(outputs.causes), len(outputs.causes)), np.float32)
    return Weights(coefficients[:n_cues], coefficients[n_cues:], bias, empty, empty[0])


def _fit_one(
    design: sp.csr_matrix, target: Bools, weight: Floats, options: TrainOptions
) -> tuple[NDArray[np.float64], float]:
    if target.all() or not target.any():
        # Nothing to tell apart: always or never, as far as the data goes.
        return np.zeros(design.shape[1]), 4.0 if len(target) and target.all() else -4.0
    # The dual with a loose tolerance gives the same held-out scores as a tight one in a quarter of the time.
    fit = LogisticRegression(
        C=options.c, solver="liblinear", dual=True, tol=0.1, random_state=options.seed, max_iter=1000
    ).fit(design, target, sample_weight=weight)
    return fit.coef_[0], float(fit.intercept_[0])


def _targets(
    data: TrainingSet, texts: Ints, clauses: Ints, outputs: Outputs
) -> dict[str, list[tuple[Bools, Ints | None]]]:
    """For each group the 0/1 target of every output and the rows that count (None for all)."""
    cause = np.vstack([data.cause[texts], data.clause_cause[clauses]])
    code = np.vstack([data.code[texts], data.clause_code[clauses]])
    examples = [data.examples[text] for text in texts]
    # A subcause is told from its siblings only: the rows are those of its cause.
    rows = [np.flatnonzero(cause[:, outputs.causes.index(c.partition(".")[0])]) for c in outputs.codes]
    primary = [(e.primary or "").partition(".")[0] for e in examples]
    named = {
        "primary": (outputs.primary, primary),
        "stances": (outputs.stances, [e.stance for e in examples]),
        "touchpoints": (outputs.touchpoints, [e.touchpoint for e in examples]),
    }
    return {
        "causes": [(column, None) for column in cause.T],
        "codes": list(zip(code.T, rows, strict=True)),
        **{
            group: [(np.array([value == name for value in values]), None) for name in names]
            for group, (names, values) in named.items()
        },
    }


def _design(cues: sp.csr_matrix, grams: sp.csr_matrix, options: TrainOptions) -> sp.csr_matrix:
    return sp.hstack([cues * options.cue_scale, grams]).tocsr()


def _text_grams(features: BatchFeatures) -> sp.csr_matrix:
    n_clauses, n_texts = len(features.text_of_clause), len(features.text_norm)
    pick = sp.csr_matrix(
        (np.ones(n_clauses, np.float32), (features.text_of_clause, np.arange(n_clauses))),
        (n_texts, n_clauses),
    )
    return (sp.diags(1 / features.text_norm) @ (pick @ features.gram_clause)).tocsr()


def _rows(features: BatchFeatures, texts: Ints, clauses: Ints) -> BatchFeatures:
    """The same features of sorted texts only, renumbered."""
    return BatchFeatures(
        features.cue_clause[clauses],
        features.cue_text[texts],
        features.gram_clause[clauses],
        features.clause_norm[clauses],
        features.text_norm[texts],
        np.searchsorted(texts, features.text_of_clause[clauses]),
    )


def _join(parts: Sequence[BatchFeatures]) -> BatchFeatures:
    first = np.cumsum([0, *(len(part.text_norm) for part in parts)])
    return BatchFeatures(
        sp.vstack([part.cue_clause for part in parts]).tocsr(),
        sp.vstack([part.cue_text for part in parts]).tocsr(),
        sp.vstack([part.gram_clause for part in parts]).tocsr(),
        np.concatenate([part.clause_norm for part in parts]),
        np.concatenate([part.text_norm for part in parts]),
        np.concatenate([part.text_of_clause + base for part, base in zip(parts, first, strict=False)]),
    )


def _membership(outputs: Outputs) -> Ints:
    """(codes x causes): 1 where the code belongs to the cause."""
    causes = [code.partition(".")[0] for code in outputs.codes]
    return np.array([[int(cause == name) for name in outputs.causes] for cause in causes])


def _text_codes(examples: Sequence[Example], codes: Sequence[str]) -> Bools:
    place = {code: index for index, code in enumerate(codes)}
    table = np.zeros((len(examples), len(codes)), bool)
    for row, example in enumerate(examples):
        for label in example.labels:
            if label.code in place:
                table[row, place[label.code]] = True
    return table


def _text_causes(examples: Sequence[Example], causes: Sequence[str]) -> Bools:
    table = np.zeros((len(examples), len(causes)), bool)
    for row, example in enumerate(examples):
        for label in example.labels:
            table[row, causes.index(label.code.partition(".")[0])] = True
    return table


def _clause_codes(batch: Prepared, examples: Sequence[Example], codes: Sequence[str]) -> Bools:
    """Which codes' labelled spans reach into which clauses (by three characters, or the whole span)."""
    place = {code: index for index, code in enumerate(codes)}
    table = np.zeros((len(batch.clause_starts), len(codes)), bool)
    spans = zip(batch.clause_starts.tolist(), batch.clause_ends.tolist(), strict=True)
    for row, ((start, end), text) in enumerate(zip(spans, batch.text_of_clause.tolist(), strict=True)):
        if end <= start or not examples[text].labels:
            continue
        low, high = batch.original_span(text, start, end)
        for label in examples[text].labels:
            shared = min(high, label.end) - max(low, label.start)
            if label.code in place and shared >= min(3, max(1, label.end - label.start)):
                table[row, place[label.code]] = True
    return table


def _data_hash(examples: Sequence[Example]) -> str:
    digest = sha256()
    for example in examples:
        digest.update(repr((example.text, example.labels, example.primary, example.stance)).encode())
    return digest.hexdigest()
