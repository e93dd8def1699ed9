"""Follows issues from period to period: put rows where they belong, find what is new, judge what rises.

One period at a time, and nothing that a later period brings changes where an earlier row was put: a full run
over a year and fifty-two weekly runs give the same ledger. Works on a State in memory; reads no files.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .burst import LEAST_PAST, P_LIMIT, P_STRIKING, RECENT_PERIODS, sudden_words, word_groups
from .cluster import LEAST, blocks, coherent, dense_groups
from .ledger import Alert, Issue, most_common, new_id
from .matter import Matter
from .name import amounts_of, issue_label, issue_terms
from .state import CORES, PeriodNoise, PeriodRows, State, Waiting
from .surveil import LEAST_ROWS, REFERENCE, Finding, Series, survey

Floats = NDArray[np.float32]

POOL_PERIODS = 6
"""Periods for which a verbatim without an issue waits for others like it."""
MOST_AT_ONCE = 6000
"""Distinct verbatims clustered together; more are taken in turns, so that time grows with the rows."""
LEAST_MEAN = 0.55
RADIUS = (0.48, 0.62)
SAME = 0.86
"""Cosine of two issues' middles from which they are one. These four were tuned on planted streams."""
TEMPLATED = 6
"""Rows with the very same matter that are an issue without others like them."""
EXEMPLARS = 3
ANCHOR = 0.07
"""How much nearer each of the first two anchor words brings a verbatim."""
MOVED = 0.48
"""Cosine from which a group at another place continues an issue that has just left its own."""
SHARED_WORD = 0.13
SERIES_ROWS = 10
"""Rows that an alarm of a series of the code frame needs."""
UNMARKED_ROWS = 8
"""Rows that an alarm needs where no sudden word marks the issue: it may be a chance gathering."""
LEAST_MEAN_SUDDEN = 0.42
NEIGHBOURS_TOO = 0.08
"""How much wider the look back at an issue without sudden words is than the issue itself."""
_HEADS = re.compile(r"(?:会员|包|权益|套餐|彩铃|管家|险|卡)$")


@dataclass(frozen=True, slots=True)
class TrackedRow:
    """One verbatim as the tracker sees it. `text` is masked; `groups` are values of the user's columns.

    `key` identifies the row from run to run; `cause` is the primary code, '' when none was found.
    """

    key: str
    period: str
    text: str
    matter: Matter
    cause: str
    causes: tuple[str, ...] = ()
    touchpoints: tuple[str, ...] = ()
    groups: tuple[tuple[str, str], ...] = ()


