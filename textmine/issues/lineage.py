"""Merges issues that have turned out to be one, and writes down why. Nobody's rows are put elsewhere.

The younger goes into the older, which takes its later rows; id, label and earlier rows of both stay.
"""

from __future__ import annotations

import numpy as np

from .assign import lacks, living, older
from .birth import CANDIDATES
from .intake import Step
from .ledger import Issue, Parent
from .likeness import SENSE_ENOUGH, Profile, kinship
from .names import same_kind
from .state import State

KIN_MERGED = 0.71
"""Kinship from which two issues are one; above that of a group and an issue: it cannot be taken back."""


def merge_alike(state: State, step: Step) -> None:
    """Merge every issue that had rows in the period into an older one that it is akin to."""
    live = living(state)
    if len(live) < 2:
        return
    middles = state.middles.units(live)
    for at, number in enumerate(live):
        issue = state.issues[number]
        if at == 0 or not issue.by_period.get(step.period):
            continue
        sense = np.round(middles[:at] @ middles[at], 4)
        for other in np.argsort(-sense, kind="stable")[:CANDIDATES].tolist():
            older_one = state.issues[live[other]]
            if sense[other] < SENSE_ENOUGH:
                break
            if older_one.merged_into is None and _one(state, step, live[other], number):
                _merge(state, step, live[other], number)
                break


def _one(state: State, step: Step, first: int, second: int) -> bool:
    one, other = state.issues[first], state.issues[second]
    if one.place and other.place and same_kind(one.place, other.place):
        return False
    if older(state, one) and (other.marked or not older(state, other)):
        # What has just come up is followed by itself until it has settled.
        return False
    if any(lacks(one, word) and lacks(one, f"={word}") for word in other.anchors if word in step.sudden):
        return False
    of_one, of_other = state.middles.units((first, second))
    older_profile = Profile.of_issue(one, of_one, step.rarity)
    return kinship(older_profile, Profile.of_issue(other, of_other, step.rarity), step.rarity) >= KIN_MERGED


def _merge(state: State, step: Step, first: int, second: int) -> None:
    one, other = state.issues[first], state.issues[second]
    other.merged_into = one.id
    why = f"与 {other.id}“{other.label}”所说的是同一件事：{'、'.join(_shared(one, other))}"
    one.parents = (*one.parents, Parent(other.id, "merged", step.period, why))
    one.words.update(other.words)
    one.distinct += other.distinct
    one.said |= other.said
    one.causes.update(other.causes)
    one.places.update(other.places)
    for column, counts in other.groups.items():
        one.groups.setdefault(column, type(counts)()).update(counts)
    # Its rows keep their id; for judging what rises they are the past of the issue that goes on.
    for past in (other.by_period, other.before):
        for period, n in past.items():
            one.before[period] = one.before.get(period, 0) + n
    one.first_alert = min(filter(None, (one.first_alert, other.first_alert)), default=None)
    state.middles.add(first, state.middles[second])


def _shared(one: Issue, other: Issue) -> list[str]:
    """The words that both have most."""
    both = [w for w in one.words if w in other.words and len(w) > 1 and not w.startswith("=")]
    share = {w: min(one.words[w] / one.distinct, other.words[w] / other.distinct) for w in both}
    return sorted(both, key=lambda w: (-share[w], -len(w), w))[:3]
