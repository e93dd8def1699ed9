"""What others may want to hear of, as a record. Builds none from results, stores and sends nothing."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .. import __version__

SCHEMA = "textmine.event/1"


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened; `id` is what receivers tell repeats by, `timestamp` is UTC in ISO 8601."""

    id: str
    type: str
    timestamp: str
    data: Mapping[str, Any]

    @property
    def body(self) -> str:
        """The event as it is stored and sent: one JSON object of the schema SCHEMA."""
        record = {
            "schema": SCHEMA,
            "id": self.id,
            "type": self.type,
            "timestamp": self.timestamp,
            "textmine_version": __version__,
            "data": dict(self.data),
        }
        return json.dumps(record, ensure_ascii=False, allow_nan=False)
