"""Alignment: weights of a checklist against what customers say, worked out by hand."""

from __future__ import annotations

import pytest

from textmine.counts.align import ChecklistItem, align
from textmine.counts.tally import Tally
from textmine.errors import UsageError

ITEMS = (
    ChecklistItem("着装与迎送", 40, ("staff_attitude.etiquette",)),
    ChecklistItem("礼貌态度", 20, ("staff_attitude",)),
    ChecklistItem("等候时长", 10, ("waiting_time.hall_queue",)),
    ChecklistItem("台席与环境", 20, ("hall_environment", "waiting_time.diversion")),
    ChecklistItem("店招完好", 10),
)


@pytest.fixture
def tally(read) -> Tally:
    said = {
        "waiting_time.hall_queue": 50,
        "staff_attitude.rude": 20,
        "fee_transparency.bill_unclear": 20,
        "hall_environment.layout": 10,
    }
    return Tally.empty().add([read(code) for code, n in said.items() for _ in range(n)])


def test_weights_and_voices_are_set_side_by_side(tally, frame) -> None:
    rows = {row.code: row for row in align(ITEMS, tally, frame).rows}
    assert rows["staff_attitude"].checklist == pytest.approx(0.6)
    assert rows["waiting_time"].checklist == pytest.approx(0.2)
    assert rows["hall_environment"].checklist == pytest.approx(0.1)
    assert rows["waiting_time"].customers.value == pytest.approx(0.5)
    assert rows["staff_attitude"].ratio == pytest.approx(3)
    assert rows["staff_attitude"].items == ("着装与迎送", "礼貌态度")


def test_what_is_weighed_too_much_too_little_or_not_at_all_is_said(tally, frame) -> None:
    found = align(ITEMS, tally, frame)
    assert {row.code: row.weighing for row in found.rows} == {
        "waiting_time": "under-weighed",
        "staff_attitude": "over-weighed",
        "fee_transparency": "not on the checklist",
        "hall_environment": "in balance",
    }
    assert [row.code for row in found.rows][:1] == ["waiting_time"]
    assert found.overlap == pytest.approx(0.2 + 0.2 + 0.1)
    assert found.unmapped == ("店招完好",)


def test_an_indicator_nobody_complains_about_is_over_weighed(tally, frame) -> None:
    items = (*ITEMS, ChecklistItem("积分台", 20, ("loyalty.points",)))
    row = next(row for row in align(items, tally, frame).rows if row.code == "loyalty")
    assert (row.ratio, row.weighing) == (None, "over-weighed")


def test_wrong_checklists_are_refused(tally, frame) -> None:
    with pytest.raises(UsageError, match="weather"):
        align([ChecklistItem("天气", 1, ("weather",))], tally, frame)
    with pytest.raises(UsageError, match="weight"):
        align([ChecklistItem("无", 0, ("loyalty",))], tally, frame)
