"""One pass over a classified folder: everything a report is made from, and nothing twice.

Counts go into tallies, a bounded sample of verbatims into memory; no shares, no wording, no drawing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from math import nan

from ..counts.period import Period, parse_date, period_of
from ..counts.repeats import Contact
from ..counts.tally import Cell, Group, Tally, cause_part
from ..frame.frame import Frame
from ..io.folder import ClassifiedFolder, ClassifiedRow
from .verbatims import Sample, sizes

CHUNK = 4096
_DAILY, _WEEKLY = 21, 200
"""Up to three weeks are shown by day, up to about half a year by week, longer spans by month."""


@dataclass(frozen=True, slots=True)
class Parts:
    """Which columns play which part, as indices into a row's cells; None where there is no such column.

    `levels` are those of a roll-up, from the top down, each also a group; `weighed` is the column whose
    values have influence coefficients.
    """

    text: tuple[int, ...]
    date: int | None = None
    groups: tuple[int, ...] = ()
    group_names: tuple[str, ...] = ()
    customer: int | None = None
    score: int | None = None
    levels: tuple[int, ...] = ()
    weighed: int | None = None

    @property
    def level_names(self) -> tuple[str, ...]:
        """The columns of the roll-up by name."""
        return tuple(self.group_names[self.groups.index(place)] for place in self.levels)


@dataclass(slots=True)
class Collected:
    """What one pass found.

    `whole` counts everything about all rows. `rows_at`, `complaints_at`, `causes_at` and `codes_at` count
    rows, dissatisfied rows, rows with a cause and rows with a code by (ISO day or "", group values…): the
    finest grain, summed up when asked. `seen` holds (row, customer, day, codes, risk) of rows that may repeat
    or escalate; `causes`, `scores` and `score_keys` are parallel and only filled when there is a score
    column. Equal keys and sets are one object, to spare memory.
    """

    parts: Parts
    sample: Sample
    whole: Tally = field(default_factory=Tally.empty)
    rows_at: Counter[Group] = field(default_factory=Counter)
    complaints_at: Counter[Group] = field(default_factory=Counter)
    causes_at: Counter[tuple[Group, str]] = field(default_factory=Counter)
    codes_at: Counter[tuple[Group, str]] = field(default_factory=Counter)
    seen: list[tuple[int, str, str, tuple[str, ...], tuple[str, ...]]] = field(default_factory=list)
    causes: list[frozenset[str]] = field(default_factory=list)
    scores: list[float] = field(default_factory=list)
    score_keys: list[Group] = field(default_factory=list)
    keys: dict[Group, Group] = field(default_factory=dict)

    def contacts(self, *, all_customers: bool = False) -> list[Contact]:
        """The rows that may repeat or escalate: of customers who came twice (or of all), or with a flag."""
        times = Counter(customer for _, customer, _, _, _ in self.seen)
        return [
            Contact(row, customer, as_date(day) if day else None, codes, risk)
            for row, customer, day, codes, risk in self.seen
            if risk or (customer and (all_customers or times[customer] > 1))
        ]

    @property
    def span(self) -> tuple[date, date] | None:
        """First and last day of the rows that have one."""
        days = sorted({key[0] for key in self.rows_at if key[0]})
        return (date.fromisoformat(days[0]), date.fromisoformat(days[-1])) if days else None

    @property
    def period(self) -> Period:
        """The period that suits the span."""
        span = self.span
        days = (span[1] - span[0]).days + 1 if span else 0
        return "day" if days <= _DAILY else "week" if days <= _WEEKLY else "month"

    def by_period(self, period: Period) -> Tally:
        """Rows and causes of the rows that have a date, by period."""
        return self._summed(period, lambda key: period_of(key[0], period) if key[0] else None)

    def by_group(self, place: int) -> Tally:
        """Rows and causes by the values of a group column."""
        return self._summed(self.parts.group_names[place], lambda key: key[place + 1])

    def by_levels(self) -> Tally:
        """Rows, dissatisfied rows and causes by the columns of the roll-up together."""
        return self._tally(self.parts.level_names, self.level_path)

    def level_path(self, key: Group) -> Group:
        """The values of the roll-up's columns in a key of the finest grain."""
        return tuple(key[self.parts.groups.index(place) + 1] for place in self.parts.levels)

    def _summed(self, column: str, value: Callable[[Group], str | None]) -> Tally:
        def path(key: Group) -> Group | None:
            found = value(key)
            return None if found is None else (found,)

        return self._tally((column,), path)

    def _tally(self, columns: Sequence[str], path: Callable[[Group], Group | None]) -> Tally:
        tally = Tally.empty(columns)
        at = {key: place for key in self.rows_at if (place := path(key)) is not None}
        for key, place in at.items():
            cell = tally.cells.setdefault(place, Cell())
            cell.status["read"] += self.rows_at[key]
            if n := self.complaints_at[key]:
                cell.stance["complaint"] += n
        for (key, cause), n in self.causes_at.items():
            if key in at:
                tally.cells[at[key]].causes[cause] += n
        return tally


