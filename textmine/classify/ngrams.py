"""Character n-grams of a whole batch at once, hashed by numpy. No state, no vocabulary of strings."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..frame.trie import code_points

__all__ = ["N_BUCKETS", "code_points", "hashed_ngrams"]

#: Buckets of the hash; a power of two. 2^22 leaves some 1 % of a corpus' n-grams sharing a bucket.
N_BUCKETS = 1 << 22

_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)


def hashed_ngrams(
    points: NDArray[np.uint32], joins: NDArray[np.bool_], *, low: int, high: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Buckets and start positions of all n-grams of length `low` to `high`.

    `joins[i]` says whether code point i may be part of an n-gram; n-grams never cross one that may not.
    """
    buckets, positions = [], []
    values = points.astype(np.uint64)
    rolling = np.zeros(len(points), np.uint64)
    whole = np.ones(len(points), bool)
    for n in range(1, high + 1):
        size = len(points) - n + 1
        if size <= 0:
            break
        rolling = rolling[:size] * _MULTIPLIER + values[n - 1 :] + np.uint64(n)
        whole = whole[:size] & joins[n - 1 :]
        if n >= low:
            at = np.flatnonzero(whole)
            # Fold the high bits in: the low bits of a product depend only on the low bits of the factors.
            mixed = rolling[at] * _MULTIPLIER
            buckets.append((mixed >> np.uint64(42)).astype(np.int64) & (N_BUCKETS - 1))
            positions.append(at)
    if not buckets:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    return np.concatenate(buckets), np.concatenate(positions)
