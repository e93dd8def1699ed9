"""The planted benchmark's modules: they lie in benchmarks/, which is no package, and import one another."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

FOLDER = Path(__file__).resolve().parents[2] / "benchmarks" / "planted"
NAMES = ("texts", "stream", "score", "slope")


@pytest.fixture(scope="session")
def planted() -> Iterator[SimpleNamespace]:
    """`planted.score`, `planted.slope`, `planted.stream`, `planted.texts`."""
    sys.path.insert(0, str(FOLDER))
    try:
        found: dict[str, ModuleType] = {name: import_module(name) for name in NAMES}
    finally:
        sys.path.remove(str(FOLDER))
    yield SimpleNamespace(**found)
    for name in NAMES:
        del sys.modules[name]
