"""Risk flags of a batch: what their patterns say; the model has no part in them.

Whom a post mentions by @name counts, and so does a threat under a condition.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..frame.cues import Matcher
from ..frame.screen import Screen
from ..text.normalize import handle_names
from .prepare import Prepared, prepare_normalized
from .reader_cues import ReaderCues


class RiskCues:
    """Hears the risk patterns among cues; `order` is that of the flags of a reading. Stateless."""

    def __init__(self, cues: ReaderCues, order: Sequence[str]) -> None:
        self._matcher = Matcher(cues.risk)
        self._screen = Screen(cues.needs)
        self._order = tuple(order)

    def flags(self, texts: Sequence[str], prepared: Prepared) -> list[tuple[str, ...]]:
        """The flags of every text of a batch, `texts` being the raw ones."""
        names = handle_names(texts)
        heard = [f"{item.text} {own}" for item, own in zip(prepared.normalized, names, strict=True)]
        flags: list[tuple[str, ...]] = [()] * len(heard)
        # Few texts hold the words of any threat, so only they are searched.
        places = np.flatnonzero(self._screen.may_hold(heard)).tolist()
        if places:
            found = self._found([heard[place] for place in places])
            for place, targets in zip(places, found, strict=True):
                flags[place] = tuple([flag for flag in self._order if flag in targets])
        return flags

    def _found(self, heard: Sequence[str]) -> list[set[str]]:
        batch = prepare_normalized(heard)
        cues = self._matcher.match(batch.joined, batch.clause_starts, batch.text_starts, spans=False)
        found: list[set[str]] = [set() for _ in heard]
        of_clause = batch.text_of_clause[cues.clause].tolist()
        for pattern, text in zip(cues.pattern.tolist(), of_clause, strict=True):
            found[text].add(self._matcher.patterns[pattern].target)
        return found
