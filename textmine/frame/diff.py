"""What changed between two versions of a code frame. Compares only; reading and showing are elsewhere."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from .frame import Cause, Frame, Named, Subcause


@dataclass(frozen=True, slots=True)
class Recoded:
    """One entry under two codes: renamed within its cause, or moved to another."""

    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Change:
    """A property of an entry that reads differently: names, definitions, marks, `branch.<preset>`.

    `code` is the new one; entries beside the causes are written `axis:code` (`risk:media`).
    """

    code: str
    what: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class FrameDiff:
    """Differences in the order of the new frame; removed codes in the order of the old."""

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    renamed: tuple[Recoded, ...] = ()
    moved: tuple[Recoded, ...] = ()
    changed: tuple[Change, ...] = ()

    @property
    def empty(self) -> bool:
        return not (self.breaking or self.added or self.changed)

    @property
    def breaking(self) -> bool:
        """Whether labels written with the old frame no longer all fit the new one."""
        return bool(self.removed or self.renamed or self.moved)


def diff_frames(old: Frame, new: Frame) -> FrameDiff:
    """Compare two frames. A code gone and a code new are one entry when both have the same name, or when the
    same subcause stands under another cause, and no second candidate does; else one was removed, one added.
    """
    before, after = _entries(old), _entries(new)
    recoded = _recoded(before, after)
    pairs = {code: code for code in after if code in before} | recoded
    # A subcause whose cause alone was renamed has kept its place; it is listed as renamed, not as moved.
    moved = {code for code in recoded if _home(code, pairs) != _cause(recoded[code])}
    return FrameDiff(
        added=tuple(code for code in after if code not in pairs),
        removed=tuple(code for code in before if code not in set(pairs.values())),
        renamed=tuple(
            Recoded(recoded[code], code) for code in after if code in recoded and code not in moved
        ),
        moved=tuple(Recoded(recoded[code], code) for code in after if code in moved),
        changed=tuple(
            change
            for code in after
            if code in pairs
            for change in _changes(code, before[pairs[code]], after[code])
        ),
    )


def _entries(frame: Frame) -> dict[str, Named]:
    entries: dict[str, Named] = {}
    for cause in frame.tree:
        entries[cause.code] = cause
        entries.update((sub.code, sub) for sub in cause.subcauses)
    beside = {"stance": frame.stances, "touchpoint": frame.touchpoints, "risk": frame.risks}
    for axis, named in beside.items():
        entries.update((f"{axis}:{entry.code}", entry) for entry in named)
    for preset in frame.presets:
        entries.update((f"branch.{preset.code}:{branch.code}", branch) for branch in preset.branches)
    return entries


def _recoded(before: Mapping[str, Named], after: Mapping[str, Named]) -> dict[str, str]:
    """New code to old code of the entries that carry another code, the surest likeness first."""
    found: dict[str, str] = {}
    gone = {code: entry for code, entry in before.items() if code not in after}
    fresh = {code: entry for code, entry in after.items() if code not in before}
    name = {code: entry.zh for code, entry in (gone | fresh).items()}

    def key(code: str) -> str:
        return code.partition(".")[2]

    def home(code: str) -> str:
        return _home(code, found) if code in fresh else _cause(code)

    likenesses: tuple[tuple[bool, Callable[[str], object]], ...] = (
        (False, lambda code: (_axis(code), name[code])),
        (True, lambda code: (home(code), key(code))),
        (True, lambda code: (home(code), name[code])),
        (True, lambda code: name[code]),
        (True, key),
    )
    for of_subcauses, likeness in likenesses:
        kind = [code for code, entry in (gone | fresh).items() if isinstance(entry, Subcause) == of_subcauses]
        taken = {*found, *found.values()}
        old_by = _unique((likeness(code), code) for code in kind if code in gone and code not in taken)
        new_by = _unique((likeness(code), code) for code in kind if code in fresh and code not in taken)
        found |= {new_by[like]: old_by[like] for like in new_by if like in old_by}
    return found


def _unique(pairs: Iterable[tuple[object, str]]) -> dict[object, str]:
    listed = list(pairs)
    counts = Counter(like for like, _ in listed)
    return {like: code for like, code in listed if counts[like] == 1}


def _home(code: str, new_to_old: Mapping[str, str]) -> str:
    """The old code of the cause a new code stands under."""
    cause = _cause(code)
    return new_to_old.get(cause, cause)


def _cause(code: str) -> str:
    return "" if ":" in code else code.partition(".")[0]


def _axis(code: str) -> str:
    return code.partition(":")[0] if ":" in code else "cause"


def _changes(code: str, old: Named, new: Named) -> Iterator[Change]:
    was, now = _properties(old), _properties(new)
    for what in dict.fromkeys([*was, *now]):
        if was.get(what, "") != now.get(what, ""):
            yield Change(code, what, was.get(what, ""), now.get(what, ""))


def _properties(entry: Named) -> dict[str, str]:
    named = {key: getattr(entry, key) for key in ("zh", "en", "definition_zh", "definition_en")}
    if isinstance(entry, Subcause):
        named |= {f"branch.{place.preset}": place.branch for place in entry.placements}
    if isinstance(entry, Cause):
        named |= {"headline": str(entry.headline).lower(), "open": str(entry.open).lower()}
    return named
