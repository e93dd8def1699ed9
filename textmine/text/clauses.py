"""Finds where clauses begin: the stretches of text within which words belong together.

Works on normalised text, one verbatim or a whole batch joined by newlines, with whole-array operations.
It knows marks and connectives only: no segmentation, no cues.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from .spelling import BLANK

__all__ = ["CONNECTIVES", "clause_starts", "split_clauses"]

# A stretch longer than this has no marks because nobody typed any (speech transcripts, hurried posts): it is
# cut before connectives. Punctuated clauses of the training corpus have 30 characters or fewer in 99 of 100.
LONG_CLAUSE = 30
# No piece is cut shorter than this; a connective that close to the last cut goes with it (但是 | 因为 …).
SHORTEST_PIECE = 5
CONNECTIVES: dict[str, str] = {
    # connective: characters that, standing right before it, make it something else (处理结果, 到现在, 也就是)
    "但是": "", "不过": "只", "可是": "", "然而": "自当", "只是": "不", "然后": "", "而且": "",
    "并且": "", "因为": "是就", "由于": "是", "所以": "之", "因此": "", "于是": "",
    "就是": "也不那这要可而还只", "结果": "理诉测询的等查验个种果定出评鉴", "后来": "到", "接着": "",
    "现在": "到从至跟直和在就", "还有": "", "另外": "", "以后": "了后年月天之从", "反正": "", "最后": "到在",
    "如果": "", "要是": "主只", "虽然": "", "今天": "到从", "昨天": "到从", "上次": "跟和", "每次": "",
    "他说": "听跟", "她说": "听跟", "他们": "跟给和找是让对", "我就": "", "我说": "跟", "那个": "在",
    "你们": "跟给和找是让对", "再说": "", "甚至": "", "况且": "", "何况": "", "同时": "", "客服说": "",
}  # fmt: skip

Kinds = NDArray[np.uint8]
Mask = NDArray[np.bool_]

_OTHER, _HAN, _LATIN, _DIGIT, _SPACE, _NEWLINE, _MARK, _POINT, _COMMA, _TILDE, _BLANK = range(11)
_MARKS = "。！？!?；;，、…｡､"
# Numbers in circles and brackets begin the items of a list: whatever stood before has ended.
_ITEM_NUMBERS = "".join(map(chr, (*range(0x2460, 0x249C), *range(0x24EA, 0x2500), *range(0x2776, 0x2794))))
_TRIMMED = frozenset(f"{_MARKS}{_ITEM_NUMBERS},.~～\n \t{BLANK}")


def clause_starts(text: str) -> NDArray[np.int64]:
    """Sorted code-point offsets at which the clauses of a normalised text begin; the first is 0.

    A run of marks belongs to the clause before it. A newline always ends a clause, so the starts of a batch
    joined by newlines are those of its texts, each shifted (empty texts included, unless it is the last).
    """
    if not text:
        return np.zeros(1, dtype=np.int64)
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.int32)
    kinds = _kind_table().take(codes)
    starts = _starts_by_marks(kinds)
    return _cut_long(codes, starts)


def split_clauses(text: str) -> tuple[tuple[int, int], ...]:
    """Spans `(start, end)` of the clauses of a normalised text without the marks and blanks around them."""
    starts = clause_starts(text).tolist()
    spans = []
    for start, end in zip(starts, [*starts[1:], len(text)], strict=True):
        while start < end and text[end - 1] in _TRIMMED:
            end -= 1
        while start < end and text[start] in _TRIMMED:
            start += 1
        if start < end:
            spans.append((start, end))
    return tuple(spans)


def _starts_by_marks(kinds: Kinds) -> NDArray[np.int64]:
    ends = (kinds == _MARK) | (kinds == _NEWLINE)
    for kind, holds in ((_POINT, _joins_word), (_COMMA, _groups_digits), (_TILDE, _joins_digits)):
        where = np.flatnonzero(kinds == kind)
        ends[where] = ~holds(kinds, where)
    where = np.flatnonzero(kinds == _SPACE)
    ends[where] = _spaces_that_end(kinds, where)
    follows = np.append(ends[1:], False)
    begins = np.flatnonzero((ends & ~follows) | (kinds == _NEWLINE)) + 1
    begins = begins[begins < len(kinds)]
    return np.concatenate((np.zeros(1, dtype=np.int64), begins))


def _near(kinds: Kinds, where: NDArray[np.int64], step: int) -> Kinds:
    """The kinds `step` characters away; beyond the edges stands a newline."""
    at = where + step
    inside = (at >= 0) & (at < len(kinds))
    return np.where(inside, kinds[np.clip(at, 0, len(kinds) - 1)], np.uint8(_NEWLINE))


def _is_word(kinds: Kinds) -> Mask:
    word: Mask = (kinds == _LATIN) | (kinds == _DIGIT)
    return word


def _joins_word(kinds: Kinds, where: NDArray[np.int64]) -> Mask:
    """Full stops inside 19.9, v2.0 and www.10086.cn."""
    return _is_word(_near(kinds, where, -1)) & _is_word(_near(kinds, where, 1))


def _joins_digits(kinds: Kinds, where: NDArray[np.int64]) -> Mask:
    """Tildes of ranges: 10~20."""
    ranged: Mask = (_near(kinds, where, -1) == _DIGIT) & (_near(kinds, where, 1) == _DIGIT)
    return ranged


def _groups_digits(kinds: Kinds, where: NDArray[np.int64]) -> Mask:
    """Commas that group thousands (1,000): exactly three digits follow. 交了50,10块没到 is two clauses."""
    grouped: Mask = (_near(kinds, where, -1) == _DIGIT) & (_near(kinds, where, 4) != _DIGIT)
    for step in (1, 2, 3):
        grouped &= _near(kinds, where, step) == _DIGIT
    return grouped


def _spaces_that_end(kinds: Kinds, where: NDArray[np.int64]) -> Mask:
    """Spaces stand for commas in Chinese, except within Latin text and on both sides of it (办了 5g 套餐)."""
    before, after = _near(kinds, where, -1), _near(kinds, where, 1)
    ends = ~(_is_word(before) & _is_word(after))
    # The word between two neighbouring spaces: nothing but letters, digits and points of numbers.
    wordy = np.concatenate(([0], np.cumsum(_is_word(kinds) | (kinds == _POINT))))
    left, right = where[:-1], where[1:]
    between = (wordy[right] - wordy[left + 1] == right - left - 1) & (right - left > 1)
    typeset = between & (before[:-1] == _HAN) & (after[1:] == _HAN)
    ends[:-1][typeset] = False
    ends[1:][typeset] = False
    return ends


def _cut_long(codes: NDArray[np.int32], starts: NDArray[np.int64]) -> NDArray[np.int64]:
    ends = np.append(starts[1:], len(codes))
    # The newline between two texts of a batch belongs to neither, or a batch would be cut differently.
    lengths = ends - starts - (codes[ends - 1] == ord("\n"))
    is_long = lengths > LONG_CLAUSE
    if not is_long.any():
        return starts
    cuts = _connectives(codes, np.repeat(is_long, ends - starts))
    clause = np.searchsorted(starts, cuts, side="right") - 1
    behind = starts[clause] + lengths[clause] - cuts
    cuts = cuts[(cuts - starts[clause] >= SHORTEST_PIECE) & (behind >= SHORTEST_PIECE)]
    apart = np.diff(cuts, prepend=-SHORTEST_PIECE) >= SHORTEST_PIECE
    return np.sort(np.concatenate((starts, cuts[apart])), kind="stable")


def _connectives(codes: NDArray[np.int32], within: Mask) -> NDArray[np.int64]:
    """Where connectives begin `within` the mask, but not after a character that makes them something else."""
    heads, words = _connective_tables()
    candidates = np.flatnonzero(heads.take(codes) & within)
    candidates = candidates[candidates + 2 < len(codes)]
    pairs = codes[candidates].astype(np.int64) << 32 | codes[candidates + 1]
    found = []
    for pair, third, barred in words:
        at = candidates[pairs == pair]
        # Most words stand nowhere in a batch.
        if third and len(at):
            at = at[codes[at + 2] == third]
        if len(barred) and len(at):
            at = at[(at == 0) | ~np.isin(codes[at - 1], barred)]
        found.append(at)
    return np.unique(np.concatenate(found))


@lru_cache(maxsize=1)
def _connective_tables() -> tuple[Mask, tuple[tuple[int, int, NDArray[np.int32]], ...]]:
    heads = np.zeros(0x110000, dtype=np.bool_)
    words = []
    for word, barred in CONNECTIVES.items():
        heads[ord(word[0])] = True
        third = ord(word[2]) if len(word) > 2 else 0
        pair = ord(word[0]) << 32 | ord(word[1])
        words.append((pair, third, np.array([ord(char) for char in barred], dtype=np.int32)))
    return heads, tuple(words)


@lru_cache(maxsize=1)
def _kind_table() -> Kinds:
    kinds = np.full(0x110000, _OTHER, dtype=np.uint8)
    for first, last in ((0x3400, 0x4DC0), (0x4E00, 0xA000), (0x20000, 0x32000), (0x3007, 0x3008)):
        kinds[first:last] = _HAN
    for chars, kind in (
        ("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", _LATIN), ("0123456789", _DIGIT),
        (" \t", _SPACE), ("\n", _NEWLINE), (_MARKS + _ITEM_NUMBERS, _MARK), (".", _POINT),
        (",", _COMMA), ("~～", _TILDE), (BLANK, _BLANK),
    ):  # fmt: skip
        kinds[[ord(char) for char in chars]] = kind
    return kinds
