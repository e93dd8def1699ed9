"""Readings and corrections in new codes: no tag unaccounted for, nothing decided that nobody knows."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from textmine.classify.recode import Step, recode
from textmine.classify.refit import refit
from textmine.frame.mapping import CodeMap, Kind, Move
from textmine.records import Reading, Tag

TARGETS: dict[str, tuple[tuple[str, ...], Kind]] = {
    "a": (("a",), "kept"),
    "a.kept": (("a.kept",), "kept"),
    "a.old": (("a.new",), "renamed"),
    "a.left": (("a.both",), "merged"),
    "a.right": (("a.both",), "merged"),
    "a.near": (("a.one", "a.two"), "split"),
    "a.far": (("a.one", "b.two"), "split"),
    "b.gone": ((), "removed"),
}
CODES = CodeMap(
    {old: Move(old, new, kind) for old, (new, kind) in TARGETS.items()},
    {"hall": "shop", "web": None, "phone": "phone"},
    {"media": "press"},
)


def reading(*codes: str, **more: Any) -> Reading:
    tags = tuple(Tag(code, 0.9 - place / 10, place, place + 1) for place, code in enumerate(codes))
    return Reading(tags, primary=codes[0] if codes else None, stance="complaint", score=0.9, **more)


def recoded(*codes: str, scores: dict[str, float] | None = None) -> tuple[Reading, tuple[str, ...]]:
    done = recode(reading(*codes), [f"words {code}" for code in codes], CODES, scores)
    return done.reading, done.evidence


def test_codes_change_and_places_stay() -> None:
    done, evidence = recoded("a.old", "a.kept")

    assert done.tags == (Tag("a.new", 0.9, 0, 1), Tag("a.kept", 0.8, 1, 2))
    assert (done.primary, done.status, done.stance) == ("a.new", "tagged", "complaint")
    assert evidence == ("words a.old", "words a.kept")


def test_of_merged_tags_the_likeliest_stays() -> None:
    done, evidence = recoded("a.right", "a.left")

    assert done.tags == (Tag("a.both", 0.9, 0, 1),)
    assert evidence == ("words a.right",)


def test_a_split_goes_where_a_new_reading_says() -> None:
    assert recoded("a.far", scores={"b.two": 0.6, "a.one": 0.4, "a.kept": 0.9})[0].primary == "b.two"


@pytest.mark.parametrize(("code", "left"), [("a.near", "a"), ("a.far", None)])
def test_a_split_without_a_reading_goes_to_the_shared_cause_or_stays_open(
    code: str, left: str | None
) -> None:
    done = recode(reading(code), ["words"], CODES, {"a.kept": 0.9})

    assert done.reading.primary == left
    assert done.steps == (Step(code, left, "split", decided=False),)


def test_a_row_that_loses_its_last_cause_is_left_for_review() -> None:
    done, evidence = recoded("b.gone")

    assert (done.tags, done.primary, done.status, done.score, evidence) == ((), None, "abstained", 0.0, ())


def test_when_the_primary_cause_goes_the_next_one_is_primary() -> None:
    assert recoded("b.gone", "a.old")[0].primary == "a.new"


def test_other_axes_are_renamed_or_dropped() -> None:
    done = recode(reading(touchpoints=("hall", "web", "phone"), risk=("media",)), (), CODES).reading

    assert (done.touchpoints, done.risk) == (("shop", "phone"), ("press",))
    assert done.status == "tagged"


@given(st.lists(st.sampled_from(sorted(TARGETS)), unique=True))
def test_every_tag_is_accounted_for(codes: list[str]) -> None:
    done = recode(reading(*codes), codes, CODES)

    assert [step.old for step in done.steps] == codes
    assert {tag.code for tag in done.reading.tags} == {step.new for step in done.steps if step.new}
    assert len(done.evidence) == len(done.reading.tags)
    assert done.reading.primary in {None, *(tag.code for tag in done.reading.tags)}


def record(*codes: str, **more: Any) -> dict[str, Any]:
    return {"id": "7", "text": "…", "causes": [{"code": code, "span": ""} for code in codes], **more}


def test_corrections_fit_are_recoded_or_no_longer_fit() -> None:
    done = refit(
        [
            (1, record("a.kept", primary="a.kept")),
            (2, record("a.old", "a.left", "a.right", primary="a.old")),
            (3, record("a.kept", "b.gone", "a.far")),
            (5, record("never.heard")),
            (6, record(primary=None)),
        ],
        CODES,
    )

    assert [(one.number, one.fit, one.codes) for one in done] == [
        (1, "fits", ()),
        (2, "recoded", ()),
        (3, "unfit", ("b.gone", "a.far")),
        (5, "unfit", ("never.heard",)),
        (6, "fits", ()),
    ]
    assert done[1].record == record("a.new", "a.both", primary="a.new")
