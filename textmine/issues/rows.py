"""A row as the tracker sees it, and what of it is counted. Pure; knows no state."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .matter import Matter


@dataclass(frozen=True, slots=True)
class TrackedRow:
    """One verbatim as the tracker sees it. `text` is masked; `groups` are values of the user's columns.

    `key` identifies the row from run to run; `cause` is the primary code, '' when none was found.
    """

    key: str
    period: str
    text: str
    matter: Matter
    cause: str
    causes: tuple[str, ...] = ()
    touchpoints: tuple[str, ...] = ()
    groups: tuple[tuple[str, str], ...] = ()


def series_of(row: TrackedRow) -> list[str]:
    """The names of the series of the code frame that a row counts in."""
    return [
        name
        for code in row.causes
        for name in (
            f"cause:{code}",
            *(f"cause:{code}|touchpoint:{touchpoint}" for touchpoint in row.touchpoints),
            *(f"cause:{code}|{column}:{value}" for column, value in row.groups if value),
        )
    ]


def codes_of(name: str) -> set[str]:
    """The cause and subcause that a series of the code frame counts."""
    code = name.partition("|")[0].partition(":")[2]
    return {code, code.partition(".")[0]}


def hashes(values: Sequence[str]) -> NDArray[np.uint64]:
    """Eight bytes of each value's hash: the same everywhere and for ever."""
    found = [
        int.from_bytes(hashlib.blake2b(v.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little")
        for v in values
    ]
    return np.array(found, np.uint64)
