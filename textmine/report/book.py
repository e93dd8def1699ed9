"""An Excel workbook whose cells are what they say: text is written as strings, never as formulas or links.

Knows XlsxWriter and how a table looks; nothing of what is in it.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .svg.canvas import text_width
from .words import Say

Cell = Any
"""str, int, float or None; `put` tells them apart."""

FONT = "Microsoft YaHei"
_CELL_CHARS = 32_767
_CREATED = datetime.datetime(2000, 1, 1)
"""A fixed stamp, so that equal input gives equal bytes."""


@dataclass(frozen=True, slots=True)
class Table:
    """A sheet that has been written: its name, columns by name, and number of rows."""

    sheet: Any
    name: str
    columns: dict[str, int]
    rows: int

    def ref(self, column: str, rows: int | None = None) -> list[Any]:
        """The cells of a column as a chart wants them."""
        at = self.columns[column]
        return [self.name, 1, at, rows or self.rows, at]

    def head(self, column: str) -> list[Any]:
        """The cell that names a column."""
        return [self.name, 0, self.columns[column]]


class Book:
    """The workbook under way: formats, and sheets that hold a header and rows of safe cells."""

    def __init__(self, path: Path, say: Say) -> None:
        import xlsxwriter

        options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
        self.book = xlsxwriter.Workbook(str(path), options)
        self.book.set_properties({"created": _CREATED})
        self.book.set_size(2400, 1500)
        base = {"font_name": FONT, "font_size": 10, "valign": "top"}
        self.say = say
        self.head = self.book.add_format({**base, "bold": True, "bg_color": "#E7EAF0", "bottom": 1})
        self._plain = self.book.add_format(base)
        self.wrapped = self.book.add_format({**base, "text_wrap": True})
        self._whole = self.book.add_format({**base, "num_format": "#,##0"})
        self._share = self.book.add_format({**base, "num_format": "0.0%"})
        self._fine = self.book.add_format({**base, "num_format": "0.000"})
        self.title = self.book.add_format({**base, "bold": True, "font_size": 16})

    def table(
        self,
        name: str,
        header: Sequence[str],
        rows: Iterable[Sequence[Cell]],
        *,
        shares: Sequence[str] = (),
        wide: Sequence[str] = (),
        fine: Sequence[str] = (),
    ) -> Table:
        """A sheet with a frozen header and a filter; `shares` are shown as per cent, `wide` text wraps."""
        sheet = self.book.add_worksheet(name)
        body = list(rows)
        for column, head in enumerate(header):
            sheet.write_string(0, column, head, self.head)
            sheet.set_column(column, column, 70 if head in wide else _width(head, column, body))
        formats = [self._share if h in shares else self._fine if h in fine else self._whole for h in header]
        texts = [self.wrapped if h in wide else self._plain for h in header]
        last = 0
        for last, row in enumerate(body, start=1):
            for column, cell in enumerate(row):
                self.put(sheet, last, column, cell, formats[column], texts[column])
        self.printable(sheet)
        sheet.freeze_panes(1, 0)
        if last:
            sheet.autofilter(0, 0, last, len(header) - 1)
        return Table(sheet, name, {head: i for i, head in enumerate(header)}, last)

    def put(
        self, sheet: Any, row: int, column: int, cell: Cell, number: Any = None, text: Any = None
    ) -> None:
        """One cell: text as text, whatever it begins with."""
        if isinstance(cell, str):
            if cell:
                sheet.write_string(row, column, safe(cell), text or self._plain)
        elif cell is not None and cell == cell and abs(cell) != float("inf"):
            sheet.write_number(row, column, cell, number or self._whole)

    @staticmethod
    def printable(sheet: Any) -> None:
        """Landscape A4, as wide as a page."""
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)

    def chart(self, kind: str) -> Any:
        """A native chart."""
        return self.book.add_chart({"type": kind})


def _width(head: str, column: int, rows: Sequence[Sequence[Cell]]) -> float:
    """Width of a column in characters: as its header and first cells need, within reason."""
    texts = [head, *(row[column] for row in rows[:200] if isinstance(row[column], str))]
    return max(9.0, min(36.0, 2 * max(text_width(text, 1) for text in texts) + 3))


def safe(text: str) -> str:
    """Text that fits a cell: no control characters that XML forbids, at most Excel's length."""
    kept = "".join(c for c in text if c >= " " or c in "\n\t")
    return kept.encode("utf-8", "replace").decode("utf-8")[:_CELL_CHARS]
