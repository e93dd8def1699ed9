"""The peers' slope rule: a rising count is an alarm, a flat or a small one is none."""

from __future__ import annotations

from types import SimpleNamespace

import pytest


def _alarms(planted: SimpleNamespace, counts: list[int], steeper: float = 0.0) -> list[int]:
    weeks = [week for week, n in enumerate(counts) for _ in range(n)]
    found = planted.slope.slope_alarms(["a"] * len(weeks), weeks, last=len(counts), steeper=steeper)
    return [alarm.week for alarm in found]


@pytest.mark.parametrize(
    ("counts", "weeks"),
    [([3, 3, 3, 3, 3], []), ([0, 0, 1, 4, 9], [3, 4]), ([9, 6, 4, 2, 1], []), ([0, 0, 1, 2, 0], [])],
    ids=["flat", "rising", "falling", "small"],
)
def test_only_a_rising_count_alarms(planted: SimpleNamespace, counts: list[int], weeks: list[int]) -> None:
    assert _alarms(planted, counts) == weeks


def test_the_mild_form_passes_over_a_small_rise(planted: SimpleNamespace) -> None:
    assert _alarms(planted, [2, 2, 3, 3]) == [3]
    assert _alarms(planted, [2, 2, 3, 3], 0.5) == []


def test_rows_of_no_issue_never_alarm(planted: SimpleNamespace) -> None:
    assert planted.slope.slope_alarms([None] * 9, [0, 1, 1, 2, 2, 2, 3, 3, 3], last=4) == []
