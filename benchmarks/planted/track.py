"""Runs textmine on a stream as a user would: classify a table, track its folder, read the files written.

Judges one thing itself: an alarm of a series of the code frame is right where planted issues that may rise
make up at least half of the rows by which the series exceeds what was expected.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from score import Alarm, Outcome
from stream import FREE, GROWING, RISING, Planted, Stream

from textmine.issues.embed import WordVectors
from textmine.issues.matter import MatterReader
from textmine.issues.store import Store
from textmine.pipeline import classify
from textmine.tracking import track_issues

SERIES_WEEKS = 3
"""Weeks up to its own that an alarm of a series may look at."""


@dataclass(frozen=True, slots=True)
class Run:
    """What came of a run, the seconds that tracking took, and the vectors it used, one a row."""

    outcome: Outcome
    issues: int
    seconds: float
    vectors: np.ndarray


def run(planted: Stream, folder: Path) -> Run:
    """Track a stream in `folder`, which must be empty."""
    table, classified, state = folder / "rows.csv", folder / "classified", folder / "state"
    with table.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("编号", "受理时间", "地市", "投诉内容"))
        writer.writerows((i, row.day, row.region, row.text) for i, row in enumerate(planted.rows))
    classify([str(table)], classified)
    done = track_issues([str(classified)], folder / "issues", state=state)
    with (folder / "issues" / "assignments.csv").open(encoding="utf-8-sig", newline="") as file:
        where = [line["issue_id"] or None for line in csv.DictReader(file)]
    week = {row.period: row.week for row in planted.rows}
    tags = [json.loads(line) for line in (classified / "tags.jsonl").read_text("utf-8").splitlines()]
    members = [set(_series(tag, row)) for tag, row in zip(tags, planted.rows, strict=True)]
    alarms = [
        Alarm(
            week[a.period], a.issue_id, _explained(planted, members, week[a.period], a.issue_id, a.expected)
        )
        for a in done.alerts
    ]
    labels = {issue.id: issue.label for issue in done.issues}
    encoder = WordVectors.from_blobs(Store.open(state).fetch)
    vectors = encoder.encode(MatterReader.load().read([row.text for row in planted.rows]))
    return Run(Outcome(where, alarms, labels), len(done.issues), done.seconds, vectors)


def _series(tag: dict, row: Planted) -> Iterator[str]:
    """The names of the series of the code frame that a row counts in."""
    for code in {code for cause in tag["causes"] for code in (cause["code"], cause["cause"])}:
        yield f"cause:{code}"
        yield f"cause:{code}|地市:{row.region}"
        for touchpoint in tag["touchpoints"]:
            yield f"cause:{code}|touchpoint:{touchpoint}"


def _explained(
    planted: Stream, members: Sequence[set[str]], week: int, series: str, expected: float
) -> bool | None:
    """Whether what was planted explains the rise of a series; None for an issue."""
    if not series.startswith("cause:"):
        return None
    rows = [
        row
        for row, names in zip(planted.rows, members, strict=True)
        if series in names and week - SERIES_WEEKS < row.week <= week
    ]
    kinds = [planted.issues[row.truth].kind for row in rows if row.truth]
    rising = sum(kind in RISING | FREE | GROWING for kind in kinds)
    return rising >= 0.5 * max(len(rows) - expected, 1.0)
