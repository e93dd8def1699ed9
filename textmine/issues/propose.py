"""Proposes codes for what keeps coming up where the code frame has none: under the open cause, or nowhere.

A proposal is a subcause with a name, a definition made of its terms, and masked examples. People decide.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ..frame.frame import Frame
from .ledger import Issue
from .state import State

LEAST_ROWS = 8
LEAST_PERIODS = 2
LEAST_SHARE = 0.6
"""Share of an issue's rows without a cause of the frame from which a code is missing."""
MOST = 20


@dataclass(frozen=True, slots=True)
class Proposal:
    """A code that could be added: `code` stands under the open cause, `n` rows would get it."""

    code: str
    name: str
    definition: str
    issue_id: str
    n: int
    periods: int
    share: float
    examples: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """One object of frame_proposed.jsonl."""
        return {name: getattr(self, name) for name in self.__slots__} | {"examples": list(self.examples)}


def propose(state: State, frame: Frame) -> tuple[Proposal, ...]:
    """Codes for issues that the frame does not cover, the largest first."""
    found = []
    for issue in state.issues:
        share = 1.0 - _covered(issue, frame) / max(issue.size, 1)
        if (
            issue.merged_into is None
            and issue.size >= LEAST_ROWS
            and len(issue.by_period) >= LEAST_PERIODS
            and share >= LEAST_SHARE
        ):
            found.append((issue, share))
    found.sort(key=lambda pair: (-pair[0].size, pair[0].id))
    return tuple(
        Proposal(
            code=f"{frame.open_cause}.issue_{issue.id.lower().replace('-', '_')}",
            name=issue.label,
            definition=f"客户反复提到：{'、'.join(issue.terms[:6])}。",
            issue_id=issue.id,
            n=issue.size,
            periods=len(issue.by_period),
            share=round(share, 3),
            examples=issue.exemplars,
        )
        for issue, share in found[:MOST]
    )


def frame_with(frame: Frame, proposals: Sequence[Proposal], text: str) -> str:
    """The frame's TOML text with the proposed subcauses, for `textmine frame diff OLD NEW`."""
    if not proposals:
        return text
    heading = f'[[cause]]\ncode = "{frame.open_cause}"'
    start = text.find(heading)
    if start < 0:
        return text
    blank = text.find("\n\n", start)
    end = len(text) if blank < 0 else blank + 1
    return text[:end] + "".join(_entry(frame, proposal) for proposal in proposals) + text[end:]


def _entry(frame: Frame, proposal: Proposal) -> str:
    def quoted(value: str) -> str:
        return "'" + value.replace("'", "’").replace("\n", " ") + "'"

    key = proposal.code.partition(".")[2]
    # Which bone it lies on is for people to say; the first is a place to start from.
    branches = ", ".join(f'{preset.code} = "{preset.branches[0].code}"' for preset in frame.presets)
    return (
        f'\n[[cause.subcause]]\ncode = "{key}"\nzh = {quoted(proposal.name)}\nen = {quoted(proposal.name)}\n'
        f"definition_zh = {quoted(proposal.definition)}\n"
        f"definition_en = {quoted('Proposed from issue ' + proposal.issue_id)}\n"
        f"branch = {{ {branches} }}\n"
    )


def _covered(issue: Issue, frame: Frame) -> int:
    return sum(n for code, n in issue.causes.items() if code.partition(".")[0] != frame.open_cause)
