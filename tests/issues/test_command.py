"""The command's files have the promised fields, and the ledger carries on from run to run."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

FIELDS = {"issue_id", "label", "terms", "first_seen", "status", "size", "by_period", "exemplars", "parents"}


def _table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def _objects(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


@pytest.fixture(scope="module")
def run_twice(samples: Path, small: tuple[str, ...], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two runs over the same rows: a first one in `one`, with the ledger again in `two`."""
    from textmine.cli.main import run

    folder = tmp_path_factory.mktemp("issues")
    for name in ("one", "two"):
        arguments = ["issues", str(samples / "complaints.csv"), "-o", str(folder / name), "-q", *small]
        assert run([*arguments, "--state", str(folder / "state")]) == 0
    return folder


def test_the_files_have_the_promised_fields(run_twice: Path) -> None:
    issues = [
        json.loads(line) for line in (run_twice / "one" / "issues.jsonl").read_text("utf-8").splitlines()
    ]
    rows = _table(run_twice / "one" / "assignments.csv")
    alerts = (run_twice / "one" / "alerts.csv").read_text("utf-8-sig").splitlines()[0]

    assert issues
    assert all(set(issue) >= FIELDS for issue in issues)
    assert list(rows[0]) == ["row", "id", "period", "issue_id"]
    assert len(rows) == 420
    assert alerts == "period,issue_id,label,n,expected,ratio,q_value,first_alert,evidence"
    assert len({issue["label"] for issue in issues}) == len(issues)


def test_the_size_of_an_issue_is_its_rows(run_twice: Path) -> None:
    issues = [
        json.loads(line) for line in (run_twice / "one" / "issues.jsonl").read_text("utf-8").splitlines()
    ]
    held = [row["issue_id"] for row in _table(run_twice / "one" / "assignments.csv")]

    assert {i["issue_id"]: i["size"] for i in issues} == {
        i["issue_id"]: held.count(i["issue_id"]) for i in issues
    }


def test_running_again_changes_nothing(run_twice: Path) -> None:
    for name in ("issues.jsonl", "assignments.csv", "alerts.csv", "weekly.html"):
        assert (run_twice / "one" / name).read_bytes() == (run_twice / "two" / name).read_bytes()


def test_the_weekly_page_is_offline_and_safe(run_twice: Path) -> None:
    page = (run_twice / "one" / "weekly.html").read_text("utf-8")

    assert "Content-Security-Policy" in page
    assert "<script" not in page
    assert not re.search(r'(?:src|href)="(?!#)', page)
    assert re.search(r"(?<![\d.])1[3-9]\d{9}(?!\d)", page) is None


def test_another_period_is_refused_by_the_same_ledger(
    run_twice: Path, samples: Path, small: tuple[str, ...], command: Callable[..., Any], tmp_path: Path
) -> None:
    state = ("--state", run_twice / "state", "--period", "month")
    done = command("issues", samples / "complaints.csv", "-o", tmp_path, *state, *small)

    assert done.code == 2
    assert "--period month: this ledger counts by week" in done.err


def test_proposed_codes_make_a_frame_that_loads(run_twice: Path) -> None:
    from textmine.frame.frame import Frame

    Frame.load(run_twice / "one" / "frame_proposed.toml")


def test_shuffled_rows_in_a_fresh_process_give_the_same_issues(
    run_twice: Path, samples: Path, small: tuple[str, ...], tmp_path: Path
) -> None:
    import random
    import subprocess
    import sys

    with (samples / "complaints.csv").open(encoding="utf-8-sig", newline="") as file:
        head, *rows = csv.reader(file)
    random.Random(3).shuffle(rows)
    with (tmp_path / "shuffled.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([head, *rows])
    program = "import sys; from textmine.cli.main import run; sys.exit(run(sys.argv[1:]))"
    arguments = ["issues", str(tmp_path / "shuffled.csv"), "-o", str(tmp_path / "out"), "-q", *small]
    subprocess.run([sys.executable, "-c", program, *arguments], check=True)

    assert (tmp_path / "out" / "issues.jsonl").read_bytes() == (
        run_twice / "one" / "issues.jsonl"
    ).read_bytes()


def test_every_issue_says_what_it_was_made_with(run_twice: Path) -> None:
    for line in (run_twice / "one" / "issues.jsonl").read_text("utf-8").splitlines():
        issue = json.loads(line)
        assert issue["schema"] == "textmine.issues/1"
        assert issue["model_version"]
        assert issue["taxonomy_version"]


def test_the_sample_alarms_what_emerges_in_it_and_not_what_is_steady(samples: Path, tmp_path: Path) -> None:
    from textmine.cli.main import run

    assert run(["issues", str(samples / "complaints.csv"), "-o", str(tmp_path), "-q"]) == 0
    alerts = _table(tmp_path / "alerts.csv")

    assert [alert["period"] for alert in alerts if "会员" in alert["label"]] == ["2026-W42", "2026-W43"]
    assert not [alert for alert in alerts if "热线" in alert["label"]]


def test_two_processes_give_the_same_files_as_one(
    run_twice: Path, samples: Path, small: tuple[str, ...], tmp_path: Path
) -> None:
    from textmine.cli.main import run

    arguments = ["issues", str(samples / "complaints.csv"), "-o", str(tmp_path), "-q", *small]
    assert run([*arguments, "--workers", "2"]) == 0
    for name in ("issues.jsonl", "assignments.csv", "alerts.csv", "weekly.html"):
        assert (tmp_path / name).read_bytes() == (run_twice / "one" / name).read_bytes()
