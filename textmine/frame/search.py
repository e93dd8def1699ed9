"""Compiled patterns searched over the clause bitmaps and word hits of one batch. Called by `matcher` only."""

from __future__ import annotations

import sys
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

import numpy as np
from numpy.typing import NDArray

from .compiled import CompiledChain, CompiledPattern, CompiledWindow
from .patterns import Link

#: Up to so many pairs of hits are simply tried; more are looked up in order.
_FEW = 64

#: A window after `;` may be satisfied up to this many clauses after the one before it.
REACH_CLAUSES = 2

Ints = NDArray[np.int64]
Span = tuple[int, int]
#: A chain matched so far: where it starts, the span of its last element, and how far it reaches.
Partial = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Hits:
    """Word hits of a batch, ordered by (class, bit).

    `place[class * n_bits + bit]` numbers the pairs; the hits of pair i are `[first[i], first[i + 1])`.
    """

    first: list[int]

    place: dict[int, int]
    starts: list[int]
    ends: list[int]
    n_bits: int

    def at(self, classes: Sequence[int], bit: int) -> list[Span]:
        """Spans of the given classes in one clause."""
        spans: list[Span] = []
        for cls in classes:
            place = self.place.get(cls * self.n_bits + bit)
            if place is not None:
                low, high = self.first[place], self.first[place + 1]
                spans += zip(self.starts[low:high], self.ends[low:high], strict=True)
        return spans


def clause_bitmaps(cls: Ints, bit: Ints, n_bits: int) -> dict[int, int]:
    """One integer per class with the bits of the clauses in which it occurs; input sorted by class."""
    first = np.flatnonzero(np.diff(cls, prepend=-1))
    dense = np.zeros((len(first), n_bits), np.uint8)
    dense[np.repeat(np.arange(len(first)), np.diff([*first.tolist(), len(cls)])), bit] = 1
    packed = np.packbits(dense, axis=1, bitorder="little")
    return {
        c: int.from_bytes(row.tobytes(), "little") for c, row in zip(cls[first].tolist(), packed, strict=True)
    }


@dataclass(frozen=True, slots=True)
class Layout:
    """Which bits are whose: `text_of_bit[bit]`, and each text's first bit and number of bits."""

    text_of_bit: list[int]
    first_bit: list[int]
    n_bits: list[int]

    def mask(self, bit: int) -> int:
        """All bits of the text that a bit belongs to."""
        text = self.text_of_bit[bit]
        return ((1 << self.n_bits[text]) - 1) << self.first_bit[text]


