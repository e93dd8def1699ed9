"""Places and products that tell like matters apart: whose they are, and where they divide a group. Pure."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from functools import lru_cache

from .cluster import LEAST
from .state import Waiting

OWN_SHARE = 0.6
"""Share of an issue's verbatims that name a place or product which is then the issue's own."""
_HEADS = re.compile(r"(?:会员|包|权益|套餐|彩铃|管家|险|卡)$")


def same_kind(name: str, other: str) -> bool:
    """Whether two different names are of one kind: products with the same head noun, or both places."""
    return name != other and _head(name) == _head(other)


def is_product(name: str) -> bool:
    """Whether a name is a product's and not a place's."""
    return bool(_head(name))


def own_name(members: Sequence[Waiting]) -> str | None:
    """The place or product that most of the members name."""
    counts: Counter[str] = Counter(name for one in members for name in set(one.matter.names))
    best = min(counts, key=lambda name: (-counts[name], name), default=None)
    return best if best is not None and counts[best] >= OWN_SHARE * len(members) else None


def elsewhere(names: Sequence[str], own: str) -> bool:
    """Whether a verbatim with these names tells of another place or product than `own`."""
    return own not in names and any(same_kind(name, own) for name in names)


def by_name(items: Sequence[Waiting], group: Sequence[int]) -> list[tuple[int, ...]]:
    """Split a group where names tell its members apart: two of a kind with rows at the same time."""
    counts = Counter(name for i in group for name in items[i].matter.names)
    best = max(sorted(counts), key=lambda name: counts[name], default="")
    counts = Counter({name: n for name, n in counts.items() if name == best or same_kind(name, best)})
    strong = [name for name, n in sorted(counts.items(), key=lambda c: (-c[1], c[0])) if n >= 2]
    if len(strong) < 2 or sum(counts[name] for name in strong) < OWN_SHARE * len(group):
        return [tuple(group)]
    owner = {i: next((name for name in strong if name in items[i].matter.names), None) for i in group}
    parts: dict[str | None, list[int]] = defaultdict(list)
    for i in group:
        parts[owner[i]].append(i)
    named = {name: members for name, members in parts.items() if name and len(members) >= 2}
    spans = {name: {q for i in members for q in items[i].rows} for name, members in named.items()}
    together = [p for p in named if any(q != p and not spans[p].isdisjoint(spans[q]) for q in named)]
    if len(together) < 2:
        return [tuple(group)]
    rest = [i for i in group if owner[i] not in together]
    split = [tuple(named[name]) for name in together]
    return [*split, tuple(rest)] if len(rest) >= LEAST else split


@lru_cache(maxsize=65_536)
def _head(name: str) -> str:
    found = _HEADS.search(name)
    return found[0] if found else ""
