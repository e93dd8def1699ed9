"""The counts part of an output folder, from a tally: pareto.csv, pareto_by.csv, fishbone.*, counts.json.

Says beside the counts how they were made. Estimates and weighs nothing itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..counts.correction import Correction
from ..counts.fishbone import Fishbone, fishbone, to_code_count, to_mermaid, to_nested, to_parent_child
from ..counts.pareto import Counting, Level, ParetoRow, pareto
from ..counts.tally import Tally
from ..counts.weights import Weights
from ..frame.frame import Frame, Lang
from .counts_files import Cell, remove, write_csv, write_json, write_text

PARETO_COLUMNS = (
    "level",
    "code",
    "cause_zh",
    "cause_en",
    "branch",
    "n",
    "share",
    "cumulative_share",
    "class",
    "n_corrected",
    "n_low",
    "n_high",
)


WEIGHTED_COLUMNS = (
    "weight",
    "n_weighted",
    "share_weighted",
    "cumulative_share_weighted",
)
"""What pareto.csv and pareto_by.csv hold besides when influence coefficients are given."""


@dataclass(frozen=True, slots=True)
class Counted:
    """How a folder's counts are made: which causes count, how bones branch, what weighs, what corrects."""

    counting: Counting = "all"
    preset: str | None = None
    weights: Weights | None = None
    correction: Correction = field(default_factory=Correction)

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready account of it."""
        weights = self.weights
        return {
            "counting": self.counting,
            "preset": self.preset,
            "weights": weights and {"column": weights.column or None, "values": dict(weights.values)},
            "correction": self.correction.to_dict(),
        }


@dataclass(frozen=True, slots=True)
class Block:
    """The Pareto rows of one group, `value` of `column`; of all rows when both are empty."""

    column: str
    value: str
    causes: tuple[ParetoRow, ...]
    subcauses: tuple[ParetoRow, ...]


def write_counts(
    folder: Path, tally: Tally, frame: Frame, *, lang: Lang = "zh", how: Counted | None = None
) -> tuple[Block, ...]:
    """Write every counts file of a folder; return what pareto.csv holds and each block of pareto_by.csv.

    Raises OutputError naming the file that cannot be written, UsageError for weights that do not fit.
    """
    how = how or Counted()
    columns = PARETO_COLUMNS + (WEIGHTED_COLUMNS if how.weights else ())
    whole = Block("", "", *paretos(tally, frame, how))
    blocks = tuple(
        Block(column, value, *paretos(tally, frame, how, group={column: value}))
        for column, value in _groups(tally)
    )
    write_csv(folder / "pareto.csv", columns, _lines(whole, how))
    if tally.by:
        write_csv(
            folder / "pareto_by.csv",
            ("group", "value", *columns),
            ((block.column, block.value, *line) for block in blocks for line in _lines(block, how)),
        )
    else:
        # Groups counted earlier, in another way, would contradict the rest.
        remove(folder / "pareto_by.csv")
    _write_fishbone(folder, fishbone(tally, frame, preset=how.preset), lang)
    write_json(folder / "counts.json", {**tally.to_dict(), "counted": how.to_dict()})
    return (whole, *blocks)


def paretos(
    tally: Tally, frame: Frame, how: Counted, *, group: Mapping[str, str] | None = None
) -> tuple[tuple[ParetoRow, ...], tuple[ParetoRow, ...]]:
    """The Pareto rows of causes and of subcauses, of all rows or of a group, weighted and corrected."""
    cell = tally.cell(group)
    shown = {*cell.codes, *cell.causes, *frame.headline}
    corrected = (how.correction.of_whole if group is None else how.correction.of_group)(cell, shown)

    def rows(level: Level) -> tuple[ParetoRow, ...]:
        weights = how.weights
        return pareto(
            tally,
            frame,
            level=level,
            counting=how.counting,
            weights=weights.of_codes(tally, level=level, counting=how.counting, group=group)
            if weights
            else None,
            corrected=corrected,
            group=group,
            preset=how.preset,
        )

    return rows("cause"), rows("subcause")


def _write_fishbone(folder: Path, diagram: Fishbone, lang: Lang) -> None:
    write_json(folder / "fishbone.json", to_nested(diagram, lang=lang))
    write_text(folder / "fishbone.mmd", to_mermaid(diagram, lang=lang))
    write_csv(
        folder / "fishbone_parent_child.csv",
        ("parent", "child", "n"),
        ((row.parent, row.child, row.n) for row in to_parent_child(diagram, lang=lang)),
    )
    write_csv(
        folder / "fishbone_code_count.csv",
        ("code", "label", "count"),
        ((row.code, row.label, row.n) for row in to_code_count(diagram, lang=lang)),
    )


def _groups(tally: Tally) -> Iterator[tuple[str, str]]:
    for column in tally.by:
        for (value,) in tally.groups(column):
            yield column, value


def _lines(block: Block, how: Counted) -> Iterator[tuple[Cell, ...]]:
    for row in (*block.causes, *block.subcauses):
        yield (*_cells(row), *(_weighted_cells(row) if how.weights else ()))


def _cells(row: ParetoRow) -> tuple[Cell, ...]:
    corrected: Sequence[float | None] = (row.n_corrected, row.n_low, row.n_high)
    return (
        row.level,
        row.code,
        row.cause_zh,
        row.cause_en,
        row.branch,
        row.n,
        round(row.n_share, 6),
        round(row.n_cumulative, 6),
        row.cls,
        *("" if value is None else round(value, 1) for value in corrected),
    )


def _weighted_cells(row: ParetoRow) -> tuple[Cell, ...]:
    return (
        round(row.weight, 6),
        round(row.weighted, 4),
        round(row.share, 6),
        round(row.cumulative_share, 6),
    )
