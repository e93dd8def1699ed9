"""Sends a classified folder to a database, so that sending twice changes nothing and a killed run goes on.

Reads what the folder says and counts nothing itself. A row is named by (source, row number, model version),
where the source is the hash of the inputs' bytes. Rows and their tags go in batches, each in one transaction
together with how far the push has come; counts and issues follow in a last one.
"""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .counts.period import period_of
from .errors import InputError, OutputError
from .io.cells import unescape
from .io.counts_folder import PARETO_COLUMNS
from .io.folder import ClassifiedFolder, ClassifiedRow
from .io.identity import column_names, source_id, verbatim
from .text.mask import mask

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

BATCH = 2000
"""Rows a transaction: measured as fast as larger ones, and little to repeat after a kill."""
_FILES = ("manifest.json", "tags.jsonl", "tagged.csv", "pareto.csv", "pareto_by.csv", "issues.jsonl")
_ADVICE = "check the URL, the rights and the room; then push again, it goes on where it stopped"
_NUMBERS = ("n", "share", "cumulative_share", "n_corrected", "n_low", "n_high")

Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Pushed:
    """What was sent: the source's name in the tables, rows that were there already and rows sent now."""

    source: str
    model_version: str
    rows_before: int
    rows: int
    tags: int
    counts: int
    issues: int


def push(
    folder: Path,
    url: str,
    *,
    batch: int = BATCH,
    with_text: bool = False,
    ledger: str | None = None,
    restart: bool = False,
    progress: Progress = lambda _: None,
) -> Pushed:
    """Send a folder that `classify` wrote, with its issues if there are any, to a database.

    `with_text` sends the masked verbatims too; `ledger` names the ledger whose issues these are (default: the
    source); `restart` sends rows again that are there. Raises InputError (no such folder), UsageError (URL),
    OutputError (the database refuses), MissingExtraError.
    """
    from .io.database import database_errors, open_engine
    from .io.database_tables import METADATA

    job = _Job.of(ClassifiedFolder.open(folder), with_text=with_text, ledger=ledger)
    engine = open_engine(url)
    try:
        with database_errors(engine.url, OutputError, _ADVICE):
            METADATA.create_all(engine)
            return _send(job, engine, batch, restart, progress)
    finally:
        engine.dispose()


def table_definitions(url: str) -> str:
    """The DDL that `push` would run on that kind of database; nothing is connected."""
    from .io.database import open_engine
    from .io.database_tables import ddl

    return ddl(open_engine(url))


@dataclass(frozen=True, slots=True)
class _Job:
    """A folder with the names its rows bear in the tables."""

    folder: ClassifiedFolder
    source: str
    model_version: str
    taxonomy_version: str
    mark: str
    input: str
    with_text: bool
    ledger: str

    @classmethod
    def of(cls, folder: ClassifiedFolder, *, with_text: bool, ledger: str | None) -> _Job:
        manifest = folder.manifest
        source = source_id(folder)
        return cls(
            folder=folder,
            source=source,
            model_version=manifest.model.version if manifest.model else "",
            taxonomy_version=manifest.taxonomy.version,
            mark=_mark(folder.path, with_text),
            input="; ".join(part.name for part in manifest.inputs),
            with_text=with_text,
            ledger=ledger or source,
        )

    @property
    def key(self) -> dict[str, str]:
        return {"source": self.source, "model_version": self.model_version}


