"""A number with how sure it is. Plain data and the two textbook ranges: every estimator here returns
these."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate and the range that holds the truth with probability `level`."""

    value: float
    low: float
    high: float
    level: float = 0.9

    @property
    def half_width(self) -> float:
        """Half the range: the ± of a report."""
        return (self.high - self.low) / 2

    def excludes(self, number: float) -> bool:
        """True when the range does not hold `number`."""
        return not self.low <= number <= self.high


def normal_quantile(level: float) -> float:
    """How many standard errors each side a two-sided range of `level` takes."""
    return NormalDist().inv_cdf((1 + level) / 2)


def share_interval(k: float, n: float, *, level: float = 0.9) -> Interval:
    """The share k/n with its Wilson (1927) range, which stays within 0 and 1; all of [0, 1] when n is 0."""
    if not n:
        return Interval(0.0, 0.0, 1.0, level)
    z2 = normal_quantile(level) ** 2
    centre = (k + z2 / 2) / (n + z2)
    half = math.sqrt(z2) / (n + z2) * math.sqrt(k * (n - k) / n + z2 / 4)
    return Interval(k / n, max(centre - half, 0.0), min(centre + half, 1.0), level)


def mean_interval(mean: float, sd: float, n: int, *, level: float = 0.9) -> Interval:
    """A mean with its normal range; `sd` is the sample standard deviation of the n values."""
    half = normal_quantile(level) * sd / math.sqrt(n) if n > 1 else math.inf
    return Interval(mean, mean - half, mean + half, level)
