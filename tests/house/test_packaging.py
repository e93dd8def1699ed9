"""What installs: the package and nothing beside it, from a wheel as from a source archive."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest


def _backend(call: str, *, cwd: Path) -> None:
    code = f"from setuptools import build_meta; build_meta.{call}('dist')"
    (cwd / "dist").mkdir(exist_ok=True)
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=cwd, capture_output=True, encoding="utf-8", check=False
    )
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def sdist(build_tree: Path) -> Path:
    _backend("build_sdist", cwd=build_tree)
    (archive,) = (build_tree / "dist").glob("*.tar.gz")
    return archive


@pytest.fixture(scope="module")
def wheel(sdist: Path, tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """The wheel that is built from the unpacked source archive, as an installer does it."""
    folder = tmp_path_factory.mktemp("from_sdist")
    with tarfile.open(sdist) as archive:
        archive.extractall(folder, filter="data")
    (project,) = folder.iterdir()
    _backend("build_wheel", cwd=project)
    (path,) = (project / "dist").glob("*.whl")
    return zipfile.ZipFile(path)


def test_the_wheels_only_top_level_name_is_textmine(wheel: zipfile.ZipFile) -> None:
    tops = {name.partition("/")[0] for name in wheel.namelist()}

    assert {top for top in tops if not top.endswith(".dist-info")} == {"textmine"}


def test_the_wheel_holds_every_file_of_the_package(wheel: zipfile.ZipFile, installed_tree: Path) -> None:
    shipped = {name for name in wheel.namelist() if name.startswith("textmine/")}
    present = {
        path.relative_to(installed_tree).as_posix()
        for path in (installed_tree / "textmine").rglob("*")
        if path.is_file()
    }

    assert shipped == present
    assert "textmine/lexicons/taxonomy.toml" in shipped
    assert "textmine/models/telecom/model.json" in shipped
    assert "textmine/py.typed" in shipped


def test_the_wheel_holds_no_tests_and_no_pickles(wheel: zipfile.ZipFile) -> None:
    assert [name for name in wheel.namelist() if "test" in name or name.endswith((".pkl", ".joblib"))] == []


def test_every_package_folder_is_named_in_the_settings(root: Path) -> None:
    settings = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["tool"]["setuptools"]
    folders = {path.parent for path in (root / "textmine").rglob("__init__.py")}
    packages = {".".join(folder.relative_to(root).parts) for folder in folders}

    assert set(settings["packages"]) == packages | {
        f"textmine.{name}" for name in ("cli", "lexicons", "models")
    }


def test_the_wheel_runs_by_itself(wheel: zipfile.ZipFile, tmp_path: Path) -> None:
    wheel.extractall(tmp_path)  # noqa: S202 - built a moment ago
    code = "import textmine, textmine.cli.main as m; print(textmine.__file__); m.app()"

    done = subprocess.run(
        [sys.executable, "-c", code, "frame", "show"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path), "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[0] == str(tmp_path / "textmine" / "__init__.py")
    assert "network_coverage" in done.stdout


def test_the_default_install_needs_no_torch(root: Path) -> None:
    project = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]

    assert not [name for name in project["dependencies"] if "torch" in name or "transformers" in name]
    assert "embed" in project["optional-dependencies"]


def test_one_version_everywhere(root: Path) -> None:
    from textmine import __version__

    project = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]

    assert project["version"] == __version__
    assert f"## {__version__}" in (root / "CHANGELOG.md").read_text("utf-8")
