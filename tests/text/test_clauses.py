"""Where clauses begin, in one text and in a batch."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from textmine.text.clauses import CONNECTIVES, clause_starts, split_clauses
from textmine.text.normalize import BLANK

CASES = Path(__file__).with_name("cases") / "clauses.tsv"
PIECES = st.sampled_from(
    [
        "信号",
        "差",
        ",",
        "。",
        "!",
        " ",
        "  ",
        "5g",
        "19",
        ".",
        "1,000",
        "~",
        "…",
        "但是",
        "因为",
        BLANK,
        "①",
        "宽带断了三天没人管",
    ]
)
TEXTS = st.lists(PIECES, max_size=25).map("".join) | st.text(max_size=40)


def cases() -> list[tuple[str, list[str]]]:
    rows = (line.split("\t") for line in CASES.read_text("utf-8").splitlines() if not line.startswith("# "))
    return [
        (text.replace("\\n", "\n").replace("□", BLANK), clauses.split("|") if clauses else [])
        for text, clauses in rows
    ]


@pytest.mark.parametrize(("text", "clauses"), cases())
def test_splits_where_a_reader_pauses(text: str, clauses: list[str]) -> None:
    assert [text[start:end] for start, end in split_clauses(text)] == clauses


@settings(max_examples=300, deadline=None)
@given(TEXTS)
def test_starts_are_sorted_begin_at_zero_and_stay_inside(text: str) -> None:
    starts = clause_starts(text)
    assert starts.dtype == np.int64
    assert starts[0] == 0
    assert (np.diff(starts) > 0).all()
    assert starts[-1] < max(len(text), 1)


@settings(max_examples=200, deadline=None)
@example(["信号信号信号信号差差但是宽带断了三天没人管宽带断了三天没人管"])  # as long as a clause may be
@given(st.lists(TEXTS, min_size=1, max_size=5))
def test_a_batch_has_the_clauses_of_its_texts(texts: list[str]) -> None:
    texts = [*(text.replace("\n", " ") for text in texts), "完"]
    shifts = np.cumsum([0, *(len(text) + 1 for text in texts[:-1])])
    expected = np.concatenate([clause_starts(t) + s for t, s in zip(texts, shifts, strict=True)])
    assert clause_starts("\n".join(texts)).tolist() == expected.tolist()


@settings(max_examples=200, deadline=None)
@given(TEXTS)
def test_spans_hold_every_letter_once(text: str) -> None:
    spans = split_clauses(text)
    assert all(a[1] <= b[0] for a, b in pairwise(spans))
    inside = "".join(text[start:end] for start, end in spans)
    assert [c for c in inside if c.isalpha()] == [c for c in text if c.isalpha()]


def test_connectives_do_not_cut_short_clauses() -> None:
    assert all(len(split_clauses(f"信号不好{word}便宜")) == 1 for word in CONNECTIVES)


@pytest.mark.parametrize("word", sorted(CONNECTIVES))
def test_every_connective_cuts_a_long_stretch(word: str) -> None:
    text = "我们这个地方的信号一直都非常非常差" + word + "你们也从来没有派人过来看一看修一修"
    assert split_clauses(text) == ((0, 17), (17, len(text)))
