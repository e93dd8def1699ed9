"""Error-corrected counts (quantification): how many rows truly have a cause, given how many were tagged.

A classifier's counts are biased and the bias moves with the mix of causes. The estimate here turns tagged
counts into true counts through held-out error rates, with ranges that carry sampling and classifier error.
Numbers in, numbers out: no rows, no formatting, no files.

The model, for a code with k of N rows tagged, is adjusted classify-and-count (Forman, Quantifying counts and
costs via classification, 2008) written as a likelihood instead of a ratio, so that nothing needs clipping:

    k ~ Binomial(N, q),  q = p·tpr + (1 − p)·fpr

- tpr, fpr: Beta posteriors of held-out rows reweighted to the batch's mix of causes (`tilt`), under priors
  pooled over the codes of a level, so that a code with four held-out positives borrows from its neighbours.
- p: log-odds normal around the held-out prevalence, wide enough for large shifts.
- The true count of this batch, not of an imagined population: T ~ Binomial(k, ppv) + Binomial(N − k, missed).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from math import lgamma
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from ..errors import UsageError
from .error_rates import Confusion, ErrorRates
from .interval import Interval
from .tally import Cell
from .tilt import WeightedConfusion, tilted_confusions

Array = NDArray[np.float64]

DRAWS = 1000
PREVALENCE_SD = 1.5
"""Prior sd of log-odds of prevalence: 90 % of batches within a twelfth to twelve times the held-out odds."""
CARRY_SD = 0.05
"""Sd of the log-odds by which rates differ from the held-out rows' beyond chance. In the simulation of
`benchmarks/quantification.py` 90 % ranges cover 90 % without it, 91 % with it (0.10: 93 %): a small reserve
for batches that differ from the held-out rows in more than their mix of causes."""
_RATE_DRAWS = 160
_COARSE = np.linspace(-14.0, 8.0, 111)
_FINE = 161
_LIKELIHOOD_CAP = 2000.0


@dataclass(frozen=True, slots=True, eq=False)
class CorrectedCounts:
    """Equally likely true counts of a batch: `draws[i, j]` is the i-th draw of the count of `codes[j]`."""

    codes: tuple[str, ...]
    draws: Array
    rows: int

    def of(self, code: str) -> Array:
        """The draws of one code; raises UsageError when the model was not evaluated on it."""
        if code not in self.codes:
            raise UsageError(f"no corrected count of {code!r}: no held-out row has it; count it uncorrected")
        return np.asarray(self.draws[:, self.codes.index(code)])

    def intervals(self, *, level: float = 0.9) -> dict[str, Interval]:
        """Median and equal-tailed range of every code's true count, in rows."""
        return {code: interval_of(self.of(code), level=level) for code in self.codes}


@dataclass(frozen=True, slots=True)
class RankPair:
    """Two neighbours of a ranking; `probability` is how surely `upper` truly is the more frequent."""

    upper: str
    lower: str
    probability: float


def correct_counts(
    cell: Cell,
    error_rates: ErrorRates,
    *,
    reviewed: ErrorRates | None = None,
    only: Collection[str] | None = None,
    level: float = 0.9,
    seed: int = 0,
) -> dict[str, Interval]:
    """True counts of every evaluated cause and subcause in a tally's cell: median and `level` range, in rows.

    `error_rates` are held-out rows of the same kind as the batch. `reviewed` are rows of the batch itself
    whose truth a person has set, drawn at random (or at random within tagged and untagged rows); they take
    precedence. `only` leaves out all other codes, which saves time and changes no figure.
    """
    return corrected(cell, error_rates, reviewed=reviewed, only=only, seed=seed).intervals(level=level)


def corrected(
    cell: Cell,
    error_rates: ErrorRates,
    *,
    reviewed: ErrorRates | None = None,
    only: Collection[str] | None = None,
    seed: int = 0,
) -> CorrectedCounts:
    """The draws behind `correct_counts`, for rank stability and for sums and differences of one's own.

    Empty rows have no cause for certain; neither held-out nor reviewed rows are of their kind.
    """
    tagged = {**cell.codes, **cell.causes}
    rows = cell.rows - cell.status["empty"]
    return correct_tagged(tagged, rows, error_rates, reviewed=reviewed, only=only, seed=seed)


