"""The checkers that hold the house up: import contracts, types, lint and format, over all of the code."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

BIN = Path(sys.executable).parent


def _run(*arguments: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        list(map(str, arguments)),
        cwd=cwd,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


def test_imports_point_down(installed_tree: Path) -> None:
    done = _run(BIN / "lint-imports", "--no-cache", cwd=installed_tree)

    assert done.returncode == 0, done.stdout
    assert "0 broken" in done.stdout


def test_an_import_that_points_up_is_noticed(installed_tree: Path, tmp_path: Path) -> None:
    import shutil

    shutil.copytree(installed_tree, tmp_path / "tree")
    with (tmp_path / "tree" / "textmine" / "records.py").open("a", encoding="utf-8") as file:
        file.write("\nimport textmine.pipeline\n")

    done = _run(BIN / "lint-imports", "--no-cache", cwd=tmp_path / "tree")

    assert done.returncode == 1
    assert "1 broken" in done.stdout


def test_types_are_sound_in_strict_mode(installed_tree: Path, root: Path) -> None:
    # The cache outlives the tree: a second run takes a second.
    cache = root / ".mypy_cache" / "installed"

    done = _run(
        *(sys.executable, "-m", "mypy", "--strict", "--cache-dir", cache, "-p", "textmine"),
        cwd=installed_tree,
    )

    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("check", [("check",), ("format", "--check")], ids=["lint", "format"])
def test_ruff_finds_nothing(root: Path, check: tuple[str, ...]) -> None:
    done = _run(sys.executable, "-m", "ruff", *check, ".", cwd=root)

    assert done.returncode == 0, done.stdout
