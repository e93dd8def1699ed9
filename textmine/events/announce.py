"""Tells an outbox of finished runs and alarms. Reads results that are there; decides and sends nothing.

An event holds numbers, codes and a few names; what comes from customers' words is masked, whatever the run
was told.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from ..counts.pareto import pareto
from ..io.folder import ClassifiedFolder
from ..io.identity import source_id
from ..issues.ledger import Alert
from ..pipeline import Classified
from ..text.mask import mask
from ..tracking import Tracked
from .event import Event

FINISHED_CLASSIFY, FINISHED_ISSUES, ALERT = "classify.finished", "issues.finished", "issue.alert"
_WORDS = 400
"""Characters of evidence that go along."""


def classify_events(done: Classified) -> tuple[Event, ...]:
    """That a run of `classify` came to its end: accounts, causes, versions. Every run is an event."""
    results = ClassifiedFolder.open(done.folder)
    manifest, rows = results.manifest, done.rows
    data = {
        "folder": mask(done.folder.resolve().name),
        "source": source_id(results),
        "inputs": [mask(part.name) for part in manifest.inputs],
        "rows": {
            "in": rows.rows_in,
            "tagged": rows.rows_tagged,
            "abstained": rows.rows_abstained,
            "empty": rows.rows_empty,
            "quarantined": rows.rows_quarantined,
        },
        "causes": [
            {
                "code": row.code,
                "zh": row.cause_zh,
                "en": row.cause_en,
                "n": row.n,
                "share": round(row.share, 6),
            }
            for row in pareto(done.tally, done.frame)
        ],
        "model_version": manifest.model.version if manifest.model else "",
        "taxonomy_version": manifest.taxonomy.version,
        "seconds": round(done.seconds, 3),
    }
    return (_run_event(FINISHED_CLASSIFY, data),)


def issue_events(done: Tracked, *, ledger: Path) -> tuple[Event, ...]:
    """Every alarm of the ledger, oldest first, then that the run came to its end.

    `ledger` is the folder that keeps the issues (that of the results without one). An alarm has the same id
    in every run, so an outbox that has it takes it once.
    """
    last = done.periods[-1] if done.periods else ""
    data = {
        "folder": mask(done.folder.resolve().name),
        "period": last,
        "rows": done.rows,
        "assigned": done.assigned,
        "issues": len(done.issues),
        "alerts": len({alert.issue_id for alert in done.alerts if alert.period == last}),
        "proposals": len(done.proposals),
        "taxonomy_version": done.frame.version,
        "seconds": round(done.seconds, 3),
    }
    name = str(ledger.resolve())
    return (*_alerts(done.alerts, name, last), _run_event(FINISHED_ISSUES, data))


def _alerts(alerts: Iterable[Alert], ledger: str, last: str) -> Iterator[Event]:
    for alert in sorted(alerts, key=lambda one: (one.period, one.issue_id)):
        data = {
            "period": alert.period,
            "current": alert.period == last,
            "issue_id": alert.issue_id,
            "label": mask(alert.label),
            "n": alert.n,
            "expected": _finite(alert.expected),
            "ratio": _finite(alert.ratio),
            "q_value": _finite(alert.q_value),
            "first_alert": alert.first_alert,
            "evidence": mask(alert.evidence)[:_WORDS],
        }
        said = json.dumps([ledger, alert.issue_id, alert.label, alert.period], ensure_ascii=False)
        digest = sha256(said.encode("utf-8", "surrogatepass")).hexdigest()
        yield Event(f"evt_{digest[:32]}", ALERT, _now(), data)


def _finite(value: float) -> float | None:
    """JSON has no infinity: the ratio to an expectation of zero."""
    return float(value) if abs(value) < float("inf") else None


def _run_event(kind: str, data: Mapping[str, Any]) -> Event:
    return Event(f"evt_{secrets.token_hex(16)}", kind, _now(), data)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
