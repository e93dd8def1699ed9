"""Lists of numbers of uneven length as arrays, and putting like with like in linear time. No meaning here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of numbers, one after the other: row i is `items[first[i]:first[i + 1]]`."""

    first: Ints
    items: Ints

    @classmethod
    def of(cls, rows: Sequence[Sequence[int]]) -> Table:
        """Lay rows out."""
        first = np.cumsum([0, *map(len, rows)], dtype=np.int64)
        return cls(first, np.array([item for row in rows for item in row], np.int64))

    @classmethod
    def cut(cls, items: Ints, sizes: Ints) -> Table:
        """Cut items into rows of the given sizes."""
        return cls(np.append(0, np.cumsum(sizes)), items)

    @classmethod
    def stack(cls, tables: Sequence[Table]) -> Table:
        """The rows of several tables, one table after the other."""
        items = np.concatenate([table.items for table in tables])
        return cls.cut(items, np.concatenate([table.sizes for table in tables]))

    def __len__(self) -> int:
        return len(self.first) - 1

    @property
    def sizes(self) -> Ints:
        """How many items each row has."""
        return np.diff(self.first)

    def row(self, number: int) -> list[int]:
        """The items of one row."""
        items: list[int] = self.items[self.first[number] : self.first[number + 1]].tolist()
        return items

    def of_rows(self, rows: Ints) -> tuple[Ints, Ints]:
        """(place in `rows`, item) of every item of the given rows, row after row."""
        place, at = spread(self.first[rows], self.first[rows + 1] - self.first[rows])
        return place, self.items[at]


def spread(first: Ints, size: Ints) -> tuple[Ints, Ints]:
    """(number of the stretch, position) of every position in stretches `[first[i], first[i] + size[i])`."""
    stretch = np.repeat(np.arange(len(size)), size)
    return stretch, np.arange(len(stretch)) + (first - (np.cumsum(size) - size))[stretch]


@dataclass(frozen=True, slots=True)
class Ragged:
    """Rows laid out column by column, longest first: `columns[j][i]` is item j of row `rows[i]`.

    Rows that have an item j come first in every column, so that a column is as short as may be.
    """

    rows: Ints
    columns: tuple[Ints, ...]

    @classmethod
    def of(cls, table: Table) -> Ragged:
        """The rows of a table."""
        rows = np.argsort(-table.sizes, kind="stable")
        size = table.sizes[rows]
        columns = (rows[: int(np.count_nonzero(size > j))] for j in range(int(size.max(initial=0))))
        return cls(rows, tuple(table.items[table.first[row] + j] for j, row in enumerate(columns)))

    def row(self, number: int) -> list[int]:
        """The items of one row."""
        place = int(np.flatnonzero(self.rows == number)[0])
        return [int(column[place]) for column in self.columns if place < len(column)]


class Rows:
    """A table from which many rows are taken at a time, by compiled code."""

    def __init__(self, table: Table) -> None:
        entries = np.zeros(len(table.items), np.int8), table.items.astype(np.int32), table.first
        self._matrix = sp.csr_matrix(entries, (len(table), int(table.items.max(initial=0)) + 1))

    def rows(self, rows: Ints) -> tuple[Ints, NDArray[np.int32]]:
        """(pointers, items) of the given rows: those of row i are `[pointers[i], pointers[i + 1])`."""
        taken = self._matrix[rows]
        return taken.indptr.astype(np.int64), taken.indices


def grouped(group: NDArray[np.integer], n_groups: int) -> tuple[Ints, Ints]:
    """Put items of one group together, in their order: (first place of every group, and the end; items).

    `group[i]` is the group of item i, below `n_groups`. What a stable argsort gives, but in linear time.
    """
    first, item = by_column(np.arange(len(group) + 1), group, n_groups)
    return first, item.astype(np.int64)


def by_column(
    pointers: NDArray[np.integer], column: NDArray[np.integer], n_columns: int
) -> tuple[Ints, NDArray[np.int32]]:
    """Turn rows into columns: (pointers of the columns, row of each entry), rows ascending.

    `[pointers[r], pointers[r + 1])` are the entries of row r, with their column each.
    """
    entries = np.zeros(len(column), np.int8), column.astype(np.int32), pointers.astype(np.int32)
    # Compiled code, and a counting sort: numpy's own sorting takes five times as long.
    columns = sp.csr_matrix(entries, (len(pointers) - 1, n_columns)).tocsc()
    return columns.indptr.astype(np.int64), columns.indices
