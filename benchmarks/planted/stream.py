"""Planted streams: what is in the stream is known, so that what a tracker finds can be scored.

A stream is weeks of rows: a background of the project's own corpus, and planted issues whose weekly rate and
rows are drawn from a seed. An issue's verbatims are dealt like cards: none comes twice before all came once.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np
from texts import FOLDERS, PlantedIssue, planted_issues

CORPUS = Path(__file__).resolve().parents[2] / "data_samples" / "corpus"
WEEKS = 30
START = date(2026, 1, 5)
RISING = frozenset({"emerging", "lookalike", "slow"})
"""Kinds that were never there before and must be alarmed."""
FREE = frozenset({"moving", "seasonal", "returning"})
"""Kinds that come anew or again: their alarms are neither asked for nor false."""
GROWING = frozenset({"growing"})
"""Kinds always there that multiply: an alarm is right from then on, and false before."""
OF_VOLUME = frozenset({"steady", "surge", "declining"})
"""Kinds that have twice the rows where the whole stream has."""
REGIONS = ("桐川市", "岚州市", "汀阳市")
PLACES = ("月湖里", "青禾园", "东埠镇")
"""Where the moving issue is, one after the other."""
OPENINGS = ("用户来电反映，", "客户投诉称：", "你好 ", "请问一下 ", "@客服小助手 ", "工单内容：")
CLOSINGS = (
    "，请核实处理。",
    " 谢谢",
    "！！！",
    "，请尽快联系用户。",
    " 联系电话13900000000",
    "，限48小时内答复。",
)
BARE = 0.4
"""Share of verbatims without an opening, and without a closing, of the channel."""


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


@dataclass(frozen=True, slots=True)
class Stream:
    """Rows in order of time, the issues planted, and the week from which each rising or growing one rises."""

    rows: tuple[Planted, ...]
    issues: Mapping[str, PlantedIssue]
    onsets: Mapping[str, int]


def stream(seed: int, *, folder: str = FOLDERS[0], background: int = 180, weeks: int = WEEKS) -> Stream:
    """The stream of a seed with the issues of a folder; the same seed gives the same rows."""
    draw = np.random.default_rng(seed)
    corpus = corpus_texts()
    draw.shuffle(corpus)
    volume = np.ones(weeks)
    volume[int(draw.integers(14, 24))] = 2.0
    rows: list[Planted] = []
    onsets: dict[str, int] = {}
    for week in range(weeks):
        for _ in range(int(draw.poisson(background * volume[week]))):
            rows.append(Planted(corpus[len(rows) % len(corpus)], week, _region(draw), ""))
    issues = planted_issues(folder)
    for name, issue in issues.items():
        rates, onset = intensity(issue.kind, draw, weeks)
        if onset is not None:
            onsets[name] = onset
        if issue.kind in OF_VOLUME:
            rates = rates * volume
        rows += _rows_of(issue, draw.poisson(rates).tolist(), draw)
    return Stream(tuple(sorted(rows, key=lambda row: row.week)), issues, onsets)


def intensity(kind: str, draw: np.random.Generator, weeks: int) -> tuple[np.ndarray, int | None]:
    """Expected rows a week of an issue of this kind, and the week from which it rises, if it does."""
    time = np.arange(weeks)
    rates = np.zeros(weeks)
    if kind in ("emerging", "lookalike"):
        start = int(draw.integers(8, weeks - 8))
        rates[start : start + 8] = [1.0, 2.0, 4.0, 6.0, 8.0, 8.0, 7.0, 5.0]
        return rates, start
    if kind == "slow":
        start = int(draw.integers(8, weeks - 14))
        rates[start:] = np.minimum(0.5 + 0.4 * np.arange(weeks - start), 5.0)
        return rates, start
    if kind == "growing":
        start = int(draw.integers(14, weeks - 6))
        return np.where(time < start, 2.0, 8.0), start
    if kind == "returning":
        first, again = int(draw.integers(2, 5)), int(draw.integers(19, 24))
        rates[first : first + 5] = 4.0
        rates[again : again + 5] = 5.0
        return rates, None
    if kind == "declining":
        return 8.0 * np.exp(-time / 9.0), None
    if kind == "seasonal":
        return 6.0 * ((time + int(draw.integers(0, 10))) % 10 < 2) + 0.3, None
    if kind == "moving":
        return np.where(time >= 2, 4.0, 0.0), None
    return np.full(weeks, 5.0 if kind == "surge" else 3.5), None


def fifth_weeks(planted: Stream) -> dict[str, int]:
    """The week in which the fifth report since its onset arrives, of each rising or growing issue."""
    found = {}
    for name, onset in planted.onsets.items():
        weeks = [row.week for row in planted.rows if row.truth == name and row.week >= onset]
        if len(weeks) >= 5:
            found[name] = sorted(weeks)[4]
    return found


def _rows_of(issue: PlantedIssue, counts: list[int], draw: np.random.Generator) -> Iterator[Planted]:
    decks: dict[str, list[str]] = {}
    for week, n in enumerate(counts):
        place = PLACES[week * len(PLACES) // len(counts)] if issue.kind == "moving" else ""
        for _ in range(n):
            deck = decks.setdefault(place, [])
            if not deck:
                elsewhere = [name for name in PLACES if name != place]
                deck += [t for t in issue.texts if not place or not any(name in t for name in elsewhere)]
                draw.shuffle(deck)
            said = _through_channel(deck.pop(), draw)
            yield Planted(said, week, issue.region or _region(draw), issue.name)


def _through_channel(text: str, draw: np.random.Generator) -> str:
    opening = "" if draw.random() < BARE else OPENINGS[int(draw.integers(len(OPENINGS)))]
    closing = "" if draw.random() < BARE else CLOSINGS[int(draw.integers(len(CLOSINGS)))]
    return f"{opening}{text}{closing}"


def _region(draw: np.random.Generator) -> str:
    return REGIONS[int(draw.integers(len(REGIONS)))]


def corpus_texts() -> list[str]:
    """Every verbatim of the project's corpus, in the order of its files."""
    return [
        json.loads(line)["text"]
        for file in sorted(CORPUS.glob("*.jsonl"))
        for line in file.read_text("utf-8").splitlines()
    ]
