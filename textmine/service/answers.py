"""What the service answers: the same records that `classify`, `count`, `frame` and `issues` write. No web."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast

from ..classify.reader import Reader
from ..counts.period import Period
from ..counts.tally import Tally
from ..frame.frame import Frame
from ..io.counts_folder import Counted, paretos
from ..io.rates import model_correction
from ..io.tagged import SCHEMA
from ..pipeline import ClassifyOptions
from ..records import Reading
from ..text.mask import mask
from ..tracking import track_issues
from .bodies import Item


def tags(items: Sequence[Item], reader: Reader, *, masked: bool, first: int = 1) -> list[dict[str, Any]]:
    """One record of schema textmine.tags/1 a verbatim; `first` is the row number of the first."""
    readings = reader.read([item.text for item in items])
    return [
        _record(number, item, reading, reader, masked)
        for number, (item, reading) in enumerate(zip(items, readings, strict=True), start=first)
    ]


def _record(number: int, item: Item, reading: Reading, reader: Reader, masked: bool) -> dict[str, Any]:
    shown = mask(item.text) if masked and reading.tags else item.text
    causes = [
        {
            "code": tag.code,
            "cause": tag.cause,
            "subcause": tag.subcause,
            "score": round(float(tag.score), 4),
            "start": tag.start,
            "end": tag.end,
            "evidence": shown[tag.start : tag.end],
        }
        for tag in reading.tags
    ]
    return {
        "schema": SCHEMA,
        "row": number,
        "id": item.id or str(number),
        "status": reading.status,
        "causes": causes,
        "primary": reading.primary,
        "stance": reading.stance,
        "touchpoints": list(reading.touchpoints),
        "risk": list(reading.risk),
        "model_version": reader.model.version,
        "taxonomy_version": reader.frame.version,
    }


def counts(items: Sequence[Item], by: Sequence[str], *, model: str | None, reader: Reader) -> dict[str, Any]:
    """The tally of the verbatims (schema textmine.tally/1) and its Pareto table, corrected as in a folder."""
    readings = reader.read([item.text for item in items])
    tally = Tally.empty(by).add(readings, [item.groups for item in items] if by else ())
    how = Counted(correction=model_correction(model, reader.model.sha256))
    causes, subcauses = paretos(tally, reader.frame, how)
    return {
        **_versions(reader),
        "counts": {**tally.to_dict(), "counted": how.to_dict()},
        "pareto": [asdict(row) for row in (*causes, *subcauses)],
    }


def issues(
    items: Sequence[Item], period: str, *, model: str | None, frame: str | None, reader: Reader
) -> dict[str, Any]:
    """Emerging issues among the verbatims, as `textmine issues` finds them in a file without a ledger."""
    with TemporaryDirectory(prefix="textmine-") as name:
        path = Path(name) / "items.jsonl"
        rows = [
            {"id": item.id or str(number), "date": item.date, "text": item.text}
            for number, item in enumerate(items, start=1)
        ]
        path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
        options = ClassifyOptions(text=("text",), id="id", date="date", model=model, frame=frame)
        done = track_issues(
            [str(path)], Path(name) / "out", period=cast(Period, period), options=options, reader=reader
        )
        found = (Path(name) / "out" / "issues.jsonl").read_text("utf-8").splitlines()
        alerts = [asdict(alert) for alert in done.alerts]
        assigned = _assignments(Path(name) / "out" / "assignments.csv")
    issues = [json.loads(line) for line in found]
    return {**_versions(reader), "periods": list(done.periods), "issues": issues, "alerts": alerts,
            "assignments": assigned}  # fmt: skip


def frame(loaded: Frame) -> dict[str, Any]:
    """The code frame: causes with subcauses, names, definitions, and the other axes."""
    causes = [
        {**_named(cause), "headline": cause.headline, "subcauses": [_named(sub) for sub in cause.subcauses]}
        for cause in loaded.tree
    ]
    return {
        "version": loaded.version,
        "title_zh": loaded.title_zh,
        "title_en": loaded.title_en,
        "causes": causes,
        "stances": [_named(one) for one in loaded.stances],
        "touchpoints": [_named(one) for one in loaded.touchpoints],
        "risks": [_named(one) for one in loaded.risks],
    }


def _named(entry: Any) -> dict[str, str]:
    names = ("code", "zh", "en", "definition_zh", "definition_en")
    return {name: getattr(entry, name) for name in names}


def _versions(reader: Reader) -> dict[str, str]:
    return {"model_version": reader.model.version, "taxonomy_version": reader.frame.version}


def _assignments(path: Path) -> list[dict[str, str]]:
    import csv

    with path.open(encoding="utf-8-sig", newline="") as file:
        return [dict(line) for line in csv.DictReader(file)]
