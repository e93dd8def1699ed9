"""Which characters the bytes of a line are: byte order mark, strict UTF-8, GB18030, quarantine.

Detection by statistics fails on Chinese exports, so each line climbs the same ladder by itself and a file may
mix encodings. UTF-8 comes first because no GBK line of real text is valid UTF-8, while a third of UTF-8 lines
are valid GB18030. Big5 is indistinguishable from GB18030 line by line, so only an option chooses it.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from typing import Protocol

from textmine.errors import InputError, UsageError
from textmine.io.reasons import DAMAGED_UTF8, NUL_BYTE, UNDECODABLE

_EURO = "textmine.lone-0x80-is-euro"
_ALWAYS_PROBED = 200
_DAMAGED_SHARE = 0.5
_DAMAGED_LEAST = 3
"""Fewer surviving characters prove nothing: 电话 in GBK is one stray byte and one valid UTF-8 character."""
_BARE_UTF16_LEAST = 4
_BARE_UTF16_SHARE = 0.04
_NON_ASCII = re.compile(rb"[\x80-\xff]+")
_HAN = re.compile("[\u4e00-\u9fff]")
_UTF32_MARKS = (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)
_UTF16_MARKS = ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_BIG5_NAMES = frozenset({"big5", "big5-tw", "big5-hkscs", "big5hkscs", "cp950", "ms950"})
_GB_NAMES = frozenset({"gb18030", "gbk", "gb2312", "cp936", "ms936"})


class BadLineError(Exception):
    """A line is not text; `reason` is its quarantine reason and `shown` a readable rendering of its bytes."""

    def __init__(self, reason: str, shown: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.shown = shown


class LineDecoder(Protocol):
    """Turns the bytes of one physical line into text, or raises BadLineError."""

    def decode(self, raw: bytes) -> str: ...

    def report(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Layout:
    """How a file's bytes fall into lines: `mark` bytes to skip, then lines that end in `newline`."""

    decoder: LineDecoder
    mark: int
    newline: bytes


def choose_layout(head: bytes, *, encoding: str | None, name: str) -> Layout:
    """Decide from the first bytes of a file and the user's option how its lines will be decoded.

    Raises UsageError for an encoding textmine cannot read line by line, InputError for UTF-32 and for what
    looks like UTF-16 without a byte order mark.
    """
    if encoding is not None:
        return _layout_by_option(head, encoding)
    if head.startswith(_UTF32_MARKS):
        raise InputError(f"{name}: UTF-32 is not read; save the file as UTF-8 and try again")
    for mark, codec in _UTF16_MARKS:
        if head.startswith(mark):
            return _layout(head, FixedDecoder((codec,)), mark=len(mark), codec=codec)
    if _looks_like_bare_utf16(head):
        raise InputError(
            f"{name}: looks like UTF-16 without a byte order mark; pass --encoding utf-16-le (or utf-16-be)"
        )
    mark_length = len(codecs.BOM_UTF8) if head.startswith(codecs.BOM_UTF8) else 0
    return _layout(head, LadderDecoder(), mark=mark_length, codec="ascii")


class LadderDecoder:
    """The ladder for files of unknown or mixed encoding; counts which rung each line stood on.

    A UTF-8 line that lost a byte often still decodes as GB18030, into nonsense. While the file shows UTF-8
    lines, a line most of whose non-ASCII bytes form valid UTF-8 characters is therefore called damaged.
    """

    def __init__(self) -> None:
        self.ascii = 0
        self.utf8 = 0
        self.gb18030 = 0
        self.bad = 0

    def decode(self, raw: bytes) -> str:
        """The line's text. Raises BadLineError when no rung holds or the text contains NUL."""
        if raw.isascii():
            self.ascii += 1
            return _without_nul(raw.decode("ascii"))
        try:
            text = raw.decode("utf-8")
            self.utf8 += 1
        except UnicodeDecodeError:
            text = self._second_rung(raw)
        return _without_nul(text)

    def _second_rung(self, raw: bytes) -> str:
        if (self.utf8 or self.gb18030 < _ALWAYS_PROBED) and _mostly_utf8(raw):
            self.bad += 1
            raise BadLineError(DAMAGED_UTF8, raw.decode("utf-8", "backslashreplace"))
        try:
            text = raw.decode("gb18030", _EURO)
        except UnicodeDecodeError as error:
            self.bad += 1
            raise BadLineError(UNDECODABLE, raw.decode("gb18030", "backslashreplace")) from error
        self.gb18030 += 1
        return text

    def report(self) -> str:
        """For example 'UTF-8 1200 lines, GB18030 3 lines'."""
        counts = (("ASCII", self.ascii), ("UTF-8", self.utf8), ("GB18030", self.gb18030))
        parts = [f"{label} {count} lines" for label, count in counts if count]
        if self.bad:
            parts.append(f"not decodable {self.bad} lines")
        return ", ".join(parts) or "no lines"


