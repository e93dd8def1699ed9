"""Takes a period's fresh rows in: counts them, and notices words that suddenly come up. Judges nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from .burst import (
    LEAST_PAST,
    NOVEL_ROWS,
    P_NOVEL,
    P_STRIKING,
    RECENT_PERIODS,
    Bursts,
)
from .likeness import Rarity
from .rows import TrackedRow, hashes, series_of
from .state import PeriodNoise, PeriodRows, State, Waiting

KEPT_BACKGROUND = 100_000
"""Words whose counts are kept; one that is dropped has hardly been seen."""


@dataclass(frozen=True, slots=True)
class Step:
    """What is known of the period being taken in. `late`: a later period was taken in before it.

    `sudden` are words that come up suddenly, `striking` those that hardly ever do so by chance.
    """

    period: str
    late: bool
    sudden: frozenset[str] = frozenset()
    striking: frozenset[str] = frozenset()
    novel: frozenset[str] = frozenset()
    rarity: Rarity = field(default_factory=lambda: Rarity({}, 0))


def take_in(state: State, period: str, rows: Sequence[TrackedRow]) -> tuple[Step, list[Waiting]]:
    """Count the rows that are new and return them as distinct verbatims; an empty list when none is new."""
    known = state.rows_of(period)
    new = ~np.isin(hashes([row.key for row in rows]), known.keys)
    fresh = [row for row, is_new in zip(rows, new.tolist(), strict=True) if is_new]
    late = bool(period) and any(other > period for other in state.periods())
    if not fresh:
        return Step(period, late), []
    fresh.sort(key=lambda row: (row.matter.key, row.text, row.key))
    _count(state, period, fresh)
    _remember(state, period, fresh)
    bursts = _bursts(state, late=late)
    step = Step(
        period,
        late,
        bursts.sudden(),
        bursts.sudden(P_STRIKING),
        bursts.sudden(P_NOVEL, least=NOVEL_ROWS),
        Rarity(state.background, state.background_rows),
    )
    return step, _distinct(period, fresh)


def keep_vectors(state: State, step: Step, items: Sequence[Waiting]) -> None:
    """Write down what the period said, so that an issue born later knows its past."""
    rows = np.array([sum(one.rows.values()) for one in items], np.int32)
    kept = state.encode([one.matter for one in items]).astype(np.float16)
    matters = hashes([one.matter.key for one in items])
    known = state.noise_of(step.period)
    if known is not None:
        kept, rows = np.vstack([known.vectors, kept]), np.concatenate([known.rows, rows])
        matters = np.concatenate([known.matters, matters])
    state.noise[step.period] = PeriodNoise(kept, rows, matters)


def wait(state: State, one: Waiting) -> None:
    """Keep a verbatim that lies in no issue, with those that wait already."""
    mine = state.pool.get(one.matter.key)
    if mine is None:
        mine = state.pool[one.matter.key] = replace(one, rows={}, groups={})
    for period, n in one.rows.items():
        mine.rows[period] = mine.rows.get(period, 0) + n
    for column, counts in one.groups.items():
        own = mine.groups.setdefault(column, {})
        for value, n in counts.items():
            own[value] = own.get(value, 0) + n


def _count(state: State, period: str, rows: Sequence[TrackedRow]) -> None:
    state.volumes[period] = state.volumes.get(period, 0) + len(rows)
    counts: Counter[str] = Counter()
    for matter, n in Counter(row.matter for row in rows).items():
        counts.update(dict.fromkeys(matter.signs, n) if n > 1 else matter.signs)
    state.background.update(counts)
    state.background_rows += len(rows)
    state.recent.setdefault(period, Counter()).update(counts)
    for old in sorted(p for p in state.recent if p)[:-RECENT_PERIODS]:
        del state.recent[old]
    if len(state.background) > KEPT_BACKGROUND:
        kept = sorted(state.background.items(), key=lambda item: (-item[1], item[0]))[:KEPT_BACKGROUND]
        state.background = Counter(dict(kept))


def _bursts(state: State, *, late: bool) -> Bursts:
    if late or len(state.periods()) < RECENT_PERIODS + LEAST_PAST:
        return Bursts()
    recent = {p: counts for p, counts in state.recent.items() if p}
    rows = sum(state.volumes[p] for p in recent)
    return Bursts.of(state.background, state.background_rows, recent, rows)


def _remember(state: State, period: str, rows: Sequence[TrackedRow]) -> None:
    known = state.rows_of(period)
    state.rows[period] = PeriodRows(
        np.concatenate([known.keys, hashes([row.key for row in rows])]),
        np.concatenate([known.matters, hashes([row.matter.key for row in rows])]),
        np.concatenate([known.issues, np.full(len(rows), -1, np.int32)]),
    )
    state.changed.add(period)
    for row in rows:
        for name in series_of(row):
            counts = state.series.setdefault(name, {})
            counts[period] = counts.get(period, 0) + 1


def _distinct(period: str, rows: Sequence[TrackedRow]) -> list[Waiting]:
    """The distinct verbatims of the rows; rows that say too little to be told apart stay out."""
    found: dict[str, Waiting] = {}
    for row in rows:
        if not row.matter.tellable:
            continue
        one = found.get(row.matter.key)
        if one is None:
            one = found[row.matter.key] = Waiting(row.matter, row.text, {}, row.cause, {})
        one.rows[period] = one.rows.get(period, 0) + 1
        for column, value in row.groups:
            counts = one.groups.setdefault(column, {})
            counts[value] = counts.get(value, 0) + 1
    return list(found.values())
