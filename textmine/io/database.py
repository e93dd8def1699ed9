"""Opens databases by URL: the driver by name, errors without passwords or customers' words. No tables here.

SQLAlchemy is an optional part; only this file and its `database_…` neighbours import it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from textmine.errors import MissingExtraError, TextmineError, UsageError

if TYPE_CHECKING:
    from sqlalchemy import URL, Engine

EXTRA = "db"
_DRIVERS = {
    "postgres": "postgresql+psycopg",
    "postgresql": "postgresql+psycopg",
    "mysql": "mysql+pymysql",
    "mariadb": "mariadb+pymysql",
    "oracle": "oracle+oracledb",
}
"""The driver for a URL that names none."""
_EXTRAS = {"mysql": "mysql", "mariadb": "mysql", "oracle": "oracle"}


def open_engine(url: str) -> Engine:
    """An engine for a database URL such as `sqlite:///tags.db` or `postgresql://user:password@host/name`.

    Raises UsageError for what is no such URL, MissingExtraError when the driver is not installed. Nothing is
    connected yet.
    """
    parsed = parse_url(url)
    from sqlalchemy import create_engine
    from sqlalchemy.exc import ArgumentError, NoSuchModuleError

    kind = parsed.get_backend_name()
    try:
        # The words of customers are parameters: no message may show them.
        return create_engine(parsed, hide_parameters=True)
    except ModuleNotFoundError as error:
        raise MissingExtraError(f"the database {kind}", _EXTRAS.get(kind, EXTRA)) from error
    except (NoSuchModuleError, ArgumentError, ImportError) as error:
        raise UsageError(
            f"{shown(parsed)}: no such kind of database; there are sqlite, postgresql, mysql, oracle"
        ) from error


def parse_url(url: str) -> URL:
    """A database URL in parts, with its driver. Raises UsageError and MissingExtraError."""
    try:
        from sqlalchemy import make_url
        from sqlalchemy.exc import ArgumentError
    except ModuleNotFoundError as error:
        raise MissingExtraError("a database", EXTRA) from error
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError) as error:
        # The text itself is not repeated: it may hold a password.
        raise UsageError(
            "not a database URL; write for example sqlite:///tags.db or postgresql://user@host/name"
        ) from error
    return parsed.set(drivername=_DRIVERS.get(parsed.drivername, parsed.drivername))


def shown(url: URL) -> str:
    """A URL for people and manifests: without user, password and options."""
    kind = url.get_backend_name()
    bare = type(url).create(kind, host=url.host, port=url.port, database=url.database)
    return bare.render_as_string()


@contextmanager
def database_errors(url: URL, kind: type[TextmineError], advice: str) -> Iterator[None]:
    """Turn SQLAlchemy's errors into errors of `kind` that name the database and what to do."""
    from sqlalchemy.exc import DBAPIError, SQLAlchemyError

    try:
        yield
    except DBAPIError as error:
        raise kind(f"{shown(url)}: {_first_line(error.orig)}; {advice}") from error
    except SQLAlchemyError as error:
        raise kind(f"{shown(url)}: {type(error).__name__}; {advice}") from error


def _first_line(error: BaseException | None) -> str:
    """A driver's message as far as it speaks of the statement; what follows may quote a row."""
    said = str(error.args[-1] if error is not None and error.args else error or "failed")
    return said.strip().partition("\n")[0][:200]
