"""A folder in a database: every row once, whatever is sent again, killed or changed in between."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine

from textmine.errors import OutputError, UsageError
from textmine.io.database import parse_url
from textmine.push import push

TABLES = ("rows", "tags", "counts", "issues")


def ask(url: str, query: str) -> list[tuple[Any, ...]]:
    engine = create_engine(parse_url(url))
    try:
        with engine.connect() as connection:
            return [tuple(row) for row in connection.exec_driver_sql(query)]
    finally:
        engine.dispose()


def content(url: str) -> dict[str, list[tuple[Any, ...]]]:
    return {name: sorted(ask(url, f"SELECT * FROM textmine_{name}"), key=repr) for name in TABLES}  # noqa: S608


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def test_every_row_and_tag_of_the_folder_is_in_the_database(tracked: Path, database: str) -> None:
    records = lines(tracked / "tags.jsonl")

    done = push(tracked, database, batch=100)

    rows = ask(
        database, "SELECT row_number, id, status, primary_code, stance FROM textmine_rows ORDER BY row_number"
    )
    assert rows == [(r["row"], r["id"], r["status"], r["primary"], r["stance"]) for r in records]
    tags = ask(
        database,
        "SELECT row_number, code, score, start_at, end_at, evidence FROM textmine_tags"
        " ORDER BY row_number, position",
    )
    assert tags == [
        (r["row"], c["code"], c["score"], c["start"], c["end"], c["evidence"])
        for r in records
        for c in r["causes"]
    ]
    assert (done.rows, done.tags) == (len(rows), len(tags))


def test_counts_and_issues_of_the_folder_are_in_the_database(tracked: Path, database: str) -> None:
    push(tracked, database)

    manifest = json.loads((tracked / "manifest.json").read_text("utf-8"))
    ((largest,),) = ask(
        database, "SELECT max(n) FROM textmine_counts WHERE group_column = '*' AND level = 'cause'"
    )
    assert 0 < largest <= manifest["rows"]["rows_tagged"]
    assert ask(database, "SELECT count(DISTINCT group_value) FROM textmine_counts") > [(3,)]
    issues = lines(tracked / "issues.jsonl")
    found = ask(database, "SELECT issue_id, label, size, terms FROM textmine_issues ORDER BY issue_id")
    assert [(i, label, size, json.loads(terms)) for i, label, size, terms in found] == [
        (issue["issue_id"], issue["label"], issue["size"], issue["terms"]) for issue in issues
    ]
    belong = ask(database, "SELECT count(*) FROM textmine_rows WHERE issue_id IS NOT NULL")
    assert belong == [(sum(issue["size"] for issue in issues),)]


def test_sending_twice_changes_nothing(tracked: Path, database: str) -> None:
    push(tracked, database)
    first = content(database)

    again = push(tracked, database)

    assert content(database) == first
    assert (again.rows, again.rows_before) == (0, len(first["rows"]))


def test_sending_everything_again_changes_nothing(tracked: Path, database: str) -> None:
    push(tracked, database)
    first = content(database)

    again = push(tracked, database, restart=True, batch=77)

    assert content(database) == first
    assert again.rows == len(first["rows"])


def test_a_push_that_breaks_off_goes_on_where_it_stopped(
    tracked: Path, database: str, tmp_path: Path
) -> None:
    class Killed(BaseException):
        pass

    def die_after(batches: int) -> Any:
        left = [batches]

        def progress(_: int) -> None:
            left[0] -= 1
            if left[0] <= 0:
                raise Killed

        return progress

    for batches in (1, 3):
        with pytest.raises(Killed):
            push(tracked, database, batch=50, progress=die_after(batches))
    rest = push(tracked, database, batch=50)

    whole = f"sqlite:///{tmp_path / 'whole.db'}"
    push(tracked, whole)
    assert content(database) == content(whole)
    assert (rest.rows_before, rest.rows) == (150, 270)


def test_a_folder_classified_anew_replaces_what_was_there(
    tracked: Path, database: str, tmp_path: Path
) -> None:
    folder = tmp_path / "folder"
    shutil.copytree(tracked, folder)
    push(folder, database)
    records = lines(folder / "tags.jsonl")
    for record in records:
        record["causes"] = record["causes"][:1]
    (folder / "tags.jsonl").write_text("".join(json.dumps(r) + "\n" for r in records), "utf-8")

    push(folder, database)

    assert ask(database, "SELECT max(position) FROM textmine_tags") == [(1,)]
    assert ask(database, "SELECT count(*) FROM textmine_rows") == [(len(records),)]


def test_another_model_stands_beside_the_first(tracked: Path, database: str, tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    shutil.copytree(tracked, folder)
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    manifest["model"]["version"] = "another"
    (folder / "manifest.json").write_text(json.dumps(manifest), "utf-8")

    push(tracked, database)
    push(folder, database)

    assert ask(database, "SELECT count(DISTINCT model_version) FROM textmine_rows") == [(2,)]
    assert ask(database, "SELECT count(*) FROM textmine_rows") == [(840,)]


def test_verbatims_are_sent_only_when_asked_for_and_masked(
    small: tuple[str, ...], database: str, tmp_path: Path
) -> None:
    from textmine.cli.main import run

    table = tmp_path / "one.csv"
    table.write_text("投诉内容\n排队两个小时，请打我电话13800138000\n", "utf-8")
    assert run(["classify", str(table), "-o", str(tmp_path / "one"), "-q", *small]) == 0

    push(tmp_path / "one", database)
    assert ask(database, "SELECT text FROM textmine_rows") == [(None,)]
    push(tmp_path / "one", database, with_text=True)
    ((text,),) = ask(database, "SELECT text FROM textmine_rows")
    assert text.startswith("排队两个小时")
    assert "13800138000" not in text


def test_a_refusing_database_is_named_without_its_password(tracked: Path) -> None:
    with pytest.raises(OutputError) as caught:
        push(tracked, "postgresql://someone:sesame77@127.0.0.1:1/nowhere")

    assert "postgresql://127.0.0.1:1/nowhere" in str(caught.value)
    assert "sesame77" not in str(caught.value)


@pytest.mark.parametrize("url", ["tags.db", "", "sqlite", "nosuch://host/name"])
def test_what_is_no_database_is_refused(tracked: Path, url: str) -> None:
    with pytest.raises(UsageError):
        push(tracked, url)


def test_the_command_says_what_it_sent(tracked: Path, tmp_path: Path, command: Any) -> None:
    url = f"sqlite:///{tmp_path / 'tags.db'}"

    first = command("push", tracked, "--to", url, "--json")
    second = command("push", tracked, "--to", url)

    assert json.loads(first.out)["rows"] == 420
    assert "Sent 0 rows" in second.err
    assert command("push", tmp_path, "--to", url).code == 3
