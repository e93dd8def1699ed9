"""The weekly page: what is new, growing, back or fading, as one offline HTML file. Counts nothing itself.

`summarise` gathers what the page says into plain records; the template only lays it out. The page has its own
inline SVG and style, no script, and a content security policy that allows exactly that style by its hash.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from ..io.counts_files import write_text
from ..io.issue_decisions import IssueDecisions
from ..issues.ledger import Alert, Issue, most_common
from ..issues.propose import Proposal
from ..issues.state import State

Lang = str

_ORDER = ("alarm", "born", "growing", "revived", "declining", "steady")
_MOST_A_SECTION = 15
_MAP_ISSUES = 60
SPARK = (150.0, 36.0)
MAP = (640.0, 360.0)


@dataclass(frozen=True, slots=True)
class Card:
    """One issue as the page shows it; `line` and `dots` are the sparkline's SVG geometry."""

    id: str
    label: str
    status: str
    section: str
    now: int
    before: int
    size: int
    first_seen: str
    exemplars: tuple[str, ...]
    causes: tuple[tuple[str, int], ...]
    groups: tuple[tuple[str, str], ...]
    counts: tuple[tuple[str, int], ...]
    alert: Alert | None
    line: str
    end: tuple[float, float]
    parents: tuple[str, ...]
    dismissed: bool = False


@dataclass(frozen=True, slots=True)
class Dot:
    """One issue on the map: position and size in SVG units."""

    id: str
    label: str
    x: float
    y: float
    r: float
    section: str
    now: int


@dataclass(frozen=True, slots=True)
class Week:
    """All that the page says of the last period."""

    period: str
    rows: int
    rows_before: int
    cards: tuple[Card, ...]
    dots: tuple[Dot, ...]
    alerts: tuple[Alert, ...]
    proposals: tuple[Proposal, ...]
    quiet: int

    def of(self, section: str) -> tuple[Card, ...]:
        """The cards of a section, most important first."""
        return tuple(card for card in self.cards if card.section == section)[:_MOST_A_SECTION]


def summarise(
    state: State,
    proposals: Sequence[Proposal],
    names: Mapping[str, str],
    decisions: IssueDecisions | None = None,
) -> Week:
    """Gather the last period of a ledger, as it is after people's decisions.

    `names` are the frame's names of causes. An issue that people dismissed is shown without its alarm.
    """
    decisions = decisions or IssueDecisions()
    periods = state.periods()
    last = periods[-1] if periods else ""
    raised = [alert for alert in state.alerts if alert.period == last]
    raised = [alert for alert in raised if not decisions.of(decisions.root(alert.issue_id)).dismissed]
    alerts = {decisions.root(alert.issue_id): alert for alert in reversed(raised)}
    cards = []
    for issue in _decided(state.issues, decisions):
        status = issue.status(periods) if periods else "born"
        if status in ("dormant", "merged"):
            continue
        card = _card(issue, status, periods, alerts.get(issue.id), names)
        cards.append(replace(card, dismissed=decisions.of(issue.id).dismissed))
    cards.sort(key=lambda c: (_ORDER.index(c.section), -c.now, -c.size, c.id))
    shown = {card.id for card in cards}
    return Week(
        period=last,
        rows=state.volumes.get(last, 0),
        rows_before=state.volumes.get(periods[-2], 0) if len(periods) > 1 else 0,
        cards=tuple(cards),
        dots=_map(state, {card.id: card for card in cards}),
        alerts=tuple(raised),
        proposals=tuple(proposals),
        quiet=sum(issue.id not in shown for issue in state.issues),
    )


def _decided(issues: Sequence[Issue], decisions: IssueDecisions) -> list[Issue]:
    """Copies of the issues with the names and mergers that people decided on; the ledger's stay."""
    known = {one.id: replace(one, by_period=dict(one.by_period)) for one in issues}
    for name, issue in known.items():
        issue.label = decisions.of(name).label or issue.label
        root = known.get(decisions.root(name), issue)
        if root is not issue:
            issue.merged_into = root.id
            for period, n in issue.by_period.items():
                root.count(period, n)
    return list(known.values())


def write_weekly(path: Path, week: Week, *, lang: Lang) -> None:
    """Render the page. Raises OutputError when it cannot be written."""
    write_text(path, render_weekly(week, lang=lang))


