"""XLSX workbooks: one sheet as rows of text, read by a child process that cannot take this one down.

A workbook is a zip of XML that a few kilobytes can make enormous, so the zip's directory is checked first
and the reading happens under a memory limit (workbook_child.py). Merged cells carry their value into every
cell; a row with a formula whose result was not saved is quarantined; a damaged workbook is an InputError.
"""

from __future__ import annotations

import json
import struct
import subprocess
import sys
import zipfile
import zlib
from collections import deque
from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from itertools import islice
from pathlib import Path
from typing import Any

from textmine.errors import InputError, UsageError
from textmine.io.header import first_is_data, generated_names, is_title, looks_like_names, unique_names
from textmine.io.rows import Quarantined, Row, Tally

MEMORY_LIMIT_MIB = 4096
MAX_UNPACKED_BYTES = 2 << 30
MAX_RATIO = 200
_RATIO_MATTERS_ABOVE = 32 << 20
_MAX_PARTS = 10_000
_HEAD_ROWS = 20
_CHILD = Path(__file__).with_name("workbook_child.py")
_RESAVE = "open it in Excel or WPS and save it again as .xlsx, or export the sheet as CSV"
_ERRORS = {
    "too-large": "the sheet is too large to read (a stray cell far below or right of the table?); "
    "delete the empty rows and columns around the table, or export the sheet as CSV",
    "password": "is protected by a password; save it without one",
    "empty": "has no visible sheet with data; name one with --sheet",
}


SheetRow = list[str | None]


class SheetProcess:
    """The child process that reads one sheet; hands its rows on as [reason or None, cell, cell, …]."""

    def __init__(self, path: Path, *, sheet: str | None) -> None:
        self._path = path
        arguments = [sys.executable, "-P", str(_CHILD), str(path), str(MEMORY_LIMIT_MIB)]
        self._child = subprocess.Popen(
            arguments if sheet is None else [*arguments, sheet],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self._messages = iter(self._child.stdout or ())

    def opening(self, wanted: str | None) -> str:
        """The name of the sheet being read. Raises UsageError for an unknown one, InputError for damage."""
        answer = self._message()
        code = answer.get("error")
        if code == "no-such-sheet":
            raise _no_such_sheet(self._path, str(wanted), answer["sheets"])
        if code is not None:
            raise self.broken(_ERRORS.get(code, f"is damaged or no workbook; {_RESAVE}"))
        return str(answer["sheet"])

    def rows(self) -> Iterator[SheetRow]:
        """Every row of the sheet, blank ones too. Raises InputError when the process stops before the end."""
        while isinstance(message := self._message(), list):
            yield message
        if "rows" not in message:
            raise self.broken(f"is damaged or no workbook; {_RESAVE}")

    def broken(self, what: str | None = None) -> InputError:
        """The error to raise, by default that the process died."""
        stopped = f"could not be read: the reader stopped within {MEMORY_LIMIT_MIB} MiB; {_RESAVE}"
        return InputError(f"{self._path}: {what or stopped}")

    def close(self) -> None:
        """Stop the process if it is still reading."""
        self._child.kill()
        if self._child.stdout is not None:
            self._child.stdout.close()
        self._child.wait()

    def _message(self) -> Any:
        try:
            return json.loads(next(self._messages, b""))
        except ValueError as error:
            raise self.broken() from error


class WorkbookReader:
    """One pass over one sheet. Sheet rows are its physical lines; the header is read on construction."""

    def __init__(self, path: Path, tally: Tally, *, sheet: str | None) -> None:
        check_zip(path)
        self.tally = tally
        self._process = SheetProcess(path, sheet=sheet)
        try:
            self._sheet = self._process.opening(sheet)
            self._fresh = self._process.rows()
            self._head = deque(islice(self._fresh, _HEAD_ROWS))
            while self._head and not any(map(_filled, self._head)):
                self._head.extend(islice(self._fresh, _HEAD_ROWS))
            self.columns = self._read_header()
        except BaseException:
            self.close()
            raise

    def records(self) -> Iterator[Row | Quarantined]:
        """Rows and quarantine entries in the order of the sheet."""
        width = len(self.columns)
        while (row := self._take()) is not None:
            reason, *values = row
            line = self.tally.physical_lines
            if reason is not None:
                raw = "\t".join(value or "" for value in values).rstrip("\t")
                yield self.tally.quarantine(reason, raw, line=line)
            elif not _filled(row):
                self.tally.blank_lines += 1
            else:
                cells = [value or "" for value in values[:width]] + [""] * (width - len(values))
                yield self.tally.row(tuple(cells), line=line)

    def encoding_report(self) -> str:
        """Which sheet was read."""
        return f"XLSX sheet {self._sheet}"

    def close(self) -> None:
        """Stop the child process."""
        self._process.close()

    def _take(self) -> SheetRow | None:
        row = self._head.popleft() if self._head else next(self._fresh, None)
        self.tally.physical_lines += row is not None
        return row

    def _read_header(self) -> tuple[str, ...]:
        """Take blank rows, titles and the header from the head; a first row of data stays there."""
        table = [[cell or "" for cell in row[1:]] for row in self._head if _filled(row)]
        if not table:
            raise self._process.broken("the sheet is empty; name another with --sheet")
        titles = _titles(table)
        header = table[titles]
        self._pass_over(titles)
        if first_is_data(header, table[titles + 1 :]):
            return generated_names(len(header))
        self._pass_over(1)
        return unique_names(header)

    def _pass_over(self, filled: int) -> None:
        """Count this many filled rows as header, and the blank rows before them as blank."""
        while filled and (row := self._take()) is not None:
            if _filled(row):
                self.tally.header_lines += 1
                filled -= 1
            else:
                self.tally.blank_lines += 1


def check_zip(path: Path) -> None:
    """Refuse a file that is no workbook, or one that would unpack to an absurd size.

    Raises InputError naming the file; reads only the zip's directory.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
            names = set(archive.namelist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, struct.error, zlib.error) as error:
        raise InputError(f"{path}: is damaged or no workbook ({error}); {_RESAVE}") from error
    if "xl/workbook.xml" not in names:
        raise InputError(f"{path}: is a zip file but no .xlsx workbook; unpack it, or {_RESAVE}")
    unpacked = sum(part.file_size for part in parts)
    swollen = any(
        part.file_size > _RATIO_MATTERS_ABOVE and part.file_size > MAX_RATIO * max(part.compress_size, 1)
        for part in parts
    )
    if swollen or unpacked > MAX_UNPACKED_BYTES or len(parts) > _MAX_PARTS:
        raise InputError(
            f"{path}: would unpack to {unpacked >> 20} MiB, like a zip bomb; export the sheet as CSV"
        )


def _filled(row: SheetRow) -> bool:
    return any(row[1:])


def _titles(table: Sequence[Sequence[str]]) -> int:
    """How many lone titles stand above the header: the first row with several different, name-like cells."""
    for index, row in enumerate(table[:5]):
        if not is_title(row):
            return index if looks_like_names(row) and not first_is_data(row, table[index + 1 :]) else 0
    return 0


def _no_such_sheet(path: Path, wanted: str, names: Sequence[str]) -> UsageError:
    close = get_close_matches(wanted, names, n=1, cutoff=0.4)
    hint = f"; did you mean {close[0]!r}?" if close else ""
    return UsageError(f"{path}: no sheet {wanted!r}{hint} Sheets: {', '.join(names)}")
