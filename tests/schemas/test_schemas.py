"""What textmine writes keeps to the schemas it ships, and the schemas refuse what is not so."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from textmine.cli.main import run

from textmine.errors import UsageError
from textmine.events.outbox import Outbox
from textmine.schemas import NAMES, schema


@pytest.fixture(scope="module")
def written(
    samples: Path, small: tuple[str, ...], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, list[Any]]:
    """Every record of a folder that was classified and tracked, by the name of its schema."""
    folder = tmp_path_factory.mktemp("schemas")
    assert (
        run(["classify", str(samples / "complaints.csv"), "-o", str(folder), "--by", "地市", "-q", *small])
        == 0
    )
    assert run(["issues", str(folder), "-q", "--outbox", str(folder / "outbox"), *small]) == 0
    with Outbox.open(folder / "outbox") as box:
        events = [json.loads(entry.body) for entry in box.entries()]

    def lines(name: str) -> list[Any]:
        return [json.loads(line) for line in (folder / name).read_text("utf-8").splitlines()]

    def whole(name: str) -> list[Any]:
        return [json.loads((folder / name).read_text("utf-8"))]

    return {
        "tags": lines("tags.jsonl"),
        "issues": lines("issues.jsonl"),
        "counts": whole("counts.json"),
        "manifest": whole("manifest.json"),
        "event": events,
    }


def faults(name: str, record: Any) -> list[str]:
    return [error.message for error in Draft202012Validator(schema(name)).iter_errors(record)]


@pytest.mark.parametrize("name", NAMES)
def test_each_schema_is_itself_valid(name: str) -> None:
    Draft202012Validator.check_schema(schema(name))


@pytest.mark.parametrize("name", NAMES)
def test_every_record_written_is_valid(written: dict[str, list[Any]], name: str) -> None:
    assert written[name]
    assert [fault for record in written[name] for fault in faults(name, record)] == []


@pytest.mark.parametrize("name", NAMES)
def test_every_field_written_is_described(written: dict[str, list[Any]], name: str) -> None:
    described = set(schema(name)["properties"])

    assert {key for record in written[name] for key in record} <= described


@pytest.mark.parametrize("name", NAMES)
def test_a_missing_field_is_refused(written: dict[str, list[Any]], name: str) -> None:
    record = written[name][0]

    for field in schema(name)["required"]:
        assert faults(name, {key: value for key, value in record.items() if key != field}), field


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("tags", {"schema": "textmine.tags/2"}),
        ("tags", {"row": 0}),
        ("tags", {"status": "unknown"}),
        ("tags", {"primary": ""}),
        ("issues", {"status": "asleep"}),
        ("issues", {"by_period": {"last week": 3}}),
        ("counts", {"rows": -1}),
        ("manifest", {"inputs": []}),
        ("event", {"id": "1"}),
        ("event", {"type": "issues.begun"}),
        ("event", {"data": {}}),
        ("manifest", {"taxonomy": {"version": "1", "sha256": "short"}}),
    ],
)
def test_a_wrong_value_is_refused(written: dict[str, list[Any]], name: str, change: dict[str, Any]) -> None:
    assert faults(name, {**written[name][0], **change})


def test_a_field_added_later_is_allowed(written: dict[str, list[Any]]) -> None:
    assert faults("tags", {**written["tags"][0], "added_later": 1}) == []


def test_an_unknown_schema_is_refused_with_the_names_there_are() -> None:
    with pytest.raises(UsageError, match="tags, issues, counts, manifest"):
        schema("rows")
