"""Compiled patterns searched over the clause bitmaps and word hits of one batch. Called by `matcher` only."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .patterns import Chain, Element, Link, Pattern, Window

#: A window after `;` may be satisfied up to this many clauses after the one before it.
REACH_CLAUSES = 2

Ints = NDArray[np.int64]
Span = tuple[int, int]

_AFFIRMED, _NEGATED = 0, 1


@dataclass(frozen=True, slots=True)
class Hits:
    """Word hits of a batch, ordered by (class, bit, start)."""

    keys: list[int]
    starts: list[int]
    ends: list[int]
    n_bits: int

    def at(self, classes: Iterable[int], bit: int) -> list[Span]:
        """Spans of the given classes in one clause."""
        spans: list[Span] = []
        for cls in classes:
            key = cls * self.n_bits + bit
            low = bisect_left(self.keys, key)
            if low < len(self.keys) and self.keys[low] == key:
                high = bisect_right(self.keys, key, low)
                spans += zip(self.starts[low:high], self.ends[low:high], strict=True)
        return spans


def clause_bitmaps(cls: Ints, bit: Ints, n_bits: int) -> dict[int, int]:
    """One integer per class with the bits of the clauses in which it occurs; input sorted by class."""
    classes, first = np.unique(cls, return_index=True)
    dense = np.zeros((len(classes), n_bits), np.uint8)
    dense[np.repeat(np.arange(len(classes)), np.diff([*first.tolist(), len(cls)])), bit] = 1
    packed = np.packbits(dense, axis=1, bitorder="little")
    return {
        c: int.from_bytes(row.tobytes(), "little") for c, row in zip(classes.tolist(), packed, strict=True)
    }


@dataclass(frozen=True, slots=True)
class CompiledChain:
    """Elements as the classes that satisfy them; a class is `2 * concept + negated`."""

    elements: tuple[tuple[int, ...], ...]
    links: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class CompiledWindow:
    chains: tuple[CompiledChain, ...]
    excluded: tuple[int, ...]
    anywhere: bool


@dataclass(frozen=True, slots=True)
class CompiledPattern:
    windows: tuple[CompiledWindow, ...]
    excluded: tuple[int, ...]


class Compiler:
    """Turns names into class numbers."""

    def __init__(self, concepts: Mapping[str, int], literals: Mapping[str, int]) -> None:
        self._concepts = concepts
        self._literals = literals

    def compile(self, pattern: Pattern) -> CompiledPattern:
        return CompiledPattern(
            tuple(self._window(window) for window in pattern.windows),
            tuple(cls for element in pattern.excluded for cls in self._classes(element)),
        )

    def _window(self, window: Window) -> CompiledWindow:
        return CompiledWindow(
            tuple(self._chain(chain_) for chain_ in window.chains),
            tuple(cls for element in window.excluded for cls in self._classes(element)),
            window.anywhere,
        )

    def _chain(self, chain_: Chain) -> CompiledChain:
        elements = tuple(self._classes(element) for element in chain_.elements)
        return CompiledChain(elements, chain_.links)

    def _classes(self, element: Element) -> tuple[int, ...]:
        polarities = {"affirmed": (_AFFIRMED,), "negated": (_NEGATED,), "any": (_AFFIRMED, _NEGATED)}
        return tuple(
            2 * (self._literals[term.name] if term.is_literal else self._concepts[term.name]) + polarity
            for term in element.terms
            for polarity in polarities[element.polarity]
        )


class Search:
    """Runs compiled patterns over the bitmaps and hits of one batch."""

    def __init__(
        self,
        hits: Hits,
        bitmaps: Mapping[int, int],
        bit_of: Ints,
        clause_of_bit: Ints,
        text_of: Ints,
        bounds: Ints,
    ) -> None:
        self._hits = hits
        self._bitmaps = bitmaps
        self._bit_of = bit_of
        self._clause_of_bit = clause_of_bit
        self._text_of = text_of
        self._bounds = bounds

    def run(self, pattern: CompiledPattern) -> Iterator[tuple[int, int, int]]:
        """Yield (bit of the first window, start, end) for every clause in which the pattern begins."""
        maps = [self._candidates(window) for window in pattern.windows]
        if not all(maps):
            return
        first = maps[0]
        for window, candidates in zip(pattern.windows[1:], maps[1:], strict=True):
            if not window.anywhere and len(maps) == 2:
                reach = candidates
                for step in range(1, REACH_CLAUSES + 1):
                    reach |= candidates >> step
                first &= reach
        forbidden = self._union(pattern.excluded)
        for bit in _set_bits(first):
            if forbidden and forbidden & self._text_mask(bit):
                continue
            span = self._hold(pattern.windows, maps, bit)
            if span:
                yield bit, *span

    def _candidates(self, window: CompiledWindow) -> int:
        found = -1
        for chain_ in window.chains:
            for element in chain_.elements:
                found &= self._union(element)
                if not found:
                    return 0
        return found & ~self._union(window.excluded) if window.excluded else found

    def _union(self, classes: tuple[int, ...]) -> int:
        if len(classes) == 1:
            return self._bitmaps.get(classes[0], 0)
        found = 0
        for cls in classes:
            found |= self._bitmaps.get(cls, 0)
        return found

    def _text_mask(self, bit: int) -> int:
        text = int(self._text_of[self._clause_of_bit[bit]])
        low = int(self._bit_of[self._bounds[text]])
        high = int(self._bit_of[self._bounds[text + 1] - 1]) + 1
        return ((1 << (high - low)) - 1) << low

    def _hold(self, windows: Sequence[CompiledWindow], maps: list[int], bit: int) -> Span | None:
        low_high = self._window_span(windows[0], bit)
        if not low_high:
            return None
        at = bit
        for window, candidates in zip(windows[1:], maps[1:], strict=True):
            near = 0
            if window.anywhere:
                near = candidates & self._text_mask(bit)
            else:
                near = candidates & (((1 << (REACH_CLAUSES + 1)) - 1) << at)
            for place in _set_bits(near):
                span = self._window_span(window, place)
                if span:
                    if not window.anywhere:
                        low_high = min(low_high[0], span[0]), max(low_high[1], span[1])
                        at = place
                    break
            else:
                return None
        return low_high

    def _window_span(self, window: CompiledWindow, bit: int) -> Span | None:
        low, high = None, 0
        for chain_ in window.chains:
            span = self._chain_span(chain_, bit)
            if span is None:
                return None
            low = span[0] if low is None else min(low, span[0])
            high = max(high, span[1])
        return None if low is None else (low, high)

    def _chain_span(self, chain_: CompiledChain, bit: int) -> Span | None:
        # Partial matches as (first start, span of the last element, furthest end); the widest set that can
        # still be extended, never more than the hits of one element.
        partial = [(s, s, e, e) for s, e in self._hits.at(chain_.elements[0], bit)]
        for element, link in zip(chain_.elements[1:], chain_.links, strict=True):
            following = self._hits.at(element, bit)
            grown: dict[Span, tuple[int, int, int, int]] = {}
            for low, last_start, last_end, high in partial:
                for start, end in following:
                    if _linked(link, last_start, last_end, start, end):
                        best = grown.get((start, end))
                        if best is None or low > best[0]:
                            grown[start, end] = (min(low, start), start, end, max(high, end))
            partial = list(grown.values())
        if not partial:
            return None
        low, _, _, high = min(partial, key=lambda item: (item[3] - item[0], item[0]))
        return low, high


def _linked(link: Link, last_start: int, last_end: int, start: int, end: int) -> bool:
    if start >= last_end:
        gap = start - last_end
    elif not link.ordered and end <= last_start:
        gap = last_start - end
    else:
        return False
    return link.gap is None or gap <= link.gap


def _set_bits(bitmap: int) -> Iterator[int]:
    while bitmap:
        lowest = bitmap & -bitmap
        yield lowest.bit_length() - 1
        bitmap ^= lowest
