"""Finds new matters among the verbatims that wait: by sudden words, by density, by sheer repetition.

Finds groups only; what becomes of a group is for `birth`.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence

from .assign import ODDS, bar_names, bar_novel, join, living, near, nearest
from .birth import bear, look_back
from .burst import word_groups
from .cluster import LEAST, coherent, dense_groups
from .intake import Step
from .likeness import Floats, Said
from .names import by_name
from .state import State, Waiting

MOST_AT_ONCE = 6000
"""Distinct verbatims clustered together; more are taken in turns, so that time grows with the rows."""
LEAST_ALIKE = 0.2
"""Mean cosine of two members of a group that hangs together; chosen by judgement, like the next."""
LEAST_ALIKE_SUDDEN = 0.08
TEMPLATED = 6
"""Rows with the very same matter that are an issue without others like them."""
PATIENCE = 3
"""Periods for which a verbatim with something new in it waits before it joins an issue that lacks it."""
ROUNDS = 3
"""Times that what waits is compared with the new issues: what joins draws others in."""


def discover(state: State, step: Step) -> None:
    """Turn groups among what waits into issues, or into part of issues that are there already."""
    period = step.period
    keys = [key for key in sorted(state.pool) if any(q <= period or not q for q in state.pool[key].rows)]
    for start in range(0, len(keys), MOST_AT_ONCE):
        _discover_among(state, step, [k for k in keys[start : start + MOST_AT_ONCE] if k in state.pool])


def join_after_waiting(state: State, step: Step) -> None:
    """What waited for others like it in vain goes to the issue it is nearest to, whatever is new in it."""
    dated = [p for p in state.periods() if p <= step.period]
    if len(dated) <= PATIENCE:
        return
    keys = [key for key in sorted(state.pool) if max(state.pool[key].rows) == dated[-1 - PATIENCE]]
    items = [state.pool[key] for key in keys]
    live = living(state)
    vectors = state.encode([one.matter for one in items])
    scores = near(state, step, Said.of([one.marks for one in items]), vectors, live)
    bar_names(state, items, live, scores)
    for key, one, vector, number in zip(
        keys, items, vectors, nearest(state, scores, live, ODDS).tolist(), strict=True
    ):
        if number >= 0:
            join(state, number, one, vector)
            del state.pool[key]


def _discover_among(state: State, step: Step, keys: Sequence[str]) -> None:
    items = [state.pool[key] for key in keys]
    vectors = state.encode([one.matter for one in items])
    sudden = _sudden_groups(state, step, items, vectors)
    taken = {i for group in sudden for i in group}
    rest = [i for i in range(len(items)) if i not in taken]
    dense = [tuple(rest[i] for i in g) for g in _dense([items[i] for i in rest], vectors[rest])]
    born: set[int] = set()
    for group in (*sudden, *dense):
        if any(items[i].rows.get(step.period) for i in group):
            born.add(bear(state, step, [items[i] for i in group], vectors[list(group)]))
    if born:
        _draw_in(state, step, items, vectors, sorted(born))
        look_back(state, step, sorted(born))


def _draw_in(
    state: State, step: Step, items: Sequence[Waiting], vectors: Floats, born: Sequence[int]
) -> None:
    """Noise near a new issue belongs to it, and what joins draws in more."""
    said = Said.of([one.marks for one in items])
    left: list[int] = []
    for _ in range(ROUNDS):
        before = left
        left = [i for i, one in enumerate(items) if one.matter.key in state.pool]
        if left == before:
            break
        waiting = [items[i] for i in left]
        scores = near(state, step, said.take(left), vectors[left], born)
        bar_novel(state, step, waiting, born, scores)
        bar_names(state, waiting, born, scores)
        for i, number in zip(left, nearest(state, scores, born).tolist(), strict=True):
            if number >= 0:
                join(state, number, items[i], vectors[i])
                del state.pool[items[i].matter.key]


def _sudden_groups(
    state: State, step: Step, items: Sequence[Waiting], vectors: Floats
) -> list[tuple[int, ...]]:
    """Groups of verbatims that share sudden words and hang together otherwise."""
    if not step.sudden:
        return []
    has = [one.signs & step.sudden for one in items]
    recent = sorted(p for p in state.recent if p)
    fresh = [bool(h) and any(p in one.rows for p in recent) for h, one in zip(has, items, strict=True)]
    rows: dict[str, set[int]] = defaultdict(set)
    for i in (i for i, is_fresh in enumerate(fresh) if is_fresh):
        for word in has[i]:
            rows[word].add(i)
    found: list[tuple[int, ...]] = []
    taken: set[int] = set()
    for words in word_groups([h for h, is_fresh in zip(has, fresh, strict=True) if is_fresh]):
        group = sorted(set().union(*(rows[word] for word in words)) - taken)
        inner = coherent(vectors, group, least=LEAST_ALIKE_SUDDEN) if len(group) >= LEAST else ()
        if len(inner) >= LEAST:
            parts = [part for part in by_name(items, inner) if len(part) >= LEAST - 1]
            found.extend(parts)
            taken.update(i for part in parts for i in part)
    return found


def _dense(items: Sequence[Waiting], vectors: Floats) -> list[tuple[int, ...]]:
    """Dense groups, the one with most rows first, and verbatims that are repeated often enough alone."""
    found: list[tuple[int, ...]] = []
    least = least_dense(len(items))
    for group in dense_groups(vectors):
        inner = coherent(vectors, group, least=LEAST_ALIKE)
        if len(inner) >= least:
            found.extend(part for part in by_name(items, inner) if len(part) >= LEAST - 1)
    taken = {i for group in found for i in group}
    for i, one in enumerate(items):
        if i not in taken and sum(one.rows.values()) >= TEMPLATED and len(one.matter.words) >= 3:
            found.append((i,))
    rows = [sum(sum(items[i].rows.values()) for i in group) for group in found]
    return [found[i] for i in sorted(range(len(found)), key=lambda i: (-rows[i], found[i]))]


def least_dense(waiting: int) -> int:
    """Distinct verbatims that make a group without sudden words: the more wait, the more gather by chance.

    Four among three hundred, five among a thousand, six among ten thousand; tried on planted streams of about
    eight hundred, where four left more chance issues than five, and six left too many verbatims waiting.
    """
    return max(LEAST, round(2 + math.log10(max(waiting, 1))))
