"""Which words of which concepts stand in which clause of a batch: whole, not excepted, negated or not.

From occurrences of words to hits of concepts, with whole-array operations. Knows scope words (negation,
conditions, what is over) and quantities; no patterns.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .tables import Ints, Rows, by_column, grouped, spread
from .trie import WordTrie, code_points
from .vocabulary import AFFIRMED, COUNTED, NEGATED, SCOPES, Vocabulary

#: How many clauses on a text may still speak of the same: a resolution, or the next window of a pattern.
REACH_CLAUSES = 2

Bools = NDArray[np.bool_]

_IS_NUMERAL = np.zeros(0x10000, bool)
_IS_NUMERAL[code_points("0123456789.一二两三四五六七八九十百千万半几俩仨零〇幺多")] = True


@dataclass(frozen=True, slots=True)
class Clauses:
    """Where the clauses and texts of a batch begin, and which clause and text is where."""

    starts: Ints
    of_position: Ints
    text: Ints
    n_texts: int

    @classmethod
    def of(cls, length: int, clause_starts: Ints, text_starts: Ints) -> Clauses:
        """Of a joined text of so many code points."""
        return cls(
            clause_starts,
            np.cumsum(np.bincount(clause_starts, minlength=length + 1)) - 1,
            np.searchsorted(text_starts, clause_starts, side="right") - 1,
            len(text_starts),
        )

    def __len__(self) -> int:
        return len(self.starts)


@dataclass(frozen=True, slots=True)
class ClassHits:
    """Hits of a batch by class (`2 * concept + negated`), then clause.

    Pair i is `cls[i]` in clause `clause[i]`; its hits are those from `first[i]` up to `first[i + 1]` of
    `hit`, places in `start` and `end`.
    """

    cls: Ints
    clause: Ints
    first: Ints
    hit: NDArray[np.int32]
    start: Ints
    end: Ints

    @classmethod
    def of(cls, pointers: Ints, hit: NDArray[np.int32], clause: Ints, start: Ints, end: Ints) -> ClassHits:
        """From hits, with the clause, start and end of each, by class: those of class c are
        `[pointers[c], pointers[c + 1])` of `hit`, in the order of clauses."""
        n = int(pointers[-1])
        hit = hit[:n]
        clause = clause[hit]
        begins = np.ones(n, bool)
        np.not_equal(clause[1:], clause[:-1], out=begins[1:])
        begins[pointers[:-1][pointers[:-1] < pointers[1:]]] = True
        first = np.flatnonzero(begins)
        owned = np.diff(np.searchsorted(first, pointers))
        number = np.repeat(np.arange(len(owned)), owned)
        return cls(number, clause[first], np.append(first, n), hit, start, end)


@dataclass(frozen=True, slots=True)
class _Occurrences:
    """Words where they stand; `clause` is -1 for one that crosses the end of a clause."""

    word: Ints
    start: Ints
    end: Ints
    clause: Ints

    def __len__(self) -> int:
        return len(self.word)

    def take(self, places: Ints) -> _Occurrences:
        return _Occurrences(self.word[places], self.start[places], self.end[places], self.clause[places])


class HitFinder:
    """Finds hits of the concepts and literals of a vocabulary. Stateless after construction."""

    def __init__(self, vocabulary: Vocabulary, *, reach: int) -> None:
        self._vocabulary = vocabulary
        self._trie = WordTrie.of(vocabulary.words)
        self._classes = Rows(vocabulary.classes)
        self._reach = reach

    def find(self, text: str, clauses: Clauses) -> ClassHits:
        """All hits in a text whose clauses are given."""
        points = code_points(text)
        word, start, end = self._trie.find(points)
        # A hit that crosses a clause end belongs to no clause: "信号，不" is not a word of anything.
        clause = clauses.of_position[start]
        clause[clauses.of_position[end - 1] != clause] = -1
        found = _Occurrences(word, start, end, clause)
        exceptions = _Exceptions.of(found, self._vocabulary, len(points))
        scope = self._scope_hits(found, exceptions)
        suspended = np.append(_suspended(scope, clauses), True)
        found = found.take(np.flatnonzero(~suspended[clause]))
        negated = self._negated(found, scope["negation"], len(points))
        counted = np.flatnonzero(self._vocabulary.counts[found.word])
        number = _number_starts(points, found.start[counted], clauses.starts[found.clause[counted]])
        counted, number = counted[number < found.start[counted]], number[number < found.start[counted]]
        return self._class_hits(found, negated, counted, number, exceptions, len(clauses))

    def _scope_hits(self, found: _Occurrences, exceptions: _Exceptions) -> dict[str, _Occurrences]:
        vocabulary = self._vocabulary
        found = found.take(np.flatnonzero(vocabulary.has_scope[found.word] & (found.clause >= 0)))
        place, scope = vocabulary.scopes.of_rows(found.word)
        kept = ~exceptions.cover(scope + vocabulary.first_scope, found.start[place], found.end[place])
        place, scope = place[kept], scope[kept]
        return {name: found.take(place[scope == number]) for number, name in enumerate(SCOPES)}

    def _class_hits(
        self,
        found: _Occurrences,
        negated: Bools,
        counted: Ints,
        number: Ints,
        exceptions: _Exceptions,
        n_clauses: int,
    ) -> ClassHits:
        """What the owners of words have; words `counted` are hits of quantities too, from `number` on."""
        vocabulary = self._vocabulary
        variant = np.append(np.where(negated, NEGATED, AFFIRMED), np.full(len(counted), COUNTED))
        begin = np.append(found.start, number)
        found = found.take(np.append(np.arange(len(found)), counted))
        order = grouped(found.clause, n_clauses)[1]
        found, begin = found.take(order), begin[order]
        pointers, cls = self._classes.rows(found.word + len(vocabulary.words) * variant[order])
        # Most words are far from any exception: only the others are looked at owner by owner.
        near = exceptions.near(found.start, found.end)
        place, entry = spread(pointers[near], np.diff(pointers)[near])
        at = near[place]
        hidden = exceptions.cover(cls[entry] >> 1, found.start[at], found.end[at])
        cls[entry[hidden]] = 2 * vocabulary.first_scope
        pointers, hit = by_column(pointers, cls, 2 * vocabulary.first_scope + 1)
        return ClassHits.of(pointers[:-1], hit, found.clause, begin, found.end)

    def _negated(self, found: _Occurrences, negators: _Occurrences, length: int) -> Bools:
        """Which words stand within reach behind a negator of their clause."""
        last_end = np.full(length + 1, -1, np.int64)
        last_end[negators.end] = negators.end
        last_end = np.maximum.accumulate(last_end)
        clause_at = np.full(length + 1, -1, np.int64)
        clause_at[negators.end] = negators.clause
        nearest = last_end[found.start]
        near = (nearest >= 0) & (found.start - nearest <= self._reach)
        same_clause: Bools = clause_at[np.maximum(nearest, 0)] == found.clause
        return near & same_clause


@dataclass(frozen=True, slots=True)
class _Exceptions:
    """Occurrences of exceptions by the positions they cover: whose they are and how far they reach.

    Those over a position are `[first[position], first[position + 1])` of `owner` and `until`;
    `reach[position]` is how far any exception that begins up to there reaches.
    """

    first: Ints
    owner: Ints
    until: Ints
    reach: Ints

    @classmethod
    def of(cls, found: _Occurrences, vocabulary: Vocabulary, length: int) -> _Exceptions:
        """An exception counts wherever it stands, across the end of a clause too."""
        place, owner = vocabulary.exceptions.of_rows(found.word)
        start, end = found.start[place], found.end[place]
        number, position = spread(start, end - start)
        first, order = grouped(position, length)
        number = number[order]
        reach = np.zeros(length + 1, np.int64)
        np.maximum.at(reach, start, end)
        return cls(first, owner[number], end[number], np.maximum.accumulate(reach))

    def near(self, start: Ints, end: Ints) -> Ints:
        """Which hits some exception of whatever owner may hide: a cheap first look."""
        return np.flatnonzero(self.reach[start] >= end)

    def cover(self, owner: Ints, start: Ints, end: Ints) -> Bools:
        """Whether hits lie inside an occurrence of one of their owner's exceptions."""
        place, exception = spread(self.first[start], self.first[start + 1] - self.first[start])
        hides = (self.owner[exception] == owner[place]) & (self.until[exception] >= end[place])
        covered = np.zeros(len(owner), bool)
        covered[place[hides]] = True
        return covered


