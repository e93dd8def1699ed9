"""The report as an Excel workbook: native Pareto and trend charts, and sheets that a pivot table can use.

Charts take their names from cells. Counts nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import OutputError
from ..io.atomic import AtomicFile
from . import tables
from .book import FONT, Book, Cell, Table, safe
from .issue_sheet import issue_sheet
from .sentences import sentences
from .words import Lang, speaker

if TYPE_CHECKING:
    from ..counts.pareto import ParetoRow
    from .summary import Summary

_BAR, _LINE = "#3B6FB6", "#C2410C"
_GRID = {"visible": True, "line": {"color": "#E7EAF0"}}
_TITLE = {"size": 13, "name": FONT}


def write_workbook(path: Path, summary: Summary, *, lang: Lang = "zh") -> None:
    """Write the workbook atomically. Raises OutputError naming the file."""
    from xlsxwriter.exceptions import XlsxWriterException

    file = AtomicFile(path)
    try:
        book = Book(file.temporary, speaker(lang))
        _fill(book, summary, lang)
        try:
            with file.guard():
                book.book.close()
        except XlsxWriterException as error:
            raise OutputError(f"{path}: cannot be written ({error}); choose another place") from error
        file.commit()
    finally:
        file.discard()


def _fill(book: Book, summary: Summary, lang: Lang) -> None:
    say = book.say
    _cover(book, summary, lang)
    _pareto(book, summary, summary.causes, say("排列图", "Pareto"), lang)
    _pareto(book, summary, summary.subcauses, say("子原因", "Subcauses"), lang)
    _trend(book, summary, lang)
    tables.changes(book, summary, lang)
    tables.groups(book, summary, lang)
    tables.tree(book, summary, lang)
    tables.drivers(book, summary, lang)
    tables.fishbone(book, summary, lang)
    issue_sheet(book, summary.issues)
    tables.risk(book, summary, lang)
    tables.verbatims(book, summary, lang)
    tables.pivot(book, summary, lang)


def _cover(book: Book, summary: Summary, lang: Lang) -> None:
    say, rows = book.say, summary.manifest.rows
    sheet = book.book.add_worksheet(say("摘要", "Summary"))
    sheet.set_column(0, 0, 22)
    sheet.set_column(1, 1, 100)
    sheet.hide_gridlines(2)
    book.printable(sheet)
    sheet.write_string(0, 0, say("客户不满原因分析", "Causes of dissatisfaction"), book.title)
    at = 2
    for sentence in sentences(summary, lang):
        sheet.merge_range(at, 0, at, 1, "", book.wrapped)
        sheet.write_string(at, 0, safe("• " + sentence), book.wrapped)
        sheet.set_row(at, 16 * (1 + len(sentence) // (62 if lang == "zh" else 120)))
        at += 1
    model = summary.manifest.model
    facts: list[tuple[str, Cell]] = [
        (say("输入", "Input"), ", ".join(one.name for one in summary.manifest.inputs)),
        (say("收到", "Received"), rows.rows_in),
        (say("已读", "Read"), rows.rows_tagged),
        (say("待人工复核", "For review"), rows.rows_abstained),
        (say("空白", "Empty"), rows.rows_empty),
        (say("隔离", "Quarantined"), rows.rows_quarantined),
        (say("模型", "Model"), model.version if model else "–"),
        (say("代码表", "Code frame"), summary.manifest.taxonomy.version),
        (
            say("误差数据", "Error figures"),
            summary.held_out or say("无，条数未校正", "none: counts not corrected"),
        ),
        (
            say("说明", "Note"),
            say(
                "区间为 90%；q ≤ 0.1 才称为差别；原话已脱敏并抽样。",
                "Ranges are 90%; a difference is called one at q ≤ 0.1; verbatims are masked and sampled.",
            ),
        ),
    ]
    if len(summary.cube) > tables.PIVOT_ROWS:
        words = f"{tables.PIVOT_ROWS:,} / {len(summary.cube):,}"
        facts.append((say("透视表行数", "Rows of the pivot sheet"), words))
    left = book.book.add_format({"font_name": FONT, "font_size": 10, "num_format": "#,##0", "align": "left"})
    for i, (name, value) in enumerate(facts, start=at + 1):
        book.put(sheet, i, 0, name, text=book.head)
        book.put(sheet, i, 1, value, left, book.wrapped)


def _pareto(book: Book, summary: Summary, rows: Sequence[ParetoRow], name: str, lang: Lang) -> None:
    say, frame = book.say, summary.frame
    cause, n = say("原因", "Cause"), say("条数", "Rows")
    share, cumulative = say("占比", "Share"), say("累计占比", "Cumulative")
    limit = say("80% 线", "80% line")
    header = [cause, n, share, cumulative, "ABC", limit, say("代码", "Code")]
    header += [say("校正后", "Corrected"), say("下限", "Low"), say("上限", "High")]
    if summary.weighted:
        header += [say("系数", "Weight"), say("加权", "Weighted")]
    table = book.table(
        name,
        header,
        [
            [frame.name(row.code, lang), row.n, row.share, row.cumulative_share, row.cls, 0.8, row.code]
            + [row.n_corrected, row.n_low, row.n_high]
            + ([row.weight, row.weighted] if summary.weighted else [])
            for row in rows
        ],
        shares=(share, cumulative, limit),
        fine=(say("系数", "Weight"),),
    )
    if table.rows:
        counted = say("加权", "Weighted") if summary.weighted else n
        chart = _pareto_chart(book, table, (cause, counted, cumulative, limit))
        chart.set_title({"name": name, "name_font": _TITLE})
        table.sheet.insert_chart(1, len(header) + 1, chart)


def _pareto_chart(book: Book, table: Table, columns: tuple[str, str, str, str]) -> Any:
    """Columns of counts, with the cumulative share and the 80 % line on the second axis."""
    cause, counted, cumulative, limit = columns
    shown = min(table.rows, 20)
    chart, line = book.chart("column"), book.chart("line")
    chart.add_series(
        {
            **_series(table, cause, counted, shown),
            "fill": {"color": _BAR},
            "gap": 40,
            "data_labels": {"value": True, "font": {"size": 8}},
        }
    )
    marker = {"type": "circle", "size": 5, "fill": {"color": _LINE}}
    solid, dashed = {"color": _LINE, "width": 2}, {"color": _LINE, "width": 1, "dash_type": "dash"}
    second = {"y2_axis": True}
    line.add_series({**_series(table, cause, cumulative, shown), **second, "line": solid, "marker": marker})
    line.add_series({**_series(table, cause, limit, shown), **second, "line": dashed})
    chart.combine(line)
    chart.set_x_axis({"num_font": {"size": 8, "rotation": -45, "name": FONT}})
    chart.set_y_axis({"min": 0, "num_format": "#,##0", "major_gridlines": _GRID})
    line.set_y2_axis({"min": 0, "max": 1, "num_format": "0%"})
    chart.set_legend({"position": "top"})
    chart.set_size({"width": 980, "height": 440})
    return chart


def _trend(book: Book, summary: Summary, lang: Lang) -> None:
    trend, say = summary.trend, book.say
    if trend is None:
        return
    period, rows = say("时期", "Period"), say("条数", "Rows")
    names = [summary.frame.name(line.code, lang) for line in trend.lines]
    partial = say("不完整", "Partial")
    table = book.table(
        say("趋势", "Trends"),
        [period, rows, *names, partial],
        [
            [name, n, *(line.shares[i].value for line in trend.lines), "✓" if name in trend.partial else ""]
            for i, (name, n) in enumerate(zip(trend.periods, trend.rows, strict=True))
        ],
        shares=names,
    )
    place = len(names) + 4
    table.sheet.insert_chart(1, place, _trend_chart(book, table, period, names))
    volume = book.chart("column")
    volume.add_series({**_series(table, period, rows), "fill": {"color": _BAR}})
    volume.set_title({"name": say("每期条数", "Rows by period"), "name_font": _TITLE})
    volume.set_y_axis({"min": 0, "num_format": "#,##0", "major_gridlines": _GRID})
    volume.set_legend({"none": True})
    volume.set_size({"width": 900, "height": 260})
    table.sheet.insert_chart(22, place, volume)


def _trend_chart(book: Book, table: Table, period: str, names: Sequence[str]) -> Any:
    """A line a cause: its share of each period's rows."""
    chart = book.chart("line")
    for name in names:
        chart.add_series({**_series(table, period, name), "marker": {"type": "circle", "size": 4}})
    title = book.say("主要原因占当期条数的份额", "Main causes, share of the period’s rows")
    chart.set_title({"name": title, "name_font": _TITLE})
    chart.set_y_axis({"min": 0, "num_format": "0%", "major_gridlines": _GRID})
    chart.set_legend({"position": "bottom"})
    chart.set_size({"width": 900, "height": 380})
    return chart


def _series(table: Table, categories: str, values: str, rows: int | None = None) -> dict[str, Any]:
    """A series whose name, categories and values are cells of a table."""
    return {
        "name": table.head(values),
        "categories": table.ref(categories, rows),
        "values": table.ref(values, rows),
    }
