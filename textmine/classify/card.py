"""The model card: what a model was trained on, how good it is, where it fails, and the hashes that name it.

Writes Markdown from finished figures; measures nothing and reads no files. Equal inputs give equal bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ..frame.frame import Frame
from .evaluate import Evaluation
from .model import NEVER, Model
from .reliability import CauseReliability

#: Promises of precision whose cost is listed.
PROMISES = (0.8, 0.9, 0.95)
#: Confusions and weak causes listed as known failures; a cause is weak below this F1.
LISTED, WEAK = 10, 0.7


@dataclass(frozen=True, slots=True)
class Measured:
    """An evaluation, what it was made on, and the reliability of every cause in it."""

    title: str
    evaluation: Evaluation
    reliability: tuple[CauseReliability, ...]


def model_card(
    name: str, model: Model, frame: Frame, measured: Sequence[Measured], *, licence: str = "Apache-2.0"
) -> str:
    """The card of a model as Markdown; the first of `measured` is the one whose failures are listed."""
    parts = [
        f"# {name}",
        f"Reads verbatims by the code frame “{frame.title_en}” ({frame.title_zh}), version {frame.version}: "
        f"{len(frame.causes)} causes. Linear weights over cues and character n-grams, for clauses and whole "
        "texts; it runs offline on one core. `textmine train` and `textmine evaluate` write this page.",
        _identity(model, licence),
    ]
    for one in measured:
        parts += [f"## {one.title}: {one.evaluation.n} verbatims", _figures(one), _causes(one, frame)]
    if measured:
        parts += ["## Known failures", _failures(measured[0].evaluation, frame)]
    parts += ["## What a promised precision costs", _promises(model)]
    return "\n\n".join(parts) + "\n"


def _identity(model: Model, licence: str) -> str:
    about = model.about
    options = ", ".join(f"{key} {value}" for key, value in about["options"].items())
    rows = [
        ("version", f"`{model.version}`"),
        ("weights, sha256", f"`{model.sha256}`"),
        ("code frame, sha256", f"`{model.frame_sha256}`"),
        ("cue lexicon, sha256", f"`{model.lexicon_sha256}`"),
        ("training data", f"{about['examples']} labelled verbatims, sha256 `{about['data_sha256']}`"),
        ("options", options),
        ("licence", licence),
    ]
    if "encoder" in about:
        rows.insert(4, ("sentence encoder, sha256", f"`{about['encoder']['sha256']}`"))
    return _table(("", ""), rows)


def _figures(one: Measured) -> str:
    rows = [
        (
            figure.name.replace("_", " "),
            _number(figure.value),
            f"{_number(figure.low)} – {_number(figure.high)}",
        )
        for figure in one.evaluation.figures
    ]
    return _table(("figure", "value", "90 % interval"), rows)


def _causes(one: Measured, frame: Frame) -> str:
    told = {item.cause: item for item in one.reliability}
    rows = [
        (
            frame.name(cause.code, "en"),
            cause.labelled,
            cause.given,
            _number(cause.precision),
            _number(cause.recall),
            _number(cause.f1),
            _number(told[cause.code].mean_score),
            _number(told[cause.code].share_right),
            _number(told[cause.code].error),
        )
        for cause in one.evaluation.causes
        if cause.labelled or cause.given
    ]
    heads = ("cause", "labelled", "given", "precision", "recall", "F1", "mean score", "share right", "error")
    return (
        "Reliability: where mean score and share right agree, a score is the probability it claims to be; "
        "error is the mean gap over bins of like scores.\n\n" + _table(heads, rows)
    )


def _failures(evaluation: Evaluation, frame: Frame) -> str:
    weak = sorted((c for c in evaluation.causes if c.labelled and c.f1 < WEAK), key=lambda c: c.f1)
    lines = [
        f"- {frame.name(c.code, 'en')}: F1 {_number(c.f1)} on {c.labelled} labelled" for c in weak[:LISTED]
    ]
    for labelled, given, n in evaluation.confusions[:LISTED]:
        wanted = frame.name(labelled, "en") if labelled else "no cause"
        found = frame.name(given, "en") if given else "no cause"
        lines.append(f"- {n} times “{wanted}” was read as “{found}” (main cause)")
    return "\n".join(lines) or "None was seen."


def _promises(model: Model) -> str:
    rows = []
    for promised in PROMISES:
        limits = model.thresholds.for_precision(promised)
        never = [cause for cause, limit in limits.items() if limit >= NEVER]
        rows.append((f"{promised:.0%}", len(limits) - len(never), ", ".join(never) or "–"))
    return (
        "With `--min-precision` a cause is given only where its held-out tags kept the promise; causes that "
        "never do are left for review.\n\n" + _table(("promise", "causes that keep it", "never given"), rows)
    )


def _table(header: Iterable[object], rows: Iterable[Sequence[object]]) -> str:
    heads = [str(cell) for cell in header]
    lines = [heads, ["---"] * len(heads), *([str(cell) for cell in row] for row in rows)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _number(value: float) -> str:
    return "–" if value != value else f"{value:.3f}"
