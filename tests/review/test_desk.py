"""What coders see and do at the desk: order, blindness, agreement, and corrections to train on."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from textmine.errors import UsageError
from textmine.frame.frame import Frame
from textmine.io.folder import ClassifiedFolder
from textmine.review.causes import MOST, find_causes
from textmine.review.desk import Coder, Desk
from textmine.review.queue import queue
from textmine.review.round_trip import import_verdicts
from textmine.review.rows import Rows, arranged
from textmine.review.store import FIRST, NAME, SECOND, StaleError

if TYPE_CHECKING:
    from textmine.classify.reader import Reader

ANNA, BEN = Coder("anna", FIRST), Coder("ben", SECOND)


@pytest.fixture
def desk(folder: Path, frame: Frame, tmp_path: Path) -> Desk:
    shutil.copytree(folder, tmp_path / "rows")
    return Desk.open(tmp_path / "rows", frame)


def judge(desk: Desk, coder: Coder, key: str, *codes: str, final: bool = False) -> None:
    seen = desk.seen(coder, key)
    assert seen is not None
    version = (seen.final if final else seen.mine).version
    desk.judge(coder, key, "change", codes, "complaint", seen=version, final=final)


def test_the_queue_is_that_of_the_workbook_with_like_rows_apart(folder: Path, small_reader: Reader) -> None:
    rows = queue(ClassifiedFolder.open(folder), limit=100)

    shown = arranged(rows, small_reader)

    assert Counter(row.key for row in shown) == Counter(row.key for row in rows)
    assert [row.why for row in shown] == sorted(
        (row.why for row in rows), key=("abstained", "uncertain", "audit").index
    )
    assert [r for r in shown if r.why == "audit"] == [r for r in rows if r.why == "audit"]
    assert shown == arranged(shown, small_reader)


def test_the_next_row_is_the_first_that_nobody_decided_or_has_open(desk: Desk) -> None:
    keys = [row.key for row in desk.rows]
    other = Coder("cora", FIRST)

    assert desk.next(ANNA) == keys[0]
    desk.store.claim(keys[0], FIRST, "anna")
    assert desk.next(other) == keys[1]
    assert desk.next(BEN) == keys[0]
    judge(desk, other, keys[1])
    assert desk.next(ANNA) == keys[0]
    assert desk.next(ANNA, after=keys[0]) == keys[2]


def test_after_the_last_row_come_those_passed_over(desk: Desk, frame: Frame) -> None:
    desk = Desk(Rows.load(desk.rows.folder.path, frame, limit=10), desk.store, frame)
    keys = [row.key for row in desk.rows]
    for key in keys[2:]:
        desk.judge(ANNA, key, "skip", (), "", seen=0)

    assert desk.next(ANNA, after=keys[-1]) == keys[0]
    judge(desk, ANNA, keys[0])
    desk.store.claim(keys[1], FIRST, "cora")
    assert desk.next(ANNA) == keys[1]
    judge(desk, ANNA, keys[1])
    assert desk.next(ANNA) is None


def test_progress_counts_judged_and_skipped_rows(desk: Desk) -> None:
    keys = [row.key for row in desk.rows]
    judge(desk, ANNA, keys[0])
    desk.judge(ANNA, keys[1], "skip", (), "", seen=0)
    judge(desk, BEN, keys[0])

    progress = desk.progress(ANNA)
    assert (progress.total, progress.done, progress.skipped, progress.both) == (len(keys), 1, 1, 1)
    assert (desk.progress(BEN).done, desk.progress(BEN).skipped) == (1, 0)


def test_a_blind_coder_sees_the_other_only_after_both(desk: Desk, frame: Frame) -> None:
    key = desk.rows.queued[0].key
    judge(desk, ANNA, key, frame.codes[0])

    before = desk.seen(BEN, key)
    assert before is not None
    assert before.blind
    assert (before.mine.decision, before.theirs, before.final.decision) == (None, None, None)
    assert desk.listed(BEN, "done") == ()
    judge(desk, BEN, key, frame.codes[1])

    after = desk.seen(BEN, key)
    assert after is not None
    assert after.theirs is not None
    assert not after.blind
    assert not after.agree
    assert after.theirs.coder == "anna"
    assert [one.row.key for one in desk.listed(ANNA, "differ")] == [key]


def test_rows_that_one_judged_oneself_are_not_offered_for_a_second_opinion(desk: Desk) -> None:
    key = desk.rows.queued[0].key
    judge(desk, ANNA, key)

    assert desk.next(Coder("anna", SECOND)) == desk.rows.queued[1].key
    assert desk.next(BEN) == key


def test_agreement_is_that_of_the_first_two_opinions_and_a_final_one_settles(
    desk: Desk, frame: Frame, tmp_path: Path
) -> None:
    one, other, third = frame.codes[:3]
    keys = [row.key for row in desk.rows.queued[:6]]
    for number, key in enumerate(keys):
        judge(desk, ANNA, key, one if number % 2 else other)
        judge(desk, BEN, key, third if number == 0 else one if number % 2 else other)

    compared = desk.compared()
    assert compared.agreement.rows == 6
    assert [row.key for row, *_ in compared.differ] == [keys[0]]
    records = {r["id"]: r for r in map(json.loads, desk.corrections().splitlines())}
    assert set(records) == set(keys[1:])

    judge(desk, ANNA, keys[0], one, other, final=True)
    records = {r["id"]: r for r in map(json.loads, desk.corrections().splitlines())}
    assert [c["code"] for c in records[keys[0]]["causes"]] == [one, other]
    assert desk.compared().agreement == compared.agreement
    done = import_verdicts(
        desk.rows.folder.path, (desk.rows.folder.path / NAME,), tmp_path / "c.jsonl", frame
    )
    assert (tmp_path / "c.jsonl").read_text("utf-8") == desk.corrections()
    assert (done.rows, done.judged, done.corrections, done.conflicts) == (6, 6, 6, ())
    assert done.agreement == compared.agreement


def test_accepted_rows_keep_the_proposals_with_their_words(desk: Desk) -> None:
    row = next(row for row in desk.rows if row.proposals)

    desk.judge(ANNA, row.key, "accept", (), "", seen=0)

    (record,) = map(json.loads, desk.corrections().splitlines())
    assert [(c["code"], c["span"]) for c in record["causes"]] == [
        (proposal.code, proposal.evidence) for proposal in row.proposals
    ]
    assert record["stance"] == row.stance


def test_what_cannot_be_is_refused_and_nothing_recorded(desk: Desk, frame: Frame) -> None:
    key = desk.rows.queued[0].key

    for coder, row, choice, codes, stance in (
        (ANNA, "row-0000000000000000", "none", (), ""),
        (ANNA, key, "change", ("no.such",), ""),
        (ANNA, key, "change", (frame.codes[0],), "angry"),
        (BEN, key, "accept", (), ""),
    ):
        with pytest.raises(UsageError):
            desk.judge(coder, row, choice, codes, stance, seen=0)  # type: ignore[arg-type]
    with pytest.raises(StaleError):
        desk.judge(ANNA, key, "none", (), "", seen=99)
    assert desk.store.decisions() == ()


def test_rows_outside_the_queue_are_found_and_can_be_judged(
    folder: Path, frame: Frame, tmp_path: Path
) -> None:
    shutil.copytree(folder, tmp_path / "rows")
    desk = Desk.open(tmp_path / "rows", frame)
    few = Rows.load(tmp_path / "rows", frame, limit=5)
    desk = Desk(few, desk.store, frame)
    row = next(row for row in Rows.load(tmp_path / "rows", frame) if not few.is_queued(row.key))

    hits = desk.rows.search(row.text[:12])
    assert row.key in [hit.key for hit in hits.rows]
    assert hits.complete
    judge(desk, ANNA, row.key, frame.codes[0])

    assert [one.row.key for one in desk.listed(ANNA, "done")] == [row.key]
    assert json.loads(desk.corrections())["id"] == row.key
    assert not desk.rows.search("", most=2).complete


def test_causes_are_found_by_name_code_and_definition(frame: Frame) -> None:
    sub = next(sub for cause in frame.tree for sub in cause.subcauses)

    assert find_causes(frame, sub.zh)[0].code == sub.code
    assert find_causes(frame, sub.en.upper())[0].code == sub.code
    assert sub.code in [entry.code for entry in find_causes(frame, sub.key)]
    assert {entry.code for entry in find_causes(frame, frame.zh(sub.cause), most=99)} >= {
        s.code for s in frame.tree[0].subcauses
    }
    assert find_causes(frame, "") == frame.tree[:MOST]
    assert find_causes(frame, "没有这种说法的字") == ()
