"""Events over a real connection: signed, not redirected, repeated after every kind of fault."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from textmine.errors import UsageError
from textmine.events.deliver import Backoff, DeliveryError, deliver
from textmine.events.event import Event
from textmine.events.outbox import Outbox
from textmine.events.signature import verify
from textmine.events.webhook import Webhook

SECRET = b"a-secret-of-the-tests-0001"
APP = (sys.executable, "-c", "from textmine.cli.main import app; app()")
QUICK = Backoff(first=0.02, longest=0.05)
Events = Callable[[int], Sequence[Event]]


def test_what_arrives_is_the_event_signed(receiver: Any, outbox: Outbox, events: Events) -> None:
    outbox.add(events(1))

    assert deliver(outbox, Webhook(receiver.url, [SECRET])).sent == 1

    ((headers, body),) = receiver.got
    assert body.decode() == outbox.entries("sent")[0].body
    assert json.loads(body)["id"] == headers["webhook-id"]
    assert headers["content-type"] == "application/json; charset=utf-8"
    assert verify([SECRET], headers, body, now=time.time())


def test_every_kind_of_fault_is_retried(receiver: Any, outbox: Outbox, events: Events) -> None:
    receiver.answers = ["500", "drop", "hang", "429", "302 Location: /elsewhere", "404"]
    outbox.add(events(3))

    done = deliver(outbox, Webhook(receiver.url, [SECRET], timeout=0.3), backoff=QUICK)

    assert (done.sent, done.failed, done.pending) == (3, 6, 0)
    assert set(receiver.ids) == {event.id for event in events(3)}
    assert all(verify([SECRET], headers, body, now=time.time()) for headers, body in receiver.got)


@pytest.mark.parametrize(
    ("answer", "reason", "unreachable", "after"),
    [
        ("503 Retry-After: 7", "HTTP 503", False, 7.0),
        ("503 Retry-After: soon", "HTTP 503", False, 0.0),
        ("307 Location: http://127.0.0.1:9/", "HTTP 307", False, 0.0),
        ("drop", "RemoteDisconnected", True, 0.0),
        ("hang", "TimeoutError", True, 0.0),
    ],
)
def test_a_fault_says_what_it_was_and_no_address(
    receiver: Any, answer: str, reason: str, unreachable: bool, after: float
) -> None:
    receiver.usual = answer

    with pytest.raises(DeliveryError) as fault:
        Webhook(receiver.url + "?token=geheim", [SECRET], timeout=0.3)("evt_1", b"{}")

    assert (fault.value.unreachable, fault.value.after) == (unreachable, after)
    assert str(fault.value).startswith(reason)
    assert "geheim" not in str(fault.value)
    assert len(receiver.got) == 1


def test_nobody_there_is_unreachable() -> None:
    with pytest.raises(DeliveryError, match="ConnectionRefusedError") as fault:
        Webhook("http://127.0.0.1:9/", [SECRET])("evt_1", b"{}")
    assert fault.value.unreachable


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("http://example.org/x", "http to example.org can be read on the way"),
        ("ftp://example.org/x", "must be https"),
        ("example.org", "must be https"),
        ("https://user:geheim@example.org/", "no user or password"),
        ("https://example.org:port/", "is not an address"),
        ("https://example.org/ x", "must be https"),
        ("file:///etc/passwd", "must be https"),
    ],
)
def test_an_address_that_will_not_do_is_refused(url: str, message: str) -> None:
    with pytest.raises(UsageError, match=message) as fault:
        Webhook(url, [SECRET])
    assert "geheim" not in str(fault.value)


def test_http_elsewhere_is_allowed_when_asked_for() -> None:
    assert Webhook("http://example.org/x", [SECRET], allow_http=True)


@pytest.mark.skipif(os.name == "nt", reason="there is no SIGKILL")
def test_a_sender_that_is_killed_again_and_again_loses_nothing(
    receiver: Any, outbox: Outbox, events: Events, secret_file: Path
) -> None:
    receiver.pause, receiver.answers = 0.03, ["500", "204", "drop", "204", "503"] * 3
    outbox.add(events(40))
    chance = random.Random(4)
    command = [
        *(*APP, "events", "send", "--outbox", str(outbox.folder), "--to", receiver.url),
        *("--secret-file", str(secret_file), "--patience", "0", "--quiet"),
    ]

    for _ in range(5):
        before = len(receiver.got)
        sender = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        while len(receiver.got) == before and sender.poll() is None:
            time.sleep(0.01)
        time.sleep(chance.uniform(0, 0.25))
        sender.send_signal(signal.SIGKILL)
        sender.wait()
    # The killed sender's last request may still be under way.
    time.sleep(0.1)
    done = deliver(outbox, Webhook(receiver.url, [SECRET]), backoff=QUICK)

    counts = Counter(receiver.ids)
    assert done.pending == done.dead == 0
    assert set(counts) == {event.id for event in events(40)}
    assert {entry.state for entry in outbox.entries()} == {"sent"}
    assert len({entry.id for entry in outbox.entries()}) == 40
    assert all(verify([SECRET], headers, body, now=time.time()) for headers, body in receiver.got)


@pytest.mark.skipif(os.name == "nt", reason="there is no SIGKILL")
def test_what_an_outbox_took_in_survives_a_kill(tmp_path: Path) -> None:
    program = """
import sys
from itertools import count
from pathlib import Path
from textmine.events.event import Event
from textmine.events.outbox import Outbox
with Outbox.open(Path(sys.argv[1]), create=True) as box:
    for n in count():
        box.add([Event(f"evt_{n}a", "issue.alert", "", {}), Event(f"evt_{n}b", "issue.alert", "", {})])
        print(n, flush=True)
"""
    writer = subprocess.Popen([sys.executable, "-c", program, str(tmp_path)], stdout=subprocess.PIPE)
    assert writer.stdout
    said = [writer.stdout.readline() for _ in range(20)]
    writer.send_signal(signal.SIGKILL)
    said += writer.stdout.read().splitlines()
    writer.wait()
    writer.stdout.close()

    with Outbox.open(tmp_path) as box:
        kept = [entry.id for entry in box.entries()]
    assert {f"evt_{int(n)}{half}" for n in said for half in "ab"} <= set(kept)
    assert len(kept) % 2 == 0
