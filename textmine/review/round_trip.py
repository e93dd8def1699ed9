"""The correction round trip: a queue out, verdicts back, what they change, how far coders agree, corrections.

Everything `textmine review` does is one call here. Corrections are labelled verbatims in the corpus format,
masked, so that `textmine train` reads them like any other.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import InputError, UsageError
from ..frame.frame import Frame, Lang
from ..io.atomic import atomic_writer
from ..io.folder import ClassifiedFolder
from ..io.reviewed import Seen, read_reviewed, write_reviewed
from . import label_studio, workbook
from .agreement import Agreement, agreement
from .label_studio import read_tasks, write_config, write_tasks
from .queue import LIMIT, QueueRow, keys_by_lot, queue, rows_by_key
from .store import Decision, read_decisions
from .verdicts import Conflict, Verdict, settle
from .workbook import read_queue, write_queue


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written; `why` counts the rows by the reason they are in the queue."""

    rows: int
    why: Mapping[str, int]
    files: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """A row whose causes people see otherwise than the reader, primary cause first."""

    key: str
    number: int
    before: tuple[str, ...]
    after: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Imported:
    """What came back: rows in the files, judged, accepted, changed, in conflict; agreement.

    `by_lot` are the rows in the files that were drawn by lot, `by_lot_decided` those of them with a verdict,
    `reviewed` the rows that the folder's reviewed.json holds now, with those of earlier imports.
    """

    rows: int
    judged: int
    accepted: int
    changes: tuple[Change, ...]
    conflicts: tuple[Conflict, ...]
    agreement: Agreement
    corrections: int
    by_lot: int
    by_lot_decided: int
    reviewed: int


def export_queue(
    folder: Path,
    out: Path,
    frame: Frame,
    *,
    label_studio: Path | None = None,
    limit: int = LIMIT,
    by_lot: int | None = None,
    blind: bool = False,
    lang: Lang = "zh",
) -> Exported:
    """Write the rows most worth a look first as a workbook, and as Label Studio tasks if asked for.

    `by_lot` of them are drawn at random, by default a fifth. The tasks' labelling interface lies beside them,
    with the suffix .xml. Raises InputError, OutputError, UsageError for more by lot than the limit.
    """
    classified = ClassifiedFolder.open(folder)
    rows = queue(classified, limit=limit, by_lot=by_lot)
    check_codes(folder, rows, frame)
    write_queue(out, rows, frame, lang=lang, blind=blind)
    files = [str(out)]
    if label_studio:
        model = classified.manifest.model
        write_tasks(label_studio, rows, model_version=model.version if model else "", blind=blind)
        config = label_studio.with_suffix(".xml")
        write_config(config, frame, lang=lang)
        files += [str(label_studio), str(config)]
    return Exported(len(rows), dict(sorted(Counter(row.why for row in rows).items())), tuple(files))


def check_codes(folder: Path, rows: Iterable[QueueRow], frame: Frame) -> None:
    """Raise UsageError when the folder was classified with another code frame."""
    for code in sorted({proposal.code for row in rows for proposal in row.proposals}):
        if code not in frame:
            raise UsageError(f"{folder}: has the code {code}, which is not in the code frame; give its frame")


