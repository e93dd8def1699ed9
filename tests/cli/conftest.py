"""What the command tests share: one classified folder, and the reader of such folders."""

from __future__ import annotations

import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest


@pytest.fixture(scope="session")
def folders() -> ModuleType:
    """The functions of folders.py; tests are no package, so it is loaded by its path."""
    spec = spec_from_file_location("folders", Path(__file__).with_name("folders.py"))
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def classified(samples: Path, small: tuple[str, ...], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that `classify` writes for the sample complaints, grouped by city. Not to be changed."""
    from textmine.cli.main import run

    folder = tmp_path_factory.mktemp("classified") / "complaints.textmine"
    arguments = ["classify", str(samples / "complaints.csv"), "-o", str(folder), "--by", "地市"]
    assert run([*arguments, "--no-mask", "--quiet", *small]) == 0
    return folder
