"""The code frame: what may be found in a verbatim, what it is called, and which fishbone branch it lies on.

Reads `taxonomy.toml` and answers questions about codes. Knows no cause by name: another industry brings
another file. Holds no words or patterns (those are cues) and no scores.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Literal

from ..errors import LexiconError, UsageError
from ..resources import lexicon_path
from .check import Finding, check_frame
from .toml_source import Source, Table

Lang = Literal["zh", "en"]

_NAMED = ("code", "zh", "en", "definition_zh", "definition_en")


@dataclass(frozen=True, slots=True)
class Named:
    """A code with its names in two languages and, where it has one, a sentence that defines it."""

    code: str
    zh: str
    en: str
    definition_zh: str = ""
    definition_en: str = ""

    def name(self, lang: Lang) -> str:
        return self.zh if lang == "zh" else self.en

    def definition(self, lang: Lang) -> str:
        return self.definition_zh if lang == "zh" else self.definition_en


@dataclass(frozen=True, slots=True)
class Placement:
    """The branch a subcause lies on in one fishbone preset."""

    preset: str
    branch: str


@dataclass(frozen=True, slots=True)
class Subcause(Named):
    """The second level; `code` is the full `cause.subcause`."""

    placements: tuple[Placement, ...] = ()

    @property
    def cause(self) -> str:
        return self.code.partition(".")[0]

    @property
    def key(self) -> str:
        """The part after the dot, as the file writes it."""
        return self.code.partition(".")[2]


@dataclass(frozen=True, slots=True)
class Cause(Named):
    """The first level. `headline`: in every output even at zero; `open`: collects the rest, stands last."""

    headline: bool = False
    open: bool = False
    subcauses: tuple[Subcause, ...] = ()


@dataclass(frozen=True, slots=True)
class Preset(Named):
    """One way to draw the fishbone: its main bones, in order."""

    branches: tuple[Named, ...] = ()


@dataclass(frozen=True, slots=True)
class Rule:
    """A boundary rule for coders; `codes` are the causes and subcauses it speaks of, none: all."""

    zh: str
    en: str
    codes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Frame:
    """A code frame. `load` reads and checks one; `tree` holds the causes with their subcauses in order."""

    version: str
    title_zh: str
    title_en: str
    tree: tuple[Cause, ...]
    presets: tuple[Preset, ...]
    stances: tuple[Named, ...]
    touchpoints: tuple[Named, ...] = ()
    risks: tuple[Named, ...] = ()
    rules: tuple[Rule, ...] = ()
    definition_zh: str = ""
    definition_en: str = ""
    provenance_zh: str = ""
    provenance_en: str = ""
    _index: dict[str, Cause | Subcause] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        index: dict[str, Cause | Subcause] = {}
        for cause in self.tree:
            index[cause.code] = cause
            index.update((sub.code, sub) for sub in cause.subcauses)
        object.__setattr__(self, "_index", index)

    @classmethod
    def load(cls, path: Path | None = None) -> Frame:
        """The frame in a file, or the packaged one. Raises LexiconError naming file and line of a fault."""
        source = Source.read(path or lexicon_path("taxonomy.toml"))
        frame = _frame(source)
        for finding in check_frame(frame):
            if finding.level == "error":
                raise source.error(finding.message, finding.at)
        return frame

    @property
    def causes(self) -> tuple[str, ...]:
        """Codes of the causes, in order; the open one last."""
        return tuple(cause.code for cause in self.tree)

    @property
    def codes(self) -> tuple[str, ...]:
        """What can be tagged, in order: every subcause, and every cause that has none."""
        return tuple(entry.code for cause in self.tree for entry in (cause.subcauses or (cause,)))

    @property
    def headline(self) -> tuple[str, ...]:
        """Codes of the causes present in every output, even at zero."""
        return tuple(cause.code for cause in self.tree if cause.headline)

    @property
    def open_cause(self) -> str:
        """Code of the cause that collects dissatisfaction with no other reason."""
        return next(cause.code for cause in self.tree if cause.open)

    @property
    def axes(self) -> dict[str, tuple[str, ...]]:
        """Codes of the axes beside the causes: `stance`, `touchpoint`, `risk`."""
        named = {"stance": self.stances, "touchpoint": self.touchpoints, "risk": self.risks}
        return {axis: tuple(entry.code for entry in entries) for axis, entries in named.items()}

    @property
    def sha256(self) -> str:
        """Hash of what the frame says, whatever the comments and layout of its file."""
        content = asdict(self)
        del content["_index"]
        canonical = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return sha256(canonical.encode()).hexdigest()

    def __contains__(self, code: object) -> bool:
        return code in self._index

    def entry(self, code: str) -> Cause | Subcause:
        """The cause or subcause with this code. Raises UsageError that names the nearest code."""
        try:
            return self._index[code]
        except KeyError:
            raise UsageError(
                f"no code {code!r} in the code frame (version {self.version}); "
                f"{_did_you_mean(code, tuple(self._index)) or '`textmine frame show` lists them'}"
            ) from None

    def name(self, code: str, lang: Lang = "zh") -> str:
        return self.entry(code).name(lang)

    def zh(self, code: str) -> str:
        return self.entry(code).zh

    def en(self, code: str) -> str:
        return self.entry(code).en

    def cause_of(self, code: str) -> str:
        """The cause a code belongs to; a cause belongs to itself."""
        return self.entry(code).code.partition(".")[0]

    def branches(self, preset: str | None = None) -> tuple[Named, ...]:
        """The main bones of a fishbone preset, in order. Raises UsageError naming the presets there are."""
        return self._preset(preset).branches

    def branch(self, code: str, preset: str | None = None) -> str | None:
        """Code of the branch a subcause lies on (by default in the first preset); None for a whole cause."""
        wanted, entry = self._preset(preset).code, self.entry(code)
        placements = entry.placements if isinstance(entry, Subcause) else ()
        return next((place.branch for place in placements if place.preset == wanted), None)

    def branch_name(self, branch: str, *, preset: str | None = None, lang: Lang = "zh") -> str:
        """What a branch is called; the same branch code may be called otherwise in another preset."""
        known = {entry.code: entry for entry in self.branches(preset)}
        if branch not in known:
            raise UsageError(f"no branch {branch!r} in this fishbone preset; there are: {', '.join(known)}")
        return known[branch].name(lang)

    def _preset(self, preset: str | None) -> Preset:
        known = {entry.code: entry for entry in self.presets}
        if preset is None:
            return self.presets[0]
        if preset not in known:
            raise UsageError(
                f"no fishbone preset {preset!r} in the code frame; there are: {', '.join(known)}"
            )
        return known[preset]


def check_file(path: Path | None = None) -> tuple[Finding, ...]:
    """Every finding of a frame file, with its line. Raises LexiconError if it is no frame at all."""
    source = Source.read(path or lexicon_path("taxonomy.toml"))
    return tuple(finding.on_line(source.line(finding.at)) for finding in check_frame(_frame(source)))


def _did_you_mean(code: str, known: tuple[str, ...]) -> str:
    from difflib import get_close_matches  # only needed when something is wrong

    full = {full.partition(".")[2] or full: full for full in known} | {full: full for full in known}
    near = get_close_matches(code, full, n=1)
    return f"did you mean {full[near[0]]!r}?" if near else ""


def _frame(source: Source) -> Frame:
    top = source.top
    texts = (
        "version",
        "title_zh",
        "title_en",
        "definition_zh",
        "definition_en",
        "provenance_zh",
        "provenance_en",
    )
    top.only(*texts, "cause", "preset", "stance", "touchpoint", "risk", "rule")
    if not top.tables("cause"):
        raise LexiconError("no [[cause]] in this code frame", file=str(source.path), line=1)
    return Frame(
        version=top.string("version"),
        title_zh=top.string("title_zh"),
        title_en=top.string("title_en"),
        tree=tuple(map(_cause, top.tables("cause"))),
        presets=tuple(map(_preset, top.tables("preset"))),
        stances=tuple(map(_named, top.tables("stance"))),
        touchpoints=tuple(map(_named, top.tables("touchpoint"))),
        risks=tuple(map(_named, top.tables("risk"))),
        rules=tuple(map(_rule, top.tables("rule"))),
        **{key: top.string(key, default="") for key in texts[3:]},
    )


def _named(table: Table) -> Named:
    table.only(*_NAMED)
    return Named(**_names(table))


def _names(table: Table) -> dict[str, str]:
    required = {key: table.string(key) for key in _NAMED[:3]}
    return required | {key: table.string(key, default="") for key in _NAMED[3:]}


def _cause(table: Table) -> Cause:
    table.only(*_NAMED, "headline", "open", "subcause")
    names = _names(table)
    subcauses = tuple(_subcause(names["code"], sub) for sub in table.tables("subcause"))
    return Cause(**names, headline=table.flag("headline"), open=table.flag("open"), subcauses=subcauses)


def _subcause(cause: str, table: Table) -> Subcause:
    table.only(*_NAMED, "branch")
    names = _names(table)
    names["code"] = f"{cause}.{names['code']}"
    places = table.pairs("branch")
    return Subcause(**names, placements=tuple(Placement(preset, branch) for preset, branch in places.items()))


def _preset(table: Table) -> Preset:
    table.only(*_NAMED, "branch")
    return Preset(**_names(table), branches=tuple(map(_named, table.tables("branch"))))


def _rule(table: Table) -> Rule:
    table.only("zh", "en", "codes")
    return Rule(table.string("zh"), table.string("en"), table.strings("codes"))
