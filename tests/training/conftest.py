"""What the training tests share: the banking corpus as rows, and a way to write rows to a file."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from textmine.classify.examples import Example, read_examples
from textmine.frame.frame import Frame

Write = Callable[[str, Iterable[dict[str, Any]]], Path]


@pytest.fixture(scope="session")
def corpus(banking: Path) -> Path:
    """The labelled verbatims of the small frame."""
    return banking.with_name("corpus.jsonl")


@pytest.fixture(scope="session")
def frame(banking: Path) -> Frame:
    return Frame.load(banking)


@pytest.fixture(scope="session")
def examples(corpus: Path, frame: Frame) -> tuple[Example, ...]:
    return read_examples([corpus], frame)


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """`write("reviewed.jsonl", rows)`: a JSON Lines file of rows."""

    def call(name: str, rows: Iterable[dict[str, Any]]) -> Path:
        path = tmp_path / name
        path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
        return path

    return call
