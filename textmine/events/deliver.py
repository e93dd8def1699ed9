"""Empties an outbox: who is tried when, and when to give up. How an event travels is `post`'s business.

At least once: an event is marked as sent after its receiver has taken it, so a kill in between repeats it
under the same id.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Protocol

from .outbox import Entry, Outbox


class DeliveryError(Exception):
    """An attempt that failed; the text is kept in the outbox. `after`: seconds the receiver asked to wait.

    `unreachable`: nobody answered, so the next event would fare no better.
    """

    def __init__(self, reason: str, *, unreachable: bool = False, after: float = 0.0) -> None:
        super().__init__(reason)
        self.unreachable = unreachable
        self.after = after


class Post(Protocol):
    """Takes one event to its receiver; raises DeliveryError when it was not taken."""

    def __call__(self, id: str, body: bytes) -> None: ...


@dataclass(frozen=True, slots=True)
class Backoff:
    """How long to wait after a failed attempt: `first` seconds, then four times as long, up to `longest`.

    Fourteen attempts take about two and a half days, so a weekend is outlived. After the last one an event
    is dead.
    """

    attempts: int = 14
    first: float = 5.0
    longest: float = 12 * 3600.0

    def delay(self, id: str, attempt: int) -> float:
        """Seconds after failed attempt number `attempt` (from 1), jittered to between half and all of it.

        The jitter is drawn from the id, so that it differs between events and needs no seed.
        """
        whole = min(self.longest, self.first * 4.0 ** min(attempt - 1, 30))
        share = int.from_bytes(sha256(f"{id}/{attempt}".encode()).digest()[:4]) / 2**32
        return whole * (0.5 + share / 2)


@dataclass(frozen=True, slots=True)
class Delivered:
    """What came of a run: events sent and given up now, attempts that failed, and what still waits."""

    sent: int
    failed: int
    dead: int
    pending: int


def deliver(
    outbox: Outbox,
    post: Post,
    *,
    backoff: Backoff | None = None,
    patience: float = 60.0,
    clock: Callable[[], float] = time.time,
    sleep: Callable[[float], None] = time.sleep,
) -> Delivered:
    """Send what is due, and what falls due within `patience` seconds; the rest waits for the next call.

    Raises UsageError when another sender is at work, OutputError when the outbox cannot be written.
    """
    run = _Run(outbox, post, backoff or Backoff(), clock)
    end = clock() + patience
    with outbox.sending():
        while (entry := outbox.next_pending()) is not None:
            due = max(entry.next_at, run.resting_until)
            if due > max(end, clock()):
                break
            if due > clock():
                sleep(due - clock())
            run.attempt(entry)
    return Delivered(run.sent, run.failed, run.dead, len(outbox.entries("pending")))


class _Run:
    """One run of deliveries: its sums, and whether the receiver is to be left alone for a while."""

    def __init__(self, outbox: Outbox, post: Post, backoff: Backoff, clock: Callable[[], float]) -> None:
        self.sent = self.failed = self.dead = 0
        self.resting_until = 0.0
        self._misses = 0
        self._outbox, self._post, self._backoff, self._clock = outbox, post, backoff, clock

    def attempt(self, entry: Entry) -> None:
        """Try one event once and note what came of it."""
        try:
            self._post(entry.id, entry.body.encode())
        except DeliveryError as error:
            self._note(entry, error)
            return
        self._outbox.sent(entry.id, now=self._clock())
        self.sent += 1
        self._misses, self.resting_until = 0, 0.0

    def _note(self, entry: Entry, error: DeliveryError) -> None:
        self.failed += 1
        attempt, now = entry.attempts + 1, self._clock()
        if error.unreachable:
            # The pause grows with every miss, whichever event's turn it was.
            self._misses += 1
            self.resting_until = now + self._backoff.delay(entry.id, self._misses)
        if attempt >= self._backoff.attempts:
            self._outbox.dead(entry.id, str(error), now=now)
            self.dead += 1
            return
        wait = max(self._backoff.delay(entry.id, attempt), min(error.after, self._backoff.longest))
        self._outbox.failed(entry.id, str(error), next_at=now + wait)
