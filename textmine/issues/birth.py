"""Turns a group of verbatims into an issue, or into part of the issue that it belongs to, and finds its past.

An issue's id and label are set here, once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from .assign import absent, join, lacks, living, older
from .intake import Step
from .ledger import Issue, Parent, new_id
from .likeness import Floats, Profile, kinship
from .matter import Matter
from .middles import unit
from .name import amounts_of, issue_label, issue_terms
from .names import is_product, own_name, same_kind
from .state import State, Waiting
from .surveil import REFERENCE

KIN = 0.58
"""Kinship from which a group belongs to an issue; see `likeness.kinship`."""
KIN_YOUNG = 0.41
"""The same where both came up of late: two new matters alike at once are rarely two."""
YOUNG = 4
"""Periods for which an issue counts as having come up of late."""
KIN_SURE = 0.75
"""Kinship from which a group with words of its own continues an issue of the last LATELY periods."""
LATELY = 12
CANDIDATES = 8
EXEMPLARS = 3
PAST_NEAR = 0.38
"""Cosine to an issue's middle from which a row of the past is taken for its past."""
PAST_NEAR_UNMARKED = 0.33
"""The same for an issue without sudden words: its neighbours' past is told with it."""


def bear(state: State, step: Step, members: Sequence[Waiting], vectors: Floats) -> int:
    """A new issue from a group, or the issue that the group belongs to if it is there already; its number."""
    middle = vectors.sum(axis=0).astype(np.float32)
    words = Counter(mark for one in members for mark in one.signs)
    number, parents = _family(state, step, members, middle, words)
    if number is None:
        number = _new(state, step, members, vectors, parents)
    for one, vector in zip(members, vectors, strict=True):
        join(state, number, one, vector)
        state.pool.pop(one.matter.key, None)
    return number


def _family(
    state: State, step: Step, members: Sequence[Waiting], middle: Floats, words: Counter[str]
) -> tuple[int | None, tuple[Parent, ...]]:
    """The issue that a group belongs to; or none, and the issue it has split from, if any."""
    place = own_name(members)
    sudden = [w for w in sorted(step.sudden) if words[w] >= 0.4 * len(members)]
    own = _anchors(state, step, [one.matter for one in members])
    for number, kin in _relatives(state, step, middle, words):
        issue = state.issues[number]
        if kin < (KIN_YOUNG if _young(state, issue) else KIN):
            continue
        if place and place != issue.place and lacks(issue, f"={place}"):
            if issue.place and same_kind(place, issue.place) and _follows(state, step, members, issue):
                issue.place = place
                return number, ()
            return None, (_split(step, issue, place),)
        goes_on = kin >= KIN_SURE and _young(state, issue, LATELY)
        told = goes_on or (place is not None and place == issue.place)
        if older(state, issue) and not told and any(lacks(issue, word) for word in (*sudden, *own)):
            continue
        return number, ()
    return None, ()


def _relatives(state: State, step: Step, middle: Floats, words: Counter[str]) -> list[tuple[int, float]]:
    """The issues nearest to a group with their kinship, the closest first."""
    live = living(state)
    if not live:
        return []
    group = Profile.of(unit(middle), words, step.rarity)
    directions = state.middles.units()
    sense = np.round((directions @ group.direction)[live], 4)
    best = np.argsort(-sense, kind="stable")[:CANDIDATES].tolist()
    found = []
    for at in best:
        issue = Profile.of_issue(state.issues[live[at]], directions[live[at]], step.rarity)
        found.append((live[at], kinship(group, issue, step.rarity)))
    return sorted(found, key=lambda pair: (-pair[1], pair[0]))


def _young(state: State, issue: Issue, periods: int = YOUNG) -> bool:
    """Whether an issue came up in the last `periods`, and not with the very first rows."""
    dated = state.periods()
    return len(dated) > periods and issue.born >= dated[-periods]


def _follows(state: State, step: Step, members: Sequence[Waiting], issue: Issue) -> bool:
    """Whether a group at another place continues an issue: it has left its own, and not stayed beside it."""
    if issue.place and is_product(issue.place):
        return False
    spans = {q for one in members for q in one.rows}
    beside = sum(issue.by_period.get(q, 0) for q in spans)
    return absent(state, issue, min(spans)) and beside <= 1 and issue.by_period.get(step.period, 0) == 0


