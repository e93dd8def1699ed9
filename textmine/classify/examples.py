"""Labelled verbatims: the corpus format of `data_samples/corpus/`, read and checked against a code frame."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import InputError
from ..frame.frame import Frame


@dataclass(frozen=True, slots=True)
class Label:
    """A coder's cause for a verbatim; `start == end` when no span was marked."""

    code: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Example:
    """One labelled verbatim. `weight` scales its say in training, `source` is its file's stem."""

    id: str
    text: str
    labels: tuple[Label, ...]
    primary: str | None
    stance: str
    risk: tuple[str, ...]
    touchpoint: str
    source: str
    weight: float = 1.0


def read_examples(paths: Iterable[Path], frame: Frame) -> tuple[Example, ...]:
    """Read labelled JSONL files; raises InputError naming file and line of the first bad record."""
    return tuple(example for path in paths for example in _read_file(path, frame))


def corpus_files(paths: Iterable[Path]) -> tuple[Path, ...]:
    """Expand folders to their *.jsonl without the held-out ones (`heldout_*`), which no training may see."""
    files: list[Path] = []
    for path in paths:
        if path.is_dir():
            files += (p for p in sorted(path.glob("*.jsonl")) if not p.name.startswith("heldout_"))
        else:
            files.append(path)
    return tuple(files)


def _read_file(path: Path, frame: Frame) -> Iterator[Example]:
    try:
        lines = path.read_text("utf-8-sig").splitlines()
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: labelled files are UTF-8 JSONL; byte {error.start} is not") from error
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            yield _example(json.loads(line), frame, path.stem, number)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise InputError(f"{path}:{number}: not a labelled verbatim: {error}") from error


def _example(record: dict[str, Any], frame: Frame, source: str, number: int) -> Example:
    text = record["text"]
    labels = []
    for cause in record["causes"]:
        code, span = cause["code"], cause.get("span") or ""
        if code not in frame:
            raise ValueError(f"code {code!r} is not in the code frame")
        start = text.find(span)
        if start < 0:
            raise ValueError(f"span {span!r} is not in the text")
        labels.append(Label(code, start, start + len(span)))
    stance = record.get("stance") or ("complaint" if labels else "none")
    if stance not in frame.axes["stance"]:
        raise ValueError(f"stance {stance!r} is not one of {', '.join(frame.axes['stance'])}")
    return Example(
        id=str(record.get("id", f"{source}:{number}")),
        text=text,
        labels=tuple(labels),
        primary=record.get("primary"),
        stance=stance,
        risk=tuple(record.get("risk", ())),
        touchpoint=record.get("touchpoint", ""),
        source=source,
        weight=float(record.get("weight", 1.0)),
    )
