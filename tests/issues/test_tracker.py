"""Issues are found, keep their names, and are alarmed when they rise and only then."""

from __future__ import annotations

import random
from collections.abc import Callable

from textmine.issues.ledger import Issue
from textmine.issues.state import State, pack, unpack
from textmine.issues.tracker import TrackedRow, Tracker

Weeks = list[list[TrackedRow]]
Fresh = Callable[[], State]


def _about(state: State, word: str) -> Issue:
    return max((i for i in state.issues if word in i.label or word in i.terms), key=lambda i: i.size)


def test_an_emerging_issue_is_found_named_and_alarmed(tracked: tuple[State, list[str | None]]) -> None:
    state, _ = tracked
    issue = _about(state, "锦澜湾")

    assert "基站" in issue.label
    assert issue.first_seen == "2026-W12"
    assert issue.first_alert is not None
    assert issue.first_alert <= "2026-W14"
    alert = next(a for a in state.alerts if a.issue_id == issue.id)
    assert alert.n >= 5
    assert alert.ratio > 2
    assert alert.q_value < 0.01


def test_a_steady_issue_is_never_alarmed(tracked: tuple[State, list[str | None]]) -> None:
    state, _ = tracked
    alarmed = {alert.issue_id for alert in state.alerts}

    assert alarmed == {_about(state, "锦澜湾").id}
    assert _about(state, "热线").status(state.periods()) in ("steady", "born")


def test_the_order_of_rows_does_not_show(
    weeks: Weeks, fresh: Fresh, tracked: tuple[State, list[str | None]]
) -> None:
    rows = [row for one in weeks for row in one]
    shuffled = rows[:]
    random.Random(7).shuffle(shuffled)
    state = fresh()
    where = dict(zip((row.key for row in shuffled), Tracker(state).update(shuffled), strict=True))

    assert [where[row.key] for row in rows] == tracked[1]
    assert pack(state, with_encoder=False) == pack(tracked[0], with_encoder=False)


def test_week_by_week_gives_the_same_as_all_at_once(
    weeks: Weeks, fresh: Fresh, tracked: tuple[State, list[str | None]]
) -> None:
    state, stored = fresh(), dict[str, bytes]()
    for rows in weeks:
        Tracker(state).update(rows)
        stored |= pack(state, with_encoder=False)
        state = unpack(stored.get, state.encoder)

    assert [i.to_dict() for i in state.issues] == [i.to_dict() for i in tracked[0].issues]
    assert state.alerts == tracked[0].alerts


def test_a_new_week_never_renames_or_reassigns_what_was_assigned(weeks: Weeks, fresh: Fresh) -> None:
    state = fresh()
    rows = [row for one in weeks[:14] for row in one]
    before = Tracker(state).update(rows)
    names = {issue.id: issue.label for issue in state.issues}
    Tracker(state).update(weeks[14])
    after = Tracker(state).update(rows)

    assert {issue.id: issue.label for issue in state.issues if issue.id in names} == names
    assert all(old == new for old, new in zip(before, after, strict=True) if old is not None)


def test_rows_seen_before_are_not_counted_again(weeks: Weeks, fresh: Fresh) -> None:
    state = fresh()
    rows = [row for one in weeks for row in one]
    Tracker(state).update(rows)
    sizes = [issue.size for issue in state.issues]
    Tracker(state).update(rows)

    assert [issue.size for issue in state.issues] == sizes
    assert sum(state.volumes.values()) == len(rows)


def test_double_volume_raises_no_alarm(weeks: Weeks, fresh: Fresh) -> None:
    state = fresh()
    for rows in weeks[:10]:
        Tracker(state).update(rows)
    twice = [*weeks[10], *(TrackedRow(f"again {r.key}", r.period, r.text, r.matter, "") for r in weeks[10])]
    Tracker(state).update(twice)

    assert state.alerts == []