class Tracker:
    """Updates a State with rows. `names` are the frame's names of causes and touchpoints, for labels."""

    def __init__(self, state: State, *, names: Mapping[str, str] | None = None) -> None:
        self.state = state
        self._names = names or {}
        self._sudden: frozenset[str] = frozenset()
        self._striking: frozenset[str] = frozenset()

    def update(self, rows: Sequence[TrackedRow]) -> list[str | None]:
        """Take in rows of any periods and say where each row of this call lies now, None for no issue."""
        by_period: dict[str, list[TrackedRow]] = defaultdict(list)
        for row in rows:
            by_period[row.period].append(row)
        for period in sorted(by_period, key=lambda p: (p == "", p)):
            self._take(period, by_period[period])
        keys = {p: _hashes([row.key for row in found]) for p, found in by_period.items()}
        where: dict[str, dict[int, int]] = {}
        for period in by_period:
            stored = self.state.rows_of(period)
            where[period] = dict(zip(stored.keys.tolist(), stored.issues.tolist(), strict=True))
        at: Counter[str] = Counter()
        found: list[str | None] = []
        for row in rows:
            number = where[row.period].get(int(keys[row.period][at[row.period]]), -1)
            at[row.period] += 1
            found.append(self.state.issues[number].id if number >= 0 else None)
        return found

    def _take(self, period: str, rows: Sequence[TrackedRow]) -> None:
        state = self.state
        known = state.rows_of(period)
        fresh_keys = _hashes([row.key for row in rows])
        new = ~np.isin(fresh_keys, known.keys)
        fresh = [row for row, is_new in zip(rows, new, strict=True) if is_new]
        if not fresh:
            return
        late = bool(period) and any(other > period for other in state.periods())
        order = sorted(range(len(fresh)), key=lambda i: (fresh[i].matter.key, fresh[i].text, fresh[i].key))
        fresh = [fresh[i] for i in order]
        self._count_volume(period, fresh)
        self._remember(period, fresh)
        self._sudden = self._sudden_words(P_LIMIT, late=late)
        self._striking = self._sudden_words(P_STRIKING, late=late)
        waiting = self._wait(period, fresh)
        self._assign(waiting, period)
        if not late:
            self._discover(period)
        self._settle(period, late=late)
        if period and not late:
            self._survey(period)

    # -- counting ---------------------------------------------------------------------------------------

    def _count_volume(self, period: str, rows: Sequence[TrackedRow]) -> None:
        state = self.state
        state.volumes[period] = state.volumes.get(period, 0) + len(rows)
        counts = Counter(piece for row in rows for piece in set(row.matter.pieces))
        counts.update(f"={name}" for row in rows for name in row.matter.names)
        state.background.update(counts)
        state.background_rows += len(rows)
        state.recent.setdefault(period, Counter()).update(counts)
        for old in sorted(p for p in state.recent if p)[:-RECENT_PERIODS]:
            del state.recent[old]

    def _sudden_words(self, p_limit: float, *, late: bool) -> frozenset[str]:
        state = self.state
        if late or len(state.periods()) < RECENT_PERIODS + LEAST_PAST:
            return frozenset()
        recent_rows = sum(state.volumes[p] for p in state.recent if p)
        recent = {p: counts for p, counts in state.recent.items() if p}
        return sudden_words(state.background, state.background_rows, recent, recent_rows, p_limit=p_limit)

    def _remember(self, period: str, rows: Sequence[TrackedRow]) -> None:
        known = self.state.rows_of(period)
        self.state.rows[period] = PeriodRows(
            np.concatenate([known.keys, _hashes([row.key for row in rows])]),
            np.concatenate([known.matters, _hashes([row.matter.key for row in rows])]),
            np.concatenate([known.issues, np.full(len(rows), -1, np.int32)]),
        )
        self.state.changed.add(period)
        for row in rows:
            for name in _series_of(row):
                counts = self.state.series.setdefault(name, {})
                counts[period] = counts.get(period, 0) + 1

    def _wait(self, period: str, rows: Sequence[TrackedRow]) -> dict[str, Waiting]:
        """The distinct verbatims of the fresh rows; rows that say too little to be told apart stay out."""
        waiting: dict[str, Waiting] = {}
        for row in rows:
            if not row.matter.tellable:
                continue
            one = waiting.setdefault(row.matter.key, Waiting(row.matter, row.text, {}, row.cause, {}))
            one.rows[period] = one.rows.get(period, 0) + 1
            for column, value in row.groups:
                counts = one.groups.setdefault(column, {})
                counts[value] = counts.get(value, 0) + 1
        return waiting

    # -- putting rows where they belong -----------------------------------------------------------------

    def _assign(self, waiting: Mapping[str, Waiting], period: str) -> None:
        """Give each verbatim to the issue it is nearest to; the others join the pool."""
        items = list(waiting.values())
        vectors = self.state.encode([one.matter for one in items])
        self._keep_vectors(period, items, vectors)
        chosen = self._nearest(items, vectors)
        if self._send_away(items, chosen):
            chosen = self._nearest(items, vectors)
        for one, vector, issue in zip(items, vectors, chosen.tolist(), strict=True):
            if issue >= 0:
                self._join(issue, one, vector)
            else:
                self._pool(one)

    def _keep_vectors(self, period: str, items: Sequence[Waiting], vectors: Floats) -> None:
        """Write down what the period said, so that an issue born later knows its past."""
        state = self.state
        rows = np.array([sum(one.rows.values()) for one in items], np.int32)
        kept, matters = vectors.astype(np.float16), _hashes([one.matter.key for one in items])
        known = state.noise_of(period)
        if known is not None:
            kept, rows = np.vstack([known.vectors, kept]), np.concatenate([known.rows, rows])
            matters = np.concatenate([known.matters, matters])
        state.noise[period] = PeriodNoise(kept, rows, matters)

    def _send_away(self, items: Sequence[Waiting], chosen: NDArray[np.int64]) -> bool:
        """Where an issue gets rows of its own place and of another at once, those are two issues.

        An issue whose rows are all of another place has moved, and stays one.
        """
        by_issue: dict[int, list[Waiting]] = defaultdict(list)
        for one, number in zip(items, chosen.tolist(), strict=True):
            if number >= 0 and self.state.issues[number].place:
                by_issue[number].append(one)
        found = False
        for number, joined in sorted(by_issue.items()):
            issue = self.state.issues[number]
            kind = issue.place or ""
            counts = Counter(n for one in joined if kind not in one.matter.names for n in one.matter.names)
            own = sum(1 for one in joined if kind in one.matter.names)
            others = [n for n, c in sorted(counts.items()) if own >= 2 and c >= 2 and _alike(n, kind)]
            if fresh := [name for name in others if name not in issue.away]:
                issue.away = (*issue.away, *fresh)
                found = True
        return found

    def _pool(self, one: Waiting) -> None:
        mine = self.state.pool.setdefault(one.matter.key, Waiting(one.matter, one.text, {}, one.cause, {}))
        for period, n in one.rows.items():
            mine.rows[period] = mine.rows.get(period, 0) + n
        for column, counts in one.groups.items():
            own = mine.groups.setdefault(column, {})
            for value, n in counts.items():
                own[value] = own.get(value, 0) + n

    def _nearest(
        self, items: Sequence[Waiting], vectors: Floats, only: Sequence[int] | None = None
    ) -> NDArray[np.int64]:
        """The issue of each verbatim, −1 for none: the best score above the issue's radius."""
        issues = self.state.issues
        live = [i for i in (range(len(issues)) if only is None else only) if issues[i].merged_into is None]
        best = np.full(len(items), -1, np.int64)
        if not live or not items:
            return best
        scores = self._scores(vectors, live)
        radius = np.array([issues[i].radius for i in live], np.float32)
        away: dict[str, list[int]] = defaultdict(list)
        for column, i in enumerate(live):
            for name in issues[i].away:
                away[name].append(column)
        for row, one in enumerate(items):
            for name in one.matter.names:
                for column in away.get(name, ()):
                    scores[row, column] = -1.0
        self._by_words(items, live, scores)
        inside = np.where(scores >= radius, scores, -1.0)
        top = inside.argmax(axis=1)
        found = inside[np.arange(len(items)), top] > 0
        best[found] = np.array(live)[top[found]]
        return best

    def _by_words(self, items: Sequence[Waiting], live: Sequence[int], scores: Floats) -> None:
        """Words that mark an issue bring a verbatim nearer; sudden words it never had keep it out."""
        issues = self.state.issues
        anchored: dict[str, list[int]] = defaultdict(list)
        for column, i in enumerate(live):
            for word in issues[i].anchors:
                anchored[word].append(column)
        for row, one in enumerate(items):
            pieces = set(one.matter.pieces)
            near = Counter(column for word in pieces if word in anchored for column in anchored[word])
            for column, n in near.items():
                scores[row, column] += ANCHOR * min(n, 2)
            for word in sorted(pieces & self._sudden):
                for column in np.flatnonzero(scores[row] > 0).tolist():
                    issue = issues[live[column]]
                    if issue.words[word] < 0.1 * issue.distinct:
                        scores[row, column] = -1.0

    def _scores(self, vectors: Floats, live: Sequence[int]) -> Floats:
        """Likeness to each issue: half to its nearest core, half to its middle; rounded: ties stay."""
        state = self.state
        wide = vectors.shape[1]
        cores = np.zeros((len(live), CORES, wide), np.float32)
        for row, i in enumerate(live):
            core = state.cores[i]
            cores[row, : len(core)] = core
            cores[row, len(core) :] = core[0]
        middles = np.vstack([_unit(state.middles[i]) for i in live])
        scores = np.empty((len(vectors), len(live)), np.float32)
        for block in blocks(len(vectors), 1024):
            near = (vectors[block] @ cores.reshape(-1, wide).T).reshape(-1, len(live), CORES).max(axis=2)
            scores[block] = 0.5 * near + 0.5 * (vectors[block] @ middles.T)
        return np.round(scores, 4)

    def _join(self, number: int, one: Waiting, vector: Floats) -> None:
        state, issue = self.state, self.state.issues[number]
        rows = sum(one.rows.values())
        code = int(_hashes([one.matter.key])[0])
        for period, n in one.rows.items():
            issue.count(period, n)
            stored = state.rows_of(period)
            mine = (stored.matters == np.uint64(code)) & (stored.issues < 0)
            stored.issues[mine] = number
            state.changed.add(period)
        issue.words.update(set(one.matter.pieces))
        issue.distinct += 1
        if one.cause:
            issue.causes[one.cause] += rows
        issue.places.update(dict.fromkeys(one.matter.places, rows))
        for column, counts in one.groups.items():
            issue.groups.setdefault(column, Counter()).update(counts)
        state.middles[number] = np.asarray(state.middles[number] + vector, np.float32)

    # -- finding what is new ----------------------------------------------------------------------------

    def _discover(self, period: str) -> None:
        keys = [
            k for k in sorted(self.state.pool) if any(q <= period or not q for q in self.state.pool[k].rows)
        ]
        for start in range(0, len(keys), MOST_AT_ONCE):
            self._discover_among(
                [k for k in keys[start : start + MOST_AT_ONCE] if k in self.state.pool], period
            )

    def _discover_among(self, keys: Sequence[str], period: str) -> None:
        items = [self.state.pool[key] for key in keys]
        vectors = self.state.encode([one.matter for one in items])
        born: list[int] = []
        sudden = self._sudden_groups(items, vectors)
        taken = {i for group in sudden for i in group}
        rest = [i for i in range(len(items)) if i not in taken]
        dense = [tuple(rest[i] for i in g) for g in self._groups([items[i] for i in rest], vectors[rest])]
        for group in (*sudden, *dense):
            if any(items[i].rows.get(period) for i in group):
                born.append(self._bear(period, [items[i] for i in group], vectors[list(group)]))
        if not born:
            return
        # Noise near a core belongs to it: every verbatim still waiting is compared with the new issues.
        left = [i for i, key in enumerate(keys) if key in self.state.pool]
        chosen = self._nearest([items[i] for i in left], vectors[left], sorted(set(born)))
        for i, issue in zip(left, chosen.tolist(), strict=True):
            if issue >= 0:
                self._join(issue, items[i], vectors[i])
                del self.state.pool[keys[i]]
        for number in sorted(set(born)):
            self._look_back(number, period)

    def _sudden_groups(self, items: Sequence[Waiting], vectors: Floats) -> list[tuple[int, ...]]:
        """Groups of verbatims that share sudden words and hang together otherwise."""
        if not self._sudden:
            return []
        has = [frozenset(one.matter.pieces) & self._sudden for one in items]
        recent = sorted(p for p in self.state.recent if p)
        fresh = [bool(h) and any(p in one.rows for p in recent) for h, one in zip(has, items, strict=True)]
        found: list[tuple[int, ...]] = []
        taken: set[int] = set()
        for words in word_groups([h for h, is_fresh in zip(has, fresh, strict=True) if is_fresh]):
            group = [i for i, h in enumerate(has) if fresh[i] and h & words and i not in taken]
            inner = coherent(vectors, group, least_mean=LEAST_MEAN_SUDDEN) if len(group) >= LEAST else ()
            if len(inner) >= LEAST:
                parts = [part for part in _by_place(items, inner) if len(part) >= LEAST - 1]
                found.extend(parts)
                taken.update(i for part in parts for i in part)
        return found

    def _groups(self, items: Sequence[Waiting], vectors: Floats) -> list[tuple[int, ...]]:
        found: list[tuple[int, ...]] = []
        for group in dense_groups(vectors):
            inner = coherent(vectors, group, least_mean=LEAST_MEAN)
            if len(inner) >= LEAST:
                found.extend(part for part in _by_place(items, inner) if len(part) >= LEAST - 1)
        taken = {i for group in found for i in group}
        for i, one in enumerate(items):
            if i not in taken and sum(one.rows.values()) >= TEMPLATED and len(one.matter.words) >= 3:
                found.append((i,))
        rows = [sum(sum(items[i].rows.values()) for i in group) for group in found]
        return [found[i] for i in sorted(range(len(found)), key=lambda i: (-rows[i], found[i]))]

    def _bear(self, period: str, members: Sequence[Waiting], vectors: Floats) -> int:
        """A new issue from a group, or the issue that the group belongs to if it is there already."""
        state = self.state
        middle = vectors.sum(axis=0).astype(np.float32)
        anchors = self._anchors([one.matter for one in members])
        number = self._same_as(period, middle, members, anchors)
        if number is None:
            number = self._new(period, members, vectors, middle)
        else:
            state.cores[number] = _cores(np.vstack([state.cores[number], vectors]))
            state.issues[number].place = _own_place(members) or state.issues[number].place
        for one, vector in zip(members, vectors, strict=True):
            self._join(number, one, vector)
            state.pool.pop(one.matter.key, None)
        return number

    def _same_as(
        self, period: str, middle: Floats, members: Sequence[Waiting], anchors: Sequence[str]
    ) -> int | None:
        """The issue that a group belongs to: alike enough, the less so the more marking words they share."""
        state = self.state
        live = [i for i, issue in enumerate(state.issues) if issue.merged_into is None]
        if not live:
            return None
        near = np.round(np.vstack([_unit(state.middles[i]) for i in live]) @ _unit(middle), 4)
        shared = [len(set(anchors) & set(state.issues[i].anchors)) for i in live]
        near = near + SHARED_WORD * np.minimum(shared, 2)
        best = int(near.argmax())
        place = _own_place(members)
        issue = state.issues[live[best]]
        if near[best] >= SAME and (not place or issue.place in (None, place)):
            return live[best]
        return self._moved(live, near, place, period) if place else None

    def _moved(self, live: Sequence[int], near: Floats, place: str, period: str) -> int | None:
        """The issue that a group continues at another place: alike, and just gone from its own."""
        state = self.state
        lately = [p for p in state.periods() if p < period][-3:]
        for at in np.argsort(-near, kind="stable").tolist():
            issue = state.issues[live[at]]
            if near[at] < MOVED:
                return None
            gone = issue.by_period.get(period, 0) <= 1 and sum(issue.by_period.get(p, 0) for p in lately) >= 3
            gone = gone and bool(lately) and issue.born < lately[0]
            if gone and issue.place != place and place not in issue.away and not _product(place):
                return int(live[at])
        return None

    def _new(self, period: str, members: Sequence[Waiting], vectors: Floats, middle: Floats) -> int:
        state = self.state
        matters = [one.matter for one in members]
        terms = issue_terms(matters, state.background, state.background_rows)
        texts = [one.text for one in members]
        label = issue_label(matters, texts, terms, taken=frozenset(issue.label for issue in state.issues))
        near = np.round(vectors @ _unit(middle), 4)
        nearest = sorted(range(len(members)), key=lambda i: (-near[i], members[i].matter.key))
        issue = Issue(
            id=new_id(period, (one.id for one in state.issues)),
            label=label,
            terms=terms,
            first_seen=min(q for one in members for q in one.rows),
            born=period,
            exemplars=tuple(texts[i] for i in nearest[:EXEMPLARS]),
            place=_own_place(members),
            amounts=amounts_of(matters),
            anchors=self._anchors(matters),
            radius=_radius(vectors),
        )
        state.issues.append(issue)
        state.cores.append(_cores(vectors))
        state.middles.append(np.zeros_like(middle))
        return len(state.issues) - 1

    def _anchors(self, matters: Sequence[Matter]) -> tuple[str, ...]:
        """Words that half of an issue's verbatims have and hardly any other: one row in a hundred."""
        state = self.state
        inside = Counter(piece for matter in matters for piece in set(matter.pieces))
        common = 0.01 * max(state.background_rows, 1)
        found = [
            word
            for word, n in inside.items()
            if len(word) > 1
            and n >= max(2, (0.25 if word in self._sudden else 0.5) * len(matters))
            and (word in self._sudden or state.background[word] - n <= common)
        ]
        return tuple(sorted(found, key=lambda word: (-inside[word], word))[:8])

    def _look_back(self, number: int, period: str) -> None:
        """Rows like a new issue from before anyone waited for it: they are its past, though not its rows."""
        state = self.state
        issue = state.issues[number]
        if issue.born != period:
            return
        if issue.place:
            elsewhere = state.background[f"={issue.place}"] - issue.size
            if elsewhere <= max(3, 0.3 * issue.size):
                # Place or product came up with this issue: what is like it elsewhere is not its past.
                return
        # Without a word of its own an issue is judged by its neighbours' past as well.
        sudden = any(word in self._sudden for word in issue.anchors)
        radius = issue.radius - (0.0 if sudden else NEIGHBOURS_TOO)
        for past in [p for p in state.periods() if p < period][-REFERENCE:]:
            noise = state.noise_of(past)
            if noise is None or not len(noise.rows):
                continue
            scores = self._scores(noise.vectors.astype(np.float32), [number])[:, 0]
            rows = int(noise.rows[(scores >= radius) & ~self._elsewhere(number, past)].sum())
            if rows > 0:
                issue.before[past] = rows

    def _elsewhere(self, number: int, past: str) -> NDArray[np.bool_]:
        """Which of a period's verbatims are no past of an issue: its own, and those of issues that rose."""
        state = self.state
        noise, stored = state.noise_of(past), state.rows_of(past)
        if noise is None:
            return np.zeros(0, bool)
        barred = {number, *(i for i, issue in enumerate(state.issues) if issue.marked)}
        inside = np.isin(stored.issues, sorted(barred))
        return np.asarray(np.isin(noise.matters, stored.matters[inside]))

    # -- closing the period -----------------------------------------------------------------------------

    def _settle(self, period: str, *, late: bool) -> None:
        """Verbatims that waited long enough are let go; their vectors stay with their period."""
        state = self.state
        dated = state.periods()
        oldest = dated[-POOL_PERIODS] if len(dated) >= POOL_PERIODS else ""
        for key in sorted(state.pool):
            last = max(state.pool[key].rows)
            if last and (last < oldest or (late and last == period)):
                del state.pool[key]
        state.forget()

    def _survey(self, period: str) -> None:
        """Judge all series of the period together and write down the alarms."""
        state = self.state
        periods = [p for p in state.periods() if p <= period]
        volumes = tuple(float(state.volumes[p]) for p in periods)
        recent = periods[-3:]
        known = {issue.id: issue for issue in state.issues}
        series = []
        for issue in state.issues:
            issue.marked |= any(word in self._striking for word in issue.anchors)
            if issue.merged_into is None and sum(issue.by_period.get(p, 0) for p in recent) > 0:
                counts = tuple(float(issue.by_period.get(p, 0) + issue.before.get(p, 0)) for p in periods)
                least = LEAST_ROWS if issue.marked else UNMARKED_ROWS
                series.append(Series(issue.id, counts, volumes, least=least))
        for name, by_period in sorted(state.series.items()):
            counts = tuple(float(by_period.get(p, 0)) for p in periods)
            series.append(Series(name, counts, volumes, least=SERIES_ROWS))
        findings = [finding for finding in survey(series) if finding.alarm]
        for finding in findings:
            if found := known.get(finding.name):
                found.first_alert = found.first_alert or period
                self._alarm(period, found.label, finding, found.first_alert, found.exemplars[:1])
        explained = self._explained(periods)
        for finding in findings:
            if finding.name not in known and not explained & _codes_of(finding.name):
                first = state.series_alerts.setdefault(finding.name, period)
                self._alarm(period, self._series_label(finding.name), finding, first, ())

    def _explained(self, periods: Sequence[str]) -> set[str]:
        """Causes whose rise an issue alarmed of late already tells: the same rise is not reported twice."""
        alarmed = {alert.issue_id for alert in self.state.alerts if alert.period in periods[-6:]}
        codes = [most_common(issue.causes, 1) for issue in self.state.issues if issue.id in alarmed]
        return {part for most in codes for code in most for part in (code, code.partition(".")[0])}

    def _series_label(self, name: str) -> str:
        """Names of cause, touchpoint or group for people: 宽带故障 · 地市 岚州市."""
        parts = [part.partition(":") for part in name.split("|")]
        said = [(kind, self._names.get(value, value)) for kind, _, value in parts]
        return " · ".join(v if kind in ("cause", "touchpoint") else f"{kind} {v}" for kind, v in said)

    def _alarm(self, period: str, label: str, finding: Finding, first: str, evidence: Sequence[str]) -> None:
        said = evidence[0] if evidence else ""
        self.state.alerts.append(
            Alert(
                period,
                finding.name,
                label,
                int(finding.observed),
                round(finding.expected, 2),
                round(finding.ratio, 2),
                float(f"{finding.q_value:.3g}"),
                first,
                f"{finding.window} × {self.state.period}; {said}".rstrip("; "),
            )
        )


