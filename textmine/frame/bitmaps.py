"""Sets of clauses as rows of bits, packed into 64-bit words, and operations on many of them at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from .tables import Ints, spread

#: One set a row; bit b of a row is bit `b % 64` of word `b // 64`.
Bitmaps = NDArray[np.uint64]
Bools = NDArray[np.bool_]
#: A ufunc of two arguments that can write into an array.
Combine = Callable[..., object]

_AT_ONCE = 128


def n_words(n_bits: int) -> int:
    """How many words a row of so many bits needs."""
    return n_bits // 64 + 1


def set_bits(maps: Bitmaps, row: Ints, bit: Ints) -> None:
    """Set bits of empty rows; (row, bit) pairs are sorted and distinct."""
    place = row * (8 * maps.shape[1]) + (bit >> 3)
    first = np.flatnonzero(np.diff(place, prepend=-1))
    if len(first):
        # Distinct bits of one byte add up to the byte.
        maps.view(np.uint8).reshape(-1)[place[first]] = np.add.reduceat(_BIT[bit & 7], first)


def fold(combine: Combine, source: Bitmaps, columns: Sequence[Ints], out: Bitmaps) -> None:
    """Combine rows of `source` into each row of `out`: column j names the j-th of each row that has one."""
    # A few rows at a time, so that they stay in the processor's cache and no large array comes and goes.
    taken = np.empty((min(_AT_ONCE, len(out)), out.shape[1]), np.uint64)
    for low in range(0, len(out), _AT_ONCE):
        rows = out[low : low + _AT_ONCE]
        for number, column in enumerate(columns):
            wanted = column[low : low + _AT_ONCE]
            if not number:
                source.take(wanted, axis=0, out=rows, mode="clip")
            elif len(wanted):
                source.take(wanted, axis=0, out=taken[: len(wanted)], mode="clip")
                combine(rows[: len(wanted)], taken[: len(wanted)], out=rows[: len(wanted)])


def bits_of(maps: Bitmaps) -> tuple[Ints, Ints]:
    """(row, bit) of every bit that is set, sorted."""
    # Bitmaps are sparse: only words, then bytes, with something in them are looked at.
    word = np.flatnonzero(maps)
    in_word = np.ascontiguousarray(maps.ravel()[word]).view(np.uint8).reshape(-1, 8)
    at, byte = np.nonzero(in_word)
    which, bit = np.nonzero(np.unpackbits(in_word[at, byte][:, None], axis=1, bitorder="little"))
    at, byte = at[which], byte[which]
    row, column = np.divmod(word[at], maps.shape[1])
    return row, column * 64 + byte * 8 + bit


def has_bits(maps: Bitmaps, row: Ints, bit: Ints) -> Bools:
    """Whether each given bit of each given row is set."""
    held: Bools = (maps.view(np.uint8)[row, bit >> 3] & _BIT[bit & 7]) != 0
    return held


def any_between(maps: Bitmaps, row: Ints, low: Ints, high: Ints) -> Bools:
    """Whether each given row has any of its bits `[low, high)`; none of the stretches is empty."""
    first, last = low >> 6, (high - 1) >> 6
    stretch, word = spread(first, last - first + 1)
    bits = maps[row[stretch], word]
    bits &= np.where(word == first[stretch], _FROM[low & 63][stretch], _ALL)
    bits &= np.where(word == last[stretch], _UPTO[(high - 1) & 63][stretch], _ALL)
    held = np.zeros(len(row), bool)
    held[stretch[bits != 0]] = True
    return held


def clear_bits(maps: Bitmaps, row: Ints, bit: Ints) -> None:
    """Unset the given bits of the given rows."""
    np.bitwise_and.at(maps.view(np.uint8), (row, bit >> 3), ~_BIT[bit & 7])


def ahead(maps: Bitmaps, reach: int) -> Bitmaps:
    """Each row with the bits up to `reach` after any of its own."""
    found = maps.copy()
    for step in range(1, reach + 1):
        found |= maps << np.uint64(step)
        found[:, 1:] |= maps[:, :-1] >> np.uint64(64 - step)
    return found


def behind(maps: Bitmaps, reach: int) -> Bitmaps:
    """Each row with the bits up to `reach` before any of its own."""
    found = maps.copy()
    for step in range(1, reach + 1):
        found |= maps >> np.uint64(step)
        found[:, :-1] |= maps[:, 1:] << np.uint64(64 - step)
    return found


_ALL = np.uint64(0xFFFFFFFFFFFFFFFF)
_FROM = _ALL << np.arange(64, dtype=np.uint64)
_UPTO = _ALL >> np.arange(63, -1, -1).astype(np.uint64)
_BIT = np.left_shift(1, np.arange(8)).astype(np.uint8)
