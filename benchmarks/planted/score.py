"""Scores assignments and alarms against what was planted. Knows no tracker."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from stream import FREE, RISING, Planted, fifth_week, planted_texts


@dataclass(frozen=True, slots=True)
class Score:
    """The figures of one run; shares between 0 and 1, `lead` in weeks after the fifth report's week."""

    recall: float
    lead: float
    false_a_week: float
    purity: float
    coverage: float
    one_id: float
    wrong: tuple[str, ...]
    missed: tuple[str, ...]


def score(
    rows: Sequence[Planted], where: Sequence[str | None], alarms: Sequence[tuple[int, str]], *, weeks: int
) -> Score:
    """`alarms` are (week, issue id). An issue is what most of its rows are."""
    kinds = {name: kind for name, (kind, _) in planted_texts().items()}
    members: dict[str, Counter[str]] = defaultdict(Counter)
    by_truth: dict[str, Counter[str | None]] = defaultdict(Counter)
    for row, issue in zip(rows, where, strict=True):
        if issue is not None:
            members[issue][row.truth] += 1
        by_truth[row.truth][issue] += 1
    meaning = {issue: counts.most_common(1)[0][0] for issue, counts in members.items()}
    wanted = [name for name, kind in kinds.items() if kind in RISING and name in by_truth]
    fifth = fifth_week(list(rows))
    leads, missed, wrong = [], [], []
    for name in wanted:
        weeks_of = [week for week, issue in alarms if meaning.get(issue) == name]
        if weeks_of and name in fifth:
            leads.append(min(weeks_of) - fifth[name])
        else:
            missed.append(name)
    for week, issue in alarms:
        kind = kinds.get(meaning.get(issue, ""), "background")
        if kind not in RISING and kind not in FREE:
            wrong.append(f"{week}:{issue}:{meaning.get(issue) or 'background'}")
    own = [name for name in by_truth if kinds.get(name) in RISING | FREE]
    good = {name: [i for i in members if meaning[i] == name] for name in own}
    pure = sum(members[i][n] for n in own for i in good[n])
    held = sum(sum(members[i].values()) for n in own for i in good[n])
    rows_of = {name: sum(by_truth[name].values()) for name in own}
    covered = {name: rows_of[name] - by_truth[name][None] for name in own}
    first = {name: max((n for i, n in by_truth[name].items() if i is not None), default=0) for name in own}
    return Score(
        recall=1 - len(missed) / max(len(wanted), 1),
        lead=float(np.median(leads)) if leads else float("nan"),
        false_a_week=len(wrong) / weeks,
        purity=pure / max(held, 1),
        coverage=sum(covered.values()) / max(sum(rows_of.values()), 1),
        one_id=sum(first.values()) / max(sum(rows_of.values()), 1),
        wrong=tuple(wrong),
        missed=tuple(missed),
    )
