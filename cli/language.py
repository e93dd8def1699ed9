"""Which language the commands speak: `--lang`, TEXTMINE_LANG, `textmine.toml`, the locale, in this order.

Standard library only.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

Lang = Literal["zh", "en"]


def choose_language(
    arguments: Sequence[str], environment: Mapping[str, str], folder: Path | None = None
) -> Lang:
    """The language of help and messages, known before the command line is parsed."""
    for index, argument in enumerate(arguments):
        value = argument.partition("=")[2] if argument.startswith("--lang=") else ""
        if argument == "--lang" and index + 1 < len(arguments):
            value = arguments[index + 1]
        if value in ("zh", "en"):
            return "zh" if value == "zh" else "en"
    settings = {**environment, "textmine.toml": _from_file(folder)}
    for name in ("TEXTMINE_LANG", "textmine.toml", "LC_ALL", "LC_MESSAGES", "LANG"):
        if setting := settings.get(name):
            return "zh" if setting.lower().startswith("zh") else "en"
    return "en"


def _from_file(folder: Path | None) -> str:
    """`lang` in the folder's settings; what is wrong with the file is said when the options are read."""
    path = folder / "textmine.toml" if folder else None
    if path is None or not path.is_file():
        return ""
    import tomllib

    try:
        said = tomllib.loads(path.read_text("utf-8")).get("lang")
    except (OSError, ValueError):
        return ""
    return said if isinstance(said, str) else ""


LANG: Lang = choose_language(sys.argv[1:], os.environ, Path())


def say(zh: str, en: str) -> str:
    """The wording of the language in use."""
    return zh if LANG == "zh" else en
