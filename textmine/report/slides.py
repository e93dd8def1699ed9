"""The report as five slides a manager wants: summary, Pareto, fishbone, trends and groups, what to do first.

Charts are native and can be edited; the fishbone is drawn with native lines and text. Counts nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..counts.drivers import QUADRANT_ZH
from ..io.atomic import AtomicFile
from .sentences import sentences
from .slide_charts import line_chart, pareto_chart
from .svg.fishbone import layout
from .words import Lang, Say, listed, percent, speaker

if TYPE_CHECKING:
    from .summary import Summary

_WIDE, _HIGH = 12_192_000, 6_858_000
_POINT, _MARGIN = 12_700, 457_200
_INK, _SOFT, _BAR, _MARK, _PALE = "1D2330", "5B6475", "3B6FB6", "C2410C", "DBEAF7"
FONT = "Microsoft YaHei"


def write_slides(path: Path, summary: Summary, *, lang: Lang = "zh") -> None:
    """Write the slides atomically. Raises OutputError naming the file."""
    from pptx import Presentation

    deck: Any = Presentation()
    deck.slide_width, deck.slide_height = _WIDE, _HIGH
    _stamp(deck)
    say = speaker(lang)
    _summary(deck, summary, lang, say)
    _pareto(deck, summary, lang, say)
    _fishbone(deck, summary, lang, say)
    _change(deck, summary, lang, say)
    _action(deck, summary, lang, say)
    file = AtomicFile(path)
    try:
        with file.guard():
            deck.save(str(file.temporary))
        file.commit()
    finally:
        file.discard()


def _stamp(deck: Any) -> None:
    import datetime

    properties = deck.core_properties
    properties.author, properties.title = "textmine", ""
    properties.created = properties.modified = datetime.datetime(2000, 1, 1)


def _summary(deck: Any, summary: Summary, lang: Lang, say: Say) -> None:
    span = f"{summary.span[0]} – {summary.span[1]}" if summary.span else ""
    slide = _slide(deck, say("客户不满原因分析", "Causes of dissatisfaction"), span)
    tiles = (
        (f"{summary.rows:,}", say("收到条数", "rows received")),
        (f"{summary.complaints:,}", say("表达不满", "dissatisfied")),
        (str(sum(row.cls == "A" and row.n > 0 for row in summary.causes)), say("A 类原因", "class A causes")),
        (f"{summary.risk.total:,}", say("需要先看", "to look at first")),
    )
    wide = (_WIDE - 2 * _MARGIN - 3 * 150_000) // 4
    for i, (number, words) in enumerate(tiles):
        left = _MARGIN + i * (wide + 150_000)
        box = _box(slide, left, 1_230_000, wide, 900_000, fill=_PALE)
        _write(box, [(number, 26, True, _BAR), (words, 12, False, _SOFT)], anchor="middle")
    told = sentences(summary, lang)[:8]
    box = _box(slide, _MARGIN, 2_300_000, _WIDE - 2 * _MARGIN, 4_200_000)
    size = 15 if sum(map(len, told)) < (420 if lang == "zh" else 900) else 12
    _write(box, [("• " + sentence, size, False, _INK) for sentence in told], gap=6)


def _pareto(deck: Any, summary: Summary, lang: Lang, say: Say) -> None:
    rows = [row for row in summary.causes if row.n][:15]
    best = [row for row in rows if row.cls == "A"]
    title = say("排列图：先抓 A 类", "Pareto: class A first")
    told = say(
        f"{len(best)} 类原因占 {percent(best[-1].cumulative_share)}",
        f"{len(best)} causes make up {percent(best[-1].cumulative_share)}",
    ) if best else say("没有读出不满原因", "no cause found")  # fmt: skip
    slide = _slide(deck, title, told)
    if rows:
        pareto_chart(
            slide,
            (_MARGIN, 1_150_000, _WIDE - 2 * _MARGIN, _HIGH - 1_500_000),
            [summary.frame.name(row.code, lang) for row in rows],
            [row.weighted if summary.weighted else row.n for row in rows],
            [row.cumulative_share for row in rows],
            names=(say("条数", "Rows"), say("累计占比", "Cumulative share")),
        )


def _fishbone(deck: Any, summary: Summary, lang: Lang, say: Say) -> None:
    slide = _slide(deck, say("鱼骨图", "Fishbone"), say("数字为提及次数", "Numbers are mentions"))
    placed = layout(summary.diagrams[0], lang=lang, causes=5, subcauses=1)
    top = 1_120_000
    scale = min((_WIDE - _MARGIN) / placed.width, (_HIGH - top - 120_000) / placed.height)
    left = int((_WIDE - placed.width * scale) / 2)

    def at(x: float, y: float) -> tuple[int, int]:
        return left + int(x * scale), top + int(y * scale)

    for stroke in placed.strokes:
        line = slide.shapes.add_connector(1, *at(stroke.x1, stroke.y1), *at(stroke.x2, stroke.y2))
        line.line.width = {"spine": 28_000, "branch": 16_000, "twig": 6_350}[stroke.kind]
        line.line.color.rgb = _colour(_SOFT)
    points = {"branch": 14.0, "cause": 13.0, "subcause": 11.0}
    for label in placed.labels:
        size = max(5.0, points[label.kind] * scale / _POINT)
        wide, high = int(260 * scale), int(points[label.kind] * 1.7 * scale)
        x, y = at(label.x, label.y + 4)
        middle = label.kind == "branch"
        box = _box(slide, x - (wide // 2 if middle else wide), y - high, wide, high)
        colour = _BAR if middle else _INK if label.kind == "cause" else _SOFT
        _write(box, [(label.text, size, middle, colour)], align="center" if middle else "right", tight=True)
    x, y = at(placed.head_x, placed.spine - 34)
    head = summary.diagrams[0].head
    box = _box(slide, x, y, int(150 * scale), int(68 * scale), fill=_BAR)
    size = max(7.0, 15 * scale / _POINT)
    words = [(head.name(lang), size, True, "FFFFFF"), (f"{head.n:,}", size, False, "FFFFFF")]
    _write(box, words, anchor="middle", align="center", tight=True)


def _change(deck: Any, summary: Summary, lang: Lang, say: Say) -> None:
    trend = summary.trend
    slide = _slide(
        deck, say("趋势与分组", "Trends and groups"), say("占当期条数的份额", "Share of the period’s rows")
    )
    half = (_WIDE - 3 * _MARGIN) // 2
    if trend:
        line_chart(
            slide,
            (_MARGIN, 1_150_000, half, _HIGH - 1_500_000),
            list(trend.periods),
            [
                (summary.frame.name(line.code, lang), [share.value for share in line.shares])
                for line in trend.lines[:5]
            ],
        )
    told = _told(summary, lang, say)
    box = _box(slide, 2 * _MARGIN + half, 1_200_000, half, _HIGH - 1_600_000)
    _write(box, [(text, 13, strong, _INK) for text, strong in told], gap=5)


def _told(summary: Summary, lang: Lang, say: Say) -> list[tuple[str, bool]]:
    """What changed and which groups stand out, in lines."""
    name = summary.frame.name
    lines: list[tuple[str, bool]] = []
    if summary.trend and summary.trend.compared:
        before, after = summary.trend.compared
        lines.append((say(f"{after} 与 {before} 相比", f"From {before} to {after}"), True))
        changed = [d for d in summary.trend.changes if d.verdict != "no difference shown"][:6]
        for d in changed:
            arrow = "↑" if d.verdict == "higher" else "↓"
            lines.append((f"{arrow} {name(d.code, lang)} {percent(d.reference)} → {percent(d.rate)}", False))
        if not changed:
            lines.append((say("没有超出偶然波动的变化", "no change beyond chance"), False))
    apart = _apart(summary, say)
    lines += apart
    for heat in summary.heats[: 1 if len(apart) > 2 else 2]:
        lines.append((say(f"按{heat.column}：高于平均", f"By {heat.column}: above average"), True))
        high = [d for d in heat.cells.values() if d.verdict == "higher"]
        high.sort(key=lambda d: (d.q_value, -d.gap, d.group, d.code))
        for d in high[:5]:
            average = say("平均", "average")
            rates = f"{percent(d.rate)} ({average} {percent(d.reference)})"
            lines.append((f"{d.group[0]} · {name(d.code, lang)} {rates}", False))
        if not high:
            lines.append((say("没有超出偶然波动的差别", "no difference beyond chance"), False))
    return lines


def _apart(summary: Summary, say: Say) -> list[tuple[str, bool]]:
    """Groups of the roll-up that differ from their parent's average, the surest first."""
    if summary.tree is None:
        return []
    real = [node for node in summary.tree.nodes if node.complaints and node.stands_out]
    real.sort(key=lambda node: (node.complaints.q_value if node.complaints else 1.0, node.path))
    lines = [(say("与上级平均相比的不满", "Dissatisfaction against the parent’s average"), True)]
    for node in real[:4]:
        found = node.complaints
        if found:
            rates = f"{percent(found.rate)} ({say('上级', 'parent')} {percent(found.reference)})"
            lines.append((f"{' / '.join(node.path)} {rates}", False))
    return lines if real else [*lines, (say("没有超出偶然波动的差别", "no difference beyond chance"), False)]


