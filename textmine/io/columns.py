"""Which columns hold the text, the id, the date and the groups: by option, then name, then content.

Judges names and a sample of rows; reads no files. Every choice says how it was made, so that it can be shown.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from types import MappingProxyType
from typing import Literal

from textmine.errors import UsageError
from textmine.io.column_names import DATE_NAMES, GROUP_NAMES, ID_NAMES, NOT_TEXT_PARTS, TEXT_NAMES, TEXT_PARTS
from textmine.io.header import normal_name
from textmine.io.rows import Row
from textmine.io.shape import shape_of

How = Literal["option", "name", "content"]

_HAN = re.compile("[\u3400-\u9fff]")
_DATE = re.compile(r"^(?:19|20)\d{2}(?:[-/.年]\d{1,2}[-/.月]\d{1,2}|[01]\d[0-3]\d(?:\d{4,6})?$)")
_SHORTEST_TEXT = 6
_DATE_SHARE = 0.8
_SAMPLE = 200


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns in use, as indices into Row.values and as names. `id` and `date` may be absent.

    `why` says for 'text', 'id', 'date' and 'by' (those that are present) whether an option, the name or the
    content decided.
    """

    text: tuple[int, ...]
    text_names: tuple[str, ...]
    id: int | None
    id_name: str | None
    date: int | None
    date_name: str | None
    by: tuple[int, ...]
    by_names: tuple[str, ...]
    why: Mapping[str, How]


@dataclass(frozen=True, slots=True)
class _Choice:
    indices: tuple[int, ...]
    how: How


def detect_columns(
    columns: Sequence[str],
    sample: Sequence[Row],
    *,
    text: str | Sequence[str] | None = None,
    id: str | None = None,
    date: str | None = None,
    by: Sequence[str] = (),
    by_option: str = "--by",
) -> Columns:
    """Choose the columns of a table from its names and the first rows.

    `text` may name several columns (a sequence, or names joined by commas). Raises UsageError for an unknown
    name, with the nearest one, and when no column looks like customers' words; `by_option` is what it calls
    the option that named the groups.
    """
    table = _Table(columns, sample)
    chosen = {
        "text": _text(table, text),
        "id": _id(table, id),
        "date": _date(table, date),
        "by": _Choice(tuple(table.group(name, option=by_option) for name in by), "option") if by else None,
    }
    indices = {role: choice.indices if choice else () for role, choice in chosen.items()}
    names = {role: tuple(columns[index] for index in places) for role, places in indices.items()}
    return Columns(
        text=indices["text"],
        text_names=names["text"],
        id=next(iter(indices["id"]), None),
        id_name=next(iter(names["id"]), None),
        date=next(iter(indices["date"]), None),
        date_name=next(iter(names["date"]), None),
        by=indices["by"],
        by_names=names["by"],
        why=MappingProxyType({role: choice.how for role, choice in chosen.items() if choice}),
    )


