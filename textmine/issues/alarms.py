"""Judges all series of a period together and writes the alarms down: issues, and series of the code frame."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from .intake import Step
from .ledger import Alert, most_common
from .rows import codes_of
from .state import State
from .surveil import LEAST_ROWS, Finding, Series, survey

SERIES_ROWS = 10
"""Rows that an alarm of a series of the code frame needs."""
UNMARKED_ROWS = 8
"""Rows that an alarm needs where no sudden word marks the issue: it may be a chance gathering."""
Q_ISSUES, Q_SERIES = 0.02, 0.005
"""False discoveries among alarms of either family, below the usual 0.05: a wrong alarm is remembered.
Both were set on planted streams, for at most one false alarm in ten weeks."""
SEASONS = {"day": (7, 0), "week": (52, 2), "month": (12, 0)}
"""Periods after which a rhythm comes round, and how many beside it count."""
TOLD_FOR = 6
"""Periods for which an alarm of an issue also tells of a rise of its cause."""


def raise_alarms(state: State, step: Step, names: Mapping[str, str]) -> None:
    """Add the period's alarms to the state. `names` are the frame's names of causes and touchpoints."""
    periods = [p for p in state.periods() if p <= step.period]
    known = {issue.id: issue for issue in state.issues}
    issues, series = _issue_series(state, step, periods), _frame_series(state, periods)
    found = (*survey(issues, q_limit=Q_ISSUES), *survey(series, q_limit=Q_SERIES))
    findings = [one for one in found if one.alarm]
    for finding in findings:
        if issue := known.get(finding.name):
            issue.first_alert = issue.first_alert or step.period
            _alarm(state, step.period, issue.label, finding, issue.first_alert, issue.exemplars[:1])
    told = _told(state, periods)
    for finding in findings:
        if finding.name not in known and not told & codes_of(finding.name):
            first = state.series_alerts.setdefault(finding.name, step.period)
            _alarm(state, step.period, _said(finding.name, names), finding, first, ())


def _issue_series(state: State, step: Step, periods: Sequence[str]) -> list[Series]:
    """The issues that had rows of late."""
    volumes, season = _volumes(state, periods), _season(state)
    found = []
    for issue in state.issues:
        issue.marked |= any(word in step.striking for word in issue.anchors)
        if issue.merged_into is None and sum(issue.by_period.get(p, 0) for p in periods[-3:]) > 0:
            counts = tuple(float(issue.by_period.get(p, 0) + issue.before.get(p, 0)) for p in periods)
            least = LEAST_ROWS if issue.marked else UNMARKED_ROWS
            found.append(Series(issue.id, counts, volumes, least=least, **season))
    return found


def _frame_series(state: State, periods: Sequence[str]) -> list[Series]:
    """Every series of the code frame."""
    volumes, season = _volumes(state, periods), _season(state)
    return [
        Series(name, tuple(float(rows.get(p, 0)) for p in periods), volumes, least=SERIES_ROWS, **season)
        for name, rows in sorted(state.series.items())
    ]


def _volumes(state: State, periods: Sequence[str]) -> tuple[float, ...]:
    return tuple(float(state.volumes[p]) for p in periods)


def _season(state: State) -> dict[str, int]:
    return dict(zip(("season", "spread"), SEASONS.get(state.period, (0, 0)), strict=True))


def _told(state: State, periods: Sequence[str]) -> set[str]:
    """Causes whose rise an issue alarmed of late already tells: the same rise is not reported twice."""
    alarmed = {alert.issue_id for alert in state.alerts if alert.period in periods[-TOLD_FOR:]}
    codes = [most_common(issue.causes, 1) for issue in state.issues if issue.id in alarmed]
    return {part for most in codes for code in most for part in (code, code.partition(".")[0])}


def _said(name: str, names: Mapping[str, str]) -> str:
    """Names of cause, touchpoint or group for people: 宽带故障 · 地市 岚州市."""
    parts = [part.partition(":") for part in name.split("|")]
    said = [(kind, names.get(value, value)) for kind, _, value in parts]
    return " · ".join(v if kind in ("cause", "touchpoint") else f"{kind} {v}" for kind, v in said)


def _alarm(
    state: State, period: str, label: str, finding: Finding, first: str, evidence: Sequence[str]
) -> None:
    said = evidence[0] if evidence else ""
    state.alerts.append(
        Alert(
            period,
            finding.name,
            label,
            int(finding.observed),
            round(finding.expected, 2),
            round(finding.ratio, 2),
            float(f"{finding.q_value:.3g}"),
            first,
            f"{finding.window} × {state.period}; {said}".rstrip("; "),
        )
    )
