"""A report as plain numbers: what every form of it (page, workbook, slides) shows, computed once.

Calls the analyses and puts their results side by side. No wording, no drawing, no files.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from ..counts.align import Alignment, ChecklistItem, align
from ..counts.compare import Difference, compare_groups, compare_periods
from ..counts.correct import RankPair, corrected, rank_stability
from ..counts.correction import LEVEL, Correction
from ..counts.drivers import Drivers, cause_drivers
from ..counts.error_rates import ErrorRates
from ..counts.fishbone import Fishbone, fishbone
from ..counts.interval import Interval, share_interval
from ..counts.pareto import Counting, Level, ParetoRow, pareto
from ..counts.period import Period, period_of
from ..counts.rollup import Node, roll_up
from ..counts.satisfaction import Satisfaction, satisfaction
from ..counts.tally import Tally
from ..counts.weights import Weights
from ..errors import UsageError
from ..frame.frame import Frame
from ..io.folder import ClassifiedFolder
from ..io.manifest import Manifest
from .collect import Collected
from .risk import Risk, risk_of
from .verbatims import Verbatim

TREND_CAUSES = 6
HEAT_GROUPS = 15
HEAT_CAUSES = 12
PERIODS_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Line:
    """One cause over time: its share of each period's rows, with its range, and its rows."""

    code: str
    shares: tuple[Interval, ...]
    counts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Trend:
    """Periods in order with their rows, the most frequent causes over time, and what changed between two.

    `compared` names the earlier and the later period of `changes`; `partial` periods are not fully covered.
    """

    period: Period
    periods: tuple[str, ...]
    rows: tuple[int, ...]
    lines: tuple[Line, ...]
    compared: tuple[str, str] | None
    changes: tuple[Difference, ...]
    partial: frozenset[str]


@dataclass(frozen=True, slots=True)
class Heat:
    """Groups of one column against the average: `cells[group, code]`; `left_out` groups are not shown."""

    column: str
    groups: tuple[str, ...]
    codes: tuple[str, ...]
    cells: Mapping[tuple[str, str], Difference]
    left_out: int


@dataclass(frozen=True, slots=True)
class Tree:
    """A roll-up: its columns from the top down, and every group against its parent's average."""

    columns: tuple[str, ...]
    nodes: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Scored:
    """Satisfaction of the rows with a score in `column`, and what drives it; None where it cannot be told."""

    column: str
    satisfaction: Satisfaction
    drivers: Drivers | None


@dataclass(frozen=True, slots=True)
class Quality:
    """Precision and recall of one cause on held-out rows; None where undefined."""

    code: str
    positives: int
    precision: float | None
    recall: float | None


@dataclass(frozen=True, slots=True)
class IssueLine:
    """One emerging issue, as the issue ledger says."""

    id: str
    label: str
    status: str
    first_seen: str
    size: int
    lineage: str = ""
    first_alert: str = ""
    causes: str = ""
    exemplar: str = ""
    by_period: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Summary:
    """All numbers of a report. Verbatims are masked; names come from the frame."""

    manifest: Manifest
    frame: Frame
    rows: int
    complaints: int
    span: tuple[date, date] | None
    causes: tuple[ParetoRow, ...]
    subcauses: tuple[ParetoRow, ...]
    counting: Counting
    weighted: bool
    correction: Correction
    stability: tuple[RankPair, ...]
    held_out: int
    quality: tuple[Quality, ...]
    diagrams: tuple[Fishbone, ...]
    trend: Trend | None
    heats: tuple[Heat, ...]
    tree: Tree | None
    scored: Scored | None
    risk: Risk
    alignment: Alignment | None
    verbatims: Mapping[str, tuple[Verbatim, ...]]
    group_names: tuple[str, ...]
    cube: tuple[tuple[tuple[str, ...], int], ...]
    issues: tuple[IssueLine, ...] = ()

    @property
    def reviewed(self) -> int:
        """Rows of the folder whose truth a person has set, as far as they correct its counts."""
        return self.correction.reviewed.rows if self.correction.reviewed else 0


