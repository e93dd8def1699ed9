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

#: So many bits are looked at one by one; for more, a bitmap of whole texts is made once and kept.
_FEW_BITS = 3

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

    `keys[i]` is `class * n_bits + bit` of pair i, sorted; its hits are `[first[i], first[i + 1])` of `start`
    and `end`.
    """

    keys: Ints
    first: Ints
    start: Ints
    end: Ints
    n_bits: int


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
        sizes = [len(classes) for classes in self._elements]
        flat = [cls for classes in self._elements for cls in classes]
        self._class_table = np.cumsum([0, *sizes]), np.array(flat, np.int64)
        self._maps: dict[int, int] = {}
        self._spread: dict[int, int] = {}
        self._text_of_bit = np.array(layout.text_of_bit, np.int64)

    def run(self, patterns: Sequence[CompiledPattern]) -> tuple[Ints, Ints]:
        """(number of the pattern, bit) of every clause in which a pattern begins to hold.

        Bitmaps narrow every pattern first; then all chains are looked at together for order and distance.
        """
        waiting = [(number, maps) for number, p in enumerate(patterns) if (maps := self._narrowed(p))]
        wanted: dict[CompiledChain, int] = {}
        for number, maps in waiting:
            for window, candidates in zip(patterns[number].windows, maps, strict=True):
                for chain in window.tied:
                    wanted[chain] = wanted.get(chain, 0) | candidates
        holding = self._holding(wanted)
        found = [
            (number, bitmap)
            for number, maps in waiting
            if (bitmap := self._holds(patterns[number], maps, holding))
        ]
        place, bits = bits_of([bitmap for _, bitmap in found], self._hits.n_bits)
        return np.array([number for number, _ in found], np.int64)[place], bits

    def evidence(self, pattern: CompiledPattern, bit: int) -> Span:
        """Where a pattern that begins to hold in a clause stands."""
        reached = {bit: self._window_span(pattern.windows[0], bit)}
        for window in pattern.windows[1:]:
            if not window.anywhere:
                reached = self._following(window, reached)
        return reached[min(reached)]

    def _narrowed(self, pattern: CompiledPattern) -> list[int]:
        """The clauses in which each window may hold, as far as bitmaps tell; [] if there are none."""
        maps = []
        for window in pattern.windows:
            candidates = self._candidates(window)
            if not candidates:
                return []
            maps.append(candidates)
        if len(maps) > 1:
            _narrow(maps, pattern.near)
        return maps if maps[0] else []

    def _holds(self, pattern: CompiledPattern, maps: list[int], holding: Mapping[CompiledChain, int]) -> int:
        """The bits of the clauses in which the pattern begins to hold."""
        for number, window in enumerate(pattern.windows):
            for chain in window.tied:
                maps[number] &= holding[chain]
                if not maps[number]:
                    return 0
        if len(maps) > 1:
            _narrow(maps, pattern.near)
        found = maps[0]
        for element in pattern.excluded:
            found &= ~self._in_text_with(found, element)
        for number, window in enumerate(pattern.windows):
            if number and window.anywhere:
                found &= self._in_text_of(found, maps[number])
        return found

    def _in_text_with(self, bitmap: int, element: int) -> int:
        """The bits of `bitmap` whose text has a hit of an element somewhere."""
        if bitmap.bit_count() <= _FEW_BITS:
            return self._in_text_of(bitmap, self._map(element))
        spread = self._spread.get(element)
        if spread is None:
            _, bits = bits_of([self._map(element)], self._hits.n_bits)
            has = np.zeros(len(self._layout.first_bit) + 1, bool)
            has[self._text_of_bit[bits]] = True
            # Bits between texts belong to text -1, the last place, which never has anything.
            packed = np.packbits(has[self._text_of_bit], bitorder="little")
            spread = self._spread[element] = int.from_bytes(packed.tobytes(), "little")
        return bitmap & spread

    def _in_text_of(self, bitmap: int, other: int) -> int:
        """The bits of `bitmap` whose text has some bit of `other`."""
        kept = 0
        if other.bit_count() < bitmap.bit_count():
            for bit in set_bits(other):
                kept |= self._layout.mask(bit)
            return bitmap & kept
        for bit in set_bits(bitmap):
            if other & self._layout.mask(bit):
                kept |= 1 << bit
        return kept

    def _holding(self, wanted: Mapping[CompiledChain, int]) -> dict[CompiledChain, int]:
        """Of the clauses in which each chain is wanted, those in which it holds."""
        chains = list(wanted)
        chain, bit = bits_of(list(wanted.values()), self._hits.n_bits)
        keep = np.zeros(len(chain), bool)
        single = np.array([len(c.links) == 1 for c in chains], bool)
        pairs = np.flatnonzero(single[chain]) if len(chains) else chain
        keep[pairs] = self._pairs_hold([chains[i] for i in chain[pairs].tolist()], bit[pairs])
        longer = np.setdiff1d(np.arange(len(chain)), pairs)
        keep[longer] = self._chains_hold([chains[i] for i in chain[longer].tolist()], bit[longer])
        exact = clause_bitmaps(chain[keep], bit[keep], self._hits.n_bits)
        return {c: exact.get(number, 0) for number, c in enumerate(chains)}

    def _pairs_hold(self, chains: Sequence[CompiledChain], bit: Ints) -> NDArray[np.bool_]:
        """For each (chain of two elements, clause): do hits of both stand as the link wants?"""
        first = self._hits_of(np.array([c.elements[0] for c in chains], np.int64), bit)
        second = self._hits_of(np.array([c.elements[1] for c in chains], np.int64), bit)
        most = np.array([sys.maxsize if c.links[0].gap is None else c.links[0].gap for c in chains], np.int64)
        ordered = np.array([c.links[0].ordered for c in chains], bool)
        held = np.zeros(len(chains), bool)
        # A clause may be a whole page without a mark: there the hits are looked up in order, not paired.
        n_first = np.bincount(first[0], minlength=len(chains))
        n_second = np.bincount(second[0], minlength=len(chains))
        crowded = n_first * n_second > _FEW
        crowds = np.flatnonzero(crowded)
        held[crowds] = self._chains_hold([chains[i] for i in crowds.tolist()], bit[crowds])
        begin = np.cumsum(n_second) - n_second
        times = np.where(crowded[first[0]], 0, n_second[first[0]])
        left = np.repeat(np.arange(len(first[0])), times)
        right = begin[first[0][left]] + np.arange(len(left)) - np.repeat(np.cumsum(times) - times, times)
        pair = first[0][left]
        after = second[1][right] - first[2][left]
        before = first[1][left] - second[2][right]
        linked = (after >= 0) & (after <= most[pair])
        linked |= ~ordered[pair] & (before >= 0) & (before <= most[pair])
        held[pair[linked]] = True
        return held

    def _chains_hold(self, chains: Sequence[CompiledChain], bit: Ints) -> list[bool]:
        """For each (chain, clause): do hits of all its elements stand as the links want?"""
        elements = np.array([element for chain in chains for element in chain.elements], np.int64)
        lengths = [len(chain.elements) for chain in chains]
        place, start, end = self._hits_of(elements, np.repeat(bit, lengths))
        bounds = np.searchsorted(place, np.arange(len(elements) + 1)).tolist()
        spans = list(zip(start.tolist(), end.tolist(), strict=True))
        held = []
        at = 0
        for chain, length in zip(chains, lengths, strict=True):
            hits = [spans[bounds[i] : bounds[i + 1]] for i in range(at, at + length)]
            held.append(bool(_linked(chain, hits)))
            at += length
        return held

    def _hits_of(self, element: Ints, bit: Ints) -> tuple[Ints, Ints, Ints]:
        """(place in the arguments, start, end) of all hits of the given elements in the given clauses."""
        offsets, classes = self._class_table
        count = offsets[element + 1] - offsets[element]
        place = np.repeat(np.arange(len(element)), count)
        within = np.arange(len(place)) - np.repeat(np.cumsum(count) - count, count)
        key = classes[offsets[element[place]] + within] * self._hits.n_bits + bit[place]
        at = np.searchsorted(self._hits.keys, key)
        there = np.flatnonzero(self._hits.keys[np.minimum(at, len(self._hits.keys) - 1)] == key)
        place, at = place[there], at[there]
        size = self._hits.first[at + 1] - self._hits.first[at]
        hit = np.repeat(self._hits.first[at], size)
        hit += np.arange(len(hit)) - np.repeat(np.cumsum(size) - size, size)
        return np.repeat(place, size), self._hits.start[hit], self._hits.end[hit]

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

    def _tied(self, window: CompiledWindow, candidates: int) -> int:
        """The candidates in which the window's chains hold in order and distance."""
        if not window.tied:
            return candidates
        kept = 0
        for bit in set_bits(candidates):
            if all(self._chain_spans(chain, bit) for chain in window.tied):
                kept |= 1 << bit
        return kept

    def _at(self, element: int, bit: int) -> list[Span]:
        _, start, end = self._hits_of(np.array([element]), np.array([bit]))
        return list(zip(start.tolist(), end.tolist(), strict=True))

    def _window_span(self, window: CompiledWindow, bit: int) -> Span:
        spans = []
        for chain in window.chains:
            partial = self._chain_spans(chain, bit)
            low, _, _, high = min(partial, key=lambda item: (item[3] - item[0], item[0]))
            spans.append((low, high))
        return min(low for low, _ in spans), max(high for _, high in spans)

    def _chain_spans(self, chain: CompiledChain, bit: int) -> list[Partial]:
        return _linked(chain, [self._at(element, bit) for element in chain.elements])


