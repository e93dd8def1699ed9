"""Finds cues in a batch of texts: one trie for all words, bitmaps over clauses for all patterns.

Everything is whole-array work on the batch: words are found at all positions at once (`trie`), become hits of
concepts (`hits`), and all patterns are searched together (`search`). There are no regular expressions and
nothing backtracks: the cost is linear in the text plus the candidates. Works on normalised text joined by
newlines; reads no files.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from .compiled import Compiler
from .hits import Clauses, HitFinder
from .lexicon import Lexicon
from .plan import Plan
from .search import Search
from .spans import evidence
from .tables import Ints
from .vocabulary import Vocabulary, literals_of

#: Clauses searched at a time: bitmaps of more leave the processor's cache.
BLOCK = 1 << 14


@dataclass(frozen=True, slots=True)
class Cues:
    """What was found in a batch. Parallel arrays; positions are offsets into the joined text.

    `pattern`, `clause`, `start`, `end`: one entry per pattern that holds in a clause.
    `concept`, `concept_clause`: one entry per (concept class, clause); a class is `2 * concept + negated`.
    """

    pattern: Ints
    clause: Ints
    start: Ints
    end: Ints
    concept: Ints
    concept_clause: Ints

    @classmethod
    def join(cls, parts: list[Cues]) -> Cues:
        """The cues of several stretches of a batch as one."""
        if len(parts) == 1:
            return parts[0]
        return cls(*(np.concatenate([getattr(part, name) for part in parts]) for name in cls.__slots__))


class CueName(NamedTuple):
    """What a pattern says, as written, and what it speaks for."""

    axis: str
    target: str
    source: str


@dataclass(frozen=True, slots=True)
class CompiledLexicon:
    """All that matching needs of a lexicon, as names and arrays.

    `axes`, `targets` and `sources` run parallel to the patterns of `plan`.
    """

    concepts: tuple[str, ...]
    axes: tuple[str, ...]
    targets: tuple[str, ...]
    sources: tuple[str, ...]
    vocabulary: Vocabulary
    reach: int
    plan: Plan

    @classmethod
    def of(cls, lexicon: Lexicon) -> CompiledLexicon:
        """Compile a lexicon."""
        concepts = tuple(concept.name for concept in lexicon.concepts)
        literals = literals_of(lexicon)
        vocabulary = Vocabulary.of(lexicon, literals)
        compiler = Compiler({name: index for index, name in enumerate(concepts)}, literals)
        compiled = [compiler.compile(cue.pattern) for cue in lexicon.patterns]
        return cls(
            concepts,
            tuple(cue.axis for cue in lexicon.patterns),
            tuple(cue.target for cue in lexicon.patterns),
            tuple(cue.source for cue in lexicon.patterns),
            vocabulary,
            lexicon.scope.reach,
            Plan.of(compiled, compiler.elements, 2 * vocabulary.first_scope),
        )


class Matcher:
    """Finds the cues of a compiled lexicon. Stateless after construction; safe to share between threads."""

    def __init__(self, lexicon: CompiledLexicon) -> None:
        self.concepts = lexicon.concepts
        names = zip(lexicon.axes, lexicon.targets, lexicon.sources, strict=True)
        self.patterns = tuple(map(CueName._make, names))
        self._finder = HitFinder(lexicon.vocabulary, reach=lexicon.reach)
        self._plan = lexicon.plan

    @classmethod
    def of(cls, lexicon: Lexicon) -> Matcher:
        """Compile a lexicon and match with it."""
        return cls(CompiledLexicon.of(lexicon))

    def match(self, text: str, clause_starts: Ints, text_starts: Ints, *, spans: bool = True) -> Cues:
        """Find every cue of a batch.

        `text` is the normalised texts joined, each ended by a newline; `clause_starts` and `text_starts` are
        sorted offsets, a clause never crossing a text. Without `spans` the evidence is not looked for and
        `start` and `end` are -1, which is much faster.
        """
        found = []
        for first, last in _blocks(clause_starts, text_starts):
            low = int(text_starts[first])
            high = int(text_starts[last]) if last < len(text_starts) else len(text)
            begin, end = np.searchsorted(clause_starts, (low, high))
            clauses = Clauses.of(high - low, clause_starts[begin:end] - low, text_starts[first:last] - low)
            found.append(self._match(text[low:high], clauses, low, int(begin), spans=spans))
        return Cues.join(found)

    def _match(self, text: str, clauses: Clauses, base: int, first_clause: int, *, spans: bool) -> Cues:
        hits = self._finder.find(text, clauses)
        search = Search(self._plan, hits, clauses)
        pattern, clause = search.run()
        low = np.full(len(pattern), -1)
        high = low.copy()
        if spans:
            for place, (number, at) in enumerate(zip(pattern.tolist(), clause.tolist(), strict=True)):
                low[place], high[place] = evidence(search, self._plan, number, at)
            low += base
            high += base
        seen = np.flatnonzero(hits.cls < 2 * len(self.concepts))
        return Cues(
            pattern=pattern,
            clause=clause + first_clause,
            start=low,
            end=high,
            concept=hits.cls[seen],
            concept_clause=hits.clause[seen] + first_clause,
        )


def _blocks(clause_starts: Ints, text_starts: Ints) -> Iterator[tuple[int, int]]:
    """Stretches of texts, as (first, end), of about `BLOCK` clauses each; one longer text has its own."""
    clauses = np.append(np.searchsorted(clause_starts, text_starts), len(clause_starts))
    first = 0
    while first < len(text_starts):
        last = int(np.searchsorted(clauses, clauses[first] + BLOCK, side="right")) - 1
        last = max(first + 1, min(last, len(text_starts)))
        yield first, last
        first = last
