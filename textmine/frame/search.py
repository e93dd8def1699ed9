"""All patterns of a plan searched over the hits of one batch. Called by `matcher` only.

Every clause is one bit. The clauses in which an element occurs are a row of bits, so all windows are narrowed
to the few clauses that can satisfy them by `&` and `>>` on whole arrays; only those are looked at word by
word for order and distance. Free bits between texts keep windows from reaching into the next one.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from .bitmaps import (
    Bitmaps,
    ahead,
    any_between,
    behind,
    bits_of,
    clear_bits,
    fold,
    has_bits,
    n_words,
    set_bits,
)
from .chains import Hits, chains_hold
from .hits import REACH_CLAUSES, ClassHits, Clauses
from .plan import Live, Plan
from .tables import Ints, Ragged, Table

Bools = NDArray[np.bool_]


class Search:
    """Runs a plan over the hits of one batch; afterwards `holds` tells where a window holds."""

    def __init__(self, plan: Plan, found: ClassHits, clauses: Clauses) -> None:
        self._plan = plan
        self._text_of_clause = clauses.text
        self._bit_of_clause = np.arange(len(clauses)) + REACH_CLAUSES * clauses.text
        self._n_bits = int(self._bit_of_clause[-1]) + REACH_CLAUSES + 1 if len(clauses) else 1
        self._text_bits = self._bit_of_clause[np.diff(clauses.text, prepend=-1) > 0]
        self._text_ends = np.append(self._text_bits[1:] - REACH_CLAUSES, self._n_bits - REACH_CLAUSES)
        self._clause_of_bit = np.zeros(self._n_bits, np.int64)
        self._clause_of_bit[self._bit_of_clause] = np.arange(len(clauses))
        self.hits = self._hits(found)
        live = plan.live(self.hits.row_of_class > 0)
        self._patterns = live.patterns
        self._row_of_element, self._elements = self._maps_of_elements(live)
        self._row_of_slot = np.zeros(len(plan.pattern_of_slot), np.int64)
        self._row_of_slot[live.slots] = np.arange(1, len(live.slots) + 1)
        self._slots = self._maps_of_slots(live)

    def run(self) -> tuple[Ints, Ints]:
        """(pattern, clause) wherever a pattern begins to hold, sorted.

        Bitmaps narrow every window first; then all chains are looked at together for order and distance.
        """
        plan = self._plan
        self._narrow(np.ones(len(plan.pattern_of_slot), bool))
        self._narrow(self._tie())
        slots = self._row_of_slot[plan.first_slot[self._patterns]]
        filled = np.flatnonzero(self._filled()[slots])
        row, bit = bits_of(self._slots[slots[filled]])
        pattern, clause = self._patterns[filled[row]], self._clause_of_bit[bit]
        there = self._text_has(self._slots, self._row_of_slot, plan.anywhere, pattern, clause)
        pattern, clause = pattern[there], clause[there]
        unclean = self._text_has(
            self._elements, self._row_of_element, plan.barred, pattern, clause, some=True
        )
        return pattern[~unclean], clause[~unclean]

    def holds(self, slot: int, bit: int) -> bool:
        """Whether a window holds in the clause of a bit, and those after it that hang on it are in reach."""
        return bool(has_bits(self._slots, self._row_of_slot[[slot]], np.array([bit]))[0])

    def bit(self, clause: int) -> int:
        """The bit of a clause; those of the clauses after it in its text follow, then free ones."""
        return int(self._bit_of_clause[clause])

    def _hits(self, found: ClassHits) -> Hits:
        # Classes that no pattern asks for are features only.
        used = np.flatnonzero(self._plan.used[found.cls])
        cls, bit = found.cls[used], self._bit_of_clause[found.clause[used]]
        begins = np.diff(cls, prepend=-1) != 0
        row = np.cumsum(begins)
        row_of_class = np.zeros(len(self._plan.used), np.int64)
        row_of_class[cls[begins]] = row[begins]
        maps = np.zeros((int(np.count_nonzero(begins)) + 1, n_words(self._n_bits)), np.uint64)
        set_bits(maps, row, bit)
        return Hits(
            cls * self._n_bits + bit,
            found.first[used],
            found.first[used + 1],
            found.hit,
            found.start,
            found.end,
            maps,
            row_of_class,
            self._plan.elements,
            self._n_bits,
        )

    def _maps_of_elements(self, live: Live) -> tuple[Ints, Bitmaps]:
        """Where each element's clauses stand, and they: row 0 is empty, then come those of the classes.

        An element of which one class occurs has the row of that class, one of several a row of its own.
        """
        plan, maps = self._plan, self.hits.maps
        row = self.hits.row_of_class[plan.elements.items]
        kept = np.flatnonzero((row > 0) & live.needed[plan.element_of_class])
        row, element = row[kept], plan.element_of_class[kept]
        row_of_element = np.zeros(len(plan.elements), np.int64)
        row_of_element[element] = row
        size = np.bincount(element, minlength=len(plan.elements))
        several = np.flatnonzero(size > 1)
        lists = Ragged.of(Table.cut(row[size[element] > 1], size[several]))
        row_of_element[several[lists.rows]] = len(maps) + np.arange(len(several))
        both = np.zeros((len(maps) + len(several), maps.shape[1]), np.uint64)
        both[: len(maps)] = maps
        fold(np.bitwise_or, maps, lists.columns, both[len(maps) :])
        return row_of_element, both

    def _maps_of_slots(self, live: Live) -> Bitmaps:
        """The clauses in which each live window may hold, as far as bitmaps tell, by row; row 0 is empty."""
        plan = self._plan
        maps = np.zeros((len(live.slots) + 1, self._elements.shape[1]), np.uint64)
        kept = self._row_of_slot[plan.required.rows] > 0
        columns = [self._row_of_element[column[kept[: len(column)]]] for column in plan.required.columns]
        fold(np.bitwise_and, self._elements, columns, maps[1:])
        for column in plan.excluded.columns:
            slot = self._row_of_slot[plan.excluded.rows[: len(column)]]
            element = self._row_of_element[column]
            both = np.flatnonzero((slot > 0) & (element > 0))
            maps[slot[both]] &= ~self._elements[element[both]]
        return maps

    def _narrow(self, changed: Bools) -> None:
        """Keep, of windows that hang together, the clauses from which the next or to which the one before
        reaches; only for patterns of which some slot is `changed`."""
        filled = self._filled()
        for slots in self._plan.near:
            rows = self._row_of_slot[slots[np.any(changed[slots], axis=1)]]
            hopeful = filled[rows].all(axis=1)
            self._slots[rows[~hopeful][:, 0]] = 0
            rows = rows[hopeful]
            maps = [self._slots[column] for column in rows.T]
            for before, after in reversed(list(pairwise(maps))):
                before &= behind(after, REACH_CLAUSES)
            for before, after in pairwise(maps):
                after &= ahead(before, REACH_CLAUSES)
            for column, narrowed in zip(rows.T, maps, strict=True):
                self._slots[column] = narrowed

    def _filled(self) -> Bools:
        """Which rows of slots have any bit."""
        filled: Bools = np.bitwise_or.reduce(self._slots, axis=1) != 0
        return filled

    def _tie(self) -> Bools:
        """Keep, of every window, the clauses in which its chains hold; returns which slots changed."""
        plan = self._plan
        slots = plan.tied_slots[self._filled()[self._row_of_slot[plan.tied_slots]]]
        rows = self._row_of_slot[slots]
        which, bit = bits_of(self._slots[rows])
        place, chain = plan.tied.of_rows(slots[which])
        failed = np.zeros(len(which), bool)
        failed[place[~chains_hold(plan.chains, self.hits, chain, bit[place])]] = True
        clear_bits(self._slots, rows[which[failed]], bit[failed])
        changed = np.zeros(len(plan.pattern_of_slot), bool)
        changed[slots[which[failed]]] = True
        return changed

    def _text_has(
        self, maps: Bitmaps, row_of: Ints, asked: Table, pattern: Ints, clause: Ints, *, some: bool = False
    ) -> Bools:
        """For each (pattern, clause): has the text all, or (`some`) any, of what the pattern asks for?"""
        place, item = asked.of_rows(pattern)
        row = row_of[item]
        there = np.flatnonzero(row)
        text = self._text_of_clause[clause[place[there]]]
        has = np.zeros(len(place), bool)
        has[there] = any_between(maps, row[there], self._text_bits[text], self._text_ends[text])
        held = np.full(len(pattern), not some)
        held[place[has == some]] = some
        return held
