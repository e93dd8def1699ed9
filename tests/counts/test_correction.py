"""Which counts are corrected: the whole and groups that are large enough, and figures that always agree."""

from __future__ import annotations

import pytest

from textmine.counts.correct import correct_counts, correct_tagged, rank_stability
from textmine.counts.correction import MIN_ROWS, Correction
from textmine.counts.error_rates import ErrorRates
from textmine.counts.tally import Cell, Tally

RATES = ErrorRates.from_rows(
    [(("a.x",), ("a.x",))] * 90 + [(("a.x",), ())] * 30 + [(("b",), ("b",))] * 60 + [((), ())] * 300
)


@pytest.fixture
def cell(read) -> Cell:
    return Tally.empty().add([read("a.x")] * 60 + [read("b")] * 20 + [read()] * (MIN_ROWS - 80)).cell()


def test_a_group_is_corrected_from_two_hundred_rows_on(cell, read) -> None:
    smaller = Tally.empty().add([read("a.x")] * 60 + [read()] * (MIN_ROWS - 61)).cell()
    correction = Correction(RATES)
    assert correction.of_group(cell)["a"].value > 60
    assert correction.of_group(smaller) == {}
    assert correction.of_whole(smaller)["a"].value > 60


def test_reviewed_rows_speak_for_the_whole_only(cell) -> None:
    reviewed = ErrorRates.from_rows([(("a.x",), ("a.x",))] * 5 + [((), ("a.x",))] * 20 + [((), ())] * 40)
    correction = Correction(RATES, reviewed)
    assert correction.of_whole(cell)["a"].value < 40
    assert correction.of_group(cell)["a"].value > 60
    assert correction.to_dict()["reviewed_rows"] == 65


def test_without_evidence_nothing_is_corrected_and_the_account_says_why(cell) -> None:
    for correction in (
        Correction(reason="no error rates"),
        Correction(ErrorRates(()), reason="no error rates"),
    ):
        assert correction.of_whole(cell) == correction.of_group(cell) == {}
        assert correction.to_dict()["method"] is None
        assert correction.to_dict()["reason"] == "no error rates"


def test_a_code_has_the_same_figures_whichever_codes_are_asked_for(cell) -> None:
    every = correct_counts(cell, RATES)
    assert correct_counts(cell, RATES, only={"b"}) == {"b": every["b"]}
    assert correct_counts(cell, RATES, only=()) == {}


def test_an_order_by_weighted_counts_is_judged_by_weighted_counts() -> None:
    counts = correct_tagged({"a": 60, "b": 50}, 1000, RATES)
    assert rank_stability(counts, ["b", "a"])[0].probability < 0.5
    assert rank_stability(counts, ["b", "a"], weights={"a": 0.1, "b": 1.0})[0].probability > 0.99
