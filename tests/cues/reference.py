"""The cue language again, slow and obvious: one clause at a time, every combination of hits tried.

What the engine finds is held against this. It shares the parsed lexicon with the engine and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

from textmine.frame.lexicon import Concept, Lexicon, ScopeWords
from textmine.frame.patterns import Chain, Element, Link, Pattern, Term, Window

Span = tuple[int, int]

NUMERALS = "0123456789.一二两三四五六七八九十百千万半几俩仨零〇幺多"


@dataclass(frozen=True, slots=True)
class Hit:
    start: int
    end: int
    negated: bool


def occurrences(words: Sequence[str], text: str, begin: int, finish: int) -> list[Span]:
    return sorted(
        (at, at + len(word))
        for word in set(words)
        for at in range(begin, finish - len(word) + 1)
        if text.startswith(word, at)
    )


class Reference:
    """Matches one normalised text, given its clauses as spans that touch one another."""

    def __init__(self, lexicon: Lexicon, text: str, clauses: Sequence[Span]) -> None:
        self.lexicon = lexicon
        self.concepts = {concept.name: concept for concept in lexicon.concepts}
        self.text = text
        self.clauses = clauses

    def matches(self) -> Iterator[tuple[int, int, set[Span]]]:
        """(pattern, clause, evidence that would do) for all that holds."""
        for index, cue in enumerate(self.lexicon.patterns):
            for clause in range(len(self.clauses)):
                if spans := self.pattern_spans(cue.pattern, clause):
                    yield index, clause, spans

    def pattern_spans(self, pattern: Pattern, clause: int) -> set[Span]:
        if any(self.hits(e, c) for e in pattern.excluded for c in range(len(self.clauses))):
            return set()
        reached = {(clause, span) for span in self.window_spans(pattern.windows[0], clause)}
        for window in pattern.windows[1:]:
            if window.anywhere:
                if not any(self.window_spans(window, c) for c in range(len(self.clauses))):
                    return set()
                continue
            reached = {
                (place, (min(low, start), max(high, end)))
                for at, (low, high) in reached
                for place in range(at, min(at + 3, len(self.clauses)))
                for start, end in self.window_spans(window, place)
            }
        return {span for _, span in reached}

    def window_spans(self, window: Window, clause: int) -> set[Span]:
        if any(self.hits(element, clause) for element in window.excluded):
            return set()
        found = product(*(self.chain_spans(chain, clause) for chain in window.chains))
        return {(min(s for s, _ in spans), max(e for _, e in spans)) for spans in found}

    def chain_spans(self, chain: Chain, clause: int) -> set[Span]:
        hits = [self.hits(element, clause) for element in chain.elements]
        return {
            (min(h.start for h in chosen), max(h.end for h in chosen))
            for chosen in product(*hits)
            if all(linked(*pair) for pair in zip(chain.links, chosen, chosen[1:], strict=False))
        }

    def hits(self, element: Element, clause: int) -> list[Hit]:
        wanted = {"affirmed": (False,), "negated": (True,), "any": (False, True)}[element.polarity]
        if self.suspended(clause):
            return []
        return [
            hit for term in element.terms for hit in self.term_hits(term, clause) if hit.negated in wanted
        ]

    def term_hits(self, term: Term, clause: int) -> list[Hit]:
        if term.is_literal:
            return [Hit(*span, False) for span in occurrences([term.name], self.text, *self.clauses[clause])]
        concept = self.concepts[term.name]
        can_be_negated = concept.kind in ("state", "act")
        return [
            Hit(start, end, can_be_negated and self.negated(start, clause))
            for start, end in self.concept_spans(concept, clause)
        ]

    def concept_spans(self, concept: Concept, clause: int) -> list[Span]:
        words, exceptions = self.vocabulary(concept)
        spans = self.guarded(words, exceptions, clause)
        if concept.kind != "quantity":
            return spans
        return [grown for span in spans if (grown := self.with_number(span, clause))]

    def vocabulary(self, concept: Concept) -> tuple[list[str], list[str]]:
        words, exceptions = list(concept.words), list(concept.exceptions)
        for name in concept.include:
            more = self.vocabulary(self.concepts[name])
            words += more[0]
            exceptions += more[1]
        return words, exceptions

    def guarded(self, words: Sequence[str], exceptions: Sequence[str], clause: int) -> list[Span]:
        # An exception may cross the end of a clause, a word may not.
        guards = occurrences(exceptions, self.text, 0, len(self.text))
        return [
            (start, end)
            for start, end in occurrences(words, self.text, *self.clauses[clause])
            if not any(low <= start and end <= high for low, high in guards)
        ]

    def with_number(self, span: Span, clause: int) -> Span | None:
        before = self.text[self.clauses[clause][0] : span[0]]
        number = before[len(before.rstrip(NUMERALS)) :].lstrip(".")
        return (span[0] - len(number), span[1]) if number else None

    def scope_spans(self, scope: ScopeWords, clause: int) -> list[Span]:
        return self.guarded(scope.words, scope.exceptions, clause)

    def negated(self, start: int, clause: int) -> bool:
        ends = [end for _, end in self.scope_spans(self.lexicon.scope.negation, clause)]
        return any(0 <= start - end <= self.lexicon.scope.reach for end in ends)

    def suspended(self, clause: int) -> bool:
        scope = self.lexicon.scope
        if self.scope_spans(scope.hypothetical, clause):
            return True
        later = range(clause, min(clause + 3, len(self.clauses)))
        past = self.scope_spans(scope.past, clause)
        return bool(past) and any(self.scope_spans(scope.resolved, place) for place in later)


def linked(link: Link, first: Hit, second: Hit) -> bool:
    gaps = [second.start - first.end]
    if not link.ordered:
        gaps.append(first.start - second.end)
    return any(gap >= 0 and (link.gap is None or gap <= link.gap) for gap in gaps)
