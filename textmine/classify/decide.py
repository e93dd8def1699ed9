"""From scores to readings: which tags, which evidence, which primary cause, or none. No matching."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..records import Reading, Stance, Tag
from .model import Model
from .prepare import Prepared
from .score import Scores, sigmoid
from .thresholds import given_causes

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Decider:
    """A model's decision rule. `limits` replaces the F1 thresholds, for example to promise a precision."""

    model: Model
    limits: Mapping[str, float] | None = None

    def decide(self, prepared: Prepared, scores: Scores, risk: Sequence[tuple[str, ...]]) -> list[Reading]:
        """One reading a text, in order; `risk` holds each text's risk flags."""
        outputs = self.model.outputs
        chosen = self.limits if self.limits is not None else self.model.thresholds.cause
        limits = np.array([chosen[cause] for cause in outputs.causes])
        stances = sigmoid(scores.text[:, outputs.columns("stances")])
        complaint = stances[:, outputs.stances.index("complaint")]
        fallback = 2.0 if self.limits is not None else self.model.thresholds.fallback
        given = given_causes(scores.cause, complaint, limits, fallback)
        touchpoints = sigmoid(scores.text[:, outputs.columns("touchpoints")])
        spans = _Evidence(prepared, scores, self.model)
        readings = []
        for text in range(len(prepared)):
            if not prepared.normalized[text].text.strip():
                readings.append(Reading(status="empty"))
                continue
            tags = tuple(spans.tags(text, np.flatnonzero(given[text])))
            readings.append(
                Reading(
                    tags=tags,
                    primary=self._primary(tags, scores, text),
                    stance="complaint" if tags else self._stance(stances[text], complaint[text]),
                    touchpoints=self._touchpoints(touchpoints[text]),
                    risk=risk[text],
                    status="tagged" if tags or complaint[text] < 0.5 else "abstained",
                    score=max((tag.score for tag in tags), default=_round(1 - scores.cause[text].max())),
                    abstained=() if tags else tuple(spans.tags(text, _likeliest(scores.cause[text]))),
                )
            )
        return readings

    def _primary(self, tags: tuple[Tag, ...], scores: Scores, text: int) -> str | None:
        if not tags:
            return None
        outputs = self.model.outputs
        main = scores.text[text, outputs.columns("primary")]
        return max(tags, key=lambda tag: (main[outputs.primary.index(tag.cause)], tag.score)).code

    def _stance(self, probability: NDArray[np.float32], complaint: np.float32) -> Stance:
        names: tuple[Stance, ...] = self.model.outputs.stances  # type: ignore[assignment]
        if complaint >= 0.5:
            return "complaint"
        rest = [index for index, name in enumerate(names) if name != "complaint"]
        return names[max(rest, key=lambda index: float(probability[index]))]

    def _touchpoints(self, probability: NDArray[np.float32]) -> tuple[str, ...]:
        names = self.model.outputs.touchpoints
        chosen = np.flatnonzero(probability >= self.model.thresholds.touchpoint)
        if not len(chosen):
            chosen = np.array([probability.argmax()])
        return tuple(names[index] for index in sorted(chosen, key=lambda i: -probability[i]))


def _likeliest(probability: NDArray[np.float32]) -> Ints:
    """The three likeliest causes, for a person to choose from, if they are likely at all."""
    order = np.argsort(-probability, kind="stable")[:3]
    return order[probability[order] >= 0.1]


class _Evidence:
    """Chooses subcauses and the clause that shows each of them."""

    def __init__(self, prepared: Prepared, scores: Scores, model: Model) -> None:
        self._prepared = prepared
        self._scores = scores
        self._causes = model.outputs.causes
        self._codes = model.outputs.codes
        self._code_threshold = model.thresholds.code
        self._cause_columns = model.outputs.columns("causes")
        self._code_columns = model.outputs.columns("codes")
        self._siblings = [
            np.array([i for i, code in enumerate(self._codes) if code.partition(".")[0] == cause])
            for cause in self._causes
        ]
        numbers = np.arange(len(prepared) + 1)
        self._first_clause = np.searchsorted(prepared.text_of_clause, numbers).tolist()
        self._starts = prepared.clause_starts.tolist()
        self._ends = prepared.clause_ends.tolist()

    def tags(self, text: int, causes: Ints) -> Iterator[Tag]:
        """Tags of the given causes in one text, likeliest first."""
        order = sorted(causes.tolist(), key=lambda cause: -self._scores.cause[text, cause])
        for cause in order:
            yield from self._tags_of(text, cause)

    def _tags_of(self, text: int, cause: int) -> Iterator[Tag]:
        first, last = self._first_clause[text], self._first_clause[text + 1]
        siblings = self._siblings[cause]
        clauses = self._scores.clause[first:last]
        of_cause = clauses[:, self._cause_columns][:, cause]
        of_code = clauses[:, self._code_columns][:, siblings]
        whole = self._scores.text[text, self._code_columns][siblings]
        shown = of_cause[:, None] + of_code
        best_clause = shown.argmax(axis=0)
        score = (whole + of_code[best_clause, np.arange(len(siblings))]) / 2
        best = int(score.argmax())
        taken: set[int] = set()
        for index in sorted(range(len(siblings)), key=lambda i: (i != best, -float(score[i]))):
            clause = int(best_clause[index])
            likely = float(sigmoid(score[index : index + 1])[0])
            # A further subcause needs a clause of its own: one clause seldom says two things of one kind.
            if index != best and (likely < self._code_threshold or clause in taken):
                continue
            taken.add(clause)
            start, end = self._span(text, first + clause)
            yield Tag(
                self._codes[siblings[index]],
                _round(self._scores.cause[text, cause] * (1.0 if index == best else likely)),
                start,
                end,
            )

    def _span(self, text: int, clause: int) -> tuple[int, int]:
        start, end = self._starts[clause], self._ends[clause]
        written = self._prepared.joined[start:end]
        start += len(written) - len(written.lstrip(_EDGES))
        end = max(start, end - (len(written) - len(written.rstrip(_EDGES))))
        return self._prepared.original_span(text, start, end)


#: What evidence neither begins nor ends with: white space, clause punctuation, blanked handles.
_EDGES = " \u3000\u00a0\ue000,.;:!?…、。~"


def _round(probability: float | np.float32) -> float:
    return round(float(probability), 4)
