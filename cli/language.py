"""Which language the commands speak: `--lang`, else TEXTMINE_LANG, else the locale. Standard library only."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from typing import Literal

Lang = Literal["zh", "en"]


def choose_language(arguments: Sequence[str], environment: Mapping[str, str]) -> Lang:
    """The language of help and messages, known before the command line is parsed."""
    for index, argument in enumerate(arguments):
        value = argument.partition("=")[2] if argument.startswith("--lang=") else ""
        if argument == "--lang" and index + 1 < len(arguments):
            value = arguments[index + 1]
        if value in ("zh", "en"):
            return "zh" if value == "zh" else "en"
    for name in ("TEXTMINE_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        if setting := environment.get(name):
            return "zh" if setting.lower().startswith("zh") else "en"
    return "en"


LANG: Lang = choose_language(sys.argv[1:], os.environ)


def say(zh: str, en: str) -> str:
    """The wording of the language in use."""
    return zh if LANG == "zh" else en
