"""Patterns with names turned into numbers, so that matching never compares strings. No matching here.

A class is `2 * concept + negated`; an element is the set of classes that satisfy it, known by its number.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from .patterns import Chain, Element, Link, Pattern, Window

_AFFIRMED, _NEGATED = 0, 1
_POLARITIES = {"affirmed": (_AFFIRMED,), "negated": (_NEGATED,), "any": (_AFFIRMED, _NEGATED)}


@dataclass(frozen=True, slots=True)
class CompiledChain:
    """Elements, by number, and what ties each to the one before it."""

    elements: tuple[int, ...]
    links: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class CompiledWindow:
    """`required` are all elements of its chains; only `tied` chains need a look at where their hits stand."""

    required: tuple[int, ...]
    chains: tuple[CompiledChain, ...]
    tied: tuple[CompiledChain, ...]
    excluded: tuple[int, ...]
    anywhere: bool


@dataclass(frozen=True, slots=True)
class CompiledPattern:
    """`near` are the numbers of the windows that hang together, the first one among them."""

    windows: tuple[CompiledWindow, ...]
    near: tuple[int, ...]
    excluded: tuple[int, ...]


class Compiler:
    """Turns names into numbers; `elements[i]` are the classes of element i."""

    def __init__(self, concepts: Mapping[str, int], literals: Mapping[str, int]) -> None:
        self._concepts = concepts
        self._literals = literals
        self._numbers: dict[tuple[int, ...], int] = {}

    @property
    def elements(self) -> tuple[tuple[int, ...], ...]:
        return tuple(self._numbers)

    def compile(self, pattern: Pattern) -> CompiledPattern:
        return CompiledPattern(
            tuple(self._window(window) for window in pattern.windows),
            tuple(n for n, window in enumerate(pattern.windows) if n == 0 or not window.anywhere),
            tuple(self._element(element) for element in pattern.excluded),
        )

    def _window(self, window: Window) -> CompiledWindow:
        chains = tuple(self._chain(chain) for chain in window.chains)
        return CompiledWindow(
            tuple(element for chain in chains for element in chain.elements),
            chains,
            tuple(chain for chain in chains if chain.links),
            tuple(self._element(element) for element in window.excluded),
            window.anywhere,
        )

    def _chain(self, chain: Chain) -> CompiledChain:
        return CompiledChain(tuple(map(self._element, chain.elements)), chain.links)

    def _element(self, element: Element) -> int:
        classes = tuple(
            2 * (self._literals[term.name] if term.is_literal else self._concepts[term.name]) + polarity
            for term in element.terms
            for polarity in _POLARITIES[element.polarity]
        )
        return self._numbers.setdefault(classes, len(self._numbers))
