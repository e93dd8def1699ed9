"""Finds cues in a batch of texts: one automaton for all words, bitmaps over clauses for all patterns.

Every clause of the batch is one bit. The clauses in which an element occurs are one integer, so a pattern is
narrowed to the few clauses that can satisfy it by `&` and `>>` on integers; only those are looked at word by
word for order and distance. There are no regular expressions and nothing backtracks: the cost is linear in
the text plus the candidates. Works on normalised text joined by newlines; reads no files.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

import ahocorasick_rs
import numpy as np
from numpy.typing import NDArray

from .compiled import Compiler
from .lexicon import Concept, Lexicon, elements_of
from .search import REACH_CLAUSES, Hits, Ints, Layout, Search, clause_bitmaps

_NUMERALS = frozenset("0123456789.一二两三四五六七八九十百千万半几俩仨零〇幺多")
_SURROGATE = re.compile("[\ud800-\udfff]")


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


class Matcher:
    """A lexicon compiled for matching. Stateless after construction; safe to share between threads."""

    def __init__(self, lexicon: Lexicon) -> None:
        self.concepts = tuple(concept.name for concept in lexicon.concepts)
        self.patterns = lexicon.patterns
        self._reach = lexicon.scope.reach
        vocabulary = _Vocabulary()
        by_name = vocabulary.add_concepts(lexicon.concepts)
        literals = vocabulary.add_literals(lexicon, first=len(by_name))
        self._scope_ids = vocabulary.add_scope(lexicon, first=len(by_name) + len(literals))
        n_owners = len(by_name) + len(literals) + len(self._scope_ids)
        self._negatable = np.zeros(n_owners, bool)
        self._quantity = np.zeros(n_owners, bool)
        for index, concept in enumerate(lexicon.concepts):
            self._negatable[index] = concept.kind in ("state", "act")
            self._quantity[index] = concept.kind == "quantity"
        self._excepted = np.zeros(n_owners, bool)
        self._excepted[[~owner for owner in vocabulary.owners() if owner < 0]] = True
        self._automaton = ahocorasick_rs.AhoCorasick(vocabulary.words())
        self._first, self._owners = vocabulary.table()
        compiler = Compiler(by_name, literals)
        self._compiled = tuple(compiler.compile(cue.pattern) for cue in lexicon.patterns)
        self._elements = compiler.elements

    def match(self, text: str, clause_starts: Ints, text_starts: Ints, *, spans: bool = True) -> Cues:
        """Find every cue of a batch.

        `text` is the normalised texts joined, each ended by a newline; `clause_starts` and `text_starts` are
        sorted offsets, a clause never crossing a text. Without `spans` the evidence is not looked for and
        `start` and `end` are -1, which is much faster.
        """
        concept, start, end = self._word_hits(text, clause_starts)
        clause = np.searchsorted(clause_starts, start, side="right") - 1
        # A hit that crosses a clause end belongs to no clause: "信号，不" is not a word of anything.
        whole = np.searchsorted(clause_starts, end - 1, side="right") - 1 == clause
        concept, start, end, clause = concept[whole], start[whole], end[whole], clause[whole]
        negated = self._negated(concept, start, end, clause, len(text)) & self._negatable[concept]
        alive = ~self._suspended(concept, clause, clause_starts, text_starts)
        concept, start, end = concept[alive], start[alive], end[alive]
        clause, negated = clause[alive], negated[alive]

        # Free bits between texts keep windows from reaching into the next one.
        text_of = np.searchsorted(text_starts, clause_starts, side="right") - 1
        bit_of = np.arange(len(clause_starts)) + (REACH_CLAUSES + 1) * text_of
        n_bits = int(bit_of[-1]) + REACH_CLAUSES + 2 if len(bit_of) else 1
        key = (2 * concept + negated) * n_bits + bit_of[clause]
        order = np.argsort(key, kind="stable")
        key, start, end = key[order], start[order], end[order]
        first = np.flatnonzero(np.diff(key, prepend=-1))
        distinct = key[first]
        search = Search(
            self._elements,
            Hits(distinct, np.append(first, len(key)), start, end, n_bits),
            clause_bitmaps(distinct // n_bits, distinct % n_bits, n_bits),
            _layout(bit_of, text_of, n_bits, len(text_starts)),
        )
        pattern, bit = search.run(self._compiled)
        low = np.full(len(pattern), -1)
        high = low.copy()
        if spans:
            for place, (number, at) in enumerate(zip(pattern.tolist(), bit.tolist(), strict=True)):
                low[place], high[place] = search.evidence(self._compiled[number], at)
        clause_of_bit = np.full(n_bits, -1, np.int64)
        clause_of_bit[bit_of] = np.arange(len(clause_starts))
        seen = distinct[distinct // n_bits < 2 * len(self.concepts)]
        return Cues(
            pattern=pattern,
            clause=clause_of_bit[bit],
            start=low,
            end=high,
            concept=seen // n_bits,
            concept_clause=clause_of_bit[seen % n_bits],
        )

    def _word_hits(self, text: str, clause_starts: Ints) -> tuple[Ints, Ints, Ints]:
        # The automaton takes no lone surrogates, which damaged exports and JSON escapes bring.
        found = self._automaton.find_matches_as_indexes(_SURROGATE.sub("\ufffd", text), overlapping=True)
        flat = np.fromiter(chain.from_iterable(found), np.int64, 3 * len(found)).reshape(-1, 3)
        word, start, end = flat[:, 0], flat[:, 1], flat[:, 2]
        counts = self._first[word + 1] - self._first[word]
        repeat = np.repeat(np.arange(len(word)), counts)
        within = np.arange(len(repeat)) - np.repeat(np.cumsum(counts) - counts, counts)
        owner = self._owners[self._first[word[repeat]] + within]
        start, end = start[repeat], end[repeat]
        kept = self._uncovered(owner, start, end, len(text)) & (owner >= 0)
        owner, start, end = owner[kept], start[kept], end[kept]
        return self._with_numbers(text, owner, start, end, clause_starts)

    def _uncovered(self, owner: Ints, start: Ints, end: Ints, length: int) -> NDArray[np.bool_]:
        """False for hits that lie inside an occurrence of one of their concept's exceptions."""
        kept = np.ones(len(owner), bool)
        exception = np.flatnonzero(owner < 0)
        candidate = np.flatnonzero((owner >= 0) & self._excepted[np.maximum(owner, 0)])
        if not len(exception) or not len(candidate):
            return kept
        size = end[exception] - start[exception]
        repeat = np.repeat(exception, size)
        offset = np.arange(len(repeat)) - np.repeat(np.cumsum(size) - size, size)
        key = ~owner[repeat] * (length + 1) + start[repeat] + offset
        order = np.lexsort((end[repeat], key))
        key, until = key[order], end[repeat][order]
        wanted = owner[candidate] * (length + 1) + start[candidate]
        last = np.searchsorted(key, wanted, side="right") - 1
        covered = (last >= 0) & (key[last] == wanted) & (until[last] >= end[candidate])
        kept[candidate[covered]] = False
        return kept

    def _with_numbers(
        self, text: str, owner: Ints, start: Ints, end: Ints, clause_starts: Ints
    ) -> tuple[Ints, Ints, Ints]:
        """Quantities keep only hits after a numeral of their clause, and grow left over it."""
        kept = np.ones(len(owner), bool)
        start = start.copy()
        quantity = np.flatnonzero(self._quantity[owner])
        begins = start[quantity]
        clauses = clause_starts[np.searchsorted(clause_starts, begins, side="right") - 1]
        for index, begin, clause in zip(quantity.tolist(), begins.tolist(), clauses.tolist(), strict=True):
            first = begin
            while first > clause and text[first - 1] in _NUMERALS:
                first -= 1
            while first < begin and text[first] == ".":
                first += 1
            kept[index] = first < begin
            start[index] = first
        return owner[kept], start[kept], end[kept]

    def _negated(self, concept: Ints, start: Ints, end: Ints, clause: Ints, length: int) -> NDArray[np.bool_]:
        negator = concept == self._scope_ids["negation"]
        if not negator.any():
            return np.zeros(len(concept), bool)
        last_end = np.full(length + 1, -1, np.int64)
        last_end[end[negator]] = end[negator]
        last_end = np.maximum.accumulate(last_end)
        clause_at = np.full(length + 1, -1, np.int64)
        clause_at[end[negator]] = clause[negator]
        nearest = last_end[start]
        near = (nearest >= 0) & (start - nearest <= self._reach)
        same_clause: NDArray[np.bool_] = clause_at[np.maximum(nearest, 0)] == clause
        return near & same_clause

    def _suspended(
        self, concept: Ints, clause: Ints, clause_starts: Ints, text_starts: Ints
    ) -> NDArray[np.bool_]:
        """True for hits in clauses that state a condition, or an earlier state that is over."""
        n = len(clause_starts)
        flags = {name: np.zeros(n + REACH_CLAUSES, bool) for name in self._scope_ids}
        for name, scope_id in self._scope_ids.items():
            flags[name][clause[concept == scope_id]] = True
        over = flags["past"][:n] & flags["resolved"][:n]
        text_of = np.searchsorted(text_starts, clause_starts, side="right") - 1
        for step in range(1, REACH_CLAUSES + 1):
            same_text = np.zeros(n, bool)
            same_text[: n - step] = text_of[step:] == text_of[: n - step]
            over |= flags["past"][:n] & flags["resolved"][step : n + step] & same_text
        suspended: NDArray[np.bool_] = (over | flags["hypothetical"][:n])[clause]
        return suspended


