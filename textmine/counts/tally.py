"""The tally: every number the analyses start from, as a monoid, so that counts of parts merge to the whole.

A tally holds one `Cell` per combination of group values at the finest grain asked for; coarser totals are
sums of cells, so a hall's, its city's and the province's figures always add up. Counts only: no causes
known by name, no shares, no formatting, no files.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from ..errors import InputError, UsageError
from ..records import Reading

SCHEMA = "textmine.tally/1"

Group = tuple[str, ...]

_PLAIN = ("status", "stance", "codes", "causes", "primary", "touchpoints", "risk")
_PAIRED = ("code_touchpoints", "cause_touchpoints")


@dataclass(slots=True)
class Cell:
    """Counts of one group's rows.

    `status`, `stance`, `risk` and `touchpoints` count rows; `codes` and `causes` count rows that have the
    code, or at least one code of the cause; `primary` counts primary codes; `code_touchpoints` and
    `cause_touchpoints` count rows by (code or cause, touchpoint).
    """

    status: Counter[str] = field(default_factory=Counter)
    stance: Counter[str] = field(default_factory=Counter)
    codes: Counter[str] = field(default_factory=Counter)
    causes: Counter[str] = field(default_factory=Counter)
    primary: Counter[str] = field(default_factory=Counter)
    touchpoints: Counter[str] = field(default_factory=Counter)
    risk: Counter[str] = field(default_factory=Counter)
    code_touchpoints: Counter[tuple[str, str]] = field(default_factory=Counter)
    cause_touchpoints: Counter[tuple[str, str]] = field(default_factory=Counter)

    @property
    def rows(self) -> int:
        """Rows seen, of whatever status."""
        return self.status.total()

    @property
    def primary_causes(self) -> Counter[str]:
        """Rows by the cause of their primary code."""
        causes: Counter[str] = Counter()
        for code, n in self.primary.items():
            causes[cause_part(code)] += n
        return causes

    def count(self, readings: Sequence[Reading]) -> None:
        """Add rows in place."""
        self.status.update([r.status for r in readings])
        self.stance.update([r.stance for r in readings])
        self.primary.update([r.primary for r in readings if r.primary])
        self.risk.update([flag for r in readings if r.risk for flag in r.risk])
        # Rows repeat the same few combinations: count those first, then spell each one out once.
        signatures = Counter([(tuple([t.code for t in r.tags]), r.touchpoints) for r in readings])
        for (codes, touchpoints), n in signatures.items():
            self._spell_out(codes, touchpoints, n)

    def absorb(self, other: Cell) -> None:
        """Add another cell's counts in place; the other stays as it is."""
        for name in _PLAIN + _PAIRED:
            getattr(self, name).update(getattr(other, name))

    def _spell_out(self, codes: Group, touchpoints: Group, n: int) -> None:
        for point in touchpoints:
            self.touchpoints[point] += n
        for code in dict.fromkeys(codes):
            self.codes[code] += n
            for point in touchpoints:
                self.code_touchpoints[code, point] += n
        for cause in dict.fromkeys(map(cause_part, codes)):
            self.causes[cause] += n
            for point in touchpoints:
                self.cause_touchpoints[cause, point] += n


