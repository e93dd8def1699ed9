"""The cue language by example: what each pattern of cases.toml finds, and what it leaves alone."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from textmine.frame.matcher import Matcher

from .engine import fired, with_patterns

CASES = tomllib.loads((Path(__file__).parent / "cases.toml").read_text("utf-8"))["case"]


def evidence(pattern: str, texts: list[str]) -> dict[str, list[str]]:
    """Evidence in each text, all texts matched in one batch."""
    found = fired(Matcher.of(with_patterns([pattern])), texts)
    return {
        text: [text[start:end] for _, _, start, end in entries]
        for text, entries in zip(texts, found, strict=True)
    }


def as_list(wanted: str | list[str]) -> list[str]:
    return [wanted] if isinstance(wanted, str) else wanted


PLAIN = [case for case in CASES if "holds" in case or "fails" in case]


@pytest.mark.parametrize("case", PLAIN, ids=[case["name"] for case in PLAIN])
def test_a_pattern_finds_what_it_says_and_nothing_else(case: dict[str, Any]) -> None:
    wanted = {text: as_list(found) for text, found in case.get("holds", {}).items()}
    wanted |= {text: [] for text in case.get("fails", [])}
    assert evidence(case["pattern"], list(wanted)) == wanted


@pytest.mark.parametrize(
    "case", [c for c in CASES if "batch" in c], ids=[c["name"] for c in CASES if "batch" in c]
)
def test_neighbours_in_a_batch_change_nothing(case: dict[str, Any]) -> None:
    matcher = Matcher.of(with_patterns([case["pattern"]]))
    assert fired(matcher, case["batch"]) == [fired(matcher, [text])[0] for text in case["batch"]]


def test_every_rule_of_the_language_has_a_case() -> None:
    written = " ".join(case["pattern"] for case in CASES).split()
    for mark in (">", ">2", "<>2", ";", ";;"):
        assert mark in written
    for prefix in ("~{", "*{", "!{", "!!{"):
        assert any(token.startswith(prefix) for token in written)


def test_lone_surrogates_of_damaged_exports_do_no_harm() -> None:
    text = "\ud800信号很弱\udfff，😀信号弱"
    assert evidence("{信号} > {弱}", [text]) == {text: ["信号很弱", "信号弱"]}
