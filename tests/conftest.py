"""What all tests share: the samples, a small model trained on the spot, and two ways to run a command."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from textmine.classify.reader import Reader

ROOT = Path(__file__).resolve().parents[1]
APP = (sys.executable, "-c", "from textmine.cli.main import app; app()")


def pytest_configure(config: pytest.Config) -> None:
    """Messages in English, tables of one width and no colour, whoever runs the tests and wherever."""
    os.environ.update(TEXTMINE_LANG="en", COLUMNS="120")
    for name in ("NO_COLOR", "FORCE_COLOR"):
        os.environ.pop(name, None)


@dataclass(frozen=True, slots=True)
class Done:
    """A finished command: exit code, standard output, standard error."""

    code: int
    out: str
    err: str


Command = Callable[..., Done]


@pytest.fixture(scope="session")
def root() -> Path:
    """The checkout."""
    return ROOT


@pytest.fixture(scope="session")
def samples() -> Path:
    """The folder of sample data."""
    return ROOT / "data_samples"


@pytest.fixture(scope="session")
def banking() -> Path:
    """A small code frame of another industry, with its cues beside it."""
    return ROOT / "data_samples" / "banking" / "taxonomy.toml"


@pytest.fixture(scope="session")
def small_model(banking: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of a model for the small frame, trained once a run of the tests (about two seconds)."""
    from textmine.cli.main import run

    folder = tmp_path_factory.mktemp("models") / "small"
    corpus = banking.with_name("corpus.jsonl")
    assert run(["train", str(corpus), "-o", str(folder), "--frame", str(banking), "--quiet"]) == 0
    return folder


@pytest.fixture(scope="session")
def small_reader(banking: Path, small_model: Path) -> Reader:
    """A reader with the small model."""
    from textmine.classify.reader import Reader

    return Reader.load(model=small_model, frame=banking)


@pytest.fixture(scope="session")
def small(banking: Path, small_model: Path) -> tuple[str, ...]:
    """The options that make a command use the small model and frame."""
    return ("--model", str(small_model), "--frame", str(banking))


@pytest.fixture(scope="session")
def chromium() -> str:
    """The program of a Chromium; the test is skipped where there is none."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    found = next((path for name in names if (path := shutil.which(name))), None)
    if found is None:
        pytest.skip("no Chromium here: apt-get install chromium")
    return found


@pytest.fixture
def command(capsys: pytest.CaptureFixture[str]) -> Command:
    """`command("frame", "show")`: run a command line in this process."""
    from textmine.cli.main import run

    def call(*arguments: str | Path) -> Done:
        capsys.readouterr()
        code = run([str(argument) for argument in arguments])
        return Done(code, *capsys.readouterr())

    return call


@pytest.fixture(scope="session")
def process() -> Command:
    """`process("frame", "show", env={…})`: run a command line as users do, in a process of its own."""

    def call(*arguments: str | Path, env: Mapping[str, str] | None = None, **more: Any) -> Done:
        encoding = more.pop("encoding", "utf-8")
        done = subprocess.run(
            [*APP, *map(str, arguments)],
            capture_output=True,
            env={**os.environ, "PYTHONIOENCODING": encoding, **(env or {})},
            timeout=120,
            check=False,
            **more,
        )
        return Done(done.returncode, done.stdout.decode(encoding), done.stderr.decode(encoding))

    return call
