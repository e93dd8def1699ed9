"""Where a cue stands: the shortest stretch of text that shows a pattern. Called by `matcher` only."""

from __future__ import annotations

from .chains import Partial, Span, ways
from .compiled import CompiledChain, CompiledPattern, CompiledWindow
from .hits import REACH_CLAUSES
from .search import Search


def evidence(search: Search, pattern: CompiledPattern, first_slot: int, clause: int) -> Span:
    """Start and end of what a pattern that begins to hold in a clause rests on."""
    bit = search.bit(clause)
    reached = {bit: _window_span(search, pattern.windows[0], bit)}
    for number, window in enumerate(pattern.windows[1:], start=first_slot + 1):
        if not window.anywhere:
            reached = _following(search, window, number, reached)
    return reached[min(reached)]


def _following(
    search: Search, window: CompiledWindow, slot: int, reached: dict[int, Span]
) -> dict[int, Span]:
    """Clauses in which a later window holds, with the evidence up to there."""
    following: dict[int, Span] = {}
    for at, (low, high) in reached.items():
        for bit in range(at, at + REACH_CLAUSES + 1):
            if bit not in following and search.holds(slot, bit):
                span = _window_span(search, window, bit)
                following[bit] = min(low, span[0]), max(high, span[1])
    return following


def _window_span(search: Search, window: CompiledWindow, bit: int) -> Span:
    spans = []
    for chain in window.chains:
        partial = _chain_ways(search, chain, bit)
        low, _, _, high = min(partial, key=lambda item: (item[3] - item[0], item[0]))
        spans.append((low, high))
    return min(low for low, _ in spans), max(high for _, high in spans)


def _chain_ways(search: Search, chain: CompiledChain, bit: int) -> list[Partial]:
    return ways(chain, [search.hits.spans(element, bit) for element in chain.elements])
