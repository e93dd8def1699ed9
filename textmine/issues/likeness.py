"""How alike: a verbatim and an issue, two issues. Vectors for the sense, evidence of words for the matter.

Evidence of words is how much likelier an issue's verbatims are to hold the words than the background is
(a Dirichlet-smoothed unigram model, as in topic detection on streams: Yin et al. 2018), by the root of their
number, so that long verbatims have no advantage. On planted streams the sum finds four fifths of an issue's
other verbatims at a false share of 0.3 %; vectors alone find seven tenths. Numbers only.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from operator import mul

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from .cluster import blocks
from .ledger import Issue

Floats = NDArray[np.float32]

PRIOR = 0.5
"""Verbatims' worth of background mixed into an issue's words; 0.5, 1, 2 and 4 tried, little between them."""
DISCOUNT = 0.9
"""Taken off every count of a word in an issue: a word of a single verbatim says next to nothing of it."""
SENSE, WORDS, LEVEL = 13.8, 0.27, 0.8
"""Weights of the cosine and of the evidence of words, and constant, of the log-likelihood ratio that a
verbatim belongs to an issue: logistic regression on planted issues of 4 to 16 verbatims amid the corpus."""
SENSE_ENOUGH = 0.2
"""Cosine of two middles below which words are not compared."""


class Rarity(dict[str, float]):
    """Squared inverse frequency of words among `rows` rows, each worked out when it is asked for.

    `squares` remembers the squared lengths of issues' words by it.
    """

    def __init__(self, background: Mapping[str, int], rows: int) -> None:
        super().__init__()
        self._background, self._rows = background, rows
        self.squares: dict[tuple[str, int], float] = {}

    def __missing__(self, word: str) -> float:
        self[word] = math.log((self._rows + 1) / (self._background.get(word, 0) + 0.5)) ** 2
        return self[word]


@dataclass(frozen=True, slots=True)
class Said:
    """Which words verbatims say: `has` is (verbatims, words), ones and zeros; `index` the words' columns."""

    index: Mapping[str, int]
    has: sparse.csr_matrix

    @classmethod
    def of(cls, said: Sequence[Collection[str]]) -> Said:
        """From the words of each verbatim."""
        index = {word: i for i, word in enumerate(sorted(set().union(*said)))}
        columns: list[int] = []
        starts = [0]
        for words in said:
            columns += sorted(map(index.__getitem__, words))
            starts.append(len(columns))
        has = sparse.csr_matrix((np.ones(len(columns)), columns, starts), shape=(len(said), len(index)))
        return cls(index, has)

    def take(self, rows: Sequence[int]) -> Said:
        """Some of the verbatims."""
        return Said(self.index, self.has[list(rows)])


def nearness(
    vectors: Floats,
    said: Said,
    issues: Sequence[Issue],
    directions: Floats,
    background: Mapping[str, int],
    rows: int,
) -> Floats:
    """Log-likelihood ratio (verbatims, issues) that a verbatim belongs to an issue; rounded: ties stay.

    `vectors` and `said` are the verbatims' unit vectors and words, `directions` those of the issues' middles;
    `background` counts words in `rows` rows.
    """
    scores = np.empty((len(vectors), len(issues)), np.float32)
    gain, absent = _gains(said.index, issues, background, rows)
    lengths = np.maximum(np.diff(said.has.indptr), 1).astype(np.float32)[:, None]
    # In blocks: the words of a busy period against thousands of issues are a large table.
    for block in blocks(len(vectors), 1024):
        evidence = (said.has[block] @ gain).toarray() + lengths[block] * absent
        scores[block] = SENSE * (vectors[block] @ directions.T) + LEVEL
        scores[block] += WORDS * evidence / np.sqrt(lengths[block])
    return np.round(scores, 4)


@dataclass(frozen=True, slots=True)
class Profile:
    """What kinship compares: the direction of a group's middle, its words, their length by rarity squared."""

    direction: Floats
    words: Counter[str]
    square: float

    @classmethod
    def of(cls, direction: Floats, words: Counter[str], rarity: Rarity) -> Profile:
        """Of a group of verbatims."""
        return cls(direction, words, _weighted(words, words, words, rarity))

    @classmethod
    def of_issue(cls, issue: Issue, direction: Floats, rarity: Rarity) -> Profile:
        """Of an issue; its length is worked out anew only when it has grown."""
        at = (issue.id, issue.distinct)
        if at not in rarity.squares:
            rarity.squares[at] = _weighted(issue.words, issue.words, issue.words, rarity)
        return cls(direction, issue.words, rarity.squares[at])


def kinship(one: Profile, other: Profile, rarity: Rarity) -> float:
    """How far two groups of verbatims are one matter: cosine of the middles plus cosine of their words.

    Rare words count more. On one planted stream halves of one matter reached 0.74 in nine
    cases of ten, two matters in three of a thousand.
    """
    sense = float(one.direction @ other.direction)
    if sense < SENSE_ENOUGH:
        return round(sense, 4)
    shared = _weighted(one.words.keys() & other.words.keys(), one.words, other.words, rarity)
    return round(sense + shared / max(math.sqrt(one.square * other.square), 1e-9), 4)


def _weighted(
    words: Collection[str], one: Mapping[str, int], other: Mapping[str, int], rare: Mapping[str, float]
) -> float:
    """The sum of both counts times rarity; exact: the order in which words were counted must not show."""
    counts = map(mul, map(one.__getitem__, words), map(other.__getitem__, words))
    return math.fsum(map(mul, counts, map(rare.__getitem__, words)))


def _gains(
    index: Mapping[str, int], issues: Sequence[Issue], background: Mapping[str, int], rows: int
) -> tuple[sparse.csc_matrix, Floats]:
    """Log-likelihood ratios, issue to background: of words (words, issues) and of an absent one (issues)."""
    places: list[int] = []
    counts: list[int] = []
    starts = [0]
    for issue in issues:
        # Intersecting costs an issue's words, which are bounded, and no step in Python for each of them.
        shared = issue.words.keys() & index.keys()
        places += map(index.__getitem__, shared)
        counts += map(issue.words.__getitem__, shared)
        starts.append(len(places))
    known = np.array([background.get(word, 0) for word in index], np.float64)
    share = (known[places] + 0.5) / (rows + 1)
    more = np.maximum(np.array(counts, np.float64) - DISCOUNT, 0.0)
    gain = sparse.csc_matrix(
        (np.log1p(more / (PRIOR * share)), places, starts), shape=(len(index), len(issues))
    )
    gain.sort_indices()
    absent = np.array([math.log(PRIOR / (issue.distinct + PRIOR)) for issue in issues], np.float32)
    return gain, absent
