"""Follows issues from period to period: put rows where they belong, find what is new, judge what rises.

One period at a time, and nothing that a later period brings changes where an earlier row was put: a full run
over a year and fifty-two weekly runs give the same ledger. Works on a State in memory; reads no files.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

from threadpoolctl import threadpool_limits

from .alarms import raise_alarms
from .assign import assign
from .discover import discover, join_after_waiting
from .intake import Step, keep_vectors, take_in, wait
from .ledger import KEPT_WORDS, most_common
from .lineage import merge_alike
from .rows import TrackedRow, hashes
from .state import State

__all__ = ["TrackedRow", "Tracker"]

POOL_PERIODS = 6
"""Periods for which a verbatim without an issue waits for others like it."""


class Tracker:
    """Updates a State with rows. `names` are the frame's names of causes and touchpoints, for labels."""

    def __init__(self, state: State, *, names: Mapping[str, str] | None = None) -> None:
        self.state = state
        self._names = names or {}

    def update(self, rows: Sequence[TrackedRow]) -> list[str | None]:
        """Take in rows of any periods and say where each row of this call lies now, None for no issue."""
        by_period: dict[str, list[TrackedRow]] = defaultdict(list)
        for row in rows:
            by_period[row.period].append(row)
        # Products of small matrices: more threads wait for one another, and their number shows in last bits.
        with threadpool_limits(1, "blas"):
            for period in sorted(by_period, key=lambda p: (p == "", p)):
                self._take(period, by_period[period])
        return self._where(rows, by_period)

    def _take(self, period: str, rows: Sequence[TrackedRow]) -> None:
        state = self.state
        step, items = take_in(state, period, rows)
        if not items and period not in state.changed:
            return
        keep_vectors(state, step, items)
        for one in assign(state, step, items):
            wait(state, one)
        if not step.late:
            discover(state, step)
            join_after_waiting(state, step)
            merge_alike(state, step)
            if period:
                raise_alarms(state, step, self._names)
        _settle(state, step)

    def _where(
        self, rows: Sequence[TrackedRow], by_period: Mapping[str, Sequence[TrackedRow]]
    ) -> list[str | None]:
        keys = {p: hashes([row.key for row in found]) for p, found in by_period.items()}
        where: dict[str, dict[int, int]] = {}
        for period in by_period:
            stored = self.state.rows_of(period)
            where[period] = dict(zip(stored.keys.tolist(), stored.issues.tolist(), strict=True))
        at: Counter[str] = Counter()
        found: list[str | None] = []
        for row in rows:
            number = where[row.period].get(int(keys[row.period][at[row.period]]), -1)
            at[row.period] += 1
            found.append(self.state.issues[number].id if number >= 0 else None)
        return found


def _settle(state: State, step: Step) -> None:
    """Let go of verbatims that waited long enough, and of rare words; vectors stay with their period."""
    dated = state.periods()
    oldest = dated[-POOL_PERIODS] if len(dated) >= POOL_PERIODS else ""
    for key in sorted(state.pool):
        last = max(state.pool[key].rows)
        if last and (last < oldest or (step.late and last == step.period)):
            del state.pool[key]
    for issue in state.issues:
        if len(issue.words) > KEPT_WORDS:
            issue.words = Counter(most_common(issue.words, KEPT_WORDS))
    state.forget()
