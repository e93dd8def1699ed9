"""Decisions of reviewers in one SQLite file: each is whole or absent, none is ever overwritten.

The file is a list of events; the last event of a row and round is what stands, and its number is the version
that a reviewer must have seen to change it. Knows no code frame, no texts and no pages.
"""

from __future__ import annotations

import json
import secrets
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, cast

from ..errors import InputError, OutputError, UsageError
from .verdicts import Span, Verdict

Choice = Literal["accept", "change", "none", "skip"]
FIRST, SECOND, FINAL = 1, 2, 3
"""Rounds of a row: the first coder, the second who does not see the first, and what settles it after both."""
NAME = "review.sqlite"
CLAIM_SECONDS = 300
"""How long a row that a reviewer has opened is not offered to the next one."""
_FORMAT = 1
_WAIT = 10.0
_SCHEMA = """
CREATE TABLE IF NOT EXISTS about (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS events (
  id INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL, round INTEGER NOT NULL, actor TEXT NOT NULL,
  coder TEXT NOT NULL, choice TEXT, causes TEXT NOT NULL, stance TEXT NOT NULL, at TEXT NOT NULL,
  undoes INTEGER
);
CREATE INDEX IF NOT EXISTS events_of_row ON events (key, round, id);
CREATE TABLE IF NOT EXISTS claims (
  key TEXT NOT NULL, round INTEGER NOT NULL, coder TEXT NOT NULL, at REAL NOT NULL, PRIMARY KEY (key, round)
);
"""
_COLUMNS = "id, key, round, coder, choice, causes, stance, at"


@dataclass(frozen=True, slots=True)
class Decision:
    """What a coder decided about a row in a round; `at` is UTC to the second, `version` its event."""

    key: str
    round: int
    coder: str
    choice: Choice
    causes: tuple[Span, ...]
    stance: str
    at: str = ""
    version: int = 0

    @property
    def judged(self) -> bool:
        """False for a row that was only skipped."""
        return self.choice != "skip"

    @property
    def codes(self) -> tuple[str, ...]:
        """The causes, primary one first."""
        return tuple(span.code for span in self.causes)

    def verdict(self, where: str) -> Verdict:
        """The same as the verdict of a queue that came back."""
        return Verdict(self.key, self.coder, self.causes, self.stance, where, final=self.round == FINAL)


@dataclass(frozen=True, slots=True)
class Slot:
    """A row's place in a round: what stands there, and the version to name when changing it."""

    version: int = 0
    decision: Decision | None = None


class StaleError(UsageError):
    """Somebody else decided meanwhile; `slot` is what stands now."""

    def __init__(self, slot: Slot) -> None:
        super().__init__("the row was decided by somebody else meanwhile; look at it again")
        self.slot = slot


Reason = Literal["both", "own", "not_both"]
_REASONS: dict[Reason, str] = {
    "both": "both coders have judged this row; settle it with a final decision",
    "own": "you judged this row in the other round; a second opinion must be somebody else's",
    "not_both": "a row is settled after two coders have judged it",
}


