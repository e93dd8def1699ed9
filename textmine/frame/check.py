"""What is wrong with a code frame: remarks on what it says, each with its place. Changes nothing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, TypeVar, get_args

from ..records import Stance

if TYPE_CHECKING:
    from .frame import Cause, Frame, Named, Subcause

T = TypeVar("T")

#: Where a value stands: table names, positions in arrays of tables, and at last a key.
At = tuple[str | int, ...]

_HEADER = re.compile(r"\s*(\[\[?)\s*([^\[\]]+?)\s*\]")
_KEY = re.compile(r"\s*(\"[^\"]+\"|'[^']+'|[A-Za-z0-9_-]+)\s*=")
_LONG_QUOTES = re.compile(r"\"\"\"|'''")
_CODE = re.compile(r"[a-z][a-z0-9_]*")
#: Preset codes may begin with a digit (5m1e); they are never written before a dot.
_PRESET_CODE = re.compile(r"[a-z0-9_]+")


@dataclass(frozen=True, slots=True)
class Finding:
    """One remark on a frame. `at` is the place in its file (tables, positions, key); `line` where known.

    An `error` makes the frame unusable; a `warning` is for a person to judge.
    """

    level: Literal["error", "warning"]
    message: str
    at: At = ()
    line: int | None = None

    def on_line(self, line: int) -> Finding:
        return replace(self, line=line)


def check_frame(frame: Frame) -> tuple[Finding, ...]:
    """All findings, errors first, each group in the order of the file's parts."""
    found = [
        *_top(frame),
        *_causes(frame),
        *_presets(frame),
        *_placements(frame),
        *_stances(frame),
        *_list("touchpoint", frame.touchpoints),
        *_list("risk", frame.risks),
        *_rules(frame),
    ]
    return tuple(sorted(found, key=lambda finding: finding.level != "error"))


def _top(frame: Frame) -> Iterator[Finding]:
    for key in ("version", "title_zh", "title_en"):
        if not getattr(frame, key).strip():
            yield Finding("error", f"{key!r} of the frame is empty", (key,))


def _causes(frame: Frame) -> Iterator[Finding]:
    yield from _list("cause", frame.tree)
    yield from _same_names([(("cause", n), cause) for n, cause in enumerate(frame.tree)])
    for n, cause in enumerate(frame.tree):
        yield from _list("subcause", cause.subcauses, inside=("cause", n))
        yield from _same_names([(("cause", n, "subcause", m), sub) for m, sub in enumerate(cause.subcauses)])
    yield from _open(frame.tree)
    if not any(cause.headline for cause in frame.tree):
        yield Finding("warning", "no cause is marked headline = true; outputs will show only what occurs")


def _open(tree: tuple[Cause, ...]) -> Iterator[Finding]:
    marked = [n for n, cause in enumerate(tree) if cause.open]
    if not marked:
        yield Finding("error", "no cause is marked open = true; the last one should collect the rest")
    for n in marked[1:]:
        yield Finding(
            "error", f"{tree[n].code!r} is a second open cause; mark only one", ("cause", n, "open")
        )
    if len(marked) == 1 and marked[0] != len(tree) - 1:
        code, at = tree[marked[0]].code, ("cause", marked[0], "open")
        yield Finding("error", f"the open cause {code!r} must stand last", at)


def _presets(frame: Frame) -> Iterator[Finding]:
    if not frame.presets:
        yield Finding("error", "no [[preset]]: a fishbone needs at least one set of branches")
    yield from _list("preset", frame.presets, code=_PRESET_CODE)
    for n, preset in enumerate(frame.presets):
        yield from _list("branch", preset.branches, inside=("preset", n))
        used = {frame.branch(sub.code, preset.code) for _, sub in _subcauses(frame)}
        for m, branch in enumerate(preset.branches):
            if branch.code not in used:
                at = ("preset", n, "branch", m, "code")
                yield Finding("warning", f"no subcause lies on branch {branch.code!r} of {preset.code!r}", at)


def _placements(frame: Frame) -> Iterator[Finding]:
    branches = {preset.code: [branch.code for branch in preset.branches] for preset in frame.presets}
    for at, sub in _subcauses(frame):
        for preset in branches.keys() - {place.preset for place in sub.placements}:
            yield Finding("error", f"{sub.code!r} has no branch in preset {preset!r}", (*at, "branch"))
        for place in sub.placements:
            where = (*at, "branch", place.preset)
            if place.preset not in branches:
                known = ", ".join(branches)
                yield Finding("error", f"{sub.code!r}: no preset {place.preset!r}; there are: {known}", where)
            elif place.branch not in branches[place.preset]:
                known = ", ".join(branches[place.preset])
                message = f"{sub.code!r}: {place.preset!r} has no branch {place.branch!r}; there are: {known}"
                yield Finding("error", message, where)


def _stances(frame: Frame) -> Iterator[Finding]:
    yield from _list("stance", frame.stances)
    known = get_args(Stance)
    for n, stance in enumerate(frame.stances):
        if stance.code not in known:
            message = f"no stance {stance.code!r}; there are: {', '.join(known)}"
            yield Finding("error", message, ("stance", n, "code"))
    for code in known:
        if code not in {stance.code for stance in frame.stances}:
            yield Finding("error", f"[[stance]] {code!r} is missing")


def _rules(frame: Frame) -> Iterator[Finding]:
    for n, rule in enumerate(frame.rules):
        for key in ("zh", "en"):
            if not getattr(rule, key).strip():
                yield Finding("error", f"{key!r} of a rule is empty", ("rule", n, key))
        for m, code in enumerate(rule.codes):
            if code not in frame:
                yield Finding(
                    "error", f"a rule speaks of {code!r}, which is no code", ("rule", n, "codes", m)
                )


def _list(
    kind: str,
    entries: Iterable[Named],
    *,
    inside: At = (),
    code: re.Pattern[str] = _CODE,
) -> Iterator[Finding]:
    """Codes well-formed and given once, names present, definitions present."""
    seen: set[str] = set()
    for n, entry in enumerate(entries):
        at = (*inside, kind, n)
        own = entry.code.partition(".")[2] if kind == "subcause" else entry.code
        if not code.fullmatch(own):
            yield Finding(
                "error", f"{kind} code {own!r} may hold only a-z, 0-9 and _, a letter first", (*at, "code")
            )
        if entry.code in seen:
            yield Finding("error", f"{kind} {entry.code!r} is given twice", (*at, "code"))
        seen.add(entry.code)
        for key in ("zh", "en"):
            if not getattr(entry, key).strip():
                yield Finding("error", f"{key!r} of {kind} {entry.code!r} is empty", (*at, key))
        if kind not in ("branch", "preset"):
            for key in ("definition_zh", "definition_en"):
                if not getattr(entry, key).strip():
                    yield Finding("warning", f"{kind} {entry.code!r} has no {key!r}", (*at, key))


def _same_names(entries: list[tuple[At, Named]]) -> Iterator[Finding]:
    for key in ("zh", "en"):
        first: dict[str, str] = {}
        for at, entry in entries:
            name = getattr(entry, key)
            if name.strip() and first.setdefault(name, entry.code) != entry.code:
                message = f"{entry.code!r} and {first[name]!r} are both called {name!r}"
                yield Finding("warning", message, (*at, key))


def _subcauses(frame: Frame) -> Iterator[tuple[At, Subcause]]:
    for n, cause in enumerate(frame.tree):
        for m, sub in enumerate(cause.subcauses):
            yield ("cause", n, "subcause", m), sub
