"""The Pareto table (排列图): causes by count, with shares, cumulative shares and A/B/C classes.

Reads a tally, returns rows. What a cause is called, which are headline and which is the open remainder comes
from the code frame; nothing here formats, rounds or writes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from ..errors import UsageError
from .tally import Cell, Tally, cause_part

if TYPE_CHECKING:
    from ..frame.frame import Frame
    from .interval import Interval

Level = Literal["cause", "subcause"]
Counting = Literal["all", "primary"]
Class = Literal["A", "B", "C"]

A_LIMIT = 0.80
B_LIMIT = 0.95
"""Class limits on the cumulative share: the common reading of ABC analysis, stated in every output."""
_ROUNDING = 1e-9

ANY = "*"
"""In a table of weights: the weight of whatever the table does not name."""


@dataclass(frozen=True, slots=True)
class ParetoRow:
    """One bar: `n` rows have the code; shares are of the (weighted) sum over all bars, so they add up to 1.

    `branch` is the fishbone branch, for a cause the one where most of it lies; `weight` is the influence
    coefficient and `weighted` is n × weight, which ranks the bars; `n_share` and `n_cumulative` are shares of
    the plain counts in that order. `n_corrected` with its range is what the error-corrected count says, None
    where nothing was corrected.
    """

    level: Level
    code: str
    cause_zh: str
    cause_en: str
    branch: str
    n: int
    share: float
    cumulative_share: float
    cls: Class
    n_corrected: float | None = None
    n_low: float | None = None
    n_high: float | None = None
    weight: float = 1.0
    weighted: float = 0.0
    n_share: float = 0.0
    n_cumulative: float = 0.0


def pareto(
    tally: Tally,
    frame: Frame,
    *,
    level: Level = "cause",
    counting: Counting = "all",
    weights: Mapping[str, float] | None = None,
    corrected: Mapping[str, Interval] | None = None,
    group: Mapping[str, str] | None = None,
    touchpoint: str | None = None,
    branch: str | None = None,
    preset: str | None = None,
) -> tuple[ParetoRow, ...]:
    """The Pareto rows of a tally, or of one group, touchpoint or branch: largest first, open cause last.

    `counting="all"` counts every cause a row has, once; `"primary"` its primary cause only. `group` fixes
    group columns (`{"city": "…"}`). `weights` are influence coefficients by subcause, cause or touchpoint;
    what they do not name weighs their mean, or their entry `"*"`. Headline causes are present even at zero;
    other causes and subcauses when they occur. Ties keep the order of the frame. `preset` is the way to draw
    a fishbone whose branches are meant, by default the frame's first. Raises UsageError for a code the frame
    does not know, a negative weight, or primary counts by touchpoint (which tallies do not keep).
    """
    cell = tally.cell(group)
    counts = counts_of(cell, level, counting, touchpoint)
    order = _frame_order(frame, level)
    _refuse_unknown(counts, order)
    branch_of = _branches(cell, frame, level, preset)
    shown = [c for c in order if counts[c] or (level == "cause" and c in frame.headline)]
    if branch is not None:
        shown = [c for c in shown if branch_of(c) == branch]
    weight_of = _weights(weights, cell)
    shown.sort(key=lambda c: (cause_part(c) == frame.open_cause, -counts[c] * weight_of(c), order[c]))
    values = [counts[c] * weight_of(c) for c in shown]
    plain, plain_sums, _ = _shares([float(counts[c]) for c in shown])
    rows = []
    for i, (code, share, cumulative, cls) in enumerate(zip(shown, *_shares(values), strict=True)):
        sure = (corrected or {}).get(code)
        rows.append(
            ParetoRow(
                level=level,
                code=code,
                cause_zh=frame.zh(code),
                cause_en=frame.en(code),
                branch=branch_of(code),
                n=counts[code],
                share=share,
                cumulative_share=cumulative,
                cls=cls,
                n_corrected=sure.value if sure else None,
                n_low=sure.low if sure else None,
                n_high=sure.high if sure else None,
                weight=weight_of(code),
                weighted=counts[code] * weight_of(code),
                n_share=plain[i],
                n_cumulative=plain_sums[i],
            )
        )
    return tuple(rows)


def classify_abc(cumulative: float, *, first: bool, value: float) -> Class:
    """A up to 80 % of the total, B up to 95 %, C the rest; the first bar always A, an empty one always C."""
    if value <= 0:
        return "C"
    if first or cumulative <= A_LIMIT + _ROUNDING:
        return "A"
    return "B" if cumulative <= B_LIMIT + _ROUNDING else "C"


def counts_of(
    cell: Cell, level: Level, counting: Counting = "all", touchpoint: str | None = None
) -> Counter[str]:
    """Rows of a cell by cause or subcause, as a Pareto table counts them."""
    if counting == "primary":
        if touchpoint is not None:
            raise UsageError("primary causes are not counted by touchpoint; use counting='all' or a column")
        return cell.primary if level == "subcause" else cell.primary_causes
    if touchpoint is None:
        return cell.codes if level == "subcause" else cell.causes
    paired = cell.code_touchpoints if level == "subcause" else cell.cause_touchpoints
    return Counter({code: n for (code, point), n in paired.items() if point == touchpoint})


def _frame_order(frame: Frame, level: Level) -> dict[str, int]:
    """Position of each code that may be counted; a bare cause (no subcause decided) follows its subcauses."""
    if level == "cause":
        return {cause: i for i, cause in enumerate(frame.causes)}
    codes: list[str] = []
    for cause in frame.causes:
        codes += [code for code in frame.codes if code != cause and frame.cause_of(code) == cause]
        codes.append(cause)
    return {code: i for i, code in enumerate(codes)}


def _refuse_unknown(counts: Iterable[str], order: Mapping[str, int]) -> None:
    unknown = sorted(set(counts) - set(order))
    if unknown:
        raise UsageError(
            f"the code frame does not know {', '.join(unknown)}; "
            "count with the frame the rows were classified with"
        )


def _branches(cell: Cell, frame: Frame, level: Level, preset: str | None) -> Callable[[str], str]:
    """Branch of a code. A cause's subcauses may lie on several branches: it goes where most rows are."""
    by_cause: dict[str, Counter[str]] = {cause: Counter() for cause in frame.causes}
    for code in frame.codes:
        by_cause[frame.cause_of(code)][frame.branch(code, preset) or ""] += cell.codes[code]

    def of_cause(cause: str) -> str:
        # max() keeps the first of equals, which is the frame's first branch of this cause.
        return max(by_cause[cause], key=lambda b: by_cause[cause][b], default="")

    def of_code(code: str) -> str:
        return of_cause(code) if code in by_cause else frame.branch(code, preset) or ""

    return of_cause if level == "cause" else of_code