@dataclass(slots=True)
class Tally:
    """Counts by group: `cells` maps a tuple of group values, in the order of `by`, to its `Cell`.

    Merging is associative and commutative with `Tally.empty(by)` as the neutral element, so batches may be
    counted in any order and on any number of workers.
    """

    by: Group = ()
    cells: dict[Group, Cell] = field(default_factory=dict)

    @classmethod
    def empty(cls, by: Sequence[str] = ()) -> Self:
        """A tally of nothing, grouped by the named columns; raises UsageError on a repeated name."""
        if len(set(by)) != len(by):
            raise UsageError(f"--by names a column twice: {', '.join(by)}; name each column once")
        return cls(by=tuple(by))

    @property
    def rows(self) -> int:
        """Rows counted so far."""
        return sum(cell.rows for cell in self.cells.values())

    def add(self, readings: Sequence[Reading], groups: Sequence[Group] = ()) -> Self:
        """Count a batch in place and return this tally.

        `groups` holds one tuple of group values a row, in the order of `by`; leave it out when `by` is empty.
        Raises UsageError when lengths do not fit.
        """
        if not self.by and not groups:
            if readings:
                self._cell_at(()).count(readings)
            return self
        if len(groups) != len(readings):
            raise UsageError(f"{len(readings)} readings but {len(groups)} group tuples; give one tuple a row")
        rows: dict[Group, list[Reading]] = {}
        for key, reading in zip(groups, readings, strict=True):
            rows.setdefault(key, []).append(reading)
        for key, members in rows.items():
            if len(key) != len(self.by):
                raise UsageError(
                    f"group values {key!r} do not fit the columns {self.by!r}; give one value each"
                )
            self._cell_at(tuple(key)).count(members)
        return self

    def merge(self, other: Tally) -> Tally:
        """A new tally of both inputs' rows; both stay as they are. UsageError if grouped differently."""
        if self.by != other.by:
            raise UsageError(
                f"tallies by {self.by!r} and {other.by!r} cannot merge; roll up to the same columns"
            )
        merged = Tally.empty(self.by)
        for part in (self, other):
            for key, cell in part.cells.items():
                merged._cell_at(key).absorb(cell)
        return merged

    def cell(self, group: Mapping[str, str] | None = None) -> Cell:
        """The counts of all rows whose group columns have the given values; of all rows if none are given."""
        wanted = [(self._position(column), value) for column, value in (group or {}).items()]
        total = Cell()
        for key, cell in self.cells.items():
            if all(key[i] == value for i, value in wanted):
                total.absorb(cell)
        return total

    def rolled_up(self, by: Sequence[str]) -> Tally:
        """The same rows grouped by fewer columns (or in another order); totals stay equal."""
        positions = [self._position(column) for column in by]
        coarse = Tally.empty(by)
        for key, cell in self.cells.items():
            coarse._cell_at(tuple(key[i] for i in positions)).absorb(cell)
        return coarse

    def groups(self, *columns: str) -> tuple[Group, ...]:
        """The distinct values of the given columns (all of `by` if none are named), sorted."""
        positions = [self._position(column) for column in columns or self.by]
        return tuple(sorted({tuple(key[i] for i in positions) for key in self.cells}))

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready form; equal tallies give equal dicts in the same order."""
        cells = [{"group": list(key), **_cell_to_dict(cell)} for key, cell in sorted(self.cells.items())]
        return {"schema": SCHEMA, "by": list(self.by), "rows": self.rows, "cells": cells}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """The inverse of `to_dict`; raises InputError when the data is of another schema."""
        if data.get("schema") != SCHEMA:
            raise InputError(
                f"not a tally of schema {SCHEMA} but {data.get('schema')!r}; count the rows again"
            )
        tally = cls.empty(data["by"])
        for entry in data["cells"]:
            tally.cells[tuple(entry["group"])] = _cell_from_dict(entry)
        return tally

    def _cell_at(self, key: Group) -> Cell:
        cell = self.cells.get(key)
        if cell is None:
            cell = self.cells[key] = Cell()
        return cell

    def _position(self, column: str) -> int:
        if column not in self.by:
            known = ", ".join(self.by) or "none"
            raise UsageError(f"not counted by {column!r} but by: {known}; count again with --by {column}")
        return self.by.index(column)


def cause_part(code: str) -> str:
    """The cause of a code: what stands before the first full stop."""
    return code.partition(".")[0]


def _cell_to_dict(cell: Cell) -> dict[str, Any]:
    plain = {name: _sorted(getattr(cell, name)) for name in _PLAIN}
    paired: dict[str, dict[str, dict[str, int]]] = {}
    for name in _PAIRED:
        nested: dict[str, dict[str, int]] = {}
        for (code, point), n in _sorted(getattr(cell, name)).items():
            nested.setdefault(code, {})[point] = n
        paired[name] = nested
    return {"rows": cell.rows, **plain, **paired}


def _cell_from_dict(entry: Mapping[str, Any]) -> Cell:
    cell = Cell(**{name: Counter(entry[name]) for name in _PLAIN})
    for name in _PAIRED:
        counter = getattr(cell, name)
        for code, inner in entry[name].items():
            for point, n in inner.items():
                counter[code, point] = n
    return cell


def _sorted(counter: Counter[Any]) -> dict[Any, int]:
    return {key: n for key, n in sorted(counter.items()) if n}
