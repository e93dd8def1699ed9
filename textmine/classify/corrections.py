"""What people corrected, joined with the corpus: a correction replaces what it corrects and weighs more."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ..frame.frame import Frame
from ..text.normalize import normalize
from .examples import Example, read_examples

#: The say of a corrected row against a corpus row. A choice, not tuned; compare others on rows of your own
#: with `benchmarks/learning_curve.py --weights`.
WEIGHT = 5.0


@dataclass(frozen=True, slots=True)
class Corrected:
    """A corpus with its corrections: `replaced` rows had one, `added` corrections were new."""

    examples: tuple[Example, ...]
    replaced: int
    added: int


def read_corrections(paths: Iterable[Path], frame: Frame) -> tuple[Example, ...]:
    """Read reviewed rows, in the corpus format; where no primary cause is named, the first one is it.

    Raises InputError naming file and line of the first bad record.
    """
    return tuple(
        replace(row, primary=row.labels[0].code) if row.labels and not row.primary else row
        for row in read_examples(paths, frame)
    )


def correct_examples(
    examples: Sequence[Example], corrections: Sequence[Example], *, weight: float = WEIGHT
) -> Corrected:
    """Put corrections in the place of the rows with the same text or id, the others at the end.

    Of several corrections of one row the last counts. Each weighs `weight` times what its record says.
    """
    last: dict[str, Example] = {}
    for row in corrections:
        for key in _keys(row):
            last[key] = row
    wanted = [row for row in corrections if all(last[key] is row for key in _keys(row))]
    by_key = {key: row for row in wanted for key in _keys(row)}
    used: set[int] = set()
    kept: list[Example] = []
    replaced = 0
    for example in examples:
        found = next((by_key[key] for key in _keys(example) if key in by_key), None)
        if found is None:
            kept.append(example)
            continue
        replaced += 1
        if id(found) not in used:
            used.add(id(found))
            kept.append(_weighted(found, weight))
    new = [_weighted(row, weight) for row in wanted if id(row) not in used]
    return Corrected((*kept, *new), replaced, len(new))


def _keys(row: Example) -> tuple[str, ...]:
    """What a row is known by: its text in normal spelling, and its id unless that is a place in a file."""
    text = "text:" + normalize(row.text).text.strip()
    if re.fullmatch(re.escape(row.source) + r":\d+", row.id):
        return (text,)
    return (text, "id:" + row.id)


def _weighted(row: Example, weight: float) -> Example:
    return replace(row, weight=row.weight * weight)