def _split(step: Step, issue: Issue, place: str) -> Parent:
    why = f"内容与 {issue.id} 相近，但只关于 {place}"
    return Parent(issue.id, "split", step.period, why)


def _new(
    state: State, step: Step, members: Sequence[Waiting], vectors: Floats, parents: tuple[Parent, ...]
) -> int:
    matters = [one.matter for one in members]
    texts = [one.text for one in members]
    terms = issue_terms(matters, texts, state.background, state.background_rows)
    middle = unit(vectors.sum(axis=0))
    others = sorted({word for matter in matters for word in matter.words if len(word) > 1})
    typical = state.encoder.nearest_words(others, middle)
    taken = frozenset(issue.label for issue in state.issues)
    label = issue_label(matters, texts, terms, typical, taken=taken)
    near = np.round(vectors @ middle, 4)
    nearest = sorted(range(len(members)), key=lambda i: (-near[i], members[i].matter.key))
    state.issues.append(
        Issue(
            id=new_id(step.period, (one.id for one in state.issues)),
            label=label,
            terms=terms,
            first_seen=min(q for one in members for q in one.rows),
            born=step.period,
            exemplars=tuple(texts[i] for i in nearest[:EXEMPLARS]),
            parents=parents,
            place=own_name(members),
            amounts=amounts_of(matters),
            anchors=_anchors(state, step, matters),
        )
    )
    state.middles.append(vectors.shape[1])
    return len(state.issues) - 1


def _anchors(state: State, step: Step, matters: Sequence[Matter]) -> tuple[str, ...]:
    """Words that half of an issue's verbatims have and hardly any other: one row in a hundred."""
    inside = Counter(piece for matter in matters for piece in matter.signs)
    common = 0.01 * max(state.background_rows, 1)
    found = [
        word
        for word, n in inside.items()
        if len(word) > 1
        and n >= max(2, (0.25 if word in step.sudden else 0.5) * len(matters))
        and (word in step.sudden or state.background[word] - n <= common)
    ]
    return tuple(sorted(found, key=lambda word: (-inside[word], word))[:8])


def look_back(state: State, step: Step, numbers: Sequence[int]) -> None:
    """Rows like a new issue from before anyone waited for it: they are its past, though not its rows."""
    born = [number for number in numbers if _has_past(state, step, state.issues[number])]
    if not born:
        return
    middles = state.middles.units(born)
    enough = np.array([_past_near(step, state.issues[number]) for number in born], np.float32)
    marked = [i for i, issue in enumerate(state.issues) if issue.marked]
    for past in [p for p in state.periods() if p < step.period][-REFERENCE:]:
        noise = state.noise_of(past)
        if noise is None or not len(noise.rows):
            continue
        alike = np.round(noise.vectors.astype(np.float32) @ middles.T, 4) >= enough
        alike &= ~_told(state, marked, past)[:, None]
        for column, number in enumerate(born):
            inside = alike[:, column] & ~_told(state, [number], past)
            if (rows := int(noise.rows[inside].sum())) > 0:
                state.issues[number].before[past] = rows


def _has_past(state: State, step: Step, issue: Issue) -> bool:
    """Whether what is like a new issue is its past; not where its place or product came up with it."""
    if issue.born != step.period:
        return False
    if not issue.place:
        return True
    return state.background[f"={issue.place}"] - issue.size > max(3, 0.3 * issue.size)


def _past_near(step: Step, issue: Issue) -> float:
    """Without a word of its own an issue is judged by its neighbours' past as well."""
    sudden = any(word in step.sudden for word in issue.anchors)
    return PAST_NEAR if sudden else PAST_NEAR_UNMARKED


def _told(state: State, numbers: Sequence[int], past: str) -> NDArray[np.bool_]:
    """Which of a period's verbatims lie in these issues: its own and those that rose are no issue's past."""
    noise, stored = state.noise_of(past), state.rows_of(past)
    if noise is None:
        return np.zeros(0, bool)
    inside = np.isin(stored.issues, numbers)
    if not inside.any():
        return np.zeros(len(noise.matters), bool)
    return np.asarray(np.isin(noise.matters, stored.matters[inside]))
