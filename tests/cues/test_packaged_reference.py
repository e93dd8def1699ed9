"""On the packaged lexicon, too, the engine finds what the slow matcher finds: verbatims and word salad."""

from __future__ import annotations

import json
import random
from functools import cache
from pathlib import Path

import pytest

from textmine.classify.prepare import prepare
from textmine.classify.reader import load_frame_and_cues
from textmine.frame import chains, matcher
from textmine.frame.lexicon import Concept, Lexicon
from textmine.frame.matcher import Matcher

from .engine import Fired, fired
from .reference import Reference, Span

CORPUS = Path(__file__).parents[2] / "data_samples" / "corpus"
LEXICON = load_frame_and_cues()[1]
MATCHER = Matcher.of(LEXICON)


def verbatims(n: int) -> list[str]:
    lines = [line for path in sorted(CORPUS.glob("*.jsonl")) for line in path.read_text("utf-8").splitlines()]
    return [json.loads(line)["text"] for line in lines[:: len(lines) // n]][:n]


def word_salad(n: int) -> list[str]:
    """Words that patterns ask for, and words that turn, suspend or hide them, close together."""
    scope, draw = LEXICON.scope, random.Random(1)
    words = [word for concept in LEXICON.concepts for word in (*concept.words, *concept.exceptions)]
    turns = [w for s in (scope.negation, scope.hypothetical, scope.past, scope.resolved) for w in s.words]
    parts = [lambda: draw.choice(words)] * 6 + [lambda: draw.choice(turns), lambda: draw.choice("，。3两.的")]
    return ["".join(draw.choice(parts)() for _ in range(30)) for _ in range(n)]


TEXTS = verbatims(16) + word_salad(8)


class Remembering(Reference):
    """Looks only for words that are there at all, and for what two patterns ask but once."""

    def __init__(self, lexicon: Lexicon, text: str, clauses: list[Span]) -> None:
        super().__init__(lexicon, text, clauses)
        for name in ("vocabulary", "hits", "suspended", "scope_spans"):
            setattr(self, name, cache(getattr(self, name)))

    def vocabulary(self, concept: Concept) -> tuple[list[str], list[str]]:
        words, exceptions = super().vocabulary(concept)
        return [word for word in words if word in self.text], [
            word for word in exceptions if word in self.text
        ]


@pytest.mark.parametrize("text", TEXTS)
def test_the_packaged_patterns_hold_where_the_slow_matcher_says(text: str) -> None:
    prepared = prepare([text])
    ends = [*prepared.clause_starts.tolist()[1:], len(prepared.joined)]
    reference = Remembering(
        LEXICON, prepared.joined, list(zip(prepared.clause_starts.tolist(), ends, strict=True))
    )
    expected = {(pattern, clause) for pattern, clause, _ in reference.matches()}
    assert {entry[:2] for entry in fired(MATCHER, [text])[0]} == expected


@pytest.fixture(scope="module")
def together() -> list[list[Fired]]:
    found = fired(MATCHER, TEXTS)
    assert sum(map(len, found)) > 100
    return found


def test_a_batch_searched_in_small_blocks_gives_the_same(
    together: list[list[Fired]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(matcher, "BLOCK", 5)
    assert fired(MATCHER, TEXTS) == together


def test_crowded_clauses_are_searched_with_the_same_result(
    together: list[list[Fired]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chains, "_FEW", 0)
    assert fired(MATCHER, TEXTS) == together
