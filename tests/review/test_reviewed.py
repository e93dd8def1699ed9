"""Rows drawn by lot and decided by people become the sample by which a folder's counts are corrected."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from textmine.errors import InputError, UsageError
from textmine.frame.frame import Frame
from textmine.io.folder import ClassifiedFolder
from textmine.io.manifest import Part, write_manifest
from textmine.io.reviewed import NAME
from textmine.pipeline import recount
from textmine.reporting import ReportOptions, summary_of
from textmine.review.desk import Coder, Desk
from textmine.review.queue import queue
from textmine.review.round_trip import Imported, export_queue, import_verdicts
from textmine.review.store import FIRST

Truth = Callable[[str], tuple[str, ...]]


@pytest.fixture
def rows(folder: Path, tmp_path: Path) -> Path:
    """A classified folder of the test's own."""
    return Path(shutil.copytree(folder, tmp_path / "rows"))


@pytest.fixture
def truth(folder: Path, frame: Frame) -> Truth:
    """What a person says of a row: nobody complains of the model's most frequent cause but one in four."""
    found = ClassifiedFolder.open(folder)
    given = {row.key: tuple(p.code for p in row.proposals) for row in queue(found, limit=420, by_lot=420)}
    (often, _), *_ = Counter(frame.cause_of(code) for codes in given.values() for code in codes).most_common(
        1
    )

    def said(key: str) -> tuple[str, ...]:
        wrong = int(key[-1], 16) % 4
        return tuple(code for code in given[key] if not (wrong and frame.cause_of(code) == often))

    return said


def review(
    rows: Path, frame: Frame, judge: Callable[[str, str], tuple[str, ...] | None], **options: Any
) -> Imported:
    """Export, let `judge` decide each row by key and reason (None: not looked at), and import."""
    path = rows.parent / "queue.xlsx"
    export_queue(rows, path, frame, lang="en", **options)
    book = openpyxl.load_workbook(path)
    sheet = book["review"]
    place = {cell.value: number for number, cell in enumerate(sheet[1], start=1)}
    for line in range(2, sheet.max_row + 1):
        codes = judge(sheet.cell(line, place["key"]).value, sheet.cell(line, place["why"]).value)
        if codes is not None:
            sheet.cell(line, place["verdict"]).value = "change" if codes else "no cause"
            for n in range(4):
                sheet.cell(line, place[f"cause{n + 1}"]).value = codes[n] if n < len(codes) else None
    book.save(path)
    return import_verdicts(rows, (path,), rows.parent / "c.jsonl", frame)


def reviewed(rows: Path) -> dict[str, Any]:
    return dict(json.loads((rows / NAME).read_text("utf-8"))["rows"])


def test_as_many_rows_as_asked_for_are_drawn_from_all_rows(folder: Path) -> None:
    found = ClassifiedFolder.open(folder)

    few, many = (queue(found, limit=200, by_lot=n) for n in (30, 90))

    drawn = [[row.key for row in some if row.why == "audit"] for some in (few, many)]
    assert drawn[1][:30] == drawn[0]
    assert len(drawn[1]) == 90
    assert {row.number for row in many if row.why == "audit"} - set(range(1, 200))
    with pytest.raises(UsageError, match="--by-lot 201"):
        queue(found, limit=200, by_lot=201)


def test_rows_with_the_same_words_are_drawn_as_often_as_they_come(
    command: Any, small: tuple[str, ...], tmp_path: Path
) -> None:
    lines = "\n".join(["取号排队等了两个小时"] * 30 + ["手机银行闪退"] * 10)
    (tmp_path / "t.csv").write_text(f"投诉内容\n{lines}\n", "utf-8")
    command("classify", tmp_path / "t.csv", "-o", tmp_path / "t", "-q", *small)

    drawn = queue(ClassifiedFolder.open(tmp_path / "t"), limit=40, by_lot=40)

    assert Counter(row.text for row in drawn) == {"取号排队等了两个小时": 30, "手机银行闪退": 10}


