"""The fishbone diagram: a spine, branches slanting onto it, causes on the branches, subcauses under causes.

Every label has a line of its own within the column of its branch, so that labels cannot overlap whatever
the counts are. `layout` decides where things stand, in plain numbers that slides use too; `draw` makes SVG.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest

from ...counts.fishbone import Bone, Fishbone, Lang
from .canvas import Canvas, Drawing, fitted, text_width, wrapped

CAUSES = 8
"""Causes drawn a branch; the rest is summed up in one line."""
SUBCAUSES = 3
_CAUSE, _SUB, _NAME = 13.0, 11.0, 14.0
_CAUSE_STEP, _SUB_STEP = 21.0, 15.0
_WIDEST = 218.0
_SLANT = 0.22
_HEAD = 150.0
_GAP = 26.0
_CROWDED = 5


@dataclass(frozen=True, slots=True)
class Label:
    """A line of text: `x` is its right end for causes, its middle for names; `kind` says how it looks."""

    kind: str
    text: str
    x: float
    y: float
    code: str = ""
    tip: str = ""


@dataclass(frozen=True, slots=True)
class Stroke:
    """A straight line; `kind` is spine, branch or twig."""

    kind: str
    x1: float
    y1: float
    x2: float
    y2: float


@dataclass(frozen=True, slots=True)
class Layout:
    """Where everything stands. The head is the box from (`head_x`, `spine` − 34), 150 wide, 68 high."""

    width: float
    height: float
    spine: float
    head_x: float
    labels: tuple[Label, ...]
    strokes: tuple[Stroke, ...]


@dataclass(frozen=True, slots=True)
class _Row:
    kind: str
    text: str
    code: str
    tip: str


def layout(diagram: Fishbone, *, lang: Lang, causes: int = CAUSES, subcauses: int = SUBCAUSES) -> Layout:
    """Columns of two branches, one above and one below the spine; the largest stand next to the head.

    At most `causes` are drawn a branch and `subcauses` a cause, one fewer where a branch is crowded.
    """
    branches = [bone for bone in diagram.head.bones if bone.n or bone.bones]
    rows = [_rows(branch, lang, causes, subcauses) for branch in branches]
    pairs = list(zip_longest(range(0, len(rows), 2), range(1, len(rows), 2)))
    heights = [_height(row) for row in rows]
    above = max((heights[up] for up, _ in pairs if up is not None), default=60.0)
    below = max((heights[down] for _, down in pairs if down is not None), default=40.0)
    spine = above + 44
    labels: list[Label] = []
    strokes: list[Stroke] = []
    x = 16.0
    for up, down in reversed(pairs):
        members = [i for i in (up, down) if i is not None]
        wide = max(max(_wide(row) for row in rows[i]) if rows[i] else 60.0 for i in members)
        wide = max([wide] + [text_width(_name(branches[i], lang), _NAME) / 2 for i in members])
        reach = max(heights[i] for i in members) * _SLANT
        foot = x + wide + 14 + reach
        for i in members:
            sign = -1.0 if i == up else 1.0
            _branch(labels, strokes, branches[i], rows[i], foot, spine, sign, heights[i], lang)
        names = [text_width(_name(branches[i], lang), _NAME) / 2 + 10 for i in members]
        shortest = min(heights[i] for i in members) * _SLANT
        x = foot + max(_GAP, max(names) - shortest + 10)
    head_x = x + 6
    strokes.append(Stroke("spine", 16.0, spine, head_x, spine))
    return Layout(head_x + _HEAD + 14, spine + below + 50, spine, head_x, tuple(labels), tuple(strokes))


def draw_fishbone(diagram: Fishbone, *, lang: Lang, title: str = "") -> Drawing:
    """The diagram as SVG; bones link to the verbatims of their code."""
    placed = layout(diagram, lang=lang)
    canvas = Canvas(placed.width, placed.height, title or diagram.head.name(lang))
    widths = {"spine": 3.0, "branch": 1.8, "twig": 1.0}
    for stroke in placed.strokes:
        cls = "bone" if stroke.kind != "twig" else "line"
        canvas.line(stroke.x1, stroke.y1, stroke.x2, stroke.y2, cls, widths[stroke.kind])
    canvas.rect(placed.head_x, placed.spine - 34, _HEAD, 68, "bar", round=6)
    middle = placed.head_x + _HEAD / 2
    names = wrapped(diagram.head.name(lang), 15, _HEAD - 16, lines=2)
    for row, name in enumerate(names):
        down = placed.spine + 18 * row - (3 if len(names) == 1 else 13)
        canvas.text(middle, down, name, size=15, anchor="middle", cls="paper strong")
    canvas.text(
        middle,
        placed.spine + (18 if len(names) == 1 else 24),
        f"{diagram.head.n:,}",
        size=13,
        anchor="middle",
        cls="paper",
    )
    for label in placed.labels:
        if label.kind == "branch":
            wide = text_width(label.text, _NAME) + 16
            canvas.rect(label.x - wide / 2, label.y - 17, wide, 24, "cold1", round=4)
            canvas.text(label.x, label.y, label.text, size=_NAME, anchor="middle", cls="strong")
            continue
        if label.code:
            canvas.link(f"v-{label.code}", label.text)
        size, cls = (_CAUSE, "") if label.kind == "cause" else (_SUB, "soft")
        canvas.text(label.x, label.y, label.text, size=size, anchor="end", cls=cls, tip=label.tip)
        if label.code:
            canvas.end_link()
    return canvas.finish()


def _branch(
    labels: list[Label],
    strokes: list[Stroke],
    branch: Bone,
    rows: Sequence[_Row],
    foot: float,
    spine: float,
    sign: float,
    tall: float,
    lang: Lang,
) -> None:
    """One branch from its name at the far end down (or up) to its foot on the spine."""
    top = spine + sign * tall
    strokes.append(Stroke("branch", foot - tall * _SLANT, top, foot, spine))
    labels.append(
        Label("branch", _name(branch, lang), foot - tall * _SLANT, top - 11 if sign < 0 else top + 21)
    )
    y = spine - tall + 8 if sign < 0 else spine + 10
    for row in rows:
        y += _CAUSE_STEP if row.kind == "cause" else _SUB_STEP
        at = foot - abs(spine - y) * _SLANT
        labels.append(
            Label(row.kind, row.text, at - (10 if row.kind == "cause" else 14), y, row.code, row.tip)
        )
        if row.kind == "cause":
            size = text_width(row.text, _CAUSE)
            line = y + 4
            end = foot - abs(spine - line) * _SLANT
            strokes.append(Stroke("twig", at - 10 - size, line, end, line))


def _rows(branch: Bone, lang: Lang, causes: int, subcauses: int) -> list[_Row]:
    rows: list[_Row] = []
    crowded = len(branch.bones) > _CROWDED
    for bone in branch.bones[:causes]:
        rows.append(_row("cause", bone, _CAUSE, lang))
        rows += [_row("subcause", child, _SUB, lang) for child in bone.bones[: subcauses - crowded]]
    rest = branch.bones[causes:]
    if rest:
        n = sum(bone.n for bone in rest)
        words = f"另 {len(rest)} 项 {n:,}" if lang == "zh" else f"{len(rest)} more {n:,}"
        rows.append(_Row("subcause", words, "", ""))
    return rows


def _row(kind: str, bone: Bone, size: float, lang: Lang) -> _Row:
    number = f" {bone.n:,}"
    name = fitted(bone.name(lang), size, _WIDEST - text_width(number, size))
    tip = f"{bone.name(lang)} {bone.n:,}" + "".join(f"\n· {example}" for example in bone.examples)
    return _Row(kind, name + number, bone.code, tip)


def _name(branch: Bone, lang: Lang) -> str:
    return fitted(f"{branch.name(lang)} {branch.n:,}", _NAME, 190)


def _height(rows: Sequence[_Row]) -> float:
    return 34.0 + sum(_CAUSE_STEP if row.kind == "cause" else _SUB_STEP for row in rows)


def _wide(row: _Row) -> float:
    return text_width(row.text, _CAUSE if row.kind == "cause" else _SUB) + 4
