"""The tables that textmine keeps in a database, and how a record becomes a row. Definitions only.

Names bear the prefix `textmine_`, since `rows` is a reserved word in MySQL and Oracle. Empty strings may come
back as NULL (Oracle makes no difference), so no column outside the keys is NOT NULL.
"""

from __future__ import annotations

from sqlalchemy import Column, Double, Engine, Integer, MetaData, String, Table, Text
from sqlalchemy.schema import CreateTable

_KEY, _CODE, _GROUP = 64, 128, 190
"""Lengths of keys in characters; the sum stays below the 3,072 bytes of an InnoDB key in utf8mb4."""
ALL = "*"
"""Group column and value of the counts over all rows (an empty string would be NULL in Oracle)."""

METADATA = MetaData()


def _read_row() -> tuple[Column[str], Column[int], Column[str]]:
    """What names a row wherever it was read: the input's hash, its number in it, and who read it."""
    return (
        Column("source", String(_KEY), primary_key=True),
        Column("row_number", Integer, primary_key=True, autoincrement=False),
        Column("model_version", String(_KEY), primary_key=True),
    )


ROWS = Table(
    "textmine_rows",
    METADATA,
    *_read_row(),
    Column("taxonomy_version", String(_KEY)),
    Column("schema", String(_KEY)),
    Column("input", Text),
    Column("id", Text),
    Column("date", Text),
    Column("period", String(16)),
    Column("fields", Text),
    Column("text", Text),
    Column("status", String(16)),
    Column("primary_code", String(_CODE)),
    Column("primary_cause", String(_CODE)),
    Column("stance", String(16)),
    Column("touchpoints", Text),
    Column("risk", Text),
    Column("score", Double),
    Column("issue_id", String(_KEY)),
    Column("push", String(_KEY)),
)

TAGS = Table(
    "textmine_tags",
    METADATA,
    *_read_row(),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("taxonomy_version", String(_KEY)),
    Column("code", String(_CODE), index=True),
    Column("cause", String(_CODE)),
    Column("subcause", String(_CODE)),
    Column("score", Double),
    Column("start_at", Integer),
    Column("end_at", Integer),
    Column("evidence", Text),
)

COUNTS = Table(
    "textmine_counts",
    METADATA,
    Column("source", String(_KEY), primary_key=True),
    Column("model_version", String(_KEY), primary_key=True),
    Column("group_column", String(_KEY), primary_key=True),
    Column("group_value", String(_GROUP), primary_key=True),
    Column("level", String(16), primary_key=True),
    Column("code", String(_CODE), primary_key=True),
    Column("taxonomy_version", String(_KEY)),
    Column("cause_zh", Text),
    Column("cause_en", Text),
    Column("branch", Text),
    Column("n", Integer),
    Column("share", Double),
    Column("cumulative_share", Double),
    Column("class", String(1)),
    Column("n_corrected", Double),
    Column("n_low", Double),
    Column("n_high", Double),
)

ISSUES = Table(
    "textmine_issues",
    METADATA,
    Column("ledger", String(_KEY), primary_key=True),
    Column("issue_id", String(_KEY), primary_key=True),
    Column("model_version", String(_KEY)),
    Column("taxonomy_version", String(_KEY)),
    Column("label", Text),
    Column("terms", Text),
    Column("first_seen", String(16)),
    Column("status", String(16)),
    Column("size", Integer),
    Column("by_period", Text),
    Column("exemplars", Text),
    Column("parents", Text),
    Column("merged_into", String(_KEY)),
    Column("first_alert", String(16)),
)

PROGRESS = Table(
    "textmine_progress",
    METADATA,
    Column("source", String(_KEY), primary_key=True),
    Column("model_version", String(_KEY), primary_key=True),
    Column("push", String(_KEY)),
    Column("rows_done", Integer),
    Column("finished", Integer),
    Column("changed_at", String(32)),
)


def ddl(engine: Engine) -> str:
    """The statements that make the tables in this database's own words."""
    statements = [str(CreateTable(table).compile(engine)).strip() for table in METADATA.sorted_tables]
    return ";\n\n".join(statements) + ";\n"
