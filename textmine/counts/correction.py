"""Which correction the counts of a folder get: the evidence, or the reason why there is none.

Decides what may be corrected and hands the rest to `correct`. No files, no wording.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from .correct import correct_counts
from .error_rates import ErrorRates
from .interval import Interval
from .tally import Cell

Reason = Literal[
    "", "no error rates", "other model", "other frame", "other thresholds", "primary causes only"
]
ReviewedReason = Literal["", "other classification"]

LEVEL = 0.9
MIN_ROWS = 200
"""Rows a group needs for corrected counts. Below, the corrected count is hardly nearer to the truth than the
raw one: `benchmarks/quantification.py --rows 50 100 200 500 1000` finds 1.0 times the raw error at 50 rows,
0.9 at 100, 0.8 at 200, 0.7 at 500."""


@dataclass(frozen=True, slots=True)
class Correction:
    """Held-out rows that correct counts; `reviewed` rows of the folder itself take precedence in its whole.

    Without error rates `reason` says why, and `reviewed_reason` why reviewed rows at hand are not used.
    Nothing else is stored, so equal corrections give equal counts.
    """

    error_rates: ErrorRates | None = None
    reviewed: ErrorRates | None = None
    reason: Reason = ""
    reviewed_reason: ReviewedReason = ""

    def of_whole(self, cell: Cell, only: Collection[str] | None = None) -> Mapping[str, Interval]:
        """Corrected counts of all rows of a folder by cause and subcause; empty without evidence."""
        if self.error_rates is None or not self.error_rates.rows or not cell.rows:
            return {}
        return correct_counts(cell, self.error_rates, reviewed=self.reviewed, only=only, level=LEVEL)

    def of_group(self, cell: Cell, only: Collection[str] | None = None) -> Mapping[str, Interval]:
        """Corrected counts of one group's rows; empty below MIN_ROWS.

        Reviewed rows are of the whole folder and say nothing of how many rows of a group are what.
        """
        if self.error_rates is None or not self.error_rates.rows or cell.rows < MIN_ROWS:
            return {}
        return correct_counts(cell, self.error_rates, only=only, level=LEVEL)

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready account: method (null: nothing was corrected), why not, and the evidence used."""
        known = self.error_rates is not None and self.error_rates.rows > 0
        return {
            "method": "adjusted counts" if known else None,
            "reason": self.reason or None,
            "held_out_rows": self.error_rates.rows if self.error_rates else 0,
            "reviewed_rows": self.reviewed.rows if self.reviewed and known else 0,
            "reviewed_reason": self.reviewed_reason or None,
            "level": LEVEL,
            "min_group_rows": MIN_ROWS,
        }
