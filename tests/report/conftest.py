"""What the report tests share: a way to write classified folders by hand, and one with everything in it."""

from __future__ import annotations

import random
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest

from textmine.frame.frame import Frame
from textmine.io.manifest import InputFile, Manifest, Part, RowCounts, write_manifest
from textmine.io.rows import Accounts, Row
from textmine.io.tagged import TaggedChunk, TaggedCsv, TagsJsonl
from textmine.records import Reading, Tag

COLUMNS = ("工单号", "受理时间", "地市", "客户标识", "投诉内容", "满意度评分")


@dataclass(frozen=True, slots=True)
class Said:
    """One row to write: what was said, the (code, evidence) found in it, and the other cells."""

    text: str
    found: tuple[tuple[str, str], ...] = ()
    day: str = "2026-08-03"
    city: str = "东川市"
    customer: str = ""
    score: str = ""
    id: str = ""
    risk: tuple[str, ...] = ()


Write = Callable[..., Path]


@pytest.fixture(scope="session")
def frame() -> Frame:
    return Frame.load()


@pytest.fixture(scope="session")
def browser() -> ModuleType:
    """The module browser.py; tests are no package, so it is loaded by its path."""
    spec = spec_from_file_location("report_browser", Path(__file__).with_name("browser.py"))
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def write(frame: Frame, tmp_path_factory: pytest.TempPathFactory) -> Write:
    """`write(rows, columns=…, name=…)`: a classified folder of hand-made readings."""

    def build(rows: Sequence[Said], *, columns: Sequence[str] = COLUMNS, name: str = "rows.csv") -> Path:
        folder = tmp_path_factory.mktemp("report") / "rows.textmine"
        folder.mkdir()
        made = [_row(number, said, frame) for number, said in enumerate(rows, start=1)]
        records, readings = [row for row, _ in made], [reading for _, reading in made]
        chunk = TaggedChunk.of(
            records, [r.values[0] for r in records], [said.text for said in rows], readings
        )
        with (
            TaggedCsv(folder / "tagged.csv", columns, names={}) as table,
            TagsJsonl(folder / "tags.jsonl", model_version="0", taxonomy_version="0") as tags,
        ):
            table.write(chunk)
            tags.write(chunk)
        n = len(rows)
        empty = sum(reading.status == "empty" for reading in readings)
        write_manifest(
            folder / "manifest.json",
            Manifest(
                textmine_version="0",
                inputs=(InputFile(name, "0", "UTF-8", tuple(columns), Accounts(n + 1, 1, 0, n, 0, n, 0)),),
                rows=RowCounts(n, n - empty, 0, empty, 0),
                taxonomy=Part("1", "0"),
                lexicons=Part("0", "0"),
                model=Part("0", "0"),
                columns={"text": (columns[4],), "id": columns[0], "date": columns[1], "by": (columns[2],)},
                options={},
                seed=0,
            ),
        )
        return folder

    return build


def _row(number: int, said: Said, frame: Frame) -> tuple[Row, Reading]:
    tags = tuple(
        Tag(code, 0.9, said.text.index(evidence), said.text.index(evidence) + len(evidence))
        for code, evidence in said.found
    )
    values = (said.id or f"W{number}", said.day, said.city, said.customer, said.text, said.score)
    reading = Reading(
        tags=tags,
        primary=tags[0].code if tags else None,
        stance="complaint" if tags else "none",
        risk=said.risk,
        status="tagged" if said.text else "empty",
        score=0.9 if tags else 0.0,
    )
    return Row(number, number + 1, values), reading


@pytest.fixture(scope="session")
def many(frame: Frame) -> tuple[Said, ...]:
    """Four hundred rows over eight weeks: one city queues more, network complaints double in the last weeks,
    queueing lowers the score."""
    rng = random.Random(1)
    rows = []
    for i in range(400):
        day = date(2026, 6, 1) + timedelta(days=i % 56)
        city = ("东川市", "西岭市", "南湖市")[i % 3]
        found = []
        text = f"第 {i} 位客户说"
        chances = {
            "waiting_time.hall_queue": 0.8 if city == "西岭市" else 0.25,
            "network_coverage.no_signal": 0.6 if i % 56 >= 49 else 0.15,
            "fee_transparency.unexplained_charge": 0.2,
        }
        for code, chance in chances.items():
            if rng.random() < chance:
                words = f"{frame.zh(code)}真让人着急"
                text += words + "，"
                found.append((code, words))
        score = 3 if any(code.startswith("waiting") for code, _ in found) else 8
        flags = ("regulator",) if i % 50 == 7 else ()
        rows.append(
            Said(
                text,
                tuple(found),
                f"{day} 09:00",
                city,
                f"C{i % 90}",
                str(score + rng.randint(-1, 1)),
                risk=flags,
            )
        )
    return tuple(rows)


@pytest.fixture(scope="session")
def folder(write: Write, many: tuple[Said, ...]) -> Path:
    """The folder of those rows. Not to be changed."""
    return write(many)


@pytest.fixture(scope="session")
def said() -> type[Said]:
    return Said
