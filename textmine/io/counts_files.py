"""Small result files (counts, diagrams): whole tables, objects and texts, written atomically."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Sequence
from pathlib import Path

from textmine.errors import OutputError
from textmine.io.atomic import atomic_writer
from textmine.io.cells import escape_all

Cell = str | int | float | None


def write_csv(path: str | Path, header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> None:
    """Write a table for spreadsheets: UTF-8 with BOM, formulas escaped, None as an empty cell.

    Raises OutputError naming the file, and ValueError for a row that is not as wide as the header.
    """
    with atomic_writer(path, newline="", encoding="utf-8-sig") as file:
        writer = csv.writer(file)
        writer.writerow(escape_all(header))
        for row in rows:
            if len(row) != len(header):
                raise ValueError(f"{path}: a row has {len(row)} cells, the header {len(header)}")
            writer.writerow(escape_all(map(_as_text, row)))


def write_json(path: str | Path, obj: object) -> None:
    """Write an object as indented JSON, Chinese readable. NaN is refused (ValueError): it is not JSON."""
    text = json.dumps(obj, ensure_ascii=False, indent=2, allow_nan=False)
    write_text(path, text + "\n")


def write_text(path: str | Path, text: str) -> None:
    """Write a text, such as a Mermaid diagram, as UTF-8."""
    with atomic_writer(path) as file:
        file.write(text)


def remove(path: str | Path) -> None:
    """Delete a result file that no longer holds, if it is there. Raises OutputError naming it."""
    try:
        Path(path).unlink(missing_ok=True)
    except OSError as error:
        raise OutputError(f"{path}: is out of date and cannot be deleted: {error.strerror}") from error


def _as_text(cell: Cell) -> str:
    return "" if cell is None else str(cell)
