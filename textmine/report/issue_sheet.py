"""The workbook's sheet of emerging issues, with a sparkline for each. Counts nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from .book import Book

if TYPE_CHECKING:
    from .summary import IssueLine

PERIODS = 16
"""Last periods shown, each in a column of its own."""
_STATUS = {
    "born": ("新出现", "new"),
    "growing": ("上升", "growing"),
    "steady": ("平稳", "steady"),
    "declining": ("下降", "declining"),
    "dormant": ("沉寂", "dormant"),
    "revived": ("再现", "back again"),
    "merged": ("已并入", "merged"),
}


def issue_sheet(book: Book, issues: Sequence[IssueLine]) -> None:
    """One line an issue, largest first; no sheet where the folder has no issues."""
    if not issues:
        return
    say = book.say
    periods = sorted({period for issue in issues for period, _ in issue.by_period if period})[-PERIODS:]
    trend, exemplar = say("走势", "Trend"), say("原话", "Verbatim")
    header = [say("编号", "Id"), say("问题", "Issue"), say("状态", "Status"), say("条数", "Rows")]
    header += [say("首次出现", "First seen"), say("首次预警", "First alarm"), trend, *periods]
    header += [say("原因", "Causes"), say("沿革", "Lineage"), exemplar]
    table = book.table(
        say("新问题", "Issues"),
        header,
        [
            [issue.id, issue.label, say(*_STATUS.get(issue.status, (issue.status,) * 2)), issue.size]
            + [issue.first_seen, issue.first_alert, ""]
            + [dict(issue.by_period).get(period, 0) for period in periods]
            + [issue.causes, issue.lineage, issue.exemplar]
            for issue in issues
        ],
        wide=(exemplar,),
    )
    if len(periods) > 1:
        first = table.columns[trend] + 1
        for row in range(1, table.rows + 1):
            place = (row, first, row, first + len(periods) - 1)
            table.sheet.add_sparkline(row, table.columns[trend], {"range": _range(table.name, place)})


def _range(sheet: str, place: tuple[int, int, int, int]) -> str:
    from xlsxwriter.utility import xl_range_abs

    return f"'{sheet}'!{xl_range_abs(*place)}"
