"""What coders decided about rows: records, and how several coders' verdicts become one. No file format."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from .queue import QueueRow


@dataclass(frozen=True, slots=True)
class Span:
    """A cause that a coder gave; `start == end` when no words were marked. Offsets into the masked text."""

    code: str
    start: int = 0
    end: int = 0


@dataclass(frozen=True, slots=True)
class Verdict:
    """One coder's decision about one row; the first cause is the primary one."""

    key: str
    coder: str
    causes: tuple[Span, ...]
    stance: str
    where: str

    @property
    def codes(self) -> frozenset[str]:
        return frozenset(span.code for span in self.causes)

    @property
    def primary(self) -> str:
        return self.causes[0].code if self.causes else ""


@dataclass(frozen=True, slots=True)
class Conflict:
    """A row on which coders differ without a majority: coder → codes, the primary one first."""

    key: str
    number: int
    said: tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class Settled:
    """One verdict a row, and the rows on which there is none."""

    verdicts: tuple[Verdict, ...]
    conflicts: tuple[Conflict, ...]


def settle(verdicts: Iterable[Verdict], rows: Mapping[str, QueueRow]) -> Settled:
    """One verdict a row: the only one, or what more than half of the coders said; else it is a conflict.

    A coder's later verdict replaces his earlier one.
    """
    by_row: dict[str, dict[str, Verdict]] = {}
    for verdict in verdicts:
        by_row.setdefault(verdict.key, {})[verdict.coder] = verdict
    settled: list[Verdict] = []
    conflicts: list[Conflict] = []
    for key in sorted(by_row, key=lambda key: rows[key].number):
        said = tuple(by_row[key].values())
        agreed = _majority(said)
        if agreed is not None:
            settled.append(agreed)
        else:
            codes = tuple((v.coder, tuple(span.code for span in v.causes)) for v in said)
            conflicts.append(Conflict(key, rows[key].number, codes))
    return Settled(tuple(settled), tuple(conflicts))


def _majority(said: Sequence[Verdict]) -> Verdict | None:
    votes = Counter((verdict.primary, verdict.codes) for verdict in said)
    (most, n), *_ = votes.most_common(1)
    if 2 * n <= len(said):
        return None
    return next(verdict for verdict in said if (verdict.primary, verdict.codes) == most)
