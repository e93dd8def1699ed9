"""A reading under an old code frame, put into the codes of a new one. Pure; reads no text, scores nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from ..frame.mapping import CodeMap, Kind
from ..records import Reading, Tag


@dataclass(frozen=True, slots=True)
class Step:
    """What became of one tag: `new` is None when it was dropped; `decided` is False for a split left open."""

    old: str
    new: str | None
    kind: Kind
    decided: bool = True


@dataclass(frozen=True, slots=True)
class Recoded:
    """The reading in new codes, with the evidence of each tag and what became of every old one."""

    reading: Reading
    evidence: tuple[str, ...]
    steps: tuple[Step, ...]


def recode(
    reading: Reading,
    evidence: Sequence[str],
    codes: CodeMap,
    scores: Mapping[str, float] | None = None,
) -> Recoded:
    """Put a reading into new codes. Of tags that become one, the likeliest stays, with its evidence.

    A split goes to the new code with the best of `scores` (those of a reader for the new frame); without one,
    to the cause that all its new codes share, else nowhere. A reading that loses its last tag is abstained:
    someone complained, and why is open again.
    """
    steps = tuple(_step(tag, codes, scores or {}) for tag in reading.tags)
    kept: dict[str, tuple[Tag, str]] = {}
    for tag, said, step in zip(reading.tags, evidence, steps, strict=True):
        if step.new is not None and (step.new not in kept or kept[step.new][0].score < tag.score):
            kept[step.new] = replace(tag, code=step.new), said
    tags = tuple(tag for tag, _ in kept.values())
    primary = next((step.new for step in steps if step.old == reading.primary), None)
    lost = bool(reading.tags) and not tags
    return Recoded(
        replace(
            reading,
            tags=tags,
            primary=primary or (tags[0].code if tags and reading.primary else None),
            touchpoints=_renamed(reading.touchpoints, codes.touchpoints),
            risk=_renamed(reading.risk, codes.risks),
            status="abstained" if lost else reading.status,
            score=max((tag.score for tag in tags), default=0.0),
        ),
        tuple(said for _, said in kept.values()),
        steps,
    )


def _step(tag: Tag, codes: CodeMap, scores: Mapping[str, float]) -> Step:
    move = codes.moves[tag.code]
    if len(move.new) <= 1:
        return Step(tag.code, move.new[0] if move.new else None, move.kind)
    likely = [code for code in move.new if code in scores]
    if likely:
        return Step(tag.code, max(likely, key=lambda code: scores[code]), "split")
    causes = {code.partition(".")[0] for code in move.new}
    return Step(tag.code, causes.pop() if len(causes) == 1 else None, "split", decided=False)


def _renamed(codes: Sequence[str], names: Mapping[str, str | None]) -> tuple[str, ...]:
    new = (names.get(code, code) for code in codes)
    return tuple(dict.fromkeys(code for code in new if code is not None))
