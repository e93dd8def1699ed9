"""Figures of an evaluation against tables worked out by hand."""

from __future__ import annotations

import math

import pytest

from textmine.classify.evaluate import CauseFigures, compare, evaluate
from textmine.classify.examples import Example, Label
from textmine.classify.reader import Reader
from textmine.records import Reading, Tag

from .conftest import Bank

WAIT, QUEUE, FEE = "branch_wait.teller_queue", "branch_wait.few_tellers", "charges_interest"
#: Every verbatim of the table stands ten times, so that its causes are frequent enough to enter means.
TIMES = 10


@pytest.fixture(scope="module")
def fee(bank: Bank) -> str:
    return next(code for code in bank.frame.codes if code.startswith(FEE))


def labelled(*codes: str, primary: str | None = None, stance: str = "complaint") -> Example:
    labels = tuple(Label(code, 10 * n, 10 * n + 5) for n, code in enumerate(codes))
    return Example("1", "", labels, primary or next(iter(codes), None), stance, (), "", "hand")


def read(*tags: tuple[str, float, int], primary: str | None = None, stance: str = "complaint") -> Reading:
    made = tuple(Tag(code, score, start, start + 5) for code, score, start in tags)
    main = primary or next((tag.code for tag in made), None)
    return Reading(tags=made, primary=main, stance=stance)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def table(fee: str) -> tuple[list[Example], list[Reading]]:
    """Right; the wrong cause; both causes but one subcause wrong and shown elsewhere; rightly nothing."""
    examples = [labelled(WAIT), labelled(WAIT), labelled(WAIT, fee, primary=fee), labelled(stance="none")]
    readings = [
        read((WAIT, 0.9, 2)),
        read((fee, 0.8, 0)),
        read((QUEUE, 0.6, 30), (fee, 0.7, 11), primary=fee),
        read(stance="inquiry"),
    ]
    return examples * TIMES, readings * TIMES


WORKED_OUT = {
    "cause_micro_f1": 2 * 3 / (4 + 4),
    "cause_macro_f1": (2 * 2 / (3 + 2) + 2 * 1 / (1 + 2)) / 2,
    "headline_macro_f1": (2 * 2 / (3 + 2) + 2 * 1 / (1 + 2)) / 2,
    "subcause_micro_f1": 2 * 2 / (4 + 4),
    "subcause_macro_f1": (2 * 1 / (3 + 1) + 2 * 1 / (1 + 2)) / 2,
    "primary_accuracy": 2 / 3,
    "stance_accuracy": 3 / 4,
    "no_cause_kept": 1.0,
    "evidence_overlap": (1 + 1 / 2) / 2,
    "calibration_error": (0.1 + 0.8 + 0.4 + 0.3) / 4,
}


@pytest.mark.parametrize("name", WORKED_OUT)
def test_figures_are_those_worked_out_by_hand(
    bank: Bank, table: tuple[list[Example], list[Reading]], name: str
) -> None:
    result = compare(*table, bank.frame, runs=10)
    assert result[name] == pytest.approx(WORKED_OUT[name])


def test_causes_confusions_and_bins_are_those_worked_out_by_hand(
    bank: Bank, table: tuple[list[Example], list[Reading]]
) -> None:
    result = compare(*table, bank.frame, runs=2)
    assert result.n == 4 * TIMES
    by_code = {cause.code: cause for cause in result.causes}
    assert by_code["branch_wait"] == CauseFigures("branch_wait", 3 * TIMES, 2 * TIMES, 2 * TIMES)
    assert by_code[FEE].precision == pytest.approx(1 / 2)
    assert by_code[FEE].recall == 1
    assert math.isnan(by_code["bank_app"].f1)
    assert result.confusions == (("branch_wait", FEE, TIMES),)
    assert [(b.n, b.share_right) for b in result.reliability] == [(10, 1), (10, 1), (10, 0), (10, 1)]


def test_a_promise_is_measured_on_readings_made_under_it(
    bank: Bank, table: tuple[list[Example], list[Reading]], fee: str
) -> None:
    examples, readings = table
    kept = [read((WAIT, 0.9, 2)), read((fee, 0.8, 0)), read(), read()] * TIMES
    result = compare(examples, readings, bank.frame, promised=(0.8, kept), runs=2)
    assert result["precision_when_0.8_promised"] == pytest.approx(1 / 2)
    assert result["coverage_when_0.8_promised"] == pytest.approx(2 / 3)


def test_intervals_are_reproducible_and_hold_the_value(
    bank: Bank, table: tuple[list[Example], list[Reading]]
) -> None:
    first = compare(*table, bank.frame, runs=50, seed=1)
    assert compare(*table, bank.frame, runs=50, seed=1).figures == first.figures
    assert compare(*table, bank.frame, runs=50, seed=2).figures != first.figures
    for figure in first.figures:
        assert figure.low <= figure.value + 1e-9
        assert figure.value <= figure.high + 1e-9


def test_a_reader_is_measured_as_it_reads(bank: Bank, reader: Reader) -> None:
    result = evaluate(reader, bank.examples, runs=5)
    by_hand = compare(bank.examples, reader.read(bank.texts), bank.frame, runs=5)
    assert {f.name: f.value for f in result.figures}.items() >= {
        f.name: f.value for f in by_hand.figures
    }.items()
    assert result["cause_micro_f1"] > 0.8
    assert 0 <= result["coverage_when_0.9_promised"] <= 1


def test_verbatims_that_all_complain_can_be_measured(bank: Bank) -> None:
    result = compare([labelled(WAIT)] * 10, [read((WAIT, 0.9, 0))] * 10, bank.frame, runs=5)
    assert result["cause_micro_f1"] == 1
    assert math.isnan(result["no_cause_kept"])


def test_verbatims_without_any_complaint_can_be_measured(bank: Bank) -> None:
    calm = [labelled(stance="none")] * 4
    result = compare(calm, [read(stance="none")] * 4, bank.frame, runs=5)
    assert result["no_cause_kept"] == 1
    assert math.isnan(result["primary_accuracy"])


def test_the_order_of_verbatims_changes_no_value(
    bank: Bank, table: tuple[list[Example], list[Reading]]
) -> None:
    examples, readings = table
    backwards = compare(examples[::-1], readings[::-1], bank.frame, runs=2)
    straight = compare(examples, readings, bank.frame, runs=2)
    assert [f.value for f in backwards.figures] == pytest.approx([f.value for f in straight.figures])


def test_one_cause_with_two_subcauses_counts_once_with_its_best_score(bank: Bank) -> None:
    examples = [labelled(WAIT), labelled(stance="none")] * 10
    readings = [read((WAIT, 0.9, 0), (QUEUE, 0.3, 0)), read(stance="none")] * 10
    result = compare(examples, readings, bank.frame, runs=2)
    assert result["cause_micro_f1"] == 1
    assert result["calibration_error"] == pytest.approx(0.1)
    assert result["subcause_micro_f1"] == pytest.approx(2 / 3)
