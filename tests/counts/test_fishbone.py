"""The fishbone: every bone is the sum of its own, and other programs can read what is exported."""

from __future__ import annotations

import pytest

from textmine.counts.fishbone import (
    fishbone,
    to_code_count,
    to_mermaid,
    to_nested,
    to_parent_child,
)
from textmine.counts.tally import Tally
from textmine.errors import UsageError

QUEUE, HANDLING = "waiting_time.hall_queue", "waiting_time.slow_handling"
RUDE, FORCED = "staff_attitude.rude", "staff_attitude.forced_selfservice"
ROWS = {QUEUE: 4, HANDLING: 1, RUDE: 3, FORCED: 2, "other": 9}


@pytest.fixture(scope="module")
def tally(read) -> Tally:
    return Tally.empty().add([read(code) for code, n in ROWS.items() for _ in range(n)])


def test_every_bone_is_the_sum_of_the_bones_on_it(tally, frame) -> None:
    for preset in ("5m1e", "service"):
        diagram = fishbone(tally, frame, preset=preset)
        assert diagram.head.n == sum(ROWS.values())
        for _, bone, _ in diagram.walk():
            assert not bone.bones or bone.n == sum(b.n for b in bone.bones)
        leaves = {bone.code: bone.n for _, bone, _ in diagram.walk() if bone.kind == "subcause" and bone.n}
        assert leaves == ROWS


def test_a_cause_stands_on_each_branch_with_the_subcauses_that_belong_there(tally, frame) -> None:
    branches = {bone.code: bone for bone in fishbone(tally, frame).head.bones}
    attitude = {
        branch: [leaf.code for leaf in cause.bones if leaf.n]
        for branch, bone in branches.items()
        for cause in bone.bones
        if cause.code == "staff_attitude" and cause.n
    }
    assert attitude == {"people": [RUDE], "method": [FORCED]}
    assert [bone.n for bone in branches.values() if bone.code != frame.open_cause] == sorted(
        (bone.n for bone in branches.values() if bone.code != frame.open_cause), reverse=True
    )


def test_the_open_cause_is_last_and_headline_causes_are_present_at_zero(tally, frame, read) -> None:
    assert fishbone(tally, frame).head.bones[-1].code == frame.open_cause
    shown = {bone.code for _, bone, _ in fishbone(tally, frame).walk()}
    assert set(frame.headline) <= shown
    assert "loyalty" not in shown
    assert fishbone(Tally.empty(), frame).head.n == 0


def test_one_cause_has_its_own_fishbone_with_subcauses_straight_on_the_branches(tally, frame) -> None:
    diagram = fishbone(tally, frame, cause="waiting_time")
    assert (diagram.head.zh, diagram.head.n) == (frame.zh("waiting_time"), 5)
    assert [(depth, bone.code) for depth, bone, _ in diagram.walk()][:3] == [
        (0, "waiting_time"),
        (1, "resource"),
        (2, QUEUE),
    ]
    assert max(depth for depth, _, _ in diagram.walk()) == 2
    with pytest.raises(UsageError, match="waiting_time"):
        fishbone(tally, frame, cause="weather")


def test_rows_with_a_bare_cause_are_not_lost(frame, read) -> None:
    diagram = fishbone(Tally.empty().add([read("waiting_time"), read(QUEUE)]), frame)
    assert diagram.head.n == 2


def test_two_examples_hang_on_a_leaf(tally, frame) -> None:
    nested = to_nested(fishbone(tally, frame, examples={QUEUE: ["排了一上午", "只开一个口", "第三句"]}))
    branch = next(b for b in nested["children"] if b["code"] == "resource")
    assert branch["children"][0]["children"][0]["examples"] == ["排了一上午", "只开一个口"]


def test_words_are_in_the_language_asked_for(tally, frame) -> None:
    diagram = fishbone(tally, frame, problem={"zh": "问题", "en": "Problem"})
    assert (to_nested(diagram)["name"], to_nested(diagram, lang="en")["name"]) == ("问题", "Problem")
    names = {bone.code: (bone.zh, bone.en) for bone in diagram.head.bones}
    assert names["people"] == ("人", "People")
    service = {bone.code: bone.zh for bone in fishbone(tally, frame, preset="service").head.bones}
    assert service["people"] == "人员"


def test_mermaid_text_has_one_bone_a_line_indented_by_depth(tally, frame) -> None:
    lines = to_mermaid(fishbone(tally, frame, cause="waiting_time")).splitlines()
    assert lines[:4] == [
        "ishikawa-beta",
        f"    {frame.zh('waiting_time')} 5",
        "        料 4",
        f"            {frame.zh(QUEUE)} 4",
    ]


HOSTILE = ["%% gone", "%%{init: {}}%%", "a\nb", "<b>x</b>", "#35;", "ishikawa-beta"]


@pytest.mark.parametrize("hostile", HOSTILE)
def test_names_cannot_break_mermaid_text(tally, frame, hostile: str) -> None:
    lines = to_mermaid(fishbone(tally, frame, problem={"zh": hostile})).splitlines()
    assert len(lines) == len(to_mermaid(fishbone(tally, frame)).splitlines())
    head = lines[1].strip()
    assert not set(head) & set("%<>#;&")
    assert not head.startswith("ishikawa")


def test_parent_child_labels_are_unique_and_form_one_tree(tally, frame) -> None:
    for lang in ("zh", "en"):
        rows = to_parent_child(fishbone(tally, frame), lang=lang)
        children = [row.child for row in rows]
        assert len(children) == len(set(children))
        assert rows[0].parent == ""
        assert all(row.parent in children for row in rows[1:])
        attitude = frame.name("staff_attitude", lang)
        assert len([child for child in children if child.startswith(attitude)]) == 2


def test_code_count_rows_hold_each_subcause_once(tally, frame) -> None:
    rows = to_code_count(fishbone(tally, frame))
    assert {row.code: row.n for row in rows if row.n} == ROWS
    assert [row.n for row in rows] == sorted((row.n for row in rows), reverse=True)
    assert next(row for row in rows if row.code == QUEUE).branch == "料"
