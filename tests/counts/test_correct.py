"""Corrected counts: right where worked out by hand, covering under shift, better with reviewed rows."""

from __future__ import annotations

import json
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from textmine.counts.correct import (
    CorrectedCounts,
    correct_counts,
    correct_tagged,
    corrected,
    rank_stability,
)
from textmine.counts.error_rates import SCHEMA, Confusion, ErrorRates
from textmine.counts.tally import Tally
from textmine.counts.tilt import tilted_confusions
from textmine.errors import InputError, UsageError

CAUSES = ("a", "b", "c", "d")
HIT = np.array([0.85, 0.7, 0.6, 0.8])
SPILL = np.array([[0.0, 0.25, 0.02, 0.0], [0.05, 0, 0.1, 0], [0.0, 0.1, 0, 0.2], [0.02, 0, 0, 0]])
"""SPILL[i, j]: how often a row about cause i alone is tagged j as well. Mostly between neighbours."""
QUIET = 0.01


def simulate(rng: np.random.Generator, rows: int, prevalence: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    true = rng.random((rows, 4)) < prevalence
    silent = (1 - QUIET) * np.prod(np.where(true[:, :, None], 1 - SPILL[None], 1.0), axis=1)
    tagged = np.where(true, rng.random((rows, 4)) < HIT, rng.random((rows, 4)) > silent)
    return true, tagged


def named(true: np.ndarray, tagged: np.ndarray) -> ErrorRates:
    def codes(row: np.ndarray) -> tuple[str, ...]:
        return tuple(cause for cause, has in zip(CAUSES, row, strict=True) if has)

    return ErrorRates.from_rows((codes(t), codes(f)) for t, f in zip(true, tagged, strict=True))


def test_a_perfect_classifier_needs_no_correction() -> None:
    rates = ErrorRates.from_rows([(("a",), ("a",))] * 400 + [((), ())] * 1600)
    interval = correct_tagged({"a": 250}, 1000, rates).intervals()["a"]
    assert interval.value == pytest.approx(250, abs=3)
    assert interval.low <= 250 <= interval.high


def test_counts_are_corrected_as_the_adjusted_count_formula_says() -> None:
    # tpr 0.6, fpr 0.05; 2,300 of 10,000 tagged: (0.23 − 0.05) ÷ (0.6 − 0.05) = 0.327 of 10,000.
    rows = [(("a",), ("a",))] * 6000 + [(("a",), ())] * 4000 + [((), ("a",))] * 500 + [((), ())] * 9500
    interval = correct_tagged({"a": 2300}, 10_000, ErrorRates.from_rows(rows)).intervals()["a"]
    assert interval.value == pytest.approx(3273, rel=0.03)
    assert interval.low < 3273 < interval.high
    assert interval.half_width < 400


def test_ranges_are_wider_with_fewer_held_out_rows() -> None:
    base = [(("a",), ("a",))] * 6 + [(("a",), ())] * 4 + [((), ("a",))] * 1 + [((), ())] * 29
    few, many = (
        correct_tagged({"a": 1000}, 5000, ErrorRates.from_rows(base * times)).intervals()["a"]
        for times in (1, 40)
    )
    assert few.half_width > 2.5 * many.half_width


def test_ranges_cover_and_errors_halve_under_shifted_prevalence() -> None:
    rng = np.random.default_rng(5)
    usual = np.array([0.2, 0.1, 0.08, 0.15])
    inside, raw, fixed = [], [], []
    for run in range(60):
        held_out = named(*simulate(rng, 1500, usual))
        shifted = 1 / (1 + (1 - usual) / usual * np.exp(rng.normal(0, 0.8, 4)))
        true, tagged = simulate(rng, 8000, shifted)
        found = dict(zip(CAUSES, tagged.sum(axis=0).tolist(), strict=True))
        intervals = correct_tagged(found, 8000, held_out, seed=run).intervals(level=0.9)
        for cause, truth in zip(CAUSES, true.sum(axis=0).tolist(), strict=True):
            inside.append(intervals[cause].low <= truth <= intervals[cause].high)
            raw.append(abs(found[cause] - truth))
            fixed.append(abs(intervals[cause].value - truth))
    assert np.mean(inside) >= 0.85
    assert np.mean(fixed) < 0.5 * np.mean(raw)


def test_held_out_rows_are_reweighted_to_the_mix_of_the_batch() -> None:
    # b is falsely tagged only where a is true. When a doubles, so must b's false-positive rate.
    rows = (
        [(("a",), ("a", "b"))] * 100 + [(("a",), ("a",))] * 100 + [(("b",), ("b",))] * 100 + [((), ())] * 700
    )
    rates = ErrorRates.from_rows(rows)
    same, doubled = (
        tilted_confusions({"a": a, "b": b}, 10_000, rates)["b"] for a, b in ((2000, 2000), (4000, 2800))
    )
    assert same.fp / (same.fp + same.tn) == pytest.approx(100 / 900, rel=0.03)
    # 2,000 of the 9,200 rows without b; held out it was 100 of 900.
    assert doubled.fp / (doubled.fp + doubled.tn) == pytest.approx(2000 / 9200, rel=0.1)


def test_reviewed_rows_overrule_held_out_rates_that_do_not_hold_here() -> None:
    rng = np.random.default_rng(3)
    held_out = ErrorRates.from_rows(
        [(("a",), ("a",))] * 180 + [(("a",), ())] * 20 + [((), ("a",))] * 8 + [((), ())] * 800
    )
    truth = rng.random(20_000) < 0.3
    tagged = np.where(truth, rng.random(20_000) < 0.5, rng.random(20_000) < 0.1)
    sample = rng.choice(20_000, 800, replace=False)
    reviewed = ErrorRates.from_rows((("a",) if truth[i] else (), ("a",) if tagged[i] else ()) for i in sample)
    found = {"a": int(tagged.sum())}
    without = correct_tagged(found, 20_000, held_out).intervals()["a"]
    with_review = correct_tagged(found, 20_000, held_out, reviewed=reviewed).intervals()["a"]
    assert without.excludes(int(truth.sum()))
    assert not with_review.excludes(int(truth.sum()))
    # The post-stratified estimate: precision among tagged, prevalence among untagged reviewed rows.
    c = reviewed.confusion("a")
    by_hand = found["a"] * c.tp / c.predicted + (20_000 - found["a"]) * c.fn / (c.fn + c.tn)
    assert with_review.value == pytest.approx(by_hand, rel=0.05)


def test_a_code_never_seen_among_reviewed_rows_is_not_blown_up() -> None:
    held_out = ErrorRates.from_rows([(("a",), ("a",))] * 19 + [(("a",), ())] + [((), ())] * 1980)
    reviewed = ErrorRates.from_rows([((), ())] * 200)
    interval = correct_tagged({"a": 100}, 10_000, held_out, reviewed=reviewed).intervals()["a"]
    assert interval.value < 130


def test_rank_stability_is_sure_of_clear_orders_and_unsure_of_ties() -> None:
    rows = [((cause,), (cause,)) for cause in "abc" for _ in range(100)]
    rows += [((cause,), ()) for cause in "abc" for _ in range(50)] + [((), ())] * 1000
    counts = correct_tagged({"a": 900, "b": 300, "c": 300}, 5000, ErrorRates.from_rows(rows))
    first, second = rank_stability(counts, ["a", "b", "c"])
    assert (first.upper, first.lower) == ("a", "b")
    assert first.probability > 0.99
    assert 0.3 < second.probability < 0.7


def test_a_tally_is_corrected_at_both_levels_and_the_same_every_time(read) -> None:
    rows = [(("a.x",), ("a.x",))] * 90 + [(("a.x",), ("a.y",))] * 10 + [((), ())] * 300
    rates = ErrorRates.from_rows(rows)
    tally = Tally.empty().add([read("a.x")] * 60 + [read("a.y")] * 10 + [read()] * 230)
    intervals = correct_counts(tally.cell(), rates)
    assert set(intervals) == {"a", "a.x", "a.y"}
    assert intervals["a"].value == pytest.approx(70, abs=4)
    assert intervals["a.x"].value > 62
    assert intervals == correct_counts(tally.cell(), rates)
    assert corrected(tally.cell(), rates).rows == 300


@settings(max_examples=15, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sets(st.sampled_from(("a.x", "a.y", "b", "b.z"))),
            st.sets(st.sampled_from(("a.x", "b.z", "c"))),
        ),
        min_size=1,
        max_size=25,
    ),
    st.integers(1, 400),
    st.data(),
)
def test_any_evidence_gives_counts_between_none_and_all(pairs: list, rows: int, data: st.DataObject) -> None:
    rates = ErrorRates.from_rows(pairs)
    tagged = {code: data.draw(st.integers(0, rows)) for code in rates.codes}
    counts = correct_tagged(tagged, rows, rates)
    assert np.isfinite(counts.draws).all()
    assert (counts.draws >= 0).all()
    assert (counts.draws <= rows).all()


