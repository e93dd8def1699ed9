"""Labelled verbatims from disk, and as targets for training."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from textmine.classify.examples import Label, corpus_files, read_examples
from textmine.classify.features import GramColumns
from textmine.classify.model import Outputs
from textmine.classify.training_set import TrainingSet, prepare_examples
from textmine.errors import InputError
from textmine.frame.matcher import Matcher

from .conftest import Bank

SOUND: dict[str, Any] = {
    "text": "窗口就开一个，排队两小时",
    "causes": [
        {"code": "branch_wait.few_tellers", "span": "就开一个"},
        {"code": "branch_wait.teller_queue", "span": "排队两小时"},
    ],
    "primary": "branch_wait.teller_queue",
    "stance": "complaint",
    "risk": [],
    "touchpoint": "branch",
}


def write(folder: Path, *records: dict[str, Any] | str, name: str = "rows.jsonl") -> Path:
    path = folder / name
    lines = [r if isinstance(r, str) else json.dumps(r, ensure_ascii=False) for r in records]
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


def test_a_record_becomes_an_example_with_offsets(bank: Bank, tmp_path: Path) -> None:
    (example,) = read_examples([write(tmp_path, SOUND)], bank.frame)
    assert example.labels == (
        Label("branch_wait.few_tellers", 2, 6),
        Label("branch_wait.teller_queue", 7, 12),
    )
    assert (example.id, example.source, example.weight) == ("rows:1", "rows", 1.0)


def test_what_is_left_out_has_a_sensible_default(bank: Bank, tmp_path: Path) -> None:
    (first, second) = read_examples(
        [write(tmp_path, {"text": "好", "causes": []}, "", {**SOUND, "stance": None, "id": 7})], bank.frame
    )
    assert (first.stance, first.primary, first.labels) == ("none", None, ())
    assert (second.stance, second.id) == ("complaint", "7")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"causes": [{"code": "no.such"}]}, "code 'no.such' is not in the code frame"),
        ({"causes": [{"code": "branch_wait.few_tellers", "span": "两个"}]}, "span '两个' is not in the text"),
        ({"stance": "angry"}, "stance 'angry' is not one of complaint, "),
        ({"text": None}, "not a labelled verbatim"),
        ({"weight": "heavy"}, "not a labelled verbatim"),
    ],
)
def test_a_bad_record_names_file_and_line(
    bank: Bank, tmp_path: Path, change: dict[str, Any], says: str
) -> None:
    path = write(tmp_path, SOUND, "", {**SOUND, **change})
    with pytest.raises(InputError) as caught:
        read_examples([path], bank.frame)
    assert str(caught.value).startswith(f"{path}:3: ")
    assert says in str(caught.value)


def test_a_line_that_is_no_json_names_file_and_line(bank: Bank, tmp_path: Path) -> None:
    path = write(tmp_path, SOUND, "{broken")
    with pytest.raises(InputError, match=r"rows\.jsonl:2: not a labelled verbatim"):
        read_examples([path], bank.frame)


def test_a_file_that_cannot_be_read_says_so(bank: Bank, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"nowhere\.jsonl: cannot be read"):
        read_examples([tmp_path / "nowhere.jsonl"], bank.frame)
    (tmp_path / "gbk.jsonl").write_bytes("排队".encode("gb18030"))
    with pytest.raises(InputError, match="labelled files are UTF-8 JSONL"):
        read_examples([tmp_path / "gbk.jsonl"], bank.frame)


def test_held_out_files_are_never_among_those_to_train_on(tmp_path: Path) -> None:
    for name in ("b.jsonl", "a.jsonl", "heldout_a.jsonl", "notes.md"):
        write(tmp_path, SOUND, name=name)
    assert [path.name for path in corpus_files([tmp_path])] == ["a.jsonl", "b.jsonl"]
    assert corpus_files([tmp_path / "heldout_a.jsonl"]) == (tmp_path / "heldout_a.jsonl",)


def build(bank: Bank, path: Path) -> TrainingSet:
    examples = read_examples([path], bank.frame)
    batches = prepare_examples(examples)
    grams = GramColumns.fit(batches, min_df=1, most=100)
    return TrainingSet.build(examples, Outputs.of(bank.frame), Matcher.of(bank.lexicon), grams, batches)


def names(row: np.ndarray[Any, np.dtype[np.bool_]], codes: tuple[str, ...]) -> list[str]:
    return [code for code, there in zip(codes, row, strict=True) if there]


def test_labels_become_targets_of_texts_and_of_the_clauses_that_show_them(bank: Bank, tmp_path: Path) -> None:
    data = build(bank, write(tmp_path, SOUND, {"text": "还行", "causes": [], "stance": "none"}))
    causes, codes = bank.frame.causes, bank.frame.codes
    assert names(data.cause[0], causes) == ["branch_wait"]
    assert sorted(names(data.code[0], codes)) == ["branch_wait.few_tellers", "branch_wait.teller_queue"]
    assert [names(row, codes) for row in data.clause_code] == [
        ["branch_wait.few_tellers"],
        ["branch_wait.teller_queue"],
        [],
    ]
    assert [names(row, causes) for row in data.clause_cause] == [["branch_wait"], ["branch_wait"], []]
    assert data.primary.tolist() == [causes.index("branch_wait"), -1]
    assert data.stance.tolist() == [bank.frame.axes["stance"].index(s) for s in ("complaint", "none")]
    assert data.touchpoint.tolist() == [bank.frame.axes["touchpoint"].index("branch"), -1]


def test_a_span_over_two_clauses_is_shown_by_both_and_a_short_one_by_its_own(
    bank: Bank, tmp_path: Path
) -> None:
    over = {**SOUND, "causes": [{"code": "branch_wait.few_tellers", "span": "就开一个，排队两"}]}
    touching = {**SOUND, "causes": [{"code": "branch_wait.few_tellers", "span": "窗口就开一个，排"}]}
    short = {**SOUND, "causes": [{"code": "branch_wait.few_tellers", "span": "就开"}]}
    data = build(bank, write(tmp_path, over, touching, short))
    assert data.clause_code.any(axis=1).tolist() == [True, True, True, False, True, False]


def test_the_hash_of_the_data_follows_texts_and_labels(bank: Bank, tmp_path: Path) -> None:
    first = build(bank, write(tmp_path, SOUND)).sha256
    assert build(bank, write(tmp_path, {**SOUND, "id": "other"})).sha256 == first
    assert build(bank, write(tmp_path, {**SOUND, "primary": "branch_wait.few_tellers"})).sha256 != first
    assert build(bank, write(tmp_path, {**SOUND, "text": SOUND["text"] + "！"})).sha256 != first
