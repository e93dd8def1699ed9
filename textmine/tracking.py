"""Follows issues through an input or a classified folder: reads, tags, tracks, keeps the ledger, writes.

Everything `textmine issues` does is one call here. Decides nothing about issues itself.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from operator import itemgetter
from pathlib import Path

from .classify.reader import Reader
from .counts.period import PERIODS, Period, period_of
from .engines.local import read_batches
from .errors import ModelError, UsageError
from .frame.frame import Frame, Lang
from .io.atomic import atomic_writer
from .io.column_names import GROUP_NAMES
from .io.columns import Columns, detect_columns
from .io.counts_files import write_csv
from .io.folder import ClassifiedFolder
from .io.header import normal_name
from .io.issue_decisions import IssueDecisions
from .io.sources import open_source
from .issues.embed import WordVectors, adapt_vectors
from .issues.ledger import Alert, Issue
from .issues.matter import MatterReader
from .issues.propose import Proposal, frame_with, propose
from .issues.state import State, pack, unpack
from .issues.store import Store
from .issues.tracker import TrackedRow, Tracker
from .pipeline import ClassifyOptions, load_reader, make_folder
from .records import Reading
from .resources import lexicon_path
from .text.mask import mask

SCHEMA = "textmine.issues/1"
CHUNK = 1024
SAMPLE = 200
ALERT_COLUMNS = (
    "period",
    "issue_id",
    "label",
    "n",
    "expected",
    "ratio",
    "q_value",
    "first_alert",
    "evidence",
)

Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Tracked:
    """What came of a run: the folder, the periods, every issue, the alarms so far and proposed codes."""

    folder: Path
    periods: tuple[str, ...]
    issues: tuple[Issue, ...]
    alerts: tuple[Alert, ...]
    proposals: tuple[Proposal, ...]
    rows: int
    assigned: int
    seconds: float
    frame: Frame
    frame_text: str
    model_version: str = ""


@dataclass(frozen=True, slots=True)
class _Entry:
    """A row as read, before it is tracked: number and id for assignments.csv, the rest for the tracker."""

    number: int
    id: str
    date: str
    text: str
    reading: Reading
    groups: tuple[tuple[str, str], ...]


def track_issues(
    inputs: Sequence[str],
    out: Path,
    *,
    state: Path | None = None,
    period: Period = "week",
    options: ClassifyOptions | None = None,
    reader: Reader | None = None,
    progress: Progress = lambda _: None,
) -> Tracked:
    """Find, name, follow and judge issues in files, or in one folder that `classify` wrote.

    `state` keeps the ledger from run to run; without it every run starts anew. Rows that the ledger has seen
    are not counted again. `reader` is one that is loaded already, as the options ask for it. Raises
    UsageError, InputError, ModelError, OutputError; on an error the ledger is as it was.
    """
    options = options or ClassifyOptions()
    if not inputs:
        raise UsageError("name at least one input file, or a folder that `textmine classify` wrote")
    started = time.perf_counter()
    store = Store.open(state) if state else None
    frame, model_version, entries = _read(inputs, options, reader, progress)
    rows = _tracked_rows(entries, period, options)
    memory, adapted = _open_state(store, period, rows)
    names = {code: frame.name(code, options.lang) for code in (*frame.codes, *frame.causes)}
    where = Tracker(memory, names=names).update(rows)
    proposals = propose(memory, frame)
    if store:
        store.commit(pack(memory, with_encoder=adapted))
    make_folder(out)
    seconds = time.perf_counter() - started
    periods = tuple(memory.periods())
    done = Tracked(
        out, periods, tuple(memory.issues), tuple(memory.alerts), proposals,
        len(rows), sum(one is not None for one in where), seconds, frame,
        (Path(options.frame) if options.frame else lexicon_path("taxonomy.toml")).read_text("utf-8"),
        model_version,
    )  # fmt: skip
    decisions = IssueDecisions.read(state) if state else IssueDecisions()
    _write(done, entries, rows, where, names, decisions)
    _write_weekly(done, memory, names, decisions, options.lang)
    return done


def _read(
    inputs: Sequence[str], options: ClassifyOptions, reader: Reader | None, progress: Progress
) -> tuple[Frame, str, list[_Entry]]:
    """The frame, the version of the model that read, and the rows."""
    if len(inputs) == 1 and Path(inputs[0]).is_dir():
        return _read_folder(Path(inputs[0]), options, progress)
    reader = reader or load_reader(options)
    return reader.frame, reader.model.version, list(_read_files(inputs, options, reader, progress))


def _read_folder(path: Path, options: ClassifyOptions, progress: Progress) -> tuple[Frame, str, list[_Entry]]:
    folder = ClassifiedFolder.open(path)
    frame = Frame.load(Path(options.frame) if options.frame else None)
    said = folder.manifest.columns
    columns = detect_columns(
        folder.columns,
        (),
        text=said["text"],  # type: ignore[arg-type]
        id=said["id"],  # type: ignore[arg-type]
        date=options.date or said["date"],  # type: ignore[arg-type]
    )
    groups = _group_columns(folder.columns, options.by)
    entries = []
    for rows in folder.chunks(CHUNK):
        entries += [_entry(row.number, row.id, row.values, row.reading, columns, groups) for row in rows]
        progress(len(rows))
    model = folder.manifest.model
    return frame, model.version if model else "", entries


def _read_files(
    inputs: Sequence[str], options: ClassifyOptions, reader: Reader, progress: Progress
) -> Iterator[_Entry]:
    base = 0
    load = partial(load_reader, options) if options.workers > 1 else lambda: reader
    for path in inputs:
        with open_source(path, encoding=options.encoding, sheet=options.sheet) as source:
            columns = detect_columns(
                source.columns,
                source.sample(SAMPLE),
                text=options.text or None,
                id=options.id,
                date=options.date,
            )
            groups = _group_columns(source.columns, options.by)
            batches = ((c.rows, [_text(row.values, columns) for row in c.rows]) for c in source.chunks(CHUNK))
            for (rows, _), readings in read_batches(batches, itemgetter(1), load, workers=options.workers):
                for row, reading in zip(rows, readings, strict=True):
                    id = row.values[columns.id] if columns.id is not None else str(base + row.number)
                    yield _entry(base + row.number, id, row.values, reading, columns, groups)
                progress(len(rows))
            accounts = source.accounts()
            base += accounts.rows + accounts.quarantined


def _text(values: Sequence[str], columns: Columns) -> str:
    return "\n".join(filter(None, (values[place] for place in columns.text)))


def _entry(
    number: int,
    id: str,
    values: Sequence[str],
    reading: Reading,
    columns: Columns,
    groups: Mapping[str, int],
) -> _Entry:
    date = values[columns.date] if columns.date is not None else ""
    found = tuple((name, values[place].strip()) for name, place in groups.items() if values[place].strip())
    return _Entry(number, id, date, _text(values, columns), reading, found)


def _group_columns(columns: Sequence[str], wished: Sequence[str]) -> dict[str, int]:
    """The columns whose values are followed: those asked for, else region and channel where they exist."""
    normal = [normal_name(name) for name in columns]
    if wished:
        return {name: columns.index(name) for name in wished if name in columns}
    found: dict[str, int] = {}
    for kind in ("region", "channel"):
        for alias in (*GROUP_NAMES[kind], kind):
            if normal_name(alias) in normal:
                place = normal.index(normal_name(alias))
                found[columns[place]] = place
                break
    return found


def _tracked_rows(entries: Sequence[_Entry], period: Period, options: ClassifyOptions) -> list[TrackedRow]:
    if period not in PERIODS:
        raise UsageError(f"--period {period}: there are {', '.join(PERIODS)}")
    reader = MatterReader.load(_products(options))
    matters = reader.read([entry.text for entry in entries])
    seen: dict[str, int] = {}
    rows = []
    for entry, matter in zip(entries, matters, strict=True):
        said = json.dumps([entry.id, entry.date, entry.text], ensure_ascii=False)
        # Equal rows are told apart by their number among equals, so that each is counted once.
        seen[said] = seen.get(said, 0) + 1
        tags = entry.reading.tags
        rows.append(
            TrackedRow(
                key=f"{said}#{seen[said]}",
                period=period_of(entry.date, period) if entry.date else "",
                text=mask(entry.text)[:400],
                matter=matter,
                cause=entry.reading.primary or "",
                causes=tuple(sorted({tag.code for tag in tags} | {tag.cause for tag in tags})),
                touchpoints=entry.reading.touchpoints,
                groups=entry.groups,
            )
        )
    return rows


def _products(options: ClassifyOptions) -> frozenset[str]:
    """Names of products, from the concepts of the cue lexicon that begin with 产品."""
    import tomllib

    folder = Path(options.frame).parent / "cues" if options.frame else lexicon_path("cues")
    words: set[str] = set()
    for path in sorted((folder / "concepts").glob("*.toml")):
        for name, concept in tomllib.loads(path.read_text("utf-8")).items():
            if name.startswith("产品") and isinstance(concept, dict):
                words.update(str(concept.get("words", "")).split())
    return frozenset(word for word in words if len(word) > 1)


def _open_state(store: Store | None, period: Period, rows: Sequence[TrackedRow]) -> tuple[State, bool]:
    """The remembered state, or a new one whose vectors have learnt from these rows; and whether it is new."""
    if store and store.files:
        words = WordVectors.from_blobs(store.fetch)
        memory = unpack(store.fetch, words)
        if memory.period != period:
            raise UsageError(f"--period {period}: this ledger counts by {memory.period}; keep to it")
        return memory, False
    base = WordVectors.load(_vectors_folder())
    return State(adapt_vectors(base, [row.matter for row in rows]), period=period), True


def _vectors_folder() -> Path:
    from importlib.resources import as_file, files

    with as_file(files("textmine.models").joinpath("vectors")) as path:
        if not path.is_dir():
            raise ModelError("the word vectors are not installed; install textmine again")
        return path


def _write(
    done: Tracked,
    entries: Sequence[_Entry],
    rows: Sequence[TrackedRow],
    where: Sequence[str | None],
    names: Mapping[str, str],
    decisions: IssueDecisions,
) -> None:
    issues = sorted(done.issues, key=lambda one: one.id)
    with atomic_writer(done.folder / "issues.jsonl") as file:
        versions = {"schema": SCHEMA, "model_version": done.model_version}
        versions["taxonomy_version"] = done.frame.version
        for record in decisions.overlay(versions | issue.public(done.periods, names) for issue in issues):
            file.write(json.dumps(record, ensure_ascii=False) + "\n")
    write_csv(
        done.folder / "assignments.csv",
        ("row", "id", "period", "issue_id"),
        ((e.number, e.id, r.period, id) for e, r, id in zip(entries, rows, where, strict=True)),
    )
    write_csv(
        done.folder / "alerts.csv",
        ALERT_COLUMNS,
        ([getattr(alert, name) for name in ALERT_COLUMNS] for alert in done.alerts),
    )
    with atomic_writer(done.folder / "frame_proposed.toml") as file:
        file.write(frame_with(done.frame, done.proposals, done.frame_text))
    with atomic_writer(done.folder / "frame_proposed.jsonl") as file:
        for proposal in done.proposals:
            file.write(json.dumps(proposal.to_dict(), ensure_ascii=False) + "\n")


def _write_weekly(
    done: Tracked, memory: State, names: Mapping[str, str], decisions: IssueDecisions, lang: Lang
) -> None:
    from .report.weekly import summarise, write_weekly

    week = summarise(memory, done.proposals, names, decisions)
    write_weekly(done.folder / "weekly.html", week, lang=lang)
