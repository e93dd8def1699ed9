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
    probabilities after the second stage, `main` (texts x causes) how much each is the main one."""

    clause: Floats
    text: Floats
    cause: Floats
    main: Floats


def score_batch(features: BatchFeatures, model: Model) -> Scores:
    """Score a batch with a model."""
    clause, text = linear_scores(features, model.weights)
    stacked = stack(clause, text, features.text_of_clause, model.outputs)
    return Scores(clause, text, *second_stage(stacked, model.weights))


def second_stage(stacked: Floats, weights: Weights) -> tuple[Floats, Floats]:
    """Probability of every cause, and how much each is the main one (texts x causes both)."""
    return (
        sigmoid(stacked @ weights.mix + weights.mix_bias),
        stacked @ weights.main + weights.main_bias,
    )


def linear_scores(features: BatchFeatures, weights: Weights) -> tuple[Floats, Floats]:
    """Logits of every output for clauses and for texts.

    The n-gram sums of a text are those of its clauses, so the costly product is made once.
    """
    grams: Floats = features.gram_clause @ weights.gram
    text_grams = np.zeros((len(features.text_norm), grams.shape[1]), np.float32)
    # Every text has at least one clause and clauses are in text order.
    first = np.searchsorted(features.text_of_clause, np.arange(len(features.text_norm)))
    if len(grams):
        # Along rows that lie in memory one after the other; the other way takes longer.
        text_grams = np.add.reduceat(np.ascontiguousarray(grams.T), first, axis=1).T
    grams /= features.clause_norm[:, None]
    grams += weights.bias
    clause: Floats = features.cue_clause @ weights.cue
    clause += grams
    text_grams /= features.text_norm[:, None]
    text_grams += weights.bias
    text: Floats = features.cue_text @ weights.cue
    text += text_grams
    return clause, text


def stack(clause: Floats, text: Floats, text_of_clause: NDArray[np.int64], outputs: Outputs) -> Floats:
    """Second-stage input of every text: logits of the causes, those of its best clause, and stances."""
    causes, stances = outputs.columns("causes"), outputs.columns("stances")
    first = np.searchsorted(text_of_clause, np.arange(len(text)))
    best = np.maximum.reduceat(clause[:, causes], first, axis=0) if len(clause) else text[:, causes]
    stacked: Floats = np.hstack([text[:, causes], best, text[:, stances]])
    # Far from the boundary a logit says nothing more; clipping keeps odd texts from running away.
    return np.clip(stacked, np.float32(-6), np.float32(6))


def sigmoid(logits: Floats) -> Floats:
    return (1 / (1 + np.exp(-logits))).astype(np.float32)
