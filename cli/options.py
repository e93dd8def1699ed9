"""Options that several commands share, so that they are spelled and explained once."""

from __future__ import annotations

from typing import Annotated

import typer

from .language import say


def _known_language(value: str | None) -> str | None:
    """`language` has read the option before the command line was parsed; here it is only checked."""
    from ..errors import UsageError

    if value not in (None, "zh", "en"):
        raise UsageError(f"--lang {value!r}: there are zh and en")
    return value


def _known_counting(value: str) -> str:
    from ..errors import UsageError

    if value not in ("all", "primary"):
        raise UsageError(f"--counting {value!r}: there are all and primary")
    return value


def levels(written: str | None) -> tuple[str, ...]:
    """The columns of a roll-up, from the top down: names joined by commas, Chinese ones too."""
    return tuple(name.strip() for name in (written or "").replace("，", ",").split(",") if name.strip())


Lang = Annotated[
    str | None,
    typer.Option(
        "--lang",
        metavar="zh|en",
        callback=_known_language,
        help=say("信息和表格的语言。", "Language of messages and names."),
    ),
]
Json = Annotated[
    bool,
    typer.Option(
        "--json", help=say("在标准输出打印一个 JSON 对象。", "Print one JSON object on standard output.")
    ),
]
Quiet = Annotated[
    bool, typer.Option("--quiet", "-q", help=say("不显示进度和摘要。", "Show neither progress nor summary."))
]
FrameFile = Annotated[
    str | None,
    typer.Option(
        "--frame",
        metavar="FILE",
        help=say(
            "代码表文件；其旁的 cues 目录为线索词典。",
            "Code frame file; the folder cues beside it holds its cues.",
        ),
    ),
]
ModelName = Annotated[
    str | None,
    typer.Option("--model", metavar="NAME|DIR", help=say("模型名或目录。", "Model name or folder.")),
]
Text = Annotated[
    list[str] | None,
    typer.Option(
        "--text", metavar="COL", help=say("文本列（可多次给出）。", "Text column (may be repeated).")
    ),
]
Id = Annotated[str | None, typer.Option("--id", metavar="COL", help=say("编号列。", "Id column."))]
Date = Annotated[str | None, typer.Option("--date", metavar="COL", help=say("日期列。", "Date column."))]
By = Annotated[
    list[str] | None,
    typer.Option(
        "--by",
        metavar="COL",
        help=say(
            "分组列，或 day/week/month（可多次给出）。", "Group column, or day/week/month (may be repeated)."
        ),
    ),
]
Encoding = Annotated[
    str | None,
    typer.Option(
        "--encoding", metavar="E", help=say("输入编码，默认自动识别。", "Input encoding; found by itself.")
    ),
]
Sheet = Annotated[
    str | None, typer.Option("--sheet", metavar="S", help=say("工作表名。", "Name of the worksheet."))
]
RollUp = Annotated[
    str | None,
    typer.Option(
        "--roll-up",
        metavar="COL,COL…",
        help=say(
            "逐级汇总的列，自上而下，如 省,市,厅；每组与其上级平均比较。",
            "Columns from the top down, such as province,city,hall: subtotals, each against its parent.",
        ),
    ),
]
CountingMode = Annotated[
    str,
    typer.Option(
        "--counting",
        metavar="all|primary",
        callback=_known_counting,
        help=say("全部原因或仅主因。", "All causes or primary."),
    ),
]
WeightsFile = Annotated[
    str | None,
    typer.Option(
        "--weights",
        metavar="FILE",
        help=say(
            "影响系数表：原因、触点或输入列的值，系数；* 为其余。",
            "Table of weights: cause, touchpoint or value of a column, weight; * is the rest.",
        ),
    ),
]
Outbox = Annotated[
    str | None,
    typer.Option(
        "--outbox",
        metavar="DIR",
        envvar="TEXTMINE_OUTBOX",
        help=say("发件箱目录：记下完成与预警事件。", "Keep events of runs and alarms in this outbox."),
    ),
]
