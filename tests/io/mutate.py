"""A seeded generator of damaged tables: small CSV, XLSX and JSON Lines files and what can go wrong.

The same seed gives the same bytes. Knows nothing of the readers.
"""

from __future__ import annotations

import datetime
import io
import json
import random
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import xlsxwriter

HEADER = ("工单号", "投诉内容", "受理时间", "地市", "评分")
_PHRASES = (
    "宽带掉线三次没人上门",
    "流量用得比上月快好多",
    "营业员态度很好",
    "这个月多扣了二十元",
    "打了四遍热线都在排队",
    "小区里信号只有一格",
    "办理携转被拦了两回",
    "Wi-Fi卡,换了路由器也一样",
    "说好的优惠\n到期没提醒",
    '他说"马上处理"然后没下文',
    "",
)
_CITIES = ("江州", "临海", "云阳", "")
_ENCODINGS = ("utf-8", "utf-8-sig", "gb18030", "utf-16")
_DELIMITERS = (",", "\t", ";", "|")
_JUNK = (
    b'"',
    b"\n",
    b"\r",
    b"\0",
    b",",
    b"\xff",
    b"\x80",
    b"\xe5\x90",
    b"\xc4\xe3",
    b'"\n"',
    b"\xef\xbb\xbf",
)


@dataclass(frozen=True, slots=True)
class Case:
    """A file to read: its name's suffix, its bytes, and the number of data records if it is undamaged."""

    suffix: str
    data: bytes
    clean_records: int | None


def clean_case(seed: int) -> Case:
    """An undamaged file; the format follows from the seed."""
    rng = random.Random(seed)
    records = [_record(rng, number) for number in range(1, rng.randint(4, 25))]
    kind = seed % 3
    if kind == 0:
        return Case(".csv", _csv(rng, records), len(records))
    if kind == 1:
        return Case(".jsonl", _jsonl(rng, records), len(records))
    return Case(".xlsx", _xlsx(records), len(records))


def mutated_case(seed: int) -> Case:
    """A file with one to four kinds of damage."""
    rng = random.Random(seed * 7919 + 1)
    case = clean_case(seed)
    if case.suffix == ".xlsx" and rng.random() < 0.6:
        return Case(case.suffix, _with_damaged_part(rng, case.data), None)
    return Case(case.suffix, _damaged(rng, case.data), None)


def cases(count: int, *, seed: int = 0) -> Iterator[Case]:
    """`count` damaged files."""
    for number in range(seed, seed + count):
        yield mutated_case(number)


def _record(rng: random.Random, number: int) -> tuple[str, ...]:
    text = rng.choice(_PHRASES) + ("。" + rng.choice(_PHRASES) if rng.random() < 0.4 else "")
    day = f"2025-{rng.randint(1, 12):02d}-{rng.randint(1, 28):02d} 09:{rng.randint(0, 59):02d}"
    return (f"KF{number:08d}", text, day, rng.choice(_CITIES), str(rng.randint(1, 10)))


def _csv(rng: random.Random, records: list[tuple[str, ...]]) -> bytes:
    delimiter, encoding = rng.choice(_DELIMITERS), rng.choice(_ENCODINGS)
    line_end = rng.choice(("\n", "\r\n"))
    quote_all = rng.random() < 0.3

    def cell(text: str) -> str:
        special = any(character in text for character in (delimiter, '"', "\n"))
        return '"' + text.replace('"', '""') + '"' if special or quote_all else text

    lines = [delimiter.join(map(cell, record)) for record in [HEADER, *records]]
    return (line_end.join(lines) + line_end).encode(encoding)


def _jsonl(rng: random.Random, records: list[tuple[str, ...]]) -> bytes:
    encoding = rng.choice(("utf-8", "gb18030"))
    objects = [dict(zip(HEADER, record, strict=True)) for record in records]
    return "".join(json.dumps(item, ensure_ascii=False) + "\n" for item in objects).encode(encoding)


def _xlsx(records: list[tuple[str, ...]]) -> bytes:
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        book.set_properties({"created": datetime.datetime(2025, 1, 1)})
        sheet = book.add_worksheet("投诉")
        for index, record in enumerate([HEADER, *records]):
            for column, cell in enumerate(record):
                sheet.write_string(index, column, cell)
    return stream.getvalue()


def _damaged(rng: random.Random, sound: bytes) -> bytes:
    data = bytearray(sound)
    for _ in range(rng.randint(1, 4)):
        rng.choice(_DAMAGES)(rng, data)
    return bytes(data)


def _with_damaged_part(rng: random.Random, workbook: bytes) -> bytes:
    """A sound zip around damaged XML, as a faulty program writes it."""
    target = rng.choice(("xl/worksheets/sheet1.xml",) * 4 + ("xl/workbook.xml", "xl/sharedStrings.xml"))
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook)) as old, zipfile.ZipFile(stream, "w") as new:
        for part in old.infolist():
            data = old.read(part)
            new.writestr(part, _mutated_xml(rng, data) if part.filename == target else data)
    return stream.getvalue()


def _mutated_xml(rng: random.Random, xml: bytes) -> bytes:
    """Either raw damage or a wrong but well-formed reference, index or type."""
    if rng.random() < 0.4:
        return _damaged(rng, xml)
    wrong = (
        (b't="s"', b't="n"'),
        (b"<v>1</v>", b"<v>99999</v>"),
        (b'r="B2"', b'r="ZZ99999"'),
        (b"<v>", b"<f>"),
    )
    return xml.replace(*rng.choice(wrong), 1)


def _flip(rng: random.Random, data: bytearray) -> None:
    for _ in range(rng.randint(1, 6)):
        if data:
            data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)


def _delete(rng: random.Random, data: bytearray) -> None:
    start = rng.randrange(len(data) + 1)
    del data[start : start + rng.randint(1, 12)]


def _truncate(rng: random.Random, data: bytearray) -> None:
    del data[rng.randrange(len(data) + 1) :]


def _insert(rng: random.Random, data: bytearray) -> None:
    for _ in range(rng.randint(1, 5)):
        place = rng.randrange(len(data) + 1)
        data[place:place] = rng.choice(_JUNK)


def _foreign_line(rng: random.Random, data: bytearray) -> None:
    """A line in another encoding, as when exports are put together."""
    place = data.find(b"\n", rng.randrange(len(data) + 1)) + 1
    text = f"KF99999999,{rng.choice(_PHRASES[:7])},2025-03-04 09:00,江州,5\n"
    data[place:place] = text.encode(rng.choice(("utf-8", "gb18030", "big5hkscs", "utf-16-le")), "replace")


def _double(rng: random.Random, data: bytearray) -> None:
    """A stretch that was written twice."""
    start = rng.randrange(len(data) + 1)
    data[start:start] = data[start : start + rng.randint(1, 200)]


def _nul_tail(rng: random.Random, data: bytearray) -> None:
    """What a power cut leaves at the end of a file."""
    data.extend(b"\0" * rng.randint(1, 300))


_DAMAGES: tuple[Callable[[random.Random, bytearray], None], ...] = (
    _flip, _delete, _truncate, _insert, _insert, _foreign_line, _double, _nul_tail,
)  # fmt: skip
