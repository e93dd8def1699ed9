"""The fishbone (鱼骨图): problem → branch → cause → subcause with counts, and what others draw it from.

`fishbone` builds the tree from a tally and the code frame; the `to_…` functions only rename its parts.
Nothing here counts rows, knows a cause by name, draws or writes files.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from ..errors import UsageError
from .tally import Cell, Tally

if TYPE_CHECKING:
    from ..frame.frame import Frame

Kind = Literal["problem", "branch", "cause", "subcause"]
Lang = Literal["zh", "en"]

EXAMPLES = 2
"""Verbatims shown a leaf: one may be odd, three no longer fit beside a bone."""

PROBLEM = {"zh": "客户不满", "en": "Customer dissatisfaction"}

# What Mermaid's preprocessor or sanitiser would eat: comments and directives, entities, HTML.
_MERMAID_UNSAFE = str.maketrans({"%": "％", "#": "＃", ";": "；", "<": "＜", ">": "＞", "&": "＆"})


@dataclass(frozen=True, slots=True)
class Bone:
    """One bone and the bones on it.

    `n` counts mentions, that is (row, subcause) pairs, so that every bone is the sum of its own. A cause may
    stand on several branches, each time with the subcauses that belong there.
    """

    kind: Kind
    code: str
    zh: str
    en: str
    n: int
    bones: tuple[Bone, ...] = ()
    examples: tuple[str, ...] = ()

    def name(self, lang: Lang = "zh") -> str:
        """What people call it."""
        return self.zh if lang == "zh" else self.en


@dataclass(frozen=True, slots=True)
class Fishbone:
    """The whole diagram: `head` is the problem, its bones are the branches of `preset`, largest first."""

    preset: str
    head: Bone

    def walk(self) -> Iterator[tuple[int, Bone, Bone | None]]:
        """Every bone with its depth (0 for the head) and the bone it hangs on, top-down."""
        yield from _walk(self.head, 0, None)


@dataclass(frozen=True, slots=True)
class ParentChildRow:
    """A line of parent–child CSV (JMP, XMind). Labels are unique; the head has no parent ("")."""

    parent: str
    child: str
    n: int


@dataclass(frozen=True, slots=True)
class CodeCountRow:
    """A line of code + count CSV (SAS, Statistica, Minitab, QI Macros): one subcause."""

    code: str
    label: str
    branch: str
    n: int


def fishbone(
    tally: Tally,
    frame: Frame,
    *,
    preset: str | None = None,
    cause: str | None = None,
    examples: Mapping[str, Sequence[str]] | None = None,
    group: Mapping[str, str] | None = None,
    problem: Mapping[str, str] | None = None,
) -> Fishbone:
    """The fishbone of all dissatisfaction, or of one cause (then the problem, its subcauses the leaves).

    `preset` is one of the frame's ways to draw, by default its first. `examples` maps codes to masked
    verbatims, at most two of which are kept a code; `problem` names the head in `zh` and `en`; `group` fixes
    group columns. Bones are sorted by count, ties in the order of the frame, the open cause last. Headline
    causes are present at zero, other bones when they occur. Raises UsageError for a cause or preset the
    frame does not have.
    """
    if cause is not None and cause not in frame.causes:
        raise UsageError(f"no cause {cause!r} in the code frame; causes: {', '.join(frame.causes)}")
    cell = tally.cell(group)
    leaves: dict[str, dict[str, list[Bone]]] = {}
    for code in _codes(cell, frame, cause):
        leaf = Bone("subcause", code, frame.zh(code), frame.en(code), cell.codes[code])
        leaf = replace(leaf, examples=tuple((examples or {}).get(code, ())[:EXAMPLES]))
        branch = frame.branch(code, preset) or frame.open_cause
        leaves.setdefault(branch, {}).setdefault(frame.cause_of(code), []).append(leaf)
    flat = cause is not None
    branches = [_branch(frame, preset, branch, bones, flat=flat) for branch, bones in leaves.items()]
    head_zh, head_en = _head_names(frame, cause, problem)
    bones = _by_count(branches, last=frame.open_cause)
    return Fishbone(
        preset or frame.presets[0].code, Bone("problem", cause or "", head_zh, head_en, _sum(bones), bones)
    )


def to_nested(diagram: Fishbone, *, lang: Lang = "zh") -> dict[str, Any]:
    """JSON-ready nesting: `{kind, code, name, n, children, examples}`; leaves have no `children`."""

    def nested(bone: Bone) -> dict[str, Any]:
        plain: dict[str, Any] = {"kind": bone.kind, "code": bone.code, "name": bone.name(lang), "n": bone.n}
        if bone.bones:
            plain["children"] = [nested(b) for b in bone.bones]
        if bone.examples:
            plain["examples"] = list(bone.examples)
        return plain

    return {"preset": diagram.preset, **nested(diagram.head)}


def to_mermaid(diagram: Fishbone, *, lang: Lang = "zh") -> str:
    """Mermaid `ishikawa-beta` text (Mermaid ≥ 11.12.3): a bone and its count a line, depth by indentation."""
    lines = ["ishikawa-beta"]
    for depth, bone, _ in diagram.walk():
        lines.append(f"{'    ' * (depth + 1)}{_mermaid_text(f'{bone.name(lang)} {bone.n}')}")
    return "\n".join(lines) + "\n"


def to_parent_child(diagram: Fishbone, *, lang: Lang = "zh") -> tuple[ParentChildRow, ...]:
    """Rows from the head down; a name that occurs twice is told apart by what it hangs on."""
    labels: dict[int, str] = {}
    times: dict[str, int] = {}
    for _, bone, _ in diagram.walk():
        times[bone.name(lang)] = times.get(bone.name(lang), 0) + 1
    rows = []
    taken: set[str] = set()
    for _, bone, parent in diagram.walk():
        above = labels[id(parent)] if parent else ""
        label = bone.name(lang)
        if times[label] > 1 and parent is not None:
            label = f"{label}（{above}）" if lang == "zh" else f"{label} ({above})"
        while label in taken:
            label += "′"
        taken.add(label)
        labels[id(bone)] = label
        rows.append(ParentChildRow(above, label, bone.n))
    return tuple(rows)


def to_code_count(diagram: Fishbone, *, lang: Lang = "zh") -> tuple[CodeCountRow, ...]:
    """One row a subcause, largest first."""
    rows = []
    branch = ""
    for depth, bone, _ in diagram.walk():
        branch = bone.name(lang) if depth == 1 else branch
        if bone.kind == "subcause":
            rows.append(CodeCountRow(bone.code, bone.name(lang), branch, bone.n))
    return tuple(sorted(rows, key=lambda row: (-row.n, row.code)))


def _walk(bone: Bone, depth: int, parent: Bone | None) -> Iterator[tuple[int, Bone, Bone | None]]:
    yield depth, bone, parent
    for child in bone.bones:
        yield from _walk(child, depth + 1, bone)


def _codes(cell: Cell, frame: Frame, cause: str | None) -> Iterator[str]:
    """Codes that get a leaf, in the order of the frame: those that occur; all of a headline cause at zero."""
    for of in frame.causes if cause is None else (cause,):
        codes = [code for code in frame.codes if frame.cause_of(code) == of and code != of]
        if cell.codes[of] or not codes:
            codes.append(of)
        seen = [code for code in codes if cell.codes[code]]
        yield from seen or (codes if of in frame.headline or cause is not None else ())


def _branch(
    frame: Frame, preset: str | None, branch: str, by_cause: Mapping[str, Sequence[Bone]], *, flat: bool
) -> Bone:
    if flat:
        bones = _by_count([leaf for leaves in by_cause.values() for leaf in leaves])
    else:
        causes = [_cause(frame, cause, leaves) for cause, leaves in by_cause.items()]
        bones = _by_count(causes, last=frame.open_cause)
    zh, en = _branch_names(frame, preset, branch)
    return Bone("branch", branch, zh, en, _sum(bones), bones)


def _cause(frame: Frame, cause: str, leaves: Sequence[Bone]) -> Bone:
    if len(leaves) == 1 and leaves[0].code == cause:
        # A cause without subcauses is its own leaf: no second bone of the same name.
        return replace(leaves[0], kind="subcause")
    bones = _by_count(leaves)
    return Bone("cause", cause, frame.zh(cause), frame.en(cause), _sum(bones), bones)


def _head_names(frame: Frame, cause: str | None, problem: Mapping[str, str] | None) -> tuple[str, str]:
    names = PROBLEM if cause is None else {"zh": frame.zh(cause), "en": frame.en(cause)}
    given = {**names, **(problem or {})}
    return given["zh"], given["en"]


def _branch_names(frame: Frame, preset: str | None, branch: str) -> tuple[str, str]:
    if branch == frame.open_cause:
        return frame.zh(branch), frame.en(branch)
    zh = frame.branch_name(branch, preset=preset, lang="zh")
    return zh, frame.branch_name(branch, preset=preset, lang="en")


def _by_count(bones: Sequence[Bone], *, last: str | None = None) -> tuple[Bone, ...]:
    return tuple(sorted(bones, key=lambda bone: (bone.code == last, -bone.n)))


def _sum(bones: Sequence[Bone]) -> int:
    return sum(bone.n for bone in bones)


def _mermaid_text(text: str) -> str:
    """One line that Mermaid reads as the text of one bone."""
    flat = re.sub(r"\s+", " ", text).strip().translate(_MERMAID_UNSAFE)
    # A line that opens with the diagram's own keyword would be read as a second header.
    return f"“{flat}”" if flat.lower().startswith("ishikawa") else flat
