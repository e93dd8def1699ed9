"""Which subcauses a given cause has in a text, and the clauses that show each. Vectorised over a batch."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..frame.tables import spread
from ..records import Tag
from .model import Model, Outputs
from .ngrams import code_points
from .prepare import Prepared
from .score import Scores, sigmoid

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

#: What evidence neither begins nor ends with: white space, clause punctuation, blanked handles.
_EDGES = " \u3000\u00a0\ufffc,.;:!?…、。~"

#: A neighbour of the best clause belongs to the evidence from this logit of the cause on (5 %): customers say
#: a thing in two breaths. On the held-out texts evidence then meets the coder's span in 90 % of the right
#: tags, with the best clause alone in 81 %, and is 18 characters long instead of 13.
_BELONGS = -3.0


def tags_of_batch(prepared: Prepared, scores: Scores, model: Model, given: Bools) -> list[tuple[Tag, ...]]:
    """The tags of every text, likeliest cause first; `given` (texts x causes) says which causes it has.

    The likeliest subcause of a cause is always given; a further one needs the model's threshold and a clause
    of its own, for one clause seldom says two things of one kind.
    """
    found: list[list[Tag]] = [[] for _ in range(len(prepared))]
    cause, owner = np.nonzero(given.T)
    if not len(cause):
        return [()] * len(prepared)
    chosen = _chosen(prepared, scores, model, cause, owner)
    # Likeliest cause first; among equals and within a cause the order in which they were chosen.
    order = np.lexsort((chosen.pair, -chosen.probability, chosen.text))
    text, code, clause = chosen.text[order], chosen.code[order], chosen.clause[order]
    score = (chosen.probability * chosen.share)[order].tolist()
    start, end = _spans(prepared, text, *_with_neighbours(prepared, scores, model, code, clause))
    codes, normalized = model.outputs.codes, prepared.normalized
    rows = zip(text.tolist(), code.tolist(), score, start.tolist(), end.tolist(), strict=True)
    for place, number, value, low, high in rows:
        span = (low, high)
        if normalized[place].offsets is not None:
            span = normalized[place].original_span(low, high)
        found[place].append(Tag(codes[number], round(value, 4), *span))
    return [tuple(tags) for tags in found]


class _Chosen(NamedTuple):
    """Subcauses said of texts: parallel arrays of the (cause, text) pair each is said of, its text, the
    probability of the cause, the subcause, its share of that probability, and the clause that shows it."""

    pair: Ints
    text: Ints
    probability: Floats
    code: Ints
    share: Floats
    clause: Ints


def _chosen(prepared: Prepared, scores: Scores, model: Model, cause: Ints, text: Ints) -> _Chosen:
    """What subcauses each (cause, text) pair is given."""
    codes, likely, clause = _best_clauses(prepared, scores, model, cause, text)
    order = np.argsort(-likely, axis=1, kind="stable")
    codes, clause = (np.take_along_axis(items, order, axis=1) for items in (codes, clause))
    likely = np.take_along_axis(likely, order, axis=1).astype(np.float64)
    pair, place = list(range(len(text))), [0] * len(text)
    limit = model.thresholds.code
    for row in np.flatnonzero((likely[:, 1:] >= limit).any(axis=1)).tolist():
        taken = {clause[row, 0]}
        for rank in range(1, int(np.count_nonzero(likely[row] >= limit))):
            if clause[row, rank] not in taken:
                taken.add(clause[row, rank])
                pair.append(row)
                place.append(rank)
    at = np.array(pair), np.array(place)
    share = np.where(at[1] > 0, likely[at], 1.0)
    probability = scores.cause[text, cause].astype(np.float64)
    return _Chosen(at[0], text[at[0]], probability[at[0]], codes[at], share, clause[at])


def _best_clauses(
    prepared: Prepared, scores: Scores, model: Model, cause: Ints, text: Ints
) -> tuple[Ints, NDArray[np.float32], Ints]:
    """Subcauses of the cause of each (cause, text) pair, how likely each is in the text, and which clause
    shows it best (pairs x most subcauses of a cause, all three). Where a cause has fewer, the rest is
    unlikely (-1)."""
    outputs = model.outputs
    siblings, missing = _siblings(outputs)
    codes = siblings[cause]
    columns = codes + outputs.columns("codes").start
    first = np.searchsorted(prepared.text_of_clause, text)
    end = np.searchsorted(prepared.text_of_clause, text, side="right")
    segment = np.cumsum(end - first) - (end - first)
    pair, clauses = spread(first, end - first)
    of_code = scores.clause[clauses[:, None], columns[pair]]
    shown = scores.clause[clauses, outputs.columns("causes").start + cause[pair]][:, None] + of_code
    best = np.maximum.reduceat(shown, segment, axis=0)
    places = np.where(shown == best[pair], np.arange(len(clauses))[:, None], len(clauses))
    where = np.minimum.reduceat(places, segment, axis=0)
    logit = (scores.text[text[:, None], columns] + np.take_along_axis(of_code, where, axis=0)) / np.float32(2)
    return codes, np.where(missing[cause], np.float32(-1), sigmoid(logit)), clauses[where]


def _siblings(outputs: Outputs) -> tuple[Ints, Bools]:
    """The subcauses of every cause, and which places of a row stand for none (causes x most subcauses)."""
    place = {name: number for number, name in enumerate(outputs.causes)}
    own: list[list[int]] = [[] for _ in outputs.causes]
    for number, code in enumerate(outputs.codes):
        own[place[code.partition(".")[0]]].append(number)
    most = max(map(len, own))
    padded = np.array([numbers + [-1] * (most - len(numbers)) for numbers in own], np.int64)
    return np.maximum(padded, 0), padded < 0


def _with_neighbours(
    prepared: Prepared, scores: Scores, model: Model, code: Ints, clause: Ints
) -> tuple[Ints, Ints]:
    """First and last clause of each tag's evidence: its best one, and those beside it that show the cause.

    A neighbour that is itself the evidence of a tag stays that tag's.
    """
    outputs = model.outputs
    cause = np.array([outputs.causes.index(name.partition(".")[0]) for name in outputs.codes])[code]
    column = cause + outputs.columns("causes").start
    free = np.ones(len(prepared.clause_starts), bool)
    free[clause] = False

    def belongs(neighbour: Ints) -> Bools:
        inside = np.clip(neighbour, 0, len(free) - 1)
        same = prepared.text_of_clause[inside] == prepared.text_of_clause[clause]
        shows: Bools = scores.clause[inside, column] > _BELONGS
        found: Bools = (inside == neighbour) & same & free[inside] & shows
        return found

    return clause - belongs(clause - 1), clause + belongs(clause + 1)


def _spans(prepared: Prepared, text: Ints, first: Ints, last: Ints) -> tuple[Ints, Ints]:
    """Clauses as evidence: offsets into their normalised texts, without what stands at their edges."""
    edge = _IS_EDGE[np.minimum(code_points(prepared.joined), len(_IS_EDGE) - 1)]
    position = np.arange(len(edge))
    following = np.minimum.accumulate(np.where(edge, len(edge), position)[::-1])[::-1]
    before = np.maximum.accumulate(np.where(edge, -1, position))
    end = prepared.clause_ends[last]
    start = np.minimum(following[prepared.clause_starts[first]], end)
    end = np.clip(before[end - 1] + 1, start, end)
    return start - prepared.text_starts[text], end - prepared.text_starts[text]


_IS_EDGE = np.zeros(0x10000, bool)
_IS_EDGE[[ord(char) for char in _EDGES]] = True
