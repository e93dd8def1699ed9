"""Issues that are one are merged, matters at another place split off; each keeps its id, and says why."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from textmine.issues.intake import Step
from textmine.issues.ledger import Issue
from textmine.issues.lineage import merge_alike
from textmine.issues.state import State, pack, unpack
from textmine.issues.tracker import TrackedRow, Tracker

Make = Callable[[str, Sequence[str]], list[TrackedRow]]
WHAT = (
    "{}施工挖断光缆，整条街宽带停了",
    "{}光缆挖断，店里宽带用不了",
    "{}宽带停了，说是施工挖断光缆",
    "{}施工队挖断光缆没人来修宽带",
    "{}光缆挖断两天宽带还没恢复",
)
OTHER = (
    "营业厅排队两个小时没人管",
    "短信推销太多要求屏蔽",
    "积分兑换的电饭煲没有到货",
    "套餐降档在线办不了",
    "充值一百块没到账",
    "校园卡流量太少",
)


def _stream(make: Make, state: State, weeks: Sequence[Sequence[str]]) -> list[TrackedRow]:
    rows = [row for n, texts in enumerate(weeks, 1) for row in make(f"2026-W{n:02d}", (*OTHER, *texts))]
    Tracker(state).update(rows)
    return rows


def _at(state: State, place: str) -> Issue:
    return next(issue for issue in state.issues if issue.place == place)


def _about_cables(state: State) -> Issue:
    return _at(state, "柳塘路")


def test_a_like_matter_at_another_place_splits_off_with_its_parent(
    make: Make, fresh: Callable[[], State]
) -> None:
    state = fresh()
    one, other = [t.format("柳塘路") for t in WHAT], [t.format("北苑街") for t in WHAT]
    _stream(make, state, [one, one[:3], [*one[:3], *other], [*one[2:], *other]])
    first, second = _at(state, "柳塘路"), _at(state, "北苑街")

    assert first.parents == ()
    assert [(p.issue_id, p.how, p.period) for p in second.parents] == [(first.id, "split", "2026-W03")]
    assert "北苑街" in second.parents[0].why


def test_an_issue_that_moves_keeps_its_id(make: Make, fresh: Callable[[], State]) -> None:
    state = fresh()
    one, other = [t.format("柳塘路") for t in WHAT], [t.format("北苑街") for t in WHAT]
    rows = _stream(make, state, [one, one, one, other, other])
    where = dict(zip((row.key for row in rows), Tracker(state).update(rows), strict=True))
    told = {where[row.key] for row in rows if "光缆" in row.text}

    assert len(told - {None}) == 1


def test_issues_that_are_one_are_merged_and_keep_their_rows(make: Make, fresh: Callable[[], State]) -> None:
    state = fresh()
    texts = [t.format(place) for t in WHAT for place in ("柳塘路", "北苑街")]
    _stream(make, state, [texts, texts])
    first = _about_cables(state)
    number = state.issues.index(first)
    twin = Issue.from_dict(first.to_dict() | {"id": "2026-W02-77", "label": "光缆"})
    state.issues.append(twin)
    state.middles.append(len(state.middles[number]))
    state.middles.add(len(state.issues) - 1, state.middles[number])
    own = dict(twin.by_period)
    merge_alike(state, Step("2026-W02", late=False))

    assert twin.merged_into == first.id
    assert twin.by_period == own
    assert twin.status(state.periods()) == "merged"
    last = first.parents[-1]
    assert (last.issue_id, last.how, last.period) == ("2026-W02-77", "merged", "2026-W02")
    assert "光缆" in last.why


def test_lineage_survives_the_ledger(make: Make, fresh: Callable[[], State]) -> None:
    state = fresh()
    one, other = [t.format("柳塘路") for t in WHAT], [t.format("北苑街") for t in WHAT]
    _stream(make, state, [one, [*one, *other], [*one, *other]])
    again = unpack(pack(state, with_encoder=False).get, state.encoder)

    assert [i.parents for i in again.issues] == [i.parents for i in state.issues]
    assert any(issue.parents for issue in again.issues)
    assert _at(again, "北苑街").public(["2026-W03"], {})["parents"][0]["how"] == "split"


def test_what_is_said_again_in_the_same_words_counts_as_rows_not_as_evidence(
    make: Make, fresh: Callable[[], State]
) -> None:
    state = fresh()
    texts = [t.format(place) for t in WHAT for place in ("柳塘路", "北苑街")]
    _stream(make, state, [texts, texts, texts])
    issue = _about_cables(state)

    assert issue.size > issue.distinct
    assert issue.distinct == len(issue.said)
    assert issue.words["光缆"] <= issue.distinct