def _action(deck: Any, summary: Summary, lang: Lang, say: Say) -> None:
    slide = _slide(deck, say("先做什么", "What to do first"), "")
    half = (_WIDE - 3 * _MARGIN) // 2
    lines: list[tuple[str, bool]] = []
    scored = summary.scored
    if scored and scored.drivers:
        for code, zh in QUADRANT_ZH.items():
            names = [summary.frame.name(d.code, lang) for d in scored.drivers.drivers if d.quadrant == code]
            if names:
                lines.append((zh if lang == "zh" else code.capitalize(), True))
                lines.append((listed(names[:6], say), False))
    else:
        lines.append((say("A 类原因最多的具体问题", "Most frequent subcauses"), True))
        lines += [
            (f"{summary.frame.name(row.code, lang)}：{row.n:,}（{percent(row.share)}）", False)
            for row in summary.subcauses[:8]
        ]
    if summary.risk.flags:
        flags = {entry.code: entry.name(lang) for entry in summary.frame.risks}
        lines.append((say("风险标志", "Risk flags"), True))
        lines.append((listed([f"{flags[flag.code]} {flag.n:,}" for flag in summary.risk.flags], say), False))
    box = _box(slide, _MARGIN, 1_150_000, half, _HIGH - 2_300_000)
    _write(box, [(text, 14, strong, _BAR if strong else _INK) for text, strong in lines], gap=4)
    quotes: list[tuple[str, float, bool, str]] = [
        (say("客户原话（脱敏）", "Verbatims (masked)"), 14, True, _BAR)
    ]
    for row in [row for row in summary.subcauses if row.code in summary.verbatims][:5]:
        text = summary.verbatims[row.code][0].text
        quotes.append(
            (
                f"{summary.frame.name(row.code, lang)}：“{text[:70]}{'…' if len(text) > 70 else ''}”",
                12,
                False,
                _INK,
            )
        )
    box = _box(slide, 2 * _MARGIN + half, 1_150_000, half, _HIGH - 2_300_000)
    _write(box, quotes, gap=6)
    _write(
        _box(slide, _MARGIN, _HIGH - 1_000_000, _WIDE - 2 * _MARGIN, 700_000),
        [(_limits(summary, say), 11, False, _SOFT)],
    )