def render_weekly(week: Week, *, lang: Lang) -> str:
    """The page as text; everything that comes from data is escaped."""
    from jinja2 import Environment, PackageLoader, select_autoescape

    environment = Environment(
        loader=PackageLoader("textmine.report"), autoescape=select_autoescape(default=True), trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    style = environment.loader.get_source(environment, "weekly.css")[0] if environment.loader else ""
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    words = {key: pair[0 if lang == "zh" else 1] for key, pair in _WORDS.items()}
    return environment.get_template("weekly.html").render(
        week=week, t=words, lang=lang, style=style, style_hash=digest, spark=SPARK, size=MAP,
        summary=summary(week, lang=lang), sections=[s for s in _ORDER if week.of(s)],
    )  # fmt: skip


def summary(week: Week, *, lang: Lang) -> str:
    """The period in a few plain sentences."""
    count = {section: len([c for c in week.cards if c.section == section]) for section in _ORDER}
    alarmed = [card for card in week.cards if card.alert]
    change = (week.rows / week.rows_before - 1) if week.rows_before else 0.0
    if lang == "zh":
        turn = "增加" if change >= 0 else "减少"
        text = f"{week.period} 共 {week.rows:,} 条，较上期{turn} {abs(change):.0%}。"
        if alarmed:
            text += f"有 {len(alarmed)} 个问题明显上升：" + "；".join(
                f"“{c.label}” {c.alert.n} 条，按以往应约 {c.alert.expected:.1f} 条"
                for c in alarmed[:3]
                if c.alert
            )
            text += "。"
        else:
            text += "没有问题超出以往的正常波动。"
        return text + (
            f"新出现 {count['born']} 个，上升 {count['growing']} 个，再现 {count['revived']} 个，"
            f"下降 {count['declining']} 个，平稳 {count['steady']} 个。"
        )
    text = f"{week.period}: {week.rows:,} rows, {change:+.0%} on the period before. "
    if alarmed:
        text += f"{len(alarmed)} issues clearly rise: " + "; ".join(
            f"“{c.label}” {c.alert.n} rows where about {c.alert.expected:.1f} were expected"
            for c in alarmed[:3]
            if c.alert
        )
        text += ". "
    else:
        text += "No issue left its usual range. "
    return text + (
        f"{count['born']} new, {count['growing']} growing, {count['revived']} back again, "
        f"{count['declining']} fading, {count['steady']} steady."
    )


def _card(
    issue: Issue, status: str, periods: Sequence[str], alert: Alert | None, names: Mapping[str, str]
) -> Card:
    shown = periods[-16:]
    counts = tuple((period, issue.by_period.get(period, 0)) for period in shown)
    line, end = _spark([n for _, n in counts])
    return Card(
        id=issue.id,
        label=issue.label,
        status=status,
        section="alarm" if alert else status,
        now=counts[-1][1] if counts else 0,
        before=counts[-2][1] if len(counts) > 1 else 0,
        size=issue.size,
        first_seen=issue.first_seen,
        exemplars=issue.exemplars,
        causes=tuple((names.get(code, code), n) for code, n in most_common(issue.causes, 3).items()),
        groups=tuple(
            (column, "、".join(f"{value} {n}" for value, n in most_common(counts_, 3).items()))
            for column, counts_ in sorted(issue.groups.items())
        ),
        counts=counts,
        alert=alert,
        line=line,
        end=end,
        parents=tuple(f"{parent.how} {parent.issue_id}: {parent.why}" for parent in issue.parents),
    )


def _spark(counts: Sequence[int]) -> tuple[str, tuple[float, float]]:
    width, height = SPARK
    top = max([*counts, 1])
    step = (width - 8) / max(len(counts) - 1, 1)
    points = [
        (round(4 + i * step, 1), round(height - 4 - n / top * (height - 8), 1)) for i, n in enumerate(counts)
    ]
    return " ".join(f"{x},{y}" for x, y in points), points[-1] if points else (0.0, height)


def _map(state: State, cards: Mapping[str, Card]) -> tuple[Dot, ...]:
    """The largest issues laid out by likeness: the two leading directions of their middles."""
    chosen = [i for i, issue in enumerate(state.issues) if issue.id in cards]
    chosen.sort(key=lambda i: (cards[state.issues[i].id].section != "alarm", -state.issues[i].size, i))
    chosen = chosen[:_MAP_ISSUES]
    if len(chosen) < 3:
        return ()
    middles = np.vstack(
        [state.middles[i] / max(float(np.linalg.norm(state.middles[i])), 1e-9) for i in chosen]
    )
    centred = (middles - middles.mean(axis=0)).astype(np.float64)
    u, s, _ = np.linalg.svd(centred, full_matrices=False)
    plane = u[:, :2] * s[:2]
    plane *= np.sign(plane[np.abs(plane).argmax(axis=0), [0, 1]])
    ranks = plane.argsort(axis=0, kind="stable").argsort(axis=0, kind="stable") / max(len(chosen) - 1, 1)
    biggest = max(state.issues[i].size for i in chosen)
    dots = []
    for (x, y), i in zip(ranks.tolist(), chosen, strict=True):
        card = cards[state.issues[i].id]
        r = 4 + 16 * (card.size / biggest) ** 0.5
        dot = Dot(
            card.id, card.label, 30 + x * (MAP[0] - 60), 30 + y * (MAP[1] - 60), r, card.section, card.now
        )
        dots.append(replace(dot, x=round(dot.x, 1), y=round(dot.y, 1), r=round(dot.r, 1)))
    return tuple(dots)


_WORDS = {
    "title": ("本周新情况", "What is new"),
    "alarm": ("预警", "Alarms"),
    "born": ("新出现", "New"),
    "growing": ("上升", "Growing"),
    "revived": ("再现", "Back again"),
    "declining": ("下降", "Fading"),
    "steady": ("平稳", "Steady"),
    "map": ("问题地图", "Map of issues"),
    "map_note": (
        "圆越大条数越多；相近的问题离得近；用 Tab 键或鼠标查看。",
        "Larger circles have more rows; alike issues lie close; use Tab or the mouse.",
    ),
    "now": ("本期", "now"),
    "before": ("上期", "before"),
    "all": ("累计", "in all"),
    "since": ("首次出现", "first seen"),
    "expected": ("预期", "expected"),
    "ratio": ("倍数", "ratio"),
    "causes": ("原因", "Causes"),
    "examples": ("原话", "Verbatims"),
    "proposals": ("代码表补充建议", "Codes proposed"),
    "proposal_note": (
        "这些内容反复出现，但代码表没有对应原因。",
        "These keep coming up and the code frame has no cause for them.",
    ),
    "rows": ("条", "rows"),
    "quiet": ("个问题已沉寂，未列出。", "issues are dormant and not shown."),
    "dismissed": ("已由人工忽略，不再预警。", "Dismissed by a person; no alarm is shown."),
    "table": ("逐期条数", "Rows by period"),
}
