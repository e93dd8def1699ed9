"""Character n-grams: which there are, where they stand, and that neighbours change nothing."""

from __future__ import annotations

from collections import Counter

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from textmine.classify.ngrams import N_BUCKETS, code_points, hashed_ngrams

texts = st.text("甲乙丙丁abc1，。 😀", max_size=20)


def grams(text: str, *, low: int = 1, high: int = 3) -> list[tuple[int, int]]:
    """(bucket, position) of the n-grams of a text whose marks join nothing."""
    joins = np.array([char.isalnum() or char == "😀" for char in text], bool)
    bucket, position = hashed_ngrams(code_points(text), joins, low=low, high=high)
    return list(zip(bucket.tolist(), position.tolist(), strict=True))


def spelt(text: str, *, low: int, high: int) -> list[str]:
    """The n-grams of a text, cut out one by one."""
    pieces = [text[at : at + n] for n in range(low, high + 1) for at in range(len(text) - n + 1)]
    return [piece for piece in pieces if not set(piece) & set("，。 ")]


@given(texts)
def test_every_ngram_is_found_once_at_its_place(text: str) -> None:
    bucket = {
        piece: grams(piece, low=len(piece), high=len(piece))[0][0] for piece in spelt(text, low=1, high=3)
    }
    assert Counter(b for b, _ in grams(text)) == Counter(bucket[p] for p in spelt(text, low=1, high=3))
    for found, at in grams(text):
        assert found in {bucket.get(text[at : at + n]) for n in (1, 2, 3)}


@given(texts, texts)
def test_ngrams_never_cross_a_mark(first: str, second: str) -> None:
    parted = Counter(b for b, _ in grams(f"{first}。{second}"))
    assert parted == Counter(b for b, _ in grams(first)) + Counter(b for b, _ in grams(second))


@given(texts, texts)
def test_ngrams_do_not_depend_on_what_stands_before(before: str, text: str) -> None:
    shift = len(before) + 1
    behind = sorted((b, at - shift) for b, at in grams(f"{before}。{text}") if at >= shift)
    assert behind == sorted(grams(text))


def test_lengths_are_told_apart() -> None:
    one, two = grams("甲甲", low=1, high=1), grams("甲甲", low=2, high=2)
    assert len(one) == 2
    assert len(two) == 1
    assert one[0][0] == one[1][0] != two[0][0]


def test_buckets_are_within_the_table_and_well_spread() -> None:
    text = "".join(map(chr, range(0x4E00, 0x4E00 + 5000)))
    buckets = [bucket for bucket, _ in grams(text)]
    assert min(buckets) >= 0
    assert max(buckets) < N_BUCKETS
    assert len(set(buckets)) > 0.99 * len(buckets)


def test_texts_too_short_have_none() -> None:
    assert grams("") == []
    assert grams("甲", low=2, high=3) == []


def test_code_points_take_lone_surrogates() -> None:
    assert code_points("甲\ud800😀").tolist() == [ord("甲"), 0xD800, ord("😀")]
