"""Fit a model on labelled verbatims: linear outputs on texts and clauses, a second stage, thresholds.

scikit-learn does the fitting; every solver is seeded and every fold fixed, so the same data, lexicon and
options give the same bytes. Reads no files.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from ..errors import UsageError
from ..frame.cues import Lexicon, Matcher
from ..frame.frame import Frame
from ..records import Reading
from .decide import Decider
from .encoder import FOLDER, Encoder
from .examples import Example
from .features import GramColumns
from .model import Floats, Model, Outputs, Weights
from .score import Scores, linear_scores, second_stage, sigmoid, stack
from .thresholds import choose_order, choose_thresholds
from .training_set import TrainingSet, prepare_examples

Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]

#: The number of examples for which the penalties of the second stage were chosen.
_MANY = 9_000

#: Weight of a thing that was never seen (or always): as far as the data goes there is nothing to tell apart.
_SURE = 4.0


@dataclass(frozen=True, slots=True)
class TrainOptions:
    """What may be turned when training; the defaults were chosen by cross-validation on the corpus.

    `c` and `cue_scale` are the inverse penalty and the weight of cue columns against n-gram columns under
    it; `clause_weight` is the say of a clause against a whole text; `mix_c` and `main_c` are the inverse
    penalties of the second stage, strong because its input is cross-validated scores of other writers' texts.
    """

    c: float = 3.0
    cue_scale: float = 0.15
    clause_weight: float = 0.3
    mix_c: float = 0.003
    main_c: float = 0.001
    min_df: int = 4
    most_grams: int = 20_000
    folds: int = 5
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Trained:
    """A model, and what it says about its own training texts when they are held out of the training.

    `truth` and `given` are the codes of every example, in order: the model's error rates can be counted.
    `readings` are what it says of them, `probability` (examples x causes) how likely it finds each cause.
    """

    model: Model
    truth: tuple[tuple[str, ...], ...]
    given: tuple[tuple[str, ...], ...]
    readings: tuple[Reading, ...]
    probability: Floats


def train(
    examples: Sequence[Example],
    frame: Frame,
    lexicon: Lexicon,
    *,
    options: TrainOptions | None = None,
    encoder: Encoder | None = None,
) -> Trained:
    """Train a model, with an encoder's vectors beside cues and n-grams if one is given.

    Raises UsageError when there is too little to learn from.
    """
    options = options or TrainOptions()
    least = 10 * options.folds
    if len(examples) < least:
        raise UsageError(f"{len(examples)} labelled verbatims are too few; give at least {least}")
    # In one order, whatever that of the files: sums of floats and random folds depend on it.
    order_of = sorted(
        range(len(examples)), key=lambda i: (examples[i].source, examples[i].id, examples[i].text)
    )
    given_examples, examples = examples, [examples[i] for i in order_of]
    outputs = Outputs.of(frame)
    matcher = Matcher.of(lexicon)
    batches = prepare_examples(examples)
    grams = GramColumns.fit(batches, min_df=options.min_df, most=options.most_grams)
    data = TrainingSet.build(examples, outputs, matcher, grams, batches, encoder)
    held_out = _cross_validated(data, outputs, options)
    stage = _second_stage(held_out.stacked, data, outputs, options)
    weights = _as_stored(replace(_fit_linear(data, np.arange(len(examples)), outputs, options), **stage))
    probability = sigmoid(held_out.stacked @ weights.mix + weights.mix_bias)
    complaint = sigmoid(held_out.text[:, outputs.columns("stances")])[:, outputs.stances.index("complaint")]
    thresholds = choose_thresholds(probability, complaint, data.cause, data.weight, outputs.causes)
    about: dict[str, object] = {
        "examples": len(examples),
        "data_sha256": data.sha256,
        "options": asdict(options),
        "frame_version": frame.version,
    }
    if encoder is not None:
        about[FOLDER] = {"sha256": encoder.sha256}
    model = Model.assemble(outputs, weights, grams, thresholds, frame, lexicon, about)
    order = choose_order(lambda step: _primary_right(_with_order(model, step), data, held_out))
    model = _with_order(model, order)
    truth = tuple(tuple(sorted({label.code for label in example.labels})) for example in given_examples)
    in_order = _read_held_out(model, data, held_out)
    back = np.argsort(order_of)
    readings = tuple(in_order[place] for place in back.tolist())
    given = tuple(tuple(sorted({tag.code for tag in reading.tags})) for reading in readings)
    return Trained(model, truth, given, readings, probability[back])


def _with_order(model: Model, order: float) -> Model:
    return replace(model, thresholds=replace(model.thresholds, order=order))


def _primary_right(model: Model, data: TrainingSet, held_out: _HeldOut) -> float:
    """Share of the labelled primary causes that the model names on held-out scores."""
    named = [(r.primary or "").partition(".")[0] for r in _read_held_out(model, data, held_out)]
    wanted = [(example.primary or "").partition(".")[0] for example in data.examples]
    return sum(a == b for a, b in zip(named, wanted, strict=True) if b) / max(1, sum(map(bool, wanted)))


def _as_stored(weights: Weights) -> Weights:
    """Weights rounded as they are stored, so that a model reads the same before and after a round trip."""

    def half(values: Floats) -> Floats:
        return values.astype(np.float16).astype(np.float32)

    return replace(weights, cue=half(weights.cue), gram=half(weights.gram))


@dataclass(frozen=True, slots=True)
class _HeldOut:
    """Linear scores of every text and clause by a model that did not see the text, and their stack."""

    clause: Floats
    text: Floats
    stacked: Floats


def _cross_validated(data: TrainingSet, outputs: Outputs, options: TrainOptions) -> _HeldOut:
    n = len(data.examples)
    clause = np.zeros((len(data.features.text_of_clause), outputs.size), np.float32)
    text = np.zeros((n, outputs.size), np.float32)
    fold_of = _folds(data.examples, options)
    for fold in range(options.folds):
        weights = _fit_linear(data, np.flatnonzero(fold_of != fold), outputs, options)
        texts, clauses = data.take(np.flatnonzero(fold_of == fold))
        clause[clauses], text[texts] = linear_scores(data.features.rows(texts, clauses), weights)
    stacked = stack(clause, text, data.features.text_of_clause, outputs)
    return _HeldOut(clause, text, stacked)


def _folds(examples: Sequence[Example], options: TrainOptions) -> Ints:
    """The fold of every example. Where the data come in files enough, a file is in one fold whole.

    A file is one writer, channel or year; scores of texts by unseen writers are what real rows will get, and
    the second stage must not learn to trust a writer's habits.
    """
    sources = sorted({example.source for example in examples})
    if len(sources) < 2 * options.folds:
        return np.random.default_rng(options.seed).permutation(len(examples)) % options.folds
    sizes = {source: sum(example.source == source for example in examples) for source in sources}
    load = [0] * options.folds
    fold_of: dict[str, int] = {}
    for source in sorted(sources, key=lambda name: (-sizes[name], name)):
        fold_of[source] = load.index(min(load))
        load[fold_of[source]] += sizes[source]
    return np.array([fold_of[example.source] for example in examples])


def _second_stage(
    stacked: Floats, data: TrainingSet, outputs: Outputs, options: TrainOptions
) -> Mapping[str, Floats]:
    n_causes = len(outputs.causes)
    # The sum of losses grows with the examples, the penalty does not: with few it must be weaker.
    few = max(1.0, (_MANY / len(data.examples)) ** 0.5)
    mix, mix_bias = np.zeros((stacked.shape[1], n_causes), np.float32), np.full(n_causes, -9.0, np.float32)
    for index in np.flatnonzero(data.cause.any(axis=0)):
        fit = LogisticRegression(C=options.mix_c * few, max_iter=1000).fit(
            stacked, data.cause[:, index], sample_weight=data.weight
        )
        mix[:, index], mix_bias[index] = fit.coef_[0], fit.intercept_[0]
    mix, mix_bias = _calibrated(mix, mix_bias, stacked, data)
    main, main_bias = np.zeros_like(mix), np.full(n_causes, -9.0, np.float32)
    named = np.flatnonzero(data.primary >= 0)
    fit = LogisticRegression(C=options.main_c * few, max_iter=1000).fit(
        stacked[named], data.primary[named], sample_weight=data.weight[named]
    )
    main[:, fit.classes_], main_bias[fit.classes_] = fit.coef_.T, fit.intercept_
    return {"mix": mix, "mix_bias": mix_bias, "main": main, "main_bias": main_bias}


def _calibrated(mix: Floats, bias: Floats, stacked: Floats, data: TrainingSet) -> tuple[Floats, Floats]:
    """Stretch the second stage so that its probabilities are what they say on held-out texts.

    Its strong penalty makes it too timid. One Platt scaling for all causes: a slope and an offset of their
    own would be fitted to a few dozen examples for the rare ones.
    """
    logits = (stacked @ mix + bias).ravel()[:, None]
    weight = np.repeat(data.weight, data.cause.shape[1])
    fit = LogisticRegression(C=np.inf, max_iter=1000).fit(logits, data.cause.ravel(), sample_weight=weight)
    slope, offset = np.float32(fit.coef_[0, 0]), np.float32(fit.intercept_[0])
    return mix * slope, bias * slope + offset


def _read_held_out(model: Model, data: TrainingSet, held_out: _HeldOut) -> list[Reading]:
    """What the decision rule makes of every example's held-out scores."""
    readings: list[Reading] = []
    first_text = first_clause = 0
    for batch in data.batches:
        texts = slice(first_text, first_text + len(batch))
        clauses = slice(first_clause, first_clause + len(batch.clause_starts))
        cause, main = second_stage(held_out.stacked[texts], model.weights)
        scores = Scores(held_out.clause[clauses], held_out.text[texts], cause, main)
        readings += Decider(model).decide(batch, scores, [()] * len(batch))
        first_text, first_clause = texts.stop, clauses.stop
    return readings


