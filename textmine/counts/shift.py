"""How the Pareto table shifts from one code frame to the next: before beside after. Numbers only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .pareto import Level, ParetoRow


@dataclass(frozen=True, slots=True)
class Place:
    """Where a code stands: its rank from 1, the rows that have it, its share of the bars, its class."""

    rank: int
    n: int
    share: float
    cls: str


@dataclass(frozen=True, slots=True)
class Shift:
    """One code before and after; `code` is the new one, or the old one of what is gone.

    `before` sums the old codes in `was`; a row that had two of them counts twice there and once `after`.
    """

    level: Level
    code: str
    zh: str
    en: str
    was: tuple[str, ...]
    before: Place | None
    after: Place | None


def shifts(
    before: Sequence[ParetoRow], after: Sequence[ParetoRow], targets: Mapping[str, Sequence[str]]
) -> tuple[Shift, ...]:
    """Align two Pareto tables of the same rows; `targets` are the new codes of every old one.

    In the order of the new table; what is gone or was split stands at the end, as it was.
    """
    old = {row.code: (rank, row) for rank, row in enumerate(before, start=1)}
    sources: dict[str, list[str]] = {}
    for code, new in targets.items():
        if len(new) == 1 and code in old:
            sources.setdefault(new[0], []).append(code)
    aligned = [
        Shift(
            row.level,
            row.code,
            row.cause_zh,
            row.cause_en,
            was,
            _together([old[code] for code in was]),
            _place(rank, row),
        )
        for rank, row in enumerate(after, start=1)
        for was in [tuple(sources.pop(row.code, ()))]
    ]
    shown = {code for shift in aligned for code in shift.was}
    gone = [
        Shift(row.level, row.code, row.cause_zh, row.cause_en, (row.code,), _place(rank, row), None)
        for rank, row in old.values()
        if row.code not in shown
    ]
    return (*aligned, *gone)


def _place(rank: int, row: ParetoRow) -> Place:
    return Place(rank, row.n, row.share, row.cls)


def _together(rows: Sequence[tuple[int, ParetoRow]]) -> Place | None:
    if not rows:
        return None
    rank, best = min(rows, key=lambda pair: pair[0])
    return Place(rank, sum(row.n for _, row in rows), sum(row.share for _, row in rows), best.cls)
