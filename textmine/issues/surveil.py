"""Is it rising? Observed against expected counts of many series, by the Farrington-flexible method.

A quasi-Poisson log-linear model of a series' own past, with volume as offset, a rising trend where one
shows, past outbreaks weighted down, the same season's level where it is known, over-dispersion kept, and a
negative binomial tail as p-value; Benjamini and Hochberg over all series of a family and period that could be
alarmed. Numbers only. Sources: Farrington et al. 1996; Noufaily et al. 2013 (re-weighting at 2.58, negative
binomial threshold); Benjamini and Hochberg 1995; Tarone 1990 and Gilbert 2005 (discrete tests that can never
succeed do not count).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import special

Array = NDArray[np.float64]

WINDOWS = (1, 2, 3, 6)
"""Periods added up: a slow rise shows in six weeks before it shows in one."""
LOOKS = 3.0
"""By how much looking at four windows that overlap multiplies a p-value: 2.9 at most in simulations."""
REFERENCE = 26
SHORTEST_PAST = 3
"""Reference periods below which nothing is said to rise."""
GUARD = 1
"""Periods between the window and its past, so that the start of a rise is not taken for its base."""
_LOOKED_AT = REFERENCE + GUARD + WINDOWS[-1]
LEAST_ROWS = 5
LEAST_RATIO = 2.0
LATELY = 3
"""Periods in which a series must have had the rows that an alarm needs."""
_OUTLIER = 2.58


@dataclass(frozen=True, slots=True)
class Series:
    """Counts of one series up to and including the period looked at, with the volume of each period.

    `extra` is added to the past's total as a prior (rows); `least` and `ratio` are what an alarm needs.
    `season` is the number of periods after which a rhythm comes round, `spread` how many beside it count.
    """

    name: str
    counts: tuple[float, ...]
    volumes: tuple[float, ...]
    extra: float = 0.5
    least: int = LEAST_ROWS
    ratio: float = LEAST_RATIO
    season: int = 0
    spread: int = 0


@dataclass(frozen=True, slots=True)
class Finding:
    """One series in one period: `observed` and `expected` rows of the last `window` periods."""

    name: str
    observed: float
    expected: float
    ratio: float
    p_value: float
    window: int
    dispersion: float
    q_value: float = 1.0
    alarm: bool = False


def survey(series: Sequence[Series], *, q_limit: float) -> tuple[Finding, ...]:
    """Judge every series of a family in the last period of its counts, in the order given.

    A series with too few rows in all, whenever they came, could not be alarmed and does not count among those
    that were tested. Its total says nothing of whether its rows are recent, so that leaving it out is fair.
    """
    found = [judge(one) for one in series]
    q_values = np.ones(len(series))
    tested = [at for at, one in enumerate(series) if sum(one.counts[-_LOOKED_AT:]) >= one.least]
    q_values[tested] = _q_values(np.array([found[at].p_value for at in tested]))
    return tuple(
        replace(one, q_value=float(q), alarm=bool(q <= q_limit and _rises(of, one)))
        for one, of, q in zip(found, series, q_values, strict=True)
    )


def judge(series: Series) -> Finding:
    """The window in which the series stands out most, with its p-value corrected for having looked at all."""
    counts, volumes = np.array(series.counts, float), np.array(series.volumes, float)
    best = Finding(series.name, float(counts[-1]) if len(counts) else 0.0, math.nan, math.nan, 1.0, 1, 1.0)
    if counts[-LATELY:].sum() < series.least:
        return best
    for window in WINDOWS:
        past = slice(max(0, len(counts) - window - GUARD - REFERENCE), max(0, len(counts) - window - GUARD))
        if len(counts[past]) < SHORTEST_PAST or volumes[past].sum() <= 0:
            break
        expected, dispersion = _expected(
            counts[past], volumes[past], volumes[-window:], gap=GUARD, extra=series.extra
        )
        expected = max(expected, _in_season(series, counts, volumes, window, expected))
        observed = float(counts[-window:].sum())
        p = min(1.0, LOOKS * _tail(observed, expected, dispersion))
        if window == 1 or p < best.p_value:
            best = Finding(
                series.name, observed, expected, observed / max(expected, 1e-9), p, window, dispersion
            )
    return best


def _rises(series: Series, found: Finding) -> bool:
    """Enough rows, clearly more than expected, still coming, and more than at any time in its past."""
    counts, volumes = np.array(series.counts, float), np.array(series.volumes, float)
    rate = counts / np.maximum(volumes, 1.0)
    past = rate[: max(0, len(rate) - found.window - GUARD)]
    recent = rate[-min(found.window, LATELY) - GUARD - 1 :]
    fading = len(recent) > 1 and rate[-1] < 0.6 * recent[:-1].max()
    return bool(
        found.observed >= series.least
        and found.ratio >= series.ratio
        and counts[-1] >= 2
        and not fading
        and rate[-1] > past.max(initial=0.0)
    )


def _in_season(series: Series, counts: Array, volumes: Array, window: int, expected: float) -> float:
    """Rows to expect by what the same season brought before, drawn towards `expected`; 0 without a season."""
    if not series.season or len(counts) < series.season + window + series.spread:
        return 0.0
    last = len(counts) - 1
    back = [
        place
        for ahead in range(window)
        for centre in range(last - ahead - series.season, -1, -series.season)
        for place in range(max(centre - series.spread, 0), centre + series.spread + 1)
        if place <= last - window - GUARD
    ]
    now = float(volumes[-window:].sum())
    before, rows = float(volumes[back].sum()), float(counts[back].sum())
    return now * (rows + expected) / (before + now)


def _expected(counts: Array, volumes: Array, ahead: Array, *, gap: int, extra: float) -> tuple[float, float]:
    """Rows expected in the periods ahead and their over-dispersion, with the estimate's own error in it."""
    weights = np.ones(len(counts))
    rate, trend = _fit(counts, volumes, weights, extra)
    fitted = volumes * rate * np.exp(trend * _times(len(counts)))
    residuals = _anscombe(counts, np.maximum(fitted, 1e-6))
    outliers = residuals > _OUTLIER
    blocks = int((outliers[1:] & ~outliers[:-1]).sum() + outliers[:1].sum())
    if blocks == 1:
        # One past outbreak is weighted down; what came back more than once is the series' own rhythm.
        weights = np.where(outliers, np.maximum(residuals, 1.0) ** -2, 1.0)
        rate, trend = _fit(counts, volumes, weights, extra)
        fitted = volumes * rate * np.exp(trend * _times(len(counts)))
    last = (len(counts) - 1) / 2
    steps = last + gap + 1 + np.arange(len(ahead))
    # Farrington: never predict beyond what the past has shown.
    growth = np.minimum(np.exp(trend * steps), np.exp(trend * last))
    mu = max(float((ahead * rate * growth).sum()), 0.05)
    freedom = max(len(counts) - 1 - (trend != 0.0), 1)
    pearson = weights * (counts - fitted) ** 2 / np.maximum(fitted, 0.05)
    dispersion = max(1.0, float(pearson.sum()) / freedom)
    known = max(float((weights * volumes).sum()) * rate, 0.5)
    return mu, dispersion * (1.0 + mu / known)


