"""`textmine push`: send a classified folder to a database."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from . import options as shared
from .language import say
from .terminal import note, progress_line, show_json


def push_command(
    folder: Annotated[
        str, typer.Argument(metavar="DIR", help=say("classify 写出的目录。", "Folder of classify."))
    ],
    to: Annotated[
        str,
        typer.Option(
            "--to",
            metavar="URL",
            envvar="TEXTMINE_TO",
            help=say("数据库，如 sqlite:///tags.db。", "The database, such as sqlite:///tags.db."),
        ),
    ],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help=say("只打印建表语句。", "Only print the tables' definitions."))
    ] = False,
    with_text: Annotated[
        bool, typer.Option("--with-text", help=say("同时写入脱敏原话。", "Send the masked verbatims too."))
    ] = False,
    ledger: Annotated[
        str | None,
        typer.Option("--ledger", metavar="NAME", help=say("问题台账的名称。", "Name of the issues' ledger.")),
    ] = None,
    batch: Annotated[
        int, typer.Option("--batch", min=1, max=100_000, help=say("每个事务的行数。", "Rows a transaction."))
    ] = 2000,
    restart: Annotated[
        bool, typer.Option("--restart", help=say("从头重新写入。", "Send again what is there."))
    ] = False,
    lang: shared.Lang = None,
    json: shared.Json = False,
    quiet: shared.Quiet = False,
) -> None:
    """Upsert rows, tags, counts and issues into a database; sending twice changes nothing."""
    from ..push import push, table_definitions

    if dry_run:
        print(table_definitions(to), end="")
        return
    with progress_line(quiet=quiet or json) as progress:
        done = push(
            Path(folder),
            to,
            batch=batch,
            with_text=with_text,
            ledger=ledger,
            restart=restart,
            progress=progress,
        )
    if json:
        show_json(asdict(done))
    elif not quiet:
        note(
            say(
                f"写入 {done.rows:,} 行、{done.tags:,} 个标签（此前已有 {done.rows_before:,} 行）；"
                f"计数 {done.counts:,}，问题 {done.issues:,}；source = {done.source}",
                f"Sent {done.rows:,} rows with {done.tags:,} tags ({done.rows_before:,} rows were there); "
                f"{done.counts:,} counts, {done.issues:,} issues; source = {done.source}",
            )
        )
