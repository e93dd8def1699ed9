"""The planted benchmark's arithmetic: what a perfect, a blind and a wrong tracker get."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest


@pytest.fixture(scope="module")
def stream(planted: SimpleNamespace) -> Any:
    return planted.stream.stream(0)


@pytest.fixture(scope="module")
def truth(stream: Any) -> list[str | None]:
    """Where a tracker that knows everything puts the rows."""
    return [row.truth or None for row in stream.rows]


@pytest.fixture(scope="module")
def alarms(planted: SimpleNamespace, stream: Any) -> list[Any]:
    """An alarm of each rising issue in the week of its fifth report."""
    return [planted.score.Alarm(week, name) for name, week in planted.stream.fifth_weeks(stream).items()]


def _of(planted: SimpleNamespace, stream: Any, where: Any, alarms: Any = (), labels: Any = None) -> Any:
    return planted.score.score(stream, planted.score.Outcome(where, alarms, labels or {}))


def test_a_perfect_tracker_gets_everything(
    planted: SimpleNamespace, stream: Any, truth: list[str | None], alarms: list[Any]
) -> None:
    issues = planted.texts.planted_issues()
    labels = {name: " ".join(group[0] for group in issue.keys) for name, issue in issues.items()}
    got = _of(planted, stream, truth, alarms, labels)

    assert (got.recall, got.lead, got.false_a_week, got.level_alarms) == (1.0, 0.0, 0.0, 0.0)
    assert (got.purity, got.one_id, got.noise, got.named) == (1.0, 1.0, 0.0, 1.0)


def test_a_blind_tracker_gets_nothing(planted: SimpleNamespace, stream: Any) -> None:
    got = _of(planted, stream, [None] * len(stream.rows))

    assert (got.recall, got.one_id, got.noise, got.named) == (0.0, 0.0, 1.0, 0.0)


def test_an_alarm_two_weeks_late_leads_by_two(
    planted: SimpleNamespace, stream: Any, truth: list[str | None], alarms: list[Any]
) -> None:
    late = [planted.score.Alarm(alarm.week + 2, alarm.issue) for alarm in alarms]

    assert _of(planted, stream, truth, late).lead == 2.0


def test_every_repetition_of_a_wrong_alarm_counts(
    planted: SimpleNamespace, stream: Any, truth: list[str | None]
) -> None:
    wrong = [planted.score.Alarm(week, "hotline_wait") for week in (10, 11, 12)]
    got = _of(planted, stream, truth, wrong)

    assert got.false_a_week == pytest.approx(3 / planted.stream.WEEKS)
    assert got.level_alarms == 3


def test_an_alarm_of_background_is_wrong(planted: SimpleNamespace, stream: Any) -> None:
    got = _of(planted, stream, ["all"] * len(stream.rows), [planted.score.Alarm(12, "all")])

    assert [alarm.issue for alarm in got.wrong] == ["all"]
    assert got.level_alarms == 0


def test_a_growing_issue_is_alarmed_rightly_only_once_it_grows(
    planted: SimpleNamespace, stream: Any, truth: list[str | None]
) -> None:
    onset = stream.onsets["tv_ads"]
    early, late = planted.score.Alarm(onset - 3, "tv_ads"), planted.score.Alarm(onset + 1, "tv_ads")

    assert _of(planted, stream, truth, [early, late]).wrong == (early,)


def test_coming_again_is_neither_asked_for_nor_wrong(
    planted: SimpleNamespace, stream: Any, truth: list[str | None]
) -> None:
    got = _of(planted, stream, truth, [planted.score.Alarm(22, "snow_line")])

    assert got.wrong == ()
    assert got.recall == 0.0


def test_an_alarm_judged_by_its_tracker_is_taken_at_its_word(
    planted: SimpleNamespace, stream: Any, truth: list[str | None]
) -> None:
    right, wrong = (planted.score.Alarm(12, "cause:x", right=said) for said in (True, False))

    assert _of(planted, stream, truth, [right, wrong]).wrong == (wrong,)


def test_an_issue_split_in_two_halves_is_half_under_one_id(
    planted: SimpleNamespace, stream: Any, truth: list[str | None]
) -> None:
    split = [name and f"{name}/{i % 2}" for i, name in enumerate(truth)]
    got = _of(planted, stream, split)

    assert 0.5 <= got.one_id < 0.6
    assert got.purity == 1.0


def test_two_issues_under_one_id_are_impure(
    planted: SimpleNamespace, stream: Any, truth: list[str | None]
) -> None:
    mixed = ["roadwork_a" if name == "roadwork_b" else name for name in truth]
    got = _of(planted, stream, mixed)

    assert 0.9 < got.purity < 1.0
    assert got.one_id == 1.0


def test_a_label_names_an_issue_by_two_of_its_words(planted: SimpleNamespace) -> None:
    keys = (("锦澜湾",), ("基站", "铁塔"), ("信号",))

    assert planted.score.names("锦澜湾 铁塔 什么时候", keys)
    assert not planted.score.names("锦澜湾 什么时候", keys)
    assert not planted.score.names("基站 铁塔", keys)