def _fit(counts: Array, volumes: Array, weights: Array, extra: float) -> tuple[float, float]:
    """Rate per unit of volume, and a trend per period where it rises significantly (p < 0.05).

    A fall is not drawn on: what has come down need not vanish, and its old level is no news.
    """
    total = float((weights * volumes).sum())
    rate = (float((weights * counts).sum()) + extra) / max(total, 1e-9)
    if len(counts) < 8 or counts.sum() < 10:
        return rate, 0.0
    times = _times(len(counts))
    level, slope = math.log(rate), 0.0
    for _ in range(25):
        fitted = np.maximum(volumes * np.exp(np.clip(level + slope * times, -30, 30)), 1e-9)
        w = weights * fitted
        score = np.array([(weights * (counts - fitted)).sum(), (weights * (counts - fitted) * times).sum()])
        information = np.array([[w.sum(), (w * times).sum()], [(w * times).sum(), (w * times**2).sum()]])
        step = np.linalg.solve(information + np.eye(2) * 1e-9, score)
        level, slope = level + float(np.clip(step[0], -1, 1)), slope + float(np.clip(step[1], -0.2, 0.2))
        if float(np.abs(step).max()) < 1e-8:
            break
    fitted = np.maximum(volumes * np.exp(level + slope * times), 1e-9)
    phi = max(1.0, float((weights * (counts - fitted) ** 2 / fitted).sum()) / (len(counts) - 2))
    error = math.sqrt(phi * np.linalg.inv(information + np.eye(2) * 1e-9)[1, 1])
    if slope < special.stdtrit(len(counts) - 2, 0.975) * error:
        return rate, 0.0
    return math.exp(level), slope


def _times(length: int) -> Array:
    return np.asarray(np.arange(length) - (length - 1) / 2, dtype=np.float64)


def _anscombe(counts: Array, fitted: Array) -> Array:
    return np.asarray(1.5 * (counts ** (2 / 3) - fitted ** (2 / 3)) / fitted ** (1 / 6))


def _tail(observed: float, expected: float, dispersion: float) -> float:
    """P(count ≥ observed) of a negative binomial with this mean and variance dispersion × mean."""
    if observed <= 0:
        return 1.0
    if dispersion <= 1.001:
        return float(special.pdtrc(observed - 1, expected))
    size = expected / (dispersion - 1.0)
    return float(special.betainc(observed, size, 1.0 - 1.0 / dispersion))


def _q_values(p_values: Array) -> Array:
    order = np.argsort(-p_values, kind="stable")
    ranks = np.empty(len(p_values))
    ranks[order] = np.arange(len(p_values), 0, -1)
    adjusted = np.empty(len(p_values))
    adjusted[order] = np.minimum.accumulate((p_values * len(p_values) / ranks)[order])
    return np.asarray(np.minimum(adjusted, 1.0), dtype=np.float64)