def _limits(summary: Summary, say: Say) -> str:
    rows = summary.manifest.rows
    checked = (
        say(
            f"误差以 {summary.held_out:,} 条标注原话测得",
            f"errors measured on {summary.held_out:,} labelled verbatims",
        )
        if summary.held_out
        else say("没有误差数据，条数未校正", "no error figures: counts are not corrected")
    )
    return say(
        f"方法：程序从原话读出原因；{checked}；{rows.rows_abstained:,} 条待人工复核，"
        f"{rows.rows_quarantined:,} 条无法读取。份额说的是来投诉或答卷的人，不是全体客户。",
        f"Method: a program reads causes from verbatims; {checked}; {rows.rows_abstained:,} rows wait for "
        f"review, {rows.rows_quarantined:,} could not be read. Shares describe those who "
        "spoke up, not all customers.",
    )


def _slide(deck: Any, title: str, sub: str) -> Any:
    slide = deck.slides.add_slide(deck.slide_layouts[5])
    heading = slide.shapes.title
    heading.left, heading.top, heading.width, heading.height = _MARGIN, 280_000, _WIDE - 2 * _MARGIN, 560_000
    _write(heading, [(title, 26, True, _INK)], align="left", anchor="middle")
    if sub:
        _write(_box(slide, _MARGIN, 800_000, _WIDE - 2 * _MARGIN, 320_000), [(sub, 13, False, _SOFT)])
    return slide


