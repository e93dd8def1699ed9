"""Names an issue as a person would: where, what product, what happened. Class-based TF-IDF over words.

Knows words and counts only; texts given here are already masked. Source of the weighting: Grootendorst 2022.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence

from .matter import Matter

LABEL_PARTS = 4
ENOUGH_PARTS = 3
"""Parts up to which a name is filled with words that the issue's verbatims do not share."""
LONGEST = 6
"""Characters of a phrase."""
_GENERIC = frozenset(
    [
        "用户",
        "客户",
        "问题",
        "情况",
        "现在",
        "今天",
        "昨天",
        "时候",
        "时间",
        "东西",
        "事情",
        "地方",
        "投诉",
        "反映",
        "处理",
        "解决",
        "客服",
        "要求",
        "没有",
        "不能",
        "怎么",
        "知道",
        "办理",
        "一直",
        "已经",
        "还是",
        "说是",
        "打电话",
        "电话",
        "你们",
        "为什么",
        "手机",
        "移动",
        "联通",
        "电信",
        "晚上",
        "早上",
        "上午",
        "下午",
        "小时",
        "分钟",
    ]
)


def issue_terms(
    matters: Sequence[Matter],
    texts: Sequence[str],
    background: Mapping[str, int],
    rows: int,
    *,
    most: int = 12,
) -> tuple[str, ...]:
    """The words and phrases that set the matters of an issue apart from `rows` others, most telling first.

    A phrase is two neighbouring words that its texts write together: 云手机 tells more than 手机.
    """
    enough = min(len(matters), max(2, 0.15 * len(matters)))
    # A group that hangs together by sense alone may share no word: then one that is rare elsewhere names it.
    for least in (enough, 1):
        shared = _shared(matters, texts, least)
        scored = {
            said: n / len(matters) * math.log(1 + rows / (1 + background.get(mark, 0)))
            for said, (mark, n) in shared.items()
        }
        if scored:
            break
    return tuple(sorted(scored, key=lambda word: (-scored[word], word))[:most])


def _shared(matters: Sequence[Matter], texts: Sequence[str], least: float) -> dict[str, tuple[str, int]]:
    """Words and phrases in at least `least` matters: as they are written, with their mark and number."""
    words = Counter(word for matter in matters for word in set(matter.words) if len(word) > 1)
    pairs = Counter(pair for matter in matters for pair in set(matter.pairs))
    found = {word: (word, n) for word, n in words.items() if n >= least}
    for pair, n in pairs.items():
        said = pair.replace("+", "")
        if n >= max(least, 2) and len(said) <= LONGEST and _written(said, texts, n):
            found[said] = (pair, n)
    return found


def _written(phrase: str, texts: Sequence[str], told: int) -> bool:
    """Whether most of the texts that have both words have them side by side."""
    return sum(phrase in text.lower() for text in texts) >= 0.6 * told


def issue_label(
    matters: Sequence[Matter],
    texts: Sequence[str],
    terms: Sequence[str],
    typical: Sequence[str] = (),
    *,
    taken: frozenset[str],
) -> str:
    """Place, product, then terms, in the order in which customers mention them; unlike any label `taken`.

    `typical` are words nearest in meaning to the issue: they fill up a name that would say too little.
    """
    place = _dominant([matter.places for matter in matters])
    parts = [_full_place(place, texts)] if place else []
    product = _dominant([matter.products for matter in matters])
    if product:
        parts.append(product)
    chosen: list[str] = []
    telling = [term for term in (*terms, *typical) if term not in _GENERIC]
    for at, term in enumerate((*telling, *terms)):
        if len(parts) + len(chosen) >= (LABEL_PARTS if at < len(terms) else ENOUGH_PARTS):
            break
        if not any(term in other or other in term for other in (*parts, *chosen)) and not _part(term, place):
            chosen.append(term)
    chosen.sort(key=lambda term: (_place_in(term, texts), term))
    label = " ".join((*parts, *chosen)) or " ".join(terms[:2]) or "未命名"
    return _unlike(label, [t for t in terms if t not in label], taken)


def amounts_of(matters: Sequence[Matter]) -> tuple[str, ...]:
    """Amounts of money that at least a fifth of the matters name."""
    counts = Counter(amount for matter in matters for amount in matter.amounts)
    return tuple(a for a, n in counts.most_common(3) if n >= max(2, 0.2 * len(matters)))


def _dominant(named: Sequence[tuple[str, ...]]) -> str | None:
    counts = Counter(name for names in named for name in set(names))
    best = min(counts, key=lambda name: (-counts[name], name), default=None)
    return best if best is not None and counts[best] >= max(2, 0.5 * len(named)) else None


def _full_place(place: str, texts: Sequence[str]) -> str:
    """The name with what always stands before it: 湖雅苑 becomes 翠湖雅苑."""
    name = place
    while len(name) < len(place) + 2:
        before = Counter(t[i - 1] for t in texts if (i := t.find(name)) > 0)
        seen = sum(name in t for t in texts)
        if not before or seen < 3:
            break
        letter, n = before.most_common(1)[0]
        if n < 0.9 * seen or not "\u4e00" <= letter <= "\u9fff":
            break
        name = letter + name
    return name


def _part(term: str, place: str | None) -> bool:
    return place is not None and (term in place or place in term or term[-2:] == place[:2])


def _place_in(term: str, texts: Sequence[str]) -> float:
    found = [at / max(len(text), 1) for text in texts if (at := text.lower().find(term)) >= 0]
    return round(sum(found) / len(found), 3) if found else 1.0


def _unlike(label: str, more: Sequence[str], taken: frozenset[str]) -> str:
    for term in more:
        if label not in taken:
            break
        label = f"{label} {term}"
    number, unlike = 2, label
    while unlike in taken:
        unlike, number = f"{label} ({number})", number + 1
    return unlike
