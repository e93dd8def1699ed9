"""Finds every occurrence of any of many words in a text, all positions at once. Knows no concepts.

The words are a trie in a double array (Aoe 1989): the child of state s by character c is at `base[s] + c` if
`check` there says s. A step of all positions is a few look-ups in arrays; most end after one or two.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .tables import Ints, spread

Codes = NDArray[np.int32]

#: Code points there are.
_POINTS = 0x110000
#: Many children are hard to place: so many places are tried before a state gets room of its own at the end.
_TRIES = 64
_MULTIPLIER = 0x9E3779B1


@dataclass(frozen=True, slots=True)
class WordTrie:
    """Words as a double array; `word[s]` is the number of the word that ends in state s, -1 for none.

    `letter[point]` numbers the characters that words are made of; 0 is any other.
    """

    letter: Codes
    base: Codes
    check: Codes
    word: Codes

    @classmethod
    def of(cls, words: Sequence[str]) -> WordTrie:
        """Build from distinct words, none of them empty; a word's number is its place."""
        points = code_points("".join(words)).astype(np.int64)
        letter = np.zeros(_POINTS, np.int32)
        used = np.unique(points)
        letter[used] = np.arange(1, len(used) + 1)
        size = np.array([len(word) for word in words], np.int64)
        nodes = _Nodes.of(letter[points].astype(np.int64), size, len(used) + 1)
        base, check, state = _placed(nodes, len(used) + 1)
        word = np.full(len(check), -1, np.int32)
        word[state[nodes.node_of_word]] = np.arange(len(words))
        return cls(letter, base, check, word)

    def find(self, points: NDArray[np.uint32]) -> tuple[Ints, Ints, Ints]:
        """(word, start, end) of every occurrence in a text given by its code points; overlaps included."""
        letters = np.append(self.letter[points], np.int32(0))
        state = letters[:-1].astype(np.int64)
        start = np.flatnonzero(self.check[state] == 0)
        state = state[start]
        words, starts, ends = [], [], []
        depth = 1
        while len(start):
            word = self.word[state]
            at = np.flatnonzero(word >= 0)
            words.append(word[at].astype(np.int64))
            starts.append(start[at])
            ends.append(start[at] + depth)
            # A start that ran off the end reads the last letter, which is none.
            following = self.base[state] + letters[np.minimum(start + depth, len(points))]
            alive = np.flatnonzero(self.check[following] == state)
            start, state = start[alive], following[alive].astype(np.int64)
            depth += 1
        if not words:
            return np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, np.int64)
        return np.concatenate(words), np.concatenate(starts), np.concatenate(ends)


def code_points(text: str) -> NDArray[np.uint32]:
    """The code points of a text, lone surrogates included."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)


@dataclass(frozen=True, slots=True)
class _Nodes:
    """A trie as a list of nodes, parents before children: the root is node 0, `parent` and `letter` are of
    the others, children of one parent side by side."""

    parent: Ints
    letter: Ints
    node_of_word: Ints

    @classmethod
    def of(cls, letters: Ints, size: Ints, n_letters: int) -> _Nodes:
        first = np.cumsum(size) - size
        node = np.zeros(len(size), np.int64)
        parents, own = [], []
        n_nodes = 1
        for depth in range(int(size.max(initial=0))):
            longer = np.flatnonzero(size > depth)
            edge = node[longer] * n_letters + letters[first[longer] + depth]
            distinct, which = np.unique(edge, return_inverse=True)
            node[longer] = n_nodes + which
            n_nodes += len(distinct)
            parents.append(distinct // n_letters)
            own.append(distinct % n_letters)
        if not parents:
            return cls(node, node, node)
        return cls(np.concatenate(parents), np.concatenate(own), node)


def _placed(nodes: _Nodes, n_letters: int) -> tuple[Codes, Codes, Ints]:
    """(base, check, state of each node). State 0 is the root, whose child by a letter is that letter.

    Places below `n_letters` are the root's; the others' children stand above them, so that whatever letter is
    looked up from whatever state lies within the arrays.
    """
    n_nodes = len(nodes.parent) + 1
    space = _Space(n_letters, n_letters + 2 * n_nodes)
    parents, first, count = np.unique(nodes.parent, return_index=True, return_counts=True)
    base_of_node = np.full(n_nodes, n_letters, np.int64)
    own = parents != 0
    parents, first, count = parents[own], first[own], count[own]
    # The more children, the earlier: they need room when there is most.
    for least, most in ((64, n_letters + 1), (16, 64), (8, 16), (4, 8), (2, 4), (1, 2)):
        of_size = np.flatnonzero((count >= least) & (count < most))
        base_of_node[parents[of_size]] = space.place(nodes.letter, first[of_size], count[of_size])
    state = np.zeros(n_nodes, np.int64)
    state[1:] = np.where(nodes.parent == 0, 0, base_of_node[nodes.parent]) + nodes.letter
    size = space.size + n_letters
    base = np.full(size, n_letters, np.int32)
    base[state] = base_of_node
    check = np.full(size, -1, np.int32)
    check[state[1:]] = state[nodes.parent]
    return base, check, state


class _Space:
    """Free and taken places of a double array under construction."""

    def __init__(self, lowest: int, size: int) -> None:
        self._lowest = lowest
        self._taken = np.zeros(size, bool)

    @property
    def size(self) -> int:
        return len(self._taken)

    def place(self, letters: Ints, first: Ints, count: Ints) -> Ints:
        """A base for each group of children `letters[first[i]:first[i] + count[i]]`; takes their places."""
        base = np.zeros(len(first), np.int64)
        waiting = np.arange(len(first))
        for attempt in range(_TRIES):
            if not len(waiting):
                return base
            # Tried in an order that looks random and is the same every time.
            mixed = (waiting + 1) * _MULTIPLIER + attempt * 0x85EBCA6B
            base[waiting] = self._lowest + (mixed ^ (mixed >> 15)) % (self.size - 2 * self._lowest + 1)
            group, at = spread(first[waiting], count[waiting])
            places = base[waiting][group] + letters[at]
            clash = self._taken[places]
            # Of those that want one place the first gets it.
            claimed = np.full(self.size, -1, np.int64)
            claimed[places[::-1]] = group[::-1]
            clash |= claimed[places] != group
            failed = np.zeros(len(waiting), bool)
            failed[group[clash]] = True
            self._taken[places[~failed[group]]] = True
            waiting = waiting[failed]
        for i in waiting.tolist():
            base[i] = self.size
            self._taken = np.append(self._taken, np.zeros(self._lowest, bool))
            self._taken[base[i] + letters[first[i] : first[i] + count[i]]] = True
        return base
