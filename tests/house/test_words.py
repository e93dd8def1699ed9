"""The project's text speaks of the product alone: no paths of a machine, no talk about its making."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

#: Written in parts, so that this file does not contain them.
PATHS = ("/" + "work/", ".." + "/shared", "/" + "tmp/", "/home" + "/", "/root" + "/")
TALK = re.compile(
    r"\b(?:Clau" r"de|Chat" r"GPT|Anth" r"ropic|Open" r"AI|Co" r"pilot|language mod" r"el|help" r"er sess)",
    re.IGNORECASE,
)
UNDONE = re.compile(r"\b(?:TO" r"DO|FIX" r"ME|XX" r"X)\b")
SUFFIXES = {".py", ".md", ".toml", ".txt", ".cfg", ".yml", ".yaml", ".json", ""}
SKIPPED = {"build", "dist", "models", "corpus"}


@pytest.fixture(scope="module")
def texts(root: Path) -> dict[str, str]:
    """The project's own text files by their path; labelled data and generated folders are left out."""
    found = {}
    for path in sorted(root.rglob("*")):
        parts = path.relative_to(root).parts
        hidden = any(part.startswith(".") and part != ".ci" for part in parts)
        left_out = (
            hidden or SKIPPED & set(parts[:-1]) or any(p.endswith((".egg-info", ".textmine")) for p in parts)
        )
        if path.is_file() and not left_out and path.suffix in SUFFIXES and "__pycache__" not in parts:
            found[path.relative_to(root).as_posix()] = path.read_text("utf-8")
    return found


def test_enough_files_are_looked_at(texts: dict[str, str]) -> None:
    assert {"README.md", "README.zh.md", ".ci/run", "cli/main.py", "docs/cli.md", "LICENSE"} <= set(texts)
    assert len(texts) > 100


def test_no_path_of_a_machine_is_written_down(texts: dict[str, str]) -> None:
    faults = [f"{name}: {path}" for name, text in texts.items() for path in PATHS if path in text]

    assert faults == []


def test_no_text_talks_about_how_it_was_made(texts: dict[str, str]) -> None:
    assert [f"{name}: {found[0]}" for name, text in texts.items() if (found := TALK.search(text))] == []


def test_nothing_is_left_for_later(texts: dict[str, str]) -> None:
    code = {name: text for name, text in texts.items() if name.endswith(".py")}

    assert [f"{name}: {found[0]}" for name, text in code.items() if (found := UNDONE.search(text))] == []
