"""The program that reads one sheet of a workbook, run as a process of its own under a memory limit.

It imports nothing of textmine and is started by path. It writes JSON lines to stdout: first
{"sheets": [...], "sheet": name} or {"error": code}, then a list a sheet row (null or a quarantine reason,
then the cells as text), last {"rows": n}. A crash or the memory limit shows as a missing last line.
"""

from __future__ import annotations

import datetime
import json
import posixpath
import re
import sys
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING
from xml.etree import ElementTree

import python_calamine

if TYPE_CHECKING:
    from typing import TextIO

Cell = str | float | bool | datetime.date | datetime.time | datetime.timedelta
Range = tuple[tuple[int, int], tuple[int, int]]

DAMAGE = (
    python_calamine.CalamineError,
    zipfile.BadZipFile,
    zlib.error,
    ElementTree.ParseError,
    KeyError,
    ValueError,
    EOFError,
    OSError,
    NotImplementedError,
    RuntimeError,
)
_MAX_AREA = 60_000_000
_SPARSE_AREA = 10_000_000
_SPARSE_RATIO = 100
_BLOCK = 1 << 20
_LONGEST_CELL = 32 << 20
_EXACT_INTEGER = 1 << 53
_OFFICE = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_COLUMN = re.compile(rb' r="([A-Z]{1,3})\d+"')
_ROW = re.compile(rb' r="[A-Z]*(\d{1,7})"')
_CELL_HEAD = rb'<(?:\w+:)?c\b[^>]*? r="([A-Z]{1,3})(\d{1,7})"[^>]*>'
_BARE_FORMULA = re.compile(
    _CELL_HEAD
    + rb"\s*<(?:\w+:)?f\b(?:[^>]*/>|[^>]*>[^<]*</(?:\w+:)?f>)"
    + rb"\s*(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</(?:\w+:)?v>)?\s*</"
)
_ERROR_VALUE = re.compile(_CELL_HEAD + rb"(?:(?!</(?:\w+:)?c>).)*?<(?:\w+:)?v>(#[^<]{1,20})</", re.DOTALL)


class SheetError(Exception):
    """The sheet cannot be read; `code` is an error of the protocol."""

    def __init__(self, code: str, sheets: Sequence[str] = ()) -> None:
        super().__init__(code)
        self.code = code
        self.sheets = list(sheets)


class SheetNotes:
    """What calamine does not tell: formulas without a saved value, error values, the true size."""

    def __init__(self) -> None:
        self.bare_formula_rows: set[int] = set()
        self.errors: dict[int, dict[int, str]] = {}
        self.rows = 0
        self.columns = 0
        self.cells = 0

    @property
    def too_large(self) -> bool:
        """True when the table's area would not fit in memory, or is large and almost all empty."""
        area = self.rows * self.columns
        return area > _MAX_AREA or (area > _SPARSE_AREA and area > _SPARSE_RATIO * self.cells)

    def scan(self, xml: bytes) -> None:
        """Note what a stretch of whole cells of the sheet's XML holds. Rows and columns count from 0."""
        columns = _COLUMN.findall(xml)
        self.cells += len(columns)
        self.columns = max(self.columns, *map(column_number, set(columns)), 0)
        self.rows = max(self.rows, *map(int, set(_ROW.findall(xml))), 0)
        if b"<f" in xml or b":f" in xml:
            self.bare_formula_rows.update(int(found[2]) - 1 for found in _BARE_FORMULA.finditer(xml))
        if b't="e"' in xml:
            for found in _ERROR_VALUE.finditer(xml):
                row = self.errors.setdefault(int(found[2]) - 1, {})
                row[column_number(found[1]) - 1] = found[3].decode("ascii", "replace")


def column_number(letters: bytes) -> int:
    """A → 1, Z → 26, AA → 27."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def sheet_part(archive: zipfile.ZipFile, sheet: str) -> str:
    """The name of the archive's part that holds the sheet."""
    book = ElementTree.fromstring(archive.read("xl/workbook.xml"))  # noqa: S314 - memory-limited process
    links = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))  # noqa: S314
    targets = {link.get("Id"): link.get("Target", "") for link in links}
    for element in book.iter():
        if element.tag.endswith("}sheet") and element.get("name") == sheet:
            target = targets.get(element.get(_OFFICE), "")
            return target[1:] if target.startswith("/") else posixpath.normpath(f"xl/{target}")
    raise SheetError("damaged")


def read_notes(path: str, sheet: str) -> SheetNotes:
    """Stream through the sheet's XML without building it, in stretches that end between two cells."""
    notes = SheetNotes()
    with zipfile.ZipFile(path) as archive, archive.open(sheet_part(archive, sheet)) as part:
        rest = b""
        while block := part.read(_BLOCK):
            rest += block
            cut = rest.rfind(b"<", 0, max(rest.rfind(b' r="'), 0))
            if cut > 0:
                notes.scan(rest[:cut])
                rest = rest[cut:]
            elif len(rest) > _LONGEST_CELL:
                raise SheetError("damaged")
        notes.scan(rest)
    return notes


