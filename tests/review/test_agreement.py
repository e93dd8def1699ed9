"""The coefficients against worked examples and against what must hold of any coefficient."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from textmine.review.agreement import agreement, cohen_kappa, krippendorff_alpha, masi_distance
from textmine.review.verdicts import Span, Verdict


def differ(one: str, other: str) -> float:
    return float(one != other)


def test_kappa_of_a_worked_example() -> None:
    # 50 grants judged by two readers: 20 yes-yes, 5 yes-no, 10 no-yes, 15 no-no; kappa 0.4.
    pairs = [("y", "y")] * 20 + [("y", "n")] * 5 + [("n", "y")] * 10 + [("n", "n")] * 15

    assert cohen_kappa(pairs) == pytest.approx(0.4)


def test_alpha_of_krippendorffs_worked_example() -> None:
    # Krippendorff, Computing Krippendorff's Alpha-Reliability (2011), C: four observers, nominal data: 0.743.
    units = [
        "111", "2232", "3333", "3333", "2222", "1234", "4444", "1121", "2222", "555", "11", "3",
    ]  # fmt: skip

    assert krippendorff_alpha(units, differ) == pytest.approx(0.743, abs=0.0005)


@given(st.lists(st.lists(st.sampled_from("abc"), min_size=2, max_size=4), min_size=1))
def test_alpha_is_one_only_without_a_difference(units: list[list[str]]) -> None:
    alpha = krippendorff_alpha(units, differ)

    agreed = all(len(set(unit)) == 1 for unit in units)
    assert alpha is None or (alpha == pytest.approx(1)) == agreed
    assert alpha is None or alpha <= 1 + 1e-12


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("abc")), min_size=1))
def test_kappa_does_not_depend_on_who_is_first(pairs: list[tuple[str, str]]) -> None:
    swapped = [(b, a) for a, b in pairs]

    one, other = cohen_kappa(pairs), cohen_kappa(swapped)
    assert one == other or one == pytest.approx(other)


@pytest.mark.parametrize(
    ("one", "other", "distance"),
    [("", "", 0), ("ab", "ab", 0), ("a", "b", 1), ("", "a", 1), ("a", "ab", 2 / 3), ("ab", "bc", 8 / 9)],
)
def test_masi_distance_of_sets(one: str, other: str, distance: float) -> None:
    assert masi_distance(frozenset(one), frozenset(other)) == pytest.approx(distance)


def verdict(key: str, coder: str, *codes: str) -> Verdict:
    return Verdict(key, coder, tuple(map(Span, codes)), "complaint", "")


def test_only_rows_that_two_coders_judged_are_compared() -> None:
    found = agreement([verdict("1", "w", "a"), verdict("1", "x", "a"), verdict("2", "w", "b")])

    assert found.rows == 1
    assert set(found.kappa) == {("w", "x")}


def test_a_coder_alone_has_no_agreement() -> None:
    found = agreement([verdict("1", "w", "a"), verdict("2", "w", "b")])

    assert (found.rows, found.kappa, found.alpha_primary) == (0, {}, None)