@dataclass(frozen=True, slots=True)
class Choices:
    """What a reader may choose; the defaults are what most want."""

    counting: Counting = "all"
    preset: str | None = None
    period: Period | None = None
    weights: Weights | None = None
    checklist: Sequence[ChecklistItem] = ()
    score_name: str = ""
    within_days: int = 30


def summarise(
    found: Collected,
    frame: Frame,
    *,
    folder: ClassifiedFolder,
    correction: Correction | None = None,
    choices: Choices | None = None,
    issues: Sequence[IssueLine] = (),
    with_cube: bool = True,
) -> Summary:
    """Every number of a report from what one pass over `folder` collected; the cube is for pivot tables."""
    choices, correction = choices or Choices(), correction or Correction(reason="no error rates")
    whole, manifest = found.whole, folder.manifest
    cell, error_rates = whole.cell(), correction.error_rates
    counts = corrected(cell, error_rates, reviewed=correction.reviewed) if error_rates and cell.rows else None
    ranges = counts.intervals(level=LEVEL) if counts else None
    causes, subcauses = _paretos(whole, frame, choices, ranges)
    ranking = [row.code for row in causes if counts and row.code in counts.codes and row.n]
    verbatims = found.sample.verbatims()
    return Summary(
        manifest=manifest,
        frame=frame,
        rows=manifest.rows.rows_in,
        complaints=cell.stance["complaint"],
        span=found.span,
        causes=causes,
        subcauses=tuple(row for row in subcauses if row.n),
        counting=choices.counting,
        weighted=bool(choices.weights),
        correction=correction,
        stability=rank_stability(counts, ranking, weights={row.code: row.weight for row in causes})
        if counts
        else (),
        held_out=error_rates.rows if error_rates else 0,
        quality=_quality(error_rates, frame) if error_rates else (),
        diagrams=_diagrams(whole, frame, causes, verbatims, choices.preset),
        trend=_trend(found, causes, choices.period),
        heats=tuple(_heat(found.by_group(i), name, causes) for i, name in enumerate(found.parts.group_names)),
        tree=_tree(found, causes) if found.parts.levels else None,
        scored=_scored(found, causes, choices.score_name),
        risk=risk_of(found, folder, frame, within_days=choices.within_days),
        alignment=align(choices.checklist, whole, frame) if choices.checklist else None,
        verbatims=verbatims,
        group_names=found.parts.group_names,
        cube=_cube(found, choices.period or found.period) if with_cube else (),
        issues=tuple(issues),
    )


def _paretos(
    tally: Tally, frame: Frame, choices: Choices, ranges: Mapping[str, Interval] | None
) -> tuple[tuple[ParetoRow, ...], tuple[ParetoRow, ...]]:
    """The Pareto rows of causes and of subcauses."""

    def rows(level: Level) -> tuple[ParetoRow, ...]:
        return pareto(
            tally,
            frame,
            level=level,
            counting=choices.counting,
            weights=choices.weights.of_codes(tally, level=level, counting=choices.counting)
            if choices.weights
            else None,
            corrected=ranges,
            preset=choices.preset,
        )

    return rows("cause"), rows("subcause")


def _diagrams(
    tally: Tally,
    frame: Frame,
    causes: Sequence[ParetoRow],
    verbatims: Mapping[str, Sequence[Verbatim]],
    preset: str | None,
) -> tuple[Fishbone, ...]:
    """The whole in every preset (the chosen one first), then the first cause by itself."""
    examples = {
        code: [v.evidence for v in sorted(found, key=lambda v: len(v.evidence)) if v.evidence]
        for code, found in verbatims.items()
    }
    presets = [entry.code for entry in frame.presets]
    first = preset or presets[0]
    presets.sort(key=lambda code: code != first)
    drawn = [fishbone(tally, frame, preset=code, examples=examples) for code in presets]
    top = next((row.code for row in causes if row.n and row.code != frame.open_cause), None)
    if top:
        drawn.append(fishbone(tally, frame, preset=first, cause=top, examples=examples))
    return tuple(drawn)


