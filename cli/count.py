"""`textmine count`: count a classified folder by other groupings."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from . import options as shared
from .language import LANG, say
from .terminal import percent, show_json, show_table


def count_command(
    folder: Annotated[
        str, typer.Argument(metavar="DIR", help=say("classify 写出的目录。", "Folder of classify."))
    ],
    by: shared.By = None,
    output: Annotated[
        str | None,
        typer.Option("--output", "-o", metavar="DIR", help=say("写到别处。", "Write the counts elsewhere.")),
    ] = None,
    counting: Annotated[
        str,
        typer.Option(
            "--counting", metavar="all|primary", help=say("全部原因或仅主因。", "All causes or primary.")
        ),
    ] = "all",
    preset: Annotated[
        str | None, typer.Option("--preset", metavar="P", help=say("鱼骨图分支方案。", "Fishbone branches."))
    ] = None,
    frame: shared.FrameFile = None,
    lang: shared.Lang = None,
    json: shared.Json = False,
    quiet: shared.Quiet = False,
) -> None:
    """Write pareto.csv, pareto_by.csv and fishbone.* anew, without classifying again."""
    from ..counts.pareto import pareto
    from ..errors import UsageError
    from ..frame.frame import Frame
    from ..pipeline import recount

    if counting not in ("all", "primary"):
        raise UsageError(f"--counting {counting!r}: there are all and primary")
    loaded = Frame.load(Path(frame) if frame else None)
    tally = recount(
        Path(folder),
        tuple(by or ()),
        out=Path(output) if output else None,
        frame=loaded,
        counting="primary" if counting == "primary" else "all",
        preset=preset,
        lang=LANG,
    )
    if json:
        show_json(tally.to_dict())
        return
    if quiet:
        return
    for title, group in [
        (say("全部", "All"), {}),
        *(
            (f"{column} = {value}", {column: value})
            for column in tally.by
            for (value,) in tally.groups(column)
        ),
    ]:
        rows = [
            (
                loaded.name(row.code, LANG),
                f"{row.n:,}",
                percent(row.share),
                percent(row.cumulative_share),
                row.cls,
            )
            for row in pareto(
                tally, loaded, group=group, counting="primary" if counting == "primary" else "all"
            )
            if row.n
        ]
        header = (
            say("原因", "Cause"),
            say("条数", "Rows"),
            say("占比", "Share"),
            say("累计", "Cumulative"),
            "ABC",
        )
        show_table(title, header, rows, numbers=(1, 2, 3))