def correct_tagged(
    tagged: Mapping[str, int],
    rows: int,
    error_rates: ErrorRates,
    *,
    reviewed: ErrorRates | None = None,
    only: Collection[str] | None = None,
    seed: int = 0,
) -> CorrectedCounts:
    """Draws of true counts from plain numbers: `tagged` rows by cause and subcause, of `rows` in all.

    Every code has random numbers of its own, so its figures are the same whichever codes are asked for.
    Raises UsageError when there are no held-out rows or more rows are tagged than there are.
    """
    held_out = error_rates.rows
    if not held_out:
        raise UsageError(
            "counts cannot be corrected without held-out rows; evaluate the model on labelled rows"
        )
    too_many = sorted(code for code, n in tagged.items() if n > rows)
    if too_many:
        raise UsageError(f"more rows tagged {', '.join(too_many)} than the {rows} there are; count again")
    positives = _positives(error_rates)
    codes = tuple(code for code in positives if only is None or code in only)
    tables = tilted_confusions(tagged, rows, error_rates)
    priors = {causes: _pooled(tables, causes=causes) for causes in (True, False)}
    seen = reviewed.confusions() if reviewed else {}
    unseen = Confusion(0, 0, 0, reviewed.rows if reviewed else 0)
    draws = np.empty((DRAWS, len(codes)))
    for j, code in enumerate(codes):
        rng = np.random.default_rng((seed, crc32(code.encode())))
        k = tagged.get(code, 0)
        tpr, fpr = _rate_draws(tables[code], priors["." not in code], rng)
        usual = (positives[code] + 0.5) / (held_out + 1.0)
        ppv, missed = _meaning_of_tags(k, rows, tpr, fpr, usual, rng)
        draws[:, j] = _true_counts(k, rows, ppv, missed, seen.get(code, unseen), rng)
    return CorrectedCounts(codes, draws, rows)


def rank_stability(
    counts: CorrectedCounts, ranking: Sequence[str], *, weights: Mapping[str, float] | None = None
) -> tuple[RankPair, ...]:
    """For each pair of neighbours in a ranking (largest first): the probability that their order is true.

    A ranking by weighted counts is judged by weighted counts: `weights` are the influence coefficients.
    """
    pairs = []
    for upper, lower in pairwise(ranking):
        above, below = (counts.of(code) * (weights or {}).get(code, 1.0) for code in (upper, lower))
        pairs.append(RankPair(upper, lower, float(np.mean(above > below) + 0.5 * np.mean(above == below))))
    return tuple(pairs)


def interval_of(draws: Array, *, level: float = 0.9) -> Interval:
    """Median and equal-tailed range of draws."""
    if not 0 < level < 1:
        raise UsageError(f"a level of {level} is no probability; give one between 0 and 1, such as 0.9")
    low, middle, high = np.quantile(draws, [(1 - level) / 2, 0.5, (1 + level) / 2])
    return Interval(float(middle), float(low), float(high), level)


@lru_cache(maxsize=4)
def _positives(error_rates: ErrorRates) -> Mapping[str, int]:
    """Held-out rows that truly have each evaluated code, in the order of codes."""
    return {code: one.positives for code, one in error_rates.confusions().items()}


@dataclass(frozen=True, slots=True)
class _Priors:
    """Beta priors of the rates of one level: pseudo-counts (hit, miss) and (false alarm, silence)."""

    hit: float
    miss: float
    alarm: float
    silence: float


def _pooled(tables: Mapping[str, WeightedConfusion], *, causes: bool) -> _Priors:
    """Beta of a level's tprs by the method of moments; for fprs half an event at the pooled rate."""
    mine = [table for code, table in tables.items() if ("." not in code) == causes]
    hits = np.array([t.tp for t in mine])
    positives = np.array([t.tp + t.fn for t in mine])
    hits, positives = hits[positives > 0], positives[positives > 0]
    mean = (hits.sum() + 0.5) / (positives.sum() + 1.0)
    strength = 2.0
    if len(positives) > 2:
        spread = float(np.sum(positives * (hits / positives - mean) ** 2) / positives.sum())
        noise = mean * (1 - mean) * len(positives) / positives.sum()
        strength = float(np.clip(mean * (1 - mean) / max(spread - noise, 1e-6) - 1, 1.0, 20.0))
    alarms = (sum(t.fp for t in mine) + 0.5) / (sum(t.fp + t.tn for t in mine) + 1.0)
    return _Priors(mean * strength, (1 - mean) * strength, 0.5, 0.5 / alarms)


def _rate_draws(table: WeightedConfusion, priors: _Priors, rng: np.random.Generator) -> tuple[Array, Array]:
    """Draws of a code's true and false positive rate in the batch."""
    tpr = rng.beta(table.tp + priors.hit, table.fn + priors.miss, _RATE_DRAWS)
    fpr = rng.beta(table.fp + priors.alarm, table.tn + priors.silence, _RATE_DRAWS)
    carry = rng.normal(0.0, CARRY_SD, (2, _RATE_DRAWS))
    return _expit(_logit(tpr) + carry[0]), _expit(_logit(fpr) + carry[1])


