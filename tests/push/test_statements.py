"""The SQL for each kind of database, as far as it can be told without the server."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.dialects import mssql, mysql, oracle, postgresql, sqlite

from textmine.io.database_tables import METADATA, ROWS
from textmine.io.database_upsert import upsert_statement

DIALECTS = {
    "sqlite": (sqlite.dialect(), "ON CONFLICT"),
    "postgresql": (postgresql.dialect(), "ON CONFLICT"),
    "mysql": (mysql.dialect(), "ON DUPLICATE KEY UPDATE"),
    "oracle": (oracle.dialect(), "MERGE INTO"),
}


@pytest.mark.parametrize("name", DIALECTS)
def test_the_upsert_is_in_the_databases_own_words(name: str) -> None:
    dialect, words = DIALECTS[name]

    statement = upsert_statement(ROWS, dialect)

    assert statement is not None
    written = str(statement.compile(dialect=dialect))  # type: ignore[attr-defined]
    assert words in written
    assert "source" in written


def test_oracle_gets_no_reserved_word_as_a_parameter() -> None:
    statement = str(upsert_statement(ROWS, oracle.dialect()))

    assert set(re.findall(r":(\w+)", statement)) == {f"p{n}" for n in range(len(ROWS.columns))}
    assert '"date"' in statement


def test_a_database_without_an_upsert_has_no_statement_of_its_own() -> None:
    assert upsert_statement(ROWS, mssql.dialect()) is None  # type: ignore[no-untyped-call]


def test_rows_are_replaced_where_there_is_no_upsert(monkeypatch: pytest.MonkeyPatch) -> None:
    from sqlalchemy import create_engine, insert, select

    from textmine.io import database_upsert

    monkeypatch.setattr(database_upsert, "upsert_statement", lambda *_: None)
    engine = create_engine("sqlite://")
    METADATA.create_all(engine)
    empty = dict.fromkeys((column.name for column in ROWS.columns), None)
    row = {**empty, "source": "s", "row_number": 1, "model_version": "m", "status": "empty"}
    with engine.begin() as connection:
        connection.execute(insert(ROWS), [row])
        database_upsert.upsert(connection, ROWS, [{**row, "status": "tagged"}])
        assert connection.execute(select(ROWS.c.status)).all() == [("tagged",)]
    engine.dispose()


def test_a_key_fits_into_mysqls_limit() -> None:
    for table in METADATA.sorted_tables:
        length = sum(getattr(column.type, "length", None) or 1 for column in table.primary_key)
        assert 4 * length <= 3072, table.name


def test_the_dry_run_prints_the_tables_and_connects_to_nothing(command: Any, tmp_path: Path) -> None:
    path = tmp_path / "tags.db"

    done = command("push", tmp_path, "--to", f"sqlite:///{path}", "--dry-run")

    assert done.code == 0
    assert re.findall(r"CREATE TABLE textmine_(\w+)", done.out) == [
        "counts", "issues", "progress", "rows", "tags",
    ]  # fmt: skip
    assert not path.exists()


def test_the_dry_run_speaks_the_databases_language(command: Any, tmp_path: Path) -> None:
    done = command("push", tmp_path, "--to", "postgresql://user:pass@127.0.0.1:1/none", "--dry-run")

    assert "DOUBLE PRECISION" in done.out
