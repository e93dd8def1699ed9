"""The gate as a module: it lives in benchmarks/, which is no package, so it is loaded by its path."""

from __future__ import annotations

import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest

GATE = Path(__file__).resolve().parents[2] / "benchmarks" / "corpus_gate.py"


@pytest.fixture(scope="session")
def gate() -> ModuleType:
    spec = spec_from_file_location("corpus_gate", GATE)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    sys.modules[spec.name] = module  # slotted dataclasses look their module up by name
    spec.loader.exec_module(module)
    return module
