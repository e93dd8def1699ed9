"""The gate of the labelled corpus: every line well-formed, every label known, no text said twice.

    python benchmarks/corpus_gate.py                  list the faults; exit 1 when there are any
    python benchmarks/corpus_gate.py --table          print the counts the datasheet quotes
    python benchmarks/corpus_gate.py --update         write those counts into the datasheet

Reads `data_samples/corpus/*.jsonl`; files named `heldout_*.jsonl` are the held-out set. It judges form and
overlap only: whether a label is right is for people to decide. It never changes a corpus file.
"""

from __future__ import annotations

import argparse
import json
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from textmine.frame.frame import Frame

ROOT = Path(__file__).resolve().parent.parent
CORPUS = ROOT / "data_samples" / "corpus"
DATASHEET = CORPUS / "DATASHEET.md"
MEASURED = ROOT.parent / "shared" / "eval"  # real posts used for measuring only; seldom there
COUNTS_BEGIN, COUNTS_END = "<!-- counts: begin -->", "<!-- counts: end -->"

KEYS = {"text", "causes", "primary", "stance", "risk", "touchpoint", "channel"}
CHANNELS = ("social", "workorder", "survey", "call", "app_review", "chat", "appeal", "sms", "mixed")

# Twelve characters is longer than the set phrases of the trade (未经本人同意, 每月自动扣费) and shorter than
# a sentence; ten against measured posts, where even half a borrowed sentence would flatter the score.
RUN = 12
RUN_MEASURED = 10
STOCK_ANSWER = 4  # up to here a whole text (没有意见, 信号不好) is what everybody answers and may recur

# Announcements and titles that many customers quote word for word; they are nobody's wording.
BOILERPLATE = (
    "您拨打的用户暂时无法接通",
    "您拨打的电话已关机",
    "您拨打的电话不在服务区",
    "您拨打的号码是空号",
    "您拨打的电话正在通话中",
    "请稍后再拨",
    "网络异常请稍后再试",
    "系统繁忙请稍后再试",
    "活动最终解释权归本公司所有",
    "中华人民共和国消费者权益保护法",
    "中华人民共和国电信条例",
    "电信用户申诉处理办法",
)
_HANDLE = re.compile(r"@[^\s@，。,.：:；;！!？?、]+")
_MARKS = re.compile(r"[^\w\n]|_")


@dataclass(frozen=True, slots=True)
class Row:
    """One labelled verbatim and where it stands; `causes` are (code, span) pairs."""

    file: str
    line: int
    text: str
    causes: tuple[tuple[str, str], ...]
    primary: str | None
    stance: str
    risk: tuple[str, ...]
    touchpoint: str
    channel: str

    @property
    def where(self) -> str:
        return f"{self.file}:{self.line}"

    @property
    def held_out(self) -> bool:
        return self.file.startswith("heldout_")


@dataclass(frozen=True, slots=True)
class Fault:
    """One broken rule: where (`file:line`), which rule, and what is wrong."""

    where: str
    rule: str
    detail: str

    def __str__(self) -> str:
        return f"{self.where}: {self.rule}: {self.detail}"


def read_corpus(folder: Path = CORPUS) -> tuple[tuple[Row, ...], tuple[Fault, ...]]:
    """The lines of a folder's JSONL files, in order of file name, and a fault for each that is no row."""
    rows: list[Row] = []
    faults: list[Fault] = []
    for path in sorted(folder.glob("*.jsonl")):
        with path.open(encoding="utf-8") as lines:
            for number, line in enumerate(lines, start=1):
                row = read_line(line, file=path.name, number=number)
                if isinstance(row, Row):
                    rows.append(row)
                else:
                    faults.append(row)
    return tuple(rows), tuple(faults)


def read_line(line: str, *, file: str, number: int) -> Row | Fault:
    """One line as a Row, or the first reason why it is none."""
    where = f"{file}:{number}"
    try:
        entry = json.loads(line)
    except json.JSONDecodeError as error:
        return Fault(where, "json", str(error))
    problem = _schema_problem(entry)
    if problem:
        return Fault(where, "schema", problem)
    causes = tuple((cause["code"], cause["span"]) for cause in entry["causes"])
    return Row(file, number, **{**entry, "causes": causes, "risk": tuple(entry["risk"])})


def _schema_problem(entry: Any) -> str | None:
    if not isinstance(entry, dict) or set(entry) != KEYS:
        return f"want an object with exactly the keys {', '.join(sorted(KEYS))}"
    for key in ("text", "stance", "touchpoint", "channel"):
        if not isinstance(entry[key], str):
            return f"{key} is no string"
    if not (entry["primary"] is None or isinstance(entry["primary"], str)):
        return "primary is neither a string nor null"
    if not isinstance(entry["risk"], list) or not all(isinstance(flag, str) for flag in entry["risk"]):
        return "risk is no list of strings"
    if not isinstance(entry["causes"], list) or not all(map(_is_cause, entry["causes"])):
        return 'causes is no list of {"code": …, "span": …}'
    return None


