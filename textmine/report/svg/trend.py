"""Trends: the rows of each period as columns, and small charts of causes with the range of their share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .canvas import Canvas, Drawing, fitted, text_width
from .pareto import nice

_WIDE, _HIGH = 300.0, 150.0


@dataclass(frozen=True, slots=True)
class Curve:
    """One small chart: a name and (value, low, high) a period."""

    name: str
    values: tuple[tuple[float, float, float], ...]


def draw_volume(
    periods: Sequence[str], rows: Sequence[int], *, title: str, partial: frozenset[str] = frozenset()
) -> Drawing:
    """Rows a period; periods not fully covered are paler."""
    width, height, left, base = 920.0, 170.0, 56.0, 132.0
    canvas = Canvas(width, height, title)
    top, step = nice(max([*rows, 1]))
    slot = (width - left - 12) / max(len(periods), 1)
    for k in range(int(top / step + 0.5) + 1):
        y = base - k * step / top * 104
        canvas.line(left, y, width - 12, y, "grid")
        canvas.text(left - 8, y + 4, f"{k * step:,g}", size=11, anchor="end", cls="soft")
    every = _every(periods, slot)
    for i, (name, n) in enumerate(zip(periods, rows, strict=True)):
        y = base - n / top * 104
        cls = "bar2" if name in partial else "bar"
        canvas.rect(left + slot * (i + 0.15), y, slot * 0.7, base - y, cls, tip=f"{name}: {n:,}", round=2)
        if i % every == 0:
            canvas.text(left + slot * (i + 0.5), base + 18, name, size=11, anchor="middle", cls="soft")
    return canvas.finish()


def draw_curves(periods: Sequence[str], curves: Sequence[Curve], *, title: str) -> Drawing:
    """Small charts, three in a row, each on its own scale from zero."""
    lines = -(-len(curves) // 3)
    canvas = Canvas(3 * _WIDE + 20, max(lines, 1) * (_HIGH + 26), title)
    for i, curve in enumerate(curves):
        _small(canvas, periods, curve, (i % 3) * (_WIDE + 10), (i // 3) * (_HIGH + 26))
    return canvas.finish()


def _small(canvas: Canvas, periods: Sequence[str], curve: Curve, x0: float, y0: float) -> None:
    left, right, top, base = x0 + 46, x0 + _WIDE - 12, y0 + 28, y0 + _HIGH - 6
    highest = max([high for _, _, high in curve.values] + [0.01])
    canvas.text(x0 + 8, y0 + 15, fitted(curve.name, 13, _WIDE - 20), size=13, cls="strong", tip=curve.name)
    for share in (0.0, 0.5, 1.0):
        y = base - share * (base - top)
        canvas.line(left, y, right, y, "grid")
        canvas.text(left - 6, y + 4, f"{highest * share:.1%}", size=10, anchor="end", cls="soft")
    step = (right - left) / max(len(periods) - 1, 1)

    def at(i: int, value: float) -> tuple[float, float]:
        return left + i * step, base - min(value, highest) / highest * (base - top)

    upper = [at(i, high) for i, (_, _, high) in enumerate(curve.values)]
    lower = [at(i, low) for i, (_, low, _) in enumerate(curve.values)]
    canvas.path(upper + lower[::-1], "band", width=0, closed=True)
    canvas.path([at(i, value) for i, (value, _, _) in enumerate(curve.values)], "stroke", width=2)
    for i, (value, low, high) in enumerate(curve.values):
        x, y = at(i, value)
        canvas.circle(x, y, 2.4, "bar", tip=f"{periods[i]}: {value:.1%} ({low:.1%}–{high:.1%})")
    canvas.text(left, base + 15, periods[0], size=10, cls="soft")
    canvas.text(right, base + 15, periods[-1], size=10, anchor="end", cls="soft")


def _every(periods: Sequence[str], slot: float) -> int:
    """Every how many periods a name fits."""
    widest = max((text_width(name, 11) for name in periods), default=0) + 10
    return max(1, int(-(-widest // slot)))
