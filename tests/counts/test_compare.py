"""Groups and periods: differences that are real are called, chance is not, and totals add up."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from textmine.counts.compare import (
    aggregate,
    compare_groups,
    compare_periods,
    compare_scores,
    difference_interval,
    q_values,
    two_proportions,
)
from textmine.counts.tally import Tally
from textmine.errors import UsageError


def tally_of(read, table: dict[tuple[str, ...], tuple[int, int]], by: tuple[str, ...]) -> Tally:
    """From (rows with "wait.queue", rows) a group."""
    tally = Tally.empty(by)
    for group, (n, rows) in table.items():
        tally.add([read("wait.queue")] * n + [read()] * (rows - n), [group] * rows)
    return tally


def test_a_group_far_from_the_average_is_called_and_others_are_not(read) -> None:
    table = {("东",): (100, 200), ("西",): (40, 200), ("南",): (42, 200), ("北",): (38, 200)}
    found = compare_groups(tally_of(read, table, ("city",)), "city")
    verdicts = {d.group: d.verdict for d in found}
    assert verdicts[("东",)] == "higher"
    assert found[0].group == ("东",)
    east = found[0]
    assert (east.n, east.rows, east.rate, east.reference) == (100, 200, 0.5, 0.275)
    assert east.gap == pytest.approx(0.5 / 0.275 - 1)
    assert not east.change.excludes(0.225)


def test_halls_are_compared_within_their_own_city(read) -> None:
    # City 甲 complains much, 乙 little; every hall of 甲 is like its city but the third.
    table = {
        ("甲", "一"): (60, 100),
        ("甲", "二"): (62, 100),
        ("甲", "三"): (20, 100),
        ("乙", "四"): (5, 100),
        ("乙", "五"): (6, 100),
    }
    tally = tally_of(read, table, ("city", "hall"))
    within = {d.group: d for d in compare_groups(tally, "hall", within="city")}
    assert within[("甲", "三")].verdict == "lower"
    assert within[("甲", "三")].gap == pytest.approx(0.2 / (142 / 300) - 1)
    assert within[("乙", "四")].verdict == "no difference shown"
    assert {d.group: d.verdict for d in compare_groups(tally, "hall")}[("四",)] == "lower"


def test_a_period_that_rose_is_called_with_its_range(read) -> None:
    before = Tally.empty().add([read("wait.queue")] * 50 + [read("fee.sp")] * 30 + [read()] * 420).cell()
    after = Tally.empty().add([read("wait.queue")] * 90 + [read("fee.sp")] * 31 + [read()] * 379).cell()
    rose, same = compare_periods(before, after)
    assert (rose.code, rose.verdict, rose.gap) == ("wait", "higher", pytest.approx(0.8))
    assert rose.change.low > 0
    assert (same.code, same.verdict) == ("fee", "no difference shown")
    assert not same.change.excludes(0)
    fell = compare_periods(after, before, name="九月")[0]
    assert (fell.verdict, fell.group) == ("lower", ("九月",))
    with pytest.raises(UsageError, match="no rows"):
        compare_periods(before, Tally.empty().cell())


def test_pure_chance_is_rarely_called(read) -> None:
    rng = np.random.default_rng(8)
    called = looked = 0
    for _ in range(30):
        table = {(str(g),): (int(rng.binomial(300, 0.1)), 300) for g in range(20)}
        found = compare_groups(tally_of(read, table, ("hall",)), "hall")
        called += any(d.verdict != "no difference shown" for d in found)
        looked += 1
    assert called <= 0.25 * looked


def test_mean_scores_of_groups_are_compared_with_the_average() -> None:
    rng = np.random.default_rng(9)
    groups = [("好",)] * 100 + [("差",)] * 100 + [("同",)] * 100 + [("独",)]
    scores = np.concatenate([rng.normal(8.5, 1, 100), rng.normal(6, 1, 100), rng.normal(7.2, 1, 100), [7.0]])
    found = {d.group[0]: d for d in compare_scores(groups, scores)}
    assert (found["好"].verdict, found["差"].verdict) == ("higher", "lower")
    assert found["同"].verdict == "no difference shown"
    assert found["差"].gap == pytest.approx(scores[100:200].mean() / scores.mean() - 1)
    assert "独" not in found
    with pytest.raises(UsageError, match="one of each a row"):
        compare_scores(groups, [1.0])


def test_subtotals_add_up_at_every_level_and_nothing_without_a_hall_is_lost(read) -> None:
    table = {("省", "甲", "一"): (1, 4), ("省", "甲", ""): (2, 2), ("省", "乙", "一"): (3, 9)}
    nodes = aggregate(tally_of(read, table, ("province", "city", "hall")), ("province", "city", "hall"))
    paths = [node.path for node in nodes]
    assert paths[:4] == [(), ("省",), ("省", "乙"), ("省", "乙", "一")]
    for node in nodes:
        children = [n for n in nodes if n.depth == node.depth + 1 and n.path[: node.depth] == node.path]
        if children:
            assert node.cell.rows == sum(child.cell.rows for child in children)
            assert node.cell.causes["wait"] == sum(child.cell.causes["wait"] for child in children)
    assert (nodes[0].cell.rows, nodes[0].cell.causes["wait"]) == (15, 6)


@pytest.mark.parametrize("counts", [(30, 100, 45, 100), (2, 20, 9, 25), (0, 5, 5, 5), (200, 1000, 210, 1000)])
def test_p_values_are_those_of_the_textbook_tests(counts: tuple[int, int, int, int]) -> None:
    k1, n1, k2, n2 = counts
    table = [[k1, n1 - k1], [k2, n2 - k2]]
    small = stats.contingency.expected_freq(table).min() < 10
    tails = [stats.fisher_exact(table, alternative=side).pvalue for side in ("less", "greater")]
    expected = min(1, 2 * min(tails)) if small else stats.chi2_contingency(table, correction=False).pvalue
    assert two_proportions(*counts)[0] == pytest.approx(expected)


def test_nobody_and_everybody_are_no_difference() -> None:
    assert two_proportions([0, 10], [10, 10], [0, 20], [20, 20]).tolist() == [1.0, 1.0]


def test_q_values_are_benjamini_hochberg() -> None:
    p = [0.01, 0.04, 0.03, 0.005, 0.5]
    assert q_values(p) == pytest.approx(stats.false_discovery_control(p))
    assert q_values([]) == ()


def test_a_difference_range_covers(read) -> None:
    rng = np.random.default_rng(10)
    inside = [
        not difference_interval(int(a), 80, int(b), 120).excludes(0.1)
        for a, b in zip(rng.binomial(80, 0.2, 400), rng.binomial(120, 0.1, 400), strict=True)
    ]
    assert 0.85 <= np.mean(inside) <= 0.96
