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