def _is_cause(cause: Any) -> bool:
    return (
        isinstance(cause, dict)
        and set(cause) == {"code", "span"}
        and all(isinstance(value, str) for value in cause.values())
    )


def label_faults(rows: Iterable[Row], frame: Frame) -> tuple[Fault, ...]:
    """Labels that cannot be: unknown codes or values, spans not in the text, axes at odds with each other."""
    known = {**frame.axes, "cause": frame.codes, "channel": CHANNELS}
    return tuple(
        Fault(row.where, rule, detail)
        for row in rows
        for problems in (_cause_problems(row), _axis_problems(row, known))
        for rule, detail in problems
    )


def _cause_problems(row: Row) -> Iterator[tuple[str, str]]:
    codes = [code for code, _ in row.causes]
    if not row.text.strip():
        yield "empty text", repr(row.text)
    for code, span in row.causes:
        if not span.strip() or span not in row.text:
            yield "span not in text", f"{code}: {span!r}"
    if len(set(codes)) < len(codes):
        yield "code twice", ", ".join(codes)
    if (row.primary not in codes) if codes else (row.primary is not None):
        yield "primary not among causes", str(row.primary)
    if bool(codes) != (row.stance == "complaint"):
        yield "stance against causes", f"{row.stance} with {len(codes)} causes"


def _axis_problems(row: Row, known: dict[str, tuple[str, ...]]) -> Iterator[tuple[str, str]]:
    given = {
        "cause": tuple(code for code, _ in row.causes),
        "stance": (row.stance,),
        "touchpoint": (row.touchpoint,),
        "channel": (row.channel,),
        "risk": row.risk,
    }
    for axis, values in given.items():
        for value in values:
            if value not in known[axis]:
                yield f"unknown {axis}", value
    if len(set(row.risk)) < len(row.risk):
        yield "risk twice", ", ".join(row.risk)


def fold(text: str) -> str:
    """A text as overlap is judged: half-width, lower case, bare of marks, cut at handles and boilerplate.

    Without this a copied sentence would pass by its commas, and all who write to @中国电信江苏客服 would
    share a run. A cut is a newline, over which no run reaches.
    """
    text = unicodedata.normalize("NFKC", _HANDLE.sub("\n", text.replace("\n", " "))).lower()
    text = _MARKS.sub("", text)
    for phrase in BOILERPLATE:
        text = text.replace(phrase, "\n")
    return text


def runs(text: str, length: int) -> Iterator[str]:
    """Every run of `length` characters of a folded text, left to right."""
    for part in fold(text).split("\n"):
        for start in range(len(part) - length + 1):
            yield part[start : start + length]


def twin_faults(rows: Iterable[Row], *, run: int = RUN) -> tuple[Fault, ...]:
    """Pairs of rows that share a run of characters or are the same short text; one fault a pair.

    Stock answers and texts of marks alone ("……") may recur. The later row of a pair is named first; a pair
    that joins the held-out set to the rest is called so, since it would make the measurement lie.
    """
    first: dict[str, Row] = {}
    pairs: dict[tuple[str, str], Fault] = {}
    for row in rows:
        for piece in _marks_of(row.text, run):
            other = first.setdefault(piece, row)
            if other is not row:
                rule = "held-out text seen" if row.held_out != other.held_out else "near-duplicate"
                pairs.setdefault(
                    (row.where, other.where), Fault(row.where, rule, f"{piece!r} stands in {other.where} too")
                )
    return tuple(pairs.values())


def _marks_of(text: str, run: int) -> Iterator[str]:
    """What no other text may share: the runs of a long text, a short text as a whole."""
    whole = fold(text).strip("\n")
    if len(whole) >= run:
        yield from runs(text, run)
    elif len(whole) > STOCK_ANSWER:
        yield f"={whole}"


def borrowed_faults(
    rows: Iterable[Row], texts: Iterable[str], *, run: int = RUN_MEASURED
) -> tuple[Fault, ...]:
    """Rows that share a run of characters with texts that must stay outside; the first run of each row."""
    outside = {piece for text in texts for piece in runs(text, run)}
    found = {row: next((piece for piece in runs(row.text, run) if piece in outside), None) for row in rows}
    return tuple(Fault(row.where, "borrowed wording", repr(piece)) for row, piece in found.items() if piece)


