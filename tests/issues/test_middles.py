"""Directions of issues follow their sums, whatever the order of growing and asking."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from textmine.issues.middles import Middles

STEPS = st.lists(st.tuples(st.integers(0, 5), st.integers(-3, 3), st.booleans()), max_size=40)


@given(STEPS)
def test_directions_are_those_of_the_sums(steps: list[tuple[int, int, bool]]) -> None:
    middles, sums = Middles(), np.zeros((0, 2), np.float32)
    for number, value, ask in steps:
        if number >= len(middles):
            middles.append(2)
            sums = np.vstack([sums, np.zeros((1, 2), np.float32)])
        else:
            vector = np.array([value, 1], np.float32)
            middles.add(number, vector)
            sums[number] += vector
        if ask:
            middles.units()
    lengths = np.linalg.norm(sums, axis=1, keepdims=True)

    assert np.array_equal(middles.sums, sums.reshape(middles.sums.shape))
    directions = sums / np.maximum(lengths, 1e-9)
    assert np.allclose(middles.units(), directions.reshape(middles.sums.shape), atol=1e-6)


def test_a_ledger_gives_the_same_directions() -> None:
    middles = Middles()
    for vector in ([3.0, 4.0], [0.0, 2.0]):
        middles.append(2)
        middles.add(len(middles) - 1, np.array(vector, np.float32))

    assert np.array_equal(Middles(middles.sums).units(), middles.units())
    assert np.allclose(middles.units()[0], [0.6, 0.8])
