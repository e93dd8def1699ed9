"""Which drawings a report has and what they are drawn from; the page and the drivers' folder share them.

Turns numbers into the plain inputs of the drawings, with names in the reader's language. Counts nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..counts.drivers import QUADRANT_ZH, Drivers
from .svg.canvas import Drawing
from .svg.fishbone import draw_fishbone
from .svg.heatmap import Heat as HeatCell
from .svg.heatmap import draw_heatmap
from .svg.pareto import Column, draw_pareto
from .svg.quadrant import Point, draw_quadrant
from .svg.trend import Curve, draw_curves, draw_volume
from .words import Lang, Say, percent, speaker

if TYPE_CHECKING:
    from ..counts.pareto import ParetoRow
    from ..frame.frame import Frame
    from .summary import Heat, Summary

SUBCAUSES = 20


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawing with its key, title and the note that stands below it."""

    key: str
    title: str
    note: str
    drawing: Drawing


def display_name(frame: Frame, lang: Lang, code: str) -> str:
    """What a code is called; a cause with a remainder of its own is not told apart."""
    return frame.name(code, lang)


def charts(summary: Summary, lang: Lang) -> Iterator[Chart]:
    """Every drawing the numbers allow."""
    say = speaker(lang)
    if any(row.n for row in summary.causes):
        yield _pareto(summary, [row for row in summary.causes if row.n], "pareto", lang, say)
    if summary.subcauses:
        yield _pareto(summary, summary.subcauses[:SUBCAUSES], "subcauses", lang, say)
    for i, diagram in enumerate(summary.diagrams):
        words = say("鱼骨图：", "Fishbone: ") + diagram.head.name(lang)
        yield Chart(f"fishbone{i}", words, "", draw_fishbone(diagram, lang=lang, title=words))
    if summary.scored and summary.scored.drivers:
        name = lambda code: summary.frame.name(code, lang)  # noqa: E731 - a name for a name
        yield quadrant(summary.scored.drivers, name, lang)
    if summary.trend:
        trend = summary.trend
        title = say("每期条数", "Rows by period")
        yield Chart(
            "volume", title, "", draw_volume(trend.periods, trend.rows, title=title, partial=trend.partial)
        )
        title = say("主要原因的走势", "Main causes over time")
        curves = [
            Curve(summary.frame.name(line.code, lang), tuple((i.value, i.low, i.high) for i in line.shares))
            for line in trend.lines
        ]
        yield Chart("trend", title, "", draw_curves(trend.periods, curves, title=title))
    for i, heat in enumerate(summary.heats):
        if heat.cells:
            yield _heat(summary, heat, f"heat{i}", lang, say)


def quadrant(drivers: Drivers, name: Callable[[str], str], lang: Lang) -> Chart:
    """The importance–performance quadrant of drivers."""
    say = speaker(lang)
    points = [Point(name(d.code), d.performance, d.importance.value, d.quadrant) for d in drivers.drivers]
    title = say("重要性—表现象限", "Importance and performance")
    words = {code: zh if lang == "zh" else code.capitalize() for code, zh in QUADRANT_ZH.items()}
    drawing = draw_quadrant(
        points,
        title=title,
        across=say("表现（越右越好）", "Performance (better to the right)"),
        up=say("重要性", "Importance"),
        names={str(code): text for code, text in words.items()},
    )
    return Chart("quadrant", title, "", drawing)


def _pareto(summary: Summary, rows: Sequence[ParetoRow], key: str, lang: Lang, say: Say) -> Chart:
    columns = []
    for row in rows:
        sure = None
        if not summary.weighted and None not in (row.n_corrected, row.n_low, row.n_high):
            sure = (row.n_corrected or 0.0, row.n_low or 0.0, row.n_high or 0.0)
        n = row.weighted if summary.weighted else float(row.n)
        name = summary.frame.name(row.code, lang)
        columns.append(Column(name, n, row.cumulative_share, row.cls, sure, f"v-{row.code}"))
    title = (
        say("排列图（帕累托图）", "Pareto chart")
        if key == "pareto"
        else say("子原因排列图", "Pareto chart of subcauses")
    )
    drawing = draw_pareto(
        columns,
        title=title,
        counted=say("条数 × 影响系数", "Rows × weight") if summary.weighted else say("条数", "Rows"),
        corrected=say("校正后的条数与 90% 区间", "Corrected rows with 90% range"),
        cumulative=say("累计占比（虚线 80%）", "Cumulative share (dashes: 80%)"),
    )
    return Chart(key, title, "", drawing)


def _heat(summary: Summary, heat: Heat, key: str, lang: Lang, say: Say) -> Chart:
    cells = {}
    names = [summary.frame.name(code, lang) for code in heat.codes]
    groups = [group or say("（空）", "(empty)") for group in heat.groups]
    for i, group in enumerate(heat.groups):
        for j, code in enumerate(heat.codes):
            d = heat.cells.get((group, code))
            if d is not None:
                tip = say(
                    f"{groups[i]} · {names[j]}：{d.n:,}/{d.rows:,} = {percent(d.rate)}，"
                    f"平均 {percent(d.reference)}，q = {d.q_value:.3f}",
                    f"{groups[i]} · {names[j]}: {d.n:,}/{d.rows:,} = {percent(d.rate)}, "
                    f"average {percent(d.reference)}, q = {d.q_value:.3f}",
                )
                cells[i, j] = HeatCell(d.rate, d.gap, d.verdict != "no difference shown", tip)
    title = say(f"按{heat.column}比较", f"By {heat.column}")
    note = (
        say(f"另有 {heat.left_out} 组未列出。", f"{heat.left_out} more groups are not shown.")
        if heat.left_out
        else ""
    )
    return Chart(key, title, note, draw_heatmap(groups, names, cells, title=title))