def _series_of(row: TrackedRow) -> list[str]:
    """The names of the series of the code frame that a row counts in."""
    return [
        name
        for code in row.causes
        for name in (
            f"cause:{code}",
            *(f"cause:{code}|touchpoint:{touchpoint}" for touchpoint in row.touchpoints),
            *(f"cause:{code}|{column}:{value}" for column, value in row.groups if value),
        )
    ]


def _codes_of(name: str) -> set[str]:
    """The cause and subcause that a series of the code frame counts."""
    code = name.partition("|")[0].partition(":")[2]
    return {code, code.partition(".")[0]}


def _by_place(items: Sequence[Waiting], group: Sequence[int]) -> list[tuple[int, ...]]:
    """Split a group where places tell its members apart: two places with rows at the same time."""
    counts = Counter(place for i in group for place in items[i].matter.names)
    best = max(sorted(counts), key=lambda name: counts[name], default="")
    counts = Counter({name: n for name, n in counts.items() if name == best or _alike(name, best)})
    strong = [place for place, n in sorted(counts.items(), key=lambda c: (-c[1], c[0])) if n >= LEAST]
    if len(strong) < 2:
        return [tuple(group)]
    owner = {i: next((p for p in strong if p in items[i].matter.names), None) for i in group}
    parts: dict[str | None, list[int]] = defaultdict(list)
    for i in group:
        parts[owner[i]].append(i)
    named = {place: members for place, members in parts.items() if place and len(members) >= LEAST}
    spans = {place: {q for i in members for q in items[i].rows} for place, members in named.items()}
    together = [p for p in named if any(q != p and not spans[p].isdisjoint(spans[q]) for q in named)]
    if len(together) < 2:
        return [tuple(group)]
    rest = [i for i in group if owner[i] not in together]
    split = [tuple(named[place]) for place in together]
    return [*split, tuple(rest)] if len(rest) >= LEAST else split


