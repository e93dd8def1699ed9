"""What a coder sees and may do: the next row, a row without the other coder's opinion, progress, agreement.

The second coder is blind: neither proposals nor the first coder's decision are shown to him until both have
judged a row. Holds no state of its own; knows no pages.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from ..classify.reader import Reader
from ..errors import UsageError
from ..frame.frame import Frame
from .agreement import Agreement, agreement
from .queue import QueueRow
from .round_trip import corrections, verdicts_of
from .rows import Rows, matches
from .store import FINAL, FIRST, NAME, SECOND, Choice, Decision, ReviewStore, Slot
from .verdicts import Span, settle, spans_of

Show = Literal["open", "done", "skipped", "differ", "all"]


@dataclass(frozen=True, slots=True)
class Coder:
    """Who reviews: a name, and the first or the second opinion."""

    name: str
    round: int

    @property
    def blind(self) -> bool:
        return self.round == SECOND


@dataclass(frozen=True, slots=True)
class Seen:
    """A row as a coder may see it. `theirs` and `final` are there only after both coders have judged."""

    row: QueueRow
    mine: Slot
    theirs: Decision | None
    final: Slot
    blind: bool

    @property
    def both(self) -> bool:
        """Whether both coders have judged the row."""
        return self.theirs is not None

    @property
    def agree(self) -> bool:
        """Whether both gave the same causes and the same primary one."""
        mine = self.mine.decision
        return bool(mine and self.theirs and _same(mine, self.theirs))


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a coder's round has come, in rows of the queue."""

    total: int
    done: int
    skipped: int
    both: int


@dataclass(frozen=True, slots=True)
class Compared:
    """Agreement of the two rounds, and the rows on which they differ with what was decided in the end."""

    agreement: Agreement
    differ: tuple[tuple[QueueRow, Decision, Decision, Decision | None], ...]


