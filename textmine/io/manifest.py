"""manifest.json: what was read, with what, under which options, and the accounts that must add up."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from textmine.errors import InputError, OutputError
from textmine.io.counts_files import write_json
from textmine.io.rows import Accounts

SCHEMA = "textmine.manifest/1"

Option = str | int | float | bool | None | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class InputFile:
    """One input: its name, the hash of its bytes, how they were understood, and where its lines went."""

    name: str
    sha256: str
    encoding: str
    columns: tuple[str, ...]
    accounts: Accounts


@dataclass(frozen=True, slots=True)
class Part:
    """A versioned part that shaped the result: the code frame, the lexicons or the model."""

    version: str
    sha256: str


@dataclass(frozen=True, slots=True)
class RowCounts:
    """Records by outcome; every record that came in has exactly one."""

    rows_in: int
    rows_tagged: int
    rows_abstained: int
    rows_empty: int
    rows_quarantined: int

    @property
    def balanced(self) -> bool:
        """True when the outcomes add up to the records read."""
        return self.rows_in == (
            self.rows_tagged + self.rows_abstained + self.rows_empty + self.rows_quarantined
        )


@dataclass(frozen=True, slots=True)
class Manifest:
    """Everything needed to know, and to repeat, how a folder of results came about. Durations in seconds.

    `correction` says what corrected the counts of the folder, or why nothing did.
    """

    textmine_version: str
    inputs: tuple[InputFile, ...]
    rows: RowCounts
    taxonomy: Part
    lexicons: Part
    model: Part | None
    columns: Mapping[str, Option]
    options: Mapping[str, Option]
    seed: int
    durations: Mapping[str, float] = field(default_factory=dict)
    correction: Mapping[str, Any] = field(default_factory=dict)


def write_manifest(path: str | Path, manifest: Manifest) -> None:
    """Write the manifest atomically. Raises OutputError if its accounts do not add up."""
    rows = manifest.rows
    if not rows.balanced:
        raise OutputError(
            f"{path}: the accounts do not add up: {rows.rows_in} rows in, but {rows.rows_tagged} tagged, "
            f"{rows.rows_abstained} abstained, {rows.rows_empty} empty, {rows.rows_quarantined} quarantined; "
            "this is a fault of textmine, please report it"
        )
    for source in manifest.inputs:
        if not source.accounts.balanced:
            raise OutputError(
                f"{path}: the lines of {source.name} do not add up ({source.accounts}); "
                "this is a fault of textmine, please report it"
            )
    write_json(path, {"schema": SCHEMA, **asdict(manifest)})


def read_manifest(path: str | Path) -> Manifest:
    """Read a manifest back. Raises InputError for a missing, damaged or newer one."""
    advice = "classify the input again"
    try:
        data = json.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: cannot be read as a manifest ({error}); {advice}") from error
    if not isinstance(data, dict) or data.pop("schema", None) != SCHEMA:
        raise InputError(f"{path}: is no manifest of schema {SCHEMA}; {advice}")
    try:
        return _manifest(data)
    except (TypeError, KeyError) as error:
        raise InputError(f"{path}: lacks or has unknown fields ({error}); {advice}") from error


def _manifest(data: dict[str, Any]) -> Manifest:
    inputs = tuple(
        InputFile(
            **{
                **entry,
                "columns": tuple(entry["columns"]),
                "accounts": Accounts(**entry["accounts"]),
            }
        )
        for entry in data["inputs"]
    )
    parts = {
        name: Part(**data[name]) if data[name] is not None else None
        for name in ("taxonomy", "lexicons", "model")
    }
    mappings = {name: _with_tuples(data[name]) for name in ("columns", "options")}
    return Manifest(**{**data, **parts, **mappings, "inputs": inputs, "rows": RowCounts(**data["rows"])})


def _with_tuples(options: Mapping[str, Any]) -> dict[str, Option]:
    """Lists back to the tuples they were."""
    return {key: tuple(value) if isinstance(value, list) else value for key, value in options.items()}
