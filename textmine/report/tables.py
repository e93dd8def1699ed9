"""The plain tables of the report's workbook: changes, groups, drivers, fishbone, risk, verbatims, pivot data.

Each function writes its sheet from finished numbers. Counts nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..counts.drivers import QUADRANT_ZH
from ..counts.fishbone import to_code_count, to_parent_child
from .book import Book
from .words import CHANGES, DIFFERENCES, Lang

if TYPE_CHECKING:
    from ..counts.compare import Difference
    from .summary import Summary

PIVOT_ROWS = 200_000
"""Rows of the pivot sheet at most; what is beyond is said on the first sheet."""


def changes(book: Book, summary: Summary, lang: Lang) -> None:
    """What changed between the last two full periods."""
    trend, say = summary.trend, book.say
    if trend is None or trend.compared is None:
        return
    before, after = trend.compared
    header = [
        say("原因", "Cause"),
        before,
        after,
        say("变化", "Change"),
        say("下限", "Low"),
        say("上限", "High"),
    ]
    book.table(
        say("变化", "Changes"),
        [*header, "p", "q", say("判断", "Verdict")],
        [
            [
                summary.frame.name(d.code, lang),
                d.reference,
                d.rate,
                d.change.value,
                d.change.low,
                d.change.high,
                d.p_value,
                d.q_value,
                CHANGES[lang][d.verdict],
            ]
            for d in trend.changes
        ],
        shares=header[1:],
        fine=("p", "q"),
    )


def groups(book: Book, summary: Summary, lang: Lang) -> None:
    """Groups against the average, one line a group and cause."""
    say = book.say
    if not any(heat.cells for heat in summary.heats):
        return
    rate, average, gap = say("份额", "Rate"), say("平均", "Average"), say("偏离", "Gap")
    header = [say("分组", "Group"), say("组值", "Value"), say("原因", "Cause"), say("代码", "Code")]
    header += [say("条数", "Rows with cause"), say("组内条数", "Rows of group"), rate, average, gap, "q"]
    table = book.table(
        say("分组比较", "Groups"),
        [*header, say("判断", "Verdict")],
        [
            [
                heat.column,
                d.group[0],
                summary.frame.name(d.code, lang),
                d.code,
                d.n,
                d.rows,
                d.rate,
                d.reference,
                d.gap,
                d.q_value,
                DIFFERENCES[lang][d.verdict],
            ]
            for heat in summary.heats
            for d in sorted(heat.cells.values(), key=lambda d: (d.group, -d.n, d.code))
        ],
        shares=(rate, average, gap),
        fine=("q",),
    )
    at = table.columns[gap]
    scale = {"type": "3_color_scale", "min_color": "#A6CBEA", "mid_color": "#FFFFFF", "max_color": "#F9B48A"}
    limits = {
        "min_type": "num",
        "min_value": -0.5,
        "mid_type": "num",
        "mid_value": 0,
        "max_type": "num",
        "max_value": 0.5,
    }
    table.sheet.conditional_format(1, at, table.rows, at, {**scale, **limits})


def drivers(book: Book, summary: Summary, lang: Lang) -> None:
    """Importance, effect and quadrant of each cause."""
    scored, say = summary.scored, book.say
    if scored is None or scored.drivers is None:
        return
    importance = [
        say("重要性", "Importance"),
        say("重要性下限", "Importance low"),
        say("重要性上限", "Importance high"),
    ]
    effect = [
        say("若消除的变化", "Change if gone"),
        say("变化下限", "Change low"),
        say("变化上限", "Change high"),
    ]
    performance = say("表现 0–100", "Performance 0–100")
    book.table(
        say("驱动因素", "Drivers"),
        [
            say("原因", "Cause"),
            say("条数", "Rows"),
            performance,
            *importance,
            *effect,
            say("象限", "Quadrant"),
        ],
        [
            [
                summary.frame.name(d.code, lang),
                d.n,
                d.performance,
                d.importance.value,
                d.importance.low,
                d.importance.high,
                d.effect.value,
                d.effect.low,
                d.effect.high,
                QUADRANT_ZH[d.quadrant] if lang == "zh" else d.quadrant,
            ]
            for d in scored.drivers.drivers
        ],
        shares=importance,
        fine=[*effect, performance],
    )


def fishbone(book: Book, summary: Summary, lang: Lang) -> None:
    """The fishbone as parent–child rows and as code–count rows."""
    say, diagram = book.say, summary.diagrams[0]
    book.table(
        say("鱼骨图", "Fishbone"),
        [say("上级", "Parent"), say("下级", "Child"), say("提及", "Mentions")],
        [[row.parent, row.child, row.n] for row in to_parent_child(diagram, lang=lang)],
    )
    book.table(
        say("代码与条数", "Codes and counts"),
        [say("代码", "Code"), say("子原因", "Subcause"), say("分支", "Branch"), say("提及", "Mentions")],
        [[row.code, row.label, row.branch, row.n] for row in to_code_count(diagram, lang=lang)],
    )


def tree(book: Book, summary: Summary, lang: Lang) -> None:
    """Every group of the roll-up against its parent's average, by dissatisfaction, score and cause."""
    say = book.say
    if summary.tree is None:
        return
    rate, average, gap = say("值", "Value"), say("上级平均", "Parent’s average"), say("偏离", "Gap")
    depth = len(summary.tree.columns)
    header = [*_unique(summary.tree.columns), say("级", "Level"), say("组内条数", "Rows of group")]
    header += [say("指标", "Measure"), say("条数", "Rows"), rate, average, gap, "q", say("判断", "Verdict")]
    lines = []
    for node in summary.tree.nodes:
        opening = [*node.path, *[""] * (depth - node.depth), node.depth, node.cell.rows]
        measures: list[tuple[str, int, Difference | None]] = [
            (say("表达不满", "Dissatisfied"), node.cell.stance["complaint"], node.complaints)
        ]
        if node.score:
            measures.append((say("平均评分", "Mean score"), node.score.n, node.score))
        measures += [
            (summary.frame.name(code, lang), one.n, one) for code, one in sorted(node.causes.items())
        ]
        for name, n, found in measures:
            lines.append([*opening, name, n, *_against(found, n, node.cell.rows, lang)])
    book.table(say("逐级汇总", "Roll-up"), header, lines, shares=(gap,), fine=(rate, average, "q"))


