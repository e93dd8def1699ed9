"""What a classifier got right and wrong on rows whose truth is known: the evidence that corrects its counts.

Data only: patterns of (true codes, predicted codes) with how often each occurred, and the tables derived from
them. No estimation, no randomness, no files.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Self

from ..errors import InputError, UsageError
from .tally import cause_part

SCHEMA = "textmine.error_rates/1"

Codes = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Confusion:
    """Rows by truth and prediction of one code."""

    tp: int
    fn: int
    fp: int
    tn: int

    @property
    def positives(self) -> int:
        return self.tp + self.fn

    @property
    def negatives(self) -> int:
        return self.fp + self.tn

    @property
    def predicted(self) -> int:
        return self.tp + self.fp


@dataclass(frozen=True, slots=True)
class Pattern:
    """`n` rows that truly have the codes `true` and were tagged `predicted`; both sorted, without repeats."""

    true: Codes
    predicted: Codes
    n: int


@dataclass(frozen=True, slots=True)
class ErrorRates:
    """Held-out rows, or a user's reviewed rows, as patterns in a fixed order.

    Whole patterns rather than four counts a code, because where false alarms come from (which true causes)
    decides how many there are in a batch with another mix of causes.
    """

    patterns: tuple[Pattern, ...]

    @classmethod
    def from_rows(cls, rows: Iterable[tuple[Iterable[str], Iterable[str]]]) -> Self:
        """From (true codes, predicted codes) a row, `cause` or `cause.subcause` each, empty for no cause."""
        counts = Counter((tuple(sorted(set(true))), tuple(sorted(set(found)))) for true, found in rows)
        return cls(tuple(Pattern(true, found, n) for (true, found), n in sorted(counts.items())))

    @property
    def rows(self) -> int:
        """Rows the truth is known of."""
        return sum(pattern.n for pattern in self.patterns)

    @property
    def codes(self) -> Codes:
        """Every cause and subcause that is true or predicted in some row, sorted."""
        return tuple(sorted({code for p in self.patterns for code in with_causes(p.true + p.predicted)}))

    def confusion(self, code: str) -> Confusion:
        """The four counts of a cause (any of its codes) or of a subcause."""
        return self.confusions().get(code, Confusion(0, 0, 0, self.rows))

    def confusions(self) -> dict[str, Confusion]:
        """The four counts of every cause and subcause that is true or predicted in some row."""
        hits: Counter[str] = Counter()
        misses: Counter[str] = Counter()
        alarms: Counter[str] = Counter()
        for pattern in self.patterns:
            true, found = with_causes(pattern.true), with_causes(pattern.predicted)
            for counter, codes in ((hits, true & found), (misses, true - found), (alarms, found - true)):
                for code in codes:
                    counter[code] += pattern.n
        rows = self.rows
        return {
            code: Confusion(
                hits[code], misses[code], alarms[code], rows - hits[code] - misses[code] - alarms[code]
            )
            for code in sorted({*hits, *misses, *alarms})
        }

    def merge(self, other: ErrorRates) -> ErrorRates:
        """Both sets of rows together."""
        counts: Counter[tuple[Codes, Codes]] = Counter()
        for pattern in self.patterns + other.patterns:
            counts[pattern.true, pattern.predicted] += pattern.n
        return ErrorRates(tuple(Pattern(true, found, n) for (true, found), n in sorted(counts.items())))

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready form: `patterns` are [true codes, predicted codes, n]."""
        return {
            "schema": SCHEMA,
            "rows": self.rows,
            "patterns": [[list(p.true), list(p.predicted), p.n] for p in self.patterns],
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """The inverse of `to_dict`. Raises InputError for another schema, UsageError for a negative count."""
        if data.get("schema") != SCHEMA:
            raise InputError(
                f"not error rates of schema {SCHEMA} but {data.get('schema')!r}; evaluate the model again"
            )
        patterns = tuple(Pattern(tuple(true), tuple(found), int(n)) for true, found, n in data["patterns"])
        if any(pattern.n < 0 for pattern in patterns):
            raise UsageError("error rates hold a negative number of rows; evaluate the model again")
        return cls(patterns)


def with_causes(codes: Iterable[str]) -> frozenset[str]:
    """The codes and the causes they belong to."""
    listed = tuple(codes)
    return frozenset(listed) | frozenset(map(cause_part, listed))