def _alike(name: str, other: str) -> bool:
    """Whether two names are of one kind: products with the same head noun, or both places."""
    head = _HEADS.search(name)
    return name != other and (head[0] if head else "") == (m[0] if (m := _HEADS.search(other)) else "")


def _product(name: str) -> bool:
    return _HEADS.search(name) is not None


def _own_place(members: Sequence[Waiting]) -> str | None:
    counts: Counter[str] = Counter(name for one in members for name in set(one.matter.names))
    best = min(counts, key=lambda place: (-counts[place], place), default=None)
    return best if best is not None and counts[best] >= 0.6 * len(members) else None


def _radius(vectors: Floats) -> float:
    """How far members lie: the lower tenth of each member's likeness to the others."""
    if len(vectors) == 1:
        return RADIUS[1]
    near = vectors @ vectors.T
    np.fill_diagonal(near, -1.0)
    middle = vectors.sum(axis=0)
    others = np.stack([_unit(middle - vector) for vector in vectors])
    scores = 0.5 * near.max(axis=1) + 0.5 * (others * vectors).sum(axis=1)
    return round(float(np.clip(np.quantile(scores, 0.1) - 0.04, *RADIUS)), 4)


def _cores(vectors: Floats) -> Floats:
    """At most CORES verbatims that cover an issue: the most central first, then each farthest from those."""
    chosen = [int(np.round(vectors @ _unit(vectors.sum(axis=0)), 4).argmax())]
    near = vectors @ vectors[chosen[0]]
    while len(chosen) < min(CORES, len(vectors)):
        farthest = int(np.round(near, 4).argmin())
        if farthest in chosen:
            break
        chosen.append(farthest)
        near = np.maximum(near, vectors @ vectors[farthest])
    return np.asarray(vectors[chosen], np.float32)


def _unit(vector: Floats) -> Floats:
    return np.asarray(vector / max(float(np.linalg.norm(vector)), 1e-9), np.float32)


def _hashes(values: Sequence[str]) -> NDArray[np.uint64]:
    found = [
        int.from_bytes(hashlib.blake2b(v.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little")
        for v in values
    ]
    return np.array(found, np.uint64)
