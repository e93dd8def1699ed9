"""JSON Lines: one object a line; its keys are the columns, its values text exactly as in the file.

The columns are the keys of the first lines. A later line with another key is quarantined, not cut to fit.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import NoReturn

from textmine.errors import InputError
from textmine.io.lines import Line, LineStream
from textmine.io.reasons import BAD_JSON, DUPLICATE_KEY, LONE_SURROGATE, NOT_AN_OBJECT, UNEXPECTED_KEY
from textmine.io.rows import Quarantined, Row, Tally

_HEAD_LINES = 1000
_BLANK = " \t\r\n\u3000\ufeff"

_Value = str | bool | list[object] | dict[str, object] | None


class _BadRecordError(Exception):
    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class JsonLinesReader:
    """One pass over a JSON Lines file. The first lines are parsed on construction to learn the columns."""

    def __init__(self, lines: LineStream, tally: Tally) -> None:
        self.tally = tally
        self._lines = lines
        columns: dict[str, None] = {}
        for line in lines.peek(_HEAD_LINES):
            try:
                columns.update(dict.fromkeys(_parse(line)))
            except _BadRecordError:
                continue
        if not columns:
            raise InputError(
                f"{tally.file}: none of its first lines is a JSON object; "
                "write one object a line (JSON Lines), not an array or indented JSON"
            )
        self.columns = tuple(columns)
        self._known = frozenset(columns)

    def records(self) -> Iterator[Row | Quarantined]:
        """Rows and quarantine entries in the order of the file."""
        while (line := self._lines.take()) is not None:
            if line.reason is None and not line.text.strip(_BLANK):
                self.tally.blank_lines += 1
                continue
            try:
                yield self.tally.row(self._values(line), line=line.number)
            except _BadRecordError as bad:
                raw = line.text.rstrip("\r\n")
                yield self.tally.quarantine(bad.reason, raw, line=line.number, byte=line.byte)

    def encoding_report(self) -> str:
        """Which encodings the lines were in."""
        return self._lines.decoder.report()

    def close(self) -> None:
        """Nothing of its own to let go of; the source owns the stream."""

    def _values(self, line: Line) -> tuple[str, ...]:
        record = _parse(line)
        if not record.keys() <= self._known:
            raise _BadRecordError(UNEXPECTED_KEY)
        return tuple([_as_text(record.get(column)) for column in self.columns])


def _parse(line: Line) -> dict[str, _Value]:
    if line.reason is not None:
        raise _BadRecordError(line.reason)
    text = line.text.strip(_BLANK)
    try:
        record = _DECODER.decode(text)
    except (ValueError, RecursionError) as error:
        raise _BadRecordError(BAD_JSON) from error
    if not isinstance(record, dict):
        raise _BadRecordError(NOT_AN_OBJECT)
    if "\\u" in text and _has_lone_surrogate(record):
        raise _BadRecordError(LONE_SURROGATE)
    return record


def _object(pairs: list[tuple[str, _Value]]) -> dict[str, _Value]:
    record = dict(pairs)
    if len(record) != len(pairs):
        raise _BadRecordError(DUPLICATE_KEY)
    return record


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


class _Number(str):
    """The digits of a number exactly as the file has them."""

    __slots__ = ()


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object, parse_int=_Number, parse_float=_Number, parse_constant=_refuse_constant
)


def _as_text(value: _Value) -> str:
    if isinstance(value, str):
        return str(value)
    if value is None:
        return ""
    return _as_json(value)


def _as_json(value: object) -> str:
    """A nested value as JSON again, its numbers untouched."""
    if isinstance(value, _Number):
        return str(value)
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_as_json(str(key))}: {_as_json(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_as_json, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def _has_lone_surrogate(value: object) -> bool:
    try:
        _as_json(value).encode("utf-8")
    except UnicodeEncodeError:
        return True
    return False
