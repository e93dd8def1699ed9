"""Wording in the language of a report: both languages stand side by side where they are used."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal

Lang = Literal["zh", "en"]
CHANGES: Mapping[Lang, Mapping[str, str]] = {
    "zh": {"higher": "上升", "lower": "下降", "no difference shown": "未见变化"},
    "en": {"higher": "rose", "lower": "fell", "no difference shown": "no change shown"},
}
"""Verdicts on a period against the one before."""
DIFFERENCES: Mapping[Lang, Mapping[str, str]] = {
    "zh": {"higher": "高于平均", "lower": "低于平均", "no difference shown": "未见差别"},
    "en": {"higher": "above average", "lower": "below average", "no difference shown": "no difference shown"},
}
"""Verdicts on a group against the average."""

Say = Callable[[str, str], str]


def speaker(lang: Lang) -> Say:
    """`say(chinese, english)` in one of the two languages."""
    place = 0 if lang == "zh" else 1

    def say(*wordings: str) -> str:
        return wordings[place]

    return say


def percent(share: float, digits: int = 1) -> str:
    """A share as people write it: 0.283 → 28.3%."""
    return f"{share:.{digits}%}"


def listed(items: list[str], say: Say) -> str:
    """A list in running text."""
    return say("、", ", ").join(items)


_UNCORRECTED = {
    "no error rates": ("模型没有误差数据", "the model brings no error rates"),
    "other model": ("找不到读这些原话的模型", "the model that read the rows is not at hand"),
    "other frame": ("误差数据属于另一套原因体系", "the error rates are those of another code frame"),
    "other thresholds": ("误差数据不适用于 --min-precision", "error rates do not hold under --min-precision"),
    "primary causes only": ("误差数据不适用于只计主因", "error rates do not hold for primary causes only"),
}


def reviewed_unused(reason: str, say: Say) -> str:
    """Why the reviewed rows of a folder were not used, as a sentence; nothing when there is no reason."""
    if not reason:
        return ""
    return say(
        "reviewed.json 属于另一次分类，未使用；请重新运行 textmine review import。",
        "reviewed.json is of another classification and was not used; run textmine review import again.",
    )


def uncorrected(reason: str, say: Say) -> str:
    """Why counts were not corrected, as a sentence."""
    zh, en = _UNCORRECTED.get(reason, _UNCORRECTED["no error rates"])
    return say(f"条数未作校正：{zh}。", f"Counts are not corrected: {en}.")
