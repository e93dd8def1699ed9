"""The contract with other systems: JSON Schemas (draft 2020-12) of what textmine writes, shipped with it.

Data only. Validating is the receiver's business, with any validator. Nothing here imports one.
"""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

from ..errors import UsageError

NAMES = ("tags", "issues", "counts", "manifest", "event")
"""Lines of tags.jsonl, lines of issues.jsonl, counts.json, manifest.json, events in an outbox."""


def schema(name: str) -> dict[str, Any]:
    """The JSON Schema of one kind of record; raises UsageError listing the names there are."""
    if name not in NAMES:
        raise UsageError(f"no schema named {name!r}; there are {', '.join(NAMES)}")
    loaded: dict[str, Any] = json.loads(files(__name__).joinpath(f"{name}.json").read_text("utf-8"))
    return loaded
