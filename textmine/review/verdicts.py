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
    """One coder's decision about one row; the first cause is the primary one.

    `final` marks a decision taken after both coders had spoken: it settles the row and is no opinion to
    measure agreement by.
    """

    key: str
    coder: str
    causes: tuple[Span, ...]
    stance: str
    where: str
    final: bool = False

    @property
    def codes(self) -> frozenset[str]:
        return frozenset(span.code for span in self.causes)

    @property
    def ordered(self) -> tuple[str, ...]:
        """The codes, primary cause first."""
        return tuple(span.code for span in self.causes)

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
    """One verdict a row: the final or only one, or what more than half of the coders said; else a conflict.

    A coder's later verdict replaces his earlier one.
    """
    by_row: dict[str, dict[str, Verdict]] = {}
    for verdict in verdicts:
        # A coder may also be the one who settles the row in the end.
        who = f"{verdict.coder}\n{verdict.final}"
        by_row.setdefault(verdict.key, {})[who] = verdict
    settled: list[Verdict] = []
    conflicts: list[Conflict] = []
    for key in sorted(by_row, key=lambda key: rows[key].number):
        said = tuple(by_row[key].values())
        agreed = _majority(said)
        if agreed is not None:
            settled.append(agreed)
        else:
            codes = tuple((v.coder, v.ordered) for v in said)
            conflicts.append(Conflict(key, rows[key].number, codes))
    return Settled(tuple(settled), tuple(conflicts))


def spans_of(codes: Iterable[str], row: QueueRow | None) -> tuple[Span, ...]:
    """The codes with the words that the reader's proposals rest on; other codes have no words."""
    places = {proposal.code: proposal for proposal in row.proposals} if row else {}
    return tuple(
        Span(code, places[code].start, places[code].end) if code in places else Span(code) for code in codes
    )


def _majority(said: Sequence[Verdict]) -> Verdict | None:
    final = [verdict for verdict in said if verdict.final]
    if final:
        return final[-1]
    votes = Counter((verdict.primary, verdict.codes) for verdict in said)
    (most, n), *_ = votes.most_common(1)
    if 2 * n <= len(said):
        return None
    return next(verdict for verdict in said if (verdict.primary, verdict.codes) == most)
