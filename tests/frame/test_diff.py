"""Two versions of a code frame compared."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from textmine.frame.diff import Change, FrameDiff, Recoded, diff_frames
from textmine.frame.frame import Cause, Frame, Named, Placement, Subcause

SMALL = Frame.load(Path(__file__).parent / "data" / "small.toml")
PACKAGED = Frame.load()
SERVICE, REST = SMALL.tree
RUDE, BROKEN = SERVICE.subcauses


def with_service(*subcauses: Subcause, **properties: object) -> Frame:
    return replace(SMALL, tree=(replace(SERVICE, subcauses=subcauses, **properties), REST))  # type: ignore[arg-type]


def test_a_frame_does_not_differ_from_itself() -> None:
    assert diff_frames(PACKAGED, PACKAGED) == FrameDiff()
    assert diff_frames(PACKAGED, PACKAGED).empty


def test_new_and_missing_codes_are_listed() -> None:
    slow = Subcause("service.slow", "办得慢", "Slow")
    diff = diff_frames(SMALL, with_service(RUDE, slow))
    assert (diff.added, diff.removed) == (("service.slow",), ("service.broken",))
    assert diff.breaking
    assert not diff_frames(SMALL, with_service(RUDE, BROKEN, slow)).breaking


def test_a_new_code_with_the_old_name_is_renamed() -> None:
    diff = diff_frames(SMALL, with_service(RUDE, replace(BROKEN, code="service.defect")))
    assert diff == FrameDiff(renamed=(Recoded("service.broken", "service.defect"),))


def test_a_renamed_cause_takes_its_subcauses_with_it() -> None:
    subs = tuple(replace(sub, code=f"care.{sub.key}") for sub in SERVICE.subcauses)
    diff = diff_frames(SMALL, with_service(*subs, code="care"))
    assert diff == FrameDiff(
        renamed=(
            Recoded("service", "care"),
            Recoded("service.rude", "care.rude"),
            Recoded("service.broken", "care.broken"),
        )
    )


def test_a_subcause_under_another_cause_has_moved() -> None:
    machines = Cause("machines", "设备", "Machines", subcauses=(replace(BROKEN, code="machines.broken"),))
    tree = (replace(SERVICE, subcauses=(RUDE,)), machines, REST)
    diff = diff_frames(SMALL, replace(SMALL, tree=tree))
    assert diff.added == ("machines",)
    assert diff.moved == (Recoded("service.broken", "machines.broken"),)
    assert not diff.removed


def test_two_candidates_are_not_guessed_between() -> None:
    twins = (replace(BROKEN, code="service.one"), replace(BROKEN, code="service.two"))
    diff = diff_frames(SMALL, with_service(RUDE, *twins))
    assert (diff.added, diff.removed) == (("service.one", "service.two"), ("service.broken",))


def test_changed_names_definitions_marks_and_branches_are_listed() -> None:
    broken = replace(BROKEN, en="Defect", definition_zh="坏了。", placements=(Placement("5m1e", "people"),))
    diff = diff_frames(SMALL, with_service(RUDE, broken, headline=False))
    assert diff.changed == (
        Change("service", "headline", "true", "false"),
        Change("service.broken", "en", "Broken", "Defect"),
        Change("service.broken", "definition_zh", "设备坏。", "坏了。"),
        Change("service.broken", "branch.5m1e", "equipment", "people"),
    )


def test_the_other_axes_are_compared_too() -> None:
    risks = (replace(SMALL.risks[0], zh="媒体曝光"), Named("legal", "法律", "Legal"))
    diff = diff_frames(SMALL, replace(SMALL, risks=risks))
    assert diff.added == ("risk:legal",)
    assert diff.changed == (Change("risk:media", "zh", "媒体", "媒体曝光"),)


def without(frame: Frame, code: str) -> Frame:
    tree = tuple(
        replace(cause, subcauses=tuple(sub for sub in cause.subcauses if sub.code != code))
        for cause in frame.tree
    )
    return replace(frame, tree=tree)


@given(st.sampled_from([code for code in PACKAGED.codes if "." in code]))
@settings(max_examples=30, deadline=None)
def test_one_code_taken_out_is_all_that_is_found(code: str) -> None:
    assert diff_frames(PACKAGED, without(PACKAGED, code)) == FrameDiff(removed=(code,))
    assert diff_frames(without(PACKAGED, code), PACKAGED) == FrameDiff(added=(code,))
