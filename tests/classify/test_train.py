"""Training: the same data give the same bytes, and what is learnt can be seen on texts held out."""

from __future__ import annotations

import dataclasses
import random
from pathlib import Path

import pytest

from textmine.classify.model import save_model
from textmine.classify.train import Trained, train
from textmine.errors import UsageError

from .conftest import Bank


def saved(trained: Trained, folder: Path) -> dict[str, bytes]:
    save_model(trained.model, folder)
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def test_training_twice_gives_the_same_bytes(bank: Bank, trained: Trained, tmp_path: Path) -> None:
    again = train(bank.examples, bank.frame, bank.lexicon)
    assert saved(again, tmp_path / "again") == saved(trained, tmp_path / "first")


def test_the_order_of_the_examples_changes_no_byte(bank: Bank, trained: Trained, tmp_path: Path) -> None:
    shuffled = list(bank.examples)
    random.Random(1).shuffle(shuffled)
    again = train(shuffled, bank.frame, bank.lexicon)
    assert saved(again, tmp_path / "again") == saved(trained, tmp_path / "first")


def test_other_labels_give_another_model(bank: Bank, trained: Trained) -> None:
    first = next(n for n, example in enumerate(bank.examples) if example.labels)
    changed = dataclasses.replace(bank.examples[first], labels=(), primary=None, stance="none")
    examples = (*bank.examples[:first], changed, *bank.examples[first + 1 :])
    model = train(examples, bank.frame, bank.lexicon).model
    assert model.sha256 != trained.model.sha256
    assert model.about["data_sha256"] != trained.model.about["data_sha256"]


def test_held_out_answers_stand_beside_the_truth(bank: Bank, trained: Trained) -> None:
    assert trained.truth == tuple(tuple(sorted({x.code for x in e.labels})) for e in bank.examples)
    assert len(trained.given) == len(trained.truth)
    codes = {code for given in trained.given for code in given}
    assert codes <= {*bank.frame.codes}
    causes = [
        ({c.partition(".")[0] for c in truth}, {c.partition(".")[0] for c in given})
        for truth, given in zip(trained.truth, trained.given, strict=True)
    ]
    right = sum(len(truth & given) for truth, given in causes)
    assert 2 * right / sum(len(truth) + len(given) for truth, given in causes) > 0.6


def test_a_model_says_what_it_was_made_of(bank: Bank, trained: Trained) -> None:
    about = trained.model.about
    assert about["examples"] == len(bank.examples)
    assert about["frame_version"] == bank.frame.version
    assert trained.model.lexicon_sha256 == bank.lexicon.sha256
    assert trained.model.frame_sha256 == bank.frame.sha256


def test_too_few_verbatims_are_refused(bank: Bank) -> None:
    with pytest.raises(UsageError, match="12 labelled verbatims are too few; give at least"):
        train(bank.examples[:12], bank.frame, bank.lexicon)
