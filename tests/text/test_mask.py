"""What counts as personal data, what must stay readable, and that offsets never move."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from textmine.text.mask import mask, mask_spans
from textmine.text.pii import DIGIT, FINDERS, MAYBE, OF_DIGITS, is_id_card, is_timestamp, passes_luhn

CASES = Path(__file__).with_name("cases")
SHAPES = st.sampled_from(
    ["13812345670", "0571-87654321", "11010519491231002X", "姓名:", "张三", "先生", "我叫",
     "幺三八零零幺二三四", "a@b.cn", "QQ", "微信号", "号", "3栋2单元501", "建设路18", "沪A12345",
     "元", "10086", "20160315",
     "-", " ", "的", "４００"]
)  # fmt: skip
TEXTS = st.lists(SHAPES, max_size=8).map("".join) | st.text(max_size=40)


def lines(name: str) -> list[str]:
    return [line for line in (CASES / name).read_text("utf-8").splitlines() if not line.startswith("# ")]


def positives() -> list[tuple[list[str], str]]:
    rows = (line.split("\t") for line in lines("mask_positive.tsv"))
    return [(kinds.split("+"), marked) for kinds, marked in rows]


def test_there_are_enough_cases() -> None:
    assert len(positives()) >= 60
    assert len(lines("mask_negative.tsv")) >= 40


@pytest.mark.parametrize(("kinds", "marked"), positives())
def test_personal_data_is_found_where_it_stands(kinds: list[str], marked: str) -> None:
    text = re.sub("[⟦⟧]", "", marked)
    spans = mask_spans(text)
    found = text
    for pii in reversed(spans):
        found = f"{found[: pii.start]}⟦{found[pii.start : pii.end]}⟧{found[pii.end :]}"
    assert found == marked
    assert [pii.kind for pii in spans] == (kinds if len(kinds) > 1 else kinds * len(spans))


@pytest.mark.parametrize("text", lines("mask_negative.tsv"))
def test_what_only_looks_personal_stays(text: str) -> None:
    assert mask(text) == text


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("张先生13812345670来电", "某先生138******70来电"),
        ("+86 138-1234-5670", "+86 138-****-**70"),
        ("身份证11010519491231002X", "身份证110**************X"),
        ("座机0571-87654321", "座机****-******21"),
        ("姓名:周建国,建设路18号3栋501室", "姓名:某某某,建设路*********"),
        ("微信号abc_def123", "微信号***_******"),
        ("幺三八零零幺二三四五六打不通", "幺三八******五六打不通"),
        ("沪A12345", "沪A*****"),
    ],
)
def test_masks_keep_what_an_operator_prints(text: str, masked: str) -> None:
    assert mask(text) == masked


@settings(max_examples=300, deadline=None)
@given(TEXTS)
def test_masking_moves_nothing_outside_the_spans(text: str) -> None:
    masked = mask(text)
    spans = mask_spans(text)
    assert len(masked) == len(text)
    changed = {at for at in range(len(text)) if text[at] != masked[at]}
    assert changed <= {at for pii in spans for at in range(pii.start, pii.end)}
    assert all(a.end <= b.start for a, b in pairwise(spans))


@settings(max_examples=300, deadline=None)
@given(TEXTS)
def test_the_quick_look_misses_nothing(text: str) -> None:
    if any(pii for find in FINDERS for pii in find(text)):
        assert MAYBE.search(text)


def test_identity_numbers_are_checked() -> None:
    assert is_id_card("11010519491231002X")
    assert not is_id_card("110105194912310021")
    assert not is_id_card("110105194913310021")
    assert is_id_card("110105491231002")


def test_cards_are_checked() -> None:
    assert passes_luhn("4111111111111111")
    assert not passes_luhn("4111111111111112")


def test_timestamps_are_days_of_our_time() -> None:
    assert is_timestamp("20160229")
    assert not is_timestamp("20150229")
    assert is_timestamp("20160229235959")
    assert not is_timestamp("20160229996159")
    assert is_timestamp("2016030120160331")


@given(TEXTS)
@settings(max_examples=300)
def test_numbers_are_looked_for_only_where_they_can_be(text: str) -> None:
    bare = DIGIT.sub("", text)
    assert not [pii for find in OF_DIGITS for pii in find(bare)]
    assert {pii.kind for pii in mask_spans(bare)} <= {pii.kind for find in FINDERS for pii in find(bare)}
