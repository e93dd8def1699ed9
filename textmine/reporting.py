"""Makes a report of a classified folder: one call behind `textmine report`.

Finds the columns, reads the folder once, and hands the numbers to the page, the workbook and the slides.
Counts nothing and draws nothing itself.
"""

from __future__ import annotations

import gc
import json
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from .counts.align import ChecklistItem
from .counts.error_rates import ErrorRates
from .counts.pareto import Counting
from .counts.period import PERIODS, Period
from .errors import InputError, UsageError
from .frame.frame import Frame, Lang
from .io.columns import detect_columns
from .io.counts_files import write_text
from .io.folder import ClassifiedFolder
from .io.header import normal_name
from .io.rates import folder_correction
from .io.sources import open_source
from .io.weights_file import read_weights
from .report.collect import Parts, collect
from .report.summary import Choices, IssueLine, Summary, summarise

CUSTOMER_NAMES = (
    "客户标识", "客户编号", "客户号", "客户id", "用户标识", "用户编号", "用户id", "用户号码", "客户号码",
    "投诉号码", "来电号码", "手机号", "手机号码", "电话号码", "业务号码", "customer", "customerid", "userid",
    "msisdn", "phone",
)  # fmt: skip
"""Names of columns that say which customer it was."""
SCORE_NAMES = (
    "总体满意度", "总体满意度评分", "满意度评分", "满意度", "综合满意度", "总评分", "评分", "得分", "打分",
    "overallsatisfaction", "satisfaction", "score", "rating", "csat",
)  # fmt: skip
"""Names of columns that hold the overall score."""


@dataclass(frozen=True, slots=True)
class ReportOptions:
    """What may be chosen for a report; None means: find it, or do without.

    `reviewed` are rows of the folder whose truth a person has set, by default those of its `reviewed.json`.
    """

    by: tuple[str, ...] = ()
    period: Period | None = None
    score: str | None = None
    customer: str | None = None
    frame: str | None = None
    model: str | None = None
    reviewed: ErrorRates | None = None
    counting: Counting = "all"
    preset: str | None = None
    weights: str | None = None
    roll_up: tuple[str, ...] = ()
    checklist: str | None = None
    within_days: int = 30
    lang: Lang = "zh"


@dataclass(frozen=True, slots=True)
class Reported:
    """What came of it: the numbers, the files written, and seconds taken."""

    summary: Summary
    files: tuple[Path, ...]
    seconds: float


def report(
    folder: Path,
    *,
    html: Path | None = None,
    xlsx: Path | None = None,
    pptx: Path | None = None,
    options: ReportOptions | None = None,
) -> Reported:
    """Write a classified folder's report as a page, a workbook and slides, whichever are asked for.

    Without any, the page is written to `report.html` in the folder. Raises UsageError (options), InputError
    (a folder that is not one of classify's), OutputError.
    """
    options = options or ReportOptions()
    started = time.perf_counter()
    if html is None and xlsx is None and pptx is None:
        html = folder / "report.html"
    with _collector_paused():
        summary = summary_of(folder, options, with_cube=xlsx is not None)
    files = []
    if html is not None:
        from .report.html import render_html

        write_text(html, render_html(summary, lang=options.lang))
        files.append(html)
    if xlsx is not None:
        from .report.workbook import write_workbook

        write_workbook(xlsx, summary, lang=options.lang)
        files.append(xlsx)
    if pptx is not None:
        from .report.slides import write_slides

        write_slides(pptx, summary, lang=options.lang)
        files.append(pptx)
    return Reported(summary, tuple(files), time.perf_counter() - started)


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Hundreds of thousands of records that all stay are the garbage collector's worst case."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def summary_of(folder: Path, options: ReportOptions, *, with_cube: bool = True) -> Summary:
    """All numbers of a folder's report."""
    results = ClassifiedFolder.open(folder)
    frame = Frame.load(Path(options.frame) if options.frame else results.frame_file)
    weights = read_weights(options.weights, frame=frame, columns=results.columns) if options.weights else None
    parts, period = find_parts(results, options, weighed=weights.column if weights else "")
    found = collect(results, frame, parts)
    choices = Choices(
        counting=options.counting,
        preset=options.preset,
        period=period,
        weights=weights,
        checklist=read_checklist(options.checklist) if options.checklist else (),
        score_name=results.columns[parts.score] if parts.score is not None else "",
        within_days=options.within_days,
    )
    return summarise(
        found,
        frame,
        folder=results,
        correction=folder_correction(
            folder,
            results.manifest,
            model=options.model,
            counting=options.counting,
            reviewed=options.reviewed,
        ),
        choices=choices,
        issues=read_issues(folder),
        with_cube=with_cube,
    )