def test_error_rates_count_patterns_and_come_back_from_json() -> None:
    rates = ErrorRates.from_rows([(["a.x", "b"], ["a.y"]), (["b", "a.x"], ["a.y"]), ([], ["b"])])
    assert [(p.true, p.predicted, p.n) for p in rates.patterns] == [
        ((), ("b",), 1),
        (("a.x", "b"), ("a.y",), 2),
    ]
    assert rates.confusion("a") == Confusion(tp=2, fn=0, fp=0, tn=1)
    assert rates.confusion("a.y") == Confusion(tp=0, fn=0, fp=2, tn=1)
    assert rates.confusion("nobody") == Confusion(tp=0, fn=0, fp=0, tn=3)
    assert ErrorRates.from_dict(json.loads(json.dumps(rates.to_dict()))) == rates
    assert rates.merge(rates).rows == 6
    with pytest.raises(InputError, match=SCHEMA):
        ErrorRates.from_dict({"schema": "x"})


def test_what_cannot_be_corrected_is_said() -> None:
    rates = ErrorRates.from_rows([(("a",), ("a",))])
    with pytest.raises(UsageError, match="held-out"):
        correct_tagged({"a": 1}, 5, ErrorRates(()))
    with pytest.raises(UsageError, match="count again"):
        correct_tagged({"a": 6}, 5, rates)
    with pytest.raises(UsageError, match="probability"):
        correct_tagged({"a": 1}, 5, rates).intervals(level=90)
    with pytest.raises(UsageError, match="uncorrected"):
        CorrectedCounts(("a",), np.zeros((2, 1)), 5).of("b")
    assert Counter(correct_tagged({}, 5, rates).codes) == Counter(["a"])
