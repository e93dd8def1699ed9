"""Influence coefficients: worked out by hand for causes, touchpoints and columns; nothing unweighed."""

from __future__ import annotations

import pytest

from textmine.counts.pareto import pareto
from textmine.counts.tally import Tally
from textmine.counts.weights import Weights
from textmine.errors import UsageError

QUEUE, HOTLINE, SLOW = (
    "waiting_time.hall_queue",
    "waiting_time.hotline_unreachable",
    "network_quality.slow_data",
)


@pytest.fixture
def tally(read) -> Tally:
    rows = [
        (read(QUEUE, touchpoints=("hall",)), "营业厅", 30),
        (read(HOTLINE, touchpoints=("hotline",)), "热线", 10),
        (read(SLOW, touchpoints=("network",)), "热线", 30),
        (read(SLOW, touchpoints=("network",)), "营业厅", 5),
    ]
    tally = Tally.empty(("channel", "month"))
    for i, (reading, channel, n) in enumerate(rows):
        tally.add([reading] * n, [(channel, f"2026-0{8 + i % 2}")] * n)
    return tally


def test_a_columns_weights_make_weighted_counts_the_sum_over_rows(tally, frame) -> None:
    weights = Weights({"营业厅": 0.15, "热线": 0.36}, "channel")
    rows = {row.code: row for row in pareto(tally, frame, weights=weights.of_codes(tally))}
    assert rows["waiting_time"].weighted == pytest.approx(30 * 0.15 + 10 * 0.36)
    assert rows["network_quality"].weighted == pytest.approx(30 * 0.36 + 5 * 0.15)
    # 40 rows weigh less than 35 that came by the hotline: the ranking turns round, the counts stay.
    assert [row for row in rows if rows[row].n] == ["network_quality", "waiting_time"]
    assert (rows["waiting_time"].n, rows["waiting_time"].n_share) == (40, pytest.approx(40 / 75))
    assert rows["waiting_time"].n_cumulative == pytest.approx(1.0)
    assert rows["network_quality"].share == pytest.approx(11.55 / (11.55 + 8.1))


def test_a_group_is_weighed_by_its_own_rows(tally) -> None:
    weights = Weights({"营业厅": 0.2, "热线": 0.4}, "channel")
    assert weights.of_codes(tally, group={"channel": "热线"})["network_quality"] == pytest.approx(0.4)
    august = weights.of_codes(tally, group={"month": "2026-08"})
    assert (august["waiting_time"], august["network_quality"]) == (pytest.approx(0.2), pytest.approx(0.4))
    primary = weights.of_codes(tally, level="subcause", counting="primary")
    assert primary[SLOW] == pytest.approx((30 * 0.4 + 5 * 0.2) / 35)


def test_a_cause_of_which_subcauses_are_named_weighs_the_mean_of_its_mentions(tally) -> None:
    weights = Weights({QUEUE: 1.0, HOTLINE: 0.2, SLOW: 0.5})
    assert weights.of_codes(tally)["waiting_time"] == pytest.approx((30 * 1.0 + 10 * 0.2) / 40)


def test_what_has_no_weight_is_named_unless_a_star_weighs_it(tally) -> None:
    with pytest.raises(UsageError, match=r"w\.csv: no weight for 热线; add a line for each, or one line \*"):
        Weights({"营业厅": 0.2}, "channel", "w.csv").of_codes(tally)
    with pytest.raises(UsageError, match="no weight for network_quality; add"):
        Weights({"waiting_time": 0.2}).of_codes(tally)
    with pytest.raises(UsageError, match="no weight for network_quality; add"):
        Weights({"hall": 0.2, "hotline": 0.3}).of_codes(tally)
    assert Weights({"hall": 0.2, "hotline": 0.3, "network": 0.1}).missing(tally) == ()
    assert Weights({"营业厅": 0.2, "*": 0.5}, "channel").of_codes(tally)["network_quality"] == pytest.approx(
        (30 * 0.5 + 5 * 0.2) / 35
    )
