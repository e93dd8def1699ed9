"""Why a verbatim was read as it was: clauses, cues that fired, scores, and what moved each score most."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..records import Reading
from .reader import Examination, Reader


@dataclass(frozen=True, slots=True)
class FiredCue:
    """A pattern that held: `start` and `end` are offsets into the original text."""

    axis: str
    target: str
    pattern: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Reason:
    """One feature's share in a logit; `what` is a pattern, a concept or the words as a whole."""

    what: str
    weight: float


@dataclass(frozen=True, slots=True)
class CauseScore:
    """A cause's probability, the threshold it is held against, and what spoke for and against it."""

    cause: str
    probability: float
    threshold: float
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """Everything about one verbatim; `clauses` are spans of the original text."""

    text: str
    normalized: str
    clauses: tuple[tuple[int, int], ...]
    cues: tuple[FiredCue, ...]
    scores: tuple[CauseScore, ...]
    reading: Reading


def explain(reader: Reader, text: str, *, most: int = 5, least: float = 0.05) -> Explanation:
    """Explain one verbatim: causes of at least `least` probability, the `most` weighty reasons each."""
    seen = reader.examine([text], spans=True)
    prepared = seen.prepared
    cues = [
        FiredCue(cue.axis, cue.target, cue.source, *prepared.original_span(0, start, end))
        for cue, start, end in zip(
            (reader.matcher.patterns[index] for index in seen.cues.pattern.tolist()),
            seen.cues.start.tolist(),
            seen.cues.end.tolist(),
            strict=True,
        )
    ]
    spans = zip(prepared.clause_starts.tolist(), prepared.clause_ends.tolist(), strict=True)
    return Explanation(
        text=text,
        normalized=prepared.normalized[0].text,
        clauses=tuple(prepared.original_span(0, start, end) for start, end in spans if end > start),
        cues=tuple(sorted(cues, key=lambda cue: (cue.start, cue.end, cue.target))),
        scores=tuple(_scores(reader, seen, most, least)),
        reading=seen.readings[0],
    )


def _scores(reader: Reader, seen: Examination, most: int, least: float) -> list[CauseScore]:
    probability = seen.scores.cause[0]
    limits = reader.limits or reader.model.thresholds.cause
    order = [index for index in np.argsort(-probability, kind="stable") if probability[index] >= least]
    names = reader.model.outputs.causes
    return [
        CauseScore(
            names[index],
            round(float(probability[index]), 4),
            limits[names[index]],
            _reasons(reader, seen, int(index), most),
        )
        for index in order
    ]


def _reasons(reader: Reader, seen: Examination, cause: int, most: int) -> tuple[Reason, ...]:
    """Shares of the whole text's logit, before the second stage."""
    features = seen.features
    column = reader.model.outputs.columns("causes").start + cause
    weights = reader.model.weights
    shares: dict[str, float] = {}
    fired = features.cue_text
    for feature, value in zip(fired.indices.tolist(), fired.data.tolist(), strict=True):
        name = _cue_name(reader, feature)
        shares[name] = shares.get(name, 0.0) + value * float(weights.cue[feature, column])
    words = float((features.gram_clause @ weights.gram[:, column]).sum() / features.text_norm[0])
    shares["words"] = words
    ranked = sorted(shares.items(), key=lambda item: -abs(item[1]))
    return tuple(Reason(what, round(weight, 3)) for what, weight in ranked[:most])


def _cue_name(reader: Reader, feature: int) -> str:
    columns = reader.columns
    if feature >= columns.size:
        return "sentence vector"
    if feature < columns.n_patterns:
        return reader.matcher.patterns[feature].source
    feature -= columns.n_patterns
    if feature < len(columns.targets):
        return f"cues for {columns.targets[feature].partition(':')[2]}"
    feature -= len(columns.targets)
    return ("not " if feature % 2 else "") + "{" + reader.matcher.concepts[feature // 2] + "}"
