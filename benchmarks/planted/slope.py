"""The slope rule, as BERTrend judges a topic: its count rises over the window. Numbers only."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from score import Alarm

WINDOW = 4
LEAST = 5
"""Rows in the window: those that the tracker under test also asks for."""


def slope_alarms(
    where: Sequence[str | None], weeks: Sequence[int], *, last: int, steeper: float = 0.0
) -> list[Alarm]:
    """An alarm wherever the regression line over WINDOW weeks rises by more than `steeper` rows a week."""
    counts = {issue: np.zeros(last) for issue in sorted({one for one in where if one is not None})}
    for issue, week in zip(where, weeks, strict=True):
        if issue is not None:
            counts[issue][week] += 1
    return [
        Alarm(week, issue)
        for issue, by_week in counts.items()
        for week in range(WINDOW - 1, last)
        if _rises(by_week[week - WINDOW + 1 : week + 1], steeper)
    ]


def _rises(window: np.ndarray, steeper: float) -> bool:
    return bool(window.sum() >= LEAST and np.polyfit(np.arange(len(window)), window, 1)[0] > steeper)
