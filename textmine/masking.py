"""A copy of a table with personal data masked in its text columns, everything else as it was."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from .io.atomic import atomic_writer
from .io.cells import escape_all
from .io.columns import detect_columns
from .io.sources import open_source
from .io.tagged import QuarantineJsonl
from .text.mask import mask

CHUNK = 1024
SAMPLE = 200


@dataclass(frozen=True, slots=True)
class Masked:
    """What came of it: rows written, cells changed, the masked columns, and rows that could not be read."""

    rows: int
    changed: int
    columns: tuple[str, ...]
    quarantined: int


def mask_table(
    path: str,
    out: Path,
    *,
    text: Sequence[str] = (),
    encoding: str | None = None,
    sheet: str | None = None,
    progress: Callable[[int], None] = lambda _: None,
) -> Masked:
    """Write a CSV (UTF-8 with BOM) of the table with its text columns masked.

    `text` names the columns; by default those that read like customers' words. Rows that cannot be read go,
    masked, to `<out>.quarantine.jsonl`. Raises UsageError, InputError, OutputError.
    """
    rows = changed = bad = 0
    with (
        open_source(path, encoding=encoding, sheet=sheet) as source,
        atomic_writer(out, newline="", encoding="utf-8-sig") as file,
        QuarantineJsonl(out.with_name(out.name + ".quarantine.jsonl"), mask=mask) as quarantine,
    ):
        columns = detect_columns(source.columns, source.sample(SAMPLE), text=tuple(text) or None)
        writer = csv.writer(file)
        writer.writerow(escape_all(source.columns))
        for chunk in source.chunks(CHUNK):
            quarantine.write(chunk.quarantined)
            bad += len(chunk.quarantined)
            for row in chunk.rows:
                cells = list(row.values)
                for place in columns.text:
                    hidden = mask(cells[place])
                    changed += hidden != cells[place]
                    cells[place] = hidden
                writer.writerow(escape_all(cells))
            rows += len(chunk.rows)
            progress(len(chunk.rows))
    return Masked(rows, changed, columns.text_names, bad)
