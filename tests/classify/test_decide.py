"""The decision rule, on scores written by hand: what is said, of which clause, and when nothing is."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from textmine.classify.decide import Decider
from textmine.classify.model import Model, Outputs
from textmine.classify.prepare import prepare
from textmine.classify.score import Scores
from textmine.classify.train import Trained
from textmine.records import Reading

OUTPUTS = Outputs(
    causes=("wait", "staff", "other"),
    codes=("wait.hall", "wait.phone", "staff.rude", "staff.lazy", "other"),
    stances=("complaint", "praise", "inquiry", "none"),
    touchpoints=("hall", "phone", "unknown"),
)
#: Three clauses of six, five and three characters.
TEXT = "营业厅排太久，电话打不通，人也凶"


@pytest.fixture(scope="module")
def model(trained: Trained) -> Model:
    """A model of which only outputs and thresholds matter here."""
    thresholds = dataclasses.replace(
        trained.model.thresholds,
        cause={"wait": 0.5, "staff": 0.4, "other": 0.5},
        fallback=0.3,
        gate=0.0,
        code=0.5,
        touchpoint=0.5,
        order=0.0,
    )
    return dataclasses.replace(trained.model, outputs=OUTPUTS, thresholds=thresholds)


def decide(
    model: Model,
    *,
    text: str = TEXT,
    cause: tuple[float, float, float] = (0.0, 0.0, 0.0),
    main: tuple[float, float, float] = (0.0, 0.0, 0.0),
    clauses: tuple[Mapping[str, float], ...] = ({}, {}, {}),
    whole: Mapping[str, float] | None = None,
    limits: Mapping[str, float] | None = None,
    risk: tuple[str, ...] = (),
) -> Reading:
    """One reading from logits by output name; what is not named is very unlikely."""
    prepared = prepare([text])
    names = (*OUTPUTS.causes, *OUTPUTS.codes, *OUTPUTS.stances, *OUTPUTS.touchpoints)
    place = {name: index for index, name in enumerate(names)} | {"other": OUTPUTS.causes.index("other")}

    def row(logits: Mapping[str, float]) -> list[float]:
        values = [-5.0] * len(names)
        for name, logit in logits.items():
            values[place[name]] = logit
        return values

    rows = [row(logits) for logits in clauses][: len(prepared.clause_starts)]
    scores = Scores(
        clause=np.array(rows, np.float32),
        text=np.array([row(whole or {})], np.float32),
        cause=np.array([cause], np.float32),
        main=np.array([main], np.float32),
    )
    return Decider(model, limits).decide(prepared, scores, [risk])[0]


def said(reading: Reading, text: str = TEXT) -> list[tuple[str, str]]:
    return [(tag.code, text[tag.start : tag.end]) for tag in reading.tags]


def test_a_cause_above_its_limit_is_given_with_the_clause_that_shows_it(model: Model) -> None:
    reading = decide(model, cause=(0.9, 0.1, 0.0), clauses=({"wait": 3, "wait.hall": 3}, {}, {}))
    assert said(reading) == [("wait.hall", "营业厅排太久")]
    assert (reading.primary, reading.stance, reading.status) == ("wait.hall", "complaint", "tagged")
    assert reading.score == reading.tags[0].score == pytest.approx(0.9)
    assert reading.abstained == ()


def test_every_cause_has_a_limit_of_its_own(model: Model) -> None:
    reading = decide(model, cause=(0.45, 0.45, 0.45), clauses=({}, {}, {"staff": 2, "staff.rude": 2}))
    assert said(reading) == [("staff.rude", "人也凶")]


def test_a_limit_that_is_reached_is_enough(model: Model) -> None:
    assert decide(model, cause=(0.5, 0.0, 0.0)).tags
    assert not decide(model, cause=(0.49, 0.0, 0.0)).tags


def test_a_complaint_below_all_limits_falls_back_on_the_likeliest_cause(model: Model) -> None:
    reading = decide(model, cause=(0.35, 0.2, 0.1), whole={"complaint": 2})
    assert [tag.cause for tag in reading.tags] == ["wait"]
    assert reading.status == "tagged"


def test_a_complaint_about_nothing_known_is_left_for_a_person(model: Model) -> None:
    reading = decide(model, cause=(0.25, 0.2, 0.05), whole={"complaint": 2})
    assert (reading.tags, reading.primary, reading.status) == ((), None, "abstained")
    assert reading.stance == "complaint"
    assert [tag.cause for tag in reading.abstained] == ["wait", "staff"]
    assert reading.score == pytest.approx(0.75)


@pytest.mark.parametrize("stance", ["praise", "inquiry", "none"])
def test_without_a_complaint_there_is_no_fallback_and_no_abstention(model: Model, stance: str) -> None:
    reading = decide(model, cause=(0.35, 0.2, 0.1), whole={stance: 1, "complaint": -1})
    assert (reading.tags, reading.stance, reading.status, reading.abstained) == ((), stance, "tagged", ())


def test_a_cause_makes_a_complaint(model: Model) -> None:
    assert decide(model, cause=(0.9, 0.0, 0.0), whole={"praise": 5}).stance == "complaint"


@pytest.mark.parametrize("text", ["", " \n ", "\u200b"])
def test_an_empty_text_says_nothing(model: Model, text: str) -> None:
    assert decide(model, text=text, cause=(0.9, 0.9, 0.9), risk=("media",)) == Reading(status="empty")


def test_limits_for_a_promise_replace_those_of_the_model_and_the_fallback(model: Model) -> None:
    promised = {"wait": 0.95, "staff": 2.0, "other": 0.2}
    reading = decide(model, cause=(0.9, 0.99, 0.3), limits=promised, whole={"complaint": 2})
    assert [tag.cause for tag in reading.tags] == ["other"]
    unsure = decide(model, cause=(0.9, 0.99, 0.1), limits=promised, whole={"complaint": 2})
    assert unsure.status == "abstained"
    assert {tag.cause for tag in unsure.abstained} >= {"wait", "staff"}


def test_tags_come_likeliest_first_and_the_primary_is_one_of_them(model: Model) -> None:
    shown: tuple[dict[str, float], ...] = ({"wait": 3, "wait.hall": 3}, {}, {"staff": 3, "staff.rude": 3})
    reading = decide(model, cause=(0.6, 0.8, 0.0), main=(2.0, 1.0, 9.0), clauses=shown)
    assert [tag.code for tag in reading.tags] == ["staff.rude", "wait.hall"]
    assert reading.primary == "wait.hall"


def test_a_further_subcause_needs_a_clause_of_its_own(model: Model) -> None:
    both = {"wait": 3, "wait.hall": 3, "wait.phone": 2}
    whole = {"wait.hall": 3, "wait.phone": 2}
    one = decide(model, cause=(0.9, 0, 0), clauses=(both, {}, {}), whole=whole)
    assert said(one) == [("wait.hall", "营业厅排太久")]
    apart = ({"wait": 3, "wait.hall": 3}, {"wait": 3, "wait.phone": 2}, {})
    two = decide(model, cause=(0.9, 0, 0), clauses=apart, whole=whole)
    assert said(two) == [("wait.hall", "营业厅排太久"), ("wait.phone", "电话打不通")]
    assert two.tags[0].score >= two.tags[1].score


def test_a_neighbour_that_shows_the_cause_belongs_to_the_evidence_unless_it_is_anothers(model: Model) -> None:
    best, slight = {"wait": 3, "wait.hall": 3}, {"wait": -2}
    two_breaths = decide(model, cause=(0.9, 0.0, 0.0), clauses=(best, slight, {}))
    assert said(two_breaths) == [("wait.hall", "营业厅排太久，电话打不通")]
    rude = {"staff": 3, "staff.rude": 3, "wait": -2}
    two_causes = decide(model, cause=(0.9, 0.8, 0.0), clauses=(best, rude, {}))
    assert said(two_causes) == [("wait.hall", "营业厅排太久"), ("staff.rude", "电话打不通")]


def test_a_further_subcause_must_be_likely(model: Model) -> None:
    apart = ({"wait": 3, "wait.hall": 3}, {"wait": 3, "wait.phone": -1}, {})
    reading = decide(model, cause=(0.9, 0, 0), clauses=apart, whole={"wait.hall": 3, "wait.phone": -1})
    assert [tag.code for tag in reading.tags] == ["wait.hall"]


def test_a_cause_without_subcauses_is_its_own_code(model: Model) -> None:
    assert [tag.code for tag in decide(model, cause=(0.0, 0.0, 0.9)).tags] == ["other"]


def test_evidence_has_no_marks_or_blanks_around_it(model: Model) -> None:
    text = "营业厅排太久！！！ 。 "
    reading = decide(model, text=text, cause=(0.9, 0.0, 0.0), clauses=({"wait": 3, "wait.hall": 3},) * 3)
    assert [text[tag.start : tag.end] for tag in reading.tags] == ["营业厅排太久"]


def test_there_is_always_a_touchpoint_and_there_may_be_more(model: Model) -> None:
    assert decide(model, whole={"phone": -1, "hall": -2}).touchpoints == ("phone",)
    assert decide(model, whole={"phone": 1, "hall": 2}).touchpoints == ("hall", "phone")


def test_risk_flags_are_passed_on(model: Model) -> None:
    assert decide(model, risk=("media",)).risk == ("media",)


def test_the_place_in_the_text_may_speak_against_a_main_cause(model: Model) -> None:
    later = dataclasses.replace(model, thresholds=dataclasses.replace(model.thresholds, order=1.5))
    shown: tuple[dict[str, float], ...] = ({"wait": 3, "wait.hall": 3}, {}, {"staff": 3, "staff.rude": 3})
    given: dict[str, Any] = {"cause": (0.6, 0.8, 0.0), "clauses": shown}
    assert decide(model, main=(1.0, 2.0, 0.0), **given).primary == "staff.rude"
    assert decide(later, main=(1.0, 2.0, 0.0), **given).primary == "wait.hall"
    assert decide(later, main=(1.0, 3.0, 0.0), **given).primary == "staff.rude"
