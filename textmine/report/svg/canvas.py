"""A canvas that writes SVG and remembers where its text stands.

Text is escaped here and nowhere else. Colours are classes, so that a page can be light or dark; a drawing
that stands alone brings its own style. Draws only what it is told: no data, no counting.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from html import escape
from typing import Literal

Anchor = Literal["start", "middle", "end"]

FONTS = (
    '"PingFang SC","Microsoft YaHei","Noto Sans CJK SC","Noto Sans SC","Source Han Sans SC",'
    '"WenQuanYi Micro Hei","Heiti SC",SimHei,system-ui,sans-serif'
)
"""Chinese fonts of the usual systems, so that no font has to travel with a page."""

LIGHT = {
    "ink": "#1d2330", "soft": "#5b6475", "line": "#c9d0dc", "grid": "#e7eaf0", "paper": "#ffffff",
    "bar": "#3b6fb6", "bar2": "#9db7da", "bar3": "#cfd9e8", "mark": "#c2410c", "good": "#1f7a4d",
    "hot1": "#fde3d3", "hot2": "#f9b48a", "hot3": "#e8793f", "cold1": "#dbeaf7", "cold2": "#a6cbea",
    "cold3": "#5b9bd0", "flat": "#f3f5f8",
}  # fmt: skip
DARK = {
    "ink": "#e8ebf2", "soft": "#a7b0c0", "line": "#4a5366", "grid": "#2b3242", "paper": "#151a24",
    "bar": "#6fa3e8", "bar2": "#47658f", "bar3": "#33435c", "mark": "#fb923c", "good": "#5cc48f",
    "hot1": "#4a2c1d", "hot2": "#84431c", "hot3": "#c2611f", "cold1": "#1d3347", "cold2": "#27557d",
    "cold3": "#3a7fb8", "flat": "#222938",
}  # fmt: skip

STYLE = (
    "text{font-family:var(--fonts);fill:var(--ink)}text.soft{fill:var(--soft)}text.mark{fill:var(--mark)}"
    "text.strong{font-weight:600}.line{stroke:var(--line);fill:none}.grid{stroke:var(--grid);fill:none}"
    ".bone{stroke:var(--soft);fill:none}.stroke{stroke:var(--bar);fill:none}"
    ".alert{stroke:var(--mark);fill:none}.dash{stroke-dasharray:5 4}.band{fill:var(--bar);fill-opacity:.18}"
    ".wash{fill:var(--hot1);fill-opacity:.55}"
    + "".join(
        f".{name}{{fill:var(--{name})}}" for name in LIGHT if name not in ("ink", "soft", "line", "grid")
    )
)
"""Classes of the drawings, in terms of the colours above."""


@dataclass(frozen=True, slots=True)
class Box:
    """Where a label stands, in the drawing's units."""

    x: float
    y: float
    width: float
    height: float
    text: str

    def overlaps(self, other: Box, *, slack: float = 0.5) -> bool:
        """True when the two share more than `slack` in both directions."""
        across = min(self.x + self.width, other.x + other.width) - max(self.x, other.x)
        down = min(self.y + self.height, other.y + other.height) - max(self.y, other.y)
        return across > slack and down > slack


@dataclass(frozen=True, slots=True)
class Drawing:
    """A finished drawing: size, SVG text, and the boxes of its labels."""

    width: float
    height: float
    svg: str
    boxes: tuple[Box, ...]

    def standalone(self) -> str:
        """The drawing as a file of its own, with light colours and a style of its own."""
        colours = "".join(f"--{name}:{value};" for name, value in LIGHT.items())
        style = f"<style>svg{{{colours}--fonts:{escape(FONTS, quote=False)};background:#fff}}{STYLE}</style>"
        head, _, rest = self.svg.partition(">")
        return f'{head} xmlns="http://www.w3.org/2000/svg">{style}{rest}\n'


