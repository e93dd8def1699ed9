"""Open any input by what it is, and read it as chunks of rows. The one door for every format.

The kind is judged by the first bytes, not by the name, since exports are often misnamed.
"""

from __future__ import annotations

import hashlib
import io
import sys
from collections import deque
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from types import TracebackType

from textmine.errors import InputError, UsageError
from textmine.io.delimited import DelimitedReader
from textmine.io.encoding import choose_layout
from textmine.io.jsonlines import JsonLinesReader
from textmine.io.lines import HEAD_BYTES, HashedBytes, LineStream, buffered
from textmine.io.parquet import ParquetReader
from textmine.io.rows import Accounts, Chunk, Quarantined, RecordReader, Row, Tally
from textmine.io.workbook import WorkbookReader

__all__ = ["Accounts", "Chunk", "Quarantined", "Row", "Source", "open_source"]

STDIN = "-"
_JSON_SUFFIXES = frozenset({".jsonl", ".ndjson", ".json"})
_ZIP, _PARQUET = b"PK\x03\x04", b"PAR1"
_REFUSED = (
    (b"\xd0\xcf\x11\xe0", "is an old .xls workbook or has a password; save it as .xlsx without password"),
    (b"\x1f\x8b", "is compressed with gzip; unpack it first"),
    (b"7z\xbc\xaf", "is a 7-Zip archive; unpack it first"),
    (b"Rar!", "is a RAR archive; unpack it first"),
    (b"%PDF", "is a PDF; export the table as CSV or XLSX"),
    (b"PK\x05\x06", "is an empty zip file; check that the right file was given"),
)
_HTML = (b"<html", b"<!doctype html", b"<table", b"<?xml")


class Source:
    """An input being read: columns at once, then one pass of chunks, then hash and accounts.

    Use as a context manager. `open_source` makes one.
    """

    def __init__(
        self, reader: RecordReader, *, name: str, bytes_read: HashedBytes | None, sha256: str = ""
    ) -> None:
        self.name = name
        self.columns = reader.columns
        self._reader = reader
        self._bytes = bytes_read
        self._sha256 = sha256
        self._records = reader.records()
        self._ahead: deque[Row | Quarantined] = deque()

    def sample(self, size: int) -> tuple[Row, ...]:
        """The rows among the first `size` records; `chunks` will still deliver them."""
        self._ahead.extend(islice(self._records, max(0, size - len(self._ahead))))
        return tuple(record for record in islice(self._ahead, size) if isinstance(record, Row))

    def chunks(self, size: int) -> Iterator[Chunk]:
        """Chunks of up to `size` consecutive records, good and quarantined together. One pass only.

        Raises InputError if the file turns out unreadable midway.
        """
        records = self._all()
        while batch := list(islice(records, size)):
            rows = tuple([record for record in batch if isinstance(record, Row)])
            bad = tuple([record for record in batch if isinstance(record, Quarantined)])
            yield Chunk(rows, bad)

    def accounts(self) -> Accounts:
        """The counts so far; they balance after the last chunk."""
        return self._reader.tally.accounts()

    @property
    def encoding_report(self) -> str:
        """How the bytes were understood, in one line for people; complete after the last chunk."""
        return self._reader.encoding_report()

    @property
    def sha256(self) -> str:
        """The hash of the input's bytes. Raises UsageError before the last chunk was read."""
        if self._bytes is None:
            return self._sha256
        if not self._bytes.exhausted:
            raise UsageError(f"{self.name}: its hash is known only after all chunks have been read")
        return self._bytes.hexdigest()

    def close(self) -> None:
        """Let go of files and processes; harmless when repeated."""
        self._reader.close()
        if self._bytes is not None and self.name != STDIN:
            self._bytes.close()

    def __enter__(self) -> Source:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _all(self) -> Iterator[Row | Quarantined]:
        while self._ahead:
            yield self._ahead.popleft()
        try:
            yield from self._records
        except OSError as error:
            raise InputError(f"{self.name}: reading broke off ({error.strerror}); check the disk") from error


def open_source(path: str | Path, *, encoding: str | None = None, sheet: str | None = None) -> Source:
    """Open a CSV, TSV, XLSX, JSON Lines or Parquet file, or '-' for CSV or JSON Lines on standard input.

    `encoding` is for text formats whose encoding the ladder cannot tell (Big5, UTF-16 without mark); `sheet`
    names a workbook's sheet. Raises InputError for what cannot be read at all, UsageError for wrong options.
    """
    name = str(path)
    raw = _open_bytes(name)
    stream = buffered(raw)
    try:
        return _dispatch(name, raw, stream, encoding=encoding, sheet=sheet)
    except BaseException:
        if name != STDIN:
            stream.close()
        raise


def _dispatch(
    name: str, raw: HashedBytes, stream: io.BufferedReader, *, encoding: str | None, sheet: str | None
) -> Source:
    tally = Tally(name)
    head = _head(name, stream)
    _refuse_foreign(name, head)
    if head.startswith((_ZIP, _PARQUET)):
        if name == STDIN:
            raise InputError("-: workbooks and Parquet files are not read from standard input; give the file")
        stream.close()
        reader: RecordReader
        if head.startswith(_ZIP):
            reader = WorkbookReader(Path(name), tally, sheet=sheet)
        else:
            reader = ParquetReader(Path(name), tally)
        return Source(reader, name=name, bytes_read=None, sha256=_file_hash(name))
    if sheet is not None:
        raise UsageError(f"{name}: --sheet is for workbooks; this is a text file")
    lines = LineStream(stream, choose_layout(head, encoding=encoding, name=name), tally)
    text_reader = JsonLinesReader if _is_json(name, lines) else DelimitedReader
    return Source(text_reader(lines, tally), name=name, bytes_read=raw)


def _open_bytes(name: str) -> HashedBytes:
    if name == STDIN:
        return HashedBytes(sys.stdin.buffer)
    try:
        return HashedBytes(Path(name).open("rb"))
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise InputError(f"{name}: cannot be opened ({reason}); check path and permissions") from error


def _head(name: str, stream: io.BufferedReader) -> bytes:
    try:
        head = stream.peek(HEAD_BYTES)[:HEAD_BYTES]
    except OSError as error:
        raise InputError(f"{name}: cannot be read ({error.strerror}); check the path and the disk") from error
    if not head:
        raise InputError(f"{name}: is empty; check that the export was finished")
    return head


def _refuse_foreign(name: str, head: bytes) -> None:
    for mark, what in _REFUSED:
        if head.startswith(mark):
            raise InputError(f"{name}: {what}")
    start = head[:200].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith(_HTML):
        raise InputError(f"{name}: is a web page or XML, whatever its name says; save it as .xlsx or CSV")
    if name.lower().endswith((".xlsx", ".xlsm")) and not head.startswith(_ZIP):
        raise InputError(f"{name}: is named like a workbook but is none; restore or export the file again")
    if name.lower().endswith(".parquet") and not head.startswith(_PARQUET):
        raise InputError(f"{name}: is named like a Parquet file but is none; write the file again")


def _is_json(name: str, lines: LineStream) -> bool:
    if Path(name).suffix.lower() in _JSON_SUFFIXES:
        return True
    first = next((line.text.strip() for line in lines.peek(5) if line.text.strip()), "")
    return first.startswith("{") and '"' in first and first.endswith("}")


def _file_hash(name: str) -> str:
    with Path(name).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
