"""The words of a lexicon and who owns them: concepts, literals of patterns, scope words. No matching here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from .lexicon import Concept, Lexicon, elements_of
from .tables import Ints, Table

#: Variants in which a word is found: as it is, behind a negator, or behind a number.
AFFIRMED, NEGATED, COUNTED = range(3)
#: Kinds of scope words, in the order of their numbers.
SCOPES = ("negation", "hypothetical", "past", "resolved")


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """All words, and what each is a word of.

    Owners are numbered: first the concepts in their order, then the literals, then the scopes. `classes`
    gives the classes (`2 * owner + negated`) of every word in each variant: row `variant * n_words + word`.
    Quantities are owners of the variant COUNTED only, with the number before the word; `counts[word]` says
    whether there are any. `scopes` are the scopes of every word (`has_scope`), `exceptions` the owners of
    which an occurrence of the word hides the words inside.
    """

    words: tuple[str, ...]
    classes: Table
    scopes: Table
    has_scope: NDArray[np.bool_]
    exceptions: Table
    first_scope: int
    counts: NDArray[np.bool_]

    @classmethod
    def of(cls, lexicon: Lexicon, literals: Mapping[str, int]) -> Vocabulary:
        """Collect the words of a lexicon; `literals` are the numbers of those of its patterns."""
        owners = _Owners()
        owners.add_concepts(lexicon.concepts)
        for literal, number in literals.items():
            owners.add(literal, number)
        first_scope = len(lexicon.concepts) + len(literals)
        owners.add_scopes(lexicon, first=first_scope)
        every = owners.of_word.values()
        sizes = np.array([len(own) for own in every], np.int64)
        word, owner = (
            np.repeat(np.arange(len(sizes)), sizes),
            np.array([*chain.from_iterable(every)], np.int64),
        )
        kinds = np.array([concept.kind for concept in lexicon.concepts] + [""] * len(literals))
        quantity, negatable = kinds == "quantity", np.isin(kinds, ("state", "act"))

        def table(kept: NDArray[np.bool_], items: Ints) -> Table:
            return Table.cut(items[kept], np.bincount(word[kept], minlength=len(sizes)))

        own = (owner >= 0) & (owner < first_scope)
        counted = own & quantity[np.where(own, owner, 0)] if len(kinds) else own
        plain = own & ~counted
        turned = 2 * owner
        turned[plain] += negatable[owner[plain]]
        variants = table(plain, 2 * owner), table(plain, turned), table(counted, 2 * owner)
        scopes = table(owner >= first_scope, owner - first_scope)
        return cls(
            words=tuple(owners.of_word),
            classes=Table.stack(variants),
            scopes=scopes,
            has_scope=scopes.sizes > 0,
            exceptions=table(owner < 0, ~owner),
            first_scope=first_scope,
            counts=variants[COUNTED].sizes > 0,
        )


def literals_of(lexicon: Lexicon) -> dict[str, int]:
    """The literals of a lexicon's patterns and their numbers as owners, after those of the concepts."""
    elements = (element for cue in lexicon.patterns for element in elements_of(cue.pattern))
    literals = dict.fromkeys(term.name for e in elements for term in e.terms if term.is_literal)
    return {literal: owner for owner, literal in enumerate(literals, start=len(lexicon.concepts))}


class _Owners:
    """Words and the concepts that own them; `~concept` owns an exception."""

    def __init__(self) -> None:
        self.of_word: dict[str, list[int]] = {}

    def add(self, word: str, owner: int) -> None:
        owners = self.of_word.setdefault(word, [])
        if owner not in owners:
            owners.append(owner)

    def add_concepts(self, concepts: Sequence[Concept]) -> None:
        """Hits of an included concept are hits of those that include it."""
        place = {concept.name: index for index, concept in enumerate(concepts)}
        includers: dict[int, list[int]] = {}
        for index, concept in enumerate(concepts):
            for word in concept.words:
                self.add(word, index)
            for word in concept.exceptions:
                self.add(word, ~index)
            for name in concept.include:
                includers.setdefault(place[name], []).append(index)
        for owners in self.of_word.values():
            for owner in owners:  # grows while walked: inclusion is transitive
                # What is no word of a concept (~owner) is none of those that include it either.
                above = includers.get(owner, []) if owner >= 0 else [~o for o in includers.get(~owner, [])]
                owners.extend(o for o in above if o not in owners)

    def add_scopes(self, lexicon: Lexicon, *, first: int) -> None:
        for owner, name in enumerate(SCOPES, start=first):
            scope = getattr(lexicon.scope, name)
            for word in scope.words:
                self.add(word, owner)
            for word in scope.exceptions:
                self.add(word, ~owner)
