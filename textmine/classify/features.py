"""Features of a batch: which cues fire in which clause, and hashed character n-grams. No weights.

Columns come in two blocks. Cue columns are 0 or 1: every pattern, every target some pattern speaks for, every
concept (affirmed or negated). N-gram columns hold the inverse document frequency; a row of them is scaled by
its Euclidean length, so that long texts do not shout.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from ..frame.matcher import Cues, Matcher
from ..frame.tables import grouped
from .ngrams import N_BUCKETS, code_points, hashed_ngrams
from .prepare import Prepared

Ints = NDArray[np.int64]
Floats = NDArray[np.float32]

#: Lengths of the character n-grams.
LOW, HIGH = 1, 4


@dataclass(frozen=True, slots=True)
class CueColumns:
    """How the cue columns are laid out for a matcher.

    A pattern speaks for its target and for what the target is part of: `target_of_pattern[i]` and
    `parent_of_pattern[i]` (the same column where there is no parent).
    """

    targets: tuple[str, ...]
    target_of_pattern: Ints
    parent_of_pattern: Ints
    n_concepts: int

    @classmethod
    def of(cls, matcher: Matcher) -> CueColumns:
        names = [f"{cue.axis}:{cue.target}" for cue in matcher.patterns]
        parents = [name.partition(".")[0] for name in names]
        targets = tuple(dict.fromkeys([*names, *parents]))
        place = {name: index for index, name in enumerate(targets)}
        return cls(
            targets,
            np.array([place[name] for name in names], np.int64),
            np.array([place[name] for name in parents], np.int64),
            len(matcher.concepts),
        )

    @property
    def n_patterns(self) -> int:
        return len(self.target_of_pattern)

    @property
    def size(self) -> int:
        return self.n_patterns + len(self.targets) + 2 * self.n_concepts


@dataclass(frozen=True, slots=True)
class GramColumns:
    """The n-grams worth a column: `column[bucket]` (-1 for none) and each column's idf."""

    buckets: Ints
    idf: Floats
    column: NDArray[np.int32]

    @classmethod
    def of(cls, buckets: Ints, idf: Floats) -> GramColumns:
        column = np.full(N_BUCKETS, -1, np.int32)
        column[buckets] = np.arange(len(buckets), dtype=np.int32)
        return cls(buckets, idf, column)

    @classmethod
    def fit(cls, batches: Sequence[Prepared], *, min_df: int, most: int) -> GramColumns:
        """Keep the `most` frequent n-grams that stand in at least `min_df` texts."""
        df = np.zeros(N_BUCKETS, np.int64)
        n_texts = 0
        for prepared in batches:
            bucket, position = _grams(prepared)
            text = np.searchsorted(prepared.text_starts, position, side="right") - 1
            df += np.bincount(np.unique(text * N_BUCKETS + bucket) % N_BUCKETS, minlength=N_BUCKETS)
            n_texts += len(prepared)
        kept = np.flatnonzero(df >= min_df)
        kept = np.sort(kept[np.argsort(-df[kept], kind="stable")[:most]])
        return cls.of(kept, np.log((1 + n_texts) / df[kept]).astype(np.float32))


@dataclass(frozen=True, slots=True)
class BatchFeatures:
    """Features of one batch.

    `cue_clause` (clauses x cues) and `cue_text` (texts x cues) are binary CSR; `gram_clause` (clauses x
    n-grams) is CSR with idf values, one entry per occurrence; `*_norm` are Euclidean lengths to divide by.
    """

    cue_clause: sp.csr_matrix
    cue_text: sp.csr_matrix
    gram_clause: sp.csr_matrix
    clause_norm: Floats
    text_norm: Floats
    text_of_clause: Ints

    @classmethod
    def join(cls, parts: Sequence[BatchFeatures]) -> BatchFeatures:
        """The features of several batches as one."""
        first = np.cumsum([0, *(len(part.text_norm) for part in parts)])
        return cls(
            sp.vstack([part.cue_clause for part in parts]).tocsr(),
            sp.vstack([part.cue_text for part in parts]).tocsr(),
            sp.vstack([part.gram_clause for part in parts]).tocsr(),
            np.concatenate([part.clause_norm for part in parts]),
            np.concatenate([part.text_norm for part in parts]),
            np.concatenate([p.text_of_clause + base for p, base in zip(parts, first, strict=False)]),
        )

    def rows(self, texts: Ints, clauses: Ints) -> BatchFeatures:
        """The features of sorted texts and their clauses only, renumbered."""
        return BatchFeatures(
            self.cue_clause[clauses],
            self.cue_text[texts],
            self.gram_clause[clauses],
            self.clause_norm[clauses],
            self.text_norm[texts],
            np.searchsorted(texts, self.text_of_clause[clauses]),
        )


