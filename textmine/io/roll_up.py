"""roll_up.csv: the subtotals of every level and each group against its parent's average, one line a cause."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from ..counts.compare import Difference
from ..counts.pareto import pareto
from ..counts.rollup import COMPLAINT, Node, roll_up
from ..counts.tally import Tally
from ..frame.frame import Frame
from .counts_files import Cell, write_csv

MEASURES = (
    "rows",
    "level",
    "code",
    "cause_zh",
    "cause_en",
    "n",
    "share",
    "parent_share",
    "gap",
    "change_low",
    "change_high",
    "q_value",
    "verdict",
)


def write_roll_up(folder: Path, tally: Tally, frame: Frame) -> tuple[Node, ...]:
    """Write the file and return its nodes. Raises UsageError for one column only, OutputError."""
    columns = tally.by
    codes = tuple(row.code for row in pareto(tally, frame))
    nodes = roll_up(tally, columns, codes=codes)
    levels = tuple(f"level_{depth}" for depth in range(1, len(columns) + 1))
    write_csv(
        folder / "roll_up.csv",
        ("depth", "column", "value", *levels, *MEASURES),
        (line for node in nodes for line in _lines(node, columns, codes, frame)),
    )
    return nodes


def _lines(
    node: Node, columns: Sequence[str], codes: Sequence[str], frame: Frame
) -> Iterator[tuple[Cell, ...]]:
    column = columns[node.depth - 1] if node.depth else ""
    value = node.path[-1] if node.path else ""
    opening: tuple[Cell, ...] = (
        node.depth,
        column,
        value,
        *node.path,
        *[""] * (len(columns) - node.depth),
        node.cell.rows,
    )
    words = ("表达不满", "Expresses dissatisfaction")
    yield (*opening, COMPLAINT, "", *words, *_measures(node, node.cell.stance[COMPLAINT], node.complaints))
    for code in codes:
        names = (frame.zh(code), frame.en(code))
        yield (
            *opening,
            "cause",
            code,
            *names,
            *_measures(node, node.cell.causes[code], node.causes.get(code)),
        )


def _measures(node: Node, n: int, found: Difference | None) -> tuple[Cell, ...]:
    share = round(n / node.cell.rows, 6) if node.cell.rows else ""
    if found is None:
        return n, share, "", "", "", "", "", ""
    # A cause that nobody in the parent has cannot be some per cent above or below it.
    gap = round(found.gap, 4) if found.reference else ""
    low, high = (round(end, 6) for end in (found.change.low, found.change.high))
    return n, share, round(found.reference, 6), gap, low, high, round(found.q_value, 6), found.verdict
