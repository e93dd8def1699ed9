"""The command `textmine`: puts the commands together and turns errors into messages and exit codes.

Nothing heavy is imported here or at the top of a command's file: `textmine --help` answers at once.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any, cast

import typer

from . import (
    classify,
    count,
    doctor,
    drivers,
    evaluate,
    events,
    explain,
    frame,
    issues,
    mask,
    push,
    report,
    review,
    segment,
    serve,
    train,
)
from .language import say
from .settings import FILE, read_settings

#: Exit codes; TOO_MANY_BAD: done, but more rows quarantined than allowed.
DONE, TOO_MANY_BAD, USAGE, INPUT, OUTPUT, INTERRUPTED, PIPE_CLOSED = 0, 1, 2, 3, 4, 130, 141

# Some versions of typer bring a click of their own, others use the installed one; the ancestor is the same.
_CommandLineError = cast(
    type[Exception], next(kind for kind in typer.BadParameter.__mro__ if kind.__name__ == "ClickException")
)

_typer = typer.Typer(
    name="textmine",
    help=say(
        "读懂电信客户的投诉与调查原话：为什么不满、有多大把握、本周有什么新情况。",
        "Reads Chinese complaints and surveys: why customers are unhappy, how sure we are, what is new.",
    ),
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
_typer.command("classify")(classify.classify_command)
_typer.command("issues")(issues.issues_command)
_typer.command("count")(count.count_command)
_typer.command("report")(report.report_command)
_typer.command("drivers")(drivers.drivers_command)
_typer.command("train")(train.train_command)
_typer.command("evaluate")(evaluate.evaluate_command)
_typer.command("explain")(explain.explain_command)
_typer.command("segment")(segment.segment_command)
_typer.command("mask")(mask.mask_command)
_typer.add_typer(frame.commands, name="frame")
_typer.add_typer(review.commands, name="review")
_typer.command("push")(push.push_command)
_typer.add_typer(events.commands, name="events")
_typer.command("serve")(serve.serve_command)
_typer.command("doctor")(doctor.doctor_command)


def _version(wanted: bool) -> None:
    if wanted:
        from .. import __version__

        print(f"textmine {__version__}")
        raise typer.Exit


@_typer.callback()
def _root(
    _: bool = typer.Option(
        False, "--version", callback=_version, is_eager=True, help=say("版本号。", "Show the version.")
    ),
) -> None:
    """Options of `textmine` itself."""


def app() -> None:
    """Run the command line and exit with its code."""
    _make_streams_safe()
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Run one command line and return its exit code; errors go to standard error as one message."""
    from ..errors import TextmineError

    defaults = None
    try:
        if Path(FILE).is_file():
            defaults = read_settings(typer.main.get_command(_typer), Path())
        code = _typer(args=arguments, prog_name="textmine", standalone_mode=False, default_map=defaults)
        # What is still buffered must meet a closed pipe here, not when the interpreter ends.
        sys.stdout.flush()
        return code if isinstance(code, int) else DONE
    except _CommandLineError as error:
        cast(Any, error).show()
        if defaults:
            print(
                say(f"此目录的 {FILE} 也设定了选项。", f"Options are also set by {FILE} here."),
                file=sys.stderr,
            )
        return USAGE
    except (typer.Abort, KeyboardInterrupt):
        print(say("已中断。", "Interrupted."), file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        return _pipe_closed()
    except SystemExit as leaving:
        # typer itself ends the process with 1 when the pipe breaks within a command.
        if isinstance(leaving.__context__, BrokenPipeError):
            return _pipe_closed()
        raise
    except TextmineError as error:
        print(f"textmine: {error}", file=sys.stderr)
        return error.exit_code
    except Exception:  # noqa: BLE001 - the last guard: whatever went wrong, no customer's data on the screen
        _show_fault()
        return USAGE


def _pipe_closed() -> int:
    """Whoever read standard output went away: point it elsewhere so that closing it says nothing more."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.__stdout__.fileno() if sys.__stdout__ else 1)
    return PIPE_CLOSED


def _show_fault() -> None:
    import traceback

    from ..text.mask import mask as masked

    print(masked(traceback.format_exc()), file=sys.stderr)
    print(
        say(
            "textmine 内部出错；请把以上信息（已脱敏）报告给维护者。",
            "textmine failed inside; please report the lines above (masked) to its maintainers.",
        ),
        file=sys.stderr,
    )


def _make_streams_safe() -> None:
    """Terminals that cannot show a character get a replacement instead of a crash."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure:
            reconfigure(errors="replace")
