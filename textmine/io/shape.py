"""What a record of this file looks like, learnt from its first lines, to tell where a broken one ends.

A damaged quote makes CSV ambiguous: the lines it swallows may be text or records. Columns such as ids and
dates always have the same shape ('a0', '0-0-0'); a swallowed line that has it is a record.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass

_DIGITS = re.compile(r"\d+")
_LETTERS = re.compile(r"[A-Za-z]+")
_HAN = re.compile(r"[\u3400-\u9fff]+")
_ROWS_NEEDED = 3
_SHAPES_ALLOWED = 3
_FILLED_SHARE = 0.9
_INTERIOR_LINES = 3


def shape_of(cell: str) -> str:
    """The cell with runs of digits, letters and Han collapsed: 'GD2024' → 'a0', '2024-1-2' → '0-0-0'."""
    collapsed = _LETTERS.sub("a", _DIGITS.sub("0", cell.strip()))
    return _HAN.sub("汉", collapsed)


def loose_cells(text: str, delimiter: str) -> list[str]:
    """The cells of one physical line taken by itself, an open quote ending with the line; [] if hopeless."""
    try:
        return next(csv.reader([text.rstrip("\r\n")], delimiter=delimiter), [])
    except csv.Error:
        return []


@dataclass(frozen=True, slots=True)
class RecordShape:
    """Per column: the few shapes its values always have (None where free), and whether it may be empty."""

    delimiter: str
    width: int
    rigid: tuple[frozenset[str] | None, ...]
    may_be_empty: tuple[bool, ...]

    @classmethod
    def learn(cls, rows: Sequence[Sequence[str]], *, delimiter: str, width: int) -> RecordShape:
        """Learn from data rows; those of another width are passed over."""
        full = [row for row in rows if len(row) == width]
        columns = list(zip(*full, strict=True)) if full else [()] * width
        return cls(
            delimiter=delimiter,
            width=width,
            rigid=tuple(_rigid_shapes(column) for column in columns),
            may_be_empty=tuple(any(not cell.strip() for cell in column) for column in columns),
        )

    def starts_record(self, text: str) -> bool:
        """True when this physical line, taken by itself, looks like a record or the beginning of one."""
        cells = loose_cells(text, self.delimiter)
        if len(cells) == self.width:
            return self._fits(cells)
        opens = 2 <= len(cells) < self.width and text.count('"') % 2 == 1
        return opens and any(self.rigid[: len(cells) - 1]) and self._fits(cells[:-1])

    def swallowed(self, continuation: Sequence[str]) -> bool:
        """True when the further lines of a well-formed quoted record look like records of their own."""
        if any(self.rigid):
            return any(self._whole(text) for text in continuation)
        interior = continuation[:-1]
        return self.width >= 3 and len(interior) >= _INTERIOR_LINES and all(map(self._whole, interior))

    def may_pad(self, cells: Sequence[str]) -> bool:
        """True when a short row only lacks trailing columns that other rows leave empty too."""
        missing = self.may_be_empty[len(cells) :]
        return len(cells) >= 2 and all(missing) and self._fits(cells)

    def _whole(self, text: str) -> bool:
        cells = loose_cells(text, self.delimiter)
        return len(cells) == self.width and self._fits(cells)

    def _fits(self, cells: Sequence[str]) -> bool:
        return all(
            shapes is None or shape_of(cell) in shapes
            for shapes, cell in zip(self.rigid, cells, strict=False)
        )


def _rigid_shapes(column: Sequence[str]) -> frozenset[str] | None:
    filled = [cell for cell in column if cell.strip()]
    if len(filled) < max(_ROWS_NEEDED, _FILLED_SHARE * len(column)):
        return None
    shapes = frozenset(map(shape_of, filled))
    if len(shapes) > _SHAPES_ALLOWED or not all("0" in shape for shape in shapes):
        return None
    return shapes if len(filled) == len(column) else shapes | {""}
