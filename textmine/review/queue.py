"""The rows that people should look at first, with what the reader proposes. No file format, no verdicts."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from heapq import nsmallest
from operator import itemgetter
from typing import Literal

from ..errors import UsageError
from ..io.folder import ClassifiedFolder, ClassifiedRow
from ..io.identity import row_key, source_id, verbatim
from ..text.mask import mask

Why = Literal["abstained", "uncertain", "audit"]

LIMIT = 200
AUDIT_SHARE = 0.2
"""Share of a queue drawn by lot, whatever the reader thought: these rows speak for all rows."""
PAGES = 1000
"""Rows of the queue on the review pages."""
_CHUNK = 1024


@dataclass(frozen=True, slots=True)
class Proposal:
    """A cause that the reader gave, with its masked evidence at `[start, end)` of the masked text."""

    code: str
    score: float
    start: int
    end: int
    evidence: str


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One row to look at; `text` is masked, `why` says why it is in the queue."""

    key: str
    number: int
    id: str
    text: str
    proposals: tuple[Proposal, ...]
    stance: str
    touchpoints: tuple[str, ...]
    risk: tuple[str, ...]
    why: Why = "audit"


def queue(folder: ClassifiedFolder, *, limit: int = LIMIT, by_lot: int | None = None) -> tuple[QueueRow, ...]:
    """At most `limit` rows, those most worth a look first; the same folder gives the same queue.

    Complaints left unread come first, then the least certain ones, of rows with the same words only the
    first; `by_lot` rows, by default a fifth, are drawn from all rows that say something. Raises UsageError
    for more by lot than the limit.
    """
    rows = [(_lot(row.key), row, status) for row, status in _rows(folder) if status != "empty"]
    drawn = [row for _, row, _ in nsmallest(_share(limit, by_lot), rows, key=itemgetter(0))]
    seen = {row.text for row in drawn}
    doubtful: list[tuple[float, str, QueueRow]] = []
    for lot, row, status in rows:
        doubt = 2.0 if status == "abstained" else _doubt(row)
        if doubt and row.text not in seen:
            doubtful.append((-doubt, lot, row))
        seen.add(row.text)
    doubtful.sort(key=itemgetter(0, 1))
    chosen = [_because(row, "abstained" if doubt < -1 else "uncertain") for doubt, _, row in doubtful]
    return (*chosen[: limit - len(drawn)], *(_because(row, "audit") for row in drawn))


def keys_by_lot(folder: ClassifiedFolder, *, limit: int = PAGES) -> frozenset[str]:
    """The rows that a queue of `limit` draws by lot: a longer queue draws these and more."""
    keys = (row.key for row in all_rows(folder))
    return frozenset(nsmallest(_share(limit, None), keys, key=_lot))


def _share(limit: int, by_lot: int | None) -> int:
    if by_lot is not None and not 0 <= by_lot <= limit:
        raise UsageError(f"--by-lot {by_lot} is more than the {limit} rows of the queue; raise --limit")
    return round(limit * AUDIT_SHARE) if by_lot is None else by_lot


def rows_by_key(folder: ClassifiedFolder, keys: Iterable[str]) -> dict[str, QueueRow]:
    """The rows of a folder that bear the keys; keys of other folders are not in the answer."""
    wanted = set(keys)
    return {row.key: row for row, _ in _rows(folder) if row.key in wanted}


def all_rows(folder: ClassifiedFolder) -> Iterator[QueueRow]:
    """Every row that says something, in the folder's order."""
    return (row for row, status in _rows(folder) if status != "empty")


def _rows(folder: ClassifiedFolder) -> Iterator[tuple[QueueRow, str]]:
    source = source_id(folder)
    for rows in folder.chunks(_CHUNK):
        for row in rows:
            yield _queue_row(folder, source, row), row.reading.status


def _queue_row(folder: ClassifiedFolder, source: str, row: ClassifiedRow) -> QueueRow:
    said = dict(zip(folder.columns, row.values, strict=True))
    text = verbatim(said, folder.manifest.columns["text"])
    shown = mask(text)
    reading = row.reading
    # Cut from the masked text, since the folder's own evidence may be unmasked.
    proposals = tuple(Proposal(t.code, t.score, t.start, t.end, shown[t.start : t.end]) for t in reading.tags)
    key = row_key(source, row.number, text)
    return QueueRow(
        key, row.number, row.id, shown, proposals, reading.stance, reading.touchpoints, reading.risk
    )


def _doubt(row: QueueRow) -> float:
    """1 for a tag that may as well be wrong, 0 for certain ones."""
    return max((1 - abs(2 * proposal.score - 1) for proposal in row.proposals), default=0.0)


def _lot(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


def _because(row: QueueRow, why: Why) -> QueueRow:
    return replace(row, why=why)
