"""Puts verbatims to the issues they are nearest to, and says which issues a verbatim may not join.

A verbatim with a sudden word stays out of an old issue that never had it, and one of another place or product
out of an issue that has its own: so a new matter does not vanish in an old one that is like it.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from .cluster import LEAST
from .intake import Step
from .ledger import Issue
from .likeness import Floats, Said, nearness
from .names import elsewhere, is_product
from .rows import hashes
from .state import State, Waiting

ODDS = -1.0
"""Log odds from which a verbatim lies in an issue."""
ODDS_OLD = -0.5
"""The same for an issue that has been there for longer: what is not clearly its own may be new, and waits."""
LATELY = 3
"""Periods whose rows say how many of an issue's to expect."""
UNSEEN = 0.3
"""Rows to expect of an issue that had none of late: it may come back."""
HARDLY = 0.1
"""Share of an issue's verbatims up to which a word is not the issue's own."""
_BARRED = -99.0


def assign(state: State, step: Step, items: Sequence[Waiting]) -> list[Waiting]:
    """Join each verbatim to its issue and return those that lie in none."""
    vectors = state.encode([one.matter for one in items])
    live = living(state)
    scores = near(state, step, Said.of([one.marks for one in items]), vectors, live)
    first = nearest(state, scores, live, ODDS)
    moved = _moved(state, step, items, first)
    raw = scores.copy()
    bar_novel(state, step, items, live, scores)
    bar_names(state, items, live, scores)
    _bar_bursts(state, items, first, live, scores)
    for column, number in enumerate(live):
        if number in moved:
            rows = [row for row, one in enumerate(items) if moved[number] in one.matter.names]
            scores[rows, column] = raw[rows, column]
    left = []
    for one, vector, number in zip(items, vectors, nearest(state, scores, live).tolist(), strict=True):
        if number >= 0:
            join(state, number, one, vector)
        else:
            left.append(one)
    return left


def living(state: State) -> list[int]:
    """The issues that rows may join."""
    return [i for i, issue in enumerate(state.issues) if issue.merged_into is None]


def near(state: State, step: Step, said: Said, vectors: Floats, live: Sequence[int]) -> Floats:
    """Log odds (verbatims, live issues): likeness, and how many rows of the issue are to be expected."""
    if not len(vectors) or not live:
        return np.zeros((len(vectors), len(live)), np.float32)
    issues = [state.issues[i] for i in live]
    directions = state.middles.units(live)
    found = nearness(vectors, said, issues, directions, state.background, state.background_rows)
    periods = [p for p in state.periods() if p <= step.period][-LATELY:] or [step.period]
    return np.round(found + np.array([_expected(state, one, periods) for one in issues], np.float32), 4)


def _expected(state: State, issue: Issue, periods: Sequence[str]) -> float:
    """Log odds that any row is an issue's: its share of the last periods, where it was largest."""
    rows = volume = 0
    share = 0.0
    for period in reversed(periods):
        rows += issue.by_period.get(period, 0)
        volume += state.volumes[period]
        share = max(share, (rows + UNSEEN) / (volume + 1.0))
    return math.log(share / (1.0 - share))


def nearest(
    state: State, scores: Floats, live: Sequence[int], least_old: float | None = None
) -> NDArray[np.int64]:
    """The issue of each verbatim, −1 where none is near enough; of equals the older."""
    if not live:
        return np.full(len(scores), -1, np.int64)
    least = ODDS_OLD if least_old is None else least_old
    limits = np.array([least if older(state, state.issues[i]) else ODDS for i in live], np.float32)
    scores = np.where(scores >= limits, scores, _BARRED)
    top = scores.argmax(axis=1)
    inside = scores[np.arange(len(scores)), top] > _BARRED
    return np.where(inside, np.asarray(live)[top], -1)


def lacks(issue: Issue, word: str) -> bool:
    """Whether an issue hardly ever had a word."""
    return issue.words[word] < HARDLY * issue.distinct


def older(state: State, issue: Issue) -> bool:
    """Whether an issue was there before the words that are sudden now could come up."""
    lately = sorted(p for p in state.recent if p)
    return bool(lately) and issue.born < lately[0]


