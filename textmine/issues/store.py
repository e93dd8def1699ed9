"""Keeps blobs in a folder so that a killed process never leaves half a ledger. Knows nothing of issues.

Every version of a blob is a file of its own, named by its hash; one small file, replaced in a single step,
says which versions belong together. Until that step the old ledger stands, after it the new one.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ..errors import InputError, OutputError

FORMAT = "textmine.ledger/2"
CURRENT = "current.json"


@dataclass(frozen=True, slots=True)
class Store:
    """A folder of blobs; `files` maps each blob's name to the file that holds it now."""

    folder: Path
    files: Mapping[str, str]
    version: int

    @classmethod
    def open(cls, folder: Path) -> Store:
        """Open a ledger's folder; a folder that does not exist or is empty is a new ledger.

        Raises InputError when the folder holds something else.
        """
        path = folder / CURRENT
        try:
            current = json.loads(path.read_bytes())
            if current["format"] != FORMAT:
                raise InputError(f"{path}: is of format {current['format']}; this version reads {FORMAT}")
            return cls(folder, dict(current["files"]), int(current["version"]))
        except FileNotFoundError:
            if folder.exists() and any(not _ours(entry.name) for entry in folder.iterdir()):
                raise InputError(f"{folder}: holds other files; give --state a folder of its own") from None
            return cls(folder, {}, 0)
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise InputError(f"{path}: cannot be read ({error}); restore it from a copy") from error

    def fetch(self, name: str) -> bytes | None:
        """A blob's bytes, None when there is none of that name. Raises InputError when it was damaged."""
        file = self.files.get(name)
        if file is None:
            return None
        try:
            data = (self.folder / file).read_bytes()
        except OSError as error:
            raise InputError(
                f"{self.folder / file}: {error.strerror}; restore the ledger from a copy"
            ) from error
        if _digest(data) not in file:
            raise InputError(f"{self.folder / file}: was changed or damaged; restore the ledger from a copy")
        return data

    def commit(self, blobs: Mapping[str, bytes]) -> Store:
        """Write blobs and make them current in one step; blobs not named stay. Raises OutputError."""
        files = dict(self.files)
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            for name, data in blobs.items():
                stem, dot, suffix = name.rpartition(".")
                files[name] = f"{stem}.{_digest(data)}{dot}{suffix}"
                if files[name] != self.files.get(name):
                    _write(self.folder / files[name], data)
            version = self.version + 1
            current = {"format": FORMAT, "version": version, "files": dict(sorted(files.items()))}
            _write(self.folder / CURRENT, json.dumps(current, indent=1).encode())
            _sync(self.folder)
        except OSError as error:
            raise OutputError(
                f"{self.folder}: cannot be written ({error.strerror}); the old ledger stands"
            ) from error
        done = Store(self.folder, files, version)
        done.sweep()
        return done

    def sweep(self) -> None:
        """Remove versions of blobs that no ledger names any more, and what a killed process left."""
        kept = {CURRENT, *self.files.values()}
        for entry in self.folder.iterdir():
            if entry.name not in kept and _ours(entry.name):
                entry.unlink(missing_ok=True)


def _write(path: Path, data: bytes) -> None:
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
    with temporary.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)


def _sync(folder: Path) -> None:
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:16]


def _ours(name: str) -> bool:
    return name == CURRENT or (name.startswith(".") and name.endswith(".tmp")) or name.count(".") >= 2
