"""The summary in plain sentences: each one is made from numbers that the report also shows.

Says only what the numbers carry: a difference is called one when its q-value says so, an order when it is
sure enough. Wording only; no counting, no markup.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from .words import Lang, Say, listed, percent, speaker

if TYPE_CHECKING:
    from ..counts.compare import Difference
    from .summary import Summary

SURE = 0.9
"""An order of two causes is stated as a fact from this probability on."""
WORTH = 0.05
"""A gain of fewer points of the score is not worth a sentence."""
_MOST = 3


def sentences(summary: Summary, lang: Lang) -> tuple[str, ...]:
    """The summary, most important first."""
    return tuple(_sentences(summary, lang, speaker(lang)))


def _sentences(summary: Summary, lang: Lang, say: Say) -> Iterator[str]:
    yield _rows(summary, say)
    if not summary.complaints or not any(row.n for row in summary.causes):
        yield say("没有读出不满原因。", "No cause of dissatisfaction was found.")
        return
    yield from _first(summary, lang, say)
    yield from _order(summary, lang, say)
    yield from _change(summary, lang, say)
    yield from _groups(summary, lang, say)
    yield from _tree(summary, say)
    yield from _drivers(summary, lang, say)
    yield from _risk(summary, lang, say)


def _rows(summary: Summary, say: Say) -> str:
    rows, read = summary.manifest.rows, summary.rows
    span = summary.span
    when = say(f"{span[0]} 至 {span[1]}，", f"From {span[0]} to {span[1]}: ") if span else ""
    share = percent(summary.complaints / read) if read else "0%"
    text = say(
        f"{when}共收到 {read:,} 条，其中 {summary.complaints:,} 条（{share}）表达了不满",
        f"{when}{read:,} rows, of which {summary.complaints:,} ({share}) express dissatisfaction",
    )
    kinds = (
        (rows.rows_abstained, "条待人工复核", "wait for review"),
        (rows.rows_empty, "条空白", "are empty"),
        (rows.rows_quarantined, "条无法读取", "could not be read"),
    )
    rest = [say(f"{n:,} {zh}", f"{n:,} {en}") for n, zh, en in kinds if n]
    return text + (say("；", "; ") + listed(rest, say) if rest else "") + say("。", ".")


def _first(summary: Summary, lang: Lang, say: Say) -> Iterator[str]:
    top = summary.causes[0]
    name = summary.frame.name(top.code, lang)
    sure = ""
    if top.n_corrected is not None and top.n_low is not None and top.n_high is not None:
        sure = say(
            f"；按模型误差校正约 {top.n_corrected:,.0f} 条（90% 区间 {top.n_low:,.0f}–{top.n_high:,.0f}）",
            f"; corrected for the model's errors about {top.n_corrected:,.0f} "
            f"(90% range {top.n_low:,.0f}–{top.n_high:,.0f})",
        )
    if summary.weighted:
        yield say(
            f"按影响系数加权后，首要原因是“{name}”：{top.n:,} 条 × {top.weight:.3g}，"
            f"占加权总和的 {percent(top.share)}{sure}。",
            f"Weighted by influence, the first cause is “{name}”: {top.n:,} rows × {top.weight:.3g}, "
            f"{percent(top.share)} of the weighted sum{sure}.",
        )
    else:
        yield say(
            f"首要原因是“{name}”，{top.n:,} 条，占 {percent(top.share)}{sure}。",
            f"The first cause is “{name}” with {top.n:,} rows, {percent(top.share)} of the whole{sure}.",
        )
    best = [row for row in summary.causes if row.cls == "A"]
    names = listed([summary.frame.name(row.code, lang) for row in best], say)
    yield say(
        f"{len(best)} 类 A 类原因（{names}）合计占 {percent(best[-1].cumulative_share)}。",
        f"The {len(best)} class A causes ({names}) make up {percent(best[-1].cumulative_share)}.",
    )
    subs = sorted((row for row in summary.subcauses if "." in row.code), key=lambda row: -row.n)[:_MOST]
    if subs:
        parts = [f"{summary.frame.name(row.code, lang)} {row.n:,}" for row in subs]
        yield say(f"最多的具体问题是：{listed(parts, say)}。", f"Most often: {listed(parts, say)}.")


def _order(summary: Summary, lang: Lang, say: Say) -> Iterator[str]:
    if not summary.stability:
        return
    pair = summary.stability[0]
    upper, lower = summary.frame.name(pair.upper, lang), summary.frame.name(pair.lower, lang)
    sure = f"{pair.probability:.0%}"
    if summary.weighted:
        sure += say("，按加权计", ", by weighted counts")
    if pair.probability >= SURE:
        yield say(
            f"“{upper}”确实多于“{lower}”（把握 {sure}）。",
            f"“{upper}” is truly above “{lower}” (probability {sure}).",
        )
    else:
        yield say(
            f"“{upper}”与“{lower}”谁更多还不能断定（把握 {sure}），宜并列对待。",
            f"Whether “{upper}” is above “{lower}” cannot be told (probability {sure}); treat them as equal.",
        )


def _change(summary: Summary, lang: Lang, say: Say) -> Iterator[str]:
    trend = summary.trend
    if trend is None or trend.compared is None:
        return
    before, after = trend.compared
    rose = _told([d for d in trend.changes if d.verdict == "higher"], summary, lang, say)
    fell = _told([d for d in trend.changes if d.verdict == "lower"], summary, lang, say)
    if not rose and not fell:
        yield say(
            f"{after} 与 {before} 相比，没有哪类原因的变化超出偶然波动。",
            f"Between {before} and {after} no cause changed by more than chance.",
        )
        return
    parts = []
    if rose:
        parts.append(say(f"上升的有{rose}", f"rose: {rose}"))
    if fell:
        parts.append(say(f"下降的有{fell}", f"fell: {fell}"))
    found = say("；", "; ").join(parts)
    yield say(f"{after} 与 {before} 相比，{found}。", f"Between {before} and {after} {found}.")


def _told(differences: Sequence[Difference], summary: Summary, lang: Lang, say: Say) -> str:
    shown = [
        say(
            f"{summary.frame.name(d.code, lang)}（{percent(d.reference)}→{percent(d.rate)}）",
            f"{summary.frame.name(d.code, lang)} ({percent(d.reference)} → {percent(d.rate)})",
        )
        for d in differences[:_MOST]
    ]
    more = len(differences) - len(shown)
    return listed(shown, say) + (say(f"等 {len(differences)} 类", f" and {more} more") if more > 0 else "")


def _groups(summary: Summary, lang: Lang, say: Say) -> Iterator[str]:
    for heat in summary.heats:
        high = [d for d in heat.cells.values() if d.verdict == "higher"]
        if not high:
            if heat.cells:
                yield say(
                    f"各{heat.column}之间没有超出偶然波动的差别。",
                    f"No difference between the values of {heat.column} is more than chance.",
                )
            continue
        high.sort(key=lambda d: (d.q_value, -d.gap, d.group, d.code))
        parts = [
            say(
                f"{d.group[0] or '（空）'}的{summary.frame.name(d.code, lang)}"
                f"（{percent(d.rate)}，平均 {percent(d.reference)}）",
                f"{d.group[0] or '(empty)'}: {summary.frame.name(d.code, lang)} "
                f"({percent(d.rate)}, average {percent(d.reference)})",
            )
            for d in high[:_MOST]
        ]
        yield say(
            f"按{heat.column}看，明显高于平均的有：{listed(parts, say)}。",
            f"By {heat.column}, clearly above average: {'; '.join(parts)}.",
        )


def _tree(summary: Summary, say: Say) -> Iterator[str]:
    """Groups that differ from the average of their parent, by dissatisfaction and by score."""
    tree = summary.tree
    if tree is None:
        return
    deepest = [node for node in tree.nodes if node.depth == len(tree.columns)]
    for found, zh, en in (
        ([n.complaints for n in deepest if n.complaints], "不满比例高于上级平均", "dissatisfied more often"),
        ([n.score for n in deepest if n.score], "评分低于上级平均", "score below it"),
    ):
        wanted = "higher" if zh.startswith("不满") else "lower"
        apart = [d for d in found if d.verdict == wanted]
        parts = [f"{' / '.join(value or '–' for value in d.group)} ({d.gap:+.0%})" for d in apart[:_MOST]]
        if parts:
            yield say(
                f"与上级平均相比，{zh}的有 {len(apart)} 个：{listed(parts, say)}。",
                f"Against their parent's average, {len(apart)} {en}: {listed(parts, say)}.",
            )


def _drivers(summary: Summary, lang: Lang, say: Say) -> Iterator[str]:
    scored = summary.scored
    if scored is None or scored.drivers is None:
        return
    first = [d for d in scored.drivers.drivers if d.quadrant == "improve first" and d.effect.value > 0][
        :_MOST
    ]
    if first:
        names = listed([summary.frame.name(d.code, lang) for d in first], say)
        yield say(
            f"对“{scored.column}”应重点改善：{names}。", f"To improve first for {scored.column}: {names}."
        )
    gain = [d for d in scored.drivers.drivers if d.effect.low > 0 and d.effect.value >= WORTH]
    if gain:
        best = max(gain, key=lambda d: d.effect.value)
        e, name = best.effect, summary.frame.name(best.code, lang)
        yield say(
            f"若“{name}”不再出现，{scored.column}平均可望上升 {e.value:.2f} 分"
            f"（90% 区间 {e.low:.2f}–{e.high:.2f}）。",
            f"If “{name}” were gone, the mean of {scored.column} would rise by {e.value:.2f} "
            f"(90% range {e.low:.2f}–{e.high:.2f}).",
        )


def _risk(summary: Summary, lang: Lang, say: Say) -> Iterator[str]:
    risk = summary.risk
    if risk.flags:
        names = {entry.code: entry.name(lang) for entry in summary.frame.risks}
        parts = listed([f"{names[flag.code]} {flag.n:,}" for flag in risk.flags], say)
        yield say(f"风险标志：{parts} 条。", f"Risk flags: {parts} rows.")
    if risk.chains:
        yield say(
            f"{risk.within_days} 天内同一客户就同一原因再次投诉的有 {risk.chains:,} 组。",
            f"{risk.chains:,} customers came back about the same cause within {risk.within_days} days.",
        )
