"""A TOML file that remembers where everything stands, so that every fault can name its line.

Knows TOML only, nothing of what a file means.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self, TypeVar

from ..errors import LexiconError

T = TypeVar("T")

#: Where a value stands: table names, positions in arrays of tables, and at last a key.
At = tuple[str | int, ...]

_HEADER = re.compile(r"\s*(\[\[?)\s*([^\[\]]+?)\s*\]")
_KEY = re.compile(r"\s*(\"[^\"]+\"|'[^']+'|[A-Za-z0-9_-]+)\s*=")
_LONG_QUOTES = re.compile(r"\"\"\"|'''")


@dataclass(frozen=True, slots=True)
class Source:
    """A parsed file with its text."""

    path: Path
    text: str
    data: dict[str, Any]
    # Found on first need, then kept: a file of cues asks for hundreds of lines.
    _lines: dict[At, int] = field(default_factory=dict, init=False, repr=False, compare=False)

    @classmethod
    def read(cls, path: Path) -> Self:
        """Parse a UTF-8 file (a byte-order mark is allowed). Raises LexiconError naming file and line."""
        try:
            raw = path.read_bytes()
        except OSError as error:
            raise LexiconError(f"cannot be read: {error.strerror}", file=str(path)) from error
        try:
            text = raw.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = raw[: error.start].count(b"\n") + 1
            raise LexiconError(
                f"not UTF-8 ({error.reason}); save it as UTF-8", file=str(path), line=line
            ) from error
        try:
            return cls(path, text, tomllib.loads(text))
        except tomllib.TOMLDecodeError as error:
            found = re.search(r" \(at line (\d+), column \d+\)", str(error))
            line = int(found[1]) if found else text.rstrip().count("\n") + 1
            reason = str(error).replace(found[0], "") if found else str(error)
            raise LexiconError(f"not valid TOML: {reason}", file=str(path), line=line) from error

    @property
    def top(self) -> Table:
        return Table(self, (), self.data)

    def error(self, message: str, at: At) -> LexiconError:
        return LexiconError(message, file=str(self.path), line=self.line(at))

    def line(self, at: At) -> int:
        """Line of a table or key; of what encloses it where the thing itself is missing."""
        if not self._lines:
            self._lines.update(_lines_of(self.text))
        lines = self._lines
        known = next(at[:size] for size in range(len(at), -1, -1) if at[:size] in lines)
        value = _walk(self.data, at)
        if known == at or not isinstance(value, str):
            return lines[known]
        # An element of an array or inline table: the first line from its key on that shows its value.
        rest = self.text.split("\n")[lines[known] - 1 :]
        return next((lines[known] + n for n, line in enumerate(rest) if value in line), lines[known])


@dataclass(frozen=True, slots=True)
class Table:
    """One table of a source; its getters raise LexiconError where the file is not as expected."""

    source: Source
    at: At
    data: dict[str, Any]

    def only(self, *keys: str) -> None:
        """Refuse keys that mean nothing here, most often typing errors."""
        for key in self.data:
            if key not in keys:
                raise self._error(f"unknown key {key!r}; there are: {', '.join(keys)}", key)

    def string(self, key: str, *, default: str | None = None) -> str:
        if key not in self.data:
            if default is None:
                raise self._error(f"key {key!r} is missing", key)
            return default
        return self._typed(key, self.data[key], str, "a string")

    def table(self, key: str) -> Table:
        """A table inside this one."""
        return Table(self.source, (*self.at, key), self._typed(key, self.data[key], dict, "a [table]"))

    def flag(self, key: str) -> bool:
        return self._typed(key, self.data.get(key, False), bool, "true or false")

    def strings(self, key: str) -> tuple[str, ...]:
        values = self._typed(key, self.data.get(key, []), list, "an array of strings")
        return tuple(self._typed(key, value, str, "an array of strings") for value in values)

    def pairs(self, key: str) -> dict[str, str]:
        if key not in self.data:
            raise self._error(f"key {key!r} is missing", key)
        table = self._typed(key, self.data[key], dict, "a table of strings")
        return {name: self._typed(key, value, str, "a table of strings") for name, value in table.items()}

    def tables(self, key: str) -> tuple[Table, ...]:
        what = f"written as [[{'.'.join([*(str(p) for p in self.at if isinstance(p, str)), key])}]]"
        items = self._typed(key, self.data.get(key, []), list, what)
        return tuple(
            Table(self.source, (*self.at, key, n), self._typed(key, item, dict, what))
            for n, item in enumerate(items)
        )

    def _typed(self, key: str, value: Any, kind: type[T], what: str) -> T:
        if not isinstance(value, kind):
            raise self._error(f"{key!r} must be {what}", key)
        return value

    def _error(self, message: str, key: str) -> LexiconError:
        return self.source.error(message, (*self.at, key))


def _walk(data: Any, at: At) -> Any:
    for part in at:
        try:
            data = data[part]
        except (KeyError, IndexError, TypeError):
            return None
    return data


def _lines_of(text: str) -> dict[At, int]:
    lines: dict[At, int] = {(): 1}
    counts: dict[At, int] = {}
    here: At = ()
    inside = False
    for number, line in enumerate(text.split("\n"), start=1):
        if not inside:
            if header := _HEADER.match(line):
                here = _enter(counts, header[2], array=header[1] == "[[")
                lines.setdefault(here, number)
                if header[1] == "[[":
                    lines.setdefault(here[:-1], number)
            elif key := _KEY.match(line):
                lines.setdefault((*here, key[1].strip("\"'")), number)
        if len(_LONG_QUOTES.findall(line)) % 2:
            inside = not inside
    return lines


def _enter(counts: dict[At, int], name: str, *, array: bool) -> At:
    """The place a header opens: `[[a.b]]` below the latest `[[a]]` is `("a", latest, "b", next)`."""
    parts = [part.strip().strip("\"'") for part in name.split(".")]
    here: At = ()
    for part in parts[:-1]:
        here = (*here, part)
        if here in counts:
            here = (*here, counts[here] - 1)
    here = (*here, parts[-1])
    if not array:
        return here
    counts[here] = counts.get(here, 0) + 1
    return (*here, counts[here] - 1)
