"""CSV, TSV and their kin: every physical line becomes part of a row, a header, a blank or a quarantine entry.

Rules. A line without quotes is split at the delimiter; a line with quotes goes through the csv module in
strict mode. A record that breaks, or a quoted one that swallowed lines which are records themselves, is cut
before the first such line, quarantined, and reading resumes there. Extra cells are dropped only if all are
empty. Missing cells are padded only if the row lacks nothing but trailing columns that other rows leave empty
too (spreadsheets omit those); any other short row is quarantined, since it may be half a record. Cells are
never interpreted.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence

from textmine.errors import InputError
from textmine.io.dialect import sniff_dialect
from textmine.io.header import first_is_data, generated_names, unique_names
from textmine.io.lines import Line, LineStream
from textmine.io.reasons import BAD_QUOTING, TOO_FEW_CELLS, TOO_MANY_CELLS, UNCLOSED_QUOTE
from textmine.io.rows import Quarantined, Row, Tally
from textmine.io.shape import loose_cells

_HEAD_LINES = 200
_RECORD_LINES = 500
_RECORD_CHARS = 120_000
_BLANK = " \r\n\u3000\ufeff"


class DelimitedReader:
    """One pass over a delimited file. The header is read on construction."""

    def __init__(self, lines: LineStream, tally: Tally) -> None:
        self.tally = tally
        self._lines = lines
        self._waiting: list[Quarantined] = []
        ahead = lines.peek(_HEAD_LINES)
        head = [line.text for line in ahead if line.reason is None and line.text.strip(_BLANK)]
        if not head:
            raise InputError(f"{tally.file}: has no line of text; check that the right file was given")
        dialect = sniff_dialect(head)
        self._delimiter = dialect.delimiter
        self._shape = dialect.shape
        self._width = dialect.shape.width
        self._header: tuple[str, ...] = ()
        self.columns = self._read_header(head, dialect.title_records)

    def records(self) -> Iterator[Row | Quarantined]:
        """Rows and quarantine entries in the order of the file."""
        yield from self._waiting
        delimiter, width, take = self._delimiter, self._width, self._lines.take
        while (line := take()) is not None:
            text = line.text
            if line.reason is not None:
                yield self._quarantine([line], line.reason)
                continue
            bare = text.rstrip("\r\n")
            if not bare.strip(_BLANK):
                self.tally.blank_lines += 1
                continue
            if '"' in bare:
                yield from self._quoted(line)
                continue
            cells = bare.split(delimiter)
            if len(cells) != width:
                yield self._uneven([line], cells)
            elif cells[0].lstrip("\ufeff") == self._first_name and self._is_header(cells):
                self.tally.header_lines += 1
            else:
                yield self.tally.row(tuple(cells), line=line.number)

    def encoding_report(self) -> str:
        """Which encodings the lines were in."""
        return self._lines.decoder.report()

    def close(self) -> None:
        """Nothing of its own to let go of; the source owns the stream."""

    @property
    def _first_name(self) -> str | None:
        return self._header[0] if self._header else None

    def _is_header(self, cells: Sequence[str]) -> bool:
        """A header met again, as in files put together from several exports."""
        return (cells[0].lstrip("\ufeff"), *cells[1:]) == self._header

    def _read_header(self, head: Sequence[str], title_records: int) -> tuple[str, ...]:
        titles = title_records
        while (line := self._lines.take()) is not None:
            if line.reason is not None:
                self._waiting.append(self._quarantine([line], line.reason))
            elif not line.text.strip(_BLANK):
                self.tally.blank_lines += 1
            elif titles:
                titles -= 1
                self.tally.header_lines += 1
            else:
                return self._names(line, head[title_records + 1 :])
        raise InputError(f"{self.tally.file}: has no header and no data; check that the right file was given")

    def _names(self, line: Line, following: Sequence[str]) -> tuple[str, ...]:
        taken, cells = self._parse(line)
        if cells is None or len(cells) != self._width:
            self._lines.give_back(taken[1:])
            taken, cells = taken[:1], loose_cells(line.text, self._delimiter)
        below = [loose_cells(text, self._delimiter) for text in following[:20]]
        if len(cells) == self._width and first_is_data(cells, below):
            self._lines.give_back(taken)
            return generated_names(self._width)
        self.tally.header_lines += len(taken)
        cells = (cells + [""] * self._width)[: self._width]
        self._header = (cells[0].lstrip("\ufeff"), *cells[1:])
        return unique_names(cells)

    def _parse(self, first: Line) -> tuple[list[Line], list[str] | None]:
        """The lines of the record that starts at `first`, and its cells; None if its quotes are broken."""
        taken = [first]
        reader = csv.reader(self._feed(taken), delimiter=self._delimiter, strict=True)
        try:
            return taken, next(reader)
        except csv.Error:
            return taken, None

    def _feed(self, taken: list[Line]) -> Iterator[str]:
        yield taken[0].text
        size = len(taken[0].text)
        while size < _RECORD_CHARS and len(taken) < _RECORD_LINES:
            line = self._lines.take()
            if line is None:
                return
            taken.append(line)
            size += len(line.text)
            yield line.text

    def _quoted(self, first: Line) -> Iterator[Row | Quarantined]:
        taken, cells = self._parse(first)
        fits = cells is not None and len(cells) == self._width
        if len(taken) > 1 and self._must_cut(taken, fits=fits):
            cut = self._next_record(taken)
            self._lines.give_back(taken[cut:])
            yield self._quarantine(taken[:cut], UNCLOSED_QUOTE)
        elif cells is None:
            yield self._quarantine(taken, UNCLOSED_QUOTE if len(taken) > 1 else self._quote_reason(first))
        elif bad := next((line.reason for line in taken if line.reason), None):
            yield self._quarantine(taken, bad)
        elif not fits:
            yield self._uneven(taken, cells)
        elif self._header and self._is_header(cells):
            self.tally.header_lines += len(taken)
        else:
            yield self.tally.row(tuple(cells), line=first.number, lines=len(taken))

    def _must_cut(self, taken: list[Line], *, fits: bool) -> bool:
        if fits:
            return self._shape.swallowed([line.text for line in taken[1:]])
        return self._next_record(taken) < len(taken)

    def _next_record(self, taken: list[Line]) -> int:
        """Index of the first line after the broken record's first that starts a record of its own."""
        starts = self._shape.starts_record
        return next((i for i, line in enumerate(taken) if i and starts(line.text)), len(taken))

    def _quote_reason(self, line: Line) -> str:
        return UNCLOSED_QUOTE if line.text.count('"') % 2 else BAD_QUOTING

    def _uneven(self, lines: list[Line], cells: list[str]) -> Row | Quarantined:
        """A record with too few or too many cells, repaired where nothing can be lost."""
        missing = self._width - len(cells)
        if missing < 0 and not any(cell.strip() for cell in cells[self._width :]):
            return self.tally.row(tuple(cells[: self._width]), line=lines[0].number, lines=len(lines))
        if missing > 0 and self._shape.may_pad(cells):
            return self.tally.row((*cells, *[""] * missing), line=lines[0].number, lines=len(lines))
        return self._quarantine(lines, TOO_FEW_CELLS if missing > 0 else TOO_MANY_CELLS)

    def _quarantine(self, lines: list[Line], reason: str) -> Quarantined:
        raw = "".join(line.text for line in lines).rstrip("\r\n")
        first = lines[0]
        return self.tally.quarantine(reason, raw, line=first.number, byte=first.byte, lines=len(lines))