def measured_texts(folder: Path = MEASURED) -> tuple[str, ...]:
    """The texts of the posts kept for measuring; empty when that folder is not there."""
    lines = (line for path in sorted(folder.glob("*.jsonl")) for line in path.read_text("utf-8").splitlines())
    return tuple(json.loads(line)["text"] for line in lines)


def corpus_faults(folder: Path = CORPUS, *, frame: Frame | None = None) -> tuple[Fault, ...]:
    """Every fault of a corpus folder, all rules together."""
    rows, unreadable = read_corpus(folder)
    return (
        *unreadable,
        *label_faults(rows, frame or Frame.load()),
        *twin_faults(rows),
        *borrowed_faults(rows, measured_texts()),
    )


def table(rows: tuple[Row, ...], frame: Frame) -> str:
    """The counts of a corpus as Markdown: by file, by channel, stance, touchpoint and risk, by cause."""
    return "\n\n".join((_files(rows), _axes(rows, frame), _causes(rows, frame)))


def _files(rows: tuple[Row, ...]) -> str:
    lines = ["| file | texts | complaints | causes per complaint | median length |"]
    lines.append("|---|---:|---:|---:|---:|")
    groups: dict[str, tuple[Row, ...]] = {}
    for name in sorted({row.file for row in rows}):
        groups[name] = tuple(row for row in rows if row.file == name)
    groups["**all but held-out**"] = tuple(row for row in rows if not row.held_out)
    groups["**held-out**"] = tuple(row for row in rows if row.held_out)
    for name, group in groups.items():
        complaints = [row for row in group if row.causes]
        mean = sum(len(row.causes) for row in complaints) / max(1, len(complaints))
        median = sorted(len(row.text) for row in group)[len(group) // 2] if group else 0
        lines.append(f"| {name} | {len(group)} | {len(complaints)} | {mean:.2f} | {median} |")
    return "\n".join(lines)


def _axes(rows: tuple[Row, ...], frame: Frame) -> str:
    lines = ["| axis | texts by value |", "|---|---|"]
    values = {
        "channel": (CHANNELS, Counter(row.channel for row in rows)),
        "stance": (frame.axes["stance"], Counter(row.stance for row in rows)),
        "touchpoint": (frame.axes["touchpoint"], Counter(row.touchpoint for row in rows)),
        "risk": (frame.axes["risk"], Counter(flag for row in rows for flag in row.risk)),
    }
    for axis, (order, count) in values.items():
        lines.append(f"| {axis} | {' · '.join(f'{value} {count[value]}' for value in order)} |")
    return "\n".join(lines)


def _causes(rows: tuple[Row, ...], frame: Frame) -> str:
    lines = ["| cause | texts | primary | held-out | subcauses |", "|---|---:|---:|---:|---|"]
    codes = Counter(code for row in rows for code, _ in row.causes)
    for cause in frame.tree:
        having = [row for row in rows if any(frame.cause_of(code) == cause.code for code, _ in row.causes)]
        primary = sum(frame.cause_of(row.primary) == cause.code for row in having if row.primary)
        subcauses = " · ".join(f"{sub.key} {codes[sub.code]}" for sub in cause.subcauses) or "–"
        held_out = sum(row.held_out for row in having)
        lines.append(f"| {cause.code} | {len(having)} | {primary} | {held_out} | {subcauses} |")
    return "\n".join(lines)


def with_counts(datasheet: str, counts: str) -> str:
    """A datasheet with its block of counts replaced; raises ValueError when its two marks are missing."""
    head, begin, rest = datasheet.partition(COUNTS_BEGIN)
    _, end, tail = rest.partition(COUNTS_END)
    if not begin or not end:
        raise ValueError(f"{DATASHEET.name}: put {COUNTS_BEGIN} and {COUNTS_END} around the counts")
    return f"{head}{COUNTS_BEGIN}\n\n{counts}\n\n{COUNTS_END}{tail}"


def main() -> int:
    parser = argparse.ArgumentParser(description="Check the labelled corpus or count it.")
    parser.add_argument("--table", action="store_true", help="print the counts as Markdown and stop")
    parser.add_argument("--update", action="store_true", help="write the counts into the datasheet and stop")
    options = parser.parse_args()
    frame = Frame.load()
    if options.table or options.update:
        counts = table(read_corpus()[0], frame)
        if options.update:
            DATASHEET.write_text(with_counts(DATASHEET.read_text("utf-8"), counts), encoding="utf-8")
        else:
            print(counts)
        return 0
    faults = corpus_faults(frame=frame)
    for fault in faults:
        print(fault)
    by_rule = ", ".join(f"{rule} {n}" for rule, n in Counter(fault.rule for fault in faults).most_common())
    print(f"{len(faults)} faults{': ' + by_rule if faults else ''}")
    return 1 if faults else 0


if __name__ == "__main__":
    raise SystemExit(main())
