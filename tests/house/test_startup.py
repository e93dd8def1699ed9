"""Commands that need nothing heavy load nothing heavy, and answer at once; nothing ever calls out."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from statistics import median

import pytest

HEAVY = {
    "numpy", "scipy", "pandas", "sklearn", "pyarrow", "jieba", "rjieba", "hdbscan",
    "opencc", "python_calamine", "xlsxwriter", "safetensors", "jinja2", "torch", "pyspark", "fastapi",
    "sentence_transformers", "pptx", "lxml",
}  # fmt: skip
NETWORKED = {"torch", "sentence_transformers", "requests", "httpx", "aiohttp", "urllib3", "http.client"}

FACTOR = 5
ROUNDS = 5


def _loaded_after(code: str, *arguments: str, cwd: Path) -> set[str]:
    """The modules in memory after the code ran with these arguments; opening a connection is an error."""
    program = f"""
import sys
def forbid(event, _):
    if event in ("socket.connect", "socket.getaddrinfo", "socket.sendto"):
        raise RuntimeError("a connection was opened")
sys.addaudithook(forbid)
try:
    {code}
except SystemExit as leaving:
    assert not leaving.code, leaving.code
import json
print("\\n" + json.dumps(list(sys.modules)))
"""
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments],
        cwd=cwd,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stdout.splitlines()[-1]))


APP = "from textmine.cli.main import app; app()"


def test_importing_the_package_loads_nothing_heavy(tmp_path: Path) -> None:
    assert _loaded_after("import textmine", cwd=tmp_path).isdisjoint(HEAVY | {"typer", "rich"})


@pytest.mark.parametrize("arguments", [("--help",), ("classify", "--help"), ("--version",)], ids=" ".join)
def test_help_loads_nothing_heavy(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    assert _loaded_after(APP, *arguments, cwd=tmp_path).isdisjoint(HEAVY)


def test_classify_opens_no_connection_and_loads_nothing_that_could(
    samples: Path, small: tuple[str, ...], tmp_path: Path
) -> None:
    loaded = _loaded_after(APP, "classify", str(samples / "survey.csv"), "-q", *small, cwd=tmp_path)

    assert "numpy" in loaded
    assert loaded.isdisjoint(NETWORKED | {"sklearn", "pandas", "pyarrow", "jieba"})


def test_help_takes_at_most_five_times_an_import_of_typer() -> None:
    help_times, typer_times = [], []
    for _ in range(ROUNDS):
        help_times.append(_seconds(APP, "--help"))
        typer_times.append(_seconds("import typer"))

    assert median(help_times) <= FACTOR * median(typer_times)


def _seconds(code: str, *arguments: str) -> float:
    started = time.perf_counter()
    subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, check=True)
    return time.perf_counter() - started
