"""The engine knows no cause by name: what is found and counted comes from the frame file alone."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from textmine.frame.frame import Frame

ROOT = Path(__file__).parents[2]
FRAMES = (Frame.load(), Frame.load(ROOT / "data_samples" / "banking" / "taxonomy.toml"))
CAUSES = sorted({cause for frame in FRAMES for cause in frame.causes})


def causes_named(source: str) -> list[str]:
    """Cause codes in a program text: anywhere as a whole word, or, where the code is an English word that
    prose may use, as a string of the program (alone or before a dot)."""
    strings = list(_program_strings(ast.parse(source)))
    return [
        cause
        for cause in CAUSES
        if ("_" in cause and re.search(rf"(?<![\w]){cause}(?![\w])", source))
        or any(text == cause or text.startswith(f"{cause}.") for text in strings)
    ]


def _program_strings(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def test_no_program_text_names_a_cause() -> None:
    files = [*(ROOT / "textmine").rglob("*.py"), *(ROOT / "cli").rglob("*.py")]
    assert len(files) > 10
    named = {str(file.relative_to(ROOT)): causes_named(file.read_text("utf-8")) for file in files}
    assert {file: causes for file, causes in named.items() if causes} == {}


def test_the_scan_sees_what_it_should() -> None:
    assert causes_named("if cause == 'fee_transparency': pass") == ["fee_transparency"]
    assert causes_named("# fee_transparency goes first\nx = 1") == ["fee_transparency"]
    assert causes_named("x = 'other'") == ["other"]
    assert causes_named("x = ('promotion.misleading_ad', 1)") == ["promotion"]
    assert causes_named('"""One or the other, a promotion perhaps."""\nother = 1') == []
