"""reviewed.json: rows of a classified folder, drawn by lot, whose causes a person has set.

Belongs to one classification and says to which, so that another one's tags are never judged by it. Holds
no texts; estimates nothing.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ..counts.error_rates import Codes, ErrorRates
from ..errors import InputError
from .counts_files import write_json
from .identity import classification_id
from .manifest import Manifest

NAME = "reviewed.json"
SCHEMA = "textmine.reviewed/1"


@dataclass(frozen=True, slots=True)
class Seen:
    """What a person and the model gave a row."""

    true: Codes
    given: Codes


@dataclass(frozen=True, slots=True)
class Reviewed:
    """The reviewed rows of a folder by key; `fits` is False when they are another classification's."""

    rows: Mapping[str, Seen]
    fits: bool = True

    @property
    def rates(self) -> ErrorRates:
        return ErrorRates.from_rows((seen.true, seen.given) for seen in self.rows.values())


def read_reviewed(folder: Path, manifest: Manifest) -> Reviewed | None:
    """The reviewed rows of a folder, None without the file. Raises InputError for a damaged one.

    Rows of another classification are not read: what the model gave then says nothing of its tags now.
    """
    path = folder / NAME
    if not path.is_file():
        return None
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        if data.get("schema") != SCHEMA or data["classification"] != classification_id(manifest):
            return Reviewed({}, fits=False)
        rows = {key: Seen(tuple(true), tuple(given)) for key, (true, given) in data["rows"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(
            f"{path}: cannot be read as reviewed rows ({error!r}); delete it and run `textmine review import`"
        ) from error
    return Reviewed(rows)


def write_reviewed(folder: Path, manifest: Manifest, rows: Mapping[str, Seen]) -> None:
    """Write the reviewed rows of a folder. Raises OutputError."""
    listed = {key: [rows[key].true, rows[key].given] for key in sorted(rows)}
    data = {"schema": SCHEMA, "classification": classification_id(manifest), "rows": listed}
    write_json(folder / NAME, data)
