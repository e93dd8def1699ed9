"""A batch of raw texts made ready for reading: normalised, joined, cut into clauses. Knows no causes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..text.clauses import clause_starts
from ..text.normalize import Normalized, normalize_all

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Prepared:
    """Normalised texts joined, each ended by a newline, so that a batch is searched in one go.

    `text_starts` and `clause_starts` are offsets into `joined`; `text_of_clause[i]` is the text of clause i.
    """

    normalized: tuple[Normalized, ...]
    joined: str
    text_starts: Ints
    clause_starts: Ints
    text_of_clause: Ints

    def __len__(self) -> int:
        return len(self.normalized)

    @property
    def clause_ends(self) -> Ints:
        """Where each clause ends, separators included; the newline of a text never is."""
        following = np.append(self.clause_starts[1:], len(self.joined))
        begins_text = np.zeros(len(self.joined) + 1, bool)
        begins_text[self.text_starts] = begins_text[-1] = True
        ends: Ints = following - begins_text[following]
        return ends

    def original_span(self, text: int, start: int, end: int) -> tuple[int, int]:
        """Map a span of `joined` inside one text to offsets of the original text."""
        base = int(self.text_starts[text])
        return self.normalized[text].original_span(start - base, end - base)


def prepare(texts: Sequence[str]) -> Prepared:
    """Normalise and join a batch."""
    return _join(normalize_all(texts))


def prepare_normalized(texts: Sequence[str]) -> Prepared:
    """Join texts that are already in normal spelling."""
    return _join(tuple(map(Normalized, texts)))


def _join(normalized: tuple[Normalized, ...]) -> Prepared:
    # A newline inside a text becomes another mark that ends clauses: newlines part the texts.
    joined = "".join([item.text.replace("\n", _LINE) + "\n" for item in normalized])
    text_starts = np.cumsum([0, *(len(item.text) + 1 for item in normalized)], dtype=np.int64)[:-1]
    starts = clause_starts(joined)
    return Prepared(
        normalized, joined, text_starts, starts, np.searchsorted(text_starts, starts, side="right") - 1
    )


_LINE = "。"
