"""Roll-up: province → city → hall, every level with its subtotals, every group against its own parent.

Joins `aggregate` (totals that add up) and the comparisons. Numbers only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ..errors import UsageError
from .compare import Difference, aggregate, compare_groups, compare_scores
from .satisfaction import Scores
from .tally import Cell, Group, Tally

COMPLAINT = "complaint"


@dataclass(frozen=True, slots=True)
class Node:
    """One group of a level: `path` from the top down, () for the whole; `cell` counts all rows below it.

    `complaints`, `causes` and `score` hold it against the average of its parent; None or absent where there
    is nothing to compare with (the whole, an only child, too few scores).
    """

    path: Group
    cell: Cell
    complaints: Difference | None = None
    causes: Mapping[str, Difference] = field(default_factory=dict)
    score: Difference | None = None

    @property
    def depth(self) -> int:
        """0 for the whole, 1 for the first column, and so on."""
        return len(self.path)

    @property
    def stands_out(self) -> bool:
        """True when its share of dissatisfied rows differs from its parent's by more than chance."""
        return self.complaints is not None and self.complaints.verdict != "no difference shown"


def roll_up(
    tally: Tally,
    columns: Sequence[str],
    *,
    codes: Sequence[str] | None = None,
    groups: Sequence[Group] = (),
    scores: Scores = (),
) -> tuple[Node, ...]:
    """The nodes depth-first: each parent before its children, its counts the sums of theirs.

    `codes` are the causes to compare (default: all that occur); `groups` and `scores` are parallel, a path of
    values for all `columns` and a score a row. False discoveries are controlled level by level. Raises
    UsageError for fewer than two columns.
    """
    if len(columns) < 2:
        raise UsageError(
            f"a roll-up needs two columns or more, from the top down; got {', '.join(columns) or 'none'}"
        )
    complaints: dict[Group, Difference] = {}
    causes: dict[Group, dict[str, Difference]] = {}
    means: dict[Group, Difference] = {}
    for depth, column in enumerate(columns):
        above = columns[:depth]
        for one in compare_groups(tally, column, within=above, codes=[COMPLAINT], counting_level="stance"):
            complaints[one.group] = one
        for one in compare_groups(tally, column, within=above, codes=codes):
            causes.setdefault(one.group, {})[one.code] = one
        paths = [path[: depth + 1] for path in groups]
        means.update({one.group: one for one in compare_scores(paths, scores, within=depth)})
    return tuple(
        Node(at.path, at.cell, complaints.get(at.path), causes.get(at.path, {}), means.get(at.path))
        for at in aggregate(tally, columns)
    )
