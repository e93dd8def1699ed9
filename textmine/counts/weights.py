"""Influence coefficients: how much a row of a cause, a touchpoint or a group value weighs in a Pareto table.

Turns a table of coefficients into one weight a code. Knows no files and no cause by name.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ..errors import UsageError
from .pareto import ANY, Counting, Level, counts_of
from .tally import Cell, Tally, cause_part


@dataclass(frozen=True, slots=True)
class Weights:
    """Coefficients by code (cause, subcause, touchpoint; `column` empty) or by the values of a group column.

    `values` may hold the entry `*` for whatever is not named; `source` says in messages where they are from.
    """

    values: Mapping[str, float]
    column: str = ""
    source: str = "the weights"

    def of_codes(
        self,
        tally: Tally,
        *,
        level: Level = "cause",
        counting: Counting = "all",
        group: Mapping[str, str] | None = None,
    ) -> dict[str, float]:
        """What `pareto` takes as weights: by column, the mean weight of the rows that have each code.

        n × weight is then the sum of the weights of a code's rows. A cause of which only subcauses are named
        weighs the mean of its mentions. Raises UsageError naming what the tally has and nothing weighs.
        """
        self.check(tally)
        if not self.column:
            return {**self._of_causes(tally.cell(group)), **self.values}
        rows: Counter[str] = Counter()
        sums: dict[str, float] = {}
        for value, cell in _by_value(tally, self.column, group):
            weight = self.values.get(value, self.values.get(ANY, 0.0))
            for code, n in counts_of(cell, level, counting).items():
                rows[code] += n
                sums[code] = sums.get(code, 0.0) + n * weight
        return {ANY: self._usual, **{code: sums[code] / n for code, n in rows.items() if n}}

    @property
    def _usual(self) -> float:
        return self.values.get(ANY, sum(self.values.values()) / max(len(self.values), 1))

    def _of_causes(self, cell: Cell) -> dict[str, float]:
        named = {cause_part(code) for code in self.values if "." in code} - set(self.values)
        found = {}
        for cause in named:
            mentions = {code: n for code, n in cell.codes.items() if n and cause_part(code) == cause}
            if mentions:
                weighed = sum(n * self.values.get(code, self._usual) for code, n in mentions.items())
                found[cause] = weighed / sum(mentions.values())
        return found

    def check(self, tally: Tally) -> None:
        """Raises UsageError for anything in the tally that has no weight."""
        missing = self.missing(tally)
        if missing:
            shown = ", ".join(value or '""' for value in missing[:8])
            more = f" and {len(missing) - 8} more" if len(missing) > 8 else ""
            raise UsageError(
                f"{self.source}: no weight for {shown}{more}; "
                "add a line for each, or one line * for all others"
            )

    def missing(self, tally: Tally) -> tuple[str, ...]:
        """Group values, or causes and touchpoints, that occur and have no weight; none if there is a `*`."""
        if ANY in self.values:
            return ()
        if self.column:
            return tuple(value for (value,) in tally.groups(self.column) if value not in self.values)
        return tuple(dict.fromkeys(self._missing_codes(tally.cell())))

    def _missing_codes(self, cell: Cell) -> Iterator[str]:
        for code in sorted(code for code, n in cell.codes.items() if n):
            if code in self.values or cause_part(code) in self.values:
                continue
            points = {point for (of, point), n in cell.code_touchpoints.items() if of == code and n}
            unknown = sorted(point for point in points if point not in self.values)
            if not points or len(unknown) == len(points):
                yield cause_part(code)
            else:
                yield from unknown


def _by_value(tally: Tally, column: str, group: Mapping[str, str] | None) -> Iterator[tuple[str, Cell]]:
    fixed = group or {}
    if column in fixed:
        yield fixed[column], tally.cell(fixed)
        return
    for (value,) in tally.groups(column):
        yield value, tally.cell({**fixed, column: value})
