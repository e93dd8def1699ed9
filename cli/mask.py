"""`textmine mask`: a copy of a table with personal data masked in every text column."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from . import options as shared
from .language import say
from .terminal import note, progress_line, show_json


def mask_command(
    file: Annotated[str, typer.Argument(metavar="FILE", help=say("要脱敏的表。", "Table to mask."))],
    output: Annotated[
        str, typer.Option("--output", "-o", metavar="FILE", help=say("输出的 CSV。", "CSV to write."))
    ],
    text: shared.Text = None,
    encoding: shared.Encoding = None,
    sheet: shared.Sheet = None,
    lang: shared.Lang = None,
    json: shared.Json = False,
    quiet: shared.Quiet = False,
) -> None:
    """Mask phone numbers, ids, names, addresses and accounts; other columns and the order stay."""
    from dataclasses import asdict

    from ..masking import mask_table

    with progress_line(quiet=quiet or json) as progress:
        done = mask_table(
            file, Path(output), text=tuple(text or ()), encoding=encoding, sheet=sheet, progress=progress
        )
    if json:
        show_json(asdict(done))
    elif not quiet:
        columns = "、".join(done.columns)
        note(
            say(
                f"{done.rows} 行，{done.changed} 格已脱敏（{columns}）；{done.quarantined} 行无法读取。",
                f"{done.rows} rows, {done.changed} cells masked ({columns}); {done.quarantined} unreadable.",
            )
        )
