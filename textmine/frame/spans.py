"""Where a cue stands: the shortest stretch of text that shows a pattern. Called by `matcher` only."""

from __future__ import annotations

from collections.abc import Sequence

from .chains import Partial, Span, ways
from .compiled import CompiledChain
from .hits import REACH_CLAUSES
from .plan import Plan
from .search import Search


def evidence(search: Search, plan: Plan, pattern: int, clause: int) -> Span:
    """Start and end of what a pattern that begins to hold in a clause rests on."""
    bit = search.bit(clause)
    first, *later = plan.slots(pattern)
    reached = {bit: _window_span(search, plan.chains_of(first), bit)}
    anywhere = plan.anywhere.row(pattern)
    for slot in later:
        if slot not in anywhere:
            reached = _following(search, plan.chains_of(slot), slot, reached)
    return reached[min(reached)]


def _following(
    search: Search, chains: Sequence[CompiledChain], slot: int, reached: dict[int, Span]
) -> dict[int, Span]:
    """Clauses in which a later window holds, with the evidence up to there."""
    following: dict[int, Span] = {}
    for at, (low, high) in reached.items():
        for bit in range(at, at + REACH_CLAUSES + 1):
            if bit not in following and search.holds(slot, bit):
                span = _window_span(search, chains, bit)
                following[bit] = min(low, span[0]), max(high, span[1])
    return following


def _window_span(search: Search, chains: Sequence[CompiledChain], bit: int) -> Span:
    spans = []
    for chain in chains:
        partial = _chain_ways(search, chain, bit)
        low, _, _, high = min(partial, key=lambda item: (item[3] - item[0], item[0]))
        spans.append((low, high))
    return min(low for low, _ in spans), max(high for _, high in spans)


def _chain_ways(search: Search, chain: CompiledChain, bit: int) -> list[Partial]:
    return ways(chain, [search.hits.spans(element, bit) for element in chain.elements])