def find_parts(
    results: ClassifiedFolder, options: ReportOptions, *, weighed: str = ""
) -> tuple[Parts, Period | None]:
    """Which column plays which part, and the period if one was chosen here or when classifying.

    The columns of a roll-up are groups too, after those asked for.
    """
    used = results.manifest.columns
    wanted = options.by or cast("tuple[str, ...]", used["by"] or ())
    periods = [name for name in PERIODS if name in wanted]
    groups = tuple(name for name in wanted if name not in PERIODS)
    columns = detect_columns(
        results.columns,
        (),
        text=results.kept(used["text"]),
        date=next(iter(results.kept(used["date"])), None),
        by=(*groups, *options.roll_up),
    )
    by = tuple(dict.fromkeys(columns.by))
    parts = Parts(
        text=columns.text,
        date=columns.date if used["date"] else None,
        groups=by,
        group_names=tuple(results.columns[place] for place in by),
        levels=columns.by[len(groups) :],
        weighed=results.columns.index(weighed) if weighed else None,
        customer=_column(results.columns, options.customer, CUSTOMER_NAMES, option="--customer"),
        score=_column(results.columns, options.score, SCORE_NAMES, option="--score"),
    )
    return parts, options.period or (periods[0] if periods else None)


def read_checklist(path: str) -> tuple[ChecklistItem, ...]:
    """An inspection checklist: indicator, weight, and the codes it looks for joined by `;`."""
    return tuple(
        ChecklistItem(
            row[0].strip(),
            _number(path, number, row[1]),
            tuple(code.strip() for code in row[2].replace("；", ";").split(";") if code.strip()),
        )
        for number, row in _table(path, 3)
    )


def read_issues(folder: Path) -> tuple[IssueLine, ...]:
    """The issues in a folder's ledger, largest first; none where there is no ledger."""
    path = folder / "issues.jsonl"
    if not path.is_file():
        return ()
    lines = []
    try:
        for text in path.read_text(encoding="utf-8").splitlines():
            data = json.loads(text)
            lines.append(
                IssueLine(
                    str(data["issue_id"]),
                    str(data["label"]),
                    str(data["status"]),
                    str(data["first_seen"]),
                    int(data["size"]),
                    "; ".join(f"{one['how']} {one['issue_id']}" for one in data.get("parents") or ()),
                    str(data.get("first_alert") or ""),
                    "; ".join(data.get("causes") or ()),
                    str(next(iter(data.get("exemplars") or ()), "")),
                    tuple((str(period), int(n)) for period, n in (data.get("by_period") or {}).items()),
                )
            )
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(f"{path}: cannot be read as issues ({error}); find the issues again") from error
    return tuple(sorted(lines, key=lambda line: (-line.size, line.id)))


def _column(columns: Sequence[str], named: str | None, usual: Sequence[str], *, option: str) -> int | None:
    normal = [normal_name(name) for name in columns]
    if named:
        if named in columns:
            return list(columns).index(named)
        if normal_name(named) in normal:
            return normal.index(normal_name(named))
        raise UsageError(f"{option} {named}: no such column; the columns are: {', '.join(columns)}")
    return next((normal.index(name) for name in usual if name in normal), None)


def _table(path: str, width: int) -> list[tuple[int, tuple[str, ...]]]:
    rows = []
    with open_source(path) as source:
        for chunk in source.chunks(1024):
            rows += [(row.number, row.values) for row in chunk.rows]
        if len(source.columns) < width:
            raise UsageError(f"{path}: has {len(source.columns)} columns; {width} are needed")
    return rows


def _number(path: str, row: int, cell: str) -> float:
    try:
        return float(cell)
    except ValueError:
        raise UsageError(f"{path}: row {row}: {cell!r} is not a number; correct the weight") from None
