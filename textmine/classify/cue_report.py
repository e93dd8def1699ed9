"""How good each cue pattern is on labelled verbatims: precision and coverage, so that weak ones are seen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ..frame.lexicon import CuePattern, Lexicon
from ..frame.matcher import Matcher
from .examples import Example
from .prepare import prepare

#: Texts prepared and matched at a time; any size gives the same report.
CHUNK = 1024


@dataclass(frozen=True, slots=True)
class CueQuality:
    """A pattern on a corpus: `fired` texts, of them `right` bear its target (`near`: at least its cause),
    out of `targets` texts that bear it."""

    cue: CuePattern
    fired: int
    right: int
    near: int
    targets: int

    @property
    def precision(self) -> float:
        return self.right / self.fired if self.fired else float("nan")

    @property
    def coverage(self) -> float:
        return self.right / self.targets if self.targets else float("nan")


@dataclass(frozen=True, slots=True)
class TargetQuality:
    """All patterns of one target together: `covered` of `targets` texts, and `fired` texts in all."""

    axis: str
    target: str
    patterns: int
    targets: int
    covered: int
    fired: int


@dataclass(frozen=True, slots=True)
class CueReport:
    """Quality of every pattern and every target; `missed` lists (target, example) that no pattern found."""

    cues: tuple[CueQuality, ...]
    targets: tuple[TargetQuality, ...]
    missed: tuple[tuple[str, Example], ...]


def report_cues(lexicon: Lexicon, examples: Sequence[Example]) -> CueReport:
    """Fire every pattern on labelled verbatims and count."""
    matcher = Matcher.of(lexicon)
    fired: list[set[int]] = [set() for _ in lexicon.patterns]
    for first in range(0, len(examples), CHUNK):
        prepared = prepare([example.text for example in examples[first : first + CHUNK]])
        cues = matcher.match(prepared.joined, prepared.clause_starts, prepared.text_starts, spans=False)
        texts = prepared.text_of_clause[cues.clause] + first
        for pattern, text in zip(cues.pattern.tolist(), texts.tolist(), strict=True):
            fired[pattern].add(text)
    bears = [frozenset(_targets(example)) for example in examples]
    totals = Counter(target for targets in bears for target in targets)
    qualities = []
    for cue, texts_ in zip(lexicon.patterns, fired, strict=True):
        wanted = f"{cue.axis}:{cue.target}"
        cause = wanted.partition(".")[0]
        right = sum(wanted in bears[text] for text in texts_)
        near = sum(cause in bears[text] for text in texts_)
        qualities.append(CueQuality(cue, len(texts_), right, near, totals[wanted]))
    return CueReport(tuple(qualities), *_by_target(lexicon.patterns, fired, bears, examples, totals))


def _targets(example: Example) -> Iterator[str]:
    for label in example.labels:
        yield f"cause:{label.code}"
        yield f"cause:{label.code.partition('.')[0]}"
    yield f"stance:{example.stance}"
    yield f"touchpoint:{example.touchpoint}"
    yield from (f"risk:{flag}" for flag in example.risk)


def _by_target(
    patterns: Sequence[CuePattern],
    fired: Sequence[set[int]],
    bears: Sequence[frozenset[str]],
    examples: Sequence[Example],
    totals: Counter[str],
) -> tuple[tuple[TargetQuality, ...], tuple[tuple[str, Example], ...]]:
    reached: dict[str, set[int]] = {}
    counts: Counter[str] = Counter()
    for cue, texts in zip(patterns, fired, strict=True):
        target = f"{cue.axis}:{cue.target}"
        reached.setdefault(target, set()).update(texts)
        counts[target] += 1
    qualities = []
    missed: list[tuple[str, Example]] = []
    for target, texts in reached.items():
        axis, _, name = target.partition(":")
        covered = sum(target in bears[text] for text in texts)
        qualities.append(TargetQuality(axis, name, counts[target], totals[target], covered, len(texts)))
        missed += (
            (target, example)
            for index, example in enumerate(examples)
            if target in bears[index] and index not in texts
        )
    return tuple(qualities), tuple(missed)
