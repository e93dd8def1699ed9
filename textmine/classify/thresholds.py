"""From which probability on something is said: thresholds that maximise F1 on held-out scores."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from .model import OperatingPoint, Thresholds

Floats = NDArray[np.float32]
Bools = NDArray[np.bool_]

_GRID = np.round(np.arange(0.1, 0.71, 0.02), 2)

_FINE = np.round(np.arange(0.1, 0.99, 0.02), 2)

#: How many examples' worth of trust the common threshold has against a cause's own: causes with few
#: examples stay near the common one.
_PRIOR = 100.0


def choose_thresholds(
    probability: Floats, complaint: Floats, cause: Bools, weight: Floats, causes: Sequence[str]
) -> Thresholds:
    """Thresholds from held-out probabilities (texts x causes), truth, and the probability of a complaint."""
    flat_weight = np.repeat(weight, cause.shape[1])
    common = _best([_f1(probability.ravel() >= t, cause.ravel(), flat_weight) for t in _GRID])
    own = {}
    for index, name in enumerate(causes):
        n = int(cause[:, index].sum())
        best = _best([_f1(probability[:, index] >= t, cause[:, index], weight) for t in _GRID])
        own[name] = round((n * best + _PRIOR * common) / (n + _PRIOR), 3)
    limits = np.array([own[name] for name in causes])
    fallback = _best(
        [
            _f1(given_causes(probability, complaint, limits, t).ravel(), cause.ravel(), flat_weight)
            for t in _GRID
        ]
    )
    held_out = {
        name: tuple(_operating_points(probability[:, i], cause[:, i])) for i, name in enumerate(causes)
    }
    return Thresholds(cause=own, fallback=fallback, code=0.5, touchpoint=0.5, held_out=held_out)


def _operating_points(probability: Floats, truth: Bools) -> Iterator[OperatingPoint]:
    for threshold in _FINE:
        given = probability >= threshold
        yield OperatingPoint(float(threshold), int(given.sum()), int((given & truth).sum()))


def given_causes(
    probability: Floats, complaint: Floats, limits: NDArray[np.float64], fallback: float
) -> Bools:
    """Which causes are given (texts x causes): those above their limits; failing any, a text that reads as a
    complaint (`complaint` above one half) gets its likeliest cause if that reaches `fallback`."""
    given = probability >= limits
    best = probability.argmax(axis=1)
    rows = np.arange(len(best))
    lost = ~given.any(axis=1) & (complaint >= 0.5) & (probability[rows, best] >= fallback)
    given[rows[lost], best[lost]] = True
    return given


def _best(scores: Sequence[float]) -> float:
    return float(_GRID[int(np.argmax(scores))])


def _f1(given: Bools, truth: Bools, weight: Floats) -> float:
    right = float((given & truth) @ weight)
    return 2 * right / max(float(given @ weight + truth @ weight), 1e-9)
