"""Drivers: hand-computed weights and effects, overlap shared fairly, ranges that hold, quadrants named
right."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from textmine.counts.drivers import (
    QUADRANT_ZH,
    cause_drivers,
    quadrant_of,
    relative_weights,
    touchpoint_drivers,
)
from textmine.errors import UsageError

# 40 rows, two causes that never overlap with each other's effect: score 90 − 20·wait − 10·fee.
BALANCED = [("wait",)] * 10 + [("fee",)] * 10 + [("wait", "fee")] * 10 + [()] * 10
SCORES = [70.0] * 10 + [80.0] * 10 + [60.0] * 10 + [90.0] * 10


def test_importance_and_effect_of_two_independent_causes_by_hand() -> None:
    # Variances explained are 20²·¼ = 100 and 10²·¼ = 25: four fifths and one fifth. Half the rows have each
    # cause, so without waiting the mean of 75 rises by 20 ÷ 2 = 10, without fees by 5.
    found = cause_drivers(BALANCED, SCORES, codes=("fee", "wait"))
    wait, fee = found.drivers
    assert (wait.code, fee.code) == ("wait", "fee")
    assert (wait.importance.value, fee.importance.value) == (pytest.approx(0.8), pytest.approx(0.2))
    assert (wait.effect.value, fee.effect.value) == (pytest.approx(10), pytest.approx(5))
    assert (wait.n, wait.performance, found.n) == (20, 50.0, 40)
    assert found.explained == pytest.approx(1)


def test_ranges_hold_the_truth_and_a_cause_without_effect_is_seen_as_such() -> None:
    rng = np.random.default_rng(2)
    has = rng.random((3000, 3)) < (0.3, 0.2, 0.1)
    outcome = 80 - 20 * has[:, 0] - 10 * has[:, 1] + rng.normal(0, 15, 3000)
    rows = [tuple(c for c, yes in zip("abc", row, strict=True) if yes) for row in has]
    found = {d.code: d for d in cause_drivers(rows, outcome, codes="abc").drivers}
    assert not found["a"].effect.excludes(20 * has[:, 0].mean())
    assert not found["b"].effect.excludes(10 * has[:, 1].mean())
    assert not found["c"].effect.excludes(0)
    assert found["a"].effect.low > 3
    assert found["c"].importance.value < 0.02


def shapley(correlations: np.ndarray, outer: np.ndarray) -> np.ndarray:
    """LMG: a driver's mean gain in R² over all orders of entry (Lindeman, Merenda and Gold 1980)."""
    k = len(outer)

    def r2(chosen: tuple[int, ...]) -> float:
        block = correlations[np.ix_(chosen, chosen)]
        return float(outer[list(chosen)] @ np.linalg.solve(block, outer[list(chosen)])) if chosen else 0.0

    shares = np.zeros(k)
    for j in range(k):
        others = [i for i in range(k) if i != j]
        for size in range(k):
            gains = [r2(tuple(sorted((*s, j)))) - r2(s) for s in combinations(others, size)]
            shares[j] += np.mean(gains) / k
    return shares


def test_relative_weights_agree_with_shapley_when_drivers_overlap() -> None:
    rng = np.random.default_rng(1)
    shared = rng.normal(size=(4000, 1))
    x = 0.7 * shared + rng.normal(size=(4000, 4))
    y = x @ np.array([3.0, 1.0, 0.5, 0.0]) + rng.normal(0, 2, 4000)
    matrix = np.corrcoef(np.column_stack([x, y]).T)
    ours, lmg = (
        relative_weights(matrix[:-1, :-1], matrix[:-1, -1]),
        shapley(matrix[:-1, :-1], matrix[:-1, -1]),
    )
    assert ours.sum() == pytest.approx(lmg.sum())
    assert ours == pytest.approx(lmg, abs=0.02)


def test_two_copies_of_a_driver_share_its_importance() -> None:
    rng = np.random.default_rng(4)
    hall = rng.integers(1, 11, 400)
    found = touchpoint_drivers({"hall": hall, "hall again": hall, "noise": rng.integers(1, 11, 400)}, hall)
    by_code = {d.code: d.importance.value for d in found.drivers}
    assert by_code["hall"] == pytest.approx(by_code["hall again"])
    assert by_code["hall"] == pytest.approx(0.5, abs=0.02)


def test_touchpoints_with_missing_scores_are_compared_on_the_rows_that_have_both() -> None:
    rng = np.random.default_rng(6)
    network, hotline = rng.integers(1, 11, 600).astype(float), rng.integers(1, 11, 600).astype(float)
    overall = np.clip(np.round(0.6 * network + 0.2 * hotline + 1), 1, 10)
    hotline[::3] = np.nan
    found = touchpoint_drivers({"hotline": hotline, "network": network}, overall)
    assert [d.code for d in found.drivers] == ["network", "hotline"]
    assert found.drivers[0].effect.value == pytest.approx(0.6, abs=0.05)
    assert found.drivers[1].n == 400
    assert found.drivers[0].performance == pytest.approx((network.mean() - 1) / 9 * 100)


def test_rare_causes_get_no_figure() -> None:
    rows = [*BALANCED, ("rare",), ("rare",)]
    found = cause_drivers(rows, [*SCORES, 1.0, 1.0], codes=("wait", "rare", "never"))
    assert found.too_rare == ("rare", "never")
    assert [d.code for d in found.drivers] == ["wait"]


def test_the_four_quadrants() -> None:
    places = {(9, 1): "重点改善", (1, 1): "其次改善", (9, 9): "保持", (1, 9): "锦上添花"}
    for (importance, performance), name in places.items():
        assert QUADRANT_ZH[quadrant_of(importance, performance, important=5, good=5)] == name


def test_the_same_seed_gives_the_same_ranges() -> None:
    noisy = [score + (i % 7) for i, score in enumerate(SCORES)]
    assert cause_drivers(BALANCED, noisy, codes=("wait",)) == cause_drivers(BALANCED, noisy, codes=("wait",))


def test_what_cannot_be_compared_is_said() -> None:
    with pytest.raises(UsageError, match="vary"):
        cause_drivers(BALANCED, [5.0] * 40, codes=("wait",))
    with pytest.raises(UsageError, match="one score a row"):
        cause_drivers(BALANCED, [5.0], codes=("wait",))
    with pytest.raises(UsageError, match="differ in length"):
        touchpoint_drivers({"a": [5] * 9, "b": [5] * 8}, [5] * 9)
