"""`textmine drivers`: satisfaction scores against causes and touchpoints."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from . import options as shared
from .language import LANG, say
from .terminal import note, percent, show_json, show_table

if TYPE_CHECKING:
    from ..counts.drivers import Drivers
    from ..counts.satisfaction import Satisfaction
    from ..driving import Driven


def drivers_command(
    input: Annotated[str, typer.Argument(metavar="INPUT", help=say("调查表文件。", "Survey table."))],
    score: Annotated[
        str,
        typer.Option(
            "--score", metavar="COL", help=say("总体评分列（1–10）。", "Column of overall scores, 1 to 10.")
        ),
    ],
    expectation: Annotated[
        str | None,
        typer.Option(
            "--expectation", metavar="COL", help=say("与期望比较的评分列。", "Score against expectation.")
        ),
    ] = None,
    ideal: Annotated[
        str | None,
        typer.Option("--ideal", metavar="COL", help=say("与理想比较的评分列。", "Score against the ideal.")),
    ] = None,
    touchpoint: Annotated[
        list[str] | None,
        typer.Option(
            "--touchpoint",
            metavar="COL",
            help=say("触点评分列（可多次给出）。", "Touchpoint score (may be repeated)."),
        ),
    ] = None,
    output: Annotated[
        str | None,
        typer.Option(
            "--output", "-o", metavar="DIR", help=say("输出目录。", "Output folder [INPUT.textmine].")
        ),
    ] = None,
    by: shared.By = None,
    text: shared.Text = None,
    encoding: shared.Encoding = None,
    sheet: shared.Sheet = None,
    model: shared.ModelName = None,
    frame: shared.FrameFile = None,
    lang: shared.Lang = None,
    json: shared.Json = False,
    quiet: shared.Quiet = False,
) -> None:
    """Standard satisfaction, top boxes, and which causes and touchpoints move the score."""
    from ..driving import DriverOptions, drive, to_dict
    from ..pipeline import default_folder

    driven = drive(
        input,
        Path(output) if output else default_folder([input]),
        options=DriverOptions(
            score=score,
            expectation=expectation,
            ideal=ideal,
            touchpoints=tuple(touchpoint or ()),
            by=tuple(by or ()),
            text=tuple(text or ()),
            encoding=encoding,
            sheet=sheet,
            model=model,
            frame=frame,
            lang=LANG,
        ),
    )
    if json:
        show_json(to_dict(driven))
    elif not quiet:
        _show(driven)


def _show(driven: Driven) -> None:
    used = driven.columns
    named = [used.score, *(name for name in (used.expectation, used.ideal) if name)]
    note(
        say("所用评分列：", "Scores: ") + "、".join(named)
        + (say("；触点：", "; touchpoints: ") + "、".join(used.touchpoints) if used.touchpoints else "")
    )  # fmt: skip
    basis = (
        say("标准满意度（仅据总体评分）", "Standard (one score)")
        if driven.whole.basis == "one score"
        else say("标准满意度", "Standard")
    )
    header = (
        say("范围", "Group"),
        "n",
        basis,
        say("平均", "Mean"),
        "8–10",
        "10",
        say("一般", "Fair"),
        say("差", "Poor"),
    )
    rows = [_figures(say("全部", "All"), driven.whole)]
    rows += [_figures(f"{column} = {value}", one) for (column, value), one in driven.groups.items()]
    show_table(say("满意度", "Satisfaction"), header, rows, numbers=range(1, 8))
    _drivers(say("原因的影响", "Causes"), driven.causes, driven, gone=True)
    _drivers(say("触点的影响", "Touchpoints"), driven.touchpoints, driven, gone=False)
    note(say(f"结果在 {driven.folder}", f"Results in {driven.folder}"))


def _figures(name: str, one: Satisfaction) -> tuple[str, ...]:
    standard = f"{one.standard.value:.1f} ± {one.standard.half_width:.1f}"
    shares = (one.top3, one.ten, one.fair, one.poor)
    return (
        name,
        f"{one.n:,}",
        standard,
        f"{one.mean.value:.2f}",
        *(percent(share.value) for share in shares),
    )


def _drivers(title: str, found: Drivers | None, driven: Driven, *, gone: bool) -> None:
    from ..counts.drivers import QUADRANT_ZH

    if found is None:
        note(say(f"{title}：数据太少，无法比较。", f"{title}: too little to compare."))
        return
    effect = (
        say("若消除，标准满意度变化", "If gone, standard moves by")
        if gone
        else say("每升 1 分，标准满意度变化", "One point more moves standard by")
    )
    header = (
        say("名称", "Name"),
        "n",
        say("表现", "Performance"),
        say("重要性", "Importance"),
        effect,
        say("象限", "Quadrant"),
    )
    rows = [
        (
            driven.frame.name(d.code, LANG) if gone else d.code,
            f"{d.n:,}",
            f"{d.performance:.1f}",
            f"{percent(d.importance.value)} ({percent(d.importance.low)}–{percent(d.importance.high)})",
            f"{d.effect.value:+.2f} ({d.effect.low:+.2f} – {d.effect.high:+.2f})",
            QUADRANT_ZH[d.quadrant] if LANG == "zh" else d.quadrant,
        )
        for d in found.drivers
    ]
    show_table(f"{title} (R² = {found.explained:.2f})", header, rows, numbers=(1, 2))
