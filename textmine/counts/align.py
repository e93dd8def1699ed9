"""Alignment: does an inspection checklist weigh what customers complain about?

Each indicator of a mystery-shopping or inspection form has a weight and the causes it looks for. Its weights,
spread over causes, are set against the customers' shares. Numbers only; causes come from the code frame.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from ..errors import UsageError
from .interval import Interval, share_interval
from .pareto import Counting
from .tally import Tally, cause_part

if TYPE_CHECKING:
    from ..frame.frame import Frame

Weighing = Literal["over-weighed", "under-weighed", "in balance", "not on the checklist"]

MARGIN = 0.2
"""A checklist within a fifth of the customers' share is in balance even when the difference is no chance."""


@dataclass(frozen=True, slots=True)
class ChecklistItem:
    """One indicator: what it is called, its weight (any unit), and the causes or subcauses it looks for."""

    name: str
    weight: float
    codes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AlignmentRow:
    """One cause: its share of the checklist's weight and of what customers say.

    `ratio` is checklist ÷ customers, None when customers never mention the cause; `items` look for it.
    """

    code: str
    items: tuple[str, ...]
    checklist: float
    customers: Interval
    ratio: float | None
    weighing: Weighing


@dataclass(frozen=True, slots=True)
class Alignment:
    """Rows by the customers' share, largest first. `overlap` is the share of weight both agree on, 0–1.

    `unmapped` items look for no cause of the frame; their weight counts in the total but for no cause.
    """

    rows: tuple[AlignmentRow, ...]
    overlap: float
    unmapped: tuple[str, ...]


def align(
    items: Sequence[ChecklistItem],
    tally: Tally,
    frame: Frame,
    *,
    counting: Counting = "primary",
    group: Mapping[str, str] | None = None,
    level: float = 0.9,
) -> Alignment:
    """A checklist's weights against customers' causes; an item with several causes is split evenly over them.

    Customers count by primary cause unless told otherwise, so that each complaint weighs the same. Raises
    UsageError for a code the frame does not have, a weight below zero, or a checklist without weight.
    """
    spread, looking = _spread(items, frame)
    cell = tally.cell(group)
    said = cell.primary_causes if counting == "primary" else cell.causes
    total = sum(said.values())
    rows = []
    for cause in frame.causes:
        if cause in spread or said[cause]:
            customers = share_interval(said[cause], total, level=level)
            share = spread.get(cause, 0.0)
            ratio = share / customers.value if customers.value else None
            weighing = _weighing(share, customers, listed=cause in spread)
            rows.append(AlignmentRow(cause, tuple(looking.get(cause, ())), share, customers, ratio, weighing))
    rows.sort(key=lambda row: -row.customers.value)
    overlap = sum(min(row.checklist, row.customers.value) for row in rows)
    return Alignment(tuple(rows), overlap, tuple(item.name for item in items if not item.codes))


def _spread(items: Sequence[ChecklistItem], frame: Frame) -> tuple[dict[str, float], dict[str, list[str]]]:
    total = sum(item.weight for item in items)
    if not total > 0 or any(item.weight < 0 for item in items):
        raise UsageError("checklist weights must be zero or more and not all zero; correct the weight column")
    spread: dict[str, float] = {}
    looking: dict[str, list[str]] = {}
    for item in items:
        for code in item.codes:
            if code not in frame.causes and code not in frame.codes:
                raise UsageError(
                    f"checklist item {item.name!r} looks for {code!r}, which the code frame does not have; "
                    "`textmine frame show` lists the codes"
                )
            cause = cause_part(code)
            spread[cause] = spread.get(cause, 0.0) + item.weight / total / len(item.codes)
            if item.name not in looking.setdefault(cause, []):
                looking[cause].append(item.name)
    return spread, looking


def _weighing(share: float, customers: Interval, *, listed: bool) -> Weighing:
    if not listed:
        return "not on the checklist"
    close = abs(share - customers.value) <= MARGIN * customers.value
    if close or not customers.excludes(share):
        return "in balance"
    return "over-weighed" if share > customers.value else "under-weighed"
