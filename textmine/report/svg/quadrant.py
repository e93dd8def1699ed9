"""The importance–performance quadrant: one numbered point a driver, the names beside it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from .canvas import Anchor, Canvas, Drawing, fitted

Scale = Callable[[float], float]

_SIDE, _LEFT, _TOP, _EDGE = 400.0, 58.0, 26.0, 34.0
"""Points keep away from the edge, where the names of the quadrants stand."""
_RADIUS = 9.0


@dataclass(frozen=True, slots=True)
class Point:
    """A driver: performance across, importance up, and the quadrant it lies in."""

    name: str
    performance: float
    importance: float
    quadrant: str


def draw_quadrant(
    points: Sequence[Point],
    *,
    title: str,
    across: str,
    up: str,
    names: Mapping[str, str],
    performance: float | None = None,
    importance: float | None = None,
) -> Drawing:
    """The chart. `names` word the four quadrants; the lines stand at the means unless given."""
    good = performance if performance is not None else _mean([p.performance for p in points])
    important = importance if importance is not None else _mean([p.importance for p in points])
    xs = _scale([p.performance for p in points] + [good])
    ys = _scale([p.importance for p in points] + [important])
    height = max(_TOP + _SIDE + 50, 40.0 + 20 * len(points))
    canvas = Canvas(_LEFT + _SIDE + 290, height, title)

    def x(value: float) -> float:
        return _LEFT + _EDGE + (value - xs[0]) / (xs[1] - xs[0]) * (_SIDE - 2 * _EDGE)

    def y(value: float) -> float:
        return _TOP + _SIDE - _EDGE - (value - ys[0]) / (ys[1] - ys[0]) * (_SIDE - 2 * _EDGE)

    canvas.rect(_LEFT, _TOP, _SIDE, _SIDE, "flat")
    canvas.rect(_LEFT, _TOP, x(good) - _LEFT, y(important) - _TOP, "wash")
    canvas.line(x(good), _TOP, x(good), _TOP + _SIDE, "bone dash")
    canvas.line(_LEFT, y(important), _LEFT + _SIDE, y(important), "bone dash")
    corners: tuple[tuple[str, float, float, Anchor], ...] = (
        ("improve first", _LEFT + 8, _TOP + 18, "start"),
        ("keep", _LEFT + _SIDE - 8, _TOP + 18, "end"),
        ("improve next", _LEFT + 8, _TOP + _SIDE - 8, "start"),
        ("nice to have", _LEFT + _SIDE - 8, _TOP + _SIDE - 8, "end"),
    )
    for code, at, down, anchor in corners:
        canvas.text(at, down, names.get(code, code), size=12.5, anchor=anchor, cls="soft strong")
    _points(canvas, points, x, y)
    canvas.text(_LEFT + _SIDE / 2, _TOP + _SIDE + 36, across, size=12, anchor="middle", cls="soft")
    canvas.text(_LEFT - 6, _TOP - 10, up, size=12, cls="soft")
    for value in xs:
        canvas.text(x(value), _TOP + _SIDE + 18, f"{value:.0f}", size=11, anchor="middle", cls="soft")
    for value in ys:
        canvas.text(_LEFT - 6, y(value) + 4, f"{value:.0%}", size=11, anchor="end", cls="soft")
    return canvas.finish()


def _points(canvas: Canvas, points: Sequence[Point], x: Scale, y: Scale) -> None:
    fills = {"improve first": "mark", "improve next": "hot3", "keep": "good", "nice to have": "bar"}
    side = _LEFT + _SIDE + 24
    places = _apart([(x(point.performance), y(point.importance)) for point in points])
    for number, (point, (left, top)) in enumerate(zip(points, places, strict=True), start=1):
        tip = f"{point.name}: {point.performance:.1f}, {point.importance:.1%}"
        cls = fills.get(point.quadrant, "bar")
        canvas.circle(left, top, _RADIUS, cls, tip=tip)
        canvas.text(left, top + 3.5, str(number), size=10, anchor="middle", cls="paper strong")
        down = 34.0 + 20 * (number - 1)
        canvas.circle(side, down - 4, 8, cls)
        canvas.text(side, down - 0.5, str(number), size=9.5, anchor="middle", cls="paper strong")
        canvas.text(side + 14, down, fitted(point.name, 12, 235), size=12, tip=point.name)


def _apart(places: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """The same places, moved a little where circles would cover each other; order and seed do not matter."""
    at = [[px + i * 1e-3, py] for i, (px, py) in enumerate(places)]
    least = 2 * _RADIUS + 1
    for _ in range(200):
        moved = False
        for i, one in enumerate(at):
            for other in at[i + 1 :]:
                dx, dy = other[0] - one[0], other[1] - one[1]
                gap = (dx * dx + dy * dy) ** 0.5 or 1e-6
                if gap < least:
                    push = (least - gap) / 2 / gap
                    one[0], one[1] = one[0] - dx * push, one[1] - dy * push
                    other[0], other[1] = other[0] + dx * push, other[1] + dy * push
                    moved = True
        if not moved:
            break
    return [(px, py) for px, py in at]


def _scale(values: Sequence[float]) -> tuple[float, float]:
    """The range of the values; never empty."""
    low, high = min(values, default=0.0), max(values, default=1.0)
    return (low, high) if high - low > 1e-6 else (low - 0.5, high + 0.5)


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0
