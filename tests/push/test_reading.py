"""The rows of a query as an input: the same tags as from a file, nothing changed, nothing given away."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from textmine.errors import InputError, UsageError
from textmine.io.database import parse_url
from textmine.io.database_source import open_query


@pytest.fixture
def filled(database: str, samples: Path) -> str:
    """The sample complaints as a table with typed columns."""
    engine = create_engine(parse_url(database))
    with (samples / "complaints.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = [
            {"id": line["工单号"], "t": line["投诉内容"], "n": number, "p": line["满意度评分"] or None}
            for number, line in enumerate(csv.DictReader(file), start=1)
        ]
    with engine.begin() as connection:
        connection.execute(
            text("CREATE TABLE calls (n INTEGER, 工单号 TEXT, 投诉内容 TEXT, 评分 NUMERIC(4,1))")
        )
        connection.execute(text("INSERT INTO calls VALUES (:n, :id, :t, :p)"), rows)
    engine.dispose()
    return database


QUERY = "SELECT 工单号, 投诉内容 FROM calls ORDER BY n"


def causes(folder: Path) -> list[Any]:
    records = map(json.loads, (folder / "tags.jsonl").read_text("utf-8").splitlines())
    return [(record["id"], record["causes"], record["stance"]) for record in records]


def test_a_query_gives_the_tags_that_the_file_gives(
    filled: str, samples: Path, small: tuple[str, ...], tmp_path: Path, command: Any
) -> None:
    read = command("classify", "--from", filled, "--query", QUERY, "-o", tmp_path / "db", "-q", *small)
    assert read.code == 0, read.err
    command("classify", samples / "complaints.csv", "-o", tmp_path / "file", "-q", *small)

    assert causes(tmp_path / "db") == causes(tmp_path / "file")
    manifest = (tmp_path / "db" / "manifest.json").read_text("utf-8")
    assert "geheim" not in manifest
    assert json.loads(manifest)["rows"]["rows_in"] == 420


def test_the_same_rows_are_the_same_input(filled: str) -> None:
    def digest(query: str) -> str:
        with open_query(filled, query) as source:
            assert sum(len(chunk.rows) for chunk in source.chunks(100)) == source.accounts().rows
            assert source.accounts().balanced
            return source.sha256

    assert digest(QUERY) == digest(QUERY)
    assert digest(QUERY) != digest(QUERY + " DESC")


def test_a_percent_sign_and_a_colon_are_the_querys_own(filled: str) -> None:
    with open_query(
        filled, "SELECT 投诉内容 FROM calls WHERE 投诉内容 LIKE '%宽带%' AND '10:30' = '10:30'"
    ) as source:
        texts = [row.values[0] for chunk in source.chunks(50) for row in chunk.rows]

    assert texts
    assert all("宽带" in one for one in texts)


def test_numbers_and_nulls_come_as_text(filled: str) -> None:
    with open_query(filled, "SELECT n, 评分 FROM calls ORDER BY n") as source:
        rows = [row.values for chunk in source.chunks(500) for row in chunk.rows]

    assert rows[0][0] == "1"
    assert all(isinstance(value, str) for row in rows for value in row)
    assert "" in {row[1] for row in rows}


@pytest.mark.parametrize("query", ["DELETE FROM calls", "DROP TABLE calls", "UPDATE calls SET n = 0"])
def test_a_query_changes_nothing(filled: str, query: str) -> None:
    with pytest.raises((InputError, UsageError)):
        open_query(filled, query)

    with open_query(filled, "SELECT count(*) FROM calls WHERE n > 0") as source:
        assert [row.values for chunk in source.chunks(1) for row in chunk.rows] == [("420",)]


def test_wrong_sql_is_an_error_of_the_input(filled: str) -> None:
    with pytest.raises(InputError, match="nosuchtable"):
        open_query(filled, "SELECT * FROM nosuchtable")


def test_bytes_that_are_no_text_are_quarantined(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'x.db'}"
    with open_query(url, "SELECT x'ff00' AS 内容 UNION ALL SELECT '好'") as source:
        (chunk,) = source.chunks(10)

    assert [row.values for row in chunk.rows] == [("好",)]
    assert [entry.reason for entry in chunk.quarantined] == ["undecodable"]


@pytest.mark.parametrize(
    "arguments",
    [
        ("--query", "SELECT 1"),
        ("--from", "sqlite://"),
        ("in.csv", "--from", "sqlite://", "--query", "SELECT 1"),
        (),
    ],
)
def test_half_a_question_is_refused(command: Any, arguments: tuple[str, ...]) -> None:
    assert command("classify", *arguments).code == 2