class _Table:
    """The names and sampled cells of a table, column by column."""

    def __init__(self, columns: Sequence[str], sample: Sequence[Row]) -> None:
        self.names = tuple(columns)
        self.normal = tuple(map(normal_name, columns))
        values = [row.values for row in sample[:_SAMPLE]]
        self.cells = [
            [cell for row in values if (cell := row[index].strip())] for index in range(len(self.names))
        ]

    def named(self, name: str, *, option: str) -> int:
        """The column of this exact name (or the same but for case and spaces). Raises UsageError."""
        if name in self.names:
            return self.names.index(name)
        if normal_name(name) in self.normal:
            return self.normal.index(normal_name(name))
        close = get_close_matches(name, self.names, n=1, cutoff=0.5)
        hint = f"; did you mean {close[0]!r}?" if close else "."
        raise UsageError(f"{option} {name}: no such column{hint} The columns are: {', '.join(self.names)}")

    def group(self, name: str, *, option: str) -> int:
        """The column to group by: its name, or what an English word such as 'region' stands for."""
        aliases = GROUP_NAMES.get(name.lower(), ())
        if name not in self.names and normal_name(name) not in self.normal:
            for alias in aliases:
                if normal_name(alias) in self.normal:
                    return self.normal.index(normal_name(alias))
        return self.named(name, option=option)

    def by_name(self, names: Sequence[str], fits: Callable[[int], bool]) -> int | None:
        """The first column with one of the names whose cells fit."""
        for name in map(normal_name, names):
            for index, own in enumerate(self.normal):
                if own == name and fits(index):
                    return index
        return None

    def by_part(self, parts: Sequence[str], fits: Callable[[int], bool]) -> int | None:
        """The first column with a part in its name, none that speaks against it, and fitting cells."""
        for part in parts:
            for index, own in enumerate(self.normal):
                if part in own and not any(bad in own for bad in NOT_TEXT_PARTS) and fits(index):
                    return index
        return None

    def mean_text(self, index: int) -> float:
        """Mean length of the column's cells if they are mostly words, else 0."""
        cells = self.cells[index]
        length = sum(map(len, cells))
        han = sum(len(_HAN.findall(cell)) for cell in cells)
        letters = sum(character.isalpha() or character == " " for cell in cells for character in cell)
        if not cells or letters < length / 2 or (han * 10 < length and length < 15 * len(cells)):
            return 0.0
        return length / len(cells)

    def looks_like_date(self, index: int) -> bool:
        cells = self.cells[index]
        return sum(map(_is_date, cells)) >= max(1, _DATE_SHARE * len(cells))

    def looks_like_id(self, index: int) -> bool:
        cells = self.cells[index]
        plain = all(len(cell) <= 64 and not _HAN.search(cell) and "0" in shape_of(cell) for cell in cells)
        return len(cells) >= 3 and len(set(cells)) == len(cells) and plain and not self.looks_like_date(index)


def _is_date(cell: str) -> bool:
    return _DATE.match(cell) is not None


def _text(table: _Table, wish: str | Sequence[str] | None) -> _Choice:
    if wish is not None:
        return _Choice(_wished_texts(table, wish), "option")
    wordy = [index for index in range(len(table.names)) if table.mean_text(index) >= _SHORTEST_TEXT]
    free = not any(table.cells)
    found = table.by_name(TEXT_NAMES, lambda index: free or index in wordy)
    if found is None:
        found = table.by_part(TEXT_PARTS, lambda index: free or index in wordy)
    likely = [index for index in wordy if not any(part in table.normal[index] for part in NOT_TEXT_PARTS)]
    if found is None and not likely:
        found = table.by_name(TEXT_NAMES, lambda index: table.mean_text(index) > 0)
    if found is not None:
        return _Choice((found,), "name")
    if not wordy and len(table.names) > 1:
        listed = ", ".join(table.names)
        raise UsageError(f"no column looks like customers' words; name it with --text. Columns: {listed}")
    return _Choice((max(likely or wordy or [0], key=table.mean_text),), "content")


def _wished_texts(table: _Table, wish: str | Sequence[str]) -> tuple[int, ...]:
    if not isinstance(wish, str):
        names = list(wish)
    elif wish in table.names or normal_name(wish) in table.normal:
        names = [wish]
    else:
        names = [name.strip() for name in re.split("[,，]", wish) if name.strip()] or [wish]
    return tuple(dict.fromkeys(table.named(name, option="--text") for name in names))


def _id(table: _Table, wish: str | None) -> _Choice | None:
    if wish is not None:
        return _Choice((table.named(wish, option="--id"),), "option")
    found = table.by_name(ID_NAMES, lambda _: True)
    if found is not None:
        return _Choice((found,), "name")
    found = next((index for index in range(len(table.names)) if table.looks_like_id(index)), None)
    return _Choice((found,), "content") if found is not None else None


def _date(table: _Table, wish: str | None) -> _Choice | None:
    if wish is not None:
        return _Choice((table.named(wish, option="--date"),), "option")
    found = table.by_name(DATE_NAMES, table.looks_like_date)
    if found is not None:
        return _Choice((found,), "name")
    found = next((index for index in range(len(table.names)) if table.looks_like_date(index)), None)
    return _Choice((found,), "content") if found is not None else None
