"""Physical lines of a byte stream with their numbers and byte offsets, in bounded memory.

A line ends where its bytes say so; whether it is a record is for the formats to decide. Nothing is skipped:
a line that is not text is handed on with the reason.
"""

from __future__ import annotations

import hashlib
import io
from collections import deque
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from textmine.io.encoding import BadLineError, Layout
from textmine.io.reasons import LINE_TOO_LONG
from textmine.io.rows import RAW_LIMIT, Tally

HEAD_BYTES = 1 << 16
MAX_LINE_BYTES = 4 << 20
_BUFFER = 1 << 18


class Line(NamedTuple):
    """One physical line, line end included. With a `reason`, `text` is only a rendering for people."""

    number: int
    byte: int
    text: str
    reason: str | None


class HashedBytes(io.RawIOBase):
    """A byte stream that hashes what is read from it; wrap in io.BufferedReader (see `open_hashed`)."""

    def __init__(self, raw: BinaryIO) -> None:
        self._raw = raw
        self._hash = hashlib.sha256()
        self.exhausted = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        data = self._raw.read(len(buffer))
        buffer[: len(data)] = data
        self._hash.update(data)
        self.exhausted = self.exhausted or not data
        return len(data)

    def hexdigest(self) -> str:
        """The SHA-256 of all bytes read so far."""
        return self._hash.hexdigest()

    def close(self) -> None:
        if not self.closed:
            self._raw.close()
        super().close()


def buffered(raw: HashedBytes) -> io.BufferedReader:
    """A buffered view that can peek HEAD_BYTES ahead."""
    return io.BufferedReader(raw, _BUFFER)


class LineStream:
    """Lines of a stream, decoded; lines can be given back to be read again. Counts into `tally`."""

    def __init__(self, stream: io.BufferedReader, layout: Layout, tally: Tally) -> None:
        self.decoder = layout.decoder
        self._waiting: deque[Line] = deque()
        self._fresh = _lines(stream, layout, tally)

    def take(self) -> Line | None:
        """The next line, None at the end."""
        if self._waiting:
            return self._waiting.popleft()
        return next(self._fresh, None)

    def give_back(self, lines: list[Line]) -> None:
        """Put consecutive lines back in front; they were counted when first read."""
        self._waiting.extendleft(reversed(lines))

    def peek(self, count: int) -> tuple[Line, ...]:
        """Up to `count` lines ahead, still to be taken."""
        while len(self._waiting) < count and (line := next(self._fresh, None)) is not None:
            self._waiting.append(line)
        return tuple(self._waiting)[:count]


def _lines(stream: io.BufferedReader, layout: Layout, tally: Tally) -> Iterator[Line]:
    stream.read(layout.mark)
    byte = layout.mark
    decode = layout.decoder.decode
    ready = stream if layout.newline == b"\n" else _MarkedReader(stream, layout.newline)
    while raw := ready.readline(MAX_LINE_BYTES):
        length = len(raw)
        tally.physical_lines += 1
        number = tally.physical_lines
        if length >= MAX_LINE_BYTES and not raw.endswith(layout.newline):
            length += _skip_line(ready, layout.newline)
            yield Line(number, byte, raw[:RAW_LIMIT].decode("utf-8", "backslashreplace"), LINE_TOO_LONG)
        else:
            try:
                yield Line(number, byte, decode(raw), None)
            except BadLineError as bad:
                yield Line(number, byte, bad.shown, bad.reason)
        byte += length


def _skip_line(ready: io.BufferedReader | _MarkedReader, newline: bytes) -> int:
    skipped = 0
    while piece := ready.readline(MAX_LINE_BYTES):
        skipped += len(piece)
        if piece.endswith(newline) or len(piece) < MAX_LINE_BYTES:
            break
    return skipped


class _MarkedReader:
    """`readline` for line ends other than a single 0x0A byte: UTF-16 line feeds, or carriage returns alone.

    UTF-16 line ends are found at odd offsets too, so that a lost byte costs one line and not the rest of the
    file; in sound text that pattern takes a Gurmukhi or Gujarati letter, which no Chinese export has.
    """

    def __init__(self, stream: io.BufferedReader, newline: bytes) -> None:
        self._stream = stream
        self._newline = newline
        self._buffer = b""
        self._start = 0

    def readline(self, limit: int) -> bytes:
        """The next line with its end, or the first `limit` bytes of it."""
        searched = self._start
        while (found := self._buffer.find(self._newline, searched)) < 0:
            if len(self._buffer) - self._start >= limit:
                return self._cut(self._start + limit)
            block = self._stream.read(_BUFFER)
            if not block:
                return self._cut(min(len(self._buffer), self._start + limit))
            self._buffer = self._buffer[self._start :] + block
            searched = max(0, len(self._buffer) - len(block) - len(self._newline))
            self._start = 0
        return self._cut(min(found + len(self._newline), self._start + limit))

    def _cut(self, end: int) -> bytes:
        line = self._buffer[self._start : end]
        self._start = end
        return line
