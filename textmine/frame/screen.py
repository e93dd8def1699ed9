"""A cheap look at which texts may hold any pattern of a lexicon, so that the matcher need not see the others.

A pattern needs a word of each of its elements somewhere in the text; negation, exceptions, order and distance
only narrow that. So a text that fails here holds nothing, and one that passes may hold nothing either.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .lexicon import Concept, Lexicon
from .patterns import Element
from .tables import Ragged, Table
from .trie import WordTrie, code_points


@dataclass(frozen=True, slots=True)
class Needs:
    """What the patterns of a lexicon cannot do without: `elements` are the elements that each word may make
    a hit of, `required` those of every pattern."""

    words: tuple[str, ...]
    elements: Table
    required: Ragged
    n_elements: int

    @classmethod
    def of(cls, lexicon: Lexicon) -> Needs:
        """Collect them."""
        concepts = {concept.name: concept for concept in lexicon.concepts}
        numbers: dict[Element, int] = {}
        required = [
            [
                numbers.setdefault(element, len(numbers))
                for window in cue.pattern.windows
                for chain in window.chains
                for element in chain.elements
            ]
            for cue in lexicon.patterns
        ]
        elements_of_word: dict[str, list[int]] = {}
        for element, number in numbers.items():
            for word in _words(element, concepts):
                elements_of_word.setdefault(word, []).append(number)
        elements = Table.of(tuple(elements_of_word.values()))
        return cls(tuple(elements_of_word), elements, Ragged.of(Table.of(required)), len(numbers))


class Screen:
    """Looks for what patterns need. Stateless after construction."""

    def __init__(self, needs: Needs) -> None:
        self._needs = needs
        self._trie = WordTrie.of(needs.words)

    def may_hold(self, texts: Sequence[str]) -> NDArray[np.bool_]:
        """For each normalised text: may some pattern hold in it?"""
        ends = np.cumsum([len(text) + 1 for text in texts])
        word, start, _ = self._trie.find(code_points("\n".join(texts)))
        place, element = self._needs.elements.of_rows(word)
        there = np.zeros((self._needs.n_elements, len(texts)), bool)
        there[element, np.searchsorted(ends, start, side="right")[place]] = True
        able = np.ones((len(self._needs.required.rows), len(texts)), bool)
        for column in self._needs.required.columns:
            able[: len(column)] &= there[column]
        held: NDArray[np.bool_] = np.any(able, axis=0)
        return held


def _words(element: Element, concepts: Mapping[str, Concept]) -> dict[str, None]:
    """Every word that may make a hit of an element, those of included concepts too."""
    words = {term.name: None for term in element.terms if term.is_literal}
    names = [term.name for term in element.terms if not term.is_literal]
    seen = set(names)
    while names:
        concept = concepts[names.pop()]
        words |= dict.fromkeys(concept.words)
        names += [name for name in concept.include if name not in seen]
        seen.update(concept.include)
    return words
