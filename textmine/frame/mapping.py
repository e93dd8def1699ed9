"""Where every code of an old frame goes in a new one: kept, renamed, moved, merged, split or removed. Pure.

Renames and moves are seen by comparing the frames. That two codes became one, or one became two, only people
know: they declare it. Nothing is guessed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from .diff import FrameDiff, diff_frames
from .frame import Frame

Kind = Literal["kept", "renamed", "moved", "merged", "split", "removed"]
KINDS: tuple[Kind, ...] = ("kept", "renamed", "moved", "merged", "split", "removed")
Declared = Mapping[str, tuple[str, ...]]
"""What people say: old code → new codes; none means removed."""


@dataclass(frozen=True, slots=True)
class Move:
    """Where one old code goes; `new` has one code, several for a split, none for what was removed."""

    old: str
    new: tuple[str, ...]
    kind: Kind


@dataclass(frozen=True, slots=True)
class CodeMap:
    """A move for every cause and subcause of the old frame, in its order, and the other axes' codes."""

    moves: Mapping[str, Move]
    touchpoints: Mapping[str, str | None]
    risks: Mapping[str, str | None]

    @property
    def splits(self) -> frozenset[str]:
        """Old codes whose rows must be read again to know where they belong."""
        return frozenset(code for code, move in self.moves.items() if move.kind == "split")


def map_codes(old: Frame, new: Frame, declared: Declared | None = None) -> CodeMap:
    """Map the codes of two frames; what is declared goes before what comparing shows.

    Raises UsageError for a declared code that the old, or the new, frame does not have.
    """
    said = dict(declared or {})
    for code, declared_new in said.items():
        old.entry(code)
        for one in declared_new:
            new.entry(one)
    diff = diff_frames(old, new)
    found = {change.old: change.new for change in (*diff.renamed, *diff.moved)}
    targets = {
        code: said.get(code, (found[code],) if code in found else (code,) if code in new else ())
        for code in _codes(old)
    }
    arrivals = Counter(codes[0] for codes in targets.values() if len(codes) == 1)
    moves = {code: Move(code, new, _kind(code, new, arrivals, diff)) for code, new in targets.items()}
    return CodeMap(moves, _axis("touchpoint", old, new, found), _axis("risk", old, new, found))


def _codes(frame: Frame) -> tuple[str, ...]:
    return tuple(
        code for cause in frame.tree for code in (cause.code, *(sub.code for sub in cause.subcauses))
    )


def _kind(code: str, new: tuple[str, ...], arrivals: Counter[str], diff: FrameDiff) -> Kind:
    if not new:
        return "removed"
    if len(new) > 1:
        return "split"
    if arrivals[new[0]] > 1:
        return "merged"
    if new[0] == code:
        return "kept"
    recoded = {change.old: change.new for change in (*diff.renamed, *diff.moved)}
    cause = code.partition(".")[0]
    home = recoded.get(cause, cause)
    return "renamed" if new[0].partition(".")[0] == home or "." not in code else "moved"


def _axis(axis: str, old: Frame, new: Frame, found: Mapping[str, str]) -> dict[str, str | None]:
    """Old code → new code of an axis beside the causes; None for what is gone."""
    there = set(new.axes[axis])
    return {
        code: found[key].partition(":")[2]
        if (key := f"{axis}:{code}") in found
        else code
        if code in there
        else None
        for code in old.axes[axis]
    }
