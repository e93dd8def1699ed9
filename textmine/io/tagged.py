"""Tagged rows as files: tagged.csv, tags.jsonl, causes_long.csv and quarantine.jsonl, written chunk by chunk.

Knows readings and names, no classifier: names and masking are passed in. Each writer is a context manager;
its file appears whole when it closes and not at all after an error.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from json.encoder import encode_basestring as quoted
from pathlib import Path
from types import TracebackType
from typing import Self

from textmine.io.atomic import AtomicFile
from textmine.io.cells import RISKY, escape, escape_all
from textmine.io.reasons import REASONS
from textmine.io.rows import Quarantined, Row
from textmine.records import Reading, Tag

SCHEMA = "textmine.tags/1"
TM_COLUMNS = (
    "tm_primary",
    "tm_causes",
    "tm_primary_zh",
    "tm_stance",
    "tm_touchpoints",
    "tm_risk",
    "tm_score",
    "tm_evidence",
    "tm_status",
)
LONG_COLUMNS = (
    "code",
    "cause",
    "subcause",
    "name_zh",
    "score",
    "is_primary",
    "stance",
    "start",
    "end",
    "evidence",
)
EVIDENCE_JOIN = " | "

Mask = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class TaggedChunk:
    """Parallel tuples of rows, their ids and readings; `evidence[i]` has one masked excerpt a tag."""

    rows: Sequence[Row]
    ids: Sequence[str]
    readings: Sequence[Reading]
    evidence: tuple[tuple[str, ...], ...]

    @classmethod
    def of(
        cls,
        rows: Sequence[Row],
        ids: Sequence[str],
        texts: Sequence[str],
        readings: Sequence[Reading],
        *,
        mask: Mask | None = None,
    ) -> TaggedChunk:
        """Put a chunk together; the evidence is cut from `texts` by the tags' offsets, then masked.

        Raises ValueError unless all four are equally long.
        """
        pairs = zip(rows, ids, texts, readings, strict=True)
        return cls(
            rows, ids, readings, tuple([_evidence(text, read.tags, mask) for _, _, text, read in pairs])
        )


def _evidence(text: str, tags: Sequence[Tag], mask: Mask | None) -> tuple[str, ...]:
    # The whole text is masked, then cut: a number that a tag's edge cuts in two must not slip through. Masks
    # keep the length, so the offsets still fit.
    shown = mask(text) if mask and tags else text
    return tuple([shown[tag.start : tag.end] for tag in tags])


@lru_cache(maxsize=1 << 14)
def number(score: float) -> str:
    """A score with four decimals at most."""
    return repr(round(float(score), 4))


def tm_cells(reading: Reading, evidence: Sequence[str], names: Mapping[str, str]) -> list[str]:
    """The cells of TM_COLUMNS for one reading, unescaped."""
    primary = reading.primary or ""
    return [
        primary,
        ";".join([tag.code for tag in reading.tags]),
        names.get(primary, primary),
        reading.stance,
        ";".join(reading.touchpoints),
        ";".join(reading.risk),
        number(reading.score) if reading.tags else "",
        EVIDENCE_JOIN.join(evidence),
        reading.status,
    ]


def output_columns(columns: Sequence[str]) -> tuple[str, ...]:
    """The input's columns, then TM_COLUMNS. An input column that already has such a name becomes in_…"""
    return (*(f"in_{name}" if name in TM_COLUMNS else name for name in columns), *TM_COLUMNS)


class _Writer:
    """What the writers share: an atomic file that is committed on close and discarded after an error."""

    def __init__(self, path: str | Path, *, newline: str, encoding: str) -> None:
        self._file = AtomicFile(path, newline=newline, encoding=encoding)

    def close(self) -> None:
        """Put the finished file in place."""
        self._file.commit()

    def discard(self) -> None:
        """Leave nothing behind."""
        self._file.discard()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.close()
        else:
            self.discard()


class TaggedCsv(_Writer):
    """tagged.csv: every input column as it was, then TM_COLUMNS; UTF-8 with BOM, formulas escaped."""

    def __init__(self, path: str | Path, columns: Sequence[str], *, names: Mapping[str, str]) -> None:
        super().__init__(path, newline="", encoding="utf-8-sig")
        self._names = names
        self._csv = csv.writer(self._file.text)
        self._csv.writerow(escape_all(output_columns(columns)))

    def write(self, chunk: TaggedChunk) -> None:
        """Append a chunk."""
        names = self._names
        triples = zip(chunk.rows, chunk.readings, chunk.evidence, strict=True)
        with self._file.guard():
            self._csv.writerows(
                [escape_all([*row.values, *tm_cells(reading, cut, names)]) for row, reading, cut in triples]
            )