def _meaning_of_tags(
    k: int, rows: int, tpr: Array, fpr: Array, usual: float, rng: np.random.Generator
) -> tuple[Array, Array]:
    """Draws of what a tag means in this batch: P(true | tagged) and P(true | not tagged)."""
    grid = _COARSE
    mass = _posterior(k, rows, tpr, fpr, usual, grid).sum(axis=0)
    inside = np.flatnonzero(mass > mass.max() * 1e-6)
    grid = np.linspace(grid[max(inside[0] - 1, 0)], grid[min(inside[-1] + 1, len(grid) - 1)], _FINE)
    flat = np.cumsum(_posterior(k, rows, tpr, fpr, usual, grid).ravel())
    chosen = np.searchsorted(flat, rng.random(DRAWS) * flat[-1], side="right")
    which, at = np.divmod(np.minimum(chosen, flat.size - 1), len(grid))
    p = _expit(grid[at] + (rng.random(DRAWS) - 0.5) * (grid[1] - grid[0]))
    q = _tagged_rate(p, tpr[which], fpr[which])
    return np.clip(p * tpr[which] / q, 0, 1), np.clip(p * (1 - tpr[which]) / (1 - q), 0, 1)


def _posterior(k: int, rows: int, tpr: Array, fpr: Array, usual: float, grid: Array) -> Array:
    """Unnormalised posterior over (rate draw, log-odds of prevalence)."""
    q = _tagged_rate(_expit(grid)[None, :], tpr[:, None], fpr[:, None])
    # The likelihood of a very large count is a needle between grid points; there classifier error rules.
    scale = min(1.0, _LIKELIHOOD_CAP / max(k, 1))
    log = scale * (k * np.log(q) + (rows - k) * np.log1p(-q))
    log = log - 0.5 * ((grid[None, :] - _logit(np.float64(usual))) / PREVALENCE_SD) ** 2
    return np.asarray(np.exp(log - log.max()))


def _tagged_rate(p: Array, tpr: Array, fpr: Array) -> Array:
    return np.clip(p * tpr + (1 - p) * fpr, 1e-12, 1 - 1e-12)


def _true_counts(
    k: int, rows: int, ppv: Array, missed: Array, known: Confusion, rng: np.random.Generator
) -> Array:
    """Draws of the true count. Reviewed rows are known, and say what tags mean for the rest of the batch.

    Where the held-out rows do not hold here, what is left of them is worth one tagged row and, for misses,
    half an event: enough that a code never seen among the reviewed rows is not blown up.
    """
    if known.tp + known.fp:
        usual = float(np.clip(ppv.mean(), 1e-3, 1 - 1e-3))
        ppv = _updated(ppv, known.tp, known.fp, (usual, 1 - usual), rng)
    if known.fn + known.tn:
        usual = float(np.clip(missed.mean(), 1e-9, 0.5))
        missed = _updated(missed, known.fn, known.tn, (0.5, 0.5 / usual - 0.5), rng)
    tagged = max(k - known.tp - known.fp, 0)
    untagged = max(rows - k - known.fn - known.tn, 0)
    rest = rng.binomial(tagged, ppv) + rng.binomial(untagged, missed)
    return np.asarray(rest + known.positives, dtype=float)


def _updated(
    draws: Array, hits: int, misses: int, vague: tuple[float, float], rng: np.random.Generator
) -> Array:
    """Draws of a rate after reviewed rows. Whether the held-out rows hold here, the reviewed rows decide.

    The prior is a mixture in equal parts of what the held-out rows say, as a Beta of the same mean and
    variance, and of the `vague` Beta; each part's posterior weight is how well it foretold the reviewed rows
    (Schmidli et al., Robust meta-analytic-predictive priors in clinical trials, 2014).
    """
    mean = float(np.clip(draws.mean(), 1e-9, 1 - 1e-9))
    strength = max(mean * (1 - mean) / max(float(draws.var()), 1e-12) - 1, sum(vague))
    parts = ((mean * strength, (1 - mean) * strength), vague)
    told = [_log_beta(a + hits, b + misses) - _log_beta(a, b) for a, b in parts]
    holds = rng.random(DRAWS) < 1 / (1 + np.exp(min(told[1] - told[0], 700.0)))
    firm, loose = (rng.beta(a + hits, b + misses, DRAWS) for a, b in parts)
    return np.where(holds, firm, loose)


def _log_beta(a: float, b: float) -> float:
    return lgamma(a) + lgamma(b) - lgamma(a + b)


def _expit(x: Array) -> Array:
    return np.asarray(1.0 / (1.0 + np.exp(-x)))


def _logit(p: Array | np.float64) -> Array:
    safe = np.clip(p, 1e-12, 1 - 1e-12)
    return np.asarray(np.log(safe) - np.log1p(-safe))
