"""Findings on frames that were put together by a program or are only doubtful."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from textmine.frame.check import check_frame
from textmine.frame.frame import Frame, Named, check_file

SMALL_PATH = Path(__file__).parent / "data" / "small.toml"
SMALL = Frame.load(SMALL_PATH)


def messages(frame: Frame, level: str) -> list[str]:
    return [finding.message for finding in check_frame(frame) if finding.level == level]


def test_a_sound_frame_has_no_findings() -> None:
    assert check_frame(SMALL) == ()


def test_a_frame_without_headline_causes_is_doubtful_but_loads() -> None:
    service, rest = SMALL.tree
    frame = replace(SMALL, tree=(replace(service, headline=False), rest))
    assert messages(frame, "error") == []
    assert messages(frame, "warning") == [
        "no cause is marked headline = true; outputs will show only what occurs"
    ]


def test_two_subcauses_of_one_name_are_doubtful() -> None:
    service, rest = SMALL.tree
    rude, broken = service.subcauses
    frame = replace(SMALL, tree=(replace(service, subcauses=(rude, replace(broken, zh=rude.zh))), rest))
    assert messages(frame, "warning") == ["'service.broken' and 'service.rude' are both called '态度差'"]


def test_a_branch_nothing_lies_on_is_doubtful() -> None:
    preset = SMALL.presets[0]
    wider = replace(preset, branches=(*preset.branches, Named("method", "法", "Method")))
    assert messages(replace(SMALL, presets=(wider,)), "warning") == [
        "no subcause lies on branch 'method' of '5m1e'"
    ]


def test_a_missing_definition_is_doubtful() -> None:
    frame = replace(SMALL, risks=(Named("media", "媒体", "Media", "提到媒体。"),))
    assert messages(frame, "warning") == ["risk 'media' has no 'definition_en'"]


def test_errors_come_before_warnings_and_all_are_reported() -> None:
    frame = replace(SMALL, risks=(Named("Media", "", "Media"),), presets=(), stances=())
    found = [finding.level for finding in check_frame(frame)]
    assert found == sorted(found)
    assert len(messages(frame, "error")) >= 8
    assert "no [[preset]]: a fishbone needs at least one set of branches" in messages(frame, "error")


def test_findings_on_a_file_carry_its_lines(tmp_path: Path) -> None:
    path = tmp_path / "frame.toml"
    text = SMALL_PATH.read_text("utf-8")
    path.write_text(text.replace('zh = "设备坏"', 'zh = ""').replace('en = "Media"', 'en = ""'), "utf-8")
    assert [(finding.line, finding.message) for finding in check_file(path)] == [
        (37, "'zh' of subcause 'service.broken' is empty"),
        (54, "'en' of risk 'media' is empty"),
    ]
