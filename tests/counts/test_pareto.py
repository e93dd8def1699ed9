"""The Pareto table against counts worked out by hand."""

from __future__ import annotations

import pytest

from textmine.counts.interval import Interval
from textmine.counts.pareto import classify_abc, pareto
from textmine.counts.tally import Tally
from textmine.errors import UsageError

QUEUE, SLOW_HANDLING, HOTLINE = (
    "waiting_time.hall_queue",
    "waiting_time.slow_handling",
    "waiting_time.hotline_unreachable",
)
SLOW, RUDE, SP, SPAM, FAULT = (
    "network_quality.slow_data",
    "staff_attitude.rude",
    "unwanted_subscription.sp_charge",
    "privacy_spam.spam",
    "broadband_service.fault",
)


@pytest.fixture(scope="module")
def tally(read) -> Tally:
    """20 mentions: network quality 10, waiting 5 (6 of subcauses), attitude 2, broadband 1, other 2."""
    rows = [read(SLOW, touchpoints=("network",)) for _ in range(10)]
    rows += [read(QUEUE, touchpoints=("hall",)) for _ in range(3)]
    rows += [read(QUEUE, SLOW_HANDLING, touchpoints=("hall",)), read(HOTLINE, RUDE, touchpoints=("hotline",))]
    rows += [read(RUDE, touchpoints=("hall",)), read(FAULT), read("other"), read("other"), read()]
    regions = [("北",)] * 10 + [("南",)] * 10
    return Tally.empty(("region",)).add(rows, regions)


def test_causes_are_ranked_with_shares_that_add_up(tally, frame) -> None:
    rows = pareto(tally, frame)
    assert [(row.code, row.n) for row in rows[:4]] == [
        ("network_quality", 10),
        ("waiting_time", 5),
        ("staff_attitude", 2),
        ("broadband_service", 1),
    ]
    assert [row.share for row in rows[:2]] == [pytest.approx(0.5), pytest.approx(0.25)]
    assert [row.cumulative_share for row in rows[:4]] == pytest.approx([0.5, 0.75, 0.85, 0.90])
    assert [row.cls for row in rows[:4]] == ["A", "A", "B", "B"]
    assert sum(row.share for row in rows) == pytest.approx(1)
    assert rows[0].cause_zh == frame.zh("network_quality")
    assert rows[0].cause_en == frame.en("network_quality")


def test_the_open_cause_is_last_however_large(tally, frame, read) -> None:
    assert pareto(tally, frame)[-1].code == frame.open_cause
    flooded = tally.merge(Tally.empty(("region",)).add([read("other")] * 99, [("南",)] * 99))
    last = pareto(flooded, frame)[-1]
    assert (last.code, last.cls, last.cumulative_share) == (frame.open_cause, "C", pytest.approx(1))


def test_headline_causes_are_present_even_when_nobody_mentions_them(frame) -> None:
    rows = pareto(Tally.empty(), frame)
    assert [row.code for row in rows] == [cause for cause in frame.causes if cause in frame.headline]
    assert {(row.n, row.share, row.cumulative_share, row.cls) for row in rows} == {(0, 0.0, 0.0, "C")}


def test_ties_keep_the_order_of_the_frame(frame, read) -> None:
    tally = Tally.empty().add([read(SPAM), read(SLOW), read(RUDE), read(QUEUE)])
    tied = [row.code for row in pareto(tally, frame) if row.n]
    assert tied == [cause for cause in frame.causes if cause in tied]
    assert len(tied) == 4


def test_subcauses_are_counted_each_and_bare_causes_shown(tally, frame, read) -> None:
    rows = pareto(tally, frame, level="subcause")
    assert [(row.code, row.n) for row in rows[:3]] == [(SLOW, 10), (QUEUE, 4), (RUDE, 2)]
    assert rows[1].branch == "resource"
    bare = pareto(Tally.empty().add([read("waiting_time"), read(QUEUE)]), frame, level="subcause")
    assert [row.code for row in bare] == [QUEUE, "waiting_time"]