class FixedDecoder:
    """An encoding given by option or byte order mark; several codecs are tried in the order given."""

    def __init__(self, codecs_in_order: tuple[str, ...], *, errors: str = "strict") -> None:
        self.codecs = codecs_in_order
        self.errors = errors
        self.good = 0
        self.bad = 0

    def decode(self, raw: bytes) -> str:
        """The line's text. Raises BadLineError when no codec fits or the text contains NUL."""
        for codec in self.codecs:
            try:
                text = raw.decode(codec, self.errors)
            except (UnicodeDecodeError, UnicodeError):
                continue
            self.good += 1
            return _without_nul(text)
        self.bad += 1
        raise BadLineError(UNDECODABLE, raw.decode(self.codecs[0], "backslashreplace"))

    def report(self) -> str:
        """For example 'utf-16-le 1200 lines'."""
        bad = f", not decodable {self.bad} lines" if self.bad else ""
        return f"{self.codecs[0]} {self.good} lines{bad}"


def _layout_by_option(head: bytes, encoding: str) -> Layout:
    label = encoding.strip().lower().replace("_", "-")
    if label in {"utf-16", "utf16", "utf-16-le", "utf-16le", "utf-16-be", "utf-16be"}:
        codec = "utf-16-be" if label.endswith("be") else "utf-16-le"
        for mark, marked_codec in _UTF16_MARKS:
            if head.startswith(mark):
                return _layout(head, FixedDecoder((marked_codec,)), mark=2, codec=marked_codec)
        return _layout(head, FixedDecoder((codec,)), mark=0, codec=codec)
    mark_length = len(codecs.BOM_UTF8) if head.startswith(codecs.BOM_UTF8) else 0
    if label in _GB_NAMES:
        decoder = FixedDecoder(("gb18030",), errors=_EURO)
    elif label in _BIG5_NAMES:
        decoder = FixedDecoder(("cp950", "big5hkscs"))
    else:
        decoder = FixedDecoder((_checked_codec(encoding),))
    return _layout(head, decoder, mark=mark_length, codec="ascii")


def _checked_codec(encoding: str) -> str:
    advice = "use utf-8, gb18030, big5, utf-16-le or another encoding that extends ASCII"
    try:
        codec = codecs.lookup(encoding).name
        if '\n\r,"'.encode(codec) == b'\n\r,"':
            return "utf-8" if codec == "utf-8-sig" else codec
    except (LookupError, UnicodeError, ValueError) as error:
        raise UsageError(f"--encoding {encoding}: no such text encoding; {advice}") from error
    if codec == "utf-8-sig":
        return "utf-8"
    raise UsageError(f"--encoding {encoding}: lines cannot be told apart in it; {advice}")


def _layout(head: bytes, decoder: LineDecoder, *, mark: int, codec: str) -> Layout:
    line_feed, carriage_return = "\n".encode(codec), "\r".encode(codec)
    old_macintosh = line_feed not in head and carriage_return in head
    return Layout(decoder, mark, carriage_return if old_macintosh else line_feed)


def _looks_like_bare_utf16(head: bytes) -> bool:
    """The zero half of ASCII characters lies at one parity; stray or trailing NULs lie anywhere."""
    fewer, more = sorted((head[0::2].count(0), head[1::2].count(0)))
    return more >= _BARE_UTF16_LEAST and more > len(head) * _BARE_UTF16_SHARE and fewer * 5 < more


def _mostly_utf8(raw: bytes) -> bool:
    foreign = b"".join(_NON_ASCII.findall(raw))
    survivors = "".join(_HAN.findall(foreign.decode("utf-8", "ignore")))
    return len(survivors) >= _DAMAGED_LEAST and len(survivors) * 3 > len(foreign) * _DAMAGED_SHARE


def _without_nul(text: str) -> str:
    if "\0" in text:
        raise BadLineError(NUL_BYTE, text)
    return text


def _euro_or_fail(error: UnicodeError) -> tuple[str, int]:
    if isinstance(error, UnicodeDecodeError) and error.object[error.start] == 0x80:
        return "€", error.start + 1
    raise error


codecs.register_error(_EURO, _euro_or_fail)