def _layout(bit_of: Ints, text_of: Ints, n_bits: int, n_texts: int) -> Layout:
    text_of_bit = np.full(n_bits, -1, np.int64)
    text_of_bit[bit_of] = text_of
    count = np.bincount(text_of, minlength=n_texts)
    first = bit_of[np.searchsorted(text_of, np.arange(n_texts))]
    return Layout(text_of_bit.tolist(), first.tolist(), count.tolist())


class _Vocabulary:
    """Words and the concepts that own them; `~concept` owns an exception."""

    def __init__(self) -> None:
        self._owners_of: dict[str, list[int]] = {}

    def add(self, word: str, owner: int) -> None:
        owners = self._owners_of.setdefault(word, [])
        if owner not in owners:
            owners.append(owner)

    def add_concepts(self, concepts: Sequence[Concept]) -> dict[str, int]:
        """Number the concepts; hits of an included concept are hits of those that include it."""
        place = {concept.name: index for index, concept in enumerate(concepts)}
        includers: dict[int, list[int]] = {}
        for index, concept in enumerate(concepts):
            for word in concept.words:
                self.add(word, index)
            for word in concept.exceptions:
                self.add(word, ~index)
            for name in concept.include:
                includers.setdefault(place[name], []).append(index)
        for owners in self._owners_of.values():
            for owner in owners:  # grows while walked: inclusion is transitive
                # What is no word of a concept (~owner) is none of those that include it either.
                above = includers.get(owner, []) if owner >= 0 else [~o for o in includers.get(~owner, [])]
                owners.extend(o for o in above if o not in owners)
        return place

    def add_literals(self, lexicon: Lexicon, *, first: int) -> dict[str, int]:
        elements = (element for cue in lexicon.patterns for element in elements_of(cue.pattern))
        literals = dict.fromkeys(term.name for e in elements for term in e.terms if term.is_literal)
        for owner, literal in enumerate(literals, start=first):
            self.add(literal, owner)
        return {literal: owner for owner, literal in enumerate(literals, start=first)}

    def add_scope(self, lexicon: Lexicon, *, first: int) -> dict[str, int]:
        scope = lexicon.scope
        groups = {
            "negation": scope.negation,
            "hypothetical": scope.hypothetical,
            "past": scope.past,
            "resolved": scope.resolved,
        }
        for owner, group in enumerate(groups.values(), start=first):
            for word in group.words:
                self.add(word, owner)
            for word in group.exceptions:
                self.add(word, ~owner)
        return {name: owner for owner, name in enumerate(groups, start=first)}

    def words(self) -> list[str]:
        return list(self._owners_of)

    def owners(self) -> Iterator[int]:
        return chain.from_iterable(self._owners_of.values())

    def table(self) -> tuple[Ints, Ints]:
        """CSR table word → owners."""
        sizes = [len(owners) for owners in self._owners_of.values()]
        return np.cumsum([0, *sizes], dtype=np.int64), np.fromiter(self.owners(), np.int64, sum(sizes))
