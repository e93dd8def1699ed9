"""An explanation shows what the reader saw, at its place in the original text."""

from __future__ import annotations

import pytest

from textmine.classify.explain import explain
from textmine.classify.reader import Reader
from textmine.frame.lexicon import elements_of

from .conftest import Bank


def test_cues_stand_at_their_places_in_the_original(reader: Reader) -> None:
    text = "  @某某銀行 取個號，櫃檯ＡＴＭ都壞了，等了３小時"
    found = explain(reader, text)
    assert found.text == text
    assert "atm" in found.normalized
    assert [text[a:b].strip(" ，") for a, b in found.clauses][-2:] == ["櫃檯ＡＴＭ都壞了", "等了３小時"]
    assert found.cues
    for cue in found.cues:
        shown = text[cue.start : cue.end]
        assert shown == shown.strip(" ，")
        assert shown


def test_what_is_shown_is_enough_for_the_cue_to_fire(bank: Bank, reader: Reader) -> None:
    simple = {
        (cue.axis, cue.target, cue.source)
        for cue in bank.lexicon.patterns
        if len(cue.pattern.windows) == 1
        and "!" not in cue.source
        and all(element.polarity == "affirmed" for element in elements_of(cue.pattern))
    }
    checked = 0
    for text in bank.texts[:60]:
        for cue in explain(reader, text).cues:
            key = (cue.axis, cue.target, cue.pattern)
            if key in simple:
                again = explain(reader, text[cue.start : cue.end])
                assert key in {(c.axis, c.target, c.pattern) for c in again.cues}
                checked += 1
    assert checked > 50


def test_the_reading_is_the_readers(bank: Bank, reader: Reader) -> None:
    for text in bank.texts[:20]:
        assert explain(reader, text).reading == reader.read([text])[0]


def test_scores_are_sorted_and_held_against_their_thresholds(bank: Bank, reader: Reader) -> None:
    found = explain(reader, bank.texts[0], least=0.0)
    probabilities = [score.probability for score in found.scores]
    assert probabilities == sorted(probabilities, reverse=True)
    assert {score.cause for score in found.scores} == set(bank.frame.causes)
    assert {s.cause: s.threshold for s in found.scores} == dict(reader.model.thresholds.cause)


def test_only_likely_causes_and_weighty_reasons_are_listed(bank: Bank, reader: Reader) -> None:
    found = explain(reader, bank.texts[0], most=2, least=0.3)
    assert found.scores
    assert all(score.probability >= 0.3 for score in found.scores)
    assert all(len(score.reasons) <= 2 for score in found.scores)
    for score in found.scores:
        weights = [abs(reason.weight) for reason in score.reasons]
        assert weights == sorted(weights, reverse=True)


def test_reasons_add_up_to_the_logit_of_the_text(bank: Bank, reader: Reader) -> None:
    text = bank.texts[0]
    seen = reader.examine([text])
    outputs, model = reader.model.outputs, reader.model
    for score in explain(reader, text, most=10_000).scores:
        column = outputs.columns("causes").start + outputs.causes.index(score.cause)
        total = sum(reason.weight for reason in score.reasons) + float(model.weights.bias[column])
        assert total == pytest.approx(float(seen.scores.text[0, column]), abs=0.02)


def test_reasons_name_patterns_concepts_and_words(bank: Bank, reader: Reader) -> None:
    named = {
        reason.what
        for text in bank.texts[:10]
        for score in explain(reader, text, most=100).scores
        for reason in score.reasons
    }
    sources = {cue.source for cue in bank.lexicon.patterns}
    concepts = {f"{{{concept.name}}}" for concept in bank.lexicon.concepts}
    assert "words" in named
    assert named & sources
    assert named & concepts


def test_an_empty_text_has_nothing_to_explain(reader: Reader) -> None:
    found = explain(reader, "")
    assert (found.clauses, found.cues, found.reading.status) == ((), (), "empty")
