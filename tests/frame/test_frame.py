"""Questions a code frame answers."""

from __future__ import annotations

import pickle
from dataclasses import replace
from pathlib import Path

import pytest

from textmine.errors import UsageError
from textmine.frame.frame import Frame

SMALL_PATH = Path(__file__).parent / "data" / "small.toml"
SMALL = Frame.load(SMALL_PATH)


def test_a_subcause_is_known_by_its_full_code() -> None:
    assert SMALL.zh("service.rude") == "态度差"
    assert SMALL.en("service.rude") == "Rude"
    assert SMALL.name("service.rude", "en") == "Rude"
    assert "rude" not in SMALL


def test_a_cause_without_subcauses_is_itself_a_code() -> None:
    assert SMALL.codes == ("service.rude", "service.broken", "rest")
    assert SMALL.causes == ("service", "rest")
    assert SMALL.open_cause == "rest"
    assert SMALL.headline == ("service",)


def test_every_code_has_a_cause() -> None:
    assert SMALL.cause_of("service.rude") == SMALL.cause_of("service") == "service"
    assert SMALL.cause_of("rest") == "rest"


def test_only_subcauses_lie_on_a_branch() -> None:
    assert SMALL.branch("service.broken") == SMALL.branch("service.broken", "5m1e") == "equipment"
    assert SMALL.branch("service") is None
    assert SMALL.branch("rest") is None
    assert SMALL.branch_name("equipment") == "机"
    assert SMALL.branch_name("equipment", preset="5m1e", lang="en") == "Equipment"


@pytest.mark.parametrize(
    ("asked", "meant"),
    [
        ("service.rudee", "service.rude"),
        ("brokn", "service.broken"),
        ("broken", "service.broken"),
        ("res", "rest"),
    ],
)
def test_an_unknown_code_is_answered_with_the_nearest(asked: str, meant: str) -> None:
    with pytest.raises(UsageError, match=f"no code '{asked}' .*did you mean '{meant}'\\?"):
        SMALL.zh(asked)


@pytest.mark.parametrize("ask", ["zh", "en", "name", "cause_of", "branch", "entry"])
def test_no_question_accepts_an_unknown_code(ask: str) -> None:
    with pytest.raises(UsageError, match="textmine frame show"):
        getattr(SMALL, ask)("q")


def test_an_unknown_preset_or_branch_is_answered_with_those_there_are() -> None:
    with pytest.raises(UsageError, match=r"no fishbone preset '6m'.*there are: 5m1e"):
        SMALL.branch("service.rude", "6m")
    with pytest.raises(UsageError, match=r"no branch 'skills'.*there are: people, equipment"):
        SMALL.branch_name("skills")


def test_the_hash_is_of_the_content_not_the_layout(tmp_path: Path) -> None:
    path = tmp_path / "frame.toml"
    text = SMALL_PATH.read_text("utf-8")
    path.write_text("# another comment\n" + text.replace('zh = "服务"', "zh   =   '服务'"), "utf-8")
    assert Frame.load(path).sha256 == SMALL.sha256
    assert replace(SMALL, title_en="Another").sha256 != SMALL.sha256
    path.write_text(text.replace('zh = "服务"', 'zh = "服 务"'), "utf-8")
    assert Frame.load(path).sha256 != SMALL.sha256


def test_a_frame_travels_to_workers() -> None:
    copy = pickle.loads(pickle.dumps(SMALL))  # noqa: S301 - our own bytes; workers receive frames this way
    assert copy == SMALL
    assert copy.zh("service.rude") == "态度差"
