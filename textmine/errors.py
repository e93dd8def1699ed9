"""The errors textmine raises on purpose. Each text names the file, line, column or option and what to do.

Nothing here imports anything; commands turn these into exit codes, libraries let them rise.
"""

from __future__ import annotations


class TextmineError(Exception):
    """Base of every error textmine raises on purpose; `exit_code` is what a command ends with."""

    exit_code = 2


class UsageError(TextmineError):
    """An option, column or argument cannot be used as given."""


class InputError(TextmineError):
    """An input file cannot be read at all (single bad rows are quarantined instead)."""

    exit_code = 3


class OutputError(TextmineError):
    """An output cannot be written."""

    exit_code = 4


class LexiconError(TextmineError):
    """A code frame or cue file is wrong; the text names file and line."""

    exit_code = 3

    def __init__(self, message: str, *, file: str | None = None, line: int | None = None) -> None:
        where = f"{file}:{line}: " if file and line else f"{file}: " if file else ""
        super().__init__(where + message)
        self.file = file
        self.line = line


class ModelError(TextmineError):
    """A model folder is damaged, was changed, or does not fit the code frame or lexicon in use."""

    exit_code = 3


class MissingExtraError(TextmineError):
    """A feature needs an optional dependency; the text gives the pip command."""

    def __init__(self, feature: str, extra: str) -> None:
        super().__init__(f"{feature} needs an optional part: pip install 'textmine[{extra}]'")
