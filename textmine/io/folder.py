"""Reads back a folder that `classify` wrote: its manifest, its rows and their readings, in step.

What counts again, reports or pushes starts here, so that nothing is classified twice.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import InputError
from ..records import Reading, Tag
from .cells import unescape
from .manifest import Manifest, read_manifest
from .sources import open_source
from .tagged import TM_COLUMNS

_ROW = re.compile(r'"row": ?(\d+)')


@dataclass(frozen=True, slots=True)
class ClassifiedRow:
    """A row of the input with what was read in it; `values` are the input's cells, `evidence` per tag."""

    number: int
    id: str
    values: tuple[str, ...]
    reading: Reading
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ClassifiedFolder:
    """A folder of results. `columns` are the input's columns, without those that textmine added."""

    path: Path
    manifest: Manifest
    columns: tuple[str, ...]

    @classmethod
    def open(cls, path: Path) -> ClassifiedFolder:
        """Raises InputError when the folder is not one that `classify` wrote."""
        if not (path / "manifest.json").is_file():
            raise InputError(
                f"{path}: no results here; run `textmine classify` first, or name another folder"
            )
        manifest = read_manifest(path / "manifest.json")
        with open_source(path / "tagged.csv", encoding="utf-8-sig") as source:
            # Names of columns are guarded in the file like any cell.
            columns = tuple(map(unescape, source.columns[: -len(TM_COLUMNS)]))
        return cls(path, manifest, columns)

    @property
    def frame_file(self) -> Path | None:
        """The code frame the folder was classified with; None for the packaged one."""
        named = self.manifest.options.get("frame")
        return Path(str(named)) if named else None

    def kept(self, names: object) -> tuple[str, ...]:
        """Columns that the manifest names (one, several, none) as tagged.csv has them: some became in_…"""
        listed = names if isinstance(names, tuple) else (names,) if names else ()
        return tuple(str(name) if name in self.columns else f"in_{name}" for name in listed)

    def chunks(self, size: int) -> Iterator[tuple[ClassifiedRow, ...]]:
        """All rows in order, `size` at a time. Raises InputError when the two files do not fit together."""
        with (
            open_source(self.path / "tagged.csv", encoding="utf-8-sig") as source,
            _open(self.path / "tags.jsonl") as tags,
        ):
            for chunk in source.chunks(size):
                if chunk.quarantined:
                    raise self._damaged("tagged.csv")
                yield tuple(self._row(row.values, self._record(tags.readline())) for row in chunk.rows)
            if tags.readline():
                raise self._damaged("tags.jsonl")

    def rows(self, numbers: Collection[int]) -> dict[int, ClassifiedRow]:
        """The rows with these numbers: a quick second look at a few. Numbers that are not there are left out.

        Raises InputError when the two files do not fit together.
        """
        wanted = set(numbers)
        try:
            found = self._picked(wanted)
        except csv.Error:
            # A cell longer than the csv module allows: read as any table is read.
            found = {row.number: row for rows in self.chunks(1024) for row in rows if row.number in wanted}
        return {number: row for number, row in found.items() if number in wanted}

    def _picked(self, wanted: Collection[int]) -> dict[int, ClassifiedRow]:
        """Only the lines of the wanted rows are taken apart."""
        found: dict[int, ClassifiedRow] = {}
        with (
            _open(self.path / "tagged.csv", encoding="utf-8-sig") as table,
            _open(self.path / "tags.jsonl") as tags,
        ):
            lines = csv.reader(table)
            next(lines, None)
            for cells, line in zip(lines, tags, strict=False):
                if len(found) == len(wanted):
                    break
                at = _ROW.search(line)
                if at is None or int(at[1]) in wanted:
                    row = self._row(cells, self._record(line))
                    found[row.number] = row
        return found

    def _row(self, cells: Sequence[str], record: dict[str, Any]) -> ClassifiedRow:
        return ClassifiedRow(
            record["row"],
            record["id"],
            tuple(unescape(cell) for cell in cells[: len(self.columns)]),
            reading_of(record),
            tuple(cause["evidence"] for cause in record["causes"]),
        )

    def _record(self, line: str) -> dict[str, Any]:
        try:
            record = json.loads(line)
        except ValueError as error:
            raise self._damaged("tags.jsonl") from error
        if not isinstance(record, dict):
            raise self._damaged("tags.jsonl")
        return record

    def _damaged(self, name: str) -> InputError:
        return InputError(
            f"{self.path / name}: does not fit the other files of the folder; classify the input again"
        )


def reading_of(record: dict[str, Any]) -> Reading:
    """The reading that a line of tags.jsonl records."""
    tags = tuple(Tag(c["code"], c["score"], c["start"], c["end"]) for c in record["causes"])
    return Reading(
        tags=tags,
        primary=record["primary"],
        stance=record["stance"],
        touchpoints=tuple(record["touchpoints"]),
        risk=tuple(record["risk"]),
        status=record["status"],
        score=max((tag.score for tag in tags), default=0.0),
    )


def _open(path: Path, *, encoding: str = "utf-8") -> Any:
    try:
        return path.open(encoding=encoding, newline="")
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}; classify the input again") from error
