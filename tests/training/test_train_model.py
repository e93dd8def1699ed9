"""What a training leaves behind: model, error rates and model card, the same bytes each time."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from textmine.classify.evaluate import evaluate
from textmine.classify.examples import Example
from textmine.classify.reader import Reader
from textmine.classify.reliability import reliability_by_cause
from textmine.counts.error_rates import ErrorRates
from textmine.training import TrainedFolder, evaluate_model, noisy_labels, suggest_rows, train_model

from .conftest import Write


@pytest.fixture(scope="module")
def done(corpus: Path, banking: Path, tmp_path_factory: pytest.TempPathFactory) -> TrainedFolder:
    return train_model([corpus], tmp_path_factory.mktemp("trained") / "bank", banking)


def test_a_folder_holds_model_error_rates_and_card(done: TrainedFolder) -> None:
    names = {path.name for path in done.folder.iterdir()}

    assert names == {
        "model.json",
        "weights.safetensors",
        "cues.safetensors",
        "error_rates.json",
        "README.md",
    }


def test_error_rates_count_every_row_held_out(done: TrainedFolder, examples: tuple[Example, ...]) -> None:
    rates = ErrorRates.from_dict(json.loads((done.folder / "error_rates.json").read_text("utf-8")))
    labelled = sum(any(x.code.startswith("branch_wait") for x in e.labels) for e in examples)

    assert rates.rows == len(examples)
    assert rates.confusion("branch_wait").positives == labelled
    assert sum(p.n for p in rates.patterns if p.true != p.predicted) > 0


def test_the_card_names_data_figures_failures_and_hashes(done: TrainedFolder) -> None:
    card = (done.folder / "README.md").read_text("utf-8")

    assert card.startswith("# bank\n")
    for part in (done.model.sha256, done.model.frame_sha256, done.model.about["data_sha256"], "156 labelled"):
        assert part in card
    value = done.measured[0].evaluation["cause_micro_f1"]
    assert f"| cause micro f1 | {value:.3f} |" in card
    assert "## Known failures\n\n- " in card
    assert "| Waiting at the branch |" in card


def test_the_same_data_give_the_same_bytes(
    done: TrainedFolder, corpus: Path, banking: Path, tmp_path: Path
) -> None:
    train_model([corpus], tmp_path / "bank", banking)

    for path in done.folder.iterdir():
        assert (tmp_path / "bank" / path.name).read_bytes() == path.read_bytes(), path.name


def test_held_out_files_of_the_corpus_are_measured_but_not_learnt(
    corpus: Path, banking: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "rows"
    folder.mkdir()
    shutil.copy(corpus, folder / "a.jsonl")
    lines = corpus.read_text("utf-8").splitlines(keepends=True)
    (folder / "heldout_b.jsonl").write_text("".join(lines[:40]), "utf-8")

    done = train_model([folder], tmp_path / "model", banking)

    assert done.examples == len(lines)
    assert [one.evaluation.n for one in done.measured] == [40, len(lines)]
    assert "Held-out files, seen by no training: 40" in (tmp_path / "model" / "README.md").read_text("utf-8")


def test_reliability_compares_what_tags_say_with_what_is_right(
    small_reader: Reader, examples: tuple[Example, ...]
) -> None:
    readings = small_reader.read([example.text for example in examples])

    told = reliability_by_cause(examples, readings, small_reader.frame.causes)

    measured = {cause.code: cause for cause in evaluate(small_reader, examples, runs=2).causes}
    assert [item.cause for item in told] == list(small_reader.frame.causes)
    for item in told:
        assert item.given == measured[item.cause].given
        if item.given:
            assert item.share_right == pytest.approx(measured[item.cause].precision)
            assert item.error >= abs(item.mean_score - item.share_right) - 1e-9


def test_an_evaluation_writes_a_card(
    done: TrainedFolder, corpus: Path, banking: Path, tmp_path: Path
) -> None:
    result, _ = evaluate_model([corpus], model=str(done.folder), frame=banking, card=tmp_path / "card.md")

    card = (tmp_path / "card.md").read_text("utf-8")
    assert "Measured on corpus.jsonl: 156 verbatims" in card
    assert f"{result['cause_micro_f1']:.3f}" in card


def test_rows_to_look_at_need_no_labels(done: TrainedFolder, banking: Path, write: Write) -> None:
    path = write("new.jsonl", [{"id": 7, "text": "一般，说不上来"}, {"text": "取号等了三个小时还没叫到"}])

    rows, found = suggest_rows([path], n=1, model=str(done.folder), frame=banking)

    assert rows.ids == ("7", "new:2")
    assert [rows.ids[item.row] for item in found] == ["7"]


def test_labels_are_doubted_with_a_model_or_by_cross_validation(
    done: TrainedFolder, banking: Path, corpus: Path
) -> None:
    alone = noisy_labels([corpus], frame=banking)
    by_model = noisy_labels([corpus], model=str(done.folder), frame=banking)

    assert len(alone.examples) == len(by_model.examples) == 156
    assert alone.suspects != by_model.suspects


def test_the_commands_print_what_the_calls_return(
    command: Callable[..., Any], done: TrainedFolder, banking: Path, corpus: Path
) -> None:
    options = ("--model", done.folder, "--frame", banking, "--json")

    rows = json.loads(command("evaluate", corpus, "--suggest", "3", *options).out)["rows"]
    noise = json.loads(command("evaluate", corpus, "--noise", *options).out)

    _, found = suggest_rows([corpus], n=3, model=str(done.folder), frame=banking)
    assert [row["uncertainty"] for row in rows] == [item.uncertainty for item in found]
    assert set(rows[0]) == {"id", "text", "causes", "primary", "stance", "uncertainty"}
    assert noise["rows"] == 156
    assert all(0 <= suspect["probability"] <= 1 and suspect["text"] for suspect in noise["suspects"])


def test_the_commands_show_tables(
    command: Callable[..., Any], done: TrainedFolder, banking: Path, corpus: Path
) -> None:
    options = ("--model", done.folder, "--frame", banking)

    assert "Most worth a human look" in command("evaluate", corpus, "--suggest", "3", *options).out
    assert "Labels most likely wrong" in command("evaluate", corpus, "--noise", *options).out
