"""Parquet tables, one batch of a row group at a time, every value as text. Loads pyarrow on first use."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from textmine.errors import InputError
from textmine.io.header import unique_names
from textmine.io.reasons import UNDECODABLE
from textmine.io.rows import Quarantined, Row, Tally

_BATCH_ROWS = 8192


class ParquetReader:
    """One pass over a Parquet file; its records count as physical lines."""

    def __init__(self, path: Path, tally: Tally) -> None:
        import pyarrow
        import pyarrow.parquet

        self.tally = tally
        self._path = path
        self._damage = (pyarrow.ArrowException, OSError, ValueError)
        try:
            self._file = pyarrow.parquet.ParquetFile(path)
        except self._damage as error:
            raise self._damaged(error) from error
        self.columns = unique_names(self._file.schema_arrow.names)
        if not self.columns:
            raise InputError(f"{path}: the table has no columns; check that the right file was given")

    def records(self) -> Iterator[Row | Quarantined]:
        """Rows and quarantine entries in the order of the table."""
        try:
            for batch in self._file.iter_batches(batch_size=_BATCH_ROWS):
                yield from self._batch(batch)
        except self._damage as error:
            raise self._damaged(error) from error

    def encoding_report(self) -> str:
        """The number of row groups."""
        return f"Parquet, {self._file.num_row_groups} row groups"

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _batch(self, batch: Any) -> Iterator[Row | Quarantined]:
        columns = [_texts(column) for column in batch.columns]
        for values in zip(*columns, strict=True):
            self.tally.physical_lines += 1
            line = self.tally.physical_lines
            if None in values:
                raw = "\t".join("" if value is None else value for value in values)
                yield self.tally.quarantine(UNDECODABLE, raw, line=line)
            else:
                yield self.tally.row(values, line=line)

    def _damaged(self, error: Exception) -> InputError:
        detail = str(error).splitlines()[0] if str(error) else type(error).__name__
        return InputError(f"{self._path}: is damaged or no Parquet file ({detail}); write it again")


def _texts(column: Any) -> list[str | None]:
    """A column's values as text; None for bytes that are not UTF-8."""
    try:
        return [as_text(value) for value in column.to_pylist()]
    except UnicodeDecodeError:
        return [_decoded(value) for value in column.cast("binary").to_pylist()]


def _decoded(value: bytes | None) -> str | None:
    try:
        return value.decode("utf-8") if value is not None else ""
    except UnicodeDecodeError:
        return None


def as_text(value: Any) -> str | None:
    """A value as text: nulls '', dates and times in ISO form, nested values as JSON; None if not text."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, bytes):
        return _decoded(value)
    if isinstance(value, datetime.datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False, default=str)
    return str(value)
