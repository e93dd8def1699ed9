"""Survey arithmetic against tables worked out by hand."""

from __future__ import annotations

import math

import pytest

from textmine.counts.satisfaction import satisfaction, standard_satisfaction
from textmine.errors import UsageError

BY_HAND = [
    # CS1, CS2, CS3, (0.4·CS1 + 0.3·CS2 + 0.3·CS3 − 1) ÷ 9 × 100
    (10, 10, 10, 100.0),
    (1, 1, 1, 0.0),
    (8, 7, 6, (3.2 + 2.1 + 1.8 - 1) / 9 * 100),  # 6.1 ÷ 9 = 67.78
    (10, 9, 9.3, (4.0 + 2.7 + 2.79 - 1) / 9 * 100),  # 8.49 ÷ 9 = 94.33
    (5, 8, 2, (2.0 + 2.4 + 0.6 - 1) / 9 * 100),  # 4 ÷ 9 = 44.44
]


@pytest.mark.parametrize(("cs1", "cs2", "cs3", "expected"), BY_HAND)
def test_standard_satisfaction_of_three_scores(cs1: float, cs2: float, cs3: float, expected: float) -> None:
    assert standard_satisfaction([cs1], [cs2], [cs3])[0] == pytest.approx(expected)


def test_standard_satisfaction_in_round_figures() -> None:
    assert round(float(standard_satisfaction([8], [7], [6])[0]), 2) == 67.78
    assert round(float(standard_satisfaction([10], [9], [9.3])[0]), 2) == 94.33


def test_one_score_is_stretched_to_a_hundred_and_says_so() -> None:
    assert list(standard_satisfaction([1, 5.5, 10])) == pytest.approx([0, 50, 100])
    assert satisfaction([1, 5.5, 10]).basis == "one score"
    assert satisfaction([5], expectation=[5], ideal=[5]).basis == "three scores"


def test_boxes_of_ten_customers() -> None:
    # 10, 10, 9, 8, 8 satisfied; 7, 7, 7 fair; 6, 2 poor: mean 7.4, standard (7.4 − 1) ÷ 9 × 100 = 71.11.
    found = satisfaction([10, 10, 9, 8, 8, 7, 7, 7, 6, 2, None, math.nan])
    assert found.n == 10
    assert (found.top3.value, found.ten.value, found.fair.value, found.poor.value) == (0.5, 0.2, 0.3, 0.2)
    assert found.fair_of_dissatisfied == pytest.approx(0.6)
    assert found.mean.value == pytest.approx(7.4)
    assert found.standard.value == pytest.approx(71.111, abs=1e-3)


def test_ranges_are_the_textbook_ones() -> None:
    found = satisfaction([10] * 20 + [5] * 80, level=0.95)
    # Wilson, 20 of 100 at 95 %: 0.1334 to 0.2888. Mean 6, sd 2.0101, standard error 0.20101.
    assert (found.ten.low, found.ten.high) == (
        pytest.approx(0.1334, abs=1e-4),
        pytest.approx(0.2888, abs=1e-4),
    )
    assert found.mean.low == pytest.approx(6 - 1.96 * 0.20101, abs=1e-3)


def test_rows_without_all_three_scores_count_for_shares_only() -> None:
    found = satisfaction([8, 8, 8], expectation=[8, None, 8], ideal=[8, 8, None])
    assert (found.n, found.n_standard, found.standard.value) == (3, 1, pytest.approx(700 / 9))


def test_unusable_scores_are_refused_with_what_to_do() -> None:
    with pytest.raises(UsageError, match=r"first: 11 in row 2"):
        satisfaction([10, 11, 0])
    with pytest.raises(UsageError, match="--score"):
        satisfaction([None, None])
    with pytest.raises(UsageError, match="name both"):
        satisfaction([5], expectation=[5])
    with pytest.raises(UsageError, match="differ in length"):
        standard_satisfaction([5], [5, 6], [5])
    assert satisfaction([9, 8]).fair_of_dissatisfied is None
