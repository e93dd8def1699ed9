"""The report on cues counts where each pattern fires and how often it is right."""

from __future__ import annotations

import math

import pytest

from textmine.classify.cue_report import CueReport, report_cues
from textmine.classify.examples import Example, Label
from textmine.classify.prepare import prepare
from textmine.frame.matcher import Matcher

from .conftest import Bank

CRASH, CHECK = "bank_app.app_crash", "bank_app.identity_check"


def labelled(text: str, *codes: str) -> Example:
    labels = tuple(Label(code, 0, 0) for code in codes)
    return Example(text, text, labels, next(iter(codes), None), "complaint", (), "", "hand")


@pytest.fixture(scope="module")
def report(bank: Bank) -> CueReport:
    examples = [
        labelled("一点开就闪退", CRASH),
        labelled("打开又闪退", CHECK),
        labelled("闪退", CRASH),
        labelled("挺好"),
    ]
    return report_cues(bank.lexicon, examples)


def test_right_near_and_wrong_are_told_apart(report: CueReport) -> None:
    (quality,) = (q for q in report.cues if q.cue.source == "一点开|打开 > {崩溃}")
    assert (quality.fired, quality.right, quality.near, quality.targets) == (2, 1, 2, 2)
    assert (quality.precision, quality.coverage) == (0.5, 0.5)


def test_a_pattern_that_never_fires_has_no_precision(report: CueReport) -> None:
    (quality,) = (q for q in report.cues if q.cue.source == "查 > 加载")
    assert quality.fired == 0
    assert math.isnan(quality.precision)


def test_targets_gather_their_patterns_and_what_they_miss(bank: Bank, report: CueReport) -> None:
    (crash,) = (t for t in report.targets if t.target == CRASH)
    assert crash.patterns == sum(cue.target == CRASH for cue in bank.lexicon.patterns)
    assert (crash.targets, crash.covered, crash.fired) == (2, 2, 3)
    missed = [(target, example.text) for target, example in report.missed]
    assert (f"cause:{CHECK}", "打开又闪退") in missed


def test_the_report_agrees_with_the_matcher_on_the_whole_sample(bank: Bank) -> None:
    matcher = Matcher.of(bank.lexicon)
    report = report_cues(bank.lexicon, bank.examples)
    prepared = prepare(bank.texts)
    cues = matcher.match(prepared.joined, prepared.clause_starts, prepared.text_starts)
    fired: list[set[int]] = [set() for _ in bank.lexicon.patterns]
    for pattern, clause in zip(cues.pattern.tolist(), cues.clause.tolist(), strict=True):
        fired[pattern].add(int(prepared.text_of_clause[clause]))
    assert [quality.fired for quality in report.cues] == [len(texts) for texts in fired]
    assert all(q.right <= q.near <= q.fired for q in report.cues)
