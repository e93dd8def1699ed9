"""Decisions about issues are appended beside the ledger, survive halves and races, and are laid over it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from textmine.errors import InputError, UsageError
from textmine.io.issue_decisions import NAME, SCHEMA, IssueDecisions, StaleIssueError, decide


def record(id: str, size: int, week: str = "2026-W01") -> dict[str, Any]:
    return {
        "issue_id": id, "label": f"label of {id}", "status": "steady", "size": size, "first_seen": week,
        "by_period": {week: size}, "merged_into": None,
    }  # fmt: skip


RECORDS = (record("A", 3), record("B", 4, "2026-W02"), record("C", 5, "2026-W03"))


def laid_over(state: Path) -> dict[str, dict[str, Any]]:
    return {one["issue_id"]: one for one in IssueDecisions.read(state).overlay(RECORDS)}


def test_without_decisions_the_ledger_is_as_it_was(tmp_path: Path) -> None:
    assert tuple(laid_over(tmp_path).values()) == RECORDS


def test_a_name_is_changed_and_changed_back(tmp_path: Path) -> None:
    decide(tmp_path, "A", "rename", "  five  windows ", by="anna", seen=0)

    assert laid_over(tmp_path)["A"]["label"] == "five windows"
    decide(tmp_path, "A", "restore", "", by="ben", seen=1)
    assert laid_over(tmp_path)["A"] == RECORDS[0]
    assert IssueDecisions.read(tmp_path).of("A").version == 2


def test_a_merged_issue_is_counted_where_it_went(tmp_path: Path) -> None:
    decide(tmp_path, "C", "merge", "B", by="anna", seen=0)
    decide(tmp_path, "B", "merge", "A", by="anna", seen=0)

    after = laid_over(tmp_path)
    assert after["A"]["size"] == 12
    assert after["A"]["by_period"] == {"2026-W01": 3, "2026-W02": 4, "2026-W03": 5}
    assert (after["C"]["status"], after["C"]["merged_into"], after["C"]["size"]) == ("merged", "B", 5)
    assert RECORDS[0]["size"] == 3


def test_a_dismissed_issue_says_so(tmp_path: Path) -> None:
    decide(tmp_path, "B", "dismiss", "", by="anna", seen=0)

    assert laid_over(tmp_path)["B"]["dismissed"] is True
    assert "dismissed" not in laid_over(tmp_path)["A"]


@pytest.mark.parametrize(
    ("act", "value"),
    [("rename", "  "), ("rename", "x" * 121), ("merge", ""), ("merge", "A"), ("restore", "")],
)
def test_what_makes_no_sense_is_refused(tmp_path: Path, act: Any, value: str) -> None:
    with pytest.raises(UsageError):
        decide(tmp_path, "A", act, value, by="anna", seen=0)
    assert not (tmp_path / NAME).exists()


def test_merging_never_makes_a_circle(tmp_path: Path) -> None:
    decide(tmp_path, "A", "merge", "B", by="anna", seen=0)
    decide(tmp_path, "B", "merge", "C", by="anna", seen=0)

    with pytest.raises(UsageError):
        decide(tmp_path, "C", "merge", "A", by="anna", seen=0)


def test_who_decides_upon_what_no_longer_stands_learns_what_does(tmp_path: Path) -> None:
    decide(tmp_path, "A", "dismiss", "", by="anna", seen=0)

    with pytest.raises(StaleIssueError) as caught:
        decide(tmp_path, "A", "rename", "mine", by="ben", seen=0)

    assert caught.value.standing.last is not None
    assert (caught.value.standing.last.by, caught.value.standing.last.act) == ("anna", "dismiss")


def line(**more: Any) -> str:
    said = {"issue": "A", "act": "rename", "value": "x", "by": "b", "base": 0, "at": "", "uid": "1"}
    return json.dumps({"schema": SCHEMA, **said, **more}) + "\n"


def test_of_two_written_at_once_the_first_stands(tmp_path: Path) -> None:
    (tmp_path / NAME).write_text(line(uid="1", value="first") + line(uid="2", value="second"), "utf-8")

    standing = IssueDecisions.read(tmp_path).of("A")
    assert (standing.label, standing.version) == ("first", 1)


@settings(max_examples=25, deadline=None)
@given(cut=st.integers(min_value=1, max_value=120))
def test_half_a_line_never_counts_and_spoils_nothing(
    tmp_path_factory: pytest.TempPathFactory, cut: int
) -> None:
    state = tmp_path_factory.mktemp("state")
    decide(state, "A", "rename", "kept", by="anna", seen=0)
    torn = line(issue="B", uid="2")[:cut]
    with (state / NAME).open("a", encoding="utf-8") as file:
        file.write(torn)

    decide(state, "C", "dismiss", "", by="anna", seen=0)

    after = laid_over(state)
    assert after["A"]["label"] == "kept"
    assert after["C"]["dismissed"] is True
    assert after["B"]["label"] == ("x" if torn.endswith("}") else RECORDS[1]["label"])


@pytest.mark.parametrize(
    "text", ["[]", '{"schema": "other/1"}', json.dumps({"schema": SCHEMA}), line(act="burn")]
)
def test_a_strange_line_is_an_error_that_names_it(tmp_path: Path, text: str) -> None:
    (tmp_path / NAME).write_text(f"\n{text}\n", "utf-8")

    with pytest.raises(InputError, match=rf"{NAME}:2"):
        IssueDecisions.read(tmp_path)


def test_the_next_run_writes_the_issues_as_people_decided(
    samples: Path, small: tuple[str, ...], tmp_path: Path, command: Any
) -> None:
    state = tmp_path / "state"

    def run() -> dict[str, dict[str, Any]]:
        asked = ("issues", samples / "complaints.csv", "-o", tmp_path / "out", "--state", state, "-q", *small)
        assert command(*asked).code == 0
        lines = (tmp_path / "out" / "issues.jsonl").read_text("utf-8").splitlines()
        return {one["issue_id"]: one for one in map(json.loads, lines)}

    before = run()
    first, second, third = list(before)[:3]
    decide(state, first, "rename", "窗口少", by="anna", seen=0)
    decide(state, second, "merge", first, by="anna", seen=0)
    decide(state, third, "dismiss", "", by="anna", seen=0)

    after = run()
    assert list(after) == list(before)
    assert after[first]["label"] == "窗口少"
    assert after[first]["size"] == before[first]["size"] + before[second]["size"]
    assert (after[second]["merged_into"], after[second]["status"]) == (first, "merged")
    assert after[third]["dismissed"] is True
