"""The ledger: every issue ever found, under its id, with what has come of it. Records and their JSON only.

An id is given once and never given again; the label is set when the issue is born. Knows no vectors' meaning
and no files.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, Literal

Status = Literal["born", "growing", "steady", "declining", "dormant", "revived", "merged"]

DORMANT_AFTER = 4
"""Periods without a row after which an issue sleeps."""
_MOST_SHOWN = 60
KEPT_WORDS = 400
"""Words of an issue that are remembered, the commonest first."""


@dataclass(frozen=True, slots=True)
class Parent:
    """Where an issue came from or went: `how` is split, merged or moved; `why` is a sentence for people."""

    issue_id: str
    how: Literal["split", "merged"]
    period: str
    why: str


@dataclass(frozen=True, slots=True)
class Alert:
    """An alarm of one period, as alerts.csv has it; `issue_id` may be a series of the code frame."""

    period: str
    issue_id: str
    label: str
    n: int
    expected: float
    ratio: float
    q_value: float
    first_alert: str
    evidence: str


@dataclass(slots=True)
class Issue:
    """One issue. `by_period` counts its rows, `before` rows like it from before it was known.

    `words`, `distinct` and the tracker's vector of it count every distinct matter once, those in `said`.
    """

    id: str
    label: str
    terms: tuple[str, ...]
    first_seen: str
    born: str
    by_period: dict[str, int] = field(default_factory=dict)
    before: dict[str, int] = field(default_factory=dict)
    exemplars: tuple[str, ...] = ()
    parents: tuple[Parent, ...] = ()
    merged_into: str | None = None
    place: str | None = None
    anchors: tuple[str, ...] = ()
    words: Counter[str] = field(default_factory=Counter)
    amounts: tuple[str, ...] = ()
    causes: Counter[str] = field(default_factory=Counter)
    places: Counter[str] = field(default_factory=Counter)
    groups: dict[str, Counter[str]] = field(default_factory=dict)
    first_alert: str | None = None
    distinct: int = 0
    said: set[int] = field(default_factory=set)
    marked: bool = False

    @property
    def size(self) -> int:
        return sum(self.by_period.values())

    def count(self, period: str, rows: int) -> None:
        """Add rows of a period."""
        self.by_period[period] = self.by_period.get(period, 0) + rows
        self.first_seen = min(self.first_seen, period)

    def status(self, periods: Sequence[str]) -> Status:
        """What the issue does at the end of `periods` (in order)."""
        if self.merged_into:
            return "merged"
        counts = [self.by_period.get(period, 0) for period in periods]
        recent, earlier = sum(counts[-2:]), counts[-6:-2]
        alive = [place for place, n in enumerate(counts) if n]
        if not sum(counts[-DORMANT_AFTER:]):
            return "dormant"
        if len(periods) - alive[0] <= 2 and not self.before:
            return "born"
        pairs = list(pairwise(alive))
        if any(b - a > DORMANT_AFTER and len(counts) - b <= DORMANT_AFTER for a, b in pairs):
            return "revived"
        usual = 2 * sum(earlier) / len(earlier) if earlier else 0.0
        spread = 2.0 * max(usual, 1.0) ** 0.5
        if recent > usual + spread:
            return "growing"
        return "declining" if recent < usual - spread else "steady"

    def to_dict(self) -> dict[str, Any]:
        """As the ledger stores it."""
        record = {name: getattr(self, name) for name in _PLAIN}
        record |= {name: list(getattr(self, name)) for name in ("terms", "exemplars", "anchors", "amounts")}
        record["said"] = sorted(self.said)
        record["parents"] = [_parent(parent) for parent in self.parents]
        record["by_period"] = dict(sorted(self.by_period.items()))
        record["before"] = dict(sorted(self.before.items()))
        for name in ("causes", "places", "words"):
            record[name] = most_common(getattr(self, name), KEPT_WORDS)
        record["groups"] = {column: most_common(counts) for column, counts in sorted(self.groups.items())}
        return record

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> Issue:
        """Inverse of `to_dict`."""
        values = dict(record)
        for name in ("terms", "exemplars", "anchors", "amounts"):
            values[name] = tuple(values[name])
        values["said"] = set(values["said"])
        values["parents"] = tuple(Parent(**parent) for parent in values["parents"])
        for name in ("causes", "places", "words"):
            values[name] = Counter(values[name])
        values["groups"] = {column: Counter(counts) for column, counts in values["groups"].items()}
        return cls(**values)

    def public(self, periods: Sequence[str], names: Mapping[str, str]) -> dict[str, Any]:
        """One object of issues.jsonl; `names` translates cause codes."""
        return {
            "issue_id": self.id,
            "label": self.label,
            "terms": list(self.terms),
            "first_seen": self.first_seen,
            "status": self.status(periods),
            "size": self.size,
            "by_period": dict(sorted(self.by_period.items())),
            "exemplars": list(self.exemplars),
            "parents": [_parent(parent) for parent in self.parents],
            "merged_into": self.merged_into,
            "first_alert": self.first_alert,
            "amounts": list(self.amounts),
            "places": most_common(self.places, 5),
            "causes": {names.get(code, code): n for code, n in most_common(self.causes, 5).items()},
            "groups": {column: most_common(counts, 5) for column, counts in sorted(self.groups.items())},
        }


_PLAIN = (
    "id",
    "label",
    "first_seen",
    "born",
    "merged_into",
    "place",
    "first_alert",
    "distinct",
    "marked",
)


def new_id(period: str, taken: Iterable[str]) -> str:
    """`2026-W40-03`: the third issue born in that period."""
    start = f"{period}-" if period else "undated-"
    numbers = [
        int(one[len(start) :]) for one in taken if one.startswith(start) and one[len(start) :].isdecimal()
    ]
    return f"{start}{max(numbers, default=0) + 1:02d}"


def _parent(parent: Parent) -> dict[str, str]:
    return {"issue_id": parent.issue_id, "how": parent.how, "period": parent.period, "why": parent.why}


def most_common(counts: Counter[str], most: int = _MOST_SHOWN) -> dict[str, int]:
    """The largest counts, equal ones by name: the same whatever order they were counted in."""
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:most])
