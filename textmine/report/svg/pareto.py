"""The Pareto chart: columns by count, the cumulative line, the 80 % line, and ranges where there are any."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from .canvas import Canvas, Drawing, text_width, wrapped

Scale = Callable[[float], float]

SLOT = 74.0
"""Width of a column; wider where a Latin word would not fit."""
_LEFT, _RIGHT, _TOP, _PLOT, _BOTTOM = 56, 52, 40, 260, 62


@dataclass(frozen=True, slots=True)
class Column:
    """One column: what it is called, its number with an optional (value, low, high), class and target."""

    name: str
    n: float
    cumulative: float
    cls: str
    corrected: tuple[float, float, float] | None = None
    target: str = ""


def draw_pareto(
    columns: Sequence[Column], *, title: str, counted: str, corrected: str, cumulative: str
) -> Drawing:
    """The chart; `counted`, `corrected` and `cumulative` are the words of its legend."""
    highest = max([c.n for c in columns] + [c.corrected[2] for c in columns if c.corrected] + [1.0])
    top, step = nice(highest)
    words = [word for column in columns for word in column.name.split() if word.isascii()]
    slot = min(max([SLOT] + [text_width(word, 11) + 8 for word in words]), 110.0)
    width = _LEFT + slot * max(len(columns), 5) + _RIGHT
    canvas = Canvas(width, _TOP + _PLOT + _BOTTOM, title)
    base, right = _TOP + _PLOT, width - _RIGHT

    def y(value: float) -> float:
        return base - value / top * _PLOT

    tick = 0.0
    while tick <= top + step / 2:
        canvas.line(_LEFT, y(tick), right, y(tick), "grid")
        canvas.text(_LEFT - 8, y(tick) + 4, f"{tick:,g}", size=11, anchor="end", cls="soft")
        tick += step
    for share in (0.2, 0.4, 0.6, 0.8, 1.0):
        canvas.text(right + 8, base - share * _PLOT + 4, f"{share:.0%}", size=11, cls="soft")
    canvas.line(_LEFT, base - 0.8 * _PLOT, right, base - 0.8 * _PLOT, "alert dash")
    _columns(canvas, columns, y, base, slot)
    points = [
        (_LEFT + slot * (i + 0.5), base - column.cumulative * _PLOT) for i, column in enumerate(columns)
    ]
    canvas.path(points, "alert", width=2)
    for x, at in points:
        canvas.circle(x, at, 3, "mark")
    canvas.line(_LEFT, base, right, base, "line")
    _legend(canvas, counted, corrected if any(c.corrected for c in columns) else "", cumulative)
    return canvas.finish()


def _columns(canvas: Canvas, columns: Sequence[Column], y: Scale, base: float, slot: float) -> None:
    fills = {"A": "bar", "B": "bar2", "C": "bar3"}
    for i, column in enumerate(columns):
        x, middle = _LEFT + slot * i, _LEFT + slot * (i + 0.5)
        if column.target:
            canvas.link(column.target, f"{column.name} {column.n:,g}")
        tip = f"{column.name}: {column.n:,g}"
        canvas.rect(x + 12, y(column.n), slot - 24, base - y(column.n), fills[column.cls], tip=tip, round=2)
        for row, words in enumerate(wrapped(column.name, 11, slot - 6)):
            canvas.text(middle, base + 16 + 13 * row, words, size=11, anchor="middle", tip=column.name)
        if column.target:
            canvas.end_link()
        if column.corrected:
            value, low, high = column.corrected
            canvas.line(middle, y(low), middle, y(high), "bone", 1.5)
            for end in (low, high):
                canvas.line(middle - 5, y(end), middle + 5, y(end), "bone", 1.5)
            canvas.circle(middle, y(value), 3.2, "paper")
            canvas.circle(middle, y(value), 2.2, "good")
        inside = base - y(column.n) > 22
        words = f"{column.n:,.4g}" if column.n < 1 else f"{column.n:,.0f}"
        cls = "paper strong" if inside and column.cls == "A" else "strong"
        canvas.text(x + 15, y(column.n) + (14 if inside else -5), words, size=10.5, cls=cls)


def _legend(canvas: Canvas, counted: str, corrected: str, cumulative: str) -> None:
    x = float(_LEFT)
    for cls, words in (("bar", counted), ("good", corrected), ("mark", cumulative)):
        if words:
            canvas.rect(x, 10, 10, 10, cls, round=2)
            canvas.text(x + 15, 19, words, size=11.5, cls="soft")
            x += 30 + len(words) * (12 if not words.isascii() else 6.5)


def nice(highest: float) -> tuple[float, float]:
    """A round top of an axis and its step, with four to six steps."""
    size = 10.0 ** (len(str(int(highest))) - 1)
    for step in (size / 10, size / 5, size / 4, size / 2, size, size * 2):
        if highest / step <= 6:
            steps = -(-highest // step)
            return steps * step, step
    return highest, highest
