"""Files that are either whole or absent: written beside their place, flushed to disk, then moved in.

A kill during a direct write leaves half a file that looks finished; a rename does not.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TextIO

from textmine.errors import OutputError

_BUFFER = 1 << 20


class AtomicFile:
    """A text file being written; `commit` puts it in place, `discard` leaves no trace.

    `text` is the open handle, `temporary` the path written to (for libraries that write by path). Raises
    OutputError naming the file when it cannot be written.
    """

    def __init__(self, path: str | Path, *, newline: str = "\n", encoding: str = "utf-8") -> None:
        self.path = Path(path)
        if self.path.exists() and not self.path.is_file():
            raise OutputError(f"{path}: is not a regular file; give the path of a file to write")
        target = self.path.resolve()
        self._target = target
        self.temporary = target.with_name(f".{target.name[:100]}.{secrets.token_hex(6)}.tmp")
        self._done = False
        with self.guard():
            handle = os.open(self.temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
            self.text: TextIO = os.fdopen(handle, "w", buffering=_BUFFER, newline=newline, encoding=encoding)

    def commit(self) -> None:
        """Flush to disk and move into place. Does nothing after `discard` or another `commit`."""
        if self._done:
            return
        try:
            with self.guard():
                self._close()
                _sync(self.temporary)
                self.temporary.replace(self._target)
                _sync(self._target.parent)
            self._done = True
        finally:
            self.discard()

    def discard(self) -> None:
        """Drop what was written; an earlier file of the same name stays as it was."""
        if self._done:
            return
        self._done = True
        with suppress(OSError):
            self._close()
        with suppress(OSError):
            self.temporary.unlink(missing_ok=True)

    @contextmanager
    def guard(self) -> Iterator[None]:
        """Turn the operating system's errors into OutputError."""
        try:
            yield
        except OSError as error:
            advice = "check that the folder exists, may be written and has room"
            raise OutputError(
                f"{self.path}: cannot be written ({error.strerror or error}); {advice}"
            ) from error

    def _close(self) -> None:
        if not self.text.closed:
            self.text.close()


@contextmanager
def atomic_writer(path: str | Path, *, newline: str = "\n", encoding: str = "utf-8") -> Iterator[TextIO]:
    """Open a text file for writing that appears at `path` only if the block ends without an error.

    `newline` is as in `open`. Raises OutputError naming the file when it cannot be written.
    """
    file = AtomicFile(path, newline=newline, encoding=encoding)
    try:
        with file.guard():
            yield file.text
        file.commit()
    finally:
        file.discard()


def _sync(path: Path) -> None:
    """Force a file's bytes, or a folder's entries, to disk where the system can."""
    if os.name == "nt" and path.is_dir():
        return
    handle = os.open(path, os.O_RDWR if os.name == "nt" else os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
