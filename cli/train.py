"""`textmine train`: fit a model on labelled verbatims."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from . import options as shared
from .language import say
from .terminal import note, show_json


def train_command(
    corpus: Annotated[
        list[str],
        typer.Argument(
            metavar="CORPUS…", help=say("已标注的 JSONL 文件或目录。", "Labelled JSONL files or folders.")
        ),
    ],
    output: Annotated[
        str, typer.Option("--output", "-o", metavar="DIR", help=say("模型目录。", "Folder of the model."))
    ],
    frame: shared.FrameFile = None,
    lang: shared.Lang = None,
    json: shared.Json = False,
    quiet: shared.Quiet = False,
) -> None:
    """Fit a model; the same data, cues and options give the same bytes."""
    import time

    from ..classify.examples import corpus_files, read_examples
    from ..classify.model import save_model
    from ..classify.reader import load_frame_and_cues
    from ..classify.train import train

    started = time.perf_counter()
    loaded, lexicon = load_frame_and_cues(Path(frame) if frame else None)
    files = corpus_files(map(Path, corpus))
    examples = read_examples(files, loaded)
    if not quiet and not json:
        note(
            say(
                f"{len(files)} 个文件，{len(examples)} 条。",
                f"{len(files)} files, {len(examples)} verbatims.",
            )
        )
    model = train(examples, loaded, lexicon)
    save_model(model, Path(output))
    seconds = time.perf_counter() - started
    if json:
        show_json(
            {
                "folder": output,
                "version": model.version,
                "examples": len(examples),
                "seconds": round(seconds, 1),
            }
        )
    elif not quiet:
        note(
            say(
                f"模型 {model.version} 已写入 {output}（{seconds:.0f} 秒）。",
                f"Model {model.version} written to {output} ({seconds:.0f} s).",
            )
        )
