"""Cue lexicons on disk: concepts, patterns and scope words read from TOML, with the line of everything.

Reads `concepts/*.toml`, `patterns/*.toml` and `scope.toml` of one folder. Knows no cause by name: a pattern
file is named after its cause, its tables after the subcauses; `_stance`, `_touchpoint` and `_risk` are the
other axes. Matching is in `matcher`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from typing import Literal, cast, get_args

from ..errors import LexiconError
from .patterns import Element, Pattern, parse_pattern
from .toml_source import Source, Table

Kind = Literal["thing", "state", "act", "quantity"]
Axis = Literal["cause", "stance", "touchpoint", "risk"]

#: Key of a pattern table that shows a cause but not which subcause.
CAUSE_TABLE = "_cause"


@dataclass(frozen=True, slots=True)
class Concept:
    """A word class by which customers name a thing or a state; `words` are normalised."""

    name: str
    kind: Kind
    words: tuple[str, ...]
    exceptions: tuple[str, ...] = ()
    include: tuple[str, ...] = ()
    file: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class CuePattern:
    """One pattern line and what it speaks for: a code of the frame, or a stance, touchpoint or risk flag."""

    axis: Axis
    target: str
    source: str
    pattern: Pattern
    file: str
    line: int

    @property
    def key(self) -> str:
        """Identity of the pattern across lexicon versions: what it says and what for, not where it stands."""
        return f"{self.axis}:{self.target}:{self.source}"


@dataclass(frozen=True, slots=True)
class ScopeWords:
    """Words that turn or suspend what stands near them, and words that only look like them."""

    words: tuple[str, ...] = ()
    exceptions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Scope:
    """Negation (reaching `reach` characters forward), conditions, and an earlier state that is over."""

    negation: ScopeWords = field(default_factory=ScopeWords)
    reach: int = 2
    hypothetical: ScopeWords = field(default_factory=ScopeWords)
    past: ScopeWords = field(default_factory=ScopeWords)
    resolved: ScopeWords = field(default_factory=ScopeWords)


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Everything a folder of cues says."""

    concepts: tuple[Concept, ...]
    patterns: tuple[CuePattern, ...]
    scope: Scope
    sha256: str

    def of_axis(self, axis: Axis, *, conditions_count: bool = False) -> Lexicon:
        """The patterns of one axis with the concepts they name; `conditions_count` also hears what is said
        under a condition, which for a threat is the way to say it."""
        patterns = tuple(cue for cue in self.patterns if cue.axis == axis)
        by_name = {concept.name: concept for concept in self.concepts}
        wanted = [
            t.name for cue in patterns for e in elements_of(cue.pattern) for t in e.terms if not t.is_literal
        ]
        kept: dict[str, Concept] = {}
        while wanted:
            concept = by_name[wanted.pop()]
            if concept.name not in kept:
                kept[concept.name] = concept
                wanted += concept.include
        scope = replace(self.scope, hypothetical=ScopeWords()) if conditions_count else self.scope
        concepts = tuple(concept for concept in self.concepts if concept.name in kept)
        return replace(self, concepts=concepts, patterns=patterns, scope=scope)


@dataclass(frozen=True, slots=True)
class LexiconFiles:
    """The files of a cue folder, unread, and what identifies them."""

    paths: tuple[Path, ...]
    sha256: str

    @classmethod
    def of(cls, folder: Path) -> LexiconFiles:
        """List and hash the files of a folder. Raises LexiconError where there are none."""
        files = [*sorted((folder / "concepts").glob("*.toml")), *sorted((folder / "patterns").glob("*.toml"))]
        if not files:
            raise LexiconError("no concepts/*.toml or patterns/*.toml here", file=str(folder))
        paths = [path for path in [*files, folder / "scope.toml"] if path.is_file()]
        digest = sha256()
        for path in paths:
            try:
                digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes())
            except OSError as error:
                raise LexiconError(f"cannot be read: {error.strerror}", file=str(path)) from error
        return cls(tuple(paths), digest.hexdigest())