def import_verdicts(folder: Path, files: Sequence[Path], out: Path, frame: Frame) -> Imported:
    """Read verdicts (workbooks, Label Studio JSON, the file of the review pages) and write the corrections.

    What was decided of the rows drawn by lot joins the folder's reviewed.json, by which its counts are
    corrected. Rows are found by their key, whatever their order. Raises InputError for a row that is not of
    this folder, for an unknown code and for a damaged file; then nothing is written.
    """
    classified = ClassifiedFolder.open(folder)
    asked = {path: _asked(path, classified) for path in files}
    keys = [(path, key) for path in files for key in asked[path]]
    by_lot = {key for path, key in keys if asked[path][key]}
    rows = rows_by_key(classified, (key for _, key in keys))
    for path, key in keys:
        if key not in rows:
            raise InputError(
                f"{path}: the row {key!r} is not of {folder}; name the folder it was exported from"
            )
    verdicts = [verdict for path in files for verdict in _verdicts(path, frame, rows)]
    settled = settle(verdicts, rows)
    drawn = [verdict for verdict in settled.verdicts if verdict.key in by_lot]
    reviewed = _reviewed(classified, drawn, rows)
    with atomic_writer(out) as file:
        file.write(corrections(settled.verdicts, rows))
    if drawn:
        write_reviewed(folder, classified.manifest, reviewed)
    changes = tuple(
        Change(verdict.key, rows[verdict.key].number, _proposed(rows[verdict.key]), verdict.ordered)
        for verdict in settled.verdicts
        if set(_proposed(rows[verdict.key])) != verdict.codes
    )
    return Imported(
        rows=len({key for _, key in keys}),
        judged=len({verdict.key for verdict in verdicts}),
        accepted=len(settled.verdicts) - len(changes),
        changes=changes,
        conflicts=settled.conflicts,
        agreement=agreement(verdicts),
        corrections=len(settled.verdicts),
        by_lot=len(by_lot),
        by_lot_decided=len(drawn),
        reviewed=len(reviewed),
    )


def _reviewed(
    folder: ClassifiedFolder, drawn: Iterable[Verdict], rows: Mapping[str, QueueRow]
) -> dict[str, Seen]:
    """The folder's reviewed rows with those just decided; a later decision replaces an earlier one."""
    earlier = read_reviewed(folder.path, folder.manifest)
    now = {verdict.key: Seen(verdict.ordered, _proposed(rows[verdict.key])) for verdict in drawn}
    return {**(earlier.rows if earlier else {}), **now}


def corrections(verdicts: Iterable[Verdict], rows: Mapping[str, QueueRow]) -> str:
    """Settled verdicts as labelled JSON Lines, for `train --corrections`."""
    records = (correction(rows[verdict.key], verdict) for verdict in verdicts)
    return "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records)


def correction(row: QueueRow, verdict: Verdict) -> dict[str, Any]:
    """A labelled verbatim in the corpus format; a cause without marked words has an empty span."""
    return {
        "id": row.key,
        "text": row.text,
        "causes": [{"code": span.code, "span": row.text[span.start : span.end]} for span in verdict.causes],
        "primary": verdict.primary or None,
        "stance": verdict.stance,
        "risk": list(row.risk),
        "touchpoint": row.touchpoints[0] if row.touchpoints else "",
        "channel": "review",
    }


def _proposed(row: QueueRow) -> tuple[str, ...]:
    return tuple(proposal.code for proposal in row.proposals)


def _asked(path: Path, folder: ClassifiedFolder) -> dict[str, bool]:
    """The rows that a file speaks of, judged or not: whether each was drawn by lot."""
    kind = path.suffix.lower()
    if kind == ".json":
        return label_studio.asked_in(path)
    if kind == ".sqlite":
        # The pages note no reason, but their queue is always drawn in the same way.
        drawn = keys_by_lot(folder)
        return {decision.key: decision.key in drawn for decision in read_decisions(path)}
    return workbook.asked_in(path)


def _verdicts(path: Path, frame: Frame, rows: Mapping[str, QueueRow]) -> tuple[Verdict, ...]:
    kind = path.suffix.lower()
    if kind == ".json":
        return read_tasks(path, frame)
    if kind == ".sqlite":
        return verdicts_of(read_decisions(path), frame, str(path))
    return read_queue(path, frame, rows)


def verdicts_of(decisions: Iterable[Decision], frame: Frame, where: str) -> tuple[Verdict, ...]:
    """What was decided on the review pages, skipped rows left out. Raises InputError for unknown codes."""
    judged = [decision for decision in decisions if decision.judged]
    for decision in judged:
        for code in decision.codes:
            if code not in frame:
                raise InputError(
                    f"{where}: the cause {code!r} of {decision.key} is not in the code frame; give its frame"
                )
    return tuple(decision.verdict(where) for decision in judged)
