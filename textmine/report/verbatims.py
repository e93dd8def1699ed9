"""Verbatims for drill-down: a bounded, even sample a code, masked, cut to length, evidence marked.

Chooses by a hash of the text, so that the same rows give the same sample in any order and a text sent a
hundred times is shown once. Text and offsets only: no markup.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from heapq import heappush, heapreplace
from zlib import crc32

from ..io.folder import ClassifiedRow
from ..records import Tag
from ..text.mask import mask

PER_CAUSE = 60
"""Verbatims kept a cause: more than anyone reads in a meeting, few enough for a page that opens at once."""
LENGTH = 220
"""Characters of a verbatim that are shown; evidence stands inside."""
_BEFORE = 70


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a verbatim; `marked` when it is evidence."""

    text: str
    marked: bool


@dataclass(frozen=True, slots=True)
class Verbatim:
    """One masked verbatim as shown: its row, id, day, group values, and parts that join to the text."""

    row: int
    id: str
    day: str
    groups: tuple[str, ...]
    parts: tuple[Part, ...]

    @property
    def text(self) -> str:
        return "".join(part.text for part in self.parts)

    @property
    def evidence(self) -> str:
        """The marked stretches."""
        return " … ".join(part.text for part in self.parts if part.marked)


@dataclass(frozen=True, slots=True)
class Found:
    """A row with a code, as met: nothing is masked before it is chosen."""

    row: ClassifiedRow
    text: str
    day: str
    groups: tuple[str, ...]


@dataclass(slots=True)
class Sample:
    """The texts with the smallest hashes, at most `size` a code."""

    sizes: Mapping[str, int]
    _heaps: dict[str, list[tuple[int, Found]]] = field(default_factory=dict)
    _keys: dict[str, set[int]] = field(default_factory=dict)

    def offer(
        self, row: ClassifiedRow, text: str, day: str, groups: tuple[str, ...], codes: tuple[str, ...]
    ) -> None:
        """Consider a row for every code it has."""
        key = crc32(text.encode("utf-8", "surrogatepass"))
        for code in codes:
            heap, keys = self._heaps.setdefault(code, []), self._keys.setdefault(code, set())
            size = self.sizes.get(code, 0)
            if key in keys or not size:
                continue
            if len(heap) < size:
                heappush(heap, (-key, Found(row, text, day, groups)))
                keys.add(key)
            elif key < -heap[0][0]:
                keys.add(key)
                keys.discard(-heapreplace(heap, (-key, Found(row, text, day, groups)))[0])

    def verbatims(self) -> dict[str, tuple[Verbatim, ...]]:
        """The chosen verbatims by code, surest first."""
        return {
            code: tuple(
                _shown(found, code)
                for _, found in sorted(heap, key=lambda entry: (-_score(entry[1], code), entry[1].row.number))
            )
            for code, heap in sorted(self._heaps.items())
        }


def sizes(codes_of_cause: Mapping[str, Sequence[str]], per_cause: int = PER_CAUSE) -> dict[str, int]:
    """How many verbatims each code may show so that no cause shows more than `per_cause`."""
    return {
        code: max(1, per_cause // len(codes)) for codes in codes_of_cause.values() if codes for code in codes
    }


def excerpt(text: str, tags: Sequence[Tag], *, length: int = LENGTH) -> tuple[Part, ...]:
    """The masked text around its first evidence, in parts. Masks keep the length, so offsets still fit."""
    shown = mask(text)
    spans = _merged(tags, len(shown))
    first = spans[0][0] if spans else 0
    start = 0 if len(shown) <= length else max(0, min(first - _BEFORE, len(shown) - length))
    end = min(len(shown), start + length)
    parts = [Part("…", False)] if start else []
    at = start
    for left, right in spans:
        left, right = max(left, start), min(right, end)
        if left < right:
            parts += [Part(shown[at:left], False), Part(shown[left:right], True)]
            at = right
    parts.append(Part(shown[at:end] + ("…" if end < len(shown) else ""), False))
    return tuple(part for part in parts if part.text)


def _merged(tags: Sequence[Tag], length: int) -> list[tuple[int, int]]:
    spans: list[tuple[int, int]] = []
    for left, right in sorted((max(0, tag.start), min(tag.end, length)) for tag in tags):
        if spans and left <= spans[-1][1]:
            spans[-1] = (spans[-1][0], max(right, spans[-1][1]))
        elif left < right:
            spans.append((left, right))
    return spans


def _score(found: Found, code: str) -> float:
    return max((tag.score for tag in found.row.reading.tags if tag.code == code), default=0.0)


def _shown(found: Found, code: str) -> Verbatim:
    tags = [tag for tag in found.row.reading.tags if tag.code == code]
    parts = excerpt(found.text, tags)
    return Verbatim(found.row.number, mask(found.row.id), found.day, found.groups, parts)
