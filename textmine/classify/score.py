"""From features to scores: linear outputs per clause and per text, and the probability of every cause."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .features import BatchFeatures
from .model import Model, Outputs, Weights

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Scores:
    """`clause` (clauses x outputs) and `text` (texts x outputs) are logits; `cause` (texts x causes) are
    probabilities after the second stage."""

    clause: Floats
    text: Floats
    cause: Floats


def score_batch(features: BatchFeatures, model: Model) -> Scores:
    """Score a batch with a model."""
    clause, text = linear_scores(features, model.weights)
    causes = model.outputs.columns("causes")
    stacked = stack(clause[:, causes], text[:, causes], features.text_of_clause)
    return Scores(clause, text, sigmoid(stacked @ model.weights.mix + model.weights.mix_bias))


def linear_scores(features: BatchFeatures, weights: Weights) -> tuple[Floats, Floats]:
    """Logits of every output for clauses and for texts.

    The n-gram sums of a text are those of its clauses, so the costly product is made once.
    """
    grams: Floats = features.gram_clause @ weights.gram
    text_grams = np.zeros((len(features.text_norm), grams.shape[1]), np.float32)
    # Every text has at least one clause and clauses are in text order.
    first = np.searchsorted(features.text_of_clause, np.arange(len(features.text_norm)))
    if len(grams):
        text_grams = np.add.reduceat(grams, first, axis=0)
    clause: Floats = features.cue_clause @ weights.cue
    clause += grams / features.clause_norm[:, None] + weights.bias
    text: Floats = features.cue_text @ weights.cue
    text += text_grams / features.text_norm[:, None] + weights.bias
    return clause, text


def stack(clause: Floats, text: Floats, text_of_clause: NDArray[np.int64]) -> Floats:
    """Second-stage input: for every text its own logits beside those of its best clause."""
    first = np.searchsorted(text_of_clause, np.arange(len(text)))
    best = np.maximum.reduceat(clause, first, axis=0) if len(clause) else np.zeros_like(text)
    # Far from the boundary a logit says nothing more; clipping keeps odd texts from running away.
    stacked: Floats = np.clip(np.hstack([text, best]), np.float32(-6), np.float32(6))
    return stacked


def sigmoid(logits: Floats) -> Floats:
    return (1 / (1 + np.exp(-logits))).astype(np.float32)


__all__ = ["Outputs", "Scores", "linear_scores", "score_batch", "sigmoid", "stack"]
