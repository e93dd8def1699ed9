"""Rows worth a human look: those in doubt, no two alike, never empty ones."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp

from textmine.classify.reader import Reader
from textmine.classify.suggest import choose, entropy, suggest


def test_an_even_chance_is_most_doubtful() -> None:
    doubt = entropy(np.array([[0.5, 0.5], [0.5, 1.0], [0.9, 0.9], [1.0, 0.0]], np.float32))

    assert doubt[0] == pytest.approx(2.0)
    assert doubt[1] == pytest.approx(1.0, abs=1e-5)
    assert doubt[2] < doubt[1]
    assert doubt[3] == pytest.approx(0.0, abs=1e-5)


def test_of_two_like_rows_only_one_is_chosen_first() -> None:
    vectors = sp.csr_matrix(np.array([[1.0, 0], [1.0, 0], [0, 1.0]]))

    assert choose(np.array([3.0, 2.9, 0.5]), vectors, 2) == [0, 2]


def test_rows_without_doubt_are_not_chosen() -> None:
    assert choose(np.array([0.0, 1.0]), sp.csr_matrix(np.eye(2)), 5) == [1]


def test_a_text_given_twice_is_suggested_once(small_reader: Reader) -> None:
    texts = ["一般吧，说不清楚", "一般吧，说不清楚", "取号等了三个小时", "", "APP登不上去，利息也算错了"]

    found = suggest(small_reader, texts, n=10)

    assert len({texts[item.row] for item in found}) == len(found)
    assert 3 not in {item.row for item in found}
    assert len(found) == 3
    assert [item.row for item in suggest(small_reader, texts, n=2)] == [item.row for item in found[:2]]


def test_nothing_to_choose_from_gives_nothing(small_reader: Reader) -> None:
    assert suggest(small_reader, [], n=3) == ()