def _linked(chain: CompiledChain, hits: Sequence[list[Span]]) -> list[Partial]:
    """The ways a chain holds, given the hits of each of its elements in a clause; at most one a last hit."""
    partial: list[Partial] = [(start, start, end, end) for start, end in hits[0]]
    for following, link in zip(hits[1:], chain.links, strict=True):
        if not partial:
            break
        partial = _extended(partial, following, link)
    return partial


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


def bits_of(bitmaps: Sequence[int], n_bits: int) -> tuple[Ints, Ints]:
    """(place of the bitmap, bit) of every bit that is set in any of the bitmaps."""
    width = n_bits // 8 + 1
    blob = np.frombuffer(b"".join([bitmap.to_bytes(width, "little") for bitmap in bitmaps]), np.uint8)
    # Bitmaps are sparse: only bytes with something in them are unpacked.
    filled = np.flatnonzero(blob)
    row, bit = np.nonzero(np.unpackbits(blob[filled][:, None], axis=1, bitorder="little"))
    byte = filled[row]
    return byte // width, byte % width * 8 + bit


def set_bits(bitmap: int) -> Iterator[int]:
    """The numbers of the bits that are set, lowest first."""
    while bitmap:
        lowest = bitmap & -bitmap
        yield lowest.bit_length() - 1
        bitmap ^= lowest
