"""Repeats and risk: flags with rows to read, repeat complaints, and what to look at first, all masked.

Chooses and looks up rows; what repeats and what is grave is told by `counts.repeats`. No wording, no markup.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ..counts.repeats import (
    Contact,
    Escalation,
    RepeatChain,
    escalations,
    repeat_chains,
    repeat_share,
)
from ..frame.frame import Frame
from ..io.folder import ClassifiedFolder, ClassifiedRow
from ..text.mask import mask
from .collect import Collected, text_of
from .verbatims import Part, excerpt

ESCALATIONS = 30
"""Rows to look at first that the page shows; the workbook has up to ESCALATIONS_KEPT."""
ESCALATIONS_KEPT = 1000
CHAINS = 50
"""Repeat complaints that are listed, most often first; of each the last CHAIN_ROWS rows."""
CHAIN_ROWS = 6
FLAG_ROWS = 20
"""Rows shown below each risk flag, newest first."""
_LENGTH = 120


@dataclass(frozen=True, slots=True)
class RiskRow:
    """One row as shown: number, masked id, ISO day ("" if unknown), excerpt with evidence, its codes."""

    row: int
    id: str
    day: str
    parts: tuple[Part, ...]
    codes: tuple[str, ...]

    @property
    def text(self) -> str:
        return "".join(part.text for part in self.parts)


@dataclass(frozen=True, slots=True)
class Escalated:
    """A row to look at first, as shown."""

    entry: Escalation
    shown: RiskRow


@dataclass(frozen=True, slots=True)
class Flag:
    """A risk flag: how many rows bear it, and the newest of them."""

    code: str
    n: int
    rows: tuple[RiskRow, ...]


@dataclass(frozen=True, slots=True)
class Repeat:
    """A repeat complaint: the masked customer, the cause, how often and when, the last rows."""

    customer: str
    chain: RepeatChain
    rows: tuple[RiskRow, ...]


@dataclass(frozen=True, slots=True)
class Risk:
    """Risk flags, repeat complaints within `within_days`, and the escalation list (`total`, the first kept).

    `chains` counts all repeats, `repeats` are the first; `repeat_shares` say by cause which share of contacts
    comes again. `customers` says whether the table has customer ids, `days` whether rows have days: without
    them nothing can be called a repeat.
    """

    flags: tuple[Flag, ...]
    within_days: int
    chains: int
    repeats: tuple[Repeat, ...]
    repeat_shares: Mapping[str, float]
    entries: tuple[Escalated, ...]
    total: int
    customers: bool
    days: bool


def risk_of(found: Collected, folder: ClassifiedFolder, frame: Frame, *, within_days: int) -> Risk:
    """Everything about repeats and risk; the rows that are shown are looked up in the folder once."""
    contacts = found.contacts()
    chains = repeat_chains(contacts, within_days=within_days)
    entries = escalations(contacts, frame, within_days=within_days)
    flagged = {flag: _newest(contacts, flag) for flag in frame.axes["risk"]}
    wanted = {entry.row for entry in entries[:ESCALATIONS_KEPT]}
    wanted |= {row for chain in chains[:CHAINS] for row in chain.rows[-CHAIN_ROWS:]}
    wanted |= {row for rows in flagged.values() for row in rows}
    shown = _shown(found, folder, contacts, wanted)
    counted = found.whole.cell().risk
    return Risk(
        flags=tuple(
            Flag(code, counted[code], tuple(shown[row] for row in flagged[code] if row in shown))
            for code in frame.axes["risk"]
            if counted[code]
        ),
        within_days=within_days,
        chains=len(chains),
        repeats=tuple(
            Repeat(mask(c.customer), c, tuple(shown[row] for row in c.rows[-CHAIN_ROWS:] if row in shown))
            for c in chains[:CHAINS]
        ),
        repeat_shares=repeat_share(_known(found), within_days=within_days),
        entries=tuple(
            Escalated(entry, shown[entry.row]) for entry in entries[:ESCALATIONS_KEPT] if entry.row in shown
        ),
        total=len(entries),
        customers=found.parts.customer is not None,
        days=found.span is not None,
    )


def _known(found: Collected) -> list[Contact]:
    """Contacts of known customers, those who came once included."""
    return found.contacts(all_customers=True)


def _newest(contacts: Sequence[Contact], flag: str) -> list[int]:
    bearing = [contact for contact in contacts if flag in contact.risk]
    bearing.sort(key=lambda contact: (-(contact.day.toordinal() if contact.day else 0), contact.row))
    return [contact.row for contact in bearing[:FLAG_ROWS]]


def _shown(
    found: Collected, folder: ClassifiedFolder, contacts: Sequence[Contact], wanted: set[int]
) -> dict[int, RiskRow]:
    days = {contact.row: contact.day for contact in contacts if contact.row in wanted}
    rows = folder.rows(wanted) if wanted else {}
    return {number: _risk_row(row, found, str(days[number] or "")) for number, row in rows.items()}


def _risk_row(row: ClassifiedRow, found: Collected, day: str) -> RiskRow:
    parts = excerpt(text_of(row, found.parts), row.reading.tags, length=_LENGTH)
    codes = tuple(dict.fromkeys(tag.code for tag in row.reading.tags))
    return RiskRow(row.number, mask(row.id), day, parts, codes)