def test_only_decided_rows_drawn_by_lot_are_the_sample(rows: Path, frame: Frame, truth: Truth) -> None:
    asked: list[tuple[str, str]] = []

    def judge(key: str, why: str) -> tuple[str, ...] | None:
        asked.append((key, why))
        return truth(key) if len(asked) % 5 else None

    done = review(rows, frame, judge, limit=100, by_lot=40)

    wanted = {key for n, (key, why) in enumerate(asked, start=1) if why == "spot check" and n % 5}
    assert reviewed(rows).keys() == wanted
    assert (done.by_lot, done.by_lot_decided, done.reviewed) == (40, len(wanted), len(wanted))
    given = {
        row.key: [p.code for p in row.proposals] for row in queue(ClassifiedFolder.open(rows), limit=420)
    }
    assert all(seen == [list(truth(key)), given[key]] for key, seen in reviewed(rows).items())


def test_the_sample_pulls_a_biased_count_towards_the_truth(rows: Path, frame: Frame, truth: Truth) -> None:
    every = queue(ClassifiedFolder.open(rows), limit=420, by_lot=420)
    given = Counter(frame.cause_of(p.code) for row in every for p in row.proposals)
    (often, _), *_ = given.most_common(1)
    true = sum(any(frame.cause_of(code) == often for code in truth(row.key)) for row in every)
    (without,) = (row for row in recount(rows, ()).blocks[0].causes if row.code == often)

    done = review(rows, frame, lambda key, why: truth(key) if why == "spot check" else None,
                  limit=200, by_lot=200)  # fmt: skip
    after = recount(rows, ())
    (row,) = (row for row in after.blocks[0].causes if row.code == often)

    assert without.n_corrected is not None
    assert row.n_corrected is not None
    assert abs(row.n_corrected - true) < min(abs(row.n - true), abs(without.n_corrected - true)) / 3
    assert after.how.correction.to_dict()["reviewed_rows"] == done.reviewed == 200
    assert summary_of(rows, ReportOptions()).reviewed == 200


def test_later_imports_add_to_the_sample_and_replace_what_was_said(
    rows: Path, frame: Frame, truth: Truth
) -> None:
    review(rows, frame, lambda key, why: truth(key), limit=20, by_lot=20)
    first = reviewed(rows)

    done = review(rows, frame, lambda key, why: () if key in first else None, limit=40, by_lot=40)
    assert (done.by_lot_decided, done.reviewed) == (20, 20)
    assert all(true == [] for true, _ in reviewed(rows).values())

    done = review(rows, frame, lambda key, why: truth(key) if key not in first else None, limit=40, by_lot=40)
    assert (done.by_lot_decided, done.reviewed) == (20, 40)


def test_without_decided_rows_drawn_by_lot_there_is_no_sample(rows: Path, frame: Frame, truth: Truth) -> None:
    done = review(rows, frame, lambda key, why: truth(key), limit=30, by_lot=0)

    assert (done.judged, done.by_lot, done.reviewed) == (30, 0, 0)
    assert not (rows / NAME).exists()


