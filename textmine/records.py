"""What flows through textmine: batches of verbatims in, readings out. Frozen records, no I/O, no pandas."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Stance = Literal["complaint", "praise", "inquiry", "none"]
Status = Literal["tagged", "abstained", "empty"]


@dataclass(frozen=True, slots=True)
class Batch:
    """A slice of the input: parallel tuples, one entry a verbatim.

    `numbers` are 1-based input row numbers; `ids` are what the user calls the rows; `fields` are the
    remaining cells of each row in the order of the input's columns.
    """

    numbers: tuple[int, ...]
    ids: tuple[str, ...]
    texts: tuple[str, ...]
    fields: tuple[tuple[str, ...], ...] = ()

    def __len__(self) -> int:
        return len(self.texts)


@dataclass(frozen=True, slots=True)
class Tag:
    """One cause found in a verbatim, with the evidence `text[start:end]` (code points of the original).

    `code` is `cause` or `cause.subcause`; `score` is the probability that a careful coder would give it.
    """

    code: str
    score: float
    start: int
    end: int

    @property
    def cause(self) -> str:
        return self.code.partition(".")[0]

    @property
    def subcause(self) -> str | None:
        return self.code.partition(".")[2] or None


@dataclass(frozen=True, slots=True)
class Reading:
    """What textmine understood of one verbatim. No tag is no tag; an abstention says so in `status`."""

    tags: tuple[Tag, ...] = ()
    primary: str | None = None
    stance: Stance = "none"
    touchpoints: tuple[str, ...] = ()
    risk: tuple[str, ...] = ()
    status: Status = "tagged"
    score: float = 0.0
    abstained: tuple[Tag, ...] = field(default=(), compare=True)
