"""Measure a reader on labelled verbatims: F1 at both levels, primary, stance, calibration, confusions.

Every figure comes with a bootstrap interval over verbatims. Measures only; prints nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ..frame.frame import Frame
from ..records import Reading
from .examples import Example
from .reader import Reader

Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]

#: Verbatims read at a time.
CHUNK = 1024
#: Causes with fewer labelled verbatims say too little about themselves to enter the mean.
FEWEST = 10
#: Equal-width bins of the calibration error, and the level of all intervals.
BINS, LEVEL = 10, 0.9


@dataclass(frozen=True, slots=True)
class Figure:
    """A measured value with its bootstrap interval."""

    name: str
    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class CauseFigures:
    """One cause: labelled and given verbatims, precision, recall, F1 (nan where undefined)."""

    code: str
    labelled: int
    given: int
    right: int

    @property
    def precision(self) -> float:
        return self.right / self.given if self.given else float("nan")

    @property
    def recall(self) -> float:
        return self.right / self.labelled if self.labelled else float("nan")

    @property
    def f1(self) -> float:
        total = self.given + self.labelled
        return 2 * self.right / total if total else float("nan")


@dataclass(frozen=True, slots=True)
class Bin:
    """Tags whose score lies in a bin: how many, their mean score, and the share that is right."""

    low: float
    n: int
    mean_score: float
    share_right: float


@dataclass(frozen=True, slots=True)
class Evaluation:
    """All figures of a run; `confusions` are (labelled primary, given primary or "", verbatims)."""

    n: int
    figures: tuple[Figure, ...]
    causes: tuple[CauseFigures, ...]
    reliability: tuple[Bin, ...]
    confusions: tuple[tuple[str, str, int], ...]

    def __getitem__(self, name: str) -> float:
        return next(figure.value for figure in self.figures if figure.name == name)


def evaluate(
    reader: Reader, examples: Sequence[Example], *, precision: float = 0.9, runs: int = 200, seed: int = 0
) -> Evaluation:
    """Read labelled verbatims and compare. `precision` is the promise whose coverage is measured."""
    texts = [example.text for example in examples]
    sure = replace(reader, limits=reader.model.thresholds.for_precision(precision))
    return compare(
        examples,
        _read(reader, texts),
        reader.frame,
        promised=(precision, _read(sure, texts)),
        runs=runs,
        seed=seed,
    )


def compare(
    examples: Sequence[Example],
    readings: Sequence[Reading],
    frame: Frame,
    *,
    promised: tuple[float, Sequence[Reading]] | None = None,
    runs: int = 200,
    seed: int = 0,
) -> Evaluation:
    """Compare readings with labels; `promised` are readings made under a promised precision."""
    table = _Table.of(examples, readings, frame, promised[1] if promised else readings)
    measures = _measures(frame, table, promised[0] if promised else None)
    rng = np.random.default_rng(seed)
    samples = [rng.integers(0, len(examples), len(examples)) for _ in range(runs)]
    everything = np.arange(len(examples))
    figures = []
    for name, measure in measures.items():
        boots = np.array([measure(rows) for rows in samples])
        figures.append(Figure(name, measure(everything), *_interval(boots)))
    return Evaluation(
        n=len(examples),
        figures=tuple(figures),
        causes=tuple(
            CauseFigures(code, int(t.sum()), int(g.sum()), int((t & g).sum()))
            for code, t, g in zip(frame.causes, table.cause.T, table.given_cause.T, strict=True)
        ),
        reliability=_reliability(table.scores, table.right),
        confusions=_confusions(examples, readings),
    )


def _read(reader: Reader, texts: Sequence[str]) -> list[Reading]:
    return [
        reading
        for first in range(0, len(texts), CHUNK)
        for reading in reader.read(texts[first : first + CHUNK])
    ]


@dataclass(frozen=True, slots=True)
class _Table:
    """Labels and readings as arrays; `scores`, `right` and `owner` list every given cause once a verbatim."""

    cause: Bools
    given_cause: Bools
    code: Bools
    given_code: Bools
    primary: Ints
    given_primary: Ints
    stance_right: Bools
    span_right: NDArray[np.float64]
    scores: NDArray[np.float64]
    right: Bools
    owner: Ints
    sure_tags: Ints
    sure_right: Ints

    @classmethod
    def of(
        cls, examples: Sequence[Example], readings: Sequence[Reading], frame: Frame, sure: Sequence[Reading]
    ) -> _Table:
        causes = {code: index for index, code in enumerate(frame.causes)}
        codes = {code: index for index, code in enumerate(dict.fromkeys((*frame.codes, *frame.causes)))}
        n = len(examples)
        cause, given_cause = np.zeros((n, len(causes)), bool), np.zeros((n, len(causes)), bool)
        code, given_code = np.zeros((n, len(codes)), bool), np.zeros((n, len(codes)), bool)
        scored: list[tuple[int, float, bool]] = []
        span_right = np.full(n, np.nan)
        sure_tags, sure_right = np.zeros(n, np.int64), np.zeros(n, np.int64)
        for row, (example, reading, firm) in enumerate(zip(examples, readings, sure, strict=True)):
            labelled = {label.code.partition(".")[0] for label in example.labels}
            for label in example.labels:
                code[row, codes[label.code]] = cause[row, causes[label.code.partition(".")[0]]] = True
            best: dict[str, float] = {}
            for tag in reading.tags:
                given_code[row, codes[tag.code]] = given_cause[row, causes[tag.cause]] = True
                best[tag.cause] = max(best.get(tag.cause, 0.0), tag.score)
            scored += ((row, score, name in labelled) for name, score in best.items())
            span_right[row] = _spans_right(example, reading)
            kept = {tag.cause for tag in firm.tags}
            sure_tags[row], sure_right[row] = len(kept), len(kept & labelled)
        owner, scores, right = zip(*scored, strict=True) if scored else ((), (), ())
        return cls(
            cause,
            given_cause,
            code,
            given_code,
            np.array([causes.get((e.primary or "").partition(".")[0], -1) for e in examples]),
            np.array([causes.get((r.primary or "").partition(".")[0], -1) for r in readings]),
            np.array([e.stance == r.stance for e, r in zip(examples, readings, strict=True)]),
            span_right,
            np.array(scores, float),
            np.array(right, bool),
            np.array(owner, np.int64),
            sure_tags,
            sure_right,
        )


def _spans_right(example: Example, reading: Reading) -> float:
    """Share of the rightly given causes whose evidence overlaps a labelled span; nan where there is none."""
    hits: list[bool] = []
    for tag in reading.tags:
        spans = [label for label in example.labels if label.code.partition(".")[0] == tag.cause]
        if spans and any(label.end > label.start for label in spans):
            hits.append(any(min(tag.end, s.end) > max(tag.start, s.start) for s in spans))
    return sum(hits) / len(hits) if hits else float("nan")


def _measures(frame: Frame, table: _Table, promised: float | None) -> dict[str, Callable[[Ints], float]]:
    headline = [frame.causes.index(code) for code in frame.headline]
    often = np.flatnonzero(table.cause.sum(axis=0) >= FEWEST)
    complaints: Bools = np.any(table.cause, axis=1)
    given: Bools = np.any(table.given_cause, axis=1)

    def calibration(rows: Ints) -> float:
        times = np.bincount(rows, minlength=len(table.cause))[table.owner]
        return _calibration_error(table.scores, table.right, times)

    measures: dict[str, Callable[[Ints], float]] = {
        "cause_micro_f1": lambda rows: _micro(table.given_cause[rows], table.cause[rows]),
        "cause_macro_f1": lambda rows: _macro(table.given_cause[rows], table.cause[rows], often),
        "headline_macro_f1": lambda rows: _macro(table.given_cause[rows], table.cause[rows], headline),
        "subcause_micro_f1": lambda rows: _micro(table.given_code[rows], table.code[rows]),
        "subcause_macro_f1": lambda rows: _macro(
            table.given_code[rows],
            table.code[rows],
            np.flatnonzero(table.code.sum(axis=0) >= FEWEST),
        ),
        "primary_accuracy": lambda rows: _share(
            table.primary[rows] == table.given_primary[rows], complaints[rows]
        ),
        "stance_accuracy": lambda rows: float(table.stance_right[rows].mean()),
        "no_cause_kept": lambda rows: _share(~given[rows], ~complaints[rows]),
        "evidence_overlap": lambda rows: _mean(table.span_right[rows]),
        "calibration_error": calibration,
    }
    if promised is not None:
        measures[f"precision_when_{promised:g}_promised"] = lambda rows: (
            float(table.sure_right[rows].sum()) / max(1, int(table.sure_tags[rows].sum()))
        )
        measures[f"coverage_when_{promised:g}_promised"] = lambda rows: _share(
            table.sure_tags[rows] > 0, complaints[rows]
        )
    return measures


def _micro(given: Bools, truth: Bools) -> float:
    total = int(given.sum() + truth.sum())
    return 2 * int((given & truth).sum()) / total if total else float("nan")


def _macro(given: Bools, truth: Bools, columns: Sequence[int] | Ints) -> float:
    total = given[:, columns].sum(axis=0) + truth[:, columns].sum(axis=0)
    right = (given & truth)[:, columns].sum(axis=0)
    return float(np.mean(2 * right[total > 0] / total[total > 0])) if (total > 0).any() else float("nan")


def _share(hits: Bools, among: Bools) -> float:
    return float(hits[among].mean()) if among.any() else float("nan")


def _mean(values: NDArray[np.float64]) -> float:
    known = values[~np.isnan(values)]
    return float(known.mean()) if len(known) else float("nan")


def _interval(boots: NDArray[np.float64]) -> tuple[float, float]:
    """The middle LEVEL of resampled values; nan where the figure is undefined in all of them."""
    known = boots[~np.isnan(boots)]
    if not len(known):
        return float("nan"), float("nan")
    low, high = np.quantile(known, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(low), float(high)


def _bins(scores: NDArray[np.float64]) -> Ints:
    return np.minimum((scores * BINS).astype(np.int64), BINS - 1)


def _calibration_error(scores: NDArray[np.float64], right: Bools, times: Ints) -> float:
    """Expected calibration error: mean gap between score and share right, weighted by bin size."""
    if not times.sum():
        return float("nan")
    bins = _bins(scores)
    gap = np.bincount(bins, weights=(scores - right) * times, minlength=BINS)
    return float(np.abs(gap).sum() / times.sum())


def _reliability(scores: NDArray[np.float64], right: Bools) -> tuple[Bin, ...]:
    bins = _bins(scores)
    return tuple(
        Bin(
            index / BINS,
            int((bins == index).sum()),
            float(scores[bins == index].mean()),
            float(right[bins == index].mean()),
        )
        for index in range(BINS)
        if (bins == index).any()
    )


def _confusions(examples: Sequence[Example], readings: Sequence[Reading]) -> tuple[tuple[str, str, int], ...]:
    pairs = Counter(
        ((example.primary or "").partition(".")[0], (reading.primary or "").partition(".")[0])
        for example, reading in zip(examples, readings, strict=True)
    )
    wrong = [(labelled, given, n) for (labelled, given), n in pairs.items() if labelled != given]
    return tuple(sorted(wrong, key=lambda item: (-item[2], item[0], item[1])))
