"""Read a file to its end and check the promises every input must keep, damaged or not."""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from pathlib import Path

from textmine.errors import TextmineError
from textmine.io.reasons import REASONS
from textmine.io.sources import Accounts, Quarantined, Row, open_source


@dataclass(frozen=True, slots=True)
class Outcome:
    """Everything read from a file, or the domain error that refused it."""

    rows: tuple[Row, ...] = ()
    quarantined: tuple[Quarantined, ...] = ()
    columns: tuple[str, ...] = ()
    accounts: Accounts | None = None
    sha256: str = ""
    report: str = ""
    refused: TextmineError | None = None

    @property
    def values(self) -> list[tuple[str, ...]]:
        return [row.values for row in self.rows]

    @property
    def reasons(self) -> list[str]:
        return [entry.reason for entry in self.quarantined]


def read_all(path: Path, *, size: int = 7, encoding: str | None = None, sheet: str | None = None) -> Outcome:
    """Read every chunk. Domain errors rise."""
    rows: list[Row] = []
    bad: list[Quarantined] = []
    with open_source(path, encoding=encoding, sheet=sheet) as source:
        for chunk in source.chunks(size):
            rows.extend(chunk.rows)
            bad.extend(chunk.quarantined)
        return Outcome(
            tuple(rows), tuple(bad), source.columns, source.accounts(), source.sha256, source.encoding_report
        )


def read_or_refuse(path: Path) -> Outcome:
    """Read every chunk; a domain error becomes the outcome, any other error rises."""
    try:
        return read_all(path)
    except TextmineError as error:
        return Outcome(refused=error)


def physical_lines(data: bytes) -> int:
    """The lines of a text file, counted without the reader: line feeds, or carriage returns where none is."""
    for mark, codec in ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be")):
        if data.startswith(mark):
            return _ends(data[2:], codec)
    return _ends(data.removeprefix(codecs.BOM_UTF8), "ascii")


def _ends(body: bytes, codec: str) -> int:
    feed, carriage = "\n".encode(codec), "\r".encode(codec)
    end = carriage if feed not in body and carriage in body else feed
    return body.count(end) + (not body.endswith(end) and bool(body))


def broken_promises(outcome: Outcome, data: bytes, *, is_text: bool = True) -> list[str]:
    """What the outcome fails to keep: accounts that add up, unique numbers and places, whole-width rows."""
    if outcome.refused is not None:
        return []
    accounts = outcome.accounts
    assert accounts is not None
    entries = sorted((*outcome.rows, *outcome.quarantined), key=lambda entry: entry.number or 0)
    lines = [entry.line for entry in entries]
    text = "".join(cell for row in outcome.values for cell in row)
    promises = {
        "every line is accounted for": accounts.balanced,
        "every physical line was met": not is_text or accounts.physical_lines == physical_lines(data),
        "rows are counted": accounts.rows == len(outcome.rows),
        "quarantined are counted": accounts.quarantined == len(outcome.quarantined),
        "numbers run from 1": [entry.number for entry in entries] == list(range(1, len(entries) + 1)),
        "lines rise": lines == sorted(set(lines)) and all(lines),
        "rows are as wide as the header": all(len(row) == len(outcome.columns) for row in outcome.values),
        "bytes lie in the file": all((entry.byte or 0) < len(data) for entry in outcome.quarantined),
        "reasons are known": set(outcome.reasons) <= set(REASONS),
        "text is text": text.isprintable() or not any("\ud800" <= char <= "\udfff" for char in text),
    }
    return [promise for promise, kept in promises.items() if not kept]