class RefusedError(UsageError):
    """A decision that would spoil the comparison of two coders."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(_REASONS[reason])
        self.reason = reason


@dataclass(frozen=True, slots=True)
class ReviewStore:
    """The file of one folder's decisions; every call opens and closes it, so threads and processes share it.

    Raises InputError when it cannot be read, OutputError when it cannot be written.
    """

    path: Path
    secret: bytes = field(repr=False)

    @classmethod
    def open(cls, path: Path, *, source: str) -> ReviewStore:
        """The store of an input (`source` as `source_id` names it), made when there is none.

        Raises InputError when the file holds decisions about another input.
        """
        with _writing(path, create=True) as db:
            for statement in _SCHEMA.split(";"):
                db.execute(statement)
            about = {"format": str(_FORMAT), "source": source, "secret": secrets.token_hex(32)}
            db.executemany("INSERT OR IGNORE INTO about VALUES (?, ?)", about.items())
            known = dict(db.execute("SELECT name, value FROM about"))
        if known["format"] != str(_FORMAT):
            raise InputError(
                f"{path}: is of format {known['format']}, not {_FORMAT}; use the version that wrote it"
            )
        if known["source"] != source:
            raise InputError(
                f"{path}: holds decisions about another input; import them, then move the file away"
            )
        return cls(path, bytes.fromhex(known["secret"]))

    def slot(self, key: str, round: int) -> Slot:
        """What stands for a row in a round."""
        with _reading(self.path) as db:
            return _slot(db, key, round)

    def decisions(self) -> tuple[Decision, ...]:
        """Everything that stands, in the order in which it was decided."""
        return tuple(_decisions(self.path))

    def decide(self, decision: Decision, *, seen: int) -> Decision:
        """Record a decision by someone who saw version `seen` of the row and round.

        Raises StaleError when another version stands, RefusedError when it would spoil the comparison.
        """
        with _writing(self.path) as db:
            slot = _slot(db, decision.key, decision.round)
            if slot.version != seen:
                raise StaleError(slot)
            _check(db, decision.key, decision.round, decision.coder)
            _append(db, decision, actor=decision.coder)
            db.execute("DELETE FROM claims WHERE key = ? AND round = ?", (decision.key, decision.round))
            done = _slot(db, decision.key, decision.round).decision
        return cast(Decision, done)

    def undo(self, coder: str, round: int) -> str | None:
        """Take back the coder's last decision in a round; the row's key, None when there is nothing left.

        Raises StaleError when somebody else has decided the row since, RefusedError when both coders have.
        """
        with _writing(self.path) as db:
            found = db.execute(
                "SELECT id, key, round FROM events WHERE actor = ? AND round IN (?, ?) AND undoes IS NULL "
                "AND id NOT IN (SELECT undoes FROM events WHERE undoes IS NOT NULL) ORDER BY id DESC LIMIT 1",
                (coder, round, FINAL),
            ).fetchone()
            if found is None:
                return None
            event, key, of = found
            if db.execute(
                "SELECT 1 FROM events WHERE key = ? AND round = ? AND id > ? AND actor != ?",
                (key, of, event, coder),
            ).fetchone():
                raise StaleError(_slot(db, key, of))
            if of != FINAL:
                _check(db, key, of, coder)
            _restore(db, event, key, of, coder)
            return str(key)

    def claim(self, key: str, round: int, coder: str) -> None:
        """Note that a coder has opened a row, so that it is not offered to another for a while."""
        with _writing(self.path) as db:
            db.execute("INSERT OR REPLACE INTO claims VALUES (?, ?, ?, ?)", (key, round, coder, time.time()))

    def claimed(self, round: int, coder: str) -> frozenset[str]:
        """Rows that others have open."""
        with _reading(self.path) as db:
            found = db.execute(
                "SELECT key FROM claims WHERE round = ? AND coder != ? AND at > ?",
                (round, coder, time.time() - CLAIM_SECONDS),
            )
            return frozenset(key for (key,) in found)


def read_decisions(path: Path) -> tuple[Decision, ...]:
    """Everything that stands in a file. Raises InputError when it is no such file."""
    return tuple(_decisions(path))


def _decisions(path: Path) -> Iterator[Decision]:
    with _reading(path) as db:
        found = db.execute(
            f"SELECT {_COLUMNS} FROM events WHERE choice IS NOT NULL "  # noqa: S608 - a constant
            "AND id IN (SELECT max(id) FROM events GROUP BY key, round) ORDER BY id"
        ).fetchall()
    yield from map(_decision, found)


def _slot(db: sqlite3.Connection, key: str, round: int) -> Slot:
    found = db.execute(
        f"SELECT {_COLUMNS} FROM events WHERE key = ? AND round = ? ORDER BY id DESC LIMIT 1",  # noqa: S608
        (key, round),
    ).fetchone()
    if found is None:
        return Slot()
    return Slot(found[0], _decision(found) if found[4] is not None else None)


def _decision(found: tuple[int, str, int, str, str, str, str, str]) -> Decision:
    version, key, round, coder, choice, causes, stance, at = found
    spans = tuple(Span(*span) for span in json.loads(causes))
    return Decision(key, round, coder, cast(Choice, choice), spans, stance, at, version)


def _check(db: sqlite3.Connection, key: str, round: int, coder: str) -> None:
    """Whether a coder may decide: two opinions stay two people's, and stand once both are given."""
    said = {r: _slot(db, key, r).decision for r in (FIRST, SECOND)}
    both = all(one is not None and one.judged for one in said.values())
    if round == FINAL:
        if not both:
            raise RefusedError("not_both")
        return
    if both:
        raise RefusedError("both")
    other = said[SECOND if round == FIRST else FIRST]
    if other is not None and other.judged and other.coder == coder:
        raise RefusedError("own")


def _append(
    db: sqlite3.Connection, decision: Decision, *, actor: str, undoes: int | None = None, empty: bool = False
) -> None:
    causes = json.dumps([[span.code, span.start, span.end] for span in decision.causes])
    at = datetime.now(UTC).isoformat(timespec="seconds")
    choice = None if empty else decision.choice
    db.execute(
        "INSERT INTO events (key, round, actor, coder, choice, causes, stance, at, undoes) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (decision.key, decision.round, actor, decision.coder, choice, causes, decision.stance, at, undoes),
    )


def _restore(db: sqlite3.Connection, event: int, key: str, round: int, actor: str) -> None:
    """Let stand again what stood before an event."""
    found = db.execute(
        f"SELECT {_COLUMNS} FROM events WHERE key = ? AND round = ? AND id < ? ORDER BY id DESC LIMIT 1",  # noqa: S608
        (key, round, event),
    ).fetchone()
    nothing = Decision(key, round, actor, "skip", (), "")
    empty = found is None or found[4] is None
    _append(db, nothing if empty else _decision(found), actor=actor, undoes=event, empty=empty)


@contextmanager
def _reading(path: Path) -> Iterator[sqlite3.Connection]:
    try:
        # A missing file must not be made, but what a killed process left half done may have to be taken back.
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=rw", uri=True, timeout=_WAIT)) as db:
            yield db
    except sqlite3.Error as error:
        raise InputError(f"{path}: cannot be read as decisions ({error}); name the right file") from error


@contextmanager
def _writing(path: Path, *, create: bool = False) -> Iterator[sqlite3.Connection]:
    """A transaction: all of the block or nothing of it, even when the process is killed in between."""
    mode = "rwc" if create else "rw"
    try:
        uri = f"{path.resolve().as_uri()}?mode={mode}"
        with closing(sqlite3.connect(uri, uri=True, timeout=_WAIT, isolation_level=None)) as db:
            db.execute("PRAGMA synchronous = FULL")
            db.execute("BEGIN IMMEDIATE")
            try:
                yield db
            except BaseException:
                db.execute("ROLLBACK")
                raise
            db.execute("COMMIT")
    except sqlite3.Error as error:
        raise OutputError(
            f"{path}: cannot be written ({error}); check that the folder may be written and has room"
        ) from error
