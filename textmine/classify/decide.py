"""From scores to readings: which causes, which is the main one, what stance, or none. No matching."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np
from numpy.typing import NDArray

from ..records import Reading, Stance, Tag
from .evidence import tags_of_batch
from .model import NEVER, Model
from .prepare import Prepared
from .score import Scores, sigmoid
from .thresholds import given_causes

Bools = NDArray[np.bool_]
Floats = NDArray[np.float32]

#: From this probability on a text is held to complain of something.
COMPLAINS = 0.5
#: A person reviewing an abstention is offered up to so many causes of at least this probability.
_OFFERED, _LEAST = 3, 0.1


@dataclass(frozen=True, slots=True)
class Decider:
    """A model's decision rule. `limits` replaces the F1 thresholds, for example to promise a precision."""

    model: Model
    limits: Mapping[str, float] | None = None

    def decide(self, prepared: Prepared, scores: Scores, risk: Sequence[tuple[str, ...]]) -> list[Reading]:
        """One reading a text, in order; `risk` holds each text's risk flags."""
        outputs = self.model.outputs
        stances = sigmoid(scores.text[:, outputs.columns("stances")])
        complaint = stances[:, outputs.stances.index("complaint")]
        given = self._given(scores, complaint)
        silent = ~np.any(given, axis=1)
        abstains = silent & (complaint >= COMPLAINS)
        # A text has either causes, or some to choose from, so that all are looked for at once.
        offered = _offered(scores.cause) & abstains[:, None]
        tags = tags_of_batch(prepared, scores, self.model, given | offered)
        touchpoints = self._touchpoints(sigmoid(scores.text[:, outputs.columns("touchpoints")]))
        stance = self._stances(stances, complaint)
        nothing = (1 - scores.cause.max(axis=1)).tolist()
        main = scores.main.tolist()
        readings = []
        parts = zip(prepared.normalized, tags, silent.tolist(), abstains.tolist(), strict=True)
        for text, (item, found, nought, abstained) in enumerate(parts):
            if not item.text or item.text.isspace():
                reading = Reading(status="empty")
            elif nought:
                reading = Reading(
                    stance=stance[text],
                    touchpoints=touchpoints[text],
                    risk=risk[text],
                    status="abstained" if abstained else "tagged",
                    score=round(nothing[text], 4),
                    abstained=found,
                )
            else:
                primary = self._primary(found, main[text])
                reading = Reading(
                    found, primary, "complaint", touchpoints[text], risk[text], score=found[0].score
                )
            readings.append(reading)
        return readings

    def _given(self, scores: Scores, complaint: Floats) -> Bools:
        thresholds = self.model.thresholds
        chosen = thresholds.cause if self.limits is None else self.limits
        limits = np.array([chosen[cause] for cause in self.model.outputs.causes])
        fallback = thresholds.fallback if self.limits is None else NEVER
        return given_causes(scores.cause, complaint, limits, fallback=fallback, gate=thresholds.gate)

    def _primary(self, tags: tuple[Tag, ...], main: Sequence[float]) -> str:
        """The weightiest cause, where each cause that stands before it in the text counts against it."""
        if len(tags) == 1:
            return tags[0].code
        causes = self.model.outputs.causes
        own = [tag.cause for tag in tags]
        start = {cause: tag.start for cause, tag in zip(reversed(own), reversed(tags), strict=True)}
        step = self.model.thresholds.order
        weight = {
            cause: main[causes.index(cause)] - step * rank
            for rank, cause in enumerate(sorted(start, key=start.__getitem__))
        }
        weights = [(weight[cause], tag.score) for cause, tag in zip(own, tags, strict=True)]
        return tags[weights.index(max(weights))].code

    def _stances(self, probability: Floats, complaint: Floats) -> list[Stance]:
        """The stance of texts without a cause."""
        names = cast(tuple[Stance, ...], self.model.outputs.stances)
        place = names.index("complaint")
        others = probability.copy()
        others[:, place] = -1
        best = np.where(complaint >= COMPLAINS, place, others.argmax(axis=1))
        return [names[index] for index in best.tolist()]

    def _touchpoints(self, probability: Floats) -> list[tuple[str, ...]]:
        """The likeliest touchpoint of every text, and further ones above the threshold."""
        alone = [(name,) for name in self.model.outputs.touchpoints]
        found: list[tuple[str, ...]] = [alone[i] for i in probability.argmax(axis=1).tolist()]
        count = np.count_nonzero(probability >= self.model.thresholds.touchpoint, axis=1)
        several = np.flatnonzero(count > 1)
        order = np.argsort(-probability[several], axis=1, kind="stable").tolist()
        for text, row, n in zip(several.tolist(), order, count[several].tolist(), strict=True):
            found[text] = tuple([self.model.outputs.touchpoints[i] for i in row[:n]])
        return found


def _offered(probability: Floats) -> Bools:
    """The likeliest causes of every text, for a person to choose from, if they are likely at all."""
    order = np.argsort(-probability, axis=1, kind="stable")[:, :_OFFERED]
    offered = np.zeros(probability.shape, bool)
    np.put_along_axis(offered, order, np.take_along_axis(probability, order, axis=1) >= _LEAST, axis=1)
    return offered
