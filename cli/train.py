"""`textmine train`: fit a model on labelled verbatims and on what people corrected."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from . import options as shared
from .language import say
from .terminal import note, show_json

if TYPE_CHECKING:
    from ..training import TrainedFolder


def train_command(
    corpus: Annotated[
        list[str],
        typer.Argument(
            metavar="CORPUS", help=say("已标注的 JSONL 文件或目录。", "Labelled JSONL files or folders.")
        ),
    ],
    output: Annotated[
        str, typer.Option("--output", "-o", metavar="DIR", help=say("模型目录。", "Folder of the model."))
    ],
    frame: shared.FrameFile = None,
    corrections: Annotated[
        list[str] | None,
        typer.Option(
            "--corrections",
            metavar="FILE",
            help=say(
                "人工复核过的 JSONL；替换同一原话的标注并加权（可多次给出）。",
                "Reviewed JSONL; replaces labels of the same text and weighs more (may be repeated).",
            ),
        ),
    ] = None,
    encoder: Annotated[
        str | None,
        typer.Option(
            "--encoder",
            metavar="DIR|NAME",
            help=say(
                "sentence-transformers 模型目录（不联网）或名称。",
                "A sentence-transformers model: a folder (never looked up on a network) or a name.",
            ),
        ),
    ] = None,
    lang: shared.Lang = None,
    json: shared.Json = False,
    quiet: shared.Quiet = False,
) -> None:
    """Fit a model; the same data, cues and options give the same bytes."""
    from ..training import train_model

    done = train_model(
        corpus,
        Path(output),
        Path(frame) if frame else None,
        corrections=corrections or (),
        encoder=encoder,
    )
    if json:
        show_json(_as_dict(output, done))
    elif not quiet:
        _show(output, done)


def _as_dict(output: str, done: TrainedFolder) -> dict[str, object]:
    return {
        "folder": output,
        "version": done.model.version,
        "examples": done.examples,
        "corrections": {"replaced": done.replaced, "added": done.added},
        "figures": {
            one.title: {
                f.name: None if f.value != f.value else round(f.value, 4) for f in one.evaluation.figures
            }
            for one in done.measured
        },
        "seconds": round(done.seconds, 1),
    }


def _show(output: str, done: TrainedFolder) -> None:
    if done.replaced or done.added:
        note(
            say(
                f"复核：替换 {done.replaced} 条，新增 {done.added} 条。",
                f"Corrections: {done.replaced} rows replaced, {done.added} added.",
            )
        )
    figures = done.measured[0].evaluation
    note(
        say(
            f"模型 {done.model.version}（{done.examples} 条）已写入 {output}（{done.seconds:.0f} 秒）；"
            f"未见数据上原因 micro-F1 {figures['cause_micro_f1']:.3f}，详见其中 README.md。",
            f"Model {done.model.version} ({done.examples} verbatims) written to {output} "
            f"({done.seconds:.0f} s); micro-F1 of causes on unseen rows {figures['cause_micro_f1']:.3f}, "
            "more in its README.md.",
        )
    )
