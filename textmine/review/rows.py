"""The rows that reviewers work on: the queue in its order, any other row of the folder by key or by search.

Masked texts only. Knows nothing of decisions.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ..classify.reader import Reader
from ..classify.suggest import suggest
from ..frame.frame import Frame
from ..io.folder import ClassifiedFolder
from ..io.identity import source_id
from .queue import PAGES, QueueRow, all_rows, queue, rows_by_key
from .round_trip import check_codes

HITS, SECONDS = 50, 10.0
"""How many rows a search of the whole folder shows, and how long it may look."""


@dataclass(frozen=True, slots=True)
class Hits:
    """Rows found; `complete` is False when the search ended before the folder did, after `read` rows."""

    rows: tuple[QueueRow, ...]
    read: int
    complete: bool


@dataclass(frozen=True, slots=True)
class Rows:
    """A folder's queue; iterating gives its rows in the order in which to look at them."""

    folder: ClassifiedFolder
    source: str
    queued: tuple[QueueRow, ...]
    _by_key: dict[str, QueueRow] = field(repr=False)
    _others: dict[str, QueueRow] = field(default_factory=dict, repr=False)

    @classmethod
    def load(cls, path: Path, frame: Frame, *, reader: Reader | None = None, limit: int = PAGES) -> Rows:
        """The rows of a folder that `classify` wrote; with a reader, like ones do not follow each other.

        Raises InputError when it is none, UsageError when it has codes that are not in the frame.
        """
        folder = ClassifiedFolder.open(path)
        queued = queue(folder, limit=limit)
        check_codes(path, queued, frame)
        if reader is not None:
            queued = arranged(queued, reader)
        return cls(folder, source_id(folder), queued, {row.key: row for row in queued})

    def __iter__(self) -> Iterator[QueueRow]:
        return iter(self.queued)

    def __len__(self) -> int:
        return len(self.queued)

    def is_queued(self, key: str) -> bool:
        """Whether the row is in the queue, and not only found by search."""
        return key in self._by_key

    def get(self, key: str) -> QueueRow | None:
        """The row with a key, wherever in the folder it stands."""
        return self.get_all((key,)).get(key)

    def get_all(self, keys: Iterable[str]) -> dict[str, QueueRow]:
        """The rows with these keys; the folder is read only for those outside the queue, and once."""
        wanted = set(keys)
        missing = wanted - self._by_key.keys() - self._others.keys()
        if missing:
            self._others.update(rows_by_key(self.folder, missing))
        known = self._others | self._by_key
        return {key: known[key] for key in wanted if key in known}

    def search(self, words: str, *, most: int = HITS, seconds: float = SECONDS) -> Hits:
        """Rows of the folder whose text, id or number has the words; at most `most` of them."""
        found: list[QueueRow] = []
        ends, read = time.monotonic() + seconds, 0
        for read, row in enumerate(all_rows(self.folder), start=1):
            if matches(row, words):
                found.append(row)
            if len(found) == most or (not read % 1000 and time.monotonic() > ends):
                return Hits(tuple(found), read, False)
        return Hits(tuple(found), read, True)


def matches(row: QueueRow, words: str) -> bool:
    """Whether a row has all of the words in its text, or one as its id or number."""
    wanted = words.casefold().split()
    text = row.text.casefold()
    return all(word in text or word in (row.id.casefold(), str(row.number)) for word in wanted)


def arranged(rows: Sequence[QueueRow], reader: Reader) -> tuple[QueueRow, ...]:
    """The same rows: within each reason those the reader is least sure of first, and no two alike in a row.

    Rows drawn by lot keep their order, since they are there for what they are and not for their doubt.
    """
    done: list[QueueRow] = []
    for why in ("abstained", "uncertain", "audit"):
        some = [row for row in rows if row.why == why]
        if why != "audit" and some:
            best = [one.row for one in suggest(reader, [row.text for row in some], n=len(some))]
            rest = sorted(set(range(len(some))) - set(best))
            some = [some[place] for place in (*best, *rest)]
        done += some
    return tuple(done)
