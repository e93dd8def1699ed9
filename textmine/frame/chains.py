"""Order and distance: do hits stand in a clause as the links of a chain want? Called by `search` only."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from .bitmaps import Bitmaps, has_bits
from .compiled import CompiledChain
from .patterns import Link
from .plan import Chains
from .tables import Ints, Table, spread

#: Up to so many pairs of hits are simply tried; more are looked up in order.
_FEW = 64

Bools = NDArray[np.bool_]
Span = tuple[int, int]
#: A chain matched so far: where it starts, the span of its last element, and how far it reaches.
Partial = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Hits:
    """Hits of a batch by class and bit.

    `keys[i]` is `class * n_bits + bit` of pair i, sorted; its hits are `[first[i], last[i])` of `hit`, places
    in `start` and `end`. `maps[row_of_class[class]]` has the same pairs as a bitmap (row 0: nothing).
    """

    keys: Ints
    first: Ints
    last: Ints
    hit: NDArray[np.int32]
    start: Ints
    end: Ints
    maps: Bitmaps
    row_of_class: Ints
    elements: Table
    n_bits: int

    def of(self, element: Ints, bit: Ints) -> tuple[Ints, Ints, Ints]:
        """(place in the arguments, start, end) of all hits of the given elements in the given clauses."""
        place, cls = self.elements.of_rows(element)
        # Most classes of an element are not there: a look at their bits is cheaper than a search.
        there = np.flatnonzero(has_bits(self.maps, self.row_of_class[cls], bit[place]))
        place, cls = place[there], cls[there]
        at = np.searchsorted(self.keys, cls * self.n_bits + bit[place])
        pair, number = spread(self.first[at], self.last[at] - self.first[at])
        hit = self.hit[number]
        return place[pair], self.start[hit], self.end[hit]

    def spans(self, element: int, bit: int) -> list[Span]:
        """The hits of one element in one clause."""
        _, start, end = self.of(np.array([element]), np.array([bit]))
        return list(zip(start.tolist(), end.tolist(), strict=True))


def chains_hold(chains: Chains, hits: Hits, chain: Ints, bit: Ints) -> Bools:
    """For each (chain, clause): do hits of all its elements stand as the links want?"""
    size = chains.elements.sizes[chain]
    of_place, element = chains.elements.of_rows(chain)
    place, start, end = hits.of(element, bit[of_place])
    count = np.bincount(place, minlength=len(element))
    begin = np.cumsum(count) - count
    first = np.cumsum(size) - size
    reached = np.ones(len(start), bool)
    # A clause may be a whole page without a mark: there hits are looked up in order, not paired.
    crowded = np.zeros(len(chain), bool)
    for step in range(int(size.max(initial=1)) - 1):
        longer = np.flatnonzero(size > step + 1)
        left, right = first[longer] + step, first[longer] + step + 1
        many = count[left] * count[right] > _FEW
        crowded[longer[many]] = True
        longer, left, right = longer[~many], left[~many], right[~many]
        pair, nth = spread(np.zeros(len(longer), np.int64), count[left] * count[right])
        before = begin[left][pair] + nth // count[right][pair]
        after = begin[right][pair] + nth % count[right][pair]
        link = chains.links.first[chain[longer]] + step
        linked = reached[before] & _stand(
            start[before],
            end[before],
            start[after],
            end[after],
            chains.gap[link][pair],
            chains.ordered[link][pair],
        )
        reached[after] = False
        reached[after[linked]] = True
    held = np.zeros(len(chain), bool)
    last = np.repeat(np.arange(len(element)), count)[reached]
    held[of_place[last][last == (first + size - 1)[of_place[last]]]] = True
    for i in np.flatnonzero(crowded).tolist():
        bounds = [(begin[p], begin[p] + count[p]) for p in range(first[i], first[i] + size[i])]
        spans = [list(zip(start[a:b].tolist(), end[a:b].tolist(), strict=True)) for a, b in bounds]
        held[i] = bool(ways(chains.chain(int(chain[i])), spans))
    return held


def _stand(start: Ints, end: Ints, next_start: Ints, next_end: Ints, most: Ints, ordered: Bools) -> Bools:
    """Whether a hit and the next element's stand as their link wants."""
    after, before = next_start - end, start - next_end
    linked: Bools = (after >= 0) & (after <= most)
    linked |= ~ordered & (before >= 0) & (before <= most)
    return linked


def ways(chain: CompiledChain, hits: Sequence[list[Span]]) -> list[Partial]:
    """The ways a chain holds, given the hits of each of its elements in a clause; at most one a last hit."""
    partial: list[Partial] = [(start, start, end, end) for start, end in hits[0]]
    for following, link in zip(hits[1:], chain.links, strict=True):
        if not partial:
            break
        partial = _extended(partial, following, link)
    return partial


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
