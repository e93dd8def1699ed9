"""Calendar periods of dates as people write them: day, ISO week, month. Pure; unreadable dates have none."""

from __future__ import annotations

import re
from datetime import date
from typing import Literal, get_args

from ..errors import UsageError

Period = Literal["day", "week", "month"]

#: What commands accept as a grouping beside the input's own columns.
PERIODS: tuple[Period, ...] = get_args(Period)

_DATE = re.compile(r"\s*(\d{4})(?:[-/.年]\s*(\d{1,2})[-/.月]\s*(\d{1,2})|(\d{2})(\d{2}))(?!\d{3})")


def parse_date(text: str) -> date | None:
    """The date at the start of a cell (2026-08-03 …, 2026/8/3, 2026年8月3日, 20260803…), or None."""
    found = _DATE.match(text)
    if not found:
        return None
    year, month, day, month2, day2 = found.groups()
    try:
        return date(int(year), int(month or month2), int(day or day2))
    except ValueError:
        return None


def period_of(text: str, period: Period) -> str:
    """The period a date lies in: `2026-08-03`, `2026-W32` (ISO 8601) or `2026-08`; "" for no date."""
    day = parse_date(text)
    if day is None:
        return ""
    if period == "day":
        return day.isoformat()
    if period == "week":
        year, week, _ = day.isocalendar()
        return f"{year}-W{week:02d}"
    if period == "month":
        return f"{day.year}-{day.month:02d}"
    raise UsageError(f"no period is called {period!r}; there are: {', '.join(PERIODS)}")
