"""How a delimited file is cut into cells, judged from its first lines. Reads no files."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from textmine.io.header import is_title, looks_like_names
from textmine.io.shape import RecordShape, loose_cells

DELIMITERS = (",", "\t", ";", "|")
NO_DELIMITER = "\x1f"
_TITLES_ALLOWED = 5
_SURE_SHARE = 0.5
_TITLE_SHARE = 0.8


@dataclass(frozen=True, slots=True)
class Dialect:
    """The delimiter (NO_DELIMITER for one column), the cells of a record, and the lines above the header."""

    delimiter: str
    title_records: int
    shape: RecordShape


@dataclass(frozen=True, slots=True)
class _Candidate:
    delimiter: str
    records: tuple[tuple[str, ...], ...]
    titles: int
    share: float

    @property
    def header(self) -> tuple[str, ...]:
        return self.records[self.titles]

    @property
    def is_one_column(self) -> bool:
        """True when only the header has the delimiter: it is part of the one column's name."""
        body = self.records[self.titles + 1 :]
        return bool(body) and sum(len(record) == 1 for record in body) >= _TITLE_SHARE * len(body)


def sniff_dialect(lines: Sequence[str]) -> Dialect:
    """The dialect under which most of `lines` (non-blank, decoded, at least one) agree with the header.

    A file whose header has no delimiter, or whose lines agree on none while its first line is no header
    either, is a single column of text.
    """
    declared = _declared_delimiter(lines[0])
    delimiters = (declared,) if declared else DELIMITERS
    sample = lines[1:] if declared and len(lines) > 1 else lines
    candidates = [_judge(sample, delimiter) for delimiter in delimiters]
    split = [candidate for candidate in candidates if len(candidate.header) > 1]
    best = max(split, key=_preference, default=None)
    if best is None or best.is_one_column or (best.share < _SURE_SHARE and not looks_like_names(best.header)):
        best = _judge(sample, NO_DELIMITER)
    width = len(best.header)
    shape = RecordShape.learn(best.records[best.titles + 1 :], delimiter=best.delimiter, width=width)
    return Dialect(best.delimiter, best.titles + bool(declared), shape)


def _preference(candidate: _Candidate) -> tuple[bool, float, int]:
    """A header in the first record before one below titles, then agreement, then width."""
    straight = candidate.titles == 0 and candidate.share >= _SURE_SHARE
    return straight, candidate.share, len(candidate.header)


def _declared_delimiter(first: str) -> str | None:
    text = first.strip().lower()
    return text[4] if len(text) == 5 and text.startswith("sep=") and text[4] in ",;|" else None


def _judge(lines: Sequence[str], delimiter: str) -> _Candidate:
    """The better of two views: lines by themselves (a broken file) or whole quoted records (a sound one).

    Both may agree with the header equally well, since a line inside a quoted cell can look like a record;
    then sound quoting decides, or the file's shape would be learnt from the inside of its cells.
    """
    by_line = _candidate([tuple(loose_cells(line, delimiter)) or ("",) for line in lines], delimiter)
    by_record = _candidate(_records(lines, delimiter), delimiter)
    if by_record.share == by_line.share:
        return by_record if _soundly_quoted(lines, delimiter) else by_line
    return by_record if by_record.share > by_line.share else by_line


def _soundly_quoted(lines: Sequence[str], delimiter: str) -> bool:
    try:
        return all(cells is not None for cells in csv.reader(lines, delimiter=delimiter, strict=True))
    except csv.Error:
        return False


def _records(lines: Sequence[str], delimiter: str) -> list[tuple[str, ...]]:
    records: list[tuple[str, ...]] = []
    reader = csv.reader(lines, delimiter=delimiter)
    try:
        records.extend(tuple(cells) for cells in reader if cells)
    except csv.Error:
        return records or [("",)]
    return records


def _candidate(records: list[tuple[str, ...]], delimiter: str) -> _Candidate:
    titles = _titles(records)
    body = records[titles:]
    width = len(body[0])
    share = sum(len(record) == width for record in body) / len(body)
    return _Candidate(delimiter, tuple(records), titles, share)


def _titles(records: list[tuple[str, ...]]) -> int:
    """How many records stand above the header: lone titles before a table on whose width most lines agree."""
    for index, record in enumerate(records[: _TITLES_ALLOWED + 1]):
        if is_title(record):
            continue
        body = records[index:]
        width, count = Counter(map(len, body)).most_common(1)[0]
        agreed = width == len(record) and count >= max(2, _TITLE_SHARE * len(body))
        return index if index and agreed and looks_like_names(record) else 0
    return 0
