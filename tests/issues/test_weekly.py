"""The weekly page says what people decided: their names, their mergers, no alarm for what they dismissed."""

from __future__ import annotations

from pathlib import Path

import pytest

from textmine.io.issue_decisions import IssueDecisions, decide
from textmine.issues.state import State
from textmine.report.weekly import Week, render_weekly, summarise


@pytest.fixture
def alarmed(tracked: tuple[State, list[str | None]]) -> str:
    """The issue with an alarm in the last period."""
    (card,) = _week(tracked[0]).of("alarm")
    return card.id


def _week(state: State, decided: Path | None = None) -> Week:
    return summarise(state, (), {}, IssueDecisions.read(decided) if decided else None)


def test_a_new_name_is_shown_and_the_ledger_keeps_its_own(
    tracked: tuple[State, list[str | None]], alarmed: str, tmp_path: Path
) -> None:
    before = [issue.to_dict() for issue in tracked[0].issues]
    decide(tmp_path, alarmed, "rename", "基站拆了", by="anna", seen=0)
    page = render_weekly(_week(tracked[0], tmp_path), lang="zh")

    assert "“基站拆了”" in page
    assert [issue.to_dict() for issue in tracked[0].issues] == before


def test_a_dismissed_issue_stays_without_its_alarm(
    tracked: tuple[State, list[str | None]], alarmed: str, tmp_path: Path
) -> None:
    decide(tmp_path, alarmed, "dismiss", "", by="anna", seen=0)
    week = _week(tracked[0], tmp_path)

    assert week.of("alarm") == ()
    assert week.alerts == ()
    assert [card.id for card in week.cards if card.dismissed] == [alarmed]
    assert "已由人工忽略" in render_weekly(week, lang="zh")
    assert "已由人工忽略" not in render_weekly(_week(tracked[0]), lang="zh")


def test_a_merged_issue_takes_its_rows_and_its_alarm_along(
    tracked: tuple[State, list[str | None]], alarmed: str, tmp_path: Path
) -> None:
    cards = {card.id: card for card in _week(tracked[0]).cards}
    other = next(id for id in cards if id != alarmed)
    decide(tmp_path, alarmed, "merge", other, by="anna", seen=0)
    after = {card.id: card for card in _week(tracked[0], tmp_path).cards}

    assert alarmed not in after
    assert after[other].size == cards[other].size + cards[alarmed].size
    assert after[other].section == "alarm"
