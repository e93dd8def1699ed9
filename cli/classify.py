"""`textmine classify`: tag every row of the inputs and write the output folder."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from . import options as shared
from .count import corrected_cell, correction_note
from .events import announce, check_outbox
from .language import LANG, say
from .terminal import note, percent, progress_line, show_json, show_table

if TYPE_CHECKING:
    from ..pipeline import Classified


def classify_command(
    inputs: Annotated[
        list[str] | None,
        typer.Argument(metavar="INPUT", help=say("CSV/TSV/XLSX/JSONL/Parquet 文件，或 -。", "Files, or -.")),
    ] = None,
    output: Annotated[
        str | None,
        typer.Option(
            "--output", "-o", metavar="DIR", help=say("输出目录。", "Output folder [INPUT.textmine].")
        ),
    ] = None,
    text: shared.Text = None,
    id: shared.Id = None,
    date: shared.Date = None,
    by: shared.By = None,
    encoding: shared.Encoding = None,
    sheet: shared.Sheet = None,
    database: Annotated[
        str | None,
        typer.Option(
            "--from",
            metavar="URL",
            envvar="TEXTMINE_FROM",
            help=say("从数据库读取，与 --query 同用。", "Read from a database, with --query."),
        ),
    ] = None,
    query: Annotated[
        str | None,
        typer.Option(
            "--query", metavar="SQL", help=say("取数的 SELECT。", "The SELECT that gives the rows.")
        ),
    ] = None,
    model: shared.ModelName = None,
    frame: shared.FrameFile = None,
    min_precision: Annotated[
        float | None,
        typer.Option(
            "--min-precision",
            min=0.5,
            max=0.99,
            help=say(
                "只自动归类能保证此准确率的，其余留待复核。",
                "Tag only what keeps this precision; leave the rest.",
            ),
        ),
    ] = None,
    workers: Annotated[
        int, typer.Option("--workers", min=1, help=say("进程数。", "Number of processes."))
    ] = 1,
    formats: Annotated[
        str,
        typer.Option(
            "--format", metavar="csv,xlsx,parquet", help=say("表格输出格式。", "Formats of the table.")
        ),
    ] = "csv",
    mask: Annotated[
        bool, typer.Option("--mask/--no-mask", help=say("证据脱敏。", "Mask personal data in evidence."))
    ] = True,
    max_bad: Annotated[
        str,
        typer.Option(
            "--max-bad",
            metavar="1%",
            help=say("容许的坏行比例或行数。", "Bad rows allowed: share or number."),
        ),
    ] = "1%",
    outbox: shared.Outbox = None,
    lang: shared.Lang = None,
    json: shared.Json = False,
    quiet: shared.Quiet = False,
) -> int:
    """Tag every row with its causes, evidence, stance, touchpoints and risk flags."""
    from ..events.announce import classify_events
    from ..pipeline import ClassifyOptions, classify, default_folder

    allowed = _allowed(max_bad)
    check_outbox(outbox)
    chosen = ClassifyOptions(
        text=tuple(text or ()),
        id=id,
        date=date,
        by=tuple(by or ()),
        encoding=encoding,
        sheet=sheet,
        model=model,
        frame=frame,
        min_precision=min_precision,
        workers=workers,
        formats=_formats(formats),
        masked=mask,
        lang=LANG,
    )
    with progress_line(quiet=quiet or json) as progress:
        sources = _sources(inputs, database, query)
        names = [source if isinstance(source, str) else source.name for source in sources]
        folder = Path(output) if output else default_folder(names)
        done = classify(sources, folder, options=chosen, progress=progress)
    announce(outbox, lambda: classify_events(done))
    if json:
        show_json(_summary(done))
    elif not quiet:
        _show(done)
    return 1 if done.rows.rows_quarantined > allowed(done.rows.rows_in) else 0


def _sources(inputs: list[str] | None, database: str | None, query: str | None) -> list[Any]:
    from ..errors import UsageError

    if query is None:
        if not inputs:
            raise UsageError("name at least one INPUT, - for standard input, or --from URL with --query SQL")
        return list(inputs)
    if inputs or database is None:
        raise UsageError("--query goes with --from URL and without INPUT")
    from ..io.database_source import open_query

    return [open_query(database, query)]


def _allowed(max_bad: str) -> Any:
    from ..errors import UsageError

    try:
        if max_bad.endswith("%"):
            share = float(max_bad[:-1]) / 100
            return lambda rows: share * rows
        number = int(max_bad)
    except ValueError:
        raise UsageError(f"--max-bad {max_bad!r}: give a share such as 1% or a number of rows") from None
    return lambda _: number


def _formats(written: str) -> tuple[str, ...]:
    from ..errors import UsageError

    known = ("csv", "xlsx", "jsonl", "parquet")
    chosen = tuple(name.strip() for name in written.split(",") if name.strip())
    for name in chosen:
        if name not in known:
            raise UsageError(f"--format {name!r}: there are {', '.join(known)}")
    return chosen


def _summary(done: Classified) -> dict[str, Any]:
    from dataclasses import asdict

    return {
        "folder": str(done.folder),
        "columns": {
            "text": list(done.columns.text_names),
            "id": done.columns.id_name,
            "date": done.columns.date_name,
            "by": list(done.tally.by),
        },
        "rows": asdict(done.rows),
        "causes": {row.code: row.n for row in done.causes},
        "corrected": {
            row.code: [row.n_corrected, row.n_low, row.n_high]
            for row in done.causes
            if row.n_corrected is not None
        },
        "correction": done.correction.to_dict(),
        "seconds": round(done.seconds, 3),
    }


def _show(done: Classified) -> None:
    how = {
        "option": say("指定", "given"),
        "name": say("按列名", "by name"),
        "content": say("按内容", "by content"),
    }
    roles = (
        (say("文本", "text"), "text", "、".join(done.columns.text_names)),
        (say("编号", "id"), "id", done.columns.id_name),
        (say("日期", "date"), "date", done.columns.date_name),
    )
    found = [f"{name} = {column} ({how[done.columns.why[role]]})" for name, role, column in roles if column]
    note(say("所用列：", "Columns: ") + "; ".join(found))
    rows = [
        (
            row.cause_zh if LANG == "zh" else row.cause_en,
            f"{row.n:,}",
            percent(row.share),
            percent(row.cumulative_share),
            row.cls,
            corrected_cell(row),
        )
        for row in done.causes
    ]
    header = (
        say("原因", "Cause"),
        say("条数", "Rows"),
        say("占比", "Share"),
        say("累计", "Cumulative"),
        "ABC",
        say("校正后（90%）", "Corrected (90%)"),
    )
    show_table(say("不满原因", "Causes of dissatisfaction"), header, rows, numbers=(1, 2, 3, 5))
    note(correction_note(done.correction))
    c = done.rows
    note(
        say(
            f"共 {c.rows_in:,} 行：读 {c.rows_tagged:,}，待复核 {c.rows_abstained:,}，空白 {c.rows_empty:,}，"
            f"隔离 {c.rows_quarantined:,}；{done.seconds:.1f} 秒。结果在 {done.folder}",
            f"{c.rows_in:,} rows: {c.rows_tagged:,} read, {c.rows_abstained:,} for review, "
            f"{c.rows_empty:,} empty, {c.rows_quarantined:,} quarantined; {done.seconds:.1f} s. "
            f"Results in {done.folder}",
        )
    )