def _against(found: Difference | None, n: int, rows: int, lang: Lang) -> list[float | str | None]:
    if found is None:
        return [n / rows if rows else None, None, None, None, ""]
    gap = found.gap if found.reference else None
    return [found.rate, found.reference, gap, found.q_value, DIFFERENCES[lang][found.verdict]]


def risk(book: Book, summary: Summary, lang: Lang) -> None:
    """The rows to look at first, and the repeat complaints."""
    say = book.say
    names = {entry.code: entry.name(lang) for entry in summary.frame.risks}
    words = say("原话", "Verbatim")
    opening = [say("行", "Row"), say("编号", "Id"), say("日期", "Date")]
    if summary.risk.entries:
        book.table(
            say("先看这些", "Look first"),
            [*opening, say("风险", "Risk"), say("第几次", "Times"), words],
            [
                [
                    *(e.entry.row, e.shown.id, e.shown.day),
                    "; ".join(names[flag] for flag in e.entry.flags),
                    e.entry.repeat,
                    e.shown.text,
                ]
                for e in summary.risk.entries
            ],
            wide=(words,),
        )
    if summary.risk.repeats:
        customer, cause, times = say("客户", "Customer"), say("原因", "Cause"), say("次数", "Times")
        book.table(
            say("重复投诉", "Repeats"),
            [customer, cause, times, *opening, words],
            [
                [
                    *(repeat.customer, summary.frame.name(repeat.chain.cause, lang), repeat.chain.times),
                    *(row.row, row.id, row.day, row.text),
                ]
                for repeat in summary.risk.repeats
                for row in repeat.rows
            ],
            wide=(words,),
        )


def verbatims(book: Book, summary: Summary, lang: Lang) -> None:
    """The masked verbatims of the page."""
    say, frame = book.say, summary.frame
    words = say("原话（脱敏）", "Verbatim (masked)")
    header = [say("原因", "Cause"), say("子原因", "Subcause"), words, say("证据", "Evidence")]
    header += [say("行", "Row"), say("编号", "Id"), say("日期", "Date"), *_unique(summary.group_names)]
    book.table(
        say("原话", "Verbatims"),
        header,
        [
            [
                frame.name(frame.cause_of(code), lang),
                frame.name(code, lang),
                v.text,
                v.evidence,
                v.row,
                v.id,
                v.day,
                *v.groups,
            ]
            for code, verbatims in summary.verbatims.items()
            for v in verbatims
        ],
        wide=(words,),
    )


def pivot(book: Book, summary: Summary, lang: Lang) -> None:
    """Counts by period, groups and code, for pivot tables."""
    say, frame = book.say, summary.frame
    header = [say("时期", "Period"), *_unique(summary.group_names), say("原因", "Cause")]
    header += [say("子原因", "Subcause"), say("代码", "Code"), say("条数", "Rows")]
    book.table(
        say("透视表数据", "Pivot data"),
        header,
        [
            [*key[:-1], frame.name(frame.cause_of(key[-1]), lang), frame.name(key[-1], lang), key[-1], n]
            for key, n in summary.cube[:PIVOT_ROWS]
        ],
    )


def _unique(names: Sequence[str]) -> list[str]:
    """Group columns as headers; a name that the sheet's own columns have gets a mark."""
    return [f"{name} ·" for name in names]