def bar_novel(
    state: State, step: Step, items: Sequence[Waiting], live: Sequence[int], scores: Floats
) -> None:
    """Keep new words out of older issues that never had them, and new names out of any."""
    issues = [state.issues[i] for i in live]
    new = [sorted(one.signs & step.novel) for one in items]
    place = {word: at for at, word in enumerate(sorted(set().union(*new)))}
    old = np.array([older(state, issue) for issue in issues], bool)
    barred = np.array([old | word.startswith("=") for word in place], bool).reshape(len(place), len(live))
    for column, issue in enumerate(issues):
        own = [place[word] for word in issue.words.keys() & place.keys() if not lacks(issue, word)]
        barred[own, column] = False
    for row, words in enumerate(new):
        if words:
            scores[row, barred[[place[word] for word in words]].any(axis=0)] = _BARRED


def bar_names(
    state: State,
    items: Sequence[Waiting],
    live: Sequence[int],
    scores: Floats,
) -> None:
    """Keep another place or product out of an issue that has its own."""
    columns: dict[str, list[int]] = defaultdict(list)
    for column, number in enumerate(live):
        if place := state.issues[number].place:
            columns[place].append(column)
    away: dict[tuple[str, ...], list[int]] = {(): []}
    for row, one in enumerate(items):
        names = one.matter.names
        if names not in away:
            away[names] = [at for place, own in columns.items() if elsewhere(names, place) for at in own]
        scores[row, away[names]] = _BARRED


def join(state: State, number: int, one: Waiting, vector: Floats) -> None:
    """Put a verbatim's rows into an issue; rows that lie in an issue already stay there."""
    issue = state.issues[number]
    rows = sum(one.rows.values())
    code = hashes([one.matter.key])[0]
    for period, n in one.rows.items():
        issue.count(period, n)
        stored = state.rows_of(period)
        stored.issues[(stored.matters == code) & (stored.issues < 0)] = number
        state.changed.add(period)
    if one.cause:
        issue.causes[one.cause] += rows
    issue.places.update(dict.fromkeys(one.matter.places, rows))
    for column, counts in one.groups.items():
        issue.groups.setdefault(column, Counter()).update(counts)
    if int(code) not in issue.said:
        # What is said again in the same words must not make an issue its own image.
        issue.said.add(int(code))
        issue.words.update(one.signs)
        issue.distinct += 1
        state.middles.add(number, vector)


def absent(state: State, issue: Issue, period: str) -> bool:
    """Whether an issue that came in every period of late has left: too many rows are missing for chance."""
    lately = [p for p in state.periods() if p < period][-2:]
    return (
        len(lately) == 2 and issue.born < lately[-1] and sum(issue.by_period.get(p, 0) for p in lately) >= 4
    )


def _moved(state: State, step: Step, items: Sequence[Waiting], chosen: NDArray[np.int64]) -> dict[int, str]:
    """Issues whose rows of this period are all of one other place: they have moved, and it is theirs now."""
    found: dict[int, str] = {}
    for number, joined in _by_issue(items, chosen).items():
        issue = state.issues[number]
        place = issue.place
        if not place or is_product(place) or not absent(state, issue, step.period):
            continue
        others = Counter(n for one in joined if elsewhere(one.matter.names, place) for n in one.matter.names)
        own = sum(place in one.matter.names for one in joined)
        best = min(others, key=lambda name: (-others[name], name), default="")
        if own == 0 and others[best] >= 2 and lacks(issue, f"={best}"):
            issue.place = found[number] = best
    return found


def _bar_bursts(
    state: State,
    items: Sequence[Waiting],
    chosen: NDArray[np.int64],
    live: Sequence[int],
    scores: Floats,
) -> None:
    """A place or product that suddenly fills an issue without one of its own is a matter of its own."""
    column = {number: at for at, number in enumerate(live)}
    for number, joined in _by_issue(items, chosen).items():
        issue = state.issues[number]
        if issue.place or issue.distinct < 2 * LEAST:
            continue
        counts = Counter(name for one in joined for name in set(one.matter.names))
        bursts = {n for n, c in counts.items() if c >= LEAST and lacks(issue, f"={n}")}
        if bursts:
            rows = [row for row, one in enumerate(items) if not bursts.isdisjoint(one.matter.names)]
            scores[rows, column[number]] = _BARRED


def _by_issue(items: Sequence[Waiting], chosen: NDArray[np.int64]) -> dict[int, list[Waiting]]:
    found: dict[int, list[Waiting]] = defaultdict(list)
    for one, number in zip(items, chosen.tolist(), strict=True):
        if number >= 0:
            found[number].append(one)
    return dict(sorted(found.items()))
