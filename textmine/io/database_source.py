"""Reads the rows of a query as an input like any file: every value as text, one pass, read-only."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

from textmine.errors import InputError, UsageError
from textmine.io.database import database_errors, open_engine, shown
from textmine.io.header import unique_names
from textmine.io.parquet import as_text
from textmine.io.reasons import UNDECODABLE
from textmine.io.rows import Quarantined, Row, Tally
from textmine.io.sources import Source

_FETCH = 1024
_READ_ONLY = {
    "sqlite": "PRAGMA query_only = ON",
    "postgresql": "SET TRANSACTION READ ONLY",
    "mysql": "SET SESSION TRANSACTION READ ONLY",
    "mariadb": "SET SESSION TRANSACTION READ ONLY",
    "oracle": "SET TRANSACTION READ ONLY",
}
_ADVICE = "check the URL and the query"


class DatabaseReader:
    """One pass over the result of a query; its records count as physical lines."""

    def __init__(self, url: str, query: str) -> None:
        engine = open_engine(url)
        self._url = engine.url
        self._engine = engine
        self._digest = hashlib.sha256()
        self.tally = Tally(shown(engine.url))
        try:
            with self._errors():
                self._connection = engine.connect()
                self._result = self._run(query)
        except BaseException:
            self.close()
            raise
        self.columns = unique_names(tuple(self._result.keys()))
        self._digest.update("\x1f".join(self.columns).encode())

    @property
    def sha256(self) -> str:
        """Hash of columns and values read so far, so that the same rows are the same input."""
        return self._digest.hexdigest()

    def records(self) -> Iterator[Row | Quarantined]:
        """Rows, and quarantine entries for bytes that are no text, in the order of the query."""
        with self._errors():
            for values in self._result:
                yield self._record(values)

    def encoding_report(self) -> str:
        """Which kind of database it was."""
        return f"{self._url.get_backend_name()} query"

    def close(self) -> None:
        """Let go of the connection."""
        if hasattr(self, "_connection"):
            self._connection.close()
        self._engine.dispose()

    def _run(self, query: str) -> Any:
        kind = self._connection.dialect.name
        if kind in _READ_ONLY:
            self._connection.exec_driver_sql(_READ_ONLY[kind])
        # Rows are fetched as they are read, and a % in the query is the query's own.
        options = {"stream_results": True, "yield_per": _FETCH, "no_parameters": True}
        result = self._connection.exec_driver_sql(query, execution_options=options)
        if not result.returns_rows:
            raise UsageError("--query: returns no rows; give a SELECT")
        return result

    def _record(self, values: Any) -> Row | Quarantined:
        self.tally.physical_lines += 1
        line = self.tally.physical_lines
        texts = tuple([as_text(bytes(v) if isinstance(v, memoryview) else v) for v in values])
        known = tuple([text or "" for text in texts])
        self._digest.update(("\x1e" + "\x1f".join(known)).encode("utf-8", "surrogatepass"))
        if None in texts:
            return self.tally.quarantine(UNDECODABLE, "\t".join(known), line=line)
        return self.tally.row(known, line=line)

    def _errors(self) -> Any:
        return database_errors(self._url, InputError, _ADVICE)


class DatabaseSource(Source):
    """A query being read; its hash is that of the rows."""

    def __init__(self, reader: DatabaseReader) -> None:
        super().__init__(reader, name=reader.tally.file, bytes_read=None)
        self._query = reader

    @property
    def sha256(self) -> str:
        """Hash of columns and rows, complete after the last chunk."""
        return self._query.sha256


def open_query(url: str, query: str) -> DatabaseSource:
    """Open the result of a query as an input.

    The transaction is read-only where the database can. Raises UsageError (URL, statement without rows),
    InputError (no connection, wrong SQL), MissingExtraError.
    """
    return DatabaseSource(DatabaseReader(url, query))
