"""`textmine explain`: look inside one verbatim."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from . import options as shared
from .language import LANG, say
from .terminal import argument_text, console, show_json, show_table

if TYPE_CHECKING:
    from rich.text import Text

    from ..classify.explain import Explanation
    from ..frame.frame import Frame


def explain_command(
    text: Annotated[
        str,
        typer.Argument(
            metavar="TEXT", help=say("一条原话；- 表示从标准输入读。", "One verbatim; - reads it from stdin.")
        ),
    ],
    model: shared.ModelName = None,
    frame: shared.FrameFile = None,
    lang: shared.Lang = None,
    json: shared.Json = False,
) -> None:
    """Show clauses, tokens, cues that fired, and what spoke for and against each cause."""
    from dataclasses import asdict

    from ..classify.explain import explain
    from ..classify.reader import Reader
    from ..text.segment import segmenter

    reader = Reader.load(model=model, frame=Path(frame) if frame else None)
    found = explain(reader, argument_text(text))
    tokens = [token for token in segmenter().tokens(found.normalized) if token.strip()]
    if json:
        show_json({**asdict(found), "tokens": tokens})
        return
    _show(found, reader.frame, tokens)


def _show(found: Explanation, frame: Frame, tokens: list[str]) -> None:
    screen = console()
    screen.print(_highlighted(found), soft_wrap=True)
    screen.print(say("分句 ", "Clauses "), style="bold", end="")
    screen.print(" ｜ ".join(found.text[start:end] for start, end in found.clauses), markup=False)
    screen.print(say("分词 ", "Tokens "), style="bold", end="")
    screen.print(" / ".join(tokens), markup=False)
    show_table(
        say("触发的线索", "Cues that fired"),
        (say("指向", "For"), say("模式", "Pattern"), say("原文", "Where")),
        [(cue.target, cue.pattern, found.text[cue.start : cue.end]) for cue in found.cues],
    )
    show_table(
        say("各原因得分", "Scores per cause"),
        (
            say("原因", "Cause"),
            say("概率", "Probability"),
            say("门槛", "Threshold"),
            say("依据", "Because of"),
        ),
        [
            (
                frame.name(score.cause, LANG),
                f"{score.probability:.2f}",
                f"{score.threshold:.2f}",
                "  ".join(f"{reason.what} {reason.weight:+.2f}" for reason in score.reasons),
            )
            for score in found.scores
        ],
        numbers=(1, 2),
    )
    _show_reading(found, frame)


def _show_reading(found: Explanation, frame: Frame) -> None:
    reading = found.reading
    names = {entry.code: entry.name(LANG) for entry in (*frame.touchpoints, *frame.risks, *frame.stances)}
    rows = [
        (say("状态", "Status"), reading.status),
        (say("立场", "Stance"), names.get(reading.stance, reading.stance)),
        (say("主因", "Primary"), frame.name(reading.primary, LANG) if reading.primary else "–"),
        *(
            (
                say("原因", "Cause"),
                f"{frame.name(frame.cause_of(tag.code), LANG)} › {frame.name(tag.code, LANG)}"
                f"  {tag.score:.2f}  "
                f"“{found.text[tag.start : tag.end]}”",
            )
            for tag in reading.tags
        ),
        (say("触点", "Touchpoints"), "、".join(names[code] for code in reading.touchpoints) or "–"),
        (say("风险", "Risk"), "、".join(names[code] for code in reading.risk) or "–"),
    ]
    show_table(say("结论", "Reading"), ("", ""), rows)


def _highlighted(found: Explanation) -> Text:
    """The verbatim with its evidence in colour."""
    from rich.text import Text

    text = Text(found.text)
    for tag in found.reading.tags:
        primary = tag.code == found.reading.primary
        text.stylize("bold red" if primary else "yellow", tag.start, tag.end)
    return text
