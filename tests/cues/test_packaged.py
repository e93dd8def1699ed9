"""The packaged lexicon is as large as promised, and every line of it can be read and can be found."""

from __future__ import annotations

from collections import Counter

import pytest

from textmine.classify.reader import load_frame_and_cues
from textmine.frame.frame import Frame
from textmine.frame.lexicon import Lexicon, elements_of
from textmine.frame.patterns import parse_pattern
from textmine.text.normalize import fold

FRAME, LEXICON = load_frame_and_cues()


def words_of(lexicon: Lexicon) -> set[str]:
    return {word for concept in lexicon.concepts for word in concept.words}


def test_every_code_has_twelve_patterns() -> None:
    counts = Counter(cue.target for cue in LEXICON.patterns if cue.axis == "cause")
    assert len(FRAME.codes) == 79
    assert {code: counts[code] for code in FRAME.codes if counts[code] < 12} == {}


def test_there_are_the_promised_concepts_and_words() -> None:
    assert len(LEXICON.concepts) >= 250
    assert len(words_of(LEXICON)) >= 5_000


@pytest.mark.parametrize("axis", ["stance", "touchpoint", "risk"])
def test_every_value_of_the_other_axes_that_can_be_heard_has_patterns(axis: str) -> None:
    spoken = {cue.target for cue in LEXICON.patterns if cue.axis == axis}
    # What is not said has no words: a text of no stance, a touchpoint that nobody names.
    assert set(FRAME.axes[axis]) - spoken <= {"none", "unknown", "other"}


def test_every_pattern_parses_from_its_source() -> None:
    for cue in LEXICON.patterns:
        assert parse_pattern(fold(cue.source)) == cue.pattern


def test_no_pattern_stands_twice_for_the_same_thing() -> None:
    twice = [key for key, n in Counter(cue.key for cue in LEXICON.patterns).items() if n > 1]
    assert twice == []


def test_negation_is_asked_only_of_what_can_be_negated() -> None:
    kinds = {concept.name: concept.kind for concept in LEXICON.concepts}
    never = [
        f"{cue.file}:{cue.line}: {cue.source}"
        for cue in LEXICON.patterns
        for element in elements_of(cue.pattern)
        if element.polarity == "negated"
        and not any(not t.is_literal and kinds[t.name] in ("state", "act") for t in element.terms)
    ]
    assert never == []


def test_words_stand_as_normalised_texts_spell_them() -> None:
    assert {word for word in words_of(LEXICON) if fold(word) != word} == set()


def test_the_lexicon_belongs_to_the_packaged_frame() -> None:
    assert Frame.load().sha256 == FRAME.sha256
    assert {cue.target.partition(".")[0] for cue in LEXICON.patterns if cue.axis == "cause"} <= set(
        FRAME.causes
    )