@dataclass(frozen=True, slots=True)
class Desk:
    """The review of one folder; every call reads the decisions anew, so that processes see each other's."""

    rows: Rows
    store: ReviewStore
    frame: Frame

    @classmethod
    def open(cls, folder: Path, frame: Frame, *, reader: Reader | None = None) -> Desk:
        """The review of a folder that `classify` wrote; decisions lie in it as review.sqlite.

        Raises InputError, UsageError and OutputError as `Rows.load` and `ReviewStore.open` do.
        """
        rows = Rows.load(folder, frame, reader=reader)
        return cls(rows, ReviewStore.open(folder / NAME, source=rows.source), frame)

    def listed(self, coder: Coder, show: Show, words: str = "") -> tuple[Seen, ...]:
        """The rows of the queue in a state, in order, that have the words."""
        table = _table(self.store.decisions())
        rows: Iterable[QueueRow] = self.rows
        if show != "open":
            beyond = self.rows.get_all(key for key in table if not self.rows.is_queued(key))
            rows = (*self.rows, *sorted(beyond.values(), key=lambda row: row.number))
        seen = (_seen(row, coder, table.get(row.key, {})) for row in rows if matches(row, words))
        return tuple(one for one in seen if _shown(one, coder, show, table.get(one.row.key, {})))

    def seen(self, coder: Coder, key: str) -> Seen | None:
        """A row as the coder may see it, None when the folder has no such row."""
        row = self.rows.get(key)
        if row is None:
            return None
        slots = {round: self.store.slot(key, round) for round in (FIRST, SECOND, FINAL)}
        said = {round: slot.decision for round, slot in slots.items() if slot.decision}
        one = _seen(row, coder, said)
        # A row whose decision was undone stands empty, and yet has a version.
        return replace(one, mine=slots[coder.round], final=slots[FINAL] if one.both else Slot())

    def next(self, coder: Coder, *, after: str = "") -> str | None:
        """The key of the next undecided row that nobody else has open; from `after` on, then from the top."""
        taken = self.store.claimed(coder.round, coder.name)
        keys = [one.row.key for one in self.listed(coder, "open")]
        free = [key for key in keys if key not in taken]
        order = [row.key for row in self.rows]
        start = order.index(after) + 1 if after in order else 0
        later = set(order[start:])
        return next((key for key in free if key in later), next(iter(free or keys), None))

    def progress(self, coder: Coder) -> Progress:
        """How far the coder's round has come."""
        table = _table(self.store.decisions())
        mine = [table.get(row.key, {}).get(coder.round) for row in self.rows]
        both = sum(_both(table.get(row.key, {})) for row in self.rows)
        done = sum(one is not None and one.judged for one in mine)
        return Progress(len(self.rows), done, sum(one is not None and not one.judged for one in mine), both)

    def judge(
        self, coder: Coder, key: str, choice: Choice, codes: tuple[str, ...], stance: str, *, seen: int,
        final: bool = False,
    ) -> Decision:  # fmt: skip
        """Record what a coder decided about the row of which he saw version `seen`.

        Raises UsageError for a row, cause or stance that does not exist, StaleError, RefusedError.
        """
        shown = self.seen(coder, key)
        if shown is None:
            raise UsageError(f"no row {key!r} in this folder; choose one from the queue")
        if choice == "accept" and shown.blind:
            raise UsageError("a second coder sees no proposal that could be accepted; choose causes")
        if choice == "skip" and final:
            raise UsageError("a final decision cannot be to skip; choose causes or none")
        row = shown.row
        if choice == "accept":
            codes, stance = tuple(proposal.code for proposal in row.proposals), row.stance
        elif choice != "change":
            codes = ()
        elif not codes:
            choice = "none"
        decision = Decision(
            key, FINAL if final else coder.round, coder.name, choice, self._spans(codes, row),
            self._stance(stance or row.stance),
        )  # fmt: skip
        return self.store.decide(decision, seen=seen)

    def _spans(self, codes: Iterable[str], row: QueueRow) -> tuple[Span, ...]:
        codes = tuple(dict.fromkeys(codes))
        for code in codes:
            self.frame.entry(code)
        return spans_of(codes, row)

    def _stance(self, stance: str) -> str:
        if stance not in self.frame.axes["stance"]:
            raise UsageError(f"no stance {stance!r} in the code frame; choose one from the list")
        return stance

    def undo(self, coder: Coder) -> str | None:
        """Take the coder's last decision back; the row's key. Raises StaleError, RefusedError."""
        return self.store.undo(coder.name, coder.round)

    def compared(self) -> Compared:
        """How far the two coders agree on the rows that both judged, and where they do not."""
        table = {key: said for key, said in _table(self.store.decisions()).items() if _both(said)}
        rows = self.rows.get_all(table)
        first_two = [said[round] for said in table.values() for round in (FIRST, SECOND)]
        differ = [
            (rows[key], said[FIRST], said[SECOND], said.get(FINAL))
            for key, said in table.items()
            if key in rows and not _same(said[FIRST], said[SECOND])
        ]
        differ.sort(key=lambda entry: entry[0].number)
        return Compared(agreement([one.verdict(NAME) for one in first_two]), tuple(differ))

    def corrections(self) -> str:
        """What was decided so far as labelled JSON Lines, as `review import` writes them."""
        verdicts = verdicts_of(self.store.decisions(), self.frame, NAME)
        rows = self.rows.get_all(verdict.key for verdict in verdicts)
        return corrections(settle(verdicts, rows).verdicts, rows)


def _table(decisions: Iterable[Decision]) -> dict[str, dict[int, Decision]]:
    table: dict[str, dict[int, Decision]] = {}
    for decision in decisions:
        table.setdefault(decision.key, {})[decision.round] = decision
    return table


def _both(said: Mapping[int, Decision]) -> bool:
    return all(round in said and said[round].judged for round in (FIRST, SECOND))


def _same(one: Decision, other: Decision) -> bool:
    return one.codes[:1] == other.codes[:1] and set(one.codes) == set(other.codes)


def _seen(row: QueueRow, coder: Coder, said: Mapping[int, Decision]) -> Seen:
    both = _both(said)
    mine = said.get(coder.round)
    theirs = said[SECOND if coder.round == FIRST else FIRST] if both else None
    final = said.get(FINAL) if both else None
    return Seen(
        row,
        Slot(mine.version, mine) if mine else Slot(),
        theirs,
        Slot(final.version, final) if final else Slot(),
        coder.blind and not both,
    )


def _shown(one: Seen, coder: Coder, show: Show, said: Mapping[int, Decision]) -> bool:
    mine = one.mine.decision
    if show == "open":
        other = said.get(SECOND if coder.round == FIRST else FIRST)
        return mine is None and not (other and other.judged and other.coder == coder.name)
    if show == "done":
        return mine is not None and mine.judged
    if show == "skipped":
        return mine is not None and not mine.judged
    return show == "all" or (one.both and not one.agree)
