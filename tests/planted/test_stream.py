"""A planted stream is its seed's, deals verbatims like cards, and knows when an issue rises."""

from __future__ import annotations

from collections import Counter
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest


@pytest.fixture(scope="module")
def one(planted: SimpleNamespace) -> Any:
    return planted.stream.stream(1)


def test_the_same_seed_gives_the_same_stream(planted: SimpleNamespace, one: Any) -> None:
    assert planted.stream.stream(1) == one
    assert planted.stream.stream(2) != one


def test_no_verbatim_of_an_issue_comes_twice_before_all_came_once(planted: SimpleNamespace, one: Any) -> None:
    for name, issue in planted.texts.planted_issues().items():
        if issue.kind == "moving":
            continue
        said = [row.text for row in one.rows if row.truth == name]
        used = [next(t for t in sorted(issue.texts, key=len, reverse=True) if t in text) for text in said]
        counts = Counter(used)

        assert len(counts) == min(len(said), len(issue.texts))
        assert max(counts.values()) - min(counts.values()) <= 1 or len(said) < len(issue.texts)


def test_the_moving_issue_names_only_the_place_where_it_is(planted: SimpleNamespace, one: Any) -> None:
    places = planted.stream.PLACES
    for row in one.rows:
        if row.truth == "door_sales":
            here = places[row.week * len(places) // planted.stream.WEEKS]
            assert not any(place in row.text for place in places if place != here)


def test_a_local_issue_comes_from_its_region(planted: SimpleNamespace, one: Any) -> None:
    regions = {row.region for row in one.rows if row.truth == "mast_jinyuan"}

    assert regions == {"桐川市"}


def test_one_week_has_twice_the_rows(planted: SimpleNamespace, one: Any) -> None:
    background = np.bincount([row.week for row in one.rows if not row.truth])

    assert (background > 300).sum() == 1
    assert np.median(background) < 230


def test_the_fifth_report_counts_from_the_onset(planted: SimpleNamespace) -> None:
    row, stream = planted.stream.Planted, planted.stream.Stream
    issues = planted.texts.planted_issues()
    early = [row("网慢", week, "", "tv_ads") for week in (1, 1, 2, 3, 4, 5)]
    late = [row("网慢", week, "", "tv_ads") for week in (10, 10, 11, 12, 13, 13)]

    assert planted.stream.fifth_weeks(stream((*early, *late), issues, {"tv_ads": 10})) == {"tv_ads": 13}
    assert planted.stream.fifth_weeks(stream(tuple(early), issues, {"tv_ads": 4})) == {}


def test_a_rising_issue_has_no_row_before_its_onset(planted: SimpleNamespace, one: Any) -> None:
    kinds = {name: issue.kind for name, issue in planted.texts.planted_issues().items()}
    for row in one.rows:
        if kinds.get(row.truth) in planted.stream.RISING:
            assert row.week >= one.onsets[row.truth]