def _weights(weights: Mapping[str, float] | None, cell: Cell) -> Callable[[str], float]:
    if not weights:
        return lambda _: 1.0
    negative = sorted(key for key, weight in weights.items() if not weight >= 0)
    if negative:
        raise UsageError(f"weights must be zero or more; correct the weight of {', '.join(negative)}")
    named = [weight for key, weight in weights.items() if key != ANY]
    rest = weights.get(ANY, sum(named) / len(named) if named else 1.0)

    def weight_of(code: str) -> float:
        if code in weights:
            return weights[code]
        if cause_part(code) in weights:
            return weights[cause_part(code)]
        paired = cell.code_touchpoints if "." in code else cell.cause_touchpoints
        at = {point: n for (c, point), n in paired.items() if c == code}
        if not at or not any(point in weights for point in at):
            return rest
        return sum(n * weights.get(point, rest) for point, n in at.items()) / sum(at.values())

    return weight_of


def _shares(values: list[float]) -> tuple[list[float], list[float], list[Class]]:
    total = sum(values)
    shares, cumulative, classes = [], [], []
    so_far = 0.0
    for i, value in enumerate(values):
        so_far += value
        shares.append(value / total if total else 0.0)
        cumulative.append(so_far / total if total else 0.0)
        classes.append(classify_abc(cumulative[-1], first=i == 0, value=value))
    return shares, cumulative, classes