def test_tasks_and_pages_give_the_same_sample_as_the_workbook(
    rows: Path, frame: Frame, tmp_path: Path
) -> None:
    desk, code = Desk.open(rows, frame), frame.codes[0]
    drawn = [row for row in desk.rows if row.why == "audit"]
    for row in (*drawn[:3], desk.rows.queued[0]):
        desk.judge(Coder("anna", FIRST), row.key, "change", (code,), "complaint", seen=0)
    done = import_verdicts(rows, (desk.store.path,), tmp_path / "c.jsonl", frame)
    pages = reviewed(rows)

    export_queue(rows, tmp_path / "q.xlsx", frame, label_studio=tmp_path / "q.json", limit=10, by_lot=5)
    tasks = json.loads((tmp_path / "q.json").read_text("utf-8"))
    keys = {row.key for row in drawn[:3]}
    for task in tasks:
        mark = {"start": 0, "end": 1, "text": task["data"]["text"][0], "labels": [code]}
        result = {"from_name": "cause", "to_name": "text", "type": "labels", "value": mark}
        task["annotations"] = [{"result": [result]}] if task["data"]["key"] in keys else []
    (tmp_path / "q.json").write_text(json.dumps(tasks), "utf-8")
    (rows / NAME).unlink()
    again = import_verdicts(rows, (tmp_path / "q.json",), tmp_path / "c.jsonl", frame)

    assert pages == reviewed(rows)
    assert pages.keys() == keys
    assert (done.by_lot_decided, again.by_lot, again.by_lot_decided) == (3, 5, 3)


def other_folders(rows: Path) -> Iterator[None]:
    """The folder as other lexicons, another code frame and another input would have left it."""
    was = ClassifiedFolder.open(rows).manifest
    for now in (
        replace(was, lexicons=Part("9", "0" * 64)),
        replace(was, taxonomy=Part("9", "0" * 64)),
        replace(was, inputs=tuple(replace(one, sha256="0" * 64) for one in was.inputs)),
    ):
        write_manifest(rows / "manifest.json", now)
        yield
    write_manifest(rows / "manifest.json", was)
    yield


def test_a_sample_of_another_classification_is_not_used_and_it_is_said(
    rows: Path, frame: Frame, truth: Truth, command: Any
) -> None:
    review(rows, frame, lambda key, why: truth(key), limit=60, by_lot=60)
    said = []
    for _ in other_folders(rows):
        done = command("count", rows, "-o", rows.parent / "counts")
        counted = json.loads((rows.parent / "counts" / "counts.json").read_text("utf-8"))["counted"]
        correction = counted["correction"]
        told = "reviewed.json is of another classification" in done.err
        assert ("60 reviewed rows" in done.err) is not told
        said.append((correction["reviewed_rows"], correction["reviewed_reason"], told))

    assert said == [(0, "other classification", True)] * 3 + [(60, None, False)]


def test_an_import_replaces_a_sample_of_another_classification(
    rows: Path, frame: Frame, truth: Truth
) -> None:
    review(rows, frame, lambda key, why: truth(key), limit=60, by_lot=60)
    stale = json.loads((rows / NAME).read_text("utf-8"))
    (rows / NAME).write_text(json.dumps({**stale, "classification": "another"}), "utf-8")

    done = review(rows, frame, lambda key, why: truth(key), limit=10, by_lot=10)

    assert done.reviewed == 10


@pytest.mark.parametrize("text", ["{", "[]", '{"schema": "textmine.reviewed/1"}'])
def test_a_damaged_sample_is_an_error_that_says_what_to_do(rows: Path, text: str) -> None:
    (rows / NAME).write_text(text, "utf-8")

    with pytest.raises(InputError, match=r"reviewed\.json.*review import"):
        recount(rows, ())


def test_the_commands_say_how_many_rows_speak_for_the_folder(
    rows: Path, banking: Path, tmp_path: Path, command: Any
) -> None:
    book, options = tmp_path / "q.xlsx", ("--frame", banking)
    out = command("review", "export", rows, "-o", book, "--limit", "10", "--by-lot", "4", *options, "--json")
    assert json.loads(out.out)["why"] == {"abstained": 6, "audit": 4}

    back = command("review", "import", rows, book, "-o", tmp_path / "c.jsonl", *options)
    assert "0 of 4 rows drawn by lot decided" in back.err
    told = command("review", "import", rows, book, "-o", tmp_path / "c.jsonl", *options, "--json")
    assert json.loads(told.out)["by_lot"] == 4
    assert command("review", "export", rows, "--limit", "3", "--by-lot", "4", *options).code != 0