def batch_features(
    prepared: Prepared, cues: Cues, cue_columns: CueColumns, gram_columns: GramColumns
) -> BatchFeatures:
    """Lay a batch and its cues out as sparse matrices."""
    n_clauses, n_texts = len(prepared.clause_starts), len(prepared)
    first_target = cue_columns.n_patterns
    first_concept = first_target + len(cue_columns.targets)
    clause = np.concatenate([cues.clause, cues.clause, cues.clause, cues.concept_clause])
    column = np.concatenate(
        [
            cues.pattern,
            first_target + cue_columns.target_of_pattern[cues.pattern],
            first_target + cue_columns.parent_of_pattern[cues.pattern],
            first_concept + cues.concept,
        ]
    )
    gram_clause, squares = _gram_matrix(prepared, gram_columns)
    text_squares = np.bincount(prepared.text_of_clause, weights=squares, minlength=n_texts).astype(np.float64)
    cue_clause = _binary(clause, column, (n_clauses, cue_columns.size))
    return BatchFeatures(
        cue_clause=cue_clause,
        cue_text=_of_texts(cue_clause, prepared.text_of_clause, n_texts),
        gram_clause=gram_clause,
        clause_norm=_lengths(squares),
        text_norm=_lengths(text_squares),
        text_of_clause=prepared.text_of_clause,
    )


def _lengths(squares: NDArray[np.float64]) -> Floats:
    return np.sqrt(np.maximum(squares, 1.0)).astype(np.float32)


def _binary(row: Ints, column: Ints, shape: tuple[int, int]) -> sp.csr_matrix:
    # Compiled counting sorts; numpy's sorting takes three times as long.
    entries = np.ones(len(row), np.float32), (row.astype(np.int32), column.astype(np.int32))
    matrix = sp.coo_matrix(entries, shape).tocsr()
    matrix.data[:] = 1
    return matrix


def _of_texts(of_clauses: sp.csr_matrix, text_of_clause: Ints, n_texts: int) -> sp.csr_matrix:
    """What stands in any clause of each text; clauses are in text order."""
    pointers = of_clauses.indptr[np.searchsorted(text_of_clause, np.arange(n_texts + 1))]
    entries = of_clauses.data.copy(), of_clauses.indices.copy(), pointers
    matrix = sp.csr_matrix(entries, (n_texts, of_clauses.shape[1]))
    matrix.sum_duplicates()
    matrix.data[:] = 1
    return matrix


def _gram_matrix(prepared: Prepared, columns: GramColumns) -> tuple[sp.csr_matrix, NDArray[np.float64]]:
    bucket, position = _grams(prepared)
    column = columns.column[bucket]
    kept = np.flatnonzero(column >= 0)
    column, position = column[kept], position[kept]
    order = grouped(position, len(prepared.joined))[1]
    column, position = column[order], position[order]
    value = columns.idf[column]
    n = len(prepared.clause_starts)
    pointers = np.append(np.searchsorted(position, prepared.clause_starts), len(position)).astype(np.int32)
    clause = np.repeat(np.arange(n), np.diff(pointers))
    squares = np.bincount(clause, weights=value.astype(np.float64) ** 2, minlength=n).astype(np.float64)
    return sp.csr_matrix((value, column, pointers), (n, len(columns.buckets))), squares


def _grams(prepared: Prepared) -> tuple[Ints, Ints]:
    points = code_points(prepared.joined)
    joins = _IS_WORD[np.minimum(points, len(_IS_WORD) - 1)]
    return hashed_ngrams(points, joins, low=LOW, high=HIGH)


#: Code points that n-grams are made of: letters, digits, Han. Beyond the basic plane everything is (emoji).
_IS_WORD = np.array([chr(point).isalnum() for point in range(0xFFFF)] + [True])
