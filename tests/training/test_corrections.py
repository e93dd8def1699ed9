"""A correction takes the place of what it corrects, weighs more, and changes what is read."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from textmine.classify.corrections import WEIGHT, correct_examples, read_corrections
from textmine.classify.examples import Example
from textmine.classify.reader import Reader
from textmine.errors import InputError
from textmine.frame.frame import Frame

from .conftest import Write


def _row(text: str, *, id: str = "", code: str = "bank_app") -> dict[str, object]:
    row = {"text": text, "causes": [{"code": code, "span": text}]}
    return {**row, "id": id} if id else row


def test_a_correction_of_the_same_text_takes_its_place(examples: tuple[Example, ...]) -> None:
    mended = replace(examples[3], labels=(), primary=None, source="reviewed", id="reviewed:1")

    done = correct_examples(examples, [mended])

    assert (done.replaced, done.added, len(done.examples)) == (1, 0, len(examples))
    assert done.examples[3].labels == ()
    assert done.examples[3].weight == WEIGHT
    assert done.examples[:3] + done.examples[4:] == examples[:3] + examples[4:]


def test_the_spelling_of_a_text_does_not_matter(examples: tuple[Example, ...]) -> None:
    wide = replace(examples[0], text="　" + examples[0].text + " ")

    assert correct_examples(examples, [wide]).replaced == 1


def test_a_correction_with_the_same_id_takes_its_place(write: Write, frame: Frame) -> None:
    old = read_corrections([write("corpus.jsonl", [_row("手机银行闪退", id="A7")])], frame)
    new = read_corrections([write("reviewed.jsonl", [_row("手机银行又闪退了", id="A7")])], frame)

    done = correct_examples(old, new)

    assert [row.text for row in done.examples] == ["手机银行又闪退了"]
    assert done.replaced == 1


def test_the_place_in_a_file_is_no_id(write: Write, frame: Frame) -> None:
    (write("a.jsonl", []).parent / "b").mkdir()
    old = read_corrections([write("rows.jsonl", [_row("手机银行闪退")])], frame)
    new = read_corrections([write("b/rows.jsonl", [_row("转账失败")])], frame)

    assert correct_examples(old, new).added == 1


def test_a_new_text_is_added_at_the_end(examples: tuple[Example, ...], write: Write, frame: Frame) -> None:
    new = read_corrections([write("reviewed.jsonl", [_row("刷脸刷了八次也没登录进去")])], frame)

    done = correct_examples(examples, new, weight=3.0)

    assert done.added == 1
    assert (done.examples[-1].text, done.examples[-1].weight) == ("刷脸刷了八次也没登录进去", 3.0)
    assert done.examples[-1].primary == "bank_app"


def test_of_two_corrections_of_a_row_the_last_counts(write: Write, frame: Frame) -> None:
    rows = [_row("一直转圈", code="bank_app"), _row("一直转圈", code="branch_wait")]

    done = correct_examples((), read_corrections([write("reviewed.jsonl", rows)], frame))

    assert [row.labels[0].code for row in done.examples] == ["branch_wait"]


def test_a_bad_correction_is_named_by_file_and_line(write: Write, frame: Frame) -> None:
    path = write("reviewed.jsonl", [_row("转账失败"), _row("转账失败", code="weather")])

    with pytest.raises(InputError, match=r"reviewed\.jsonl:2: .*weather"):
        read_corrections([path], frame)


def test_a_model_learns_what_was_corrected(
    command: Callable[..., Any],
    small_reader: Reader,
    corpus: Path,
    banking: Path,
    write: Write,
    tmp_path: Path,
) -> None:
    text = "那个绿色的小方块老是抽风"
    path = write(
        "reviewed.jsonl", [_row(f"{text}{end}") for end in ("", "啊", "，唉", "了", "呢", "，真是的")]
    )
    options = ("-o", tmp_path / "model", "--frame", banking, "--json")

    ran = command("train", corpus, "--corrections", path, *options)

    after = Reader.load(model=tmp_path / "model", frame=banking)
    assert json.loads(ran.out)["corrections"] == {"replaced": 0, "added": 6}
    assert "bank_app" not in [tag.cause for tag in small_reader.read([text])[0].tags]
    assert [tag.cause for tag in after.read([text])[0].tags] == ["bank_app"]
