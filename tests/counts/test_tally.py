"""The tally is a monoid over rows: merge anything in any order, and every total adds up."""

from __future__ import annotations

import json
import random
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from textmine.counts.tally import SCHEMA, Tally
from textmine.errors import InputError, UsageError
from textmine.records import Reading, Tag

CODES = ("fee.sp", "fee.bill", "net.slow", "net.indoor", "wait.queue", "other")


@st.composite
def readings(draw: st.DrawFn) -> Reading:
    codes = draw(st.lists(st.sampled_from(CODES), max_size=4))
    candidates = draw(st.lists(st.sampled_from(CODES), max_size=2))
    scores = st.floats(0, 1)
    return Reading(
        tags=tuple(Tag(code, draw(scores), 0, 1) for code in codes),
        primary=codes[0] if codes else None,
        stance=draw(st.sampled_from(("complaint", "praise", "inquiry", "none"))),
        touchpoints=tuple(draw(st.sets(st.sampled_from(("hall", "hotline")), max_size=2))),
        risk=tuple(draw(st.sets(st.sampled_from(("churn", "media")), max_size=2))),
        status=draw(st.sampled_from(("tagged", "abstained", "empty"))),
        abstained=tuple(Tag(code, draw(scores), 0, 1) for code in candidates),
    )


cities = st.sampled_from(("甲市", "乙市"))
halls = st.sampled_from(("东厅", "西厅"))
rows = st.lists(st.tuples(readings(), st.tuples(cities, halls)), max_size=6)


def tallied(pairs: list[tuple[Reading, tuple[str, str]]]) -> Tally:
    return Tally.empty(("city", "hall")).add([r for r, _ in pairs], [g for _, g in pairs])


@settings(max_examples=25, deadline=None)
@given(rows, rows)
def test_merging_tallies_of_parts_gives_the_tally_of_the_whole(first: list, second: list) -> None:
    assert tallied(first).merge(tallied(second)) == tallied(first + second)


@settings(max_examples=25, deadline=None)
@given(rows, st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(pairs: list, shuffler: random.Random) -> None:
    shuffled = pairs[:]
    shuffler.shuffle(shuffled)
    assert tallied(shuffled).to_dict() == tallied(pairs).to_dict()


@settings(max_examples=25, deadline=None)
@given(rows, rows, rows)
def test_merging_is_associative_commutative_and_has_a_neutral_element(a: list, b: list, c: list) -> None:
    x, y, z = tallied(a), tallied(b), tallied(c)
    assert x.merge(y).merge(z) == x.merge(y.merge(z))
    assert x.merge(y) == y.merge(x)
    assert x.merge(Tally.empty(("city", "hall"))) == x


@settings(max_examples=25, deadline=None)
@given(rows)
def test_json_brings_back_the_same_tally(pairs: list) -> None:
    tally = tallied(pairs)
    assert Tally.from_dict(json.loads(json.dumps(tally.to_dict()))) == tally


@settings(max_examples=25, deadline=None)
@given(rows)
def test_halls_add_up_to_cities_and_cities_to_the_province(pairs: list) -> None:
    tally = tallied(pairs)
    assert tally.rolled_up(()).cell() == tally.cell()
    for (city,) in tally.groups("city"):
        whole = tally.rolled_up(("city",)).cell({"city": city})
        parts = [tally.cell({"city": city, "hall": hall}) for (hall,) in tally.groups("hall")]
        assert whole.rows == sum(part.rows for part in parts)
        assert whole == tally.cell({"city": city})


def test_merging_leaves_both_inputs_as_they_were(read) -> None:
    left, right = Tally.empty().add([read("net.slow")]), Tally.empty().add([read("net.slow")])
    left.merge(right)
    assert (left.rows, right.rows) == (1, 1)


def test_every_row_is_counted_once_per_cause_and_once_per_code(read) -> None:
    several = read("net.slow", "net.indoor", "net.slow", "fee.sp")
    cell = Tally.empty().add([several, read("net.slow"), read()]).cell()
    assert cell.rows == 3
    assert cell.codes == {"net.slow": 2, "net.indoor": 1, "fee.sp": 1}
    assert cell.causes == {"net": 2, "fee": 1}
    assert cell.primary == {"net.slow": 2}
    assert cell.primary_causes == {"net": 2}
    assert cell.stance == {"complaint": 2, "none": 1}


def test_touchpoints_and_risk_flags_are_counted_by_row_and_by_cause(read) -> None:
    both = read("net.slow", "net.indoor", touchpoints=("network", "app_web"), risk=("churn",))
    cell = Tally.empty().add([both, read("fee.sp")]).cell()
    assert cell.touchpoints == {"network": 1, "app_web": 1}
    assert cell.risk == {"churn": 1}
    assert cell.cause_touchpoints == {("net", "network"): 1, ("net", "app_web"): 1}
    assert cell.code_touchpoints[("net.indoor", "network")] == 1


def test_a_tally_of_nothing_has_no_rows_and_no_cells() -> None:
    assert Tally.empty(("city",)).add([], []).cells == {}
    assert Tally.empty().add([]) == Tally.empty()


def test_wrong_groups_and_columns_are_refused_with_what_to_do(read) -> None:
    tally = Tally.empty(("city",))
    with pytest.raises(UsageError, match="one tuple a row"):
        tally.add([read()], [])
    with pytest.raises(UsageError, match="one value each"):
        tally.add([read()], [("甲市", "东厅")])
    with pytest.raises(UsageError, match="--by hall"):
        tally.cell({"hall": "东厅"})
    with pytest.raises(UsageError, match="cannot merge"):
        tally.merge(Tally.empty())
    with pytest.raises(UsageError, match="twice"):
        Tally.empty(("city", "city"))
    with pytest.raises(InputError, match=SCHEMA):
        Tally.from_dict({"schema": "textmine.tally/0"})


def test_counting_is_fast_enough_to_be_free(read) -> None:
    shuffler = random.Random(7)
    kinds = [
        read(),
        read("net.slow", touchpoints=("network",)),
        read("fee.sp", "net.slow", touchpoints=("billing",), risk=("churn",)),
    ]
    batch = [shuffler.choice(kinds) for _ in range(20_000)]
    groups = [(str(shuffler.randrange(50)),) for _ in batch]
    best = min(_seconds(batch, groups) for _ in range(3))
    assert len(batch) / best > 100_000


def _seconds(batch: list[Reading], groups: list[tuple[str]]) -> float:
    start = time.perf_counter()
    Tally.empty(("hall",)).add(batch, groups)
    return time.perf_counter() - start
