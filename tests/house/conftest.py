"""What the tests of the house share: the files of the project, and the package laid out as it installs."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

#: Folders that stand at the top of the checkout and install inside the package.
MAPPED = ("cli", "lexicons", "models")
_LEFT_OUT = shutil.ignore_patterns("__pycache__", "*.egg-info", ".*")


@pytest.fixture(scope="session")
def installed_tree(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that holds `textmine` with cli, lexicons and models inside, and the project's settings."""
    tree = tmp_path_factory.mktemp("tree")
    shutil.copytree(root / "textmine", tree / "textmine", ignore=_LEFT_OUT)
    for name in MAPPED:
        shutil.copytree(root / name, tree / "textmine" / name, ignore=_LEFT_OUT)
    shutil.copy(root / "pyproject.toml", tree)
    return tree


@pytest.fixture(scope="session")
def build_tree(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of what a build needs, so that no build folder appears in the checkout."""
    tree = tmp_path_factory.mktemp("build")
    for name in ("textmine", "tests", "data_samples", *MAPPED):
        shutil.copytree(root / name, tree / name, ignore=_LEFT_OUT)
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(root / name, tree)
    return tree


@pytest.fixture(scope="session")
def sources(installed_tree: Path) -> list[Path]:
    """Every Python file of the package, the commands among them."""
    return sorted((installed_tree / "textmine").rglob("*.py"))
