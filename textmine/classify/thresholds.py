"""From which probability on something is said: thresholds that maximise F1 on held-out scores."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import product

import numpy as np
from numpy.typing import NDArray

from .model import OperatingPoint, Thresholds

Floats = NDArray[np.float32]
Bools = NDArray[np.bool_]

_GRID = np.round(np.arange(0.1, 0.71, 0.02), 2)

_FINE = np.round(np.arange(0.1, 0.99, 0.02), 2)

#: Values tried for the fallback and the gate, and the probability from which a cause needs no complaint.
_FALLBACKS = (0.04, 0.06, 0.08, 0.1, 0.12, 0.14, 0.16, 0.2, 0.25)
_GATES = (0.0, 0.2, 0.3, 0.4, 0.5)
_DOUBTLESS = 0.7

#: Steps tried for the order of causes, and how near to the best is near enough.
_STEPS, _NEAR = (0.0, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0), 0.005

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

    def worth(pair: tuple[float, float]) -> float:
        given = given_causes(probability, complaint, limits, fallback=pair[0], gate=pair[1])
        return _f1(given.ravel(), cause.ravel(), flat_weight)

    fallback, gate = max(product(_FALLBACKS, _GATES), key=worth)
    held_out = {
        name: tuple(_operating_points(probability[:, i], cause[:, i])) for i, name in enumerate(causes)
    }
    return Thresholds(
        cause=own, fallback=fallback, gate=gate, code=0.5, touchpoint=0.5, order=0.0, held_out=held_out
    )


def choose_order(primary_right: Callable[[float], float]) -> float:
    """How much standing later speaks against being the main cause: the smallest step that is near the best.

    Writers of training texts put the main grievance first more often than customers do, hence the smallest.
    """
    shares = [primary_right(step) for step in _STEPS]
    return next(step for step, share in zip(_STEPS, shares, strict=True) if share >= max(shares) - _NEAR)


def _operating_points(probability: Floats, truth: Bools) -> Iterator[OperatingPoint]:
    for threshold in _FINE:
        given = probability >= threshold
        yield OperatingPoint(float(threshold), int(given.sum()), int((given & truth).sum()))


def given_causes(
    probability: Floats, complaint: Floats, limits: NDArray[np.float64], *, fallback: float, gate: float
) -> Bools:
    """Which causes are given (texts x causes): those above their limits.

    A text that reads as a complaint (`complaint` above one half) and has none gets its likeliest cause if
    that reaches `fallback`; one that does not read as a complaint (below `gate`) has none unless the
    likeliest is beyond doubt.
    """
    given: Bools = probability >= limits
    best = probability.argmax(axis=1)
    rows = np.arange(len(best))
    top = probability[rows, best]
    lost = ~given.any(axis=1) & (complaint >= 0.5) & (top >= fallback)
    given[rows[lost], best[lost]] = True
    given[(complaint < gate) & (top < _DOUBTLESS)] = False
    return given


def _best(scores: Sequence[float]) -> float:
    return float(_GRID[int(np.argmax(scores))])


def _f1(given: Bools, truth: Bools, weight: Floats) -> float:
    right = float((given & truth) @ weight)
    return 2 * right / max(float(given @ weight + truth @ weight), 1e-9)
