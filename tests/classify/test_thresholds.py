"""From which probability on something is said, and what a promised precision costs."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from textmine.classify.model import OperatingPoint, Thresholds
from textmine.classify.thresholds import choose_thresholds, given_causes
from textmine.classify.train import Trained


def promised(trained: Trained, points: list[tuple[float, int, int]], precision: float) -> float:
    held_out = {"wait": tuple(OperatingPoint(*point) for point in points)}
    thresholds: Thresholds = dataclasses.replace(trained.model.thresholds, held_out=held_out)
    return thresholds.for_precision(precision)["wait"]


def test_the_lowest_threshold_that_keeps_the_promise_is_taken(trained: Trained) -> None:
    points = [(0.2, 200, 120), (0.4, 150, 140), (0.6, 120, 115), (0.8, 100, 99)]
    assert promised(trained, points, 0.9) == 0.4
    assert promised(trained, points, 0.95) == 0.6
    assert promised(trained, points, 0.5) == 0.2


def test_a_promise_that_cannot_be_kept_leaves_every_row_for_review(trained: Trained) -> None:
    assert promised(trained, [(0.2, 100, 50), (0.8, 50, 30)], 0.9) > 1
    assert promised(trained, [], 0.9) > 1


def test_few_tags_are_not_believed_too_easily(trained: Trained) -> None:
    assert promised(trained, [(0.5, 3, 3)], 0.9) > 1
    assert promised(trained, [(0.5, 30, 30)], 0.9) == 0.5


def test_thresholds_that_few_tags_reach_do_not_spoil_those_that_many_reach(trained: Trained) -> None:
    points = [(0.5, 200, 196), (0.7, 100, 99), (0.9, 3, 3), (0.98, 0, 0)]
    assert promised(trained, points, 0.9) == 0.5


def test_causes_above_their_limits_are_given() -> None:
    probability = np.array([[0.6, 0.2], [0.4, 0.4], [0.1, 0.3]], np.float32)
    given = given_causes(probability, np.zeros(3, np.float32), np.array([0.5, 0.3]), fallback=0.1, gate=0.0)
    assert given.tolist() == [[True, False], [False, True], [False, True]]


def test_only_a_complaint_without_any_cause_falls_back() -> None:
    probability = np.array([[0.3, 0.2], [0.3, 0.2], [0.1, 0.05], [0.9, 0.4]], np.float32)
    complaint = np.array([0.9, 0.1, 0.9, 0.9], np.float32)
    given = given_causes(probability, complaint, np.array([0.5, 0.5]), fallback=0.25, gate=0.0)
    assert given.tolist() == [[True, False], [False, False], [False, False], [True, False]]


def test_a_text_that_reads_as_no_complaint_has_only_causes_beyond_doubt() -> None:
    probability = np.array([[0.6, 0.1], [0.75, 0.1], [0.6, 0.1]], np.float32)
    complaint = np.array([0.2, 0.2, 0.4], np.float32)
    given = given_causes(probability, complaint, np.array([0.5, 0.5]), fallback=0.25, gate=0.4)
    assert given.tolist() == [[False, False], [True, False], [True, False]]


def test_thresholds_are_where_f1_is_best() -> None:
    rng = np.random.default_rng(3)
    truth = rng.random((4000, 2)) < (0.5, 0.1)
    # Scores that part right from wrong around 0.4 and around 0.2.
    probability = np.where(truth, (0.43, 0.23), (0.37, 0.17)).astype(np.float32)
    weight = np.ones(4000, np.float32)
    chosen = choose_thresholds(probability, np.zeros(4000, np.float32), truth, weight, ["often", "seldom"])
    assert 0.37 < chosen.cause["often"] <= 0.43
    assert 0.17 < chosen.cause["seldom"] <= 0.26
    points = {point.threshold: point for point in chosen.held_out["often"]}
    assert points[0.4].given == points[0.4].right == int(truth[:, 0].sum())
    assert points[0.2].given == 4000


@pytest.mark.parametrize("n", [0, 3])
def test_a_cause_hardly_ever_seen_keeps_near_the_common_threshold(n: int) -> None:
    truth = np.zeros((1000, 2), bool)
    truth[:500, 0] = True
    truth[:n, 1] = True
    probability = np.where(truth, (0.5, 0.12), (0.3, 0.05)).astype(np.float32)
    chosen = choose_thresholds(
        probability, np.zeros(1000, np.float32), truth, np.ones(1000, np.float32), ["often", "seldom"]
    )
    assert abs(chosen.cause["seldom"] - chosen.cause["often"]) < 0.05
