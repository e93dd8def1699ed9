"""Decisions are whole or absent, none is lost or overwritten, and two opinions stay two people's."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from textmine.errors import InputError, OutputError
from textmine.review import store as module
from textmine.review.store import (
    FINAL,
    FIRST,
    NAME,
    SECOND,
    Choice,
    Decision,
    RefusedError,
    ReviewStore,
    StaleError,
    read_decisions,
)
from textmine.review.verdicts import Span

Judge = Callable[..., Decision]


@pytest.fixture
def store(tmp_path: Path) -> ReviewStore:
    return ReviewStore.open(tmp_path / NAME, source="input")


@pytest.fixture
def judge(store: ReviewStore) -> Judge:
    """`judge("a", coder="anna")`: a decision upon what stands."""

    def decide(
        key: str, *, coder: str = "anna", round: int = FIRST, choice: Choice = "change", code: str = "x.y"
    ) -> Decision:
        causes = (Span(code, 1, 3),) if choice == "change" else ()
        wanted = Decision(key, round, coder, choice, causes, "complaint")
        return store.decide(wanted, seen=store.slot(key, round).version)

    return decide


def test_what_was_decided_is_there_for_whoever_opens_the_file(store: ReviewStore, judge: Judge) -> None:
    judge("a")
    judge("b", choice="skip")

    again = ReviewStore.open(store.path, source="input")
    assert [(d.key, d.coder, d.choice, d.codes) for d in again.decisions()] == [
        ("a", "anna", "change", ("x.y",)),
        ("b", "anna", "skip", ()),
    ]
    assert again.decisions()[0].causes == (Span("x.y", 1, 3),)
    assert again.secret == store.secret
    assert read_decisions(store.path) == again.decisions()


def test_a_decision_upon_what_no_longer_stands_is_refused(store: ReviewStore, judge: Judge) -> None:
    seen = store.slot("a", FIRST).version
    judge("a", coder="anna")

    with pytest.raises(StaleError) as caught:
        store.decide(Decision("a", FIRST, "ben", "none", (), "none"), seen=seen)

    assert caught.value.slot.decision is not None
    assert caught.value.slot.decision.coder == "anna"
    assert [d.coder for d in store.decisions()] == ["anna"]


def test_of_many_at_once_exactly_one_wins(store: ReviewStore) -> None:
    won: list[str] = []
    lost: list[str] = []
    gate = threading.Barrier(8)

    def decide(name: str) -> None:
        gate.wait()
        try:
            store.decide(Decision("a", FIRST, name, "none", (), "none"), seen=0)
            won.append(name)
        except StaleError:
            lost.append(name)

    threads = [threading.Thread(target=decide, args=(f"coder {n}",)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(won) == 1
    assert len(lost) == 7
    assert [d.coder for d in store.decisions()] == won


def test_undo_takes_back_one_step_after_the_other(store: ReviewStore, judge: Judge) -> None:
    judge("a", code="x.one")
    judge("b")
    judge("a", code="x.two")

    assert store.undo("anna", FIRST) == "a"
    assert {d.key: d.codes for d in store.decisions()} == {"a": ("x.one",), "b": ("x.y",)}
    assert store.undo("anna", FIRST) == "b"
    assert store.undo("anna", FIRST) == "a"
    assert store.decisions() == ()
    assert store.undo("anna", FIRST) is None


def test_undo_leaves_alone_what_others_decided_since(store: ReviewStore, judge: Judge) -> None:
    judge("a", coder="anna")
    judge("a", coder="ben", code="x.two")

    with pytest.raises(StaleError):
        store.undo("anna", FIRST)
    assert store.undo("ben", FIRST) == "a"
    assert [(d.coder, d.codes) for d in store.decisions()] == [("anna", ("x.y",))]


def test_an_undone_decision_cannot_be_decided_upon_by_who_saw_nothing(
    store: ReviewStore, judge: Judge
) -> None:
    judge("a")
    store.undo("anna", FIRST)

    with pytest.raises(StaleError) as caught:
        store.decide(Decision("a", FIRST, "ben", "none", (), "none"), seen=0)
    assert caught.value.slot.decision is None


def test_a_second_opinion_is_somebody_elses(store: ReviewStore, judge: Judge) -> None:
    judge("a", coder="anna")

    with pytest.raises(RefusedError) as caught:
        judge("a", coder="anna", round=SECOND)
    assert caught.value.reason == "own"


def test_two_opinions_stand_once_both_are_given_and_are_settled_apart(
    store: ReviewStore, judge: Judge
) -> None:
    with pytest.raises(RefusedError, match="after two coders"):
        judge("a", round=FINAL)
    judge("a", coder="anna")
    judge("a", coder="ben", round=SECOND, code="x.two")

    for coder, round in (("anna", FIRST), ("ben", SECOND)):
        with pytest.raises(RefusedError):
            judge("a", coder=coder, round=round)
        with pytest.raises(RefusedError):
            store.undo(coder, round)
    judge("a", coder="anna", round=FINAL, code="x.two")

    assert [(d.round, d.codes) for d in store.decisions()] == [
        (FIRST, ("x.y",)),
        (SECOND, ("x.two",)),
        (FINAL, ("x.two",)),
    ]
    assert store.undo("anna", FIRST) == "a"
    assert len(store.decisions()) == 2


def test_a_row_that_somebody_has_open_is_known_for_a_while(
    store: ReviewStore, judge: Judge, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.claim("a", FIRST, "anna")

    assert store.claimed(FIRST, "ben") == {"a"}
    assert store.claimed(FIRST, "anna") == frozenset()
    assert store.claimed(SECOND, "ben") == frozenset()
    monkeypatch.setattr(module, "CLAIM_SECONDS", -1)
    assert store.claimed(FIRST, "ben") == frozenset()


def test_the_file_of_another_input_is_not_mixed_up(store: ReviewStore) -> None:
    with pytest.raises(InputError, match="another input"):
        ReviewStore.open(store.path, source="other")


@pytest.mark.parametrize("content", [b"", b"not a database at all, but long enough to look like one" * 9])
def test_what_is_no_file_of_decisions_is_an_error_of_the_input(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.sqlite").write_bytes(content)

    with pytest.raises(InputError, match=r"x\.sqlite"):
        read_decisions(tmp_path / "x.sqlite")
    with pytest.raises(InputError, match=r"y\.sqlite"):
        read_decisions(tmp_path / "y.sqlite")
    assert not (tmp_path / "y.sqlite").exists()


def test_a_folder_that_does_not_exist_is_an_error_of_the_output(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match=r"no"):
        ReviewStore.open(tmp_path / "no" / NAME, source="input")


_WRITER = """
import sys
from pathlib import Path
from textmine.review.store import Decision, ReviewStore
store = ReviewStore.open(Path(sys.argv[1]), source="input")
for n in range(100000):
    key = f"{sys.argv[2]}-{n}"
    store.decide(Decision(key, 1, "anna", "none", (), "none"), seen=0)
    print(key, flush=True)
"""


@pytest.mark.parametrize("after", [1, 7, 20])
def test_a_kill_loses_no_decision_that_was_acknowledged(tmp_path: Path, after: int) -> None:
    path = tmp_path / NAME
    process = subprocess.Popen(
        [sys.executable, "-c", _WRITER, str(path), "run"], stdout=subprocess.PIPE, encoding="utf-8"
    )
    assert process.stdout is not None
    told = [process.stdout.readline().strip() for _ in range(after)]
    process.send_signal(signal.SIGKILL if hasattr(signal, "SIGKILL") else signal.SIGTERM)
    told += process.communicate(timeout=30)[0].split()

    kept = [decision.key for decision in read_decisions(path)]
    assert set(told) <= set(kept)
    assert kept == [f"run-{n}" for n in range(len(kept))]
    # At most the decision under way is there without having been told.
    assert len(kept) <= len(told) + 1
    db = sqlite3.connect(path)
    assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    db.close()
