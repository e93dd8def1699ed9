"""Words that suddenly come up: counts of the last periods against all earlier ones. Numbers only.

A matter that is new brings words that were rare, whatever else its verbatims have in common with old matters.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy import special

Floats = NDArray[np.float32]

RECENT_PERIODS = 3
LEAST_PAST = 4
"""Earlier periods that must be known before a word can be called sudden."""
LEAST_ROWS = 4
LEAST_RATIO = 4.0
P_LIMIT = 2e-5
"""Per word; about one word in a vocabulary of fifty thousand passes by chance; no alarm rests on it alone."""

P_NOVEL = 0.01
NOVEL_ROWS = 2
"""A word that may be the first sign of a new matter: its verbatims wait before they join an old issue."""
P_STRIKING = 2e-7
"""Per word; hardly ever by chance: an issue that has such a word is believed at five rows."""


@dataclass(frozen=True, slots=True)
class Bursts:
    """Words of the last periods with their rows, how many times the expected that is, and the p-value."""

    words: tuple[str, ...] = ()
    observed: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))
    ratio: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))
    p_values: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))

    @classmethod
    def of(
        cls,
        background: Mapping[str, int],
        rows: int,
        recent: Mapping[str, Mapping[str, int]],
        recent_rows: int,
    ) -> Bursts:
        """Rows with each word in `recent` periods against what the rest of `background` lets expect."""
        past_rows = rows - recent_rows
        if past_rows <= 0 or not recent_rows:
            return cls()
        counts: Counter[str] = Counter()
        for period in recent.values():
            counts.update(period)
        words = sorted(word for word, n in counts.items() if n >= NOVEL_ROWS and len(word) > 1)
        observed = np.array([counts[word] for word in words], float)
        past = np.maximum(np.array([background.get(word, 0) for word in words], float) - observed, 0.0)
        expected = (past + 0.5) / past_rows * recent_rows
        return cls(tuple(words), observed, observed / expected, special.pdtrc(observed - 1, expected))

    def sudden(self, p_limit: float = P_LIMIT, *, least: int = LEAST_ROWS) -> frozenset[str]:
        """Words in at least `least` rows, far more than expected and by chance no likelier than `p_limit`."""
        far = (self.observed >= least) & (self.ratio >= LEAST_RATIO) & (self.p_values <= p_limit)
        return frozenset(self.words[i] for i in np.flatnonzero(far))


def word_groups(rows: Sequence[Collection[str]], *, share: float = 0.5) -> list[frozenset[str]]:
    """Sudden words that belong together: those that stand in the same rows; the commonest words first.

    `rows` holds the sudden words of each row. Groups grow from single words: the two whose rows overlap most
    are joined while `share` of the smaller one's rows lie in both, so that one word of two matters does not
    join them.
    """
    words = sorted({word for said in rows for word in said})
    holds = np.array([[word in said for said in rows] for word in words], np.float32)
    holds = holds.reshape(len(words), len(rows))
    sizes = holds.sum(axis=1)
    groups = [{word} for word in words]
    overlap = _overlap(holds @ holds.T, sizes, sizes[:, None])
    np.fill_diagonal(overlap, 0.0)
    while len(words) > 1 and overlap.max() >= share:
        first, second = sorted(divmod(int(overlap.argmax()), len(words)))
        groups[first] |= groups[second]
        groups[second] = set()
        holds[first] = np.maximum(holds[first], holds[second])
        sizes[first], sizes[second], holds[second] = holds[first].sum(), 0.0, 0.0
        overlap[second] = overlap[:, second] = 0.0
        overlap[first] = overlap[:, first] = _overlap(holds @ holds[first], sizes, sizes[first])
        overlap[first, first] = 0.0
    order = sorted(
        (i for i, group in enumerate(groups) if group), key=lambda i: (-sizes[i], sorted(groups[i]))
    )
    return [frozenset(groups[i]) for i in order]


def _overlap(both: Floats, sizes: Floats, other: Floats) -> Floats:
    """Share of the smaller of two words' rows that hold both; 0 below two rows."""
    found = np.where(both >= 2, both / np.maximum(np.minimum(sizes, other), 1), 0.0)
    return np.asarray(np.round(found, 6), np.float32)
