"""Labels most likely wrong: planted mistakes come first, right labels are left alone."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from textmine.classify.examples import Example, Label
from textmine.classify.noise import suspects
from textmine.classify.reader import load_frame_and_cues
from textmine.classify.train import train

CAUSES = ("a", "b")


def _examples(labels: list[str]) -> list[Example]:
    return [
        Example(str(n), "…", tuple(Label(code, 0, 1) for code in codes), None, "none", (), "", "x")
        for n, codes in enumerate(labels)
    ]


def test_a_label_against_sure_probabilities_is_suspect() -> None:
    examples = _examples(["a"] * 6 + [""] * 6)
    probability = np.array([[0.9, 0.0]] * 5 + [[0.02, 0.0]] + [[0.05, 0.0]] * 5 + [[0.97, 0.0]], np.float32)

    found = suspects(examples, probability, CAUSES)

    assert [(s.row, s.cause, s.labelled) for s in found] == [(5, "a", True), (11, "a", False)]
    assert found[0].doubt > found[1].doubt > 0.9


def test_sound_labels_are_left_alone() -> None:
    probability = np.array([[0.9, 0.1]] * 6 + [[0.1, 0.9]] * 6, np.float32)

    assert suspects(_examples(["a"] * 6 + ["b"] * 6), probability, CAUSES) == ()


def test_a_weak_model_accuses_nobody() -> None:
    probability = np.full((12, 2), 0.3, np.float32)

    assert [s for s in suspects(_examples(["a"] * 6 + [""] * 6), probability, CAUSES) if not s.labelled] == []


def test_a_cause_with_few_rows_is_not_judged() -> None:
    probability = np.array([[0.01, 0.0]] * 4 + [[0.01, 0.0]] * 9, np.float32)

    assert suspects(_examples(["a"] * 4 + [""] * 9), probability, CAUSES) == ()


def test_planted_mistakes_come_first(banking: Path, examples: tuple[Example, ...]) -> None:
    frame, lexicon = load_frame_and_cues(banking)
    single = [n for n, example in enumerate(examples) if len(example.labels) == 1]
    planted = set(single[1::6])
    rows = list(examples)
    for n in planted:
        label = rows[n].labels[0]
        code = "branch_wait" if label.code.startswith("loan_card") else "loan_card"
        rows[n] = replace(rows[n], labels=(replace(label, code=code),), primary=code)

    found = suspects(rows, train(rows, frame, lexicon).probability, frame.causes)

    hits = [suspect.row in planted for suspect in found]
    assert len(planted) > 15
    assert sum(hits) >= 0.4 * len(planted)
    assert sum(hits) >= 0.6 * len(found)
