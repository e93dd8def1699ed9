"""What the code may not do, read from the code itself: run data, reach out, or import where it should not."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

#: Each heavy library and the only places that may import it.
PLACES = {
    "jieba": ("text/segment.py",),
    "rjieba": ("text/segment.py",),
    "opencc": ("text/normalize.py",),
    "safetensors": ("classify/model.py", "issues/"),
    "sklearn": ("classify/train.py",),
    "hdbscan": ("issues/cluster.py",),
    "sentence_transformers": ("issues/embed.py", "classify/encoder.py"),
    "pyspark": ("engines/spark.py",),
    "pyarrow": ("io/parquet.py", "io/tagged_tables.py"),
    "python_calamine": ("io/workbook_child.py",),
    "xlsxwriter": ("io/tagged_tables.py", "report/", "review/"),
    "jinja2": ("report/", "service/"),
    "markupsafe": ("report/", "service/"),
    "pptx": ("report/",),
    "lxml": ("report/",),
    "sqlalchemy": ("io/database", "push.py"),
    "fastapi": ("service/",),
    "starlette": ("service/",),
    "pydantic": ("service/",),
    "uvicorn": ("service/",),
    "anyio": ("service/",),
    "confluent_kafka": ("events/kafka.py",),
    "typer": ("cli/",),
    "rich": ("cli/",),
    "numpy": ("text/", "frame/", "classify/", "counts/", "issues/", "report/weekly.py"),
    "scipy": ("frame/tables.py", "classify/", "counts/", "issues/"),
    "threadpoolctl": ("issues/",),
    "pandas": (),
}
RUNS_DATA = {"pickle", "cPickle", "_pickle", "dill", "cloudpickle", "joblib", "marshal", "shelve"}
#: The only places that may open a connection: the service, and the sender of events that a user asks for.
CONNECTED = ("service/", "events/webhook.py")
REACHES_OUT = {"socket", "ssl", "http", "urllib", "ftplib", "smtplib", "requests", "httpx", "aiohttp"}
#: Distributions whose import has another name.
DISTRIBUTED_AS = {
    "sklearn": "scikit-learn",
    "confluent_kafka": "confluent-kafka",
    "pptx": "python-pptx",
    "python_calamine": "python-calamine",
    "sentence_transformers": "sentence-transformers",
}


def _imports(path: Path) -> Iterator[str]:
    """The dotted names of what a file imports from outside the package."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield node.module


@pytest.fixture(scope="module")
def imported(sources: list[Path], installed_tree: Path) -> set[tuple[str, str]]:
    """(file within the package, top-level name it imports)."""
    return {
        (path.relative_to(installed_tree / "textmine").as_posix(), name.partition(".")[0])
        for path in sources
        for name in _imports(path)
    }


def test_each_heavy_library_is_imported_in_its_place_only(imported: set[tuple[str, str]]) -> None:
    strays = [
        f"{file} imports {name}"
        for file, name in sorted(imported)
        if name in PLACES and not file.startswith(PLACES[name])
    ]

    assert strays == []


def test_every_library_has_a_place_and_is_declared(imported: set[tuple[str, str]], root: Path) -> None:
    project = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]
    extras = [
        name for extra, names in project["optional-dependencies"].items() if extra != "dev" for name in names
    ]
    declared = {re.split(r"[<>=\[; ]", name)[0] for name in (*project["dependencies"], *extras)}
    used = {name for _, name in imported} - set(sys.stdlib_module_names) - {"textmine", "__future__"}

    assert used <= set(PLACES)
    assert {DISTRIBUTED_AS.get(name, name) for name in used} <= declared


def test_nothing_unpickles_or_reaches_out(imported: set[tuple[str, str]]) -> None:
    faults = [
        f"{file} imports {name}"
        for file, name in sorted(imported)
        if name in RUNS_DATA or (name in REACHES_OUT and not file.startswith(CONNECTED))
    ]

    assert faults == []


def test_nothing_is_evaluated(sources: list[Path]) -> None:
    calls = [
        f"{path.name}:{node.lineno} calls {node.func.id}"
        for path in sources
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in ("eval", "exec", "compile", "__import__")
    ]

    assert calls == []


def test_every_file_says_what_it_is(sources: list[Path]) -> None:
    empty_or_said = [
        path
        for path in sources
        if not path.read_text("utf-8").strip() or ast.get_docstring(ast.parse(path.read_text("utf-8")))
    ]

    assert empty_or_said == sources


def test_commands_import_their_own_folder_relatively(root: Path) -> None:
    faults = [
        path.name
        for path in (root / "cli").glob("*.py")
        for name in _imports(path)
        if name.partition(".")[0] in ("cli", "textmine")
    ]

    assert faults == []