def load_lexicon(
    folder: Path,
    *,
    codes: Iterable[str],
    causes: Iterable[str],
    axes: Mapping[str, Iterable[str]],
    normalize: Callable[[str], str] = str.lower,
) -> Lexicon:
    """Read a cue folder and check it against a code frame.

    `codes` are the frame's `cause.subcause` codes, `causes` its causes, `axes` the values allowed for
    `stance`, `touchpoint` and `risk`. `normalize` is applied to all words; it must keep
    white space. Raises LexiconError naming
    file and line.
    """
    known = {"cause": {*codes, *causes}, **{axis: set(values) for axis, values in axes.items()}}
    files = LexiconFiles.of(folder)
    concepts: dict[str, Concept] = {}
    patterns: list[CuePattern] = []
    scope = Scope()
    for path in files.paths:
        source = Source.read(path)
        if path.parent.name == "concepts":
            _add_concepts(concepts, source, normalize)
        elif path.parent.name == "patterns":
            patterns.extend(_patterns_of(source, known, normalize))
        else:
            scope = _scope_of(source, normalize)
    _check_references(concepts, patterns)
    return Lexicon(tuple(concepts.values()), tuple(patterns), scope, files.sha256)


def _words(table: Table, key: str, normalize: Callable[[str], str]) -> tuple[str, ...]:
    """Words separated by white space; a space inside a word is written `_`."""
    words = (word.replace("_", " ") for word in normalize(table.string(key, default="")).split())
    return tuple(dict.fromkeys(word for word in words if word))


def _add_concepts(concepts: dict[str, Concept], source: Source, normalize: Callable[[str], str]) -> None:
    for written in source.data:
        table, name = source.top.table(written), normalize(written)
        table.only("en", "kind", "words", "except", "include")
        if name in concepts:
            first = concepts[name]
            raise source.error(f"concept {written!r} is already at {first.file}:{first.line}", (written,))
        kind = table.string("kind", default="thing")
        if kind not in get_args(Kind):
            raise source.error(f"kind {kind!r} is not one of {', '.join(get_args(Kind))}", (written, "kind"))
        concept = Concept(
            name=name,
            kind=cast(Kind, kind),
            words=_words(table, "words", normalize),
            exceptions=_words(table, "except", normalize),
            include=tuple(map(normalize, table.strings("include"))),
            file=str(source.path),
            line=source.line((written,)),
        )
        if not concept.words and not concept.include:
            raise source.error(f"concept {written!r} has no words", (written, "words"))
        concepts[name] = concept


def _patterns_of(
    source: Source, known: Mapping[str, set[str]], normalize: Callable[[str], str]
) -> Iterator[CuePattern]:
    stem = source.path.stem
    axis: Axis = "cause"
    if stem.startswith("_"):
        if stem[1:] not in get_args(Axis) or stem == "_cause":
            raise source.error(f"no axis is called {stem!r}; there are _stance, _touchpoint, _risk", ())
        axis = cast(Axis, stem[1:])
    for written in source.data:
        table = source.top.table(written)
        table.only("patterns")
        target = written if axis != "cause" else stem if written == CAUSE_TABLE else f"{stem}.{written}"
        if target not in known[axis]:
            raise source.error(f"{target!r} is not in the code frame", (written,))
        first = source.line((written, "patterns"))
        for offset, line in enumerate(table.string("patterns").splitlines(), start=1):
            text = " ".join(line.split(" #", 1)[0].split())
            if not text or text.startswith("#"):
                continue
            try:
                pattern = parse_pattern(normalize(text))
            except ValueError as error:
                raise LexiconError(str(error), file=str(source.path), line=first + offset) from error
            yield CuePattern(axis, target, text, pattern, str(source.path), first + offset)


def _scope_of(source: Source, normalize: Callable[[str], str]) -> Scope:
    source.top.only("negation", "hypothetical", "past", "resolved")

    def words(name: str) -> ScopeWords:
        if name not in source.data:
            return ScopeWords()
        table = source.top.table(name)
        return ScopeWords(_words(table, "words", normalize), _words(table, "except", normalize))

    reach = source.data.get("negation", {}).get("reach", 2)
    if not isinstance(reach, int):
        raise source.error("'reach' must be a whole number of characters", ("negation", "reach"))
    return Scope(words("negation"), reach, words("hypothetical"), words("past"), words("resolved"))


def elements_of(pattern: Pattern) -> Iterator[Element]:
    """Every element of a pattern, the excluded ones too."""
    for window in pattern.windows:
        for chain in window.chains:
            yield from chain.elements
        yield from window.excluded
    yield from pattern.excluded


def _check_references(concepts: Mapping[str, Concept], patterns: Iterable[CuePattern]) -> None:
    for concept in concepts.values():
        for name in concept.include:
            if name not in concepts:
                raise LexiconError(
                    f"concept {concept.name!r} includes {name!r}, which is nowhere",
                    file=concept.file,
                    line=concept.line,
                )
    for cue in patterns:
        for element in elements_of(cue.pattern):
            for term in element.terms:
                if not term.is_literal and term.name not in concepts:
                    raise LexiconError(f"no concept is called {term.name!r}", file=cue.file, line=cue.line)