def _box(slide: Any, left: int, top: int, wide: int, high: int, *, fill: str = "") -> Any:
    if not fill:
        return slide.shapes.add_textbox(left, top, wide, high)
    shape = slide.shapes.add_shape(5, left, top, wide, high)
    shape.adjustments[0] = 0.08
    shape.fill.solid()
    shape.fill.fore_color.rgb = _colour(fill)
    shape.line.fill.background()
    shape.shadow.inherit = False
    return shape


def _write(
    shape: Any,
    lines: Sequence[tuple[str, float, bool, str]],
    *,
    align: str = "left",
    anchor: str = "top",
    gap: float = 0,
    tight: bool = False,
) -> None:
    """Lines of (text, points, bold, colour) as paragraphs."""
    from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
    from pptx.util import Pt

    frame = shape.text_frame
    # Unwrapped text is placed by its own width in some programs: boxes are wide enough to wrap never.
    frame.word_wrap = True
    frame.vertical_anchor = MSO_ANCHOR.MIDDLE if anchor == "middle" else MSO_ANCHOR.TOP
    if tight:
        frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = 0
        frame.vertical_anchor = MSO_ANCHOR.MIDDLE if anchor == "middle" else MSO_ANCHOR.BOTTOM
    for i, (text, size, bold, colour) in enumerate(lines):
        paragraph = frame.paragraphs[0] if i == 0 else frame.add_paragraph()
        paragraph.alignment = {"left": PP_ALIGN.LEFT, "center": PP_ALIGN.CENTER, "right": PP_ALIGN.RIGHT}[
            align
        ]
        paragraph.space_after = Pt(gap)
        run = paragraph.add_run()
        run.text = _safe(text)
        run.font.size, run.font.bold, run.font.color.rgb = Pt(size), bold, _colour(colour)
        _east_asian(run)


def _east_asian(run: Any) -> None:
    """Chinese characters take their font from `a:ea`, which python-pptx does not set."""
    from pptx.oxml.ns import qn

    run.font.name = FONT
    properties = run._r.get_or_add_rPr()
    for old in properties.findall(qn("a:ea")):
        properties.remove(old)
    properties.append(properties.makeelement(qn("a:ea"), {"typeface": FONT}))


def _colour(code: str) -> Any:
    from pptx.dml.color import RGBColor

    return RGBColor.from_string(code)


def _safe(text: str) -> str:
    """Text that XML can hold."""
    kept = "".join(c if c >= " " else " " for c in text)
    return kept.encode("utf-8", "replace").decode("utf-8")
