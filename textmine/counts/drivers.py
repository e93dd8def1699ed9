"""Drivers: which causes and touchpoints move the score, how sure that is, and what to improve first.

Derived importance is Johnson's relative weight (Johnson, A heuristic method for estimating the relative
weight of predictor variables, Multivariate Behavioral Research 35, 2000): the share of the explained
variance that belongs to a driver when drivers overlap; close to Shapley (LMG) shares and cheap for twenty
of them. Numbers only.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ..errors import UsageError
from .interval import Interval
from .satisfaction import Scores, as_scores

Array = NDArray[np.float64]
Quadrant = Literal["improve first", "improve next", "keep", "nice to have"]

QUADRANT_ZH: Mapping[Quadrant, str] = {
    "improve first": "重点改善",
    "improve next": "其次改善",
    "keep": "保持",
    "nice to have": "锦上添花",
}
MIN_MENTIONS = 5
"""A cause fewer scored rows have says nothing about scores; it gets no figure instead of a wild one."""
BLOCKS = 1000
"""Blocks of rows the ranges are resampled from: a thousand leave 2 % of noise in a standard error."""
_TINY = 1e-10


@dataclass(frozen=True, slots=True)
class Driver:
    """One cause or touchpoint.

    `n` rows bear on it (have the cause; scored the touchpoint). `performance` is 0–100: the share of rows
    without the cause, or the touchpoint's mean score on (score − 1) ÷ 9 × 100. `importance` is its share of
    the explained variance, 0–1. `effect` is in units of the outcome: how the mean would move if the cause
    were gone, or if the touchpoint's mean rose by one point, the other drivers staying as they are.
    """

    code: str
    n: int
    performance: float
    importance: Interval
    effect: Interval
    quadrant: Quadrant


@dataclass(frozen=True, slots=True)
class Drivers:
    """Drivers by importance, largest first. `explained` is R²; `too_rare` codes had too few rows to say
    anything."""

    drivers: tuple[Driver, ...]
    explained: float
    n: int
    too_rare: tuple[str, ...]


def cause_drivers(
    causes: Sequence[Collection[str]],
    outcome: Scores,
    *,
    codes: Sequence[str],
    level: float = 0.9,
    draws: int = 300,
    seed: int = 0,
) -> Drivers:
    """Importance of `codes` for the outcome (any unit, NaN where missing), from the causes each row has.

    Rows without a cause count: they are what having none is worth. Effects are associations among the rows
    at hand and, since tags miss and invent some causes, rather too small than too large. Raises UsageError
    when lengths differ or nothing varies.
    """
    has = np.array([[code in row for code in codes] for row in causes], dtype=float).reshape(
        len(causes), len(codes)
    )
    scored = _outcome(outcome, len(causes))
    known = ~np.isnan(scored)
    mentions = has[known].sum(axis=0)
    performance = 100 * (1 - mentions / max(known.sum(), 1))
    usable = (mentions >= MIN_MENTIONS) & (mentions <= known.sum() - MIN_MENTIONS)
    return _drivers(
        codes, has, scored, mentions, performance, usable, gone=True, level=level, draws=draws, seed=seed
    )


def touchpoint_drivers(
    scores: Mapping[str, Scores], outcome: Scores, *, level: float = 0.9, draws: int = 300, seed: int = 0
) -> Drivers:
    """Importance of touchpoints for the outcome, from their own scores of 1–10; missing scores are allowed.

    Correlations use the rows that have both scores. Raises UsageError as `cause_drivers` and `satisfaction`
    do.
    """
    columns = [as_scores(values, name=name) for name, values in scores.items()]
    scored = _outcome(outcome, len(columns[0]) if columns else 0)
    if any(len(column) != len(scored) for column in columns):
        raise UsageError(
            "touchpoint score columns differ in length; give one score a row, empty where missing"
        )
    table = np.column_stack(columns) if columns else np.empty((0, 0))
    counted = (~np.isnan(table) & ~np.isnan(scored)[:, None]).sum(axis=0).astype(float)
    usable = counted >= MIN_MENTIONS
    means = np.array([np.nanmean(column) if not np.isnan(column).all() else 1.0 for column in columns])
    performance = (means - 1) / 9 * 100
    return _drivers(
        tuple(scores),
        table,
        scored,
        counted,
        performance,
        usable,
        gone=False,
        level=level,
        draws=draws,
        seed=seed,
    )


def quadrant_of(importance: float, performance: float, *, important: float, good: float) -> Quadrant:
    """The importance–performance quadrant (Martilla and James 1977) around the two means."""
    if importance >= important:
        return "keep" if performance >= good else "improve first"
    return "nice to have" if performance >= good else "improve next"


def relative_weights(correlations: Array, with_outcome: Array) -> Array:
    """Johnson's weights from the drivers' correlations and their correlations with the outcome; they sum to
    R²."""
    values, vectors = np.linalg.eigh(correlations)
    root = np.sqrt(np.clip(values, _TINY, None))
    loadings = (vectors * root) @ vectors.T
    slopes = (vectors / root) @ vectors.T @ with_outcome
    return np.asarray((loadings**2) @ (slopes**2))


def _drivers(
    codes: Sequence[str],
    table: Array,
    outcome: Array,
    n: Array,
    performance: Array,
    usable: NDArray[np.bool_],
    *,
    gone: bool,
    level: float,
    draws: int,
    seed: int,
) -> Drivers:
    known = ~np.isnan(outcome)
    table, outcome = table[known][:, usable], outcome[known]
    if not usable.any() or len(outcome) < MIN_MENTIONS or np.ptp(outcome) < _TINY:
        raise UsageError(
            "scores or drivers do not vary enough to compare; take more rows or another score column"
        )
    rng = np.random.default_rng(seed)
    blocks = _Blocks.of(np.column_stack([table, outcome]), rng)
    weights, effects, explained = _fit(blocks.drawn(np.ones(blocks.size)), gone=gone)
    equal = np.full(blocks.size, 1 / blocks.size)
    resampled = [
        _fit(blocks.drawn(rng.multinomial(blocks.size, equal).astype(float)), gone=gone) for _ in range(draws)
    ]
    low, high = (1 - level) / 2, (1 + level) / 2
    weight_range = np.quantile([fit[0] for fit in resampled], [low, high], axis=0)
    effect_range = np.quantile([fit[1] for fit in resampled], [low, high], axis=0)
    kept = [j for j, ok in enumerate(usable) if ok]
    important, good = float(weights.mean()), float(performance[usable].mean())
    found = [
        Driver(
            code=codes[j],
            n=int(n[j]),
            performance=float(performance[j]),
            importance=Interval(
                float(weights[i]), float(weight_range[0, i]), float(weight_range[1, i]), level
            ),
            effect=Interval(float(effects[i]), float(effect_range[0, i]), float(effect_range[1, i]), level),
            quadrant=quadrant_of(float(weights[i]), float(performance[j]), important=important, good=good),
        )
        for i, j in enumerate(kept)
    ]
    found.sort(key=lambda driver: -driver.importance.value)
    too_rare = tuple(code for code, ok in zip(codes, usable, strict=True) if not ok)
    return Drivers(tuple(found), explained, len(outcome), too_rare)


@dataclass(frozen=True, slots=True, eq=False)
class _Moments:
    """Sums over rows by pair of columns, over the rows that have both: of 1, of the second column, of the
    product."""

    n: Array
    second: Array
    product: Array


@dataclass(frozen=True, slots=True, eq=False)
class _Blocks:
    """Moments of random blocks of rows; the outcome is the last column.

    Resampling blocks of a big table instead of its rows gives the same ranges at a cost that no longer grows
    with the rows; a small table has a block a row.
    """

    moments: _Moments

    @classmethod
    def of(cls, table: Array, rng: np.random.Generator) -> _Blocks:
        blocks = np.array_split(rng.permutation(len(table)), min(BLOCKS, len(table)))
        seen = (~np.isnan(table)).astype(float)
        filled = np.where(seen > 0, table, 0.0)
        return cls(
            _Moments(
                n=np.stack([seen[rows].T @ seen[rows] for rows in blocks]),
                second=np.stack([seen[rows].T @ filled[rows] for rows in blocks]),
                product=np.stack([filled[rows].T @ filled[rows] for rows in blocks]),
            )
        )

    @property
    def size(self) -> int:
        return len(self.moments.n)

    def drawn(self, times: Array) -> _Moments:
        """The sums when each block is taken so many times."""
        m = self.moments
        n, second, product = (np.tensordot(times, part, axes=1) for part in (m.n, m.second, m.product))
        return _Moments(n, second, product)


def _fit(sums: _Moments, *, gone: bool) -> tuple[Array, Array, float]:
    """Importance shares, effects on the mean and R² of one (re)sample."""
    n = np.maximum(sums.n, _TINY)
    means = np.diag(sums.second) / np.diag(n)
    # Σ (x − x̄)(y − ȳ) over the rows that have both, with each column's mean over all rows that have it.
    centred = (
        sums.product - means[:, None] * sums.second - sums.second.T * means + np.outer(means, means) * sums.n
    )
    covariance = centred / n
    spread = np.sqrt(np.clip(np.diag(covariance), _TINY, None))
    correlation = covariance / np.outer(spread, spread)
    np.fill_diagonal(correlation, 1.0)
    inner, outer = correlation[:-1, :-1], correlation[:-1, -1]
    raw = relative_weights(inner, outer)
    slopes = np.linalg.lstsq(inner, outer, rcond=1e-8)[0] * spread[-1] / spread[:-1]
    slopes = np.where(np.diag(covariance)[:-1] > _TINY, slopes, 0.0)
    effects = -slopes * means[:-1] if gone else slopes
    total = float(raw.sum())
    return raw / total if total > 0 else raw, effects, min(total, 1.0)


def _outcome(outcome: Scores, rows: int) -> Array:
    scored = np.array([np.nan if value is None else value for value in outcome], dtype=float)
    if len(scored) != rows:
        raise UsageError(f"{rows} rows but {len(scored)} scores; give one score a row, empty where missing")
    return scored
