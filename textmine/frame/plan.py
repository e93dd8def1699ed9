"""All patterns of a lexicon laid out as arrays, so that a batch is searched for all of them at once.

Windows are numbered through, pattern after pattern ("slots"). No matching here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .compiled import CompiledChain, CompiledPattern
from .patterns import Link
from .tables import Ints, Ragged, Table

#: Stands for "any distance".
ANY_GAP = int(np.iinfo(np.int64).max)


@dataclass(frozen=True, slots=True)
class Chains:
    """Chains of two or more elements: element and link tables; `gap` and `ordered` run parallel to links."""

    elements: Table
    links: Table
    gap: Ints
    ordered: NDArray[np.bool_]

    @classmethod
    def of(cls, chains: Sequence[CompiledChain]) -> Chains:
        links = [link for chain in chains for link in chain.links]
        sizes = np.cumsum([0, *(len(chain.links) for chain in chains)], dtype=np.int64)
        return cls(
            Table.of([chain.elements for chain in chains]),
            Table(sizes, np.arange(len(links))),
            np.array([ANY_GAP if link.gap is None else link.gap for link in links], np.int64),
            np.array([link.ordered for link in links], bool),
        )

    def chain(self, number: int) -> CompiledChain:
        """One chain as it was compiled."""
        ties = zip(*(part[self.links.row(number)].tolist() for part in (self.gap, self.ordered)), strict=True)
        links = tuple(Link(None if gap == ANY_GAP else gap, ordered) for gap, ordered in ties)
        return CompiledChain(tuple(self.elements.row(number)), links)


@dataclass(frozen=True, slots=True)
class Plan:
    """Compiled patterns as arrays.

    `elements` are the classes of every element, `element_of_class` whose each of them is; `used[class]` says
    whether any element has it. `required` and `excluded` are the elements of every slot, by column. `barred`
    are the elements of every pattern that may stand nowhere in the text, `anywhere` its slots that may hold
    anywhere in it. `near` are the slots of patterns with 2, 3, … windows that hang together (patterns x
    windows). `tied` are the chains of every slot that need a look at order and distance, `tied_slots` the
    slots that have any.
    """

    elements: Table
    element_of_class: Ints
    used: NDArray[np.bool_]
    first_slot: Ints
    pattern_of_slot: Ints
    required: Ragged
    excluded: Ragged
    barred: Table
    anywhere: Table
    near: tuple[Ints, ...]
    tied: Table
    tied_slots: Ints
    chains: Chains

    @classmethod
    def of(
        cls, patterns: Sequence[CompiledPattern], elements: Sequence[tuple[int, ...]], n_classes: int
    ) -> Plan:
        """Lay patterns out; `elements[i]` are the classes of element i."""
        windows = [(number, window) for number, pattern in enumerate(patterns) for window in pattern.windows]
        first = np.cumsum([0, *(len(pattern.windows) for pattern in patterns)], dtype=np.int64)[:-1]
        chains: dict[CompiledChain, int] = {}
        tied = [[chains.setdefault(chain, len(chains)) for chain in w.tied] for _, w in windows]
        table = Table.of(elements)
        used = np.zeros(n_classes, bool)
        used[table.items] = True
        return cls(
            elements=table,
            element_of_class=np.repeat(np.arange(len(table)), table.sizes),
            used=used,
            first_slot=first,
            pattern_of_slot=np.array([number for number, _ in windows], np.int64),
            required=Ragged.of(Table.of([window.required for _, window in windows])),
            excluded=Ragged.of(Table.of([window.excluded for _, window in windows])),
            barred=Table.of([pattern.excluded for pattern in patterns]),
            anywhere=Table.of(
                [
                    [first[n] + w for w in range(1, len(p.windows)) if p.windows[w].anywhere]
                    for n, p in enumerate(patterns)
                ]
            ),
            near=_near(patterns, first),
            tied=Table.of(tied),
            tied_slots=np.array([slot for slot, own in enumerate(tied) if own], np.int64),
            chains=Chains.of(tuple(chains)),
        )

    @property
    def n_patterns(self) -> int:
        return len(self.first_slot)

    def slots(self, pattern: int) -> range:
        """The slots of a pattern."""
        first = int(self.first_slot[pattern])
        return range(first, first + int(np.count_nonzero(self.pattern_of_slot == pattern)))

    def chains_of(self, slot: int) -> tuple[CompiledChain, ...]:
        """All chains of a window, those of one element too; in no order."""
        tied = [self.chains.chain(number) for number in self.tied.row(slot)]
        alone = self.required.row(slot)
        for chain in tied:
            for element in chain.elements:
                alone.remove(element)
        return (*tied, *(CompiledChain((element,), ()) for element in alone))

    def live(self, present: NDArray[np.bool_]) -> Live:
        """What may hold at all in a batch in which only the classes `present` occur."""
        there = np.zeros(len(self.elements), bool)
        there[self.element_of_class[present[self.elements.items]]] = True
        able = np.ones(len(self.pattern_of_slot), bool)
        for column in self.required.columns:
            able[self.required.rows[: len(column)]] &= there[column]
        dead = np.bincount(self.pattern_of_slot[~able], minlength=self.n_patterns) > 0
        able = ~dead[self.pattern_of_slot]
        patterns = np.flatnonzero(~dead)
        needed = np.zeros(len(self.elements), bool)
        for lists in (self.required, self.excluded):
            for column in lists.columns:
                needed[column[able[lists.rows[: len(column)]]]] = True
        needed[self.barred.of_rows(patterns)[1]] = True
        return Live(patterns, self.required.rows[able[self.required.rows]], needed & there)


@dataclass(frozen=True, slots=True)
class Live:
    """What may hold in a batch: patterns, their slots in the order of `required`, and elements they need."""

    patterns: Ints
    slots: Ints
    needed: NDArray[np.bool_]


def _near(patterns: Sequence[CompiledPattern], first: Ints) -> tuple[Ints, ...]:
    most = max((len(pattern.near) for pattern in patterns), default=0)
    groups = []
    for size in range(2, most + 1):
        own = [number for number, pattern in enumerate(patterns) if len(pattern.near) == size]
        slots = [[first[number] + window for window in patterns[number].near] for number in own]
        groups.append(np.array(slots, np.int64).reshape(-1, size))
    return tuple(groups)
