"""`textmine count`: count a classified folder by other groupings."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from . import options as shared
from .language import LANG, say
from .terminal import note, percent, show_json, show_table

if TYPE_CHECKING:
    from ..counts.pareto import ParetoRow
    from ..pipeline import Recounted


def count_command(
    folder: Annotated[
        str, typer.Argument(metavar="DIR", help=say("classify 写出的目录。", "Folder of classify."))
    ],
    by: shared.By = None,
    roll_up: shared.RollUp = None,
    output: Annotated[
        str | None,
        typer.Option("--output", "-o", metavar="DIR", help=say("写到别处。", "Write the counts elsewhere.")),
    ] = None,
    counting: shared.CountingMode = "all",
    weights: shared.WeightsFile = None,
    preset: Annotated[
        str | None, typer.Option("--preset", metavar="P", help=say("鱼骨图分支方案。", "Fishbone branches."))
    ] = None,
    frame: shared.FrameFile = None,
    lang: shared.Lang = None,
    json: shared.Json = False,
    quiet: shared.Quiet = False,
) -> None:
    """Write pareto.csv, pareto_by.csv, fishbone.* and roll_up.csv anew, without classifying again."""
    from ..frame.frame import Frame
    from ..pipeline import recount

    done = recount(
        Path(folder),
        tuple(by or ()),
        out=Path(output) if output else None,
        frame=Frame.load(Path(frame)) if frame else None,
        counting="primary" if counting == "primary" else "all",
        preset=preset,
        weights=weights,
        roll_up=shared.levels(roll_up),
        lang=LANG,
    )
    if json:
        show_json({**done.tally.to_dict(), "counted": done.how.to_dict()})
    elif not quiet:
        _show(done, grouped=bool(by or weights))


def _show(done: Recounted, *, grouped: bool) -> None:
    for block in done.blocks if grouped else done.blocks[:1]:
        title = f"{block.column} = {block.value or say('（空）', '(empty)')}"
        _show_causes(title if block.column else say("全部", "All"), block.causes, done)
    if done.nodes:
        _show_nodes(done)
    note(correction_note(done.how.correction))


def _show_causes(title: str, causes: tuple[ParetoRow, ...], done: Recounted) -> None:
    weighted = done.how.weights is not None
    header = [say("原因", "Cause"), say("条数", "Rows")]
    header += [say("系数", "Weight"), say("加权", "Weighted")] if weighted else []
    header += [
        say("占比", "Share"),
        say("累计", "Cumulative"),
        "ABC",
        say("校正后（90%）", "Corrected (90%)"),
    ]
    rows = [
        (
            done.frame.name(row.code, LANG),
            f"{row.n:,}",
            *((f"{row.weight:.3g}", f"{row.weighted:,.1f}") if weighted else ()),
            percent(row.share),
            percent(row.cumulative_share),
            row.cls,
            corrected_cell(row),
        )
        for row in causes
        if row.n
    ]
    numbers = tuple(i for i in range(1, len(header)) if header[i] != "ABC")
    show_table(title, tuple(header), rows, numbers=numbers)


def _show_nodes(done: Recounted) -> None:
    """Every group of the roll-up with its share of dissatisfied rows and its parent's."""
    rows: list[tuple[Any, ...]] = []
    for node in done.nodes:
        found = node.complaints
        name = node.path[-1] or say("（空）", "(empty)") if node.path else say("合计", "Total")
        share = node.cell.stance["complaint"] / node.cell.rows if node.cell.rows else 0.0
        real = found is not None and found.verdict != "no difference shown"
        rows.append(
            (
                "　" * node.depth + name,
                f"{node.cell.rows:,}",
                percent(share),
                percent(found.reference) if found else "",
                (f"{found.gap:+.0%}" + (" ●" if real else "")) if found and found.reference else "",
            )
        )
    header = (
        say("范围", "Group"),
        say("条数", "Rows"),
        say("不满", "Dissatisfied"),
        say("上级平均", "Parent’s average"),
        say("偏离", "Gap"),
    )
    show_table(say("逐级汇总", "Roll-up"), header, rows, numbers=(1, 2, 3, 4))
    note(say("● 与上级平均的差别不是偶然（q ≤ 0.1）。", "● differs from its parent's average (q ≤ 0.1)."))


def corrected_cell(row: ParetoRow) -> str:
    """The corrected count with its range, or nothing."""
    if row.n_corrected is None or row.n_low is None or row.n_high is None:
        return ""
    return f"{row.n_corrected:,.0f} ({row.n_low:,.0f}–{row.n_high:,.0f})"


def correction_note(correction: Any) -> str:
    """One line that says what the corrected counts rest on, or why there are none."""
    from ..report.words import reviewed_unused, uncorrected

    rates = correction.error_rates
    if rates is not None and rates.rows:
        reviewed = correction.reviewed.rows if correction.reviewed else 0
        more = say(f"和 {reviewed:,} 条复核", f" and {reviewed:,} reviewed rows") if reviewed else ""
        said = say(
            f"校正后的条数按 {rates.rows:,} 条未参与训练的标注原话{more}估计。",
            f"Corrected counts rest on {rates.rows:,} labelled verbatims kept out of training{more}.",
        )
        return " ".join(filter(None, (said, reviewed_unused(correction.reviewed_reason, say))))
    return uncorrected(correction.reason, say)