def test_primary_counting_gives_every_complaint_one_cause(tally, frame) -> None:
    rows = {row.code: row.n for row in pareto(tally, frame, counting="primary")}
    assert (rows["staff_attitude"], rows["waiting_time"], sum(rows.values())) == (1, 5, 19)
    subcauses = {row.code: row.n for row in pareto(tally, frame, counting="primary", level="subcause")}
    assert SLOW_HANDLING not in subcauses


def test_a_group_a_touchpoint_and_a_branch_are_counted_on_their_own(tally, frame) -> None:
    north = [row for row in pareto(tally, frame, group={"region": "北"}) if row.n]
    assert [(row.code, row.n) for row in north] == [("network_quality", 10)]
    hall = {row.code: row.n for row in pareto(tally, frame, touchpoint="hall") if row.n}
    assert hall == {"waiting_time": 4, "staff_attitude": 1}
    people = pareto(tally, frame, level="subcause", branch="people")
    assert [(row.code, row.share) for row in people] == [(RUDE, 1.0)]
    with pytest.raises(UsageError, match="counting='all'"):
        pareto(tally, frame, touchpoint="hall", counting="primary")


def test_weights_rank_by_effect_and_leave_counts_alone(tally, frame) -> None:
    rows = pareto(tally, frame, weights={"network_quality": 0.1, "waiting_time": 0.4, "*": 0.0})
    assert [(row.code, row.n, row.weighted) for row in rows[:2]] == [
        ("waiting_time", 5, pytest.approx(2.0)),
        ("network_quality", 10, pytest.approx(1.0)),
    ]
    assert rows[0].share == pytest.approx(2 / 3)
    assert rows[0].cls == "A"


def test_weights_by_touchpoint_spread_over_the_touchpoints_of_a_cause(tally, frame) -> None:
    rows = {row.code: row for row in pareto(tally, frame, weights={"hall": 0.2, "hotline": 0.6})}
    assert rows["waiting_time"].weight == pytest.approx((4 * 0.2 + 1 * 0.6) / 5)
    assert rows["network_quality"].weight == pytest.approx(0.4)  # not named: the mean of what is
    with pytest.raises(UsageError, match="waiting_time"):
        pareto(tally, frame, weights={"waiting_time": -1})


def test_corrected_counts_stand_beside_the_raw_ones(tally, frame) -> None:
    corrected = {"waiting_time": Interval(6.5, 4.0, 9.0)}
    rows = {row.code: row for row in pareto(tally, frame, corrected=corrected)}
    waiting = rows["waiting_time"]
    assert (waiting.n, waiting.n_corrected, waiting.n_low, waiting.n_high) == (5, 6.5, 4.0, 9.0)
    assert rows["network_quality"].n_corrected is None


def test_a_cause_lies_on_the_branch_where_most_of_it_is(frame, read) -> None:
    mostly_method = Tally.empty().add([read(SLOW_HANDLING), read(SLOW_HANDLING), read(QUEUE)])
    assert pareto(mostly_method, frame)[0].branch == "method"
    assert pareto(mostly_method, frame, preset="service")[0].branch == "process"


def test_codes_of_another_frame_are_refused(frame, read) -> None:
    with pytest.raises(UsageError, match="banking"):
        pareto(Tally.empty().add([read("banking.card")]), frame)


@pytest.mark.parametrize(
    ("cumulative", "first", "value", "expected"),
    [
        (0.80, False, 1, "A"),
        (0.8000001, False, 1, "B"),
        (0.97, True, 1, "A"),
        (0.95, False, 1, "B"),
        (0.951, False, 1, "C"),
        (0.3, False, 0, "C"),
    ],
)
def test_class_limits(cumulative: float, first: bool, value: float, expected: str) -> None:
    assert classify_abc(cumulative, first=first, value=value) == expected
