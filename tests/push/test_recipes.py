"""The recipes do what the page says: the script runs, the views count as the files do."""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from textmine.io.database import parse_url
from textmine.push import push
from textmine.schemas import schema


@pytest.fixture(scope="module")
def page(root: Path) -> str:
    return (root / "docs" / "recipes.md").read_text("utf-8")


def blocks(page: str, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", page, re.DOTALL)


def tagged(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "tags.jsonl").read_text("utf-8").splitlines()]


@pytest.fixture
def view(page: str, tracked: Path, database: str) -> Any:
    """`view("tm_causes")`: the lines of a view of the page, in a database that got the folder twice."""
    push(tracked, database, ledger="tickets", with_text=True)
    push(tracked, database, ledger="tickets", restart=True, with_text=True)
    (views,) = [sql for sql in blocks(page, "sql") if "CREATE VIEW" in sql]
    engine = create_engine(parse_url(database))
    with engine.begin() as connection:
        for statement in views.split(";\n"):
            if statement.strip():
                connection.execute(text(statement.strip()))

    def lines(name: str) -> list[dict[str, Any]]:
        with engine.connect() as connection:
            return [dict(row) for row in connection.execute(text(f"SELECT * FROM {name}")).mappings()]  # noqa: S608

    yield lines
    engine.dispose()


def test_the_views_count_what_the_files_count(view: Any, tracked: Path) -> None:
    records = tagged(tracked)
    with (tracked / "pareto.csv").open(encoding="utf-8-sig", newline="") as file:
        counted = {line["code"]: int(line["n"]) for line in csv.DictReader(file) if line["level"] == "cause"}

    verbatims, causes, pareto = view("tm_verbatims"), view("tm_causes"), view("tm_pareto")

    assert len(view("tm_current")) == 1
    assert len({line["row_key"] for line in verbatims}) == len(verbatims) == len(records)
    assert len(causes) == sum(len(record["causes"]) for record in records)
    assert sum(line["is_primary"] for line in causes) == sum(bool(record["primary"]) for record in records)
    assert all(line["code_zh"] and line["cause_zh"] for line in causes)
    assert {line["cause"]: line["n"] for line in pareto} == {code: n for code, n in counted.items() if n}
    assert max(float(line["cumulative_share"]) for line in pareto) == pytest.approx(1)
    assert sum(float(line["share"]) for line in pareto) == pytest.approx(1)


def test_weeks_and_issues_add_up(view: Any, tracked: Path) -> None:
    by_cause: Counter[str] = Counter()
    for line in view("tm_weeks"):
        by_cause[line["cause"]] += line["n"]
        assert 0 < float(line["rate"]) <= 1
    issues = [json.loads(line) for line in (tracked / "issues.jsonl").read_text("utf-8").splitlines()]
    by_issue = {(line["issue_id"], line["period"]): line["n"] for line in view("tm_issue_weeks")}

    assert by_cause == {line["cause"]: line["n"] for line in view("tm_pareto")}
    with (tracked / "assignments.csv").open(encoding="utf-8-sig", newline="") as file:
        assigned = Counter(
            (line["issue_id"], line["period"]) for line in csv.DictReader(file) if line["issue_id"]
        )
    assert issues
    assert by_issue == assigned


def test_another_models_reading_is_not_counted_twice(
    view: Any, tracked: Path, database: str, tmp_path: Path
) -> None:
    before = len(view("tm_verbatims"))
    shutil.copytree(tracked, tmp_path / "other")
    manifest = tmp_path / "other" / "manifest.json"
    said = json.loads(manifest.read_text("utf-8"))
    said["model"]["version"] = "another"
    manifest.write_text(json.dumps(said), "utf-8")
    push(tmp_path / "other", database)

    assert len(view("tm_verbatims")) == before


@pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash")
def test_the_weekly_script_runs_twice_and_counts_once(
    page: str, samples: Path, small_model: Path, banking: Path, tmp_path: Path
) -> None:
    script = next(block for block in blocks(page, "bash") if "weekly.sh" in block)
    (tmp_path / "weekly.sh").write_text(script, "utf-8")
    (tmp_path / "week.sql").write_text("SELECT * FROM tickets ORDER BY 工单号", "utf-8")
    (tmp_path / "textmine.toml").write_text(f"model = '{small_model}'\nframe = '{banking}'\n", "utf-8")
    (tmp_path / "bin").mkdir()
    command = tmp_path / "bin" / "textmine"
    command.write_text(f"#!{sys.executable}\nfrom textmine.cli.main import app\napp()\n", "utf-8")
    command.chmod(0o755)
    _tickets(samples / "complaints.csv", tmp_path / "crm.db")
    environment = {
        **os.environ,
        "PATH": f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "TEXTMINE_FROM": f"sqlite:///{tmp_path / 'crm.db'}",
        "TEXTMINE_TO": f"sqlite:///{tmp_path / 'bi.db'}",
    }
    bash = shutil.which("bash") or "bash"

    for _ in range(2):
        done = subprocess.run(
            [bash, str(tmp_path / "weekly.sh"), "2026-W34"], env=environment, capture_output=True, check=False
        )
        assert done.returncode == 0, done.stderr.decode()

    assert (tmp_path / "weeks" / "2026-W34" / "report.html").is_file()
    connection = sqlite3.connect(tmp_path / "bi.db")
    assert connection.execute("SELECT COUNT(*) FROM textmine_rows").fetchone() == (420,)
    assert {ledger for (ledger,) in connection.execute("SELECT ledger FROM textmine_issues")} == {"tickets"}
    connection.close()
    events = sqlite3.connect(tmp_path / "outbox" / "outbox.sqlite")
    kinds = Counter(kind for (kind,) in events.execute("SELECT type FROM events"))
    events.close()
    assert kinds["classify.finished"] == kinds["issues.finished"] == 2


def _tickets(source: Path, database: Path) -> None:
    with source.open(encoding="utf-8-sig", newline="") as file:
        header, *rows = csv.reader(file)
    connection = sqlite3.connect(database)
    connection.execute(f"CREATE TABLE tickets ({', '.join(f'{name} TEXT' for name in header)})")
    connection.executemany(f"INSERT INTO tickets VALUES ({', '.join('?' * len(header))})", rows)  # noqa: S608
    connection.commit()
    connection.close()


def test_the_schema_for_spark_has_every_field(page: str) -> None:
    (snippet,) = blocks(page, "python")
    names = set(re.findall(r"`(\w+)`", snippet))
    tags = schema("tags")
    inner = tags["properties"]["causes"]["items"]
    inner = tags["$defs"][inner["$ref"].rpartition("/")[2]] if "$ref" in inner else inner

    assert names == {*tags["properties"], *inner["properties"]}
    compile(snippet, "recipes.md", "exec")
