"""Features of a batch: shapes, what a text has of its clauses, and that batches may be joined and cut."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import scipy.sparse as sp
from numpy.typing import NDArray

from textmine.classify.features import BatchFeatures, CueColumns, GramColumns, batch_features
from textmine.classify.model import Outputs, Weights
from textmine.classify.prepare import prepare
from textmine.classify.score import linear_scores, stack
from textmine.frame.matcher import Matcher

from .conftest import Bank

Make = Callable[[list[str]], BatchFeatures]


@pytest.fixture(scope="module")
def matcher(bank: Bank) -> Matcher:
    return Matcher.of(bank.lexicon)


@pytest.fixture(scope="module")
def make(bank: Bank, matcher: Matcher) -> Make:
    columns = CueColumns.of(matcher)
    grams = GramColumns.fit([prepare(bank.texts)], min_df=2, most=500)

    def features(texts: list[str]) -> BatchFeatures:
        prepared = prepare(texts)
        cues = matcher.match(prepared.joined, prepared.clause_starts, prepared.text_starts)
        return batch_features(prepared, cues, columns, grams)

    return features


def dense(matrix: sp.csr_matrix) -> NDArray[np.float32]:
    return np.asarray(matrix.todense())


def owners(features: BatchFeatures) -> NDArray[np.bool_]:
    """(texts x clauses): whose clause is whose."""
    numbers = np.arange(len(features.text_norm))
    return numbers[:, None] == features.text_of_clause[None, :]


def test_rows_are_texts_and_clauses_columns_are_cues_and_ngrams(
    bank: Bank, make: Make, matcher: Matcher
) -> None:
    features = make(["排队两小时，柜员态度差", "", "好"])
    size = CueColumns.of(matcher).size
    assert features.cue_clause.shape == (4, size)
    assert features.cue_text.shape == (3, size)
    assert features.gram_clause.shape == (4, 500)
    assert features.clause_norm.shape == (4,)
    assert features.text_norm.shape == (3,)
    assert features.text_of_clause.tolist() == [0, 0, 1, 2]


def test_cue_columns_are_laid_out_pattern_target_concept(bank: Bank, matcher: Matcher) -> None:
    columns = CueColumns.of(matcher)
    assert columns.n_patterns == len(bank.lexicon.patterns)
    assert columns.size == columns.n_patterns + len(columns.targets) + 2 * len(bank.lexicon.concepts)
    for number, cue in enumerate(bank.lexicon.patterns):
        assert columns.targets[columns.target_of_pattern[number]] == f"{cue.axis}:{cue.target}"
        parent = f"{cue.axis}:{cue.target.partition('.')[0]}"
        assert columns.targets[columns.parent_of_pattern[number]] == parent


def test_a_text_has_the_cues_of_its_clauses(bank: Bank, make: Make) -> None:
    features = make(bank.texts)
    assert set(np.unique(features.cue_clause.data)) == {1.0}
    assert (dense(features.cue_text) == (owners(features) @ dense(features.cue_clause) > 0)).all()


def test_squares_of_a_text_are_those_of_its_clauses(bank: Bank, make: Make) -> None:
    features = make(bank.texts)
    # Every occurrence counts by itself, so that the squares of clauses add up.
    entries, grams = np.diff(features.gram_clause.indptr), features.gram_clause.data.astype(float)
    squares = np.bincount(np.repeat(np.arange(len(entries)), entries), grams**2, len(entries))
    np.testing.assert_allclose(features.clause_norm, np.sqrt(np.maximum(squares, 1)), rtol=1e-5)
    of_text = owners(features) @ squares
    np.testing.assert_allclose(features.text_norm, np.sqrt(np.maximum(of_text, 1)), rtol=1e-5)


def test_linear_scores_are_what_the_sums_say(bank: Bank, make: Make) -> None:
    features, rng = make([*bank.texts[:20], "", "，，"]), np.random.default_rng(1)
    n_cues, n_grams = features.cue_text.shape[1], features.gram_clause.shape[1]
    cue, gram, bias = (rng.normal(size=s).astype(np.float32) for s in ((n_cues, 3), (n_grams, 3), 3))
    nothing = np.zeros((0, 0), np.float32)
    clause, text = linear_scores(features, Weights(cue, gram, bias, nothing, nothing, nothing, nothing))
    grams = dense(features.gram_clause)
    np.testing.assert_allclose(
        clause,
        dense(features.cue_clause) @ cue + (grams / features.clause_norm[:, None]) @ gram + bias,
        atol=1e-3,
    )
    of_text = owners(features) @ grams / features.text_norm[:, None]
    np.testing.assert_allclose(text, dense(features.cue_text) @ cue + of_text @ gram + bias, atol=1e-3)


def test_the_second_stage_sees_a_text_beside_its_best_clause() -> None:
    outputs = Outputs(("a", "b"), ("a.x",), ("complaint",), ("hall",))
    clause = np.array([[1, -9, 7, 7, 7], [2, 0, 7, 7, 7], [9, 1, 7, 7, 7]], np.float32)
    text = np.array([[3, 4, 7, 1, 7], [-8, 5, 7, 2, 7]], np.float32)
    stacked = stack(clause, text, np.array([0, 0, 1]), outputs)
    assert stacked[:, :4].tolist() == [[3, 4, 2, 0], [-6, 5, 6, 1]]


def test_batches_may_be_joined(bank: Bank, make: Make) -> None:
    whole, parts = make(bank.texts), BatchFeatures.join([make(bank.texts[:50]), make(bank.texts[50:])])
    for name in ("cue_clause", "cue_text", "gram_clause"):
        assert (getattr(whole, name) != getattr(parts, name)).nnz == 0
    for name in ("clause_norm", "text_norm", "text_of_clause"):
        assert getattr(whole, name).tolist() == getattr(parts, name).tolist()


def test_rows_may_be_taken_out(bank: Bank, make: Make) -> None:
    whole = make(bank.texts[:9])
    texts = np.array([2, 5, 8])
    clauses = np.flatnonzero(np.isin(whole.text_of_clause, texts))
    taken, alone = whole.rows(texts, clauses), make([bank.texts[n] for n in texts])
    for name in ("cue_clause", "cue_text", "gram_clause"):
        assert (getattr(taken, name) != getattr(alone, name)).nnz == 0
    assert taken.text_of_clause.tolist() == alone.text_of_clause.tolist()


def test_ngrams_are_kept_by_how_many_texts_have_them() -> None:
    fitted = GramColumns.fit([prepare(["甲乙", "甲甲甲"]), prepare(["甲丙", "丁"])], min_df=2, most=9)
    assert len(fitted.buckets) == 1
    assert fitted.idf.tolist() == pytest.approx([np.log(5 / 3)])
    assert fitted.column[fitted.buckets].tolist() == [0]
    assert (fitted.column >= 0).sum() == 1


def test_the_most_frequent_ngrams_are_kept() -> None:
    texts = ["甲", "甲", "甲", "乙", "乙", "丙"]
    only = GramColumns.fit([prepare(texts)], min_df=1, most=1)
    assert only.buckets.tolist() == GramColumns.fit([prepare(["甲"])], min_df=1, most=1).buckets.tolist()
