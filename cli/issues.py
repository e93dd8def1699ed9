"""`textmine issues`: find, name, follow and judge emerging issues."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from . import options as shared
from .events import announce, check_outbox
from .language import LANG, say
from .terminal import note, progress_line, show_json, show_table

if TYPE_CHECKING:
    from ..tracking import Tracked


def issues_command(
    inputs: Annotated[
        list[str],
        typer.Argument(
            metavar="INPUT…|DIR",
            help=say("文件，或 classify 写出的目录。", "Files, or one folder that classify wrote."),
        ),
    ],
    output: Annotated[
        str | None,
        typer.Option(
            "--output", "-o", metavar="DIR", help=say("输出目录。", "Output folder [INPUT.textmine].")
        ),
    ] = None,
    state: Annotated[
        str | None,
        typer.Option(
            "--state",
            metavar="DIR",
            help=say("台账目录，逐期续用。", "Folder of the ledger, kept from run to run."),
        ),
    ] = None,
    period: Annotated[
        str, typer.Option("--period", metavar="day|week|month", help=say("统计周期。", "Period of counting."))
    ] = "week",
    text: shared.Text = None,
    id: shared.Id = None,
    date: shared.Date = None,
    by: shared.By = None,
    encoding: shared.Encoding = None,
    sheet: shared.Sheet = None,
    model: shared.ModelName = None,
    frame: shared.FrameFile = None,
    workers: Annotated[
        int, typer.Option("--workers", min=1, help=say("进程数。", "Number of processes."))
    ] = 1,
    outbox: shared.Outbox = None,
    lang: shared.Lang = None,
    json: shared.Json = False,
    quiet: shared.Quiet = False,
) -> None:
    """Find what is new, follow it under stable names, and raise an alarm when it rises."""
    from ..counts.period import PERIODS
    from ..errors import UsageError
    from ..events.announce import issue_events
    from ..pipeline import ClassifyOptions, default_folder
    from ..tracking import track_issues

    chosen = next((known for known in PERIODS if known == period), None)
    if chosen is None:
        raise UsageError(f"--period {period}: there are {', '.join(PERIODS)}")
    check_outbox(outbox)
    options = ClassifyOptions(
        text=tuple(text or ()), id=id, date=date, by=tuple(by or ()), encoding=encoding, sheet=sheet,
        model=model, frame=frame, workers=workers, lang=LANG,
    )  # fmt: skip
    folder = Path(output) if output else _default(inputs, default_folder)
    with progress_line(quiet=quiet or json) as progress:
        done = track_issues(
            inputs,
            folder,
            state=Path(state) if state else None,
            period=chosen,
            options=options,
            progress=progress,
        )
    announce(outbox, lambda: issue_events(done, ledger=Path(state) if state else folder))
    if json:
        show_json(_summary(done))
    elif not quiet:
        _show(done)


def _default(inputs: list[str], default_folder: Any) -> Path:
    if len(inputs) == 1 and Path(inputs[0]).is_dir():
        return Path(inputs[0])
    found: Path = default_folder(inputs)
    return found


def _summary(done: Tracked) -> dict[str, Any]:
    last = done.periods[-1] if done.periods else ""
    return {
        "folder": str(done.folder),
        "periods": list(done.periods),
        "rows": done.rows,
        "assigned": done.assigned,
        "issues": len(done.issues),
        "alerts": len(done.alerts),
        "alerts_now": [
            {"issue_id": a.issue_id, "label": a.label, "n": a.n, "expected": a.expected, "q_value": a.q_value}
            for a in done.alerts
            if a.period == last
        ],
        "proposals": len(done.proposals),
        "seconds": round(done.seconds, 3),
    }


def _show(done: Tracked) -> None:
    last = done.periods[-1] if done.periods else ""
    names = {
        "born": say("新出现", "new"),
        "growing": say("上升", "growing"),
        "steady": say("平稳", "steady"),
        "declining": say("下降", "declining"),
        "revived": say("再现", "back again"),
    }
    alarmed = {alert.issue_id for alert in done.alerts if alert.period == last}
    living = [(issue, issue.status(done.periods)) for issue in done.issues]
    living = [(issue, status) for issue, status in living if status in names]
    living.sort(key=lambda pair: (pair[0].id not in alarmed, -pair[0].by_period.get(last, 0), pair[0].id))
    show_table(
        say(f"问题（截至 {last}）", f"Issues up to {last}"),
        (
            "",
            say("编号", "Id"),
            say("问题", "Issue"),
            say("状态", "Status"),
            say("本期", "Now"),
            say("累计", "All"),
            say("首次", "First"),
        ),
        [
            (
                "▲" if issue.id in alarmed else "",
                issue.id,
                issue.label,
                names[status],
                issue.by_period.get(last, 0),
                issue.size,
                issue.first_seen,
            )
            for issue, status in living[:20]
        ],
        numbers=(4, 5),
    )
    note(
        say(
            f"{done.rows:,} 行，{done.assigned:,} 行归入 {len(done.issues)} 个问题；"
            f"本期预警 {len(alarmed)} 个；代码表补充建议 {len(done.proposals)} 条；{done.seconds:.1f} 秒。"
            f"结果在 {done.folder}",
            f"{done.rows:,} rows, {done.assigned:,} in {len(done.issues)} issues; {len(alarmed)} alarms now; "
            f"{len(done.proposals)} codes proposed; {done.seconds:.1f} s. Results in {done.folder}",
        )
    )
