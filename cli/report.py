"""`textmine report`: a classified folder as a page, a workbook and slides for people."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from . import options as shared
from .language import LANG, say
from .terminal import note, show_json


def report_command(
    folder: Annotated[
        str, typer.Argument(metavar="DIR", help=say("classify 写出的目录。", "Folder of classify."))
    ],
    html: Annotated[
        str | None,
        typer.Option(
            "--html", metavar="F", help=say("网页文件（缺省 DIR/report.html）。", "Page [DIR/report.html].")
        ),
    ] = None,
    xlsx: Annotated[
        str | None, typer.Option("--xlsx", metavar="F", help=say("Excel 工作簿。", "Excel workbook."))
    ] = None,
    pptx: Annotated[
        str | None,
        typer.Option("--pptx", metavar="F", help=say("PowerPoint 五页。", "Five PowerPoint slides.")),
    ] = None,
    by: shared.By = None,
    score: Annotated[
        str | None,
        typer.Option(
            "--score", metavar="COL", help=say("满意度评分列（1–10）。", "Column of scores from 1 to 10.")
        ),
    ] = None,
    customer: Annotated[
        str | None,
        typer.Option(
            "--customer", metavar="COL", help=say("客户标识列（重复投诉）。", "Customer column, for repeats.")
        ),
    ] = None,
    within: Annotated[
        int,
        typer.Option(
            "--within", metavar="DAYS", min=0, help=say("几天内算重复投诉。", "Days that make a repeat.")
        ),
    ] = 30,
    counting: shared.CountingMode = "all",
    preset: Annotated[
        str | None, typer.Option("--preset", metavar="P", help=say("鱼骨图分支方案。", "Fishbone branches."))
    ] = None,
    weights: shared.WeightsFile = None,
    roll_up: shared.RollUp = None,
    checklist: Annotated[
        str | None,
        typer.Option(
            "--checklist",
            metavar="FILE",
            help=say(
                "检查表：指标，权重，代码（; 分隔）。", "Checklist: indicator, weight, codes joined by ;"
            ),
        ),
    ] = None,
    model: shared.ModelName = None,
    frame: shared.FrameFile = None,
    lang: shared.Lang = None,
    json: shared.Json = False,
    quiet: shared.Quiet = False,
) -> None:
    """Write the report of a classified folder: summary, Pareto, fishbone, trends, groups, verbatims."""
    from ..report.sentences import sentences
    from ..reporting import ReportOptions, report

    done = report(
        Path(folder),
        html=Path(html) if html else None,
        xlsx=Path(xlsx) if xlsx else None,
        pptx=Path(pptx) if pptx else None,
        options=ReportOptions(
            by=tuple(by or ()),
            score=score,
            customer=customer,
            within_days=within,
            counting="primary" if counting == "primary" else "all",
            preset=preset,
            weights=weights,
            roll_up=shared.levels(roll_up),
            checklist=checklist,
            model=model,
            frame=frame,
            lang=LANG,
        ),
    )
    told = sentences(done.summary, LANG)
    if json:
        show_json(
            {
                "files": [str(path) for path in done.files],
                "summary": list(told),
                "causes": {row.code: row.n for row in done.summary.causes},
                "seconds": round(done.seconds, 3),
            }
        )
    elif not quiet:
        for sentence in told:
            print(sentence)
        written = say("、", ", ").join(str(path) for path in done.files)
        note(say(f"已写出 {written}（{done.seconds:.1f} 秒）", f"Written: {written} ({done.seconds:.1f} s)"))