def _mark(path: Path, with_text: bool) -> str:
    """Hash of what is sent: a folder that was classified or tracked anew is another push."""
    digest = hashlib.sha256(b"text" if with_text else b"")
    for name in (*_FILES, "assignments.csv"):
        if (path / name).is_file() and name != "manifest.json":
            with (path / name).open("rb") as file:
                digest.update(name.encode() + hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()[:32]


def _send(job: _Job, engine: Engine, batch: int, restart: bool, progress: Progress) -> Pushed:
    with engine.begin() as connection:
        done, finished = _begin(connection, job, restart)
    sent = tags = 0
    before = 0
    last = done
    for rows in _batches(job, batch):
        new = [row for row, _ in rows if row.number > done]
        before += len(rows) - len(new)
        if new:
            values = [_row(job, row, issue) for row, issue in rows if row.number > done]
            with engine.begin() as connection:
                tags += _put(connection, job, new, values, last)
            last = new[-1].number
            sent += len(new)
        progress(len(rows))
    with engine.begin() as connection:
        counts, issues = _finish(connection, job, last, changed=bool(sent) or not finished)
    return Pushed(job.source, job.model_version, before, sent, tags, counts, issues)


def _begin(connection: Connection, job: _Job, restart: bool) -> tuple[int, bool]:
    """The last row number of this push that the database has, and whether the push had come to its end."""
    from sqlalchemy import select

    from .io.database_tables import PROGRESS

    columns = PROGRESS.c
    found = connection.execute(
        select(columns.push, columns.rows_done, columns.finished)
        .where(columns.source == job.source, columns.model_version == job.model_version)
        .with_for_update()
    ).first()
    if found is not None and found.push == job.mark and not restart:
        return int(found.rows_done), bool(found.finished)
    _note_progress(connection, job, 0, finished=False)
    return 0, False


def _note_progress(connection: Connection, job: _Job, rows_done: int, *, finished: bool) -> None:
    from .io.database_tables import PROGRESS
    from .io.database_upsert import upsert

    now = datetime.now(UTC).isoformat(timespec="seconds")
    values = {"push": job.mark, "rows_done": rows_done, "finished": int(finished), "changed_at": now}
    upsert(connection, PROGRESS, [{**job.key, **values}])


def _put(
    connection: Connection,
    job: _Job,
    rows: Sequence[ClassifiedRow],
    values: Sequence[Mapping[str, Any]],
    last: int,
) -> int:
    """One batch: tags of the stretch anew, rows by upsert, leftovers of an earlier reading away."""
    from sqlalchemy import insert

    from .io.database_tables import ROWS, TAGS
    from .io.database_upsert import upsert

    low, high = last + 1, rows[-1].number
    _clear(connection, TAGS, job, low, high)
    upsert(connection, ROWS, values)
    _clear(connection, ROWS, job, low, high, others_of=job.mark)
    tags = [tag for row in rows for tag in _tags(job, row)]
    if tags:
        connection.execute(insert(TAGS), tags)
    _note_progress(connection, job, high, finished=False)
    return len(tags)


def _clear(
    connection: Connection, table: Any, job: _Job, low: int, high: int | None, *, others_of: str | None = None
) -> None:
    from sqlalchemy import delete

    columns = table.c
    where = [columns.source == job.source, columns.model_version == job.model_version]
    where.append(columns.row_number >= low)
    if high is not None:
        where.append(columns.row_number <= high)
    if others_of is not None:
        where.append(columns.push != others_of)
    connection.execute(delete(table).where(*where))


def _finish(connection: Connection, job: _Job, last: int, *, changed: bool) -> tuple[int, int]:
    """Counts and issues, and the word that the push is complete; only read when nothing changed."""
    from sqlalchemy import delete, insert

    from .io.database_tables import COUNTS, ISSUES, ROWS, TAGS
    from .io.database_upsert import upsert

    counts, issues = list(_counts(job)), list(_issues(job))
    if not changed:
        return len(counts), len(issues)
    for table in (ROWS, TAGS):
        _clear(connection, table, job, last + 1, None)
    columns = COUNTS.c
    connection.execute(
        delete(COUNTS).where(columns.source == job.source, columns.model_version == job.model_version)
    )
    if counts:
        connection.execute(insert(COUNTS), counts)
    if job.ledger == job.source:
        # The issues of one folder alone: what it no longer has goes. A kept ledger only grows.
        connection.execute(delete(ISSUES).where(ISSUES.c.ledger == job.ledger))
    upsert(connection, ISSUES, issues)
    _note_progress(connection, job, last, finished=True)
    return len(counts), len(issues)


def _batches(job: _Job, size: int) -> Iterator[list[tuple[ClassifiedRow, str | None]]]:
    """Rows in order, each with the issue it belongs to."""
    issues = _assignments(job.folder.path)
    for rows in job.folder.chunks(size):
        yield [(row, issues.get(row.number)) for row in rows]


def _assignments(path: Path) -> dict[int, str]:
    """Row number → issue, of rows that have one."""
    table = _table(path / "assignments.csv")
    return {int(line["row"]): line["issue_id"] for line in table if line["issue_id"]}


def _row(job: _Job, row: ClassifiedRow, issue: str | None) -> dict[str, Any]:
    reading = row.reading
    said = dict(zip(job.folder.columns, row.values, strict=True))
    columns = job.folder.manifest.columns
    date = said.get(str(columns["date"]), "")
    by = {name: said[name] for name in column_names(columns["by"]) if name in said}
    primary = reading.primary or ""
    return {
        **job.key,
        "row_number": row.number,
        "taxonomy_version": job.taxonomy_version,
        "schema": "textmine.tags/1",
        "input": job.input,
        "id": _storable(row.id),
        "date": _storable(date),
        "period": period_of(date, "week") if date else None,
        "fields": _json(by),
        "text": _storable(mask(verbatim(said, columns["text"]))) if job.with_text else None,
        "status": reading.status,
        "primary_code": primary or None,
        "primary_cause": primary.partition(".")[0] or None,
        "stance": reading.stance,
        "touchpoints": ";".join(reading.touchpoints),
        "risk": ";".join(reading.risk),
        "score": reading.score if reading.tags else None,
        "issue_id": issue,
        "push": job.mark,
    }


def _tags(job: _Job, row: ClassifiedRow) -> Iterator[dict[str, Any]]:
    for position, (tag, evidence) in enumerate(zip(row.reading.tags, row.evidence, strict=True), start=1):
        yield {
            **job.key,
            "row_number": row.number,
            "position": position,
            "taxonomy_version": job.taxonomy_version,
            "code": tag.code,
            "cause": tag.cause,
            "subcause": tag.subcause,
            "score": tag.score,
            "start_at": tag.start,
            "end_at": tag.end,
            "evidence": _storable(evidence),
        }


def _counts(job: _Job) -> Iterator[dict[str, Any]]:
    from .io.database_tables import ALL

    for name in ("pareto.csv", "pareto_by.csv"):
        for line in _table(job.folder.path / name):
            group, value = line.pop("group", ALL), line.pop("value", ALL)
            # Weights are one reader's choice: the tables hold the plain counts.
            line = {name: line[name] for name in PARETO_COLUMNS}
            numbers = {name: float(line[name]) if line[name] else None for name in _NUMBERS}
            yield {
                **job.key,
                "taxonomy_version": job.taxonomy_version,
                "group_column": group,
                "group_value": value,
                **line,
                **numbers,
                "n": int(line["n"]),
            }


def _issues(job: _Job) -> Iterator[dict[str, Any]]:
    path = job.folder.path / "issues.jsonl"
    if not path.is_file():
        return
    plain = ("issue_id", "label", "first_seen", "status", "size", "merged_into", "first_alert")
    nested = ("terms", "by_period", "exemplars", "parents")
    try:
        records = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
        for record in records:
            yield {
                "ledger": job.ledger,
                "model_version": job.model_version,
                "taxonomy_version": job.taxonomy_version,
                **{name: record.get(name) for name in plain},
                **{name: _json(record.get(name)) for name in nested},
            }
    except (OSError, ValueError, AttributeError) as error:
        raise InputError(f"{path}: cannot be read; run `textmine issues` again") from error


def _table(path: Path) -> Iterator[dict[str, str]]:
    """Lines of one of textmine's own CSV files; none when the file is not there."""
    if not path.is_file():
        return
    with path.open(encoding="utf-8-sig", newline="") as file:
        for line in csv.DictReader(file):
            yield {name: unescape(cell) for name, cell in line.items()}


def _storable(text: str) -> str:
    # PostgreSQL has no NUL in text.
    return text.replace("\x00", "\ufffd")


def _json(value: Any) -> str:
    return _storable(json.dumps(value, ensure_ascii=False))