def _trend(found: Collected, causes: Sequence[ParetoRow], period: Period | None) -> Trend | None:
    span = found.span
    if span is None:
        return None
    chosen = period or found.period
    tally = found.by_period(chosen)
    names = tuple(key[0] for key in tally.groups())[-PERIODS_SHOWN:]
    if len(names) < 2:
        return None
    cells = [tally.cells[(name,)] for name in names]
    shown = [row.code for row in causes if row.n][:TREND_CAUSES]
    lines = tuple(
        Line(
            code,
            tuple(share_interval(cell.causes[code], cell.rows) for cell in cells),
            tuple(cell.causes[code] for cell in cells),
        )
        for code in shown
    )
    partial = _partial(span, chosen) & set(names)
    full = [name for name in names if name not in partial]
    pair = (full if len(full) >= 2 else list(names))[-2:]
    before, after = (tally.cells[(name,)] for name in pair)
    codes = [row.code for row in causes if row.n]
    changes = compare_periods(before, after, codes=codes, name=pair[1]) if codes else ()
    rows = tuple(cell.rows for cell in cells)
    return Trend(chosen, names, rows, lines, (pair[0], pair[1]), changes, frozenset(partial))


def _partial(span: tuple[date, date], period: Period) -> set[str]:
    """Periods at the ends of the span that go on outside it."""
    first, last = span
    day = timedelta(days=1)
    partial = set()
    if period != "day" and period_of((first - day).isoformat(), period) == period_of(
        first.isoformat(), period
    ):
        partial.add(period_of(first.isoformat(), period))
    if period != "day" and period_of((last + day).isoformat(), period) == period_of(last.isoformat(), period):
        partial.add(period_of(last.isoformat(), period))
    return partial


def _heat(tally: Tally, column: str, causes: Sequence[ParetoRow]) -> Heat:
    codes = tuple(row.code for row in causes if row.n)[:HEAT_CAUSES]
    ranked = sorted(tally.cells, key=lambda key: (-tally.cells[key].rows, key))
    differences = compare_groups(tally, column, codes=codes) if codes and len(ranked) > 1 else ()
    shown = tuple(key[0] for key in ranked[:HEAT_GROUPS])
    cells = {(d.group[0], d.code): d for d in differences}
    return Heat(column, shown, codes, cells, max(0, len(ranked) - HEAT_GROUPS))


def _tree(found: Collected, causes: Sequence[ParetoRow]) -> Tree:
    columns = found.parts.level_names
    codes = [row.code for row in causes if row.n]
    groups = [found.level_path(key) for key in found.score_keys]
    return Tree(columns, roll_up(found.by_levels(), columns, codes=codes, groups=groups, scores=found.scores))


def _scored(found: Collected, causes: Sequence[ParetoRow], name: str) -> Scored | None:
    known = [score for score in found.scores if score == score]
    if not known:
        return None
    codes = [row.code for row in causes if row.n]
    try:
        drivers = cause_drivers(found.causes, found.scores, codes=codes)
    except UsageError:
        # Scores that do not vary drive nothing; the page says so instead of failing.
        drivers = None
    return Scored(name, satisfaction(found.scores), drivers)


def _quality(error_rates: ErrorRates, frame: Frame) -> tuple[Quality, ...]:
    rows = []
    confusions = error_rates.confusions()
    for cause in frame.causes:
        one = confusions.get(cause)
        if one and one.positives:
            precision = one.tp / one.predicted if one.predicted else None
            rows.append(Quality(cause, one.positives, precision, one.tp / one.positives))
    return tuple(rows)


def _cube(found: Collected, period: Period) -> tuple[tuple[tuple[str, ...], int], ...]:
    """Rows by (period, group values…, code): what a pivot table wants."""
    cube: Counter[tuple[str, ...]] = Counter()
    for ((day, *groups), code), n in found.codes_at.items():
        cube[(period_of(day, period) if day else "", *groups, code)] += n
    return tuple(sorted(cube.items()))
