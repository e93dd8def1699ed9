"""Reads the files of an output folder the way other programs would, with nothing of textmine's own."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any


def table(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file with a byte order mark."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def header(path: Path) -> list[str]:
    """The column names of a CSV file."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return next(csv.reader(file))


def objects(path: Path) -> list[dict[str, Any]]:
    """The objects of a JSON Lines file."""
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def one_object(path: Path) -> dict[str, Any]:
    """The object of a JSON file."""
    value = json.loads(path.read_text("utf-8"))
    assert isinstance(value, dict)
    return value
