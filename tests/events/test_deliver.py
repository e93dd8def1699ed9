"""Every event arrives at least once or is listed as dead, whatever fails in between."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from textmine.errors import InputError, OutputError, UsageError
from textmine.events.deliver import Backoff, Delivered, DeliveryError, deliver
from textmine.events.event import Event
from textmine.events.outbox import Outbox

Events = Callable[[int], Sequence[Event]]


class Clock:
    """Time that passes when someone sleeps."""

    def __init__(self) -> None:
        self.now = 1_795_000_000.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


class Killed(BaseException):
    """What stands for a process that ends."""


class Fate:
    """A receiver that does as told in turn, then takes everything; `taken` are the ids it took."""

    def __init__(self, *said: str) -> None:
        self.said = list(said)
        self.taken: list[str] = []

    def __call__(self, id: str, body: bytes) -> None:
        fate = self.said.pop(0) if self.said else "take"
        if fate == "killed before":
            raise Killed
        if fate in ("take", "lost answer", "killed after"):
            self.taken.append(id)
        if fate == "killed after":
            raise Killed
        if fate == "lost answer":
            raise DeliveryError("TimeoutError", unreachable=True)
        if fate != "take":
            raise DeliveryError(fate, unreachable=fate == "down", after=90.0 if fate == "HTTP 429" else 0.0)


FATES = ("take", "lost answer", "HTTP 500", "HTTP 429", "down", "killed before", "killed after")


@given(st.integers(1, 6), st.lists(st.sampled_from(FATES), max_size=40), st.integers(1, 4))
@settings(max_examples=60, deadline=None)
def test_nothing_is_lost_whatever_happens(count: int, said: list[str], attempts: int) -> None:
    clock, fate = Clock(), Fate(*said)
    events = [Event(f"evt_{n:032x}", "issue.alert", "", {}) for n in range(count)]
    with TemporaryDirectory() as folder:
        with Outbox.open(Path(folder), create=True) as box:
            assert box.add(events) == count
        for _ in range(len(said) + 2):
            with Outbox.open(Path(folder)) as box:
                try:
                    deliver(
                        box,
                        fate,
                        backoff=Backoff(attempts=attempts),
                        patience=1e9,
                        clock=clock,
                        sleep=clock.sleep,
                    )
                except Killed:
                    continue
        with Outbox.open(Path(folder)) as box:
            sent = {entry.id for entry in box.entries("sent")}
            dead = {entry.id for entry in box.entries("dead")}
            assert not box.entries("pending")

    assert sent | dead == {event.id for event in events}
    assert not sent & dead
    assert sent <= set(fate.taken)
    assert all(n == 1 for n in Counter(fate.taken).values()) or any(
        fate in said for fate in ("lost answer", "killed after")
    )


def test_an_event_is_taken_in_once(outbox: Outbox, events: Events) -> None:
    assert outbox.add(events(3)) == 3
    deliver(outbox, Fate())
    assert outbox.add(events(4)) == 1

    assert [(entry.state, entry.attempts) for entry in outbox.entries()] == [("sent", 1)] * 3 + [
        ("pending", 0)
    ]


def test_waits_grow_fourfold_and_are_jittered() -> None:
    backoff = Backoff()
    waits = [backoff.delay("evt_1", attempt) for attempt in range(1, 14)]

    assert all(5 * 4**k / 2 <= wait <= min(43200, 5 * 4**k) or wait >= 21600 for k, wait in enumerate(waits))
    assert all(21600 <= wait <= 43200 for wait in waits[7:])
    assert backoff.delay("evt_1", 10**6) <= 43200
    assert len({backoff.delay(f"evt_{n}", 1) for n in range(20)}) == 20
    assert 3.4 * 86400 > sum(waits) > 1.6 * 86400
    assert backoff.attempts == len(waits) + 1


def test_retrying_stops_when_patience_ends_and_goes_on_in_the_next_call(
    outbox: Outbox, events: Events
) -> None:
    clock = Clock()
    outbox.add(events(1))

    done = deliver(outbox, Fate(*["HTTP 500"] * 20), patience=60, clock=clock, sleep=clock.sleep)
    (waiting,) = outbox.entries("pending")

    assert done == Delivered(sent=0, failed=waiting.attempts, dead=0, pending=1)
    assert waiting.attempts in (3, 4)
    assert waiting.reason == "HTTP 500"
    assert waiting.next_at > clock.now
    early = deliver(outbox, Fate(), patience=0, clock=clock, sleep=clock.sleep)
    assert early == Delivered(sent=0, failed=0, dead=0, pending=1)
    clock.now = waiting.next_at
    assert deliver(outbox, Fate(), patience=0, clock=clock, sleep=clock.sleep).sent == 1


def test_a_refused_event_does_not_hold_up_the_others(outbox: Outbox, events: Events) -> None:
    clock, fate = Clock(), Fate("HTTP 422")
    outbox.add(events(3))

    deliver(outbox, fate, patience=0, clock=clock, sleep=clock.sleep)

    assert fate.taken == [event.id for event in events(3)[1:]]
    assert clock.slept == []


def test_a_receiver_that_is_down_is_left_alone_for_longer_and_longer(outbox: Outbox, events: Events) -> None:
    clock = Clock()
    outbox.add(events(50))

    done = deliver(outbox, Fate(*["down"] * 100), patience=600, clock=clock, sleep=clock.sleep)

    assert done.failed in (4, 5)
    assert clock.slept == sorted(clock.slept)
    assert done.pending == 50


def test_a_receiver_that_asks_for_time_gets_it(outbox: Outbox, events: Events) -> None:
    clock = Clock()
    outbox.add(events(1))

    deliver(outbox, Fate("HTTP 429"), patience=60, clock=clock, sleep=clock.sleep)

    assert outbox.entries("pending")[0].next_at == clock.now + 90


def test_after_the_last_attempt_an_event_is_dead_until_it_is_taken_up_again(
    outbox: Outbox, events: Events
) -> None:
    clock = Clock()
    outbox.add(events(2))
    deliver(outbox, Fate("HTTP 410"), backoff=Backoff(attempts=1), clock=clock, sleep=clock.sleep)
    (dead,) = outbox.entries("dead")

    assert (dead.id, dead.attempts, dead.reason) == (events(1)[0].id, 1, "HTTP 410")
    with pytest.raises(UsageError, match="no dead letter evt_x"):
        outbox.retry(["evt_x"])
    assert outbox.retry([dead.id]) == 1
    assert outbox.retry() == 0
    assert deliver(outbox, Fate(), clock=clock, sleep=clock.sleep).sent == 1


def test_two_senders_do_not_send_at_the_same_time(outbox: Outbox, events: Events) -> None:
    outbox.add(events(1))

    with Outbox.open(outbox.folder) as other, other.sending():
        with pytest.raises(UsageError, match="another `textmine events send` is at work"):
            deliver(outbox, Fate())
        assert outbox.add(events(2)) == 1
    assert deliver(outbox, Fate()).sent == 2


def test_a_folder_without_outbox_is_not_made_into_one(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no outbox here"):
        Outbox.open(tmp_path / "none")
    assert not (tmp_path / "none").exists()


def test_a_file_that_is_no_outbox_is_an_output_error(tmp_path: Path) -> None:
    (tmp_path / "outbox.sqlite").write_text("this is no database, but a text of some length" * 30, "utf-8")

    with pytest.raises(OutputError, match="cannot be used"):
        Outbox.open(tmp_path)
