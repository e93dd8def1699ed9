"""Repeat complaints and the escalation list: who comes back with the same cause, and what cannot wait.

Reads plain contacts, returns which rows belong together; drilling down to the texts is the caller's. No
files, no formatting, no cause or flag known by name.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from ..errors import UsageError
from .tally import cause_part

if TYPE_CHECKING:
    from ..frame.frame import Frame

WITHIN_DAYS = 30


@dataclass(frozen=True, slots=True)
class Contact:
    """One row as far as repeats are concerned: its number, customer id ("" if unknown), day (None if
    unknown), codes and flags."""

    row: int
    customer: str
    day: date | None
    codes: tuple[str, ...]
    risk: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RepeatChain:
    """The same customer with the same cause again and again, each time within the days allowed; rows in
    order."""

    customer: str
    cause: str
    rows: tuple[int, ...]
    first: date
    last: date

    @property
    def times(self) -> int:
        return len(self.rows)


@dataclass(frozen=True, slots=True)
class Escalation:
    """One row that should be looked at first: its risk flags, gravest first, and its place in a repeat chain.

    `repeat` is how many times the customer has come with one of the row's causes so far (1: the first time).
    """

    row: int
    customer: str
    day: date | None
    flags: tuple[str, ...]
    repeat: int


def repeat_chains(contacts: Sequence[Contact], *, within_days: int = WITHIN_DAYS) -> tuple[RepeatChain, ...]:
    """Chains of two or more, most often first. Raises UsageError for days < 0.

    Rows without a customer id or a day never match.
    Two contacts are linked when at most `within_days` days lie between them, so that a chain may last longer.
    """
    chains = [chain for chain in _chains(contacts, within_days) if len(chain.rows) > 1]
    return tuple(sorted(chains, key=lambda chain: (-chain.times, chain.first, chain.customer, chain.cause)))


def repeat_share(contacts: Sequence[Contact], *, within_days: int = WITHIN_DAYS) -> Mapping[str, float]:
    """By cause: the share of contacts of known customers that come within N days after one about the same
    cause."""
    again: Counter[str] = Counter()
    total: Counter[str] = Counter()
    for chain in _chains(contacts, within_days):
        again[chain.cause] += chain.times - 1
        total[chain.cause] += chain.times
    return {cause: again[cause] / n for cause, n in sorted(total.items())}


def escalations(
    contacts: Sequence[Contact], frame: Frame, *, within_days: int = WITHIN_DAYS, min_repeat: int = 3
) -> tuple[Escalation, ...]:
    """Rows with a risk flag, or the `min_repeat`-th of a chain or later: gravest first.

    Flags are as grave as they stand early in the code frame; then more flags, more repeats, newer rows come
    first, rows without a day last.
    """
    gravity = {flag: i for i, flag in enumerate(frame.axes["risk"])}
    nth: dict[int, int] = {}
    for chain in _chains(contacts, within_days):
        for times, row in enumerate(chain.rows, start=1):
            nth[row] = max(nth.get(row, 1), times)
    found = []
    for contact in contacts:
        flags = tuple(sorted(contact.risk, key=lambda flag: (gravity.get(flag, len(gravity)), flag)))
        repeat = nth.get(contact.row, 1)
        if flags or repeat >= min_repeat:
            found.append(Escalation(contact.row, contact.customer, contact.day, flags, repeat))

    def order(one: Escalation) -> tuple[int, int, int, int, int]:
        gravest = gravity.get(one.flags[0], len(gravity)) if one.flags else len(gravity) + 1
        return gravest, -len(one.flags), -one.repeat, -(one.day.toordinal() if one.day else 0), one.row

    return tuple(sorted(found, key=order))


def _chains(contacts: Sequence[Contact], within_days: int) -> list[RepeatChain]:
    """All chains, those of one contact included."""
    if within_days < 0:
        raise UsageError(f"a repeat within {within_days} days is impossible; give 0 or more")
    visits: dict[tuple[str, str], list[tuple[date, int]]] = {}
    for contact in contacts:
        if contact.customer and contact.day:
            for cause in dict.fromkeys(map(cause_part, contact.codes)):
                visits.setdefault((contact.customer, cause), []).append((contact.day, contact.row))
    chains = []
    for (customer, cause), theirs in visits.items():
        theirs.sort()
        start = 0
        for i in range(1, len(theirs) + 1):
            if i == len(theirs) or (theirs[i][0] - theirs[i - 1][0]).days > within_days:
                linked = theirs[start:i]
                rows = tuple(row for _, row in linked)
                chains.append(RepeatChain(customer, cause, rows, linked[0][0], linked[-1][0]))
                start = i
    return chains
