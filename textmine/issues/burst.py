"""Words that suddenly come up: counts of the last periods against all earlier ones. Numbers only.

A matter that is new brings words that were rare, whatever else its verbatims have in common with old matters.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence

import numpy as np
from scipy import stats

RECENT_PERIODS = 3
LEAST_PAST = 4
"""Earlier periods that must be known before a word can be called sudden."""
LEAST_ROWS = 4
LEAST_RATIO = 4.0
P_LIMIT = 2e-5
"""Per word; about one word in a vocabulary of fifty thousand passes by chance; no alarm rests on it alone."""

P_STRIKING = 2e-7
"""Per word; hardly ever by chance: an issue that has such a word is believed at five rows."""


def sudden_words(
    background: Mapping[str, int],
    rows: int,
    recent: Mapping[str, Mapping[str, int]],
    recent_rows: int,
    *,
    p_limit: float = P_LIMIT,
) -> frozenset[str]:
    """Words whose rows in `recent` periods exceed what the rest of `background` lets expect."""
    counts: Counter[str] = Counter()
    for period in recent.values():
        counts.update(period)
    past_rows = rows - recent_rows
    if past_rows <= 0 or not recent_rows:
        return frozenset()
    words = sorted(word for word, n in counts.items() if n >= LEAST_ROWS and len(word) > 1 and word[0] != "=")
    observed = np.array([counts[word] for word in words], float)
    past = np.array([max(background.get(word, 0) - counts[word], 0) for word in words], float)
    expected = (past + 0.5) / past_rows * recent_rows
    sudden = (observed >= LEAST_RATIO * expected) & (stats.poisson.sf(observed - 1, expected) <= p_limit)
    return frozenset(word for word, is_sudden in zip(words, sudden.tolist(), strict=True) if is_sudden)


def word_groups(rows: Sequence[Collection[str]], *, share: float = 0.3) -> list[frozenset[str]]:
    """Sudden words that belong together: those that stand in the same rows; the commonest words first.

    `rows` holds the sudden words of each row. Two words are joined when `share` of the rarer one's rows have
    both.
    """
    counts = Counter(word for words in rows for word in words)
    together: Counter[tuple[str, str]] = Counter()
    for words in rows:
        ordered = sorted(words)
        together.update((a, b) for i, a in enumerate(ordered) for b in ordered[i + 1 :])
    group = {word: word for word in counts}
    for (a, b), n in sorted(together.items(), key=lambda item: (-item[1], item[0])):
        if n >= 2 and n >= share * min(counts[a], counts[b]):
            old, new = group[b], group[a]
            group = {word: new if leader == old else leader for word, leader in group.items()}
    found: dict[str, set[str]] = {}
    for word, leader in group.items():
        found.setdefault(leader, set()).add(word)
    return sorted(
        (frozenset(words) for words in found.values()), key=lambda g: (-sum(counts[w] for w in g), sorted(g))
    )