def _number_starts(points: NDArray[np.uint32], start: Ints, clause_start: Ints) -> Ints:
    """Where the numeral that ends at each start begins, within its clause; if there is none, the start."""
    position = np.arange(len(points))
    other = np.where(_IS_NUMERAL[np.minimum(points, len(_IS_NUMERAL) - 1)], -1, position)
    before = np.append(-1, np.maximum.accumulate(other))
    first = np.maximum(before[start] + 1, clause_start)
    # A number does not begin with a point: "气人.3小时".
    undotted = np.where(points == ord("."), len(points), position)
    following = np.append(np.minimum.accumulate(undotted[::-1])[::-1], len(points))
    begins: Ints = np.minimum(following[first], start)
    return begins


def _suspended(scope: dict[str, _Occurrences], clauses: Clauses) -> Bools:
    """True for clauses that state a condition, or an earlier state that is over."""
    n = len(clauses)
    flags = {name: np.zeros(n + REACH_CLAUSES, bool) for name in scope}
    for name, hits in scope.items():
        flags[name][hits.clause] = True
    over = flags["past"][:n] & flags["resolved"][:n]
    for step in range(1, REACH_CLAUSES + 1):
        same_text = np.zeros(n, bool)
        same_text[: n - step] = clauses.text[step:] == clauses.text[: n - step]
        over |= flags["past"][:n] & flags["resolved"][step : n + step] & same_text
    suspended: Bools = over | flags["hypothetical"][:n]
    return suspended
