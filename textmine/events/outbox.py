"""The outbox: events kept in a folder until someone has taken them. Opens no connection, signs nothing.

One SQLite file. What `add` returned from is on disk; what was not marked as sent is sent again. Ids stay for
good, so that an event is taken in once.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

from ..errors import InputError, OutputError, UsageError
from .event import Event

State = Literal["pending", "sent", "dead"]
STATES: tuple[State, ...] = ("pending", "sent", "dead")
FILE, LOCK = "outbox.sqlite", "sender.lock"

_PATIENCE = 30.0
"""Seconds to wait for another process that writes."""
_TABLE = """
CREATE TABLE IF NOT EXISTS events (
  number INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  type TEXT NOT NULL,
  timestamp TEXT NOT NULL,
  body TEXT NOT NULL,
  state TEXT NOT NULL DEFAULT 'pending',
  attempts INTEGER NOT NULL DEFAULT 0,
  next_at REAL NOT NULL DEFAULT 0,
  reason TEXT NOT NULL DEFAULT '',
  settled_at REAL
)
"""
_COLUMNS = "id, type, timestamp, body, state, attempts, next_at, reason"


@dataclass(frozen=True, slots=True)
class Entry:
    """A kept event: how often it was tried, when it is due (seconds since 1970), why it last failed."""

    id: str
    type: str
    timestamp: str
    body: str
    state: State
    attempts: int
    next_at: float
    reason: str


class Outbox:
    """An open outbox; `with Outbox.open(folder) as outbox`."""

    def __init__(self, folder: Path, connection: sqlite3.Connection) -> None:
        self.folder = folder
        self._connection = connection

    @classmethod
    def open(cls, folder: Path, *, create: bool = False) -> Self:
        """The outbox of a folder, or with `create` a new one where there is none.

        Raises InputError when there is none, OutputError when it cannot be made.
        """
        path = folder / FILE
        if not create and not path.is_file():
            raise InputError(
                f"{folder}: no outbox here; `textmine classify` and `issues` make one with --outbox DIR"
            )
        with _faults(path):
            folder.mkdir(parents=True, exist_ok=True)
            connection = sqlite3.connect(path, timeout=_PATIENCE, isolation_level=None)
            # A commit is on disk before it is reported, even when the power fails.
            connection.execute("PRAGMA synchronous = EXTRA")
            connection.execute(_TABLE)
        return cls(folder, connection)

    def add(self, events: Iterable[Event]) -> int:
        """Take events in, all or none; how many of them were new. Raises OutputError."""
        rows = [(event.id, event.type, event.timestamp, event.body) for event in events]
        with self._transaction() as connection:
            before = connection.total_changes
            connection.executemany(
                "INSERT OR IGNORE INTO events (id, type, timestamp, body) VALUES (?, ?, ?, ?)", rows
            )
            return connection.total_changes - before

    def entries(self, state: State | None = None) -> tuple[Entry, ...]:
        """The events in the order they came, all or those of one state."""
        return self._select("WHERE ? IN (state, '') ORDER BY number", state or "")

    def next_pending(self) -> Entry | None:
        """The event to send next: the one longest due."""
        return next(iter(self._select("WHERE state = ? ORDER BY next_at, number LIMIT 1", "pending")), None)

    def sent(self, id: str, *, now: float) -> None:
        """Note that an event was taken by its receiver."""
        self._settle(id, "sent", now)

    def failed(self, id: str, reason: str, *, next_at: float) -> None:
        """Note a failed attempt and when to try again."""
        with self._transaction() as connection:
            connection.execute(
                "UPDATE events SET attempts = attempts + 1, reason = ?, next_at = ? WHERE id = ?",
                (reason, next_at, id),
            )

    def dead(self, id: str, reason: str, *, now: float) -> None:
        """Give an event up: it stays, and is listed, but is not sent any more."""
        self._settle(id, "dead", now, reason)

    def retry(self, ids: Sequence[str] = ()) -> int:
        """Take dead letters up again, all or those named; how many. Raises UsageError for an id of none."""
        dead = {entry.id for entry in self.entries("dead")}
        if unknown := [id for id in ids if id not in dead]:
            raise UsageError(f"no dead letter {unknown[0]}; `textmine events list --state dead` lists them")
        chosen = [(id,) for id in (ids or sorted(dead))]
        with self._transaction() as connection:
            connection.executemany(
                "UPDATE events SET state = 'pending', attempts = 0, next_at = 0 WHERE id = ?", chosen
            )
        return len(chosen)

    @contextmanager
    def sending(self) -> Iterator[None]:
        """Be the only sender of this outbox. Raises UsageError when another is at work.

        The system lets go of the lock when a process ends, however it ends.
        """
        with _faults(self.folder / LOCK):
            lock = sqlite3.connect(self.folder / LOCK, timeout=0, isolation_level=None)
        try:
            try:
                lock.execute("BEGIN EXCLUSIVE")
            except sqlite3.OperationalError as error:
                raise UsageError(
                    f"{self.folder}: another `textmine events send` is at work here; let it finish"
                ) from error
            yield
        finally:
            lock.close()

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _settle(self, id: str, state: State, now: float, reason: str = "") -> None:
        with self._transaction() as connection:
            connection.execute(
                "UPDATE events SET state = ?, attempts = attempts + 1, reason = ?, settled_at = ?"
                " WHERE id = ?",
                (state, reason, now, id),
            )

    def _select(self, where: str, value: str) -> tuple[Entry, ...]:
        with _faults(self.folder / FILE):
            found = self._connection.execute(f"SELECT {_COLUMNS} FROM events {where}", (value,))  # noqa: S608 - constants
            return tuple(Entry(*row) for row in found)

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with _faults(self.folder / FILE):
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")


@contextmanager
def _faults(path: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, sqlite3.Error) as error:
        raise OutputError(
            f"{path}: cannot be used ({error}); check the folder's rights and room, or name another --outbox"
        ) from error
