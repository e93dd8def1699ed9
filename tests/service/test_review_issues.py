"""The issue ledger on the review pages: renamed, merged, dismissed, restored; the ledger stays as it is."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from textmine.io.issue_decisions import NAME
from textmine.issues.ledger import Issue
from textmine.issues.store import Store

from .conftest import Desk, Make


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """A ledger of three issues over three weeks."""
    weeks = ("2026-W40", "2026-W41", "2026-W42")
    issues = [
        Issue(
            f"2026-W40-0{n}", f"问题 {n} <b>", ("取号", "排队"), weeks[0], weeks[0],
            by_period=dict.fromkeys(weeks, n), exemplars=(f"取号排了 {n} 小时<script>",),
        )
        for n in (1, 2, 3)
    ]  # fmt: skip
    lines = "".join(json.dumps(issue.to_dict(), ensure_ascii=False) + "\n" for issue in issues)
    meta = {"period": "week", "volumes": dict.fromkeys(weeks, 50)}
    folder = tmp_path / "ledger"
    Store.open(folder).commit({"issues.jsonl": lines.encode(), "meta.json": json.dumps(meta).encode()})
    return folder


@pytest.fixture
def desks(make: Make, rows: Path, state: Path) -> tuple[Desk, Desk]:
    """Anna and Ben at the same pages."""
    app = make(review=str(rows), state=str(state))
    seated = []
    for name in ("anna", "ben"):
        desk = Desk(type(app)(app.app, raise_server_exceptions=False))
        desk.enter(name)
        seated.append(desk)
    return seated[0], seated[1]


ONE, TWO, THREE = (f"/review/issues/2026-W40-0{n}" for n in (1, 2, 3))


def listed(desk: Desk, path: str = "/review/issues") -> list[str]:
    return re.findall(r'href="/review/issues/([^"?]+)" data-item', desk.see(path))


def test_issues_are_listed_the_largest_of_the_latest_first(desks: tuple[Desk, Desk]) -> None:
    desk, _ = desks

    assert listed(desk) == ["2026-W40-03", "2026-W40-02", "2026-W40-01"]
    page = desk.see(THREE)
    assert "取号排了 3 小时&lt;script&gt;" in page
    assert "问题 3 &lt;b&gt;" in page


def test_a_new_name_is_shown_and_can_be_taken_back(desks: tuple[Desk, Desk], state: Path) -> None:
    desk, other = desks
    before = (state / "current.json").read_bytes()

    desk.see(ONE)
    assert desk.send(ONE, act="rename", value="取号排长队").status_code == 200
    assert "取号排长队" in other.see("/review/issues")
    desk.send(ONE, act="restore")

    assert "取号排长队" not in other.see("/review/issues")
    assert (state / "current.json").read_bytes() == before
    assert len((state / NAME).read_text("utf-8").split()) > 2


def test_merged_and_dismissed_issues_are_out_of_the_way(desks: tuple[Desk, Desk]) -> None:
    desk, _ = desks
    desk.see(ONE)
    assert desk.send(ONE, act="merge", value="2026-W40-03").status_code == 200
    desk.see(TWO)
    assert desk.send(TWO, act="dismiss").status_code == 200

    assert listed(desk) == ["2026-W40-03"]
    assert "12 rows" in desk.page
    assert set(listed(desk, "/review/issues?show=all")) == {f"2026-W40-0{n}" for n in (1, 2, 3)}
    assert "merged into" in desk.see(ONE)


def test_of_two_at_once_the_second_is_told_what_the_first_did(desks: tuple[Desk, Desk]) -> None:
    anna, ben = desks
    anna.see(ONE)
    ben.see(ONE)
    anna.send(ONE, act="rename", value="first name")

    lost = ben.send(ONE, act="dismiss")

    assert lost.status_code == 409
    assert "anna" in lost.text
    assert "first name" in lost.text
    assert "2026-W40-01" in listed(ben)
    ben.see(ONE)
    assert ben.send(ONE, act="dismiss").status_code == 200


@pytest.mark.parametrize(
    ("act", "value"),
    [("merge", "2026-W40-01"), ("merge", "2026-W40-99"), ("rename", ""), ("burn", ""), ("restore", "")],
)
def test_what_makes_no_sense_is_refused(desks: tuple[Desk, Desk], state: Path, act: str, value: str) -> None:
    desk, _ = desks
    desk.see(ONE)

    assert desk.send(ONE, act=act, value=value).status_code == 422
    assert not (state / NAME).exists()


def test_an_unknown_issue_is_said_on_a_page(desks: tuple[Desk, Desk]) -> None:
    desk, _ = desks

    assert desk.client.get("/review/issues/none").status_code == 404
    assert desk.send("/review/issues/none", act="dismiss").status_code == 422


def test_decisions_outlive_the_next_run_of_the_tracker(desks: tuple[Desk, Desk], state: Path) -> None:
    desk, _ = desks
    desk.see(TWO)
    desk.send(TWO, act="rename", value="kept")

    store = Store.open(state)
    store.commit({"meta.json": store.fetch("meta.json") or b""})

    assert "kept" in desk.see("/review/issues")
