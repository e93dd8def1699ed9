"""A small stream with one issue that emerges, one that is steady, and a background of unlike verbatims."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from textmine.issues.embed import WordVectors
from textmine.issues.matter import MatterReader
from textmine.issues.state import State
from textmine.issues.tracker import TrackedRow, Tracker

EMERGING = (
    "锦澜湾的基站拆了以后小区没有信号",
    "基站拆除之后锦澜湾全无信号，打不了电话",
    "锦澜湾拆基站，业主手机都没信号",
    "用户反映锦澜湾基站被拆，无信号，请核实处理。",
    "锦澜湾基站什么时候恢复，拆了就没信号",
    "锦澜湾拆了基站信号全没了",
)
STEADY = (
    "客服热线等了半个小时没人接",
    "人工客服热线一直占线没人接",
    "打客服热线排队，人工没人接",
    "热线人工坐席等了四十分钟没人接",
    "客服热线打不通，转人工没人接",
)
BACKGROUND = tuple(
    f"{what}{how}"
    for what in (
        "账单多收费",
        "宽带速度慢",
        "套餐不能降档",
        "充值没到账",
        "校园卡流量少",
        "光猫坏了",
        "推销短信多",
    )
    for how in ("要求退费", "联系师傅上门", "网上查询失败", "营业厅说没权限", "已经两个月")
)
Make = Callable[[str, Sequence[str]], list[TrackedRow]]


@pytest.fixture(scope="session")
def matter_reader() -> MatterReader:
    return MatterReader.load()


@pytest.fixture(scope="session")
def vectors(root: Path) -> WordVectors:
    """The packaged word vectors."""
    return WordVectors.load(root / "models" / "vectors")


@pytest.fixture(scope="session")
def make(matter_reader: MatterReader) -> Make:
    """`make("2026-W01", texts)`: rows of a period, each with a key of its own."""

    def rows(period: str, texts: Sequence[str]) -> list[TrackedRow]:
        matters = matter_reader.read(texts)
        return [
            TrackedRow(f"{period}/{i}", period, text, matter, "")
            for i, (text, matter) in enumerate(zip(texts, matters, strict=True))
        ]

    return rows


def week(number: int) -> str:
    return f"2026-W{number:02d}"


@pytest.fixture(scope="session")
def weeks(make: Make) -> list[list[TrackedRow]]:
    """Sixteen weeks: background and the steady issue always, the emerging one from week 12 on."""
    found = []
    for number in range(1, 17):
        texts = [BACKGROUND[(number * 7 + i * 3) % len(BACKGROUND)] for i in range(20)]
        texts += [STEADY[(number + i) % len(STEADY)] for i in range(3)]
        texts += [EMERGING[i % len(EMERGING)] for i in range(max(0, number - 11) * 2)]
        found.append(make(week(number), texts))
    return found


@pytest.fixture
def fresh(vectors: WordVectors) -> Callable[[], State]:
    """A new, empty state."""
    return lambda: State(vectors)


@pytest.fixture(scope="session")
def tracked(vectors: WordVectors, weeks: list[list[TrackedRow]]) -> tuple[State, list[str | None]]:
    """The state after all weeks in one run, and where each row lies. Not to be changed."""
    state = State(vectors)
    return state, Tracker(state).update([row for rows in weeks for row in rows])