@dataclass(slots=True)
class Canvas:
    """Collects shapes; `finish` makes the drawing."""

    width: float
    height: float
    title: str
    _shapes: list[str] = field(default_factory=list)
    _boxes: list[Box] = field(default_factory=list)

    def line(self, x1: float, y1: float, x2: float, y2: float, cls: str = "line", width: float = 1) -> None:
        """A straight line."""
        self._shapes.append(
            f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" class="{cls}" '
            f'stroke-width="{width:g}"/>'
        )

    def rect(
        self, x: float, y: float, width: float, height: float, cls: str, *, tip: str = "", round: float = 0
    ) -> None:
        """A filled rectangle, with a tooltip if given."""
        inside = f"<title>{escape(tip)}</title>" if tip else ""
        self._shapes.append(
            f'<rect x="{x:.1f}" y="{y:.1f}" width="{max(width, 0):.1f}" height="{max(height, 0):.1f}" '
            f'rx="{round:g}" class="{cls}">{inside}</rect>'
        )

    def circle(self, x: float, y: float, radius: float, cls: str, *, tip: str = "") -> None:
        """A filled circle."""
        inside = f"<title>{escape(tip)}</title>" if tip else ""
        self._shapes.append(
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:g}" class="{cls}">{inside}</circle>'
        )

    def path(
        self, points: list[tuple[float, float]], cls: str, *, width: float = 2, closed: bool = False
    ) -> None:
        """A polyline, or a filled shape when closed."""
        if points:
            way = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points) + ("Z" if closed else "")
            self._shapes.append(f'<path d="{way}" class="{cls}" stroke-width="{width:g}"/>')

    def text(
        self,
        x: float,
        y: float,
        text: str,
        *,
        size: float = 12,
        anchor: Anchor = "start",
        cls: str = "",
        tip: str = "",
    ) -> None:
        """One line of text with its baseline at y."""
        wide = text_width(text, size)
        left = x - (wide if anchor == "end" else wide / 2 if anchor == "middle" else 0)
        self._boxes.append(Box(left, y - size * 0.88, wide, size * 1.12, text))
        kind = f' class="{cls}"' if cls else ""
        inside = f"<title>{escape(tip)}</title>" if tip else ""
        self._shapes.append(
            f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size:g}" text-anchor="{anchor}"{kind}>'
            f"{escape(clean(text))}{inside}</text>"
        )

    def link(self, target: str, label: str) -> None:
        """Open a link around the following shapes, to a place in the same page."""
        self._shapes.append(f'<a href="#{escape(target)}" aria-label="{escape(clean(label))}">')

    def end_link(self) -> None:
        """Close the link."""
        self._shapes.append("</a>")

    def finish(self) -> Drawing:
        """The drawing."""
        body = "".join(self._shapes)
        svg = (
            f'<svg viewBox="0 0 {self.width:.0f} {self.height:.0f}" width="{self.width:.0f}" '
            f'height="{self.height:.0f}" role="img" aria-label="{escape(clean(self.title))}">{body}</svg>'
        )
        return Drawing(self.width, self.height, svg, tuple(self._boxes))


def clean(text: str) -> str:
    """Text without control characters and lone surrogates, which SVG cannot hold."""
    return "".join(c if c.isprintable() or c == " " else " " for c in text)


def text_width(text: str, size: float) -> float:
    """Width of a line in the drawing's units: Chinese is square, Latin a little over half."""
    return sum(_em(c) for c in text) * size


def _em(char: str) -> float:
    if unicodedata.east_asian_width(char) in "WF" or ord(char) > 0x2E7F:
        return 1.0
    if char in "ijl.,:;|'! ()[]":
        return 0.36
    if char in "MWmw%@":
        return 0.9
    return 0.7 if char.isupper() else 0.58


def fitted(text: str, size: float, width: float) -> str:
    """The text, cut with an ellipsis if it is wider than `width`."""
    if text_width(text, size) <= width:
        return text
    kept = ""
    for char in text:
        if text_width(kept + char + "…", size) > width:
            break
        kept += char
    return kept.rstrip() + "…"


def wrapped(text: str, size: float, width: float, *, lines: int = 3) -> list[str]:
    """The text in at most `lines` lines: Latin breaks between words, Chinese anywhere."""
    words: list[str] = []
    for char in clean(text):
        joins = (
            words and char.isascii() and char != " " and words[-1][-1:].isascii() and words[-1][-1:] != " "
        )
        if joins and text_width(words[-1] + char, size) <= width:
            words[-1] += char
        else:
            words.append(char)
    rows = [""]
    for word in words:
        if rows[-1] and text_width(rows[-1] + word, size) > width:
            rows.append("")
        rows[-1] += "" if not rows[-1] and word == " " else word
    rows = [row.strip() for row in rows if row.strip()]
    if len(rows) > lines:
        rows = [*rows[: lines - 1], fitted("".join(rows[lines - 1 :]), size, width)]
    return rows
