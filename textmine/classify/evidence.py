"""Which subcauses a given cause has in a text, and the clause that shows each. Vectorised over a batch."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from ..records import Tag
from .model import Model
from .prepare import Prepared
from .score import Scores, sigmoid

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

#: What evidence neither begins nor ends with: white space, clause punctuation, blanked handles.
_EDGES = " \u3000\u00a0\ufffc,.;:!?…、。~"


def tags_of_batch(prepared: Prepared, scores: Scores, model: Model, given: Bools) -> list[tuple[Tag, ...]]:
    """The tags of every text, likeliest cause first; `given` (texts x causes) says which causes it has.

    The likeliest subcause of a cause is always given; a further one needs the model's threshold and a clause
    of its own, for one clause seldom says two things of one kind.
    """
    found: list[list[tuple[float, Tag]]] = [[] for _ in range(len(prepared))]
    spans = _Spans(prepared)
    for cause in np.flatnonzero(given.any(axis=0)).tolist():
        texts = np.flatnonzero(given[:, cause])
        table = _best_clauses(prepared, scores, model, cause, texts)
        for row, text in enumerate(texts.tolist()):
            probability = float(scores.cause[text, cause])
            for code, share, clause in table.chosen(row, model.thresholds.code):
                tag = Tag(code, round(probability * share, 4), *spans.original(text, clause))
                found[text].append((probability, tag))
    return [
        tuple(tag for _, tag in sorted(tags, key=lambda item: -item[0])) if tags else () for tags in found
    ]


class _Table:
    """Subcauses of one cause in the texts that have it: likelihood and best clause, likeliest first."""

    def __init__(self, codes: tuple[str, ...], likely: NDArray[np.float32], clause: Ints) -> None:
        order = np.argsort(-likely, axis=1, kind="stable")
        self._codes = codes
        self._order = order.tolist()
        self._likely = np.take_along_axis(likely, order, axis=1).tolist()
        self._clause = np.take_along_axis(clause, order, axis=1).tolist()

    def chosen(self, row: int, threshold: float) -> Iterator[tuple[str, float, int]]:
        """(code, share of the cause's probability, clause) of one text's subcauses."""
        taken: list[int] = []
        for place, likely, clause in zip(self._order[row], self._likely[row], self._clause[row], strict=True):
            if taken and (likely < threshold or clause in taken):
                continue
            yield self._codes[place], likely if taken else 1.0, clause
            taken.append(clause)


def _best_clauses(prepared: Prepared, scores: Scores, model: Model, cause: int, texts: Ints) -> _Table:
    outputs = model.outputs
    first_code = outputs.columns("codes").start
    siblings = [i for i, code in enumerate(outputs.codes) if code.partition(".")[0] == outputs.causes[cause]]
    columns = np.array(siblings) + first_code
    first = np.searchsorted(prepared.text_of_clause, texts)
    count = np.searchsorted(prepared.text_of_clause, texts, side="right") - first
    segment = np.cumsum(count) - count
    clauses = np.repeat(first - segment, count) + np.arange(int(count.sum()))
    of_code = scores.clause[clauses][:, columns]
    shown = scores.clause[clauses, outputs.columns("causes").start + cause][:, None] + of_code
    best = np.maximum.reduceat(shown, segment, axis=0)
    places = np.where(shown == np.repeat(best, count, axis=0), np.arange(len(clauses))[:, None], len(clauses))
    where = np.minimum.reduceat(places, segment, axis=0)
    logit = (scores.text[texts][:, columns] + np.take_along_axis(of_code, where, axis=0)) / np.float32(2)
    return _Table(tuple(outputs.codes[i] for i in siblings), sigmoid(logit), clauses[where])


class _Spans:
    """Clauses as evidence: offsets into the original text, without what stands at their edges."""

    def __init__(self, prepared: Prepared) -> None:
        self._prepared = prepared
        self._starts = prepared.clause_starts.tolist()
        self._ends = prepared.clause_ends.tolist()

    def original(self, text: int, clause: int) -> tuple[int, int]:
        start, end = self._starts[clause], self._ends[clause]
        written = self._prepared.joined[start:end]
        start += len(written) - len(written.lstrip(_EDGES))
        end = max(start, end - (len(written) - len(written.rstrip(_EDGES))))
        return self._prepared.original_span(text, start, end)
