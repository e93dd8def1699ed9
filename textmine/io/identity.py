"""Names for inputs and rows that are the same wherever and whenever the same bytes are read. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

from .folder import ClassifiedFolder
from .manifest import Manifest, Option


def source_id(folder: ClassifiedFolder) -> str:
    """The name of a folder's inputs: the same bytes in the same order have the same one."""
    hashes = "\n".join(part.sha256 for part in folder.manifest.inputs)
    return hashlib.sha256(hashes.encode()).hexdigest()[:32]


def classification_id(manifest: Manifest) -> str:
    """The name of what was read in a folder's rows: another input, model, frame or threshold has another."""
    parts = (manifest.taxonomy, manifest.lexicons, manifest.model)
    options = ("encoding", "sheet", "min_precision", "reframed_from")
    shaped_by = [
        [part.sha256 for part in manifest.inputs],
        column_names(manifest.columns["text"]),
        [part and part.sha256 for part in parts],
        [manifest.options.get(name) for name in options],
    ]
    return hashlib.sha256(json.dumps(shaped_by).encode()).hexdigest()[:32]


def row_key(source: str, number: int, text: str) -> str:
    """A row's name outside its folder: by input, place and words, so that it can fit no other row.

    Letters in front keep spreadsheets from reading a number or a date into it.
    """
    said = f"{source}\n{number}\n{text}"
    return f"row-{hashlib.sha256(said.encode('utf-8', 'surrogatepass')).hexdigest()[:16]}"


def verbatim(said: Mapping[str, str], text_columns: Option) -> str:
    """The customer's words as they were read: the text columns joined by line feeds."""
    return "\n".join(filter(None, (said.get(name, "") for name in column_names(text_columns))))


def column_names(columns: Option) -> tuple[str, ...]:
    """Columns as a manifest records them."""
    return columns if isinstance(columns, tuple) else ()
