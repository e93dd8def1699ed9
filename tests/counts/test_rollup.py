"""Roll-up: totals that add up at every level, and each group held against its own parent."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from textmine.counts.rollup import Node, roll_up
from textmine.counts.tally import Tally
from textmine.errors import UsageError
from textmine.records import Reading, Tag

COLUMNS = ("province", "city", "hall")
CAUSES = ("wait.queue", "fee.sp", "net")


def reading(codes: frozenset[str]) -> Reading:
    return Reading(
        tags=tuple(Tag(code, 0.9, 0, 1) for code in sorted(codes)), stance="complaint" if codes else "none"
    )


def children(nodes: tuple[Node, ...], of: Node) -> list[Node]:
    return [n for n in nodes if n.depth == of.depth + 1 and n.path[: of.depth] == of.path]


# Halls of one name in several cities, and rows without a hall, are what roll-ups get wrong.
PATHS = st.tuples(
    st.sampled_from("东西"), st.sampled_from(["甲", "乙", ""]), st.sampled_from(["一", "二", ""])
)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(PATHS, st.frozensets(st.sampled_from(CAUSES))), min_size=1, max_size=40))
def test_every_total_is_the_sum_of_its_parts(rows: list[tuple[tuple[str, ...], frozenset[str]]]) -> None:
    tally = Tally.empty(COLUMNS).add([reading(codes) for _, codes in rows], [path for path, _ in rows])
    nodes = roll_up(tally, COLUMNS)

    assert nodes[0].cell.rows == len(rows)
    assert nodes[0].cell.codes == Counter(code for _, codes in rows for code in codes)
    for node in nodes:
        below = children(nodes, node)
        assert bool(below) == (node.depth < len(COLUMNS))
        if below:
            assert node.cell.rows == sum(child.cell.rows for child in below)
            for counter in ("stance", "causes", "codes"):
                summed: Counter[str] = Counter()
                for child in below:
                    summed.update(getattr(child.cell, counter))
                assert getattr(node.cell, counter) == summed


def test_a_hall_is_held_against_its_branch_and_not_against_a_namesake() -> None:
    sizes = {("东", "甲", "一"): 20, ("东", "甲", "二"): 80, ("西", "甲", "一"): 80, ("西", "甲", "二"): 80}
    tally = Tally.empty(COLUMNS)
    groups, scores = [], []
    for path, bad in sizes.items():
        codes = [frozenset({"wait.queue"})] * bad + [frozenset()] * (100 - bad)
        tally.add([reading(some) for some in codes], [path] * 100)
        groups += [path] * 100
        scores += [5.0 + (i % 3) - 2 * bool(some) for i, some in enumerate(codes)]
    found = {node.path: node for node in roll_up(tally, COLUMNS, groups=groups, scores=scores)}

    low, high, same = (found[path] for path in [("东", "甲", "一"), ("东", "甲", "二"), ("西", "甲", "一")])
    assert low.complaints is not None
    assert (low.complaints.reference, low.complaints.rate) == (0.5, 0.2)
    assert low.complaints.gap == pytest.approx(-0.6)
    assert (low.complaints.verdict, low.causes["wait"].verdict, low.stands_out) == ("lower", "lower", True)
    assert low.score is not None
    assert high.score is not None
    assert (low.score.verdict, high.score.verdict) == ("higher", "lower")
    assert low.score.reference == pytest.approx((low.score.rate + high.score.rate) / 2)
    assert not same.stands_out
    # The whole has nothing above it, and an only child is its parent.
    assert found[()].complaints is None
    assert found["东", "甲"].complaints is None


def test_one_column_is_no_roll_up() -> None:
    with pytest.raises(UsageError, match="two columns or more"):
        roll_up(Tally.empty(("city",)), ("city",))
