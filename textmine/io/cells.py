"""Cells that spreadsheets would evaluate, made harmless in CSV and brought back exactly.

Excel and LibreOffice run a CSV cell that starts with = + - or @ as a formula (OWASP, CSV Injection). Such a
cell gets an apostrophe in front; so does a cell that starts with an apostrophe, which makes it reversible.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

GUARD = "'"
RISKY = frozenset("=+-@\t\r\n'＝＋－＠")
"""First characters that are guarded; the full-width ones because some locales evaluate them too."""

_NUMBER = re.compile(r"-\d+(?:\.\d+)?\Z")


def escape(cell: str) -> str:
    """The cell, guarded if a spreadsheet might evaluate it. A plain negative number stays a number."""
    if cell[:1] in RISKY and not _NUMBER.match(cell):
        return GUARD + cell
    return cell


def unescape(cell: str) -> str:
    """The cell as it was before `escape`."""
    if cell[:1] == GUARD and cell[1:2] in RISKY:
        return cell[1:]
    return cell


def escape_all(cells: Iterable[str]) -> list[str]:
    """`escape` for many cells, without a call for each harmless one."""
    return [escape(cell) if cell[:1] in RISKY else cell for cell in cells]
