"""Reads back a folder that `classify` wrote: its manifest, its rows and their readings, in step.

What counts again, reports or pushes starts here, so that nothing is classified twice.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import InputError
from ..records import Reading, Tag
from .manifest import Manifest, read_manifest
from .sources import open_source
from .tagged import TM_COLUMNS


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
            columns = source.columns[: -len(TM_COLUMNS)]
        return cls(path, manifest, columns)

    def chunks(self, size: int) -> Iterator[tuple[ClassifiedRow, ...]]:
        """All rows in order, `size` at a time. Raises InputError when the two files do not fit together."""
        from .cells import unescape

        with (
            open_source(self.path / "tagged.csv", encoding="utf-8-sig") as source,
            _open(self.path / "tags.jsonl") as tags,
        ):
            width = len(self.columns)
            for chunk in source.chunks(size):
                if chunk.quarantined:
                    raise self._damaged("tagged.csv")
                rows = []
                for row in chunk.rows:
                    record = self._record(tags.readline())
                    cells = tuple(unescape(cell) for cell in row.values[:width])
                    rows.append(
                        ClassifiedRow(
                            record["row"],
                            record["id"],
                            cells,
                            reading_of(record),
                            tuple(cause["evidence"] for cause in record["causes"]),
                        )
                    )
                yield tuple(rows)
            if tags.readline():
                raise self._damaged("tags.jsonl")

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


def _open(path: Path) -> Any:
    try:
        return path.open(encoding="utf-8")
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}; classify the input again") from error
