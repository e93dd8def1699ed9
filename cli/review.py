"""`textmine review`: a queue for people out, their verdicts back."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from . import options as shared
from .language import LANG, say
from .terminal import note, show_json, show_table

if TYPE_CHECKING:
    from ..review.round_trip import Imported

commands = typer.Typer(
    help=say("人工复核：导出、导入。", "People's corrections: export a queue, import verdicts."),
    no_args_is_help=True,
)

Folder = Annotated[
    str, typer.Argument(metavar="DIR", help=say("classify 写出的目录。", "Folder of classify."))
]


@commands.command("export")
def export_command(
    folder: Folder,
    output: Annotated[
        str | None,
        typer.Option("--output", "-o", metavar="FILE", help=say("工作簿。", "Workbook [DIR/review.xlsx].")),
    ] = None,
    label_studio: Annotated[
        str | None,
        typer.Option("--label-studio", metavar="FILE", help=say("任务 JSON。", "Label Studio tasks (JSON).")),
    ] = None,
    limit: Annotated[
        int, typer.Option("--limit", min=1, max=100_000, help=say("最多行数。", "Rows at most."))
    ] = 200,
    by_lot: Annotated[
        int | None,
        typer.Option(
            "--by-lot",
            metavar="N",
            min=0,
            help=say("其中随机抽取的行数。", "Of these, rows drawn by lot [a fifth]."),
        ),
    ] = None,
    blind: Annotated[
        bool, typer.Option("--blind", help=say("不显示建议，供第二人。", "Show no proposals (second coder)."))
    ] = False,
    frame: shared.FrameFile = None,
    lang: shared.Lang = None,
    json: shared.Json = False,
    quiet: shared.Quiet = False,
) -> None:
    """Write the rows most worth a look first, as a workbook with dropdowns."""
    from ..frame.frame import Frame
    from ..review.round_trip import export_queue

    done = export_queue(
        Path(folder),
        Path(output) if output else Path(folder) / "review.xlsx",
        Frame.load(Path(frame) if frame else None),
        label_studio=Path(label_studio) if label_studio else None,
        limit=limit,
        by_lot=by_lot,
        blind=blind,
        lang=LANG,
    )
    if json:
        show_json(asdict(done))
    elif not quiet:
        why = ", ".join(f"{name} {n}" for name, n in done.why.items())
        files = ", ".join(done.files)
        note(say(f"{done.rows} 行待复核（{why}）：{files}", f"{done.rows} rows to review ({why}): {files}"))


@commands.command("import")
def import_command(
    folder: Folder,
    files: Annotated[
        list[str],
        typer.Argument(metavar="FILE", help=say("复核过的工作簿或 JSON。", "Queues that came back.")),
    ],
    output: Annotated[
        str,
        typer.Option(
            "--output", "-o", metavar="FILE", help=say("修正（JSONL）。", "Corrections (JSON Lines).")
        ),
    ] = "corrections.jsonl",
    frame: shared.FrameFile = None,
    lang: shared.Lang = None,
    json: shared.Json = False,
    quiet: shared.Quiet = False,
) -> None:
    """Read verdicts back: what changes, how far coders agree; write corrections to train on."""
    from ..frame.frame import Frame
    from ..review.round_trip import import_verdicts

    done = import_verdicts(
        Path(folder), tuple(map(Path, files)), Path(output), Frame.load(Path(frame) if frame else None)
    )
    if json:
        kappa = [{"coders": list(pair), "kappa": value} for pair, value in done.agreement.kappa.items()]
        agreed = {name: getattr(done.agreement, name) for name in ("rows", "alpha_primary", "alpha_causes")}
        numbers = ("rows", "judged", "accepted", "corrections", "by_lot", "by_lot_decided", "reviewed")
        counts = {name: getattr(done, name) for name in numbers}
        lists = {name: [asdict(one) for one in getattr(done, name)] for name in ("changes", "conflicts")}
        show_json({**counts, **lists, "agreement": {**agreed, "kappa": kappa}})
    elif not quiet:
        _show(done, output)


def _show(done: Imported, output: str) -> None:
    show_table(
        say("改动", "Changes"),
        (say("行", "Row"), say("原来", "Before"), say("现在", "After")),
        [(change.number, "; ".join(change.before), "; ".join(change.after)) for change in done.changes],
        numbers=(0,),
    )
    if done.conflicts:
        said = [
            (one.number, " / ".join(f"{coder}: {'; '.join(codes) or '–'}" for coder, codes in one.said))
            for one in done.conflicts
        ]
        show_table(
            say("分歧", "Conflicts"), (say("行", "Row"), say("各人所判", "Verdicts")), said, numbers=(0,)
        )
    for pair, value in done.agreement.kappa.items():
        note(f"kappa {pair[0]} – {pair[1]}: {_figure(value)}")
    if done.agreement.rows:
        alphas = _figure(done.agreement.alpha_primary), _figure(done.agreement.alpha_causes)
        note(
            say(
                f"alpha（{done.agreement.rows} 行）：主因 {alphas[0]}，全部原因 {alphas[1]}",
                f"alpha on {done.agreement.rows} rows: primary {alphas[0]}, all causes {alphas[1]}",
            )
        )
    note(
        say(
            f"{done.rows} 行中判 {done.judged} 行：同意 {done.accepted}，改动 {len(done.changes)}，"
            f"分歧 {len(done.conflicts)}；{done.corrections} 条修正写入 {output}",
            f"{done.judged} of {done.rows} rows judged: {done.accepted} accepted, "
            f"{len(done.changes)} changed, {len(done.conflicts)} in conflict; "
            f"{done.corrections} corrections written to {output}",
        )
    )
    note(_sampled(done))


def _sampled(done: Imported) -> str:
    """What came of the rows drawn by lot, by which counts are corrected."""
    zh = f"随机抽取的 {done.by_lot} 行中判定 {done.by_lot_decided} 行"
    en = f"{done.by_lot_decided} of {done.by_lot} rows drawn by lot decided"
    if not done.reviewed:
        return say(f"{zh}；没有可校正条数的复核样本", f"{en}; no reviewed sample to correct counts by")
    return say(
        f"{zh}；reviewed.json 现有 {done.reviewed} 行，count 和 report 据此校正条数",
        f"{en}; reviewed.json holds {done.reviewed} rows now, and count and report correct by them",
    )


def _figure(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"
