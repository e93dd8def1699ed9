"""Reading is one pure function: neither neighbours, order nor batch size change what is understood."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from textmine.classify.reader import Reader
from textmine.records import Reading

from .conftest import Bank

ODD = ["", "   ", "\n", "。。。", "😀", "\ud800", "@某银行 ", "a" * 300, "排队" * 200, "如果，没有。的话"]

shared = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def alone(bank: Bank, reader: Reader) -> dict[str, Reading]:
    """What is understood of each text read by itself."""
    return {text: reader.read([text])[0] for text in [*bank.texts, *ODD]}


@given(data=st.data())
@shared
def test_neighbours_and_order_change_nothing(
    reader: Reader, alone: dict[str, Reading], data: st.DataObject
) -> None:
    batch = data.draw(st.lists(st.sampled_from(sorted(alone)), max_size=40))
    assert reader.read(batch) == [alone[text] for text in batch]


@pytest.mark.parametrize("size", [1, 7, 64, 1000])
def test_the_size_of_batches_changes_nothing(reader: Reader, alone: dict[str, Reading], size: int) -> None:
    texts = list(alone)
    parts = [reader.read(texts[first : first + size]) for first in range(0, len(texts), size)]
    assert [reading for part in parts for reading in part] == list(alone.values())


def test_probabilities_are_the_same_to_the_last_bit(bank: Bank, reader: Reader) -> None:
    together = reader.examine(bank.texts).scores
    for row, text in enumerate(bank.texts):
        assert (reader.examine([text]).scores.cause[0] == together.cause[row]).all()


def test_nothing_to_read_gives_nothing(reader: Reader) -> None:
    assert reader.read([]) == []


@given(text=st.text(max_size=60))
@shared
def test_any_text_can_be_read(reader: Reader, text: str) -> None:
    (reading,) = reader.read([text])
    assert (reading.primary is None) == (not reading.tags)
    for tag in (*reading.tags, *reading.abstained):
        assert 0 <= tag.start <= tag.end <= len(text)
        assert 0 <= tag.score <= 1
        assert tag.code in reader.frame.codes


def test_every_tag_shows_evidence(bank: Bank, reader: Reader) -> None:
    for text, reading in zip(bank.texts, reader.read(bank.texts), strict=True):
        for tag in reading.tags:
            assert text[tag.start : tag.end].strip()


def test_evidence_never_rests_on_blanks_before_the_text(bank: Bank, reader: Reader) -> None:
    texts = [f"@某银行 {text}" for text in bank.texts]
    for text, reading in zip(texts, reader.read(texts), strict=True):
        for tag in reading.tags:
            assert tag.end > tag.start >= len("@某银行 "), text


def test_risk_flags_are_what_their_patterns_say(bank: Bank, reader: Reader) -> None:
    readings = reader.read(bank.texts)
    flagged = [(e, r) for e, r in zip(bank.examples, readings, strict=True) if e.risk]
    assert len(flagged) >= 3
    assert sum(set(e.risk) <= set(r.risk) for e, r in flagged) >= 0.7 * len(flagged)
    assert all(set(reading.risk) <= set(bank.frame.axes["risk"]) for reading in readings)
