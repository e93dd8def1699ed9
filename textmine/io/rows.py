"""What readers hand out: rows, quarantined records, and the accounts that prove no line was lost.

Nothing here opens a file. Every reader of every format speaks in these records.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

RAW_LIMIT = 10_000
"""Characters of a quarantined record that are kept; its byte offset finds the rest in the file."""


@dataclass(frozen=True, slots=True)
class Row:
    """One data record as text: `number` counts records from 1, `line` is where it starts in the file.

    `values` has one entry a column, exactly the characters of the file; an absent value is ''.
    """

    number: int
    line: int
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A record that could not be read. `number` shares one count with rows; `reason` is a key of REASONS.

    `line` is 1-based (the sheet row of a workbook, the record of a Parquet file); `byte` is the offset of
    the record's first byte in the file, None where a format has no meaningful one.
    """

    number: int | None
    file: str
    line: int
    byte: int | None
    reason: str
    raw: str


@dataclass(frozen=True, slots=True)
class Chunk:
    """A stretch of consecutive records, those that were read and those that were not."""

    rows: tuple[Row, ...]
    quarantined: tuple[Quarantined, ...]


@dataclass(frozen=True, slots=True)
class Accounts:
    """Where every physical line went. `rows` and `quarantined` count records, the others lines.

    A record may span several lines (a line break inside quotes), hence both `rows` and `row_lines`.
    """

    physical_lines: int
    header_lines: int
    blank_lines: int
    row_lines: int
    quarantined_lines: int
    rows: int
    quarantined: int

    @property
    def balanced(self) -> bool:
        """True when every physical line is in exactly one of the other accounts."""
        placed = self.header_lines + self.blank_lines + self.row_lines + self.quarantined_lines
        return placed == self.physical_lines


class Tally:
    """The running accounts of one reader; numbers its records and makes its rows and quarantine entries."""

    __slots__ = (
        "blank_lines",
        "file",
        "header_lines",
        "physical_lines",
        "quarantined",
        "quarantined_lines",
        "row_lines",
        "rows",
    )

    def __init__(self, file: str) -> None:
        self.file = file
        self.physical_lines = 0
        self.header_lines = 0
        self.blank_lines = 0
        self.row_lines = 0
        self.quarantined_lines = 0
        self.rows = 0
        self.quarantined = 0

    def row(self, values: tuple[str, ...], *, line: int, lines: int = 1) -> Row:
        """Count and make a row that starts at `line` and spans `lines` physical lines."""
        self.rows += 1
        self.row_lines += lines
        return Row(self.rows + self.quarantined, line, values)

    def quarantine(
        self, reason: str, raw: str, *, line: int, byte: int | None = None, lines: int = 1
    ) -> Quarantined:
        """Count and make a quarantine entry that starts at `line` and spans `lines` physical lines."""
        self.quarantined += 1
        self.quarantined_lines += lines
        number = self.rows + self.quarantined
        return Quarantined(number, self.file, line, byte, reason, raw[:RAW_LIMIT])

    def accounts(self) -> Accounts:
        """The counts so far; balanced once the reader has reached the end of its file."""
        return Accounts(
            physical_lines=self.physical_lines,
            header_lines=self.header_lines,
            blank_lines=self.blank_lines,
            row_lines=self.row_lines,
            quarantined_lines=self.quarantined_lines,
            rows=self.rows,
            quarantined=self.quarantined,
        )


class RecordReader(Protocol):
    """What each format's reader is: columns known at the start, then one pass over the records."""

    @property
    def columns(self) -> tuple[str, ...]: ...

    @property
    def tally(self) -> Tally: ...

    def records(self) -> Iterator[Row | Quarantined]:
        """Every record of the file in order, once."""
        ...

    def encoding_report(self) -> str:
        """How the bytes were understood, in one line for people."""
        ...

    def close(self) -> None:
        """Let go of files and processes."""
        ...
