"""The heat map of groups against the average: colour says how far, a dot says that it is no chance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .canvas import Canvas, Drawing, fitted, text_width, wrapped

_CELL, _ROW, _TOP = 78.0, 32.0, 64.0
STEPS = (0.1, 0.25, 0.5)
"""Where the shades begin: a tenth, a quarter and a half above or below the average."""


@dataclass(frozen=True, slots=True)
class Heat:
    """One cell: the group's rate, its gap to the average (0.2 is 20 % above), and whether it is shown."""

    rate: float
    gap: float
    significant: bool
    tip: str


def draw_heatmap(
    groups: Sequence[str], causes: Sequence[str], cells: Mapping[tuple[int, int], Heat], *, title: str
) -> Drawing:
    """Groups down, causes across; `cells[i, j]` is of group i and cause j."""
    left = min(max([text_width(name, 12) for name in groups] + [40.0]), 170.0) + 16
    canvas = Canvas(left + _CELL * len(causes) + 8, _TOP + _ROW * len(groups) + 8, title)
    for j, name in enumerate(causes):
        rows = wrapped(name, 11, _CELL - 8)
        for k, words in enumerate(rows):
            y = _TOP - 10 - 13 * (len(rows) - 1 - k)
            canvas.text(left + _CELL * (j + 0.5), y, words, size=11, anchor="middle", tip=name)
    for i, name in enumerate(groups):
        y = _TOP + _ROW * i
        canvas.text(left - 8, y + _ROW / 2 + 4, fitted(name, 12, 170), size=12, anchor="end", tip=name)
        for j in range(len(causes)):
            cell = cells.get((i, j))
            if cell is None:
                continue
            x = left + _CELL * j
            canvas.rect(x + 1, y + 1, _CELL - 2, _ROW - 2, shade(cell.gap), tip=cell.tip, round=3)
            words = f"{cell.rate:.1%}" + (" ●" if cell.significant else "")
            cls = "strong" if cell.significant else ""
            canvas.text(x + _CELL / 2, y + _ROW / 2 + 4, words, size=11.5, anchor="middle", cls=cls)
    return canvas.finish()


def shade(gap: float) -> str:
    """The colour class of a gap to the average."""
    step = sum(abs(gap) >= limit for limit in STEPS)
    return "flat" if not step else f"{'hot' if gap > 0 else 'cold'}{step}"
