"""The counts part of an output folder: pareto.csv, pareto_by.csv, fishbone.*, counts.json, from a tally."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from ..counts.fishbone import fishbone, to_mermaid, to_nested, to_parent_child
from ..counts.pareto import Counting, ParetoRow, pareto
from ..counts.tally import Tally
from ..frame.frame import Frame, Lang
from .counts_files import Cell, write_csv, write_json, write_text

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


def write_counts(
    folder: Path,
    tally: Tally,
    frame: Frame,
    *,
    lang: Lang = "zh",
    counting: Counting = "all",
    preset: str | None = None,
    weights: Mapping[str, float] | None = None,
) -> None:
    """Write every counts file of a folder. Raises OutputError naming the file that cannot be written."""

    def rows(group: Mapping[str, str] | None = None) -> list[tuple[Cell, ...]]:
        return [
            _cells(row)
            for level in ("cause", "subcause")
            for row in pareto(
                tally,
                frame,
                level=level,
                counting=counting,
                weights=weights,
                group=group,
                preset=preset,
            )
        ]

    write_csv(folder / "pareto.csv", PARETO_COLUMNS, rows())
    if tally.by:
        blocks = ((column, value, rows({column: value})) for column, value in _groups(tally))
        write_csv(
            folder / "pareto_by.csv",
            ("group", "value", *PARETO_COLUMNS),
            ((column, value, *row) for column, value, block in blocks for row in block),
        )
    diagram = fishbone(tally, frame, preset=preset)
    write_json(folder / "fishbone.json", to_nested(diagram, lang=lang))
    write_text(folder / "fishbone.mmd", to_mermaid(diagram, lang=lang))
    write_csv(
        folder / "fishbone_parent_child.csv",
        ("parent", "child", "n"),
        ((row.parent, row.child, row.n) for row in to_parent_child(diagram, lang=lang)),
    )
    write_json(folder / "counts.json", tally.to_dict())


def _groups(tally: Tally) -> Iterator[tuple[str, str]]:
    for column in tally.by:
        for (value,) in tally.groups(column):
            yield column, value


def _cells(row: ParetoRow) -> tuple[Cell, ...]:
    corrected: Sequence[float | None] = (row.n_corrected, row.n_low, row.n_high)
    return (
        row.level,
        row.code,
        row.cause_zh,
        row.cause_en,
        row.branch,
        row.n,
        round(row.share, 6),
        round(row.cumulative_share, 6),
        row.cls,
        *("" if value is None else round(value, 1) for value in corrected),
    )