def _fit_linear(data: TrainingSet, texts: Ints, outputs: Outputs, options: TrainOptions) -> Weights:
    """Fit all linear outputs on some of the texts; the second stage stays zero."""
    texts, clauses = data.take(texts)
    by_text = data.design_of_texts(texts, cue_scale=options.cue_scale)
    both = sp.vstack([by_text, data.design_of_clauses(clauses, cue_scale=options.cue_scale)]).tocsr()
    weight = data.weight[texts]
    clause_weight = options.clause_weight * data.weight[data.features.text_of_clause[clauses]]
    both_weight = np.concatenate([weight, clause_weight])
    coefficients = np.zeros((both.shape[1], outputs.size), np.float32)
    bias = np.zeros(outputs.size, np.float32)

    def fit(column: int, rows: Ints | None, target: Bools) -> None:
        design, say = (both, both_weight) if len(target) == len(both_weight) else (by_text, weight)
        if rows is not None:
            design, target, say = design[rows], target[rows], say[rows]
        coefficients[:, column], bias[column] = _fit_one(design, target, say, options)

    cause = np.vstack([data.cause[texts], data.clause_cause[clauses]])
    code = np.vstack([data.code[texts], data.clause_code[clauses]])
    for index, column in enumerate(_range(outputs, "causes")):
        fit(column, None, cause[:, index])
    for index, column in enumerate(_range(outputs, "codes")):
        # A subcause is told from its siblings only: the rows are those of its cause.
        parent = outputs.causes.index(outputs.codes[index].partition(".")[0])
        fit(column, np.flatnonzero(cause[:, parent]), code[:, index])
    for group, values in (("stances", data.stance[texts]), ("touchpoints", data.touchpoint[texts])):
        for index, column in enumerate(_range(outputs, group)):
            fit(column, None, values == index)
    n_cues = data.features.cue_text.shape[1]
    coefficients[:n_cues] *= options.cue_scale
    empty = np.zeros((1, len(outputs.causes)), np.float32)
    return Weights(coefficients[:n_cues], coefficients[n_cues:], bias, empty, empty[0], empty, empty[0])


def _range(outputs: Outputs, group: str) -> range:
    return range(*outputs.columns(group).indices(outputs.size))


def _fit_one(
    design: sp.csr_matrix, target: Bools, weight: Floats, options: TrainOptions
) -> tuple[NDArray[np.float64], float]:
    if target.all() or not target.any():
        return np.zeros(design.shape[1]), _SURE if len(target) and target.all() else -_SURE
    # The dual with a loose tolerance gives the same held-out scores as a tight one in a quarter of the time.
    fit = LogisticRegression(
        C=options.c, solver="liblinear", dual=True, tol=0.1, random_state=options.seed, max_iter=1000
    ).fit(design, target, sample_weight=weight)
    return fit.coef_[0], float(fit.intercept_[0])
