"""Which verbatims a person should look at next: those the model is unsure of, and no two alike.

Uncertainty is the sum of the entropies of all causes' probabilities; likeness is the cosine of character
n-grams. Rows are taken greedily, the uncertainty of each discounted by its likeness to those taken (maximal
marginal relevance, Carbonell and Goldstein 1998). Reads no files.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from ..records import Reading
from .features import BatchFeatures
from .reader import Reader

Floats = NDArray[np.float64]

#: Verbatims read at a time.
CHUNK = 1024


@dataclass(frozen=True, slots=True)
class Suggestion:
    """The verbatim at `row` (counted from 0), how unsure its reading is (bits), and the reading."""

    row: int
    uncertainty: float
    reading: Reading


def suggest(reader: Reader, texts: Sequence[str], *, n: int) -> tuple[Suggestion, ...]:
    """The `n` verbatims most worth a human look, best first; empty ones never are."""
    uncertainty: list[float] = []
    readings: list[Reading] = []
    grams = []
    for first in range(0, len(texts), CHUNK):
        seen = reader.examine(texts[first : first + CHUNK])
        uncertainty += entropy(seen.scores.cause).tolist()
        readings += seen.readings
        grams.append(_text_grams(seen.features))
    if not grams:
        return ()
    wanted = np.array([0.0 if r.status == "empty" else u for u, r in zip(uncertainty, readings, strict=True)])
    return tuple(
        Suggestion(row, round(float(wanted[row]), 4), readings[row])
        for row in choose(wanted, sp.vstack(grams).tocsr(), n)
    )


def _text_grams(features: BatchFeatures) -> sp.csr_matrix:
    """Texts as n-gram rows of length 1 (0 where a text has no n-gram the model knows)."""
    n_clauses = len(features.text_of_clause)
    owner = (np.ones(n_clauses, np.float32), (features.text_of_clause, np.arange(n_clauses)))
    sums = sp.csr_matrix(owner, (len(features.text_norm), n_clauses)) @ features.gram_clause
    lengths = np.sqrt(np.asarray(sums.multiply(sums).sum(axis=1)).ravel())
    return (sp.diags(1 / np.where(lengths > 0, lengths, 1)) @ sums).tocsr()


def choose(value: Floats, vectors: sp.csr_matrix, n: int) -> list[int]:
    """Rows of high value and unlike each other; `vectors` (rows x columns) have length 1 or 0."""
    likeness = np.zeros(len(value))
    taken: list[int] = []
    left = value.copy()
    while len(taken) < n:
        gain = left * (1 - likeness)
        best = int(np.argmax(gain))
        if gain[best] <= 0:
            break
        taken.append(best)
        left[best] = 0.0
        near = np.asarray((vectors @ vectors[best].T).todense()).ravel()
        likeness = np.clip(np.maximum(likeness, near), 0.0, 1.0)
    return taken


def entropy(probability: NDArray[np.float32]) -> Floats:
    """Bits of doubt about every text (rows) over all causes (columns)."""
    p = np.clip(probability.astype(np.float64), 1e-9, 1 - 1e-9)
    return np.asarray(-(p * np.log2(p) + (1 - p) * np.log2(1 - p)).sum(axis=1))
