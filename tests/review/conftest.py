"""What the tests of the review share: a classified folder and its code frame."""

from __future__ import annotations

from pathlib import Path

import pytest
from textmine.cli.main import run

from textmine.frame.frame import Frame


@pytest.fixture(scope="session")
def folder(samples: Path, small: tuple[str, ...], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample complaints as the small model reads them."""
    out = tmp_path_factory.mktemp("review") / "complaints"
    assert run(["classify", str(samples / "complaints.csv"), "-o", str(out), "-q", *small]) == 0
    return out


@pytest.fixture(scope="session")
def frame(banking: Path) -> Frame:
    return Frame.load(banking)
