"""What commands print: tables that are right with Chinese widths, a progress line, JSON. No logic."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from .language import say

if TYPE_CHECKING:
    from rich.console import Console

Row = Sequence[object]


def console() -> Console:
    """Standard output for styled text; a closed pipe rises as BrokenPipeError, as it does from print."""
    from rich.console import Console

    class Output(Console):
        def on_broken_pipe(self) -> None:
            raise BrokenPipeError

    return Output(file=sys.stdout, highlight=False, emoji=False, soft_wrap=False)


def show_table(
    title: str, header: Sequence[str], rows: Sequence[Row], *, numbers: Sequence[int] = ()
) -> None:
    """Print a table on standard output; the columns `numbers` stand flush right."""
    from rich.table import Table
    from rich.text import Text

    table = Table(title=Text(title), title_justify="left", header_style="bold")
    for index, name in enumerate(header):
        table.add_column(Text(name), justify="right" if index in numbers else "left")
    for row in rows:
        # Text, not markup: a customer's "[red]" is his own.
        table.add_row(*(cell if isinstance(cell, Text) else Text(str(cell)) for cell in row))
    console().print(table)


def argument_text(argument: str) -> str:
    """The text an argument gives, or that of standard input when it is `-`.

    Raises UsageError or InputError for bytes that are not UTF-8.
    """
    from ..errors import InputError, UsageError

    if argument == "-":
        try:
            return sys.stdin.buffer.read().decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise InputError(f"-: not UTF-8 at byte {error.start}; convert it first") from error
    try:
        # Outside a UTF-8 locale the interpreter hands on bytes it could not read as lone surrogates.
        return os.fsencode(argument).decode("utf-8")
    except UnicodeError as error:
        raise UsageError("the text is not UTF-8; give it on standard input as UTF-8, with -") from error


def show_json(value: Any) -> None:
    """Print one JSON object on standard output."""
    print(json.dumps(value, ensure_ascii=False, indent=1, sort_keys=False))


def note(message: str) -> None:
    """Print a line for people on standard error."""
    print(message, file=sys.stderr)


@contextmanager
def progress_line(*, quiet: bool) -> Iterator[Callable[[int], None]]:
    """A growing count of rows on standard error while it is a terminal, else nothing."""
    if quiet or not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (
        SpinnerColumn("line"),
        TextColumn("{task.completed:,.0f} " + say("行", "rows")),
        TextColumn("{task.fields[rate]} " + say("行/秒", "rows/s")),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(file=sys.stderr), transient=True) as progress:
        task = progress.add_task("", total=None, rate="–")

        def advance(rows: int) -> None:
            progress.advance(task, rows)
            speed = progress.tasks[0].speed
            progress.update(task, rate=f"{speed:,.0f}" if speed else "–")

        yield advance


def percent(share: float) -> str:
    return f"{share:.1%}"
