"""A table of influence coefficients: two columns, what is weighed and its weight.

The first column's name says what is weighed: causes, touchpoints or either (代码, 原因, 触点, code, cause,
touchpoint, …), or a column of the input (渠道, …). Codes and names are both understood.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Literal

from textmine.counts.pareto import ANY
from textmine.counts.weights import Weights
from textmine.errors import UsageError
from textmine.frame.frame import Frame
from textmine.io.header import normal_name
from textmine.io.sources import open_source

Kind = Literal["cause", "touchpoint", "either"]

KEY_NAMES: Mapping[str, Kind] = {
    "原因": "cause", "子原因": "cause", "不满原因": "cause", "cause": "cause", "subcause": "cause",
    "触点": "touchpoint", "环节": "touchpoint", "商业过程": "touchpoint", "touchpoint": "touchpoint",
    "代码": "either", "项目": "either", "code": "either", "key": "either",
}  # fmt: skip
"""Names of the first column that mean the code frame's own; any other must be a column of the input."""


def read_weights(path: str, *, frame: Frame, columns: Sequence[str] = ()) -> Weights:
    """Read a table of weights for rows with the input columns `columns`.

    Raises UsageError naming file and row: a column or key that is not known, a weight that is no number or
    negative, a key twice; InputError for a file that cannot be read.
    """
    with open_source(path) as source:
        header = source.columns
        rows = [(row.number, row.values) for chunk in source.chunks(1024) for row in chunk.rows]
    if len(header) < 2:
        raise UsageError(f"{path}: has {len(header)} column; two are needed: what is weighed, and its weight")
    kind, column = _key_column(path, header[0], columns)
    names = _names(frame, kind) if kind else {}
    values: dict[str, float] = {}
    for number, cells in rows:
        key = cells[0].strip()
        if kind and key != ANY:
            key = _code(path, number, key, names)
        if key in values:
            raise UsageError(f"{path}: row {number}: {cells[0]} is weighed twice; keep one line of it")
        values[key] = _weight(path, number, cells[1])
    if not values:
        raise UsageError(f"{path}: holds no weights; give one line for each {header[0]}")
    return Weights(values, column, path)


def _key_column(path: str, name: str, columns: Sequence[str]) -> tuple[Kind | None, str]:
    normal = normal_name(name)
    if normal in KEY_NAMES:
        return KEY_NAMES[normal], ""
    for column in columns:
        if normal_name(column) == normal:
            return None, column
    known = ", ".join(dict.fromkeys((*KEY_NAMES, *columns)))
    raise UsageError(
        f"{path}: {name!r} is no column that can be weighed by; its header may be one of: {known}"
    )


def _names(frame: Frame, kind: Kind) -> dict[str, set[str]]:
    """Codes by code and by name, in lower case."""
    entries = []
    if kind in ("cause", "either"):
        entries += [(code, (frame.zh(code), frame.en(code))) for code in (*frame.causes, *frame.codes)]
    if kind in ("touchpoint", "either"):
        entries += [(point.code, (point.zh, point.en)) for point in frame.touchpoints]
    found: dict[str, set[str]] = {}
    for code, names in entries:
        for name in (code, *names):
            found.setdefault(name.lower(), set()).add(code)
    return found


def _code(path: str, row: int, key: str, names: Mapping[str, set[str]]) -> str:
    codes = names.get(key.lower(), set())
    if len(codes) == 1:
        return next(iter(codes))
    if codes:
        raise UsageError(
            f"{path}: row {row}: {key} may be any of {', '.join(sorted(codes))}; "
            "write the code, or call the column 原因/cause or 触点/touchpoint"
        )
    raise UsageError(
        f"{path}: row {row}: the code frame has no {key!r}; `textmine frame show` lists its codes and names"
    )


def _weight(path: str, row: int, cell: str) -> float:
    try:
        weight = float(cell)
    except ValueError:
        raise UsageError(f"{path}: row {row}: {cell!r} is not a number; correct the weight") from None
    if not (math.isfinite(weight) and weight >= 0):
        raise UsageError(f"{path}: row {row}: a weight of {cell} makes no sense; give zero or more")
    return weight
