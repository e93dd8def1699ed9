"""Planted streams: what is in the stream is known, so that what a tracker finds can be scored.

A stream is weeks of rows: a background of the project's own corpus, and planted issues of eight kinds whose
weekly intensity is drawn from a seed. Texts are in texts.txt.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent
CORPUS = HERE.parents[1] / "data_samples" / "corpus"
WEEKS = 30
START = date(2026, 1, 5)
RISING = frozenset({"emerging", "lookalike"})
FREE = frozenset({"moving", "seasonal"})
"""Kinds whose first appearance may fairly be called new: their alarms are neither asked for nor false."""
PLACES = ("月湖里", "青禾园", "东埠镇")
_PREFIX = (
    "",
    "",
    "",
    "",
    "用户来电反映，",
    "客户投诉称：",
    "你好 ",
    "请问一下 ",
    "@客服小助手 ",
    "工单内容：",
)
_SUFFIX = (
    "",
    "",
    "",
    "",
    "，请核实处理。",
    " 谢谢",
    "！！！",
    "，请尽快联系用户。",
    " 联系电话13900000000",
    "，限48小时内答复。",
)


@dataclass(frozen=True, slots=True)
class Planted:
    """A row: its text, the week it came in, where from, and the planted issue it belongs to ('' for none)."""

    text: str
    week: int
    region: str
    truth: str

    @property
    def day(self) -> date:
        """A day of the week that the text decides."""
        return START + timedelta(days=7 * self.week + len(self.text) % 7)

    @property
    def period(self) -> str:
        year, week, _ = self.day.isocalendar()
        return f"{year}-W{week:02d}"


def planted_texts(path: Path = HERE / "texts.txt") -> dict[str, tuple[str, list[str]]]:
    """Name → (kind, verbatims)."""
    found: dict[str, tuple[str, list[str]]] = {}
    name = ""
    for line in path.read_text("utf-8").splitlines():
        if line.startswith("["):
            name, _, kind = line[1:].partition("] ")
            found[name] = (kind, [])
        elif line and not line.startswith("#"):
            found[name][1].append(line)
    return found


def stream(seed: int, *, background: int = 180, weeks: int = WEEKS) -> list[Planted]:
    """The rows of a stream, in order of time; the same seed gives the same rows."""
    draw = np.random.default_rng(seed)
    corpus = corpus_texts()
    draw.shuffle(corpus)
    volume = np.ones(weeks)
    volume[int(draw.integers(14, 24))] = 2.0
    rows: list[Planted] = []
    at = 0
    for week in range(weeks):
        for _ in range(int(draw.poisson(background * volume[week]))):
            rows.append(Planted(corpus[at % len(corpus)], week, _region(draw), ""))
            at += 1
    for name, (kind, texts) in planted_texts().items():
        rates = intensity(kind, draw, weeks) * (volume if kind in ("steady", "surge", "declining") else 1.0)
        for week, n in enumerate(draw.poisson(rates)):
            rows += [Planted(_said(texts, week, draw), week, _region(draw), name) for _ in range(n)]
    return sorted(rows, key=lambda row: row.week)


def intensity(kind: str, draw: np.random.Generator, weeks: int) -> np.ndarray:
    """Expected rows a week of an issue of this kind."""
    time = np.arange(weeks)
    if kind in RISING:
        start = int(draw.integers(8, weeks - 8))
        ramp = np.array([1.0, 2.0, 4.0, 6.0, 8.0, 8.0, 7.0, 5.0])
        rates = np.zeros(weeks)
        rates[start : start + 8] = ramp
        return rates
    if kind == "declining":
        return 8.0 * np.exp(-time / 9.0)
    if kind == "seasonal":
        return 6.0 * ((time + int(draw.integers(0, 10))) % 10 < 2) + 0.3
    if kind == "moving":
        return np.where(time >= 2, 4.0, 0.0)
    return np.full(weeks, 5.0 if kind == "surge" else 3.5)


def fifth_week(rows: list[Planted]) -> dict[str, int]:
    """The week in which the fifth report of each planted issue arrives."""
    counts: Counter[str] = Counter()
    found = {}
    for row in rows:
        counts[row.truth] += 1
        if counts[row.truth] == 5:
            found[row.truth] = row.week
    return found


def _said(texts: list[str], week: int, draw: np.random.Generator) -> str:
    text = texts[int(draw.integers(len(texts)))].replace("{place}", PLACES[week // 10 % len(PLACES)])
    return f"{_PREFIX[int(draw.integers(len(_PREFIX)))]}{text}{_SUFFIX[int(draw.integers(len(_SUFFIX)))]}"


def _region(draw: np.random.Generator) -> str:
    return ("桐川市", "岚州市", "汀阳市")[int(draw.integers(3))]


def corpus_texts() -> list[str]:
    return [
        json.loads(line)["text"]
        for file in sorted(CORPUS.glob("*.jsonl"))
        for line in file.read_text("utf-8").splitlines()
    ]
