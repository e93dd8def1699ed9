"""Which labels are most likely wrong, judged by probabilities from a model that did not see them.

Confident learning (Northcutt, Jiang and Chuang 2021), cause by cause: a label is suspect when the probability
of its opposite is at least what is usual among the rows that bear the opposite. Reads no files, fits nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .examples import Example

Floats = NDArray[np.float32]

#: A cause needs so many labelled rows for its usual probability to mean something.
FEWEST = 5
#: What is usual for a cause is never believed below this: a weak model must not accuse every row. At one
#: half, only every second suspect among planted mistakes was one.
_EVEN = 0.6


@dataclass(frozen=True, slots=True)
class Suspect:
    """The row (counted from 0) whose label for `cause` may be wrong.

    `labelled`: the row bears the cause and the model finds it improbable; otherwise it lacks a cause that the
    model finds probable. `probability` is that of the cause, `doubt` (0 to 1) ranks suspects of all causes.
    """

    row: int
    cause: str
    labelled: bool
    probability: float
    doubt: float


def suspects(examples: Sequence[Example], probability: Floats, causes: Sequence[str]) -> tuple[Suspect, ...]:
    """Suspect labels, the most doubtful first; `probability` (rows x causes) is held out."""
    found: list[Suspect] = []
    for column, cause in enumerate(causes):
        has = np.array([any(_cause(label.code) == cause for label in e.labels) for e in examples])
        if has.sum() < FEWEST or (~has).sum() < FEWEST:
            continue
        p = probability[:, column].astype(np.float64)
        usual, usual_without = max(_EVEN, float(p[has].mean())), max(_EVEN, float((1 - p[~has]).mean()))
        for row in np.flatnonzero(~has & (p >= usual)).tolist():
            found.append(Suspect(row, cause, False, round(float(p[row]), 4), round(float(p[row]), 4)))
        for row in np.flatnonzero(has & (1 - p >= usual_without)).tolist():
            found.append(Suspect(row, cause, True, round(float(p[row]), 4), round(1 - float(p[row]), 4)))
    return tuple(sorted(found, key=lambda item: (-item.doubt, item.row, item.cause)))


def _cause(code: str) -> str:
    return code.partition(".")[0]
