"""Scores assignments, labels and alarms against what was planted. Knows no tracker.

An issue that a tracker found *is* the planted issue that most of its rows belong to, or background.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from stream import FREE, GROWING, OF_VOLUME, RISING, WEEKS, Stream, fifth_weeks

FOUND = RISING | FREE | GROWING
"""Kinds that a tracker is to find as issues of their own; the others lie amid background much like them."""
KEYS_TO_NAME = 2
"""Groups of an issue's own words that its label must hold to name it."""


@dataclass(frozen=True, slots=True)
class Alarm:
    """An alarm of a week. `right` is given where the tracker's side knows it: series of the code frame."""

    week: int
    issue: str
    right: bool | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a tracker made of a stream: the issue of each row (None: of none), its alarms and its labels."""

    where: Sequence[str | None]
    alarms: Sequence[Alarm]
    labels: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of one planted issue. `lead` is None where it was not alarmed or need not be."""

    name: str
    kind: str
    rows: int
    in_none: int
    under_first: int
    named: bool
    lead: int | None
    label: str


@dataclass(frozen=True, slots=True)
class Score:
    """The figures of one stream: shares between 0 and 1, `lead` in weeks after that of the fifth report.

    `purity`, `one_id` and `named` are over the kinds to be found, `noise` over all planted rows;
    `level_alarms` counts those of steady, declining and volume-borne issues, part of `false_a_week`.
    """

    recall: float
    lead: float
    false_a_week: float
    level_alarms: float
    purity: float
    one_id: float
    noise: float
    named: float
    fates: tuple[Fate, ...]
    wrong: tuple[Alarm, ...]


def score(planted: Stream, outcome: Outcome) -> Score:
    """Every figure of one stream."""
    members: dict[str, Counter[str]] = defaultdict(Counter)
    for row, issue in zip(planted.rows, outcome.where, strict=True):
        if issue is not None:
            members[issue][row.truth] += 1
    meaning = {issue: counts.most_common(1)[0][0] for issue, counts in members.items()}
    fates = _fates(planted, outcome, meaning)
    wanted = [fate for fate in fates if fate.kind in RISING]
    leads = [fate.lead for fate in wanted if fate.lead is not None]
    wrong = [alarm for alarm in outcome.alarms if not _right(alarm, meaning, planted)]
    kind_of = {name: issue.kind for name, issue in planted.issues.items()}
    held = [counts for issue, counts in members.items() if kind_of.get(meaning[issue]) in FOUND]
    found = [fate for fate in fates if fate.kind in FOUND]
    return Score(
        recall=len(leads) / max(len(wanted), 1),
        lead=float(np.median(leads)) if leads else float("nan"),
        false_a_week=len(wrong) / WEEKS,
        level_alarms=float(sum(kind_of.get(meaning.get(a.issue, "")) in OF_VOLUME for a in outcome.alarms)),
        purity=sum(max(counts.values()) for counts in held) / max(sum(c.total() for c in held), 1),
        one_id=sum(fate.under_first for fate in found) / max(sum(fate.rows for fate in found), 1),
        noise=sum(fate.in_none for fate in fates) / max(sum(fate.rows for fate in fates), 1),
        named=sum(fate.named for fate in found) / max(len(found), 1),
        fates=tuple(fates),
        wrong=tuple(wrong),
    )


def _fates(planted: Stream, outcome: Outcome, meaning: Mapping[str, str]) -> list[Fate]:
    where: dict[str, Counter[str | None]] = defaultdict(Counter)
    for row, issue in zip(planted.rows, outcome.where, strict=True):
        where[row.truth][issue] += 1
    fifth = fifth_weeks(planted)
    fates = []
    for name, issue in planted.issues.items():
        places = where[name]
        none = places.pop(None, 0)
        first, most = max(places.items(), key=lambda one: (one[1], str(one[0])), default=("", 0))
        label = outcome.labels.get(str(first), "")
        since = planted.onsets.get(name, 0)
        weeks = [a.week for a in outcome.alarms if meaning.get(a.issue) == name and a.week >= since]
        lead = min(weeks) - fifth[name] if weeks and name in fifth else None
        rows = none + places.total()
        fates.append(Fate(name, issue.kind, rows, none, most, names(label, issue.keys), lead, label))
    return fates


def names(label: str, keys: Sequence[Sequence[str]]) -> bool:
    """Whether a label holds words of enough groups of an issue's own."""
    said = label.lower()
    held = sum(any(word in said for word in group) for group in keys)
    return held >= min(KEYS_TO_NAME, len(keys))


def _right(alarm: Alarm, meaning: Mapping[str, str], planted: Stream) -> bool:
    if alarm.right is not None:
        return alarm.right
    name = meaning.get(alarm.issue, "")
    kind = planted.issues[name].kind if name else "background"
    return kind in RISING | FREE or (kind in GROWING and alarm.week >= planted.onsets[name])
