"""Whether the first record names the columns, and the names themselves. Knows cells, not files."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from textmine.io.column_names import DATE_NAMES, ID_NAMES, TEXT_NAMES
from textmine.io.shape import shape_of

_HAN = re.compile("[\u3400-\u9fff]")
_SENTENCE = re.compile("[,，。！!；;]")
_QUESTION = re.compile(r"[?？]|^\s*[A-Za-z]?\d+\s*[、.．:：]")
_DATE = re.compile(r"^\d{4}\s*[-/.年]\s*\d{1,2}\s*[-/.月]\s*\d{1,2}")
_LONG_NUMBER = re.compile(r"^[A-Za-z]{0,6}\d{6,}$")
_LONG_TEXT = 25
_SPACES = re.compile(r"\s+")


def normal_name(name: str) -> str:
    """A column name for comparing: NFKC, lower case, without spaces and joining marks."""
    folded = unicodedata.normalize("NFKC", name).lower()
    return re.sub(r"[\s_\-/()\[\]【】:：*]+", "", folded)


_KNOWN_NAMES = frozenset(map(normal_name, (*TEXT_NAMES, *ID_NAMES, *DATE_NAMES)))


def unique_names(cells: Sequence[str]) -> tuple[str, ...]:
    """Column names from header cells: 内容, 内容_2 for duplicates, col3 for an empty third cell."""
    wished = [_SPACES.sub(" ", cell.strip("\ufeff \t\r\n\u3000")) for cell in cells]
    reserved = set(wished)
    taken: set[str] = set()
    names = []
    for position, wish in enumerate(wished, start=1):
        base = wish or f"col{position}"
        name, count = base, 1
        while name in taken or (count > 1 and name in reserved) or (not wish and name in reserved):
            count += 1
            name = f"{base}_{count}"
        taken.add(name)
        names.append(name)
    return tuple(names)


def generated_names(width: int) -> tuple[str, ...]:
    """Names for a table without header: col1, col2, …"""
    return tuple(f"col{position}" for position in range(1, width + 1))


def first_is_data(first: Sequence[str], following: Sequence[Sequence[str]]) -> bool:
    """True only when the first record is surely data: a long verbatim, or ids and dates like those below it.

    A survey's question may be long, so a question or a numbered heading stays a header; so does any record
    with a familiar column name.
    """
    cells = [cell.strip() for cell in first]
    if any(normal_name(cell) in _KNOWN_NAMES for cell in cells):
        return False
    if any(_is_verbatim(cell) for cell in cells):
        return True
    below = [row for row in following if len(row) == len(first)]
    return any(
        (_DATE.match(cell) or _LONG_NUMBER.match(cell))
        and below
        and all(shape_of(row[index]) == shape_of(cell) for row in below[:5])
        for index, cell in enumerate(cells)
    )


def looks_like_names(cells: Sequence[str]) -> bool:
    """True when every cell is as short and plain as a column name."""
    return all(len(cell) <= 24 and not _SENTENCE.search(cell) and not _DATE.match(cell) for cell in cells)


def is_title(cells: Sequence[str]) -> bool:
    """True for a record above the header that only holds one text, as a merged title cell does."""
    return len({cell.strip() for cell in cells if cell.strip()}) <= 1


def _is_verbatim(cell: str) -> bool:
    return (
        len(cell) >= _LONG_TEXT
        and len(_HAN.findall(cell)) * 2 > len(cell)
        and _SENTENCE.search(cell) is not None
        and _QUESTION.search(cell) is None
    )