def as_text(value: Cell) -> str:
    """A cell as text: integers without '.0', dates in ISO form, truth values as Excel shows them."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float | int):
        whole = abs(value) < _EXACT_INTEGER and value == int(value)
        return str(int(value)) if whole else repr(value)
    if isinstance(value, datetime.datetime):
        return value.isoformat(sep=" ", timespec="seconds" if not value.microsecond else "auto")
    if isinstance(value, datetime.timedelta):
        return str(value)
    return value.isoformat()


def fill_merged(rows: Iterator[list[Cell]], ranges: Sequence[Range]) -> Iterator[list[Cell]]:
    """Give every cell of a merged range the value of its first cell; ranges count columns as rows do."""
    waiting = sorted(ranges, reverse=True)
    active: list[tuple[Range, Cell]] = []
    for index, row in enumerate(rows):
        active = [entry for entry in active if entry[0][1][0] >= index]
        while waiting and waiting[-1][0][0] <= index:
            found = waiting.pop()
            (top, left), (bottom, _) = found
            if top == index and bottom >= index and 0 <= left < len(row):
                active.append((found, row[left]))
        for ((_, left), (_, right)), value in active:
            for column in range(max(left, 0), min(right + 1, len(row))):
                row[column] = value if row[column] == "" else row[column]
        yield row


def choose_sheet(
    book: python_calamine.CalamineWorkbook, path: str, wanted: str | None
) -> tuple[str, SheetNotes]:
    """The wanted sheet, or the first visible one that holds anything, with its notes.

    Refuses a sheet before calamine lays out more cells than memory holds.
    """
    if wanted is not None and wanted not in book.sheet_names:
        raise SheetError("no-such-sheet", book.sheet_names)
    names = [wanted] if wanted is not None else visible_sheets(book)
    for name in names:
        notes = read_notes(path, name)
        if notes.too_large:
            raise SheetError("too-large")
        if notes.rows and notes.columns:
            return name, notes
    raise SheetError("empty")


def visible_sheets(book: python_calamine.CalamineWorkbook) -> list[str]:
    """Names of the worksheets a user sees, in the workbook's order."""
    seen = python_calamine.SheetVisibleEnum.Visible
    kind = python_calamine.SheetTypeEnum.WorkSheet
    return [meta.name for meta in book.sheets_metadata if meta.visible == seen and meta.typ == kind]


def write_sheet(path: str, wanted: str | None, out: TextIO) -> None:
    """Read the sheet and write the protocol's lines."""
    book = python_calamine.CalamineWorkbook.from_path(path)
    chosen, notes = choose_sheet(book, path, wanted)
    sheet = book.get_sheet_by_name(chosen)
    encode = json.JSONEncoder().encode
    out.write(encode({"sheets": book.sheet_names, "sheet": chosen}) + "\n")
    first_column = sheet.start[1] if sheet.start else 0
    merged = [
        ((top, left - first_column), (bottom, right - first_column))
        for (top, left), (bottom, right) in sheet.merged_cell_ranges or ()
    ]
    count = 0
    for count, row in enumerate(fill_merged(sheet.iter_rows(), merged), start=1):
        cells: list[str | None] = ["formula_without_value" if count - 1 in notes.bare_formula_rows else None]
        cells.extend(map(as_text, row))
        for column, error in notes.errors.get(count - 1, {}).items():
            place = column - first_column + 1
            if 0 < place < len(cells) and not cells[place]:
                cells[place] = error
        out.write(encode(cells) + "\n")
    out.write(encode({"rows": count}) + "\n")


def limit_memory(mebibytes: int) -> None:
    """Cap this process's address space; Windows has no such limit and relies on the size checks."""
    if sys.platform != "win32":
        import resource

        size = mebibytes << 20
        resource.setrlimit(resource.RLIMIT_AS, (size, size))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def main(arguments: Sequence[str]) -> int:
    """Arguments: path, memory limit in MiB, sheet name or nothing."""
    path, mebibytes, *sheet = arguments
    limit_memory(int(mebibytes))
    out = sys.stdout
    try:
        write_sheet(path, sheet[0] if sheet else None, out)
    except SheetError as error:
        json.dump({"error": error.code, "sheets": error.sheets}, out)
    except python_calamine.PasswordError:
        json.dump({"error": "password"}, out)
    except MemoryError:
        json.dump({"error": "too-large"}, out)
    except DAMAGE:
        json.dump({"error": "damaged"}, out)
    out.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
