"""Insert or replace rows by their key, in each database's own statement. Knows tables, not their content."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Dialect, Executable, Table, and_, bindparam, delete, insert, text

Values = Mapping[str, Any]


def upsert(connection: Connection, table: Table, rows: Sequence[Values]) -> None:
    """Insert rows, or replace those whose primary key is there already. Every row has every column.

    Databases without an upsert of their own get a delete and an insert in the running transaction.
    """
    if not rows:
        return
    statement = upsert_statement(table, connection.dialect)
    if statement is None:
        key = and_(*(column == bindparam(f"key_{column.name}") for column in table.primary_key))
        names = [column.name for column in table.primary_key]
        connection.execute(delete(table).where(key), [{f"key_{n}": row[n] for n in names} for row in rows])
        statement = insert(table)
    if connection.dialect.name == "oracle":
        places = _places(table)
        rows = [{place: row[name] for name, place in places.items()} for row in rows]
    connection.execute(statement, list(rows))


def upsert_statement(table: Table, dialect: Dialect) -> Executable | None:
    """The statement for one row with named parameters; None where there is none."""
    keys = [column.name for column in table.primary_key]
    rest = [column.name for column in table.columns if column.name not in keys]
    if dialect.name == "postgresql":
        from sqlalchemy.dialects.postgresql import insert as into_postgresql

        new = into_postgresql(table)
        return new.on_conflict_do_update(index_elements=keys, set_={n: new.excluded[n] for n in rest})
    if dialect.name == "sqlite":
        from sqlalchemy.dialects.sqlite import insert as into_sqlite

        put = into_sqlite(table)
        return put.on_conflict_do_update(index_elements=keys, set_={n: put.excluded[n] for n in rest})
    if dialect.name in ("mysql", "mariadb"):
        from sqlalchemy.dialects.mysql import insert as into_mysql

        row = into_mysql(table)
        return row.on_duplicate_key_update({n: row.inserted[n] for n in rest})
    if dialect.name == "oracle":
        return text(_merge(table, keys, dialect))
    return None


def _places(table: Table) -> dict[str, str]:
    """Column → parameter; Oracle takes no reserved word, such as date, as a parameter's name."""
    return {column.name: f"p{number}" for number, column in enumerate(table.columns)}


def _merge(table: Table, keys: Sequence[str], dialect: Dialect) -> str:
    """Oracle's MERGE, which SQLAlchemy has no words for; names are quoted as the dialect quotes them."""
    quote, places = dialect.identifier_preparer.quote, _places(table)
    new = ", ".join(f":{place} AS {place}" for place in places.values())
    same = " AND ".join(f"t.{quote(name)} = s.{places[name]}" for name in keys)
    change = ", ".join(f"t.{quote(name)} = s.{place}" for name, place in places.items() if name not in keys)
    names = ", ".join(map(quote, places))
    values = ", ".join(f"s.{place}" for place in places.values())
    # Only names of our own tables and parameters are written; every value is bound.
    parts = (
        f"MERGE INTO {quote(table.name)} t",
        f"USING (SELECT {new} FROM dual) s ON ({same})",  # noqa: S608 - as said above
        f"WHEN MATCHED THEN UPDATE SET {change}",
        f"WHEN NOT MATCHED THEN INSERT ({names}) VALUES ({values})",  # noqa: S608 - as said above
    )
    return " ".join(parts)
