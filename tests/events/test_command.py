"""`--outbox` and `textmine events`: what runs tell, by the schema, masked; and how it is sent."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from textmine.events.outbox import Outbox
from textmine.schemas import schema

Command = Callable[..., Any]
PHONE = "13912345678"


@pytest.fixture(scope="module")
def ran(
    stream: Path, small: tuple[str, ...], tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, list[dict[str, Any]]]:
    """A folder after one `classify` and two `issues` with one ledger; and the events of the three runs."""
    from textmine.cli.main import run

    base = tmp_path_factory.mktemp("ran")
    to_box = ["--outbox", str(base / "box"), "-q", *small]
    assert run(["classify", str(stream), "-o", str(base / "out"), "--no-mask", *to_box]) == 0
    for _ in range(2):
        assert run(["issues", str(base / "out"), "--state", str(base / "ledger"), *to_box]) == 0
    with Outbox.open(base / "box") as box:
        return base, [json.loads(entry.body) for entry in box.entries()]


def test_every_event_keeps_to_the_schema(ran: tuple[Path, list[dict[str, Any]]]) -> None:
    validator = Draft202012Validator(schema("event"))

    assert [error.message for event in ran[1] for error in validator.iter_errors(event)] == []


def test_runs_are_told_each_time_and_alarms_once(ran: tuple[Path, list[dict[str, Any]]]) -> None:
    kinds = [event["type"] for event in ran[1]]
    alarms = [event["data"] for event in ran[1] if event["type"] == "issue.alert"]

    assert kinds.count("classify.finished") == 1
    assert kinds.count("issues.finished") == 2
    assert alarms
    assert len({(alarm["issue_id"], alarm["period"]) for alarm in alarms}) == len(alarms)
    assert len({event["id"] for event in ran[1]}) == len(ran[1])
    assert any(alarm["current"] for alarm in alarms) == any(alarm["period"] == "2026-W16" for alarm in alarms)


def test_the_accounts_are_those_of_the_folder(ran: tuple[Path, list[dict[str, Any]]]) -> None:
    told = ran[1][0]["data"]
    manifest = json.loads((ran[0] / "out" / "manifest.json").read_text("utf-8"))

    assert told["rows"] == {name.removeprefix("rows_"): n for name, n in manifest["rows"].items()}
    assert told["model_version"] == manifest["model"]["version"]
    assert sum(cause["n"] for cause in told["causes"]) > 0


def test_no_event_holds_personal_data(ran: tuple[Path, list[dict[str, Any]]]) -> None:
    said = json.dumps(ran[1], ensure_ascii=False)

    assert PHONE in (ran[0] / "out" / "tagged.csv").read_text("utf-8-sig")
    assert PHONE not in said
    assert "139******78" in said


def test_without_an_outbox_nothing_is_told(
    command: Command, samples: Path, small: tuple[str, ...], tmp_path: Path
) -> None:
    command("classify", samples / "survey.csv", "-o", tmp_path / "out", "-q", *small)

    assert {path.name for path in tmp_path.iterdir()} == {"out"}


def test_an_outbox_that_cannot_be_made_stops_the_run_before_it_begins(
    command: Command, samples: Path, small: tuple[str, ...], tmp_path: Path
) -> None:
    (tmp_path / "box").write_text("", "utf-8")

    done = command(
        "classify", samples / "survey.csv", "-o", tmp_path / "out", "--outbox", tmp_path / "box", *small
    )

    assert done.code == 4
    assert "cannot be used" in done.err
    assert not (tmp_path / "out").exists()


def test_send_list_and_retry(
    command: Command, receiver: Any, outbox: Outbox, events: Any, secret_file: Path
) -> None:
    outbox.add(events(3))
    receiver.answers = ["410"]
    box = ("--outbox", outbox.folder)
    send = ("events", "send", *box, "--to", receiver.url, "--secret-file", secret_file)

    done = command(*send, "--attempts", "1", "--patience", "0")
    assert (done.code, done.out) == (1, "")
    assert done.err == "2 events sent; 1 failed tries, 1 given up, 0 waiting.\n"

    listed = json.loads(command("events", "list", *box, "--state", "dead", "--json").out)["events"]
    assert [(e["state"], e["reason"], e["event"]["data"]) for e in listed] == [("dead", "HTTP 410", {"n": 0})]
    assert "HTTP 410" in command("events", "list", *box).out

    assert command("events", "retry", *box).err == "1 dead letters wait to be sent.\n"
    done = command(*send, "--json")
    assert (done.code, json.loads(done.out)) == (0, {"sent": 1, "failed": 0, "dead": 0, "pending": 0})


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("list", "--outbox", "nowhere"), 3, "nowhere: no outbox here"),
        (("list", "--outbox", "x", "--state", "lost"), 2, "--state 'lost': there are pending, sent, dead"),
        (("send", "--outbox", "x", "--to", "https://example.org/"), 2, "--secret-file FILE is missing"),
        (("send", "--outbox", "x", "--to", "kafka://host:9092"), 2, "--to must be kafka://host:port/topic"),
        (("list",), 2, "Missing option '--outbox'"),
    ],
)
def test_wrong_use_is_explained(
    command: Command, arguments: tuple[str, ...], code: int, message: str
) -> None:
    done = command("events", *arguments)

    assert done.code == code
    assert message in done.err
