"""The small lexicon of the cases and one way to run patterns over texts. No expectations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from textmine.classify.prepare import Prepared, prepare
from textmine.frame.lexicon import CuePattern, Lexicon, load_lexicon
from textmine.frame.matcher import Cues, Matcher
from textmine.frame.patterns import parse_pattern
from textmine.text.normalize import fold

#: Pattern index, clause within its text, start and end in the original text.
Fired = tuple[int, int, int, int]

SMALL = load_lexicon(
    Path(__file__).parent / "lexicon",
    codes=(),
    causes=(),
    axes={"stance": ["complaint"]},
    normalize=fold,
)


def with_patterns(lines: Sequence[str], lexicon: Lexicon = SMALL) -> Lexicon:
    """A lexicon with other patterns."""
    cues = (
        CuePattern("stance", "complaint", line, parse_pattern(fold(line)), "cases.toml", number)
        for number, line in enumerate(lines, start=1)
    )
    return replace(lexicon, patterns=tuple(cues))


def match(matcher: Matcher, prepared: Prepared) -> Cues:
    return matcher.match(prepared.joined, prepared.clause_starts, prepared.text_starts)


def fired(matcher: Matcher, texts: Sequence[str]) -> list[list[Fired]]:
    """What fires in each text of a batch, sorted."""
    prepared = prepare(texts)
    cues = match(matcher, prepared)
    found: list[list[Fired]] = [[] for _ in texts]
    first_clause = prepared.text_of_clause.searchsorted(range(len(texts))).tolist()
    rows = zip(*(getattr(cues, name).tolist() for name in ("pattern", "clause", "start", "end")), strict=True)
    for pattern, clause, start, end in rows:
        text = int(prepared.text_of_clause[clause])
        span = prepared.original_span(text, start, end)
        found[text].append((pattern, clause - first_clause[text], *span))
    return [sorted(entries) for entries in found]
