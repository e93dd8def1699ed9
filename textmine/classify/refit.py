"""Which corrections still fit after the code frame has changed. Goes through records; reads no files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from ..frame.mapping import CodeMap

Fit = Literal["fits", "recoded", "unfit"]


@dataclass(frozen=True, slots=True)
class Refitted:
    """One correction: `record` is in new codes unless it is `unfit`; `number` is its line in the file.

    `codes` are those that have no one place in the new frame.
    """

    number: int
    id: str
    fit: Fit
    record: Mapping[str, Any]
    codes: tuple[str, ...] = ()


def refit(records: Iterable[tuple[int, Mapping[str, Any]]], codes: CodeMap) -> tuple[Refitted, ...]:
    """Put labelled records (line number, record) into new codes where every code has exactly one place."""
    return tuple(_refitted(number, record, codes) for number, record in records)


def _refitted(number: int, record: Mapping[str, Any], codes: CodeMap) -> Refitted:
    labels = [cause["code"] for cause in record["causes"]]
    primary = record.get("primary")
    said = dict.fromkeys([*labels, *([primary] if primary else [])])
    id = str(record.get("id", number))
    open_ = tuple(code for code in said if code not in codes.moves or len(codes.moves[code].new) != 1)
    if open_:
        return Refitted(number, id, "unfit", record, open_)
    new = {code: codes.moves[code].new[0] for code in said}
    if all(code == place for code, place in new.items()):
        return Refitted(number, id, "fits", record)
    causes: dict[str, dict[str, Any]] = {}
    for cause in record["causes"]:
        causes.setdefault(new[cause["code"]], {**cause, "code": new[cause["code"]]})
    changed = {**record, "causes": list(causes.values())}
    if primary:
        changed["primary"] = new[primary]
    return Refitted(number, id, "recoded", changed)