def collect(folder: ClassifiedFolder, frame: Frame, parts: Parts) -> Collected:
    """Read all rows of a folder. Raises InputError when its files do not fit together."""
    codes_of: dict[str, list[str]] = {cause: [] for cause in frame.causes}
    for code in dict.fromkeys((*frame.codes, *frame.causes)):
        codes_of[frame.cause_of(code)].append(code)
    weighed = () if parts.weighed is None else (folder.columns[parts.weighed],)
    found = Collected(parts, Sample(sizes(codes_of)), Tally.empty(weighed))
    for rows in folder.chunks(CHUNK):
        _add(found, rows)
    return found


def _add(found: Collected, rows: Sequence[ClassifiedRow]) -> None:
    parts = found.parts
    weighed = parts.weighed
    found.whole.add(
        [row.reading for row in rows], [(row.values[weighed],) for row in rows] if weighed is not None else ()
    )
    keys: list[Group] = []
    complaints: list[Group] = []
    causes_at: list[tuple[Group, str]] = []
    codes_at: list[tuple[Group, str]] = []
    for row in rows:
        day = "" if parts.date is None else day_of(row.values[parts.date])
        fresh = (day, *[row.values[place] for place in parts.groups])
        key = found.keys.setdefault(fresh, fresh)
        keys.append(key)
        if row.reading.stance == "complaint":
            complaints.append(key)
        codes, causes = _codes_of(tuple([tag.code for tag in row.reading.tags]))
        codes_at += [(key, code) for code in codes]
        causes_at += [(key, cause) for cause in causes]
        if codes or row.reading.risk:
            _add_tagged(found, row, key, codes)
        if parts.score is not None:
            found.scores.append(_score(row.values[parts.score]))
            found.causes.append(causes)
            found.score_keys.append(key)
    found.rows_at.update(keys)
    found.complaints_at.update(complaints)
    found.causes_at.update(causes_at)
    found.codes_at.update(codes_at)


def _add_tagged(found: Collected, row: ClassifiedRow, key: Group, codes: tuple[str, ...]) -> None:
    parts, day = found.parts, key[0]
    text = text_of(row, parts)
    found.sample.offer(row, text, day, key[1:], codes)
    customer = row.values[parts.customer] if parts.customer is not None else ""
    if row.reading.risk or (day and customer):
        found.seen.append((row.number, customer, day, codes, row.reading.risk))


def text_of(row: ClassifiedRow, parts: Parts) -> str:
    """The verbatim that the offsets of a row's tags point into."""
    if len(parts.text) == 1:
        return row.values[parts.text[0]]
    return "\n".join(filter(None, (row.values[place] for place in parts.text)))


@lru_cache(maxsize=8192)
def _codes_of(codes: Group) -> tuple[Group, frozenset[str]]:
    """Distinct codes of a row, and their causes; rows repeat the same few combinations."""
    return tuple(dict.fromkeys(codes)), frozenset(map(cause_part, codes))


as_date = lru_cache(maxsize=8192)(date.fromisoformat)


def day_of(cell: str) -> str:
    """ISO day of a date cell, "" for none."""
    # The time of the day differs from row to row; the date before it repeats.
    return _iso_day(cell.strip()[:11])


@lru_cache(maxsize=8192)
def _iso_day(cell: str) -> str:
    day = parse_date(cell)
    return day.isoformat() if day else ""


def _score(cell: str) -> float:
    try:
        value = float(cell)
    except ValueError:
        return nan
    return value if 1 <= value <= 10 else nan
