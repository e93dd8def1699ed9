"""Comparisons: a group against the average, a period against the one before, totals that add up.

Every verdict carries a p-value and, because many pairs are looked at together, a q-value (Benjamini and
Hochberg 1995): among the differences called real at q ≤ 0.1, about one in ten is chance. Numbers only.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from ..errors import UsageError
from .interval import Interval, normal_quantile
from .satisfaction import Scores
from .tally import Cell, Group, Tally

Array = NDArray[np.float64]
Verdict = Literal["higher", "lower", "no difference shown"]
Counted = Literal["cause", "subcause", "stance"]

Q_LIMIT = 0.1
"""The share of chance findings one accepts among those called real."""
_EXACT_BELOW = 10.0


@dataclass(frozen=True, slots=True)
class Difference:
    """A rate (or a mean score) of one group or period against its reference.

    `n` of `rows` rows have the code; `rate` and `reference` are shares of rows, or means where `code` is
    empty. `gap` is rate ÷ reference − 1 (−0.2 is 20 % below); `change` is rate − reference with its range.
    """

    group: Group
    code: str
    n: int
    rows: int
    rate: float
    reference: float
    gap: float
    change: Interval
    p_value: float = 1.0
    q_value: float = 1.0
    verdict: Verdict = "no difference shown"


@dataclass(frozen=True, slots=True)
class Subtotal:
    """Counts of one node of an aggregation: `path` holds the group values from the top down, () the whole."""

    path: Group
    cell: Cell

    @property
    def depth(self) -> int:
        """0 for the whole, 1 for the first column, and so on."""
        return len(self.path)


def compare_groups(
    tally: Tally,
    column: str,
    *,
    within: str | Sequence[str] | None = None,
    codes: Sequence[str] | None = None,
    counting_level: Counted = "cause",
    level: float = 0.9,
    q_limit: float = Q_LIMIT,
) -> tuple[Difference, ...]:
    """Each group's rate of each code against the average: of all rows, or of its own parent group (`within`).

    `reference` is the average the group is part of; the test is against the other rows of that average,
    since a group is no independent witness against itself. `within` is the parent's column, or those from
    the top down to it; groups are then paths (…, parent, group). Sorted by q-value, then by group and code.
    """
    above = (within,) if isinstance(within, str) else tuple(within or ())
    found, pairs = [], []
    parents = tally.rolled_up(above).cells
    for key, mine in sorted(tally.rolled_up((*above, column)).cells.items()):
        whole = parents[key[:-1]]
        counts, totals = _counts(mine, counting_level), _counts(whole, counting_level)
        if whole.rows == mine.rows:
            continue
        for code in codes or sorted(totals):
            n, total = counts[code], totals[code]
            rate, reference = n / mine.rows, total / whole.rows
            change = _part_of_average(n, mine.rows, total, whole.rows, level)
            found.append(Difference(key, code, n, mine.rows, rate, reference, _gap(rate, reference), change))
            pairs.append((n, mine.rows, total - n, whole.rows - mine.rows))
    return _judged(found, two_proportions(*_columns(pairs)), q_limit)


def compare_periods(
    before: Cell,
    after: Cell,
    *,
    codes: Sequence[str] | None = None,
    counting_level: Counted = "cause",
    level: float = 0.9,
    q_limit: float = Q_LIMIT,
    name: str = "",
) -> tuple[Difference, ...]:
    """Each code's rate in a period against the period before. "Higher" rose, "lower" fell; sorted by q-value.

    Rates are shares of rows, so a busier month is not by itself a worse one. Raises UsageError for an empty
    period.
    """
    if not before.rows or not after.rows:
        raise UsageError("one of the two periods has no rows; choose periods that have some")
    then, now = _counts(before, counting_level), _counts(after, counting_level)
    found, pairs = [], []
    for code in codes or sorted(set(then) | set(now)):
        pair = (now[code], after.rows, then[code], before.rows)
        rate, reference = now[code] / after.rows, then[code] / before.rows
        change = difference_interval(*pair, level=level)
        group = (name,) if name else ()
        found.append(
            Difference(group, code, now[code], after.rows, rate, reference, _gap(rate, reference), change)
        )
        pairs.append(pair)
    return _judged(found, two_proportions(*_columns(pairs)), q_limit)


def compare_scores(
    groups: Sequence[Group],
    scores: Scores,
    *,
    within: int = 0,
    level: float = 0.9,
    q_limit: float = Q_LIMIT,
) -> tuple[Difference, ...]:
    """Each group's mean score against the mean of all (Welch's t-test against the other rows).

    `groups` holds one tuple a row; with `within` each group is held against the rows that have the same first
    `within` values: 1 compares (city, hall) with the rest of its city. Groups with fewer than two scores are
    left out.
    """
    if len(scores) != len(groups):
        raise UsageError(f"{len(groups)} groups but {len(scores)} scores; give one of each a row")
    members: dict[Group, dict[Group, list[float]]] = {}
    for key, score in zip(groups, scores, strict=True):
        if score is not None and not math.isnan(score):
            members.setdefault(key[:within], {}).setdefault(key, []).append(score)
    found, p_values = [], []
    for _, siblings in sorted(members.items()):
        keys = sorted(siblings)
        values = np.concatenate([np.array(siblings[key], dtype=float) for key in keys])
        whose = np.repeat(np.arange(len(keys)), [len(siblings[key]) for key in keys])
        for i, key in enumerate(keys):
            mine, rest = values[whose == i], values[whose != i]
            if len(mine) > 1 and len(rest) > 1:
                one, p = _score_difference(key, mine, rest, level)
                found.append(one)
                p_values.append(p)
    return _judged(found, np.array(p_values), q_limit)


def _score_difference(key: Group, mine: Array, rest: Array, level: float) -> tuple[Difference, float]:
    mean = float(mine.mean())
    average = (float(mine.sum()) + float(rest.sum())) / (len(mine) + len(rest))
    error = math.sqrt(mine.var(ddof=1) / len(mine) + rest.var(ddof=1) / len(rest))
    half = normal_quantile(level) * error * len(rest) / (len(mine) + len(rest))
    change = Interval(mean - average, mean - average - half, mean - average + half, level)
    one = Difference(key, "", len(mine), len(mine), mean, average, _gap(mean, average), change)
    same = float(mean == rest.mean())
    return one, float(stats.ttest_ind(mine, rest, equal_var=False).pvalue) if error else same


def aggregate(tally: Tally, columns: Sequence[str]) -> tuple[Subtotal, ...]:
    """Subtotals depth-first, for example over ("province", "city", "hall"): parents are the sums of their
    children.

    Rows without a value ("" as a group value) keep a node of their own, so nothing is lost on the way up.
    """
    levels = [tally.rolled_up(columns[:depth]).cells for depth in range(len(columns) + 1)]
    return tuple(_aggregate(levels, ()))


def two_proportions(k1: ArrayLike, n1: ArrayLike, k2: ArrayLike, n2: ArrayLike) -> Array:
    """Two-sided p-values that shares k1/n1 and k2/n2 are the same, elementwise.

    The z-test where at least ten hits and misses are expected on each side, elsewhere Fisher's exact test
    with the smaller tail doubled.
    """
    a, n, c, m = (np.atleast_1d(np.asarray(part, dtype=float)) for part in (k1, n1, k2, n2))
    pooled = (a + c) / (n + m)
    error = np.sqrt(np.maximum(pooled * (1 - pooled), 1e-300) * (1 / n + 1 / m))
    p_values = 2 * stats.norm.sf(np.abs(a / n - c / m) / error)
    small = np.minimum(n, m) * np.minimum(pooled, 1 - pooled) < _EXACT_BELOW
    hits, rows = (a + c)[small], (n + m)[small]
    lower = stats.hypergeom.cdf(a[small], rows, hits, n[small])
    upper = stats.hypergeom.sf(a[small] - 1, rows, hits, n[small])
    p_values[small] = 2 * np.minimum(lower, upper)
    return np.asarray(np.minimum(p_values, 1.0))


def difference_interval(k1: int, n1: int, k2: int, n2: int, *, level: float = 0.9) -> Interval:
    """k1/n1 − k2/n2 with the range of Agresti and Caffo (2000): one success and one failure added to each."""
    p1, p2 = (k1 + 1) / (n1 + 2), (k2 + 1) / (n2 + 2)
    half = normal_quantile(level) * math.sqrt(p1 * (1 - p1) / (n1 + 2) + p2 * (1 - p2) / (n2 + 2))
    return Interval(k1 / n1 - k2 / n2, max(p1 - p2 - half, -1.0), min(p1 - p2 + half, 1.0), level)


def q_values(p_values: ArrayLike) -> tuple[float, ...]:
    """Benjamini–Hochberg adjusted p-values, in the order given."""
    p = np.asarray(p_values, dtype=float)
    order = np.argsort(-p, kind="stable")
    ranks = np.empty(len(p))
    ranks[order] = np.arange(len(p), 0, -1)
    adjusted = np.empty(len(p))
    adjusted[order] = np.minimum.accumulate((p * len(p) / ranks)[order]) if len(p) else []
    return tuple(np.minimum(adjusted, 1.0).tolist())


def _aggregate(levels: Sequence[Mapping[Group, Cell]], path: Group) -> Iterator[Subtotal]:
    depth = len(path)
    yield Subtotal(path, levels[depth].get(path, Cell()))
    if depth + 1 < len(levels):
        for key in sorted(key for key in levels[depth + 1] if key[:depth] == path):
            yield from _aggregate(levels, key)


def _counts(cell: Cell, counted: Counted) -> Mapping[str, int]:
    return {"cause": cell.causes, "subcause": cell.codes, "stance": cell.stance}[counted]


def _part_of_average(k: int, n: int, total: int, rows: int, level: float) -> Interval:
    """Share minus the average it is part of: the gap to the others, scaled by how much of the average they
    are."""
    gap = difference_interval(k, n, total - k, rows - n, level=level)
    others = (rows - n) / rows
    return Interval(k / n - total / rows, gap.low * others, gap.high * others, level)


def _gap(rate: float, reference: float) -> float:
    if reference:
        return rate / reference - 1
    return math.inf if rate else 0.0


def _columns(pairs: Sequence[tuple[int, int, int, int]]) -> Array:
    return np.array(pairs, dtype=float).reshape(-1, 4).T


def _judged(found: Sequence[Difference], p_values: Array, q_limit: float) -> tuple[Difference, ...]:
    judged = []
    for one, p, q in zip(found, p_values.tolist(), q_values(p_values), strict=True):
        verdict: Verdict = "no difference shown"
        if q <= q_limit:
            verdict = "higher" if one.rate > one.reference else "lower"
        judged.append(replace(one, p_value=p, q_value=q, verdict=verdict))
    return tuple(sorted(judged, key=lambda d: (d.q_value, d.group, d.code)))
