"""Whether scores are probabilities, cause by cause: what tags say against what is right.

Measures only; prints nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..records import Reading
from .examples import Example

#: Tags a bin: fewer, wider bins than for all causes together, for most causes have a few dozen tags.
PER_BIN = 25


@dataclass(frozen=True, slots=True)
class CauseReliability:
    """A cause's tags: how many, their mean score, the share that is right, and the mean gap over bins of
    about PER_BIN tags each (expected calibration error); nan where it was never given."""

    cause: str
    given: int
    mean_score: float
    share_right: float
    error: float


def reliability_by_cause(
    examples: Sequence[Example], readings: Sequence[Reading], causes: Sequence[str]
) -> tuple[CauseReliability, ...]:
    """The reliability of every cause, each counted once a verbatim with its best score."""
    scored: dict[str, list[tuple[float, bool]]] = {cause: [] for cause in causes}
    for example, reading in zip(examples, readings, strict=True):
        labelled = {label.code.partition(".")[0] for label in example.labels}
        best: dict[str, float] = {}
        for tag in reading.tags:
            best[tag.cause] = max(best.get(tag.cause, 0.0), tag.score)
        for cause, score in best.items():
            scored[cause].append((score, cause in labelled))
    return tuple(_measure(cause, sorted(pairs)) for cause, pairs in scored.items())


def _measure(cause: str, pairs: Sequence[tuple[float, bool]]) -> CauseReliability:
    if not pairs:
        nan = float("nan")
        return CauseReliability(cause, 0, nan, nan, nan)
    score = np.array([pair[0] for pair in pairs])
    right = np.array([pair[1] for pair in pairs], float)
    return CauseReliability(cause, len(pairs), float(score.mean()), float(right.mean()), _error(score, right))


def _error(score: NDArray[np.float64], right: NDArray[np.float64]) -> float:
    """Expected calibration error over bins of equal size, sorted by score."""
    bins = np.array_split(np.arange(len(score)), max(1, len(score) // PER_BIN))
    return float(sum(abs((score[b] - right[b]).sum()) for b in bins) / len(score))