class Search:
    """Runs compiled patterns over the bitmaps and hits of one batch. What two patterns ask is found once."""

    def __init__(
        self, elements: Sequence[tuple[int, ...]], hits: Hits, bitmaps: Mapping[int, int], layout: Layout
    ) -> None:
        # Most words of a lexicon stand nowhere in a batch: only classes that do are looked at again.
        self._elements = [tuple([cls for cls in classes if cls in bitmaps]) for classes in elements]
        self._hits = hits
        self._bitmaps = bitmaps
        self._layout = layout
        self._maps: dict[int, int] = {}
        self._everywhere: dict[int, int] = {}
        self._spans: dict[int, list[Span]] = {}

    def holds(self, pattern: CompiledPattern) -> int:
        """The bits of the clauses in which the pattern begins to hold."""
        windows = pattern.windows
        maps = [self._candidates(window) for window in windows]
        if not all(maps):
            return 0
        near = [number for number, window in enumerate(windows) if number == 0 or not window.anywhere]
        _narrow(maps, near)
        if not maps[0]:
            return 0
        for number in near:
            if windows[number].tied:
                maps[number] = self._tied(windows[number], maps[number])
        if len(near) > 1:
            _narrow(maps, near)
        found = maps[0]
        for element in pattern.excluded:
            found &= ~self._texts_with(element)
        for number, window in enumerate(windows):
            if number and window.anywhere and found:
                found = self._where_text_has(found, window, maps[number])
        return found

    def evidence(self, pattern: CompiledPattern) -> Iterator[tuple[int, int, int]]:
        """Yield (bit, start, end) for every clause in which the pattern begins to hold."""
        for bit in set_bits(self.holds(pattern)):
            reached = {bit: self._window_span(pattern.windows[0], bit)}
            for window in pattern.windows[1:]:
                if not window.anywhere:
                    reached = self._following(window, reached)
            low, high = reached[min(reached)]
            yield bit, low, high

    def _following(self, window: CompiledWindow, reached: dict[int, Span]) -> dict[int, Span]:
        """Clauses in which a later window holds, with the evidence up to there."""
        following: dict[int, Span] = {}
        candidates = self._tied(window, self._candidates(window) & _ahead(sum(1 << bit for bit in reached)))
        for at, (low, high) in reached.items():
            for step in set_bits((candidates >> at) & ((1 << (REACH_CLAUSES + 1)) - 1)):
                if at + step not in following:
                    span = self._window_span(window, at + step)
                    following[at + step] = min(low, span[0]), max(high, span[1])
        return following

    def _candidates(self, window: CompiledWindow) -> int:
        found = -1
        for element in window.required:
            found &= self._map(element)
            if not found:
                return 0
        for element in window.excluded:
            found &= ~self._map(element)
        return found

    def _map(self, element: int) -> int:
        bitmap = self._maps.get(element)
        if bitmap is None:
            bitmap = 0
            for cls in self._elements[element]:
                bitmap |= self._bitmaps[cls]
            self._maps[element] = bitmap
        return bitmap

    def _texts_with(self, element: int) -> int:
        """All bits of the texts in which an element occurs."""
        spread = self._everywhere.get(element)
        if spread is None:
            spread, rest = 0, self._map(element)
            while rest:
                bit = rest.bit_length() - 1
                spread |= self._layout.mask(bit)
                # Whole texts at a time, from the last one down.
                rest &= (1 << self._layout.first_bit[self._layout.text_of_bit[bit]]) - 1
            self._everywhere[element] = spread
        return spread

    def _where_text_has(self, bitmap: int, window: CompiledWindow, candidates: int) -> int:
        """The bits in whose text the window holds somewhere."""
        kept = 0
        for bit in set_bits(bitmap):
            if self._tied(window, candidates & self._layout.mask(bit)):
                kept |= 1 << bit
        return kept

    def _tied(self, window: CompiledWindow, candidates: int) -> int:
        """The candidates in which the window's chains hold in order and distance."""
        if not window.tied:
            return candidates
        kept = 0
        for bit in set_bits(candidates):
            if all(self._chain_holds(chain, bit) for chain in window.tied):
                kept |= 1 << bit
        return kept

    def _at(self, element: int, bit: int) -> list[Span]:
        key = element * self._hits.n_bits + bit
        spans = self._spans.get(key)
        if spans is None:
            spans = self._spans[key] = self._hits.at(self._elements[element], bit)
        return spans

    def _chain_holds(self, chain: CompiledChain, bit: int) -> bool:
        if len(chain.links) == 1:
            first, second = self._at(chain.elements[0], bit), self._at(chain.elements[1], bit)
            if len(first) * len(second) <= _FEW:
                return _near(first, second, chain.links[0])
        return bool(self._chain_spans(chain, bit))

    def _window_span(self, window: CompiledWindow, bit: int) -> Span:
        spans = []
        for chain in window.chains:
            partial = self._chain_spans(chain, bit)
            low, _, _, high = min(partial, key=lambda item: (item[3] - item[0], item[0]))
            spans.append((low, high))
        return min(low for low, _ in spans), max(high for _, high in spans)

    def _chain_spans(self, chain: CompiledChain, bit: int) -> list[Partial]:
        partial: list[Partial] = [(s, s, e, e) for s, e in self._at(chain.elements[0], bit)]
        for element, link in zip(chain.elements[1:], chain.links, strict=True):
            if not partial:
                break
            partial = _extended(partial, self._at(element, bit), link)
        return partial


def _near(first: list[Span], second: list[Span], link: Link) -> bool:
    """Whether some hit of the second element may follow one of the first."""
    most = sys.maxsize if link.gap is None else link.gap
    for low, high in first:
        for start, end in second:
            if 0 <= start - high <= most or (not link.ordered and 0 <= low - end <= most):
                return True
    return False


def _narrow(maps: list[int], near: Sequence[int]) -> None:
    """Keep, of every window but the last, the clauses from which the next one is in reach."""
    for before, after in reversed(list(pairwise(near))):
        reach = maps[after]
        for step in range(1, REACH_CLAUSES + 1):
            reach |= maps[after] >> step
        maps[before] &= reach
    for before, after in pairwise(near):
        maps[after] &= _ahead(maps[before])


def _ahead(bitmap: int) -> int:
    """The clauses in reach of a later window."""
    reach = bitmap
    for step in range(1, REACH_CLAUSES + 1):
        reach |= bitmap << step
    return reach


def _extended(partial: list[Partial], following: list[Span], link: Link) -> list[Partial]:
    """Each following hit tied to the partial match that starts last among those it may be linked to.

    Sorted look-ups, never all pairs: a clause may be a whole page without a mark.
    """
    before = sorted(partial, key=lambda item: item[2])
    ends = [item[2] for item in before]
    latest = list(accumulate(before, max)) if link.gap is None else before
    after = [] if link.ordered else sorted(partial, key=lambda item: item[1])
    starts = [item[1] for item in after]
    grown: dict[Span, Partial] = {}
    for start, end in following:
        upto = bisect_right(ends, start)
        if link.gap is None:
            candidates = latest[max(0, upto - 1) : upto]
        else:
            candidates = before[bisect_left(ends, start - link.gap, 0, upto) : upto]
            if after:
                candidates += after[bisect_left(starts, end) : bisect_right(starts, end + link.gap)]
        if candidates:
            low, _, _, high = max(candidates)
            grown[start, end] = min(low, start), start, end, max(high, end)
    return list(grown.values())


def set_bits(bitmap: int) -> Iterator[int]:
    """The numbers of the bits that are set, lowest first."""
    while bitmap:
        lowest = bitmap & -bitmap
        yield lowest.bit_length() - 1
        bitmap ^= lowest
