"""An alarm means more rows than the past explains, whatever the volume does."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from textmine.issues import surveil
from textmine.issues.surveil import Finding, Series

Q = 0.02


def survey(series: list[Series]) -> tuple[Finding, ...]:
    return surveil.survey(series, q_limit=Q)


def judged(series: Series) -> Finding:
    return survey([series])[0]


def _alarm(counts: list[float], volumes: list[float] | None = None) -> bool:
    return survey([Series("x", tuple(counts), tuple(volumes or [100.0] * len(counts)))])[0].alarm


def test_a_rise_from_nothing_is_alarmed() -> None:
    found = survey([Series("x", (0, 0, 0, 0, 0, 0, 0, 0, 1, 4, 6), (100.0,) * 11)])[0]

    assert found.alarm
    assert found.observed >= 6
    assert found.ratio > 10


@pytest.mark.parametrize(
    "counts",
    [
        [5, 4, 6, 5, 4, 6, 5, 5, 4, 6, 5, 7],
        [12, 11, 9, 9, 7, 6, 5, 4, 4, 3, 2, 2],
        [9, 1, 1, 9, 1, 1, 9, 1, 1, 9, 1, 9],
        [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2],
        [0, 0, 0, 0, 0, 3, 9, 14, 9, 4, 3, 2],
        [5, 5, 3, 4, 1, 3, 0, 0, 1, 1, 5, 4, 6],
        [13, 8, 8, 5, 8, 11, 8, 4, 11, 6, 4, 3, 7, 17],
    ],
    ids=["steady", "declining", "rhythmic", "few", "fading", "back at its old level", "usual after a lull"],
)
def test_what_does_not_rise_is_not_alarmed(counts: list[float]) -> None:
    assert not _alarm(counts)


def test_volume_explains_a_proportional_rise() -> None:
    counts = [5.0, 4, 6, 5, 4, 6, 5, 5, 4, 6, 5, 30]

    assert _alarm(counts)
    assert not _alarm(counts, [100.0] * 11 + [600.0])


def test_many_quiet_series_make_an_alarm_harder() -> None:
    loud = Series("loud", (1, 0, 1, 1, 0, 1, 1, 0, 1, 0, 1, 5), (100.0,) * 12)
    quiet = [Series(str(i), (5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5), (100.0,) * 12) for i in range(200)]

    assert survey([loud])[0].q_value < survey([loud, *quiet])[0].q_value


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.floats(0.05, 20))
def test_poisson_noise_is_hardly_ever_alarmed(seed: int, rate: float) -> None:
    counts = np.random.default_rng(seed).poisson(rate, (20, 20))
    series = [Series(str(i), tuple(map(float, row)), (100.0,) * 20) for i, row in enumerate(counts)]

    assert sum(one.alarm for one in survey(series)) <= 1


def test_series_with_too_few_rows_in_all_hide_no_alarm() -> None:
    loud = Series("loud", (1, 0, 1, 1, 0, 1, 1, 0, 1, 0, 1, 6), (100.0,) * 12)
    rare = [Series(str(i), (1, 0, 0, 1, 0, 1, 0, 0, 0, 1, 0, 0), (100.0,) * 12) for i in range(800)]

    assert survey([loud, *rare])[0].q_value == survey([loud])[0].q_value


def test_a_series_that_went_quiet_counts_as_tested() -> None:
    loud = Series("loud", (1, 0, 1, 1, 0, 1, 1, 0, 1, 0, 1, 6), (100.0,) * 12)
    quiet = [Series(str(i), (1, 1, 0, 1, 1, 1, 0, 0, 0, 0, 0, 0), (100.0,) * 12) for i in range(800)]

    assert survey([loud, *quiet])[0].q_value > 100 * survey([loud])[0].q_value


def test_a_rise_too_slow_for_any_three_weeks_is_alarmed() -> None:
    assert _alarm([1, 0, 1, 0, 1, 0, 1, 0, 0, 1, 0, 1, 1, 2, 2, 1, 3, 2, 3, 4])


def test_what_comes_every_year_at_this_time_is_not_news() -> None:
    year = [1.0] * 49 + [1.0, 9.0, 12.0]
    counts, volumes = (*year, *year), (100.0,) * 104

    first, second = Series("x", tuple(year), volumes[:52]), Series("x", counts, volumes)
    knowing = [replace(one, season=52, spread=2) for one in (first, second)]

    assert [one.alarm for one in map(judged, knowing)] == [True, False]
    assert judged(knowing[1]).expected > 2 * judged(second).expected


def test_more_than_every_year_at_this_time_is_news() -> None:
    year = [1.0] * 49 + [1.0, 5.0, 6.0]
    counts = (*year, *year[:-2], 22.0, 30.0)

    assert survey([Series("x", counts, (100.0,) * 104, season=52, spread=2)])[0].alarm


def test_the_day_of_the_week_explains_its_rows() -> None:
    week = [2.0, 2.0, 2.0, 2.0, 2.0, 9.0, 2.0]
    counts = tuple((week * 4)[:27])

    assert survey([Series("x", counts, (100.0,) * 27)])[0].expected < 4
    assert survey([Series("x", counts, (100.0,) * 27, season=7)])[0].expected > 5