class TagsJsonl(_Writer):
    """tags.jsonl: one JSON object a row in the schema SCHEMA, offsets in code points of the input text."""

    def __init__(self, path: str | Path, *, model_version: str, taxonomy_version: str) -> None:
        super().__init__(path, newline="\n", encoding="utf-8")
        self._tail = (
            f',"model_version":{quoted(model_version)},"taxonomy_version":{quoted(taxonomy_version)}}}\n'
        )
        self._openings: dict[str, str] = {}
        self._lists: dict[tuple[str, ...], str] = {}

    def write(self, chunk: TaggedChunk) -> None:
        """Append a chunk."""
        parts = zip(chunk.rows, chunk.ids, chunk.readings, chunk.evidence, strict=True)
        with self._file.guard():
            self._file.text.write("".join([self._object(*part) for part in parts]))

    def _object(self, row: Row, id: str, reading: Reading, evidence: Sequence[str]) -> str:
        causes = ",".join([self._cause(tag, cut) for tag, cut in zip(reading.tags, evidence, strict=True)])
        primary = "null" if reading.primary is None else quoted(reading.primary)
        return (
            f'{{"schema":"{SCHEMA}","row":{row.number},"id":{quoted(id)},"status":"{reading.status}",'
            f'"causes":[{causes}],"primary":{primary},"stance":"{reading.stance}",'
            f'"touchpoints":{self._list(reading.touchpoints)},"risk":{self._list(reading.risk)}{self._tail}'
        )

    def _cause(self, tag: Tag, evidence: str) -> str:
        opening = self._openings.get(tag.code) or self._opening(tag)
        score, excerpt = number(tag.score), quoted(evidence)
        return f'{opening}{score},"start":{tag.start},"end":{tag.end},"evidence":{excerpt}}}'

    def _opening(self, tag: Tag) -> str:
        subcause = "null" if tag.subcause is None else quoted(tag.subcause)
        opening = f'{{"code":{quoted(tag.code)},"cause":{quoted(tag.cause)},"subcause":{subcause},"score":'
        self._openings[tag.code] = opening
        return opening

    def _list(self, items: tuple[str, ...]) -> str:
        found = self._lists.get(items)
        if found is None:
            found = self._lists[items] = f"[{','.join(map(quoted, items))}]"
        return found


class CausesLong(_Writer):
    """causes_long.csv: one line per (row, cause) with the carried input columns, for pivot tables."""

    def __init__(
        self,
        path: str | Path,
        columns: Sequence[str],
        *,
        names: Mapping[str, str],
        carry: Sequence[int] = (),
    ) -> None:
        super().__init__(path, newline="", encoding="utf-8-sig")
        self._names = names
        self._carry = tuple(carry)
        self._of_code: dict[str, tuple[str, ...]] = {}
        self._csv = csv.writer(self._file.text)
        carried = [columns[index] for index in self._carry]
        taken = {"row", "id", *LONG_COLUMNS}
        safe = [f"in_{name}" if name in taken else name for name in carried]
        self._csv.writerow(escape_all(["row", "id", *safe, *LONG_COLUMNS]))

    def write(self, chunk: TaggedChunk) -> None:
        """Append a chunk."""
        parts = zip(chunk.rows, chunk.ids, chunk.readings, chunk.evidence, strict=True)
        with self._file.guard():
            self._csv.writerows([line for part in parts for line in self._lines(*part)])

    def _lines(self, row: Row, id: str, reading: Reading, evidence: Sequence[str]) -> list[list[str]]:
        if not reading.tags:
            return []
        head = escape_all([str(row.number), id, *[row.values[index] for index in self._carry]])
        primary, stance = reading.primary, reading.stance
        return [
            [
                *head,
                *(self._of_code.get(tag.code) or self._code_cells(tag)),
                number(tag.score),
                "1" if tag.code == primary else "0",
                stance,
                str(tag.start),
                str(tag.end),
                escape(cut) if cut[:1] in RISKY else cut,
            ]
            for tag, cut in zip(reading.tags, evidence, strict=True)
        ]

    def _code_cells(self, tag: Tag) -> tuple[str, ...]:
        """Code, cause, subcause and name: the same for every tag of a code."""
        cells = (tag.code, tag.cause, tag.subcause or "", self._names.get(tag.code, tag.code))
        self._of_code[tag.code] = cells
        return cells


class QuarantineJsonl(_Writer):
    """quarantine.jsonl: one object a record that could not be read, with the reason in both languages."""

    def __init__(self, path: str | Path, *, mask: Mask | None = None) -> None:
        super().__init__(path, newline="\n", encoding="utf-8")
        self._mask = mask

    def write(self, quarantined: Sequence[Quarantined]) -> None:
        """Append entries."""
        with self._file.guard():
            self._file.text.writelines(map(self._object, quarantined))

    def _object(self, entry: Quarantined) -> str:
        reason = REASONS[entry.reason]
        raw = entry.raw if self._mask is None else self._mask(entry.raw)
        byte = "null" if entry.byte is None else str(entry.byte)
        row = "null" if entry.number is None else str(entry.number)
        return (
            f'{{"file":{quoted(entry.file)},"row":{row},"line":{entry.line},"byte":{byte},'
            f'"reason":"{reason.code}","reason_zh":{quoted(reason.zh)},"reason_en":{quoted(reason.en)},'
            f'"raw":{quoted(raw)}}}\n'
        )
