"""A queue out and verdicts back: what people change comes back exactly, and nothing else does."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from textmine.classify.examples import read_examples
from textmine.errors import InputError
from textmine.frame.frame import Frame
from textmine.io.folder import ClassifiedFolder
from textmine.review.queue import queue
from textmine.review.round_trip import export_queue, import_verdicts
from textmine.review.workbook import CAUSES

OFFICE = shutil.which("soffice")


def edit(path: Path, change: Callable[[int, dict[str, str]], dict[str, str]]) -> None:
    """Change cells as a person would: `change` gets number and cells of a row and returns new cells."""
    book = openpyxl.load_workbook(path)
    sheet = book["review"]
    header = [cell.value for cell in sheet[1]]
    for number in range(2, sheet.max_row + 1):
        cells = {name: sheet.cell(number, place).value or "" for place, name in enumerate(header, start=1)}
        for name, value in change(number - 2, cells).items():
            sheet.cell(number, header.index(name) + 1).value = value or None
    book.save(path)
    book.close()


def corrections(path: Path) -> dict[str, dict[str, Any]]:
    return {r["id"]: r for r in map(json.loads, path.read_text("utf-8").splitlines())}


@pytest.fixture
def book(folder: Path, frame: Frame, tmp_path: Path) -> Path:
    """A queue of 60 rows."""
    path = tmp_path / "queue.xlsx"
    export_queue(folder, path, frame, limit=60, lang="en")
    return path


def test_what_was_not_decided_comes_first_and_a_share_is_drawn_by_lot(folder: Path) -> None:
    rows = queue(ClassifiedFolder.open(folder), limit=50)

    assert [row.why for row in rows] == ["abstained"] * 40 + ["audit"] * 10
    assert len({row.text for row in rows}) == 50
    assert rows == queue(ClassifiedFolder.open(folder), limit=50)


def test_the_queue_shows_no_personal_data(small: tuple[str, ...], frame: Frame, tmp_path: Path) -> None:
    from textmine.cli.main import run

    table = tmp_path / "one.csv"
    table.write_text("投诉内容\n取号排队等了两个小时，我叫王小明，电话13800138000\n", "utf-8")
    run(["classify", str(table), "-o", str(tmp_path / "one"), "--no-mask", "-q", *small])

    export_queue(tmp_path / "one", tmp_path / "q.xlsx", frame, label_studio=tmp_path / "q.json")

    cells = [str(c.value) for row in openpyxl.load_workbook(tmp_path / "q.xlsx")["review"] for c in row]
    shown = " ".join(cells) + (tmp_path / "q.json").read_text("utf-8")
    assert "取号排队" in shown
    assert "13800138000" not in shown


def test_the_dropdowns_hold_every_code_of_the_frame(book: Path, frame: Frame) -> None:
    loaded = openpyxl.load_workbook(book)
    rules = loaded["review"].data_validations.dataValidation
    items = {cell.value.partition("｜")[0] for cell in loaded["lists"]["A"][1:]}

    assert items == {*frame.codes, *frame.causes}
    assert len(rules) == CAUSES + 2
    assert all(rule.formula1.lstrip("=").startswith("lists!$") for rule in rules)


def test_an_untouched_queue_changes_nothing(folder: Path, frame: Frame, book: Path, tmp_path: Path) -> None:
    done = import_verdicts(folder, (book,), tmp_path / "c.jsonl", frame)

    assert (done.rows, done.judged, done.corrections) == (60, 0, 0)
    assert (tmp_path / "c.jsonl").read_text("utf-8") == ""


def test_every_verdict_comes_back_as_it_was_given(
    folder: Path, frame: Frame, book: Path, tmp_path: Path
) -> None:
    rows = {row.key: row for row in queue(ClassifiedFolder.open(folder), limit=60)}
    wanted: dict[str, tuple[str, ...]] = {}

    def judge(number: int, cells: dict[str, str]) -> dict[str, str]:
        proposed = tuple(p.code for p in rows[cells["key"]].proposals)
        if number % 4 == 0:
            wanted[cells["key"]] = (frame.codes[number % len(frame.codes)],)
            return {"verdict": "change", "cause1": wanted[cells["key"]][0], "cause2": "", "cause3": ""}
        if number % 4 == 1:
            wanted[cells["key"]] = ()
            return {"verdict": "no cause"}
        if number % 4 == 2:
            wanted[cells["key"]] = proposed
            return {"verdict": "accept"}
        return {"verdict": "skip"}

    edit(book, judge)
    done = import_verdicts(folder, (book,), tmp_path / "c.jsonl", frame)

    written = corrections(tmp_path / "c.jsonl")
    assert {key: tuple(c["code"] for c in r["causes"]) for key, r in written.items()} == wanted
    assert all(record["text"] == rows[key].text for key, record in written.items())
    changed = {key for key, codes in wanted.items() if set(codes) != {p.code for p in rows[key].proposals}}
    assert {change.key for change in done.changes} == changed
    assert done.accepted == len(wanted) - len(changed)


def test_corrections_are_labelled_verbatims_to_train_on(
    folder: Path, frame: Frame, book: Path, tmp_path: Path, banking: Path, command: Any
) -> None:
    code = frame.codes[0]
    edit(book, lambda number, cells: {"verdict": "change", "cause1": code} if number < 3 else {})
    import_verdicts(folder, (book,), tmp_path / "corrections.jsonl", frame)

    examples = read_examples((tmp_path / "corrections.jsonl",), frame)
    assert [example.primary for example in examples] == [code] * 3
    corpus = banking.with_name("corpus.jsonl")
    assert command(
        "train", corpus, tmp_path / "corrections.jsonl", "-o", tmp_path / "m", "--frame", banking, "-q"
    ).code == 0  # fmt: skip


def test_sorted_and_deleted_rows_do_not_matter(
    folder: Path, frame: Frame, book: Path, tmp_path: Path
) -> None:
    loaded = openpyxl.load_workbook(book)
    sheet = loaded["review"]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]
    verdict = [cell.value for cell in sheet[1]].index("verdict")
    kept = random.Random(3).sample(rows, 20)
    sheet.delete_rows(2, len(rows))
    for row in kept:
        row[verdict] = "no cause"
        sheet.append(row)
    loaded.save(book)

    done = import_verdicts(folder, (book,), tmp_path / "c.jsonl", frame)

    assert set(corrections(tmp_path / "c.jsonl")) == {row[0] for row in kept}
    assert done.rows == 20


def test_two_coders_are_compared_and_their_conflicts_left_out(
    folder: Path, frame: Frame, tmp_path: Path
) -> None:
    one, other = frame.codes[:2]
    for name, blind in (("anna", False), ("ben", True)):
        path = tmp_path / f"{name}.xlsx"
        export_queue(folder, path, frame, limit=30, blind=blind, lang="en")
        differs = blind
        edit(
            path,
            lambda number, cells, differs=differs: {  # type: ignore[misc]
                "verdict": "change",
                "cause1": other if (differs and number < 5) or number % 2 else one,
                "cause2": "", "cause3": "", "cause4": "",
            },
        )  # fmt: skip

    files = (tmp_path / "anna.xlsx", tmp_path / "ben.xlsx")
    done = import_verdicts(folder, files, tmp_path / "c.jsonl", frame)

    assert len(done.conflicts) == 3
    assert done.corrections == 27
    assert done.agreement.rows == 30
    ((pair, kappa),) = done.agreement.kappa.items()
    assert pair == ("anna", "ben")
    assert kappa is not None
    assert 0.5 < kappa < 1
    assert {coder for conflict in done.conflicts for coder, _ in conflict.said} == {"anna", "ben"}


def test_a_blind_queue_shows_no_proposal(folder: Path, frame: Frame, tmp_path: Path) -> None:
    path = tmp_path / "blind.xlsx"
    export_queue(folder, path, frame, label_studio=tmp_path / "blind.json", blind=True, lang="en")

    sheet = openpyxl.load_workbook(path)["review"]
    header = [cell.value for cell in sheet[1]]
    hidden = [header.index(name) for name in ("evidence", "cause1", "stance")]
    assert {row[place].value for row in sheet.iter_rows(min_row=2) for place in hidden} == {None}
    assert all("predictions" not in task for task in json.loads((tmp_path / "blind.json").read_text("utf-8")))


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        ({"cause1": "no_such.code"}, "not in the code frame"),
        ({"verdict": "perhaps"}, "is none of"),
        ({"verdict": "accept", "stance": "angry"}, "the stance"),
        ({"key": "row-0000000000000000", "verdict": "skip"}, "is not of"),
    ],
)
def test_a_wrong_cell_is_named_and_nothing_is_written(
    folder: Path, frame: Frame, book: Path, tmp_path: Path, cells: dict[str, str], message: str
) -> None:
    edit(book, lambda number, _: cells if number == 4 else {})

    with pytest.raises(InputError, match=message) as caught:
        import_verdicts(folder, (book,), tmp_path / "c.jsonl", frame)

    assert str(book) in str(caught.value)
    assert not (tmp_path / "c.jsonl").exists()


def test_label_studio_gives_back_what_was_marked(folder: Path, frame: Frame, tmp_path: Path) -> None:
    path = tmp_path / "tasks.json"
    export_queue(folder, tmp_path / "q.xlsx", frame, label_studio=path, limit=10)
    tasks = json.loads(path.read_text("utf-8"))
    code = frame.codes[3]
    for task in tasks:
        words = task["data"]["text"][1:3]
        mark = {"start": 1, "end": 1 + len(words), "text": words, "labels": [code]}
        task["annotations"] = [
            {
                "completed_by": {"email": "c@example.org"},
                "was_cancelled": False,
                "result": [{"from_name": "cause", "to_name": "text", "type": "labels", "value": mark}],
            }
        ]
    path.write_text(json.dumps(tasks), "utf-8")

    import_verdicts(folder, (path,), tmp_path / "c.jsonl", frame)

    written = corrections(tmp_path / "c.jsonl")
    assert len(written) == 10
    for record in written.values():
        assert record["causes"] == [{"code": code, "span": record["text"][1:3]}]
    assert f'value="{code}"' in (tmp_path / "tasks.xml").read_text("utf-8")


@pytest.mark.parametrize(("start", "end"), [(3, 5), (4, 6)], ids=["code points", "UTF-16 units"])
def test_words_after_an_emoji_are_found_however_they_were_counted(start: int, end: int) -> None:
    from textmine.review.label_studio import _place

    assert _place("差😡好慢慢", {"start": start, "end": end, "text": "慢慢"}) == (3, 5)


@pytest.mark.parametrize("text", ["{", "{}", "[1]", '[{"data": {"key": 1}}]', "[" * 5000])
def test_a_damaged_export_is_an_error_of_the_input(
    folder: Path, frame: Frame, tmp_path: Path, text: str
) -> None:
    (tmp_path / "x.json").write_text(text, "utf-8")

    with pytest.raises(InputError, match=r"x\.json"):
        import_verdicts(folder, (tmp_path / "x.json",), tmp_path / "c.jsonl", frame)


@pytest.mark.slow
@pytest.mark.skipif(OFFICE is None, reason="LibreOffice is not installed")
def test_a_queue_survives_libreoffice(folder: Path, frame: Frame, tmp_path: Path) -> None:
    path = tmp_path / "queue.xlsx"
    export_queue(folder, path, frame, limit=200, lang="en")
    codes = frame.codes
    edit(
        path, lambda n, _: {"verdict": "change", "cause1": codes[n % len(codes)], "cause2": "", "cause3": ""}
    )
    before = import_verdicts(folder, (path,), tmp_path / "before.jsonl", frame)
    (tmp_path / "saved").mkdir()
    profile = f"-env:UserInstallation=file://{tmp_path / 'profile'}"
    options = ("--headless", "--convert-to", "xlsx", "--outdir", str(tmp_path / "saved"))
    subprocess.run([str(OFFICE), profile, *options, str(path)], check=True, capture_output=True, timeout=120)

    after = import_verdicts(folder, (tmp_path / "saved" / "queue.xlsx",), tmp_path / "after.jsonl", frame)

    assert after.corrections == before.corrections == 200
    assert (tmp_path / "after.jsonl").read_bytes() == (tmp_path / "before.jsonl").read_bytes()
    rules = openpyxl.load_workbook(tmp_path / "saved" / "queue.xlsx")["review"].data_validations
    assert len(rules.dataValidation) >= CAUSES + 2


def test_the_commands_say_what_they_did(folder: Path, banking: Path, tmp_path: Path, command: Any) -> None:
    book, options = tmp_path / "q.xlsx", ("--frame", banking)

    out = command("review", "export", folder, "-o", book, "--limit", "10", *options, "--json")
    assert json.loads(out.out)["rows"] == 10
    edit(book, lambda number, _: {"verdict": "no cause"} if number < 2 else {})
    back = command("review", "import", folder, book, "-o", tmp_path / "c.jsonl", *options)

    assert back.code == 0, back.err
    assert "2 of 10 rows judged" in back.err
