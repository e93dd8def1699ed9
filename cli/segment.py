"""`textmine segment`: cut text into words."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from . import options as shared
from .language import say
from .terminal import argument_text


def segment_command(
    text: Annotated[
        str, typer.Argument(metavar="TEXT|FILE", help=say("文本、文件或 -。", "Text, a file of lines, or -."))
    ],
    segmenter: Annotated[
        str, typer.Option("--segmenter", metavar="fast|jieba", help=say("分词器。", "Segmenter."))
    ] = "fast",
    raw: Annotated[bool, typer.Option("--raw", help=say("不先规范化。", "Do not normalise first."))] = False,
    lang: shared.Lang = None,
) -> None:
    """Print the words of every line, separated by spaces."""
    from ..text.normalize import BLANK, normalize
    from ..text.segment import segmenter as choose

    cut = choose(segmenter)
    for line in _lines(text):
        written = line if raw else normalize(line).text
        print(" ".join(token for token in cut.tokens(written) if token.strip(f" \u3000{BLANK}")))


def _lines(text: str) -> list[str]:
    from ..errors import InputError

    # A long verbatim is no file name; asking the system about one fails on some.
    if text != "-" and len(text) < 256 and Path(text).is_file():
        try:
            return Path(text).read_text("utf-8-sig").splitlines()
        except UnicodeDecodeError as error:
            raise InputError(f"{text}: not UTF-8 at byte {error.start}; convert it first") from error
    return argument_text(text).splitlines() if text == "-" else [argument_text(text)]
