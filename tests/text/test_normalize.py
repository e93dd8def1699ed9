"""What normalisation promises: one spelling for all ways to write a thing, and a way back to the original."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from textmine.text.normalize import (
    BLANK,
    Normalized,
    explain_normalize,
    handle_names,
    normalize,
    normalize_all,
    normalize_word,
)

CASES = Path(__file__).with_name("cases") / "normalize.tsv"
# Fragments on which steps meet: what one deletes or blanks, another might complete.
FRAGMENTS = st.sampled_from(
    [
        "@", "#", "&", "&amp;", "&lt;", "lt;", "<br/>", "<p", ">", "b", "/", "www.", "http://", "t.cn/", "a",
        "客服", "中国联通", " ", "没", "信", "1", "0", "\u200b", "\ufe0f", "!", "！", "!!!!",
        "啊啊啊", "#39;", "；", ";", ".",
        "-", "\n", "\r", BLANK, "\ud800", "é", "İ", "①", "ＡＢ", "\U0001f3fb",
        "😡😡", "x@y.cn", "&#x40;", "網", " 好",
    ]
)  # fmt: skip
TEXTS = st.lists(FRAGMENTS, max_size=14).map("".join) | st.text(max_size=30)


def unescape(cell: str) -> str:
    for written, char in (
        ("\\n", "\n"),
        ("\\r", "\r"),
        ("\\t", "\t"),
        ("\\u200b", "\u200b"),
        ("\\ufeff", "\ufeff"),
    ):
        cell = cell.replace(written, char)
    return cell.replace("□", BLANK)


def cases() -> list[tuple[str, str]]:
    rows = [line.split("\t") for line in CASES.read_text("utf-8").splitlines() if not line.startswith("# ")]
    return [(unescape(original), unescape(normalised)) for original, normalised in rows]


@pytest.mark.parametrize(("original", "normalised"), cases())
def test_writes_every_way_to_spell_a_thing_the_same_way(original: str, normalised: str) -> None:
    assert normalize(original).text == normalised


def test_blanks_and_folds_leave_offsets_alone() -> None:
    assert normalize("＠中国联通客服，網絡慢 http://t.cn/x #吐槽#").offsets is None


@pytest.mark.parametrize(
    ("original", "found", "evidence"),
    [
        ("客服&nbsp;没 信 号！", "没信号", "没 信 号"),
        ("乱\u200b扣\u200b费了", "扣费", "扣\u200b费"),
        ("慢慢慢慢慢，差", "差", "差"),
        ("A&amp;B套餐<br/>停机", "停机", "停机"),
        ("没有要删的", "要删", "要删"),
    ],
)
def test_spans_lead_back_to_what_the_customer_wrote(original: str, found: str, evidence: str) -> None:
    normalised = normalize(original)
    at = normalised.text.index(found)
    start, end = normalised.original_span(at, at + len(found))
    assert original[start:end] == evidence


def test_a_span_outside_the_text_is_refused() -> None:
    with pytest.raises(ValueError, match=r"\[1, 9\) is not within a text of 2 characters"):
        Normalized("ab").original_span(1, 9)


@settings(max_examples=300, deadline=None)
@given(TEXTS)
def test_offsets_rise_and_stay_within_the_original(text: str) -> None:
    result = normalize(text)
    if result.offsets is None:
        assert len(result.text) == len(text)
        return
    assert len(result.offsets) == len(result.text) + 1
    assert result.offsets[-1] == len(text)
    assert all(a < b for a, b in zip(result.offsets, result.offsets[1:], strict=False))
    assert result.original_span(0, len(result.text))[1] <= len(text)


@settings(max_examples=300, deadline=None)
@given(TEXTS)
def test_every_kept_character_stems_from_its_offset(text: str) -> None:
    result = normalize(text)
    for at in range(len(result.text)):
        start, end = result.original_span(at, at + 1)
        assert end == start + 1
        source, char = text[start:end], result.text[at]
        # Entities and tags leave one sign for many, blanks stand for anything; else the two spell the same.
        assert source in "&<" or char == BLANK or normalize(source).text in (char, "")


@settings(max_examples=300, deadline=None)
@given(TEXTS)
def test_normalising_again_changes_nothing(text: str) -> None:
    once = normalize(text).text
    assert normalize(once) == Normalized(once)


@settings(max_examples=200, deadline=None)
@given(TEXTS)
def test_the_explanation_replays_to_the_same_text(text: str) -> None:
    changes = explain_normalize(text)
    replayed = text
    for change in changes:
        assert change.before == replayed
        assert change.after != change.before
        replayed = change.after
    assert replayed == normalize(text).text


def test_the_explanation_names_the_steps() -> None:
    steps = [change.step for change in explain_normalize("＠联通 網\ufeff慢！！！！！")]
    assert steps == [
        "unify_blanks", "fold_width", "simplify", "drop_invisible", "blank_handles", "shorten_runs",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("word", "spelled"),
    [
        ("Wi-Fi", "wi-fi"),
        ("５Ｇ套餐", "5g套餐"),
        ("寬帶", "宽带"),
        (" 流量 ", "流量"),
        ("@微博", "@微博"),
        ("www.", "www."),
    ],
)
def test_lexicon_words_are_spelled_like_texts_but_keep_signs(word: str, spelled: str) -> None:
    assert normalize_word(word) == spelled


def test_importing_the_text_package_loads_nothing() -> None:
    code = (
        "import sys, textmine.text; print(sorted({'numpy', 'jieba', 'rjieba', 'opencc'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@given(st.lists(TEXTS, max_size=6))
@settings(max_examples=300)
def test_a_batch_is_normalised_as_each_text_of_it(texts: list[str]) -> None:
    assert normalize_all(texts) == tuple(map(normalize, texts))


def test_names_of_handles_are_heard_text_by_text() -> None:
    texts = ["@某某报 你看\n＠不是", "没有", "问 @甲 和@乙乙", "@", "", "@ＡＢ"]
    assert handle_names(texts) == ["某某报 不是", "", "甲 乙乙", "", "", "ab"]
    assert handle_names([]) == []
