"""What survey scores say by themselves: standard satisfaction, top-box shares, how the dissatisfied split.

Scores run from 1 to 10, 10 is best; None or NaN is no answer. Arithmetic only: no causes, no formatting, no
files.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ..errors import UsageError
from .interval import Interval, mean_interval, share_interval

Array = NDArray[np.float64]
Scores = Sequence[float | None] | Array

WEIGHTS = (0.4, 0.3, 0.3)
"""Overall satisfaction, against expectation, against the ideal operator: CS1, CS2, CS3 of the operators'
index."""
TOP_FROM = 8.0
"""8, 9 and 10 are the top three boxes, called satisfied."""
FAIR_FROM = 7.0
"""The operators' short-message scale: 7 is 一般 (fair), 6 and below 差 (poor); both count as dissatisfied."""

Basis = Literal["three scores", "one score"]


@dataclass(frozen=True, slots=True)
class Satisfaction:
    """One group's scores. Shares are of the n rows with an overall score; `standard` is on 0–100.

    `basis` says whether `standard` rests on three scores or on the overall score alone; `n_standard` rows
    have all the scores it needs. `fair` and `poor` add up to the dissatisfied.
    """

    n: int
    mean: Interval
    top3: Interval
    ten: Interval
    fair: Interval
    poor: Interval
    standard: Interval
    n_standard: int
    basis: Basis

    @property
    def fair_of_dissatisfied(self) -> float | None:
        """Share of the dissatisfied who say fair, not poor; None when nobody is dissatisfied."""
        both = self.fair.value + self.poor.value
        return self.fair.value / both if both else None


def standard_satisfaction(
    overall: Scores, expectation: Scores | None = None, ideal: Scores | None = None
) -> Array:
    """Standard satisfaction (标准满意度) of each row, 0–100: (0.4·CS1 + 0.3·CS2 + 0.3·CS3 − 1) ÷ 9 × 100.

    With the overall score alone, (CS1 − 1) ÷ 9 × 100. NaN where a score is missing. Raises UsageError when
    only one of the two comparisons is given, when lengths differ, or for a score outside 1–10.
    """
    cs1 = as_scores(overall, name="overall")
    if expectation is None and ideal is None:
        return np.asarray((cs1 - 1) / 9 * 100)
    if expectation is None or ideal is None:
        raise UsageError(
            "standard satisfaction takes the overall score alone or all three; name both other columns"
        )
    cs2, cs3 = as_scores(expectation, name="expectation"), as_scores(ideal, name="ideal")
    if not len(cs1) == len(cs2) == len(cs3):
        raise UsageError(
            "the three score columns differ in length; give one score a row, empty where missing"
        )
    return np.asarray((WEIGHTS[0] * cs1 + WEIGHTS[1] * cs2 + WEIGHTS[2] * cs3 - 1) / 9 * 100)


def satisfaction(
    overall: Scores, *, expectation: Scores | None = None, ideal: Scores | None = None, level: float = 0.9
) -> Satisfaction:
    """All figures of a group's scores, each with its `level` range. Raises UsageError when nobody scored."""
    scores = as_scores(overall, name="overall")
    standard = standard_satisfaction(overall, expectation, ideal)
    given, complete = scores[~np.isnan(scores)], standard[~np.isnan(standard)]
    if not len(given) or not len(complete):
        raise UsageError("no row has the scores asked for; check the column named by --score")

    def share(hits: NDArray[np.bool_]) -> Interval:
        return share_interval(int(hits.sum()), len(given), level=level)

    return Satisfaction(
        n=len(given),
        mean=_mean(given, level),
        top3=share(given >= TOP_FROM),
        ten=share(given == 10),
        fair=share((given >= FAIR_FROM) & (given < TOP_FROM)),
        poor=share(given < FAIR_FROM),
        standard=_mean(complete, level),
        n_standard=len(complete),
        basis="one score" if expectation is None else "three scores",
    )


def as_scores(values: Scores, *, name: str) -> Array:
    """Scores as numbers, NaN where missing; raises UsageError naming the column and the first value off the
    scale."""
    scores = np.array([np.nan if value is None else value for value in values], dtype=float)
    off = np.flatnonzero((scores < 1) | (scores > 10))
    if len(off):
        raise UsageError(
            f"{len(off)} scores of {name} are not between 1 and 10 (first: {scores[off[0]]:g} in row "
            f"{off[0] + 1}); rescale the column or leave such rows empty"
        )
    return scores


def _mean(values: Array, level: float) -> Interval:
    sd = float(values.std(ddof=1)) if len(values) > 1 else 0.0
    return mean_interval(float(values.mean()), sd, len(values), level=level)
