"""`textmine frame diff`: compare two code frames, and what the change does to a classified folder."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from . import options as shared
from .language import LANG, say
from .terminal import note, percent, show_json, show_table

if TYPE_CHECKING:
    from ..counts.shift import Place
    from ..frame.diff import FrameDiff
    from ..reframing import Reframed

PACKAGED = "packaged"
_SHOWN = 20


def diff_command(
    old: Annotated[
        str,
        typer.Argument(metavar="OLD", help=say("旧的代码表，或 packaged。", "Old frame file, or packaged.")),
    ],
    new: Annotated[
        str,
        typer.Argument(metavar="NEW", help=say("新的代码表，或 packaged。", "New frame file, or packaged.")),
    ],
    on: Annotated[
        str | None,
        typer.Option(
            "--on", metavar="DIR", help=say("按旧代码表归类的目录。", "A folder classified with OLD.")
        ),
    ] = None,
    mapping: Annotated[
        str | None,
        typer.Option(
            "--mapping",
            metavar="FILE",
            help=say("声明合并与拆分的 CSV。", "CSV that declares merges and splits."),
        ),
    ] = None,
    corrections: Annotated[
        list[str] | None,
        typer.Option(
            "--corrections", metavar="FILE", help=say("检查人工更正是否仍适用。", "Which of these still fit.")
        ),
    ] = None,
    output: Annotated[
        str | None,
        typer.Option(
            "--output",
            "-o",
            metavar="DIR",
            help=say("按新代码表另存。", "Write it under NEW to a new folder."),
        ),
    ] = None,
    model: Annotated[
        str | None,
        typer.Option(
            "--model",
            metavar="NAME|DIR",
            help=say("新代码表的模型，用于拆分。", "Model for NEW, to decide splits."),
        ),
    ] = None,
    lang: shared.Lang = None,
    json: shared.Json = False,
) -> None:
    """What changed between two versions of a frame; with --on also who moves and how the Pareto shifts."""
    from dataclasses import asdict

    from ..errors import UsageError
    from ..frame.diff import diff_frames
    from ..frame.frame import Frame
    from ..reframing import ReframeOptions, as_dict, reframe

    if on is None and (mapping or corrections or output or model):
        raise UsageError("--mapping, --corrections, --output and --model go with --on DIR")
    paths = [None if name == PACKAGED else Path(name) for name in (old, new)]
    found = diff_frames(*map(Frame.load, paths))
    done = None
    if on is not None:
        options = ReframeOptions(
            out=Path(output) if output else None,
            mapping=Path(mapping) if mapping else None,
            corrections=tuple(map(Path, corrections or ())),
            model=model,
            lang=LANG,
        )
        done = reframe(Path(on), *paths, options=options)
    if json:
        more = {"on": as_dict(done)} if done else {}
        show_json({**asdict(found), "breaking": found.breaking, **more})
        return
    _show_differences(found)
    if done:
        _show_moves(done)
        _show_shift(done)
        _show_corrections(done)


def _show_differences(found: FrameDiff) -> None:
    from dataclasses import asdict

    names = {
        "added": say("新增", "added"),
        "removed": say("删除", "removed"),
        "renamed": say("改名", "renamed"),
        "moved": say("移动", "moved"),
        "changed": say("修改", "changed"),
    }
    rows = [(names[kind], str(item)) for kind, items in asdict(found).items() for item in items]
    if rows:
        show_table(say("差别", "Differences"), (say("类别", "Kind"), say("内容", "What")), rows)
    else:
        note(say("没有差别。", "No differences."))


def _show_moves(done: Reframed) -> None:
    kinds = {
        "kept": say("不变", "kept"),
        "renamed": say("改名", "renamed"),
        "moved": say("移动", "moved"),
        "merged": say("合并", "merged"),
        "split": say("拆分", "split"),
        "removed": say("删除", "removed"),
    }
    if done.moves:
        show_table(
            say("代码去向", "Who moves"),
            (
                say("旧代码", "Old"),
                say("新代码", "New"),
                say("方式", "How"),
                say("标签", "Tags"),
                say("未定", "Open"),
            ),
            [(m.old, m.new or "–", kinds[m.kind], f"{m.tags:,}", m.undecided or "") for m in done.moves],
            numbers=(3, 4),
        )
    note(
        say(
            f"{done.rows:,} 行中 {done.rows_changed:,} 行换了代码，{done.rows_without_cause:,} 行不再有原因，"
            f"{done.undecided:,} 个标签因拆分未定。",
            f"{done.rows_changed:,} of {done.rows:,} rows change codes, {done.rows_without_cause:,} lose "
            f"their last cause, {done.undecided:,} tags are left open by splits.",
        )
    )
    if done.folder:
        note(say(f"新代码表下的结果在 {done.folder}", f"Results under the new frame in {done.folder}"))


def _show_shift(done: Reframed) -> None:
    def cells(place: Place | None) -> tuple[Any, ...]:
        return (place.rank, f"{place.n:,}", percent(place.share)) if place else ("–", "", "")

    was, now = say("前", "before"), say("后", "after")
    count, share = say("条数", "rows"), say("占比", "share")
    show_table(
        say("排列图：前与后", "Pareto before and after"),
        (
            say("原因", "Cause"),
            f"# {was}", f"{count} {was}", f"{share} {was}", f"# {now}", f"{count} {now}", f"{share} {now}",
        ),
        [
            (shift.zh if LANG == "zh" else shift.en, *cells(shift.before), *cells(shift.after))
            for shift in done.shifts
            if shift.level == "cause"
        ],
        numbers=(1, 2, 3, 4, 5, 6),
    )  # fmt: skip


def _show_corrections(done: Reframed) -> None:
    if not done.corrections:
        return
    unfit = [one for one in done.corrections if one.fit == "unfit"]
    recoded = sum(one.fit == "recoded" for one in done.corrections)
    note(
        say(
            f"更正 {len(done.corrections)} 条：{recoded} 条改码后适用，{len(unfit)} 条不再适用。",
            f"{len(done.corrections)} corrections: {recoded} fit in new codes, {len(unfit)} no longer fit.",
        )
    )
    if unfit:
        show_table(
            say("不再适用的更正", "Corrections that no longer fit"),
            (say("行", "Line"), say("编号", "Id"), say("代码", "Codes")),
            [(one.number, one.id, ", ".join(one.codes)) for one in unfit[:_SHOWN]],
            numbers=(0,),
        )
