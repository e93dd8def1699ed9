"""Finds causes of the code frame by what a person types: names in either language, codes, definitions."""

from __future__ import annotations

from ..frame.frame import Cause, Frame, Subcause

MOST = 12
"""Causes that a search shows: as many as can be taken in at a glance."""


def find_causes(frame: Frame, words: str, *, most: int = MOST) -> tuple[Cause | Subcause, ...]:
    """The causes that fit all of the words, best first; without words the causes of the first level.

    A hit in the name comes before one in the code, that before one in the name of the cause above, and
    that before one in the definition; equal ones stay in the frame's order.
    """
    wanted = words.casefold().split()
    if not wanted:
        return frame.tree[:most]
    ranked = []
    for place, code in enumerate(code for cause in frame.tree for code in _family(cause)):
        entry = frame.entry(code)
        ranks = [_rank(frame, entry, word) for word in wanted]
        if None not in ranks:
            ranked.append((max(rank for rank in ranks if rank is not None), place, entry))
    return tuple(entry for _, _, entry in sorted(ranked, key=lambda one: one[:2])[:most])


def _family(cause: Cause) -> tuple[str, ...]:
    return (cause.code, *(sub.code for sub in cause.subcauses))


def _rank(frame: Frame, entry: Cause | Subcause, word: str) -> int | None:
    above = frame.entry(frame.cause_of(entry.code))
    fields = (
        (entry.zh, entry.en),
        (entry.code,),
        (above.zh, above.en),
        (entry.definition_zh, entry.definition_en),
    )
    return next(
        (rank for rank, said in enumerate(fields) if any(word in one.casefold() for one in said)), None
    )
