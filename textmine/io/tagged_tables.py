"""Tagged rows as tagged.xlsx and tagged.parquet, beside the CSV. Rows only: reports are elsewhere.

Cells are strings, so that ids keep their digits and nothing is evaluated; no escaping is needed.
"""

from __future__ import annotations

import datetime
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from textmine.errors import OutputError
from textmine.io.atomic import AtomicFile
from textmine.io.tagged import TaggedChunk, output_columns, tm_cells

SHEET_ROWS = 1_048_576
CELL_CHARS = 32_767
_CREATED = datetime.datetime(2000, 1, 1)
"""A fixed stamp, so that equal input gives equal bytes."""


class _PathWriter(ABC):
    """A file that a library writes by path: moved into place on close, dropped after an error."""

    def __init__(self, path: str | Path) -> None:
        self._file = AtomicFile(path)

    def close(self) -> None:
        """Finish the file and put it in place."""
        try:
            with self._file.guard():
                self._finish()
            self._file.commit()
        finally:
            self._file.discard()

    def discard(self) -> None:
        """Leave nothing behind."""
        self._file.discard()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.close()
        else:
            self.discard()

    @abstractmethod
    def _finish(self) -> None:
        """Write what is left and let go of the file."""


class TaggedXlsx(_PathWriter):
    """tagged.xlsx, streamed; rows beyond a sheet's limit go on in another sheet.

    `cut_cells` counts the cells that had to be cut to Excel's 32,767 characters.
    """

    def __init__(self, path: str | Path, columns: Sequence[str], *, names: Mapping[str, str]) -> None:
        import xlsxwriter

        super().__init__(path)
        self._names = names
        self._columns = output_columns(columns)
        self.cut_cells = 0
        self._sheets = 0
        self._book = xlsxwriter.Workbook(str(self._file.temporary), {"constant_memory": True})
        self._book.set_properties({"created": _CREATED})
        self._start_sheet()

    def write(self, chunk: TaggedChunk) -> None:
        """Append a chunk."""
        for row, reading, cut in zip(chunk.rows, chunk.readings, chunk.evidence, strict=True):
            if self._row == SHEET_ROWS:
                self._start_sheet()
            self._write_row([*row.values, *tm_cells(reading, cut, self._names)])

    def discard(self) -> None:
        """Leave nothing behind; closing the workbook is the only way to drop its own temporary files."""
        from xlsxwriter.exceptions import XlsxWriterException

        with suppress(XlsxWriterException, OSError):
            self._book.close()
        super().discard()

    def _start_sheet(self) -> None:
        self._sheets += 1
        self._sheet = self._book.add_worksheet("tagged" if self._sheets == 1 else f"tagged {self._sheets}")
        self._row = 0
        self._write_row(self._columns)

    def _write_row(self, cells: Sequence[str]) -> None:
        for column, cell in enumerate(cells):
            if cell:
                self.cut_cells += len(cell) > CELL_CHARS
                self._sheet.write_string(self._row, column, cell[:CELL_CHARS])
        self._row += 1

    def _finish(self) -> None:
        from xlsxwriter.exceptions import XlsxWriterException

        try:
            self._book.close()
        except XlsxWriterException as error:
            raise OutputError(f"{self._file.path}: cannot be written ({error}); use --format csv") from error


class TaggedParquet(_PathWriter):
    """tagged.parquet: the columns of tagged.csv unescaped, text all but `tm_score`, a number or null."""

    def __init__(self, path: str | Path, columns: Sequence[str], *, names: Mapping[str, str]) -> None:
        import pyarrow
        import pyarrow.parquet

        super().__init__(path)
        self._names = names
        self._arrow = pyarrow
        self._columns = output_columns(columns)
        kinds: dict[str, Any] = {"tm_score": pyarrow.float64()}
        fields = [(name, kinds.get(name, pyarrow.string())) for name in self._columns]
        self._schema = pyarrow.schema(fields)
        self._writer = pyarrow.parquet.ParquetWriter(str(self._file.temporary), self._schema)

    def write(self, chunk: TaggedChunk) -> None:
        """Append a chunk as a row group."""
        triples = zip(chunk.rows, chunk.readings, chunk.evidence, strict=True)
        rows = [(*row.values, *tm_cells(reading, cut, self._names)) for row, reading, cut in triples]
        if not rows:
            return
        score = self._columns.index("tm_score")
        columns: list[Sequence[Any]] = list(zip(*rows, strict=True))
        columns[score] = [float(cell) if cell else None for cell in columns[score]]
        arrays = [
            self._arrow.array(column, field.type) for column, field in zip(columns, self._schema, strict=True)
        ]
        with self._file.guard():
            self._writer.write_table(self._arrow.Table.from_arrays(arrays, schema=self._schema))

    def discard(self) -> None:
        """Leave nothing behind."""
        self._writer.close()
        super().discard()

    def _finish(self) -> None:
        self._writer.close()
