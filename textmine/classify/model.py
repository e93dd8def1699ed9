"""A trained model: weights, thresholds and where they come from, and its folder on disk.

A folder holds `model.json` and `weights.safetensors`. Loading checks format, hashes, code frame and cue
lexicon, and runs no code from the files.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load, save

from ..errors import ModelError, OutputError
from ..frame.cues import Lexicon, LexiconFiles
from ..frame.frame import Frame
from ..frame.packing import Tensors
from .features import GramColumns
from .reader_cues import ReaderCues

Floats = NDArray[np.float32]

FORMAT = "textmine.model/1"
#: A point with fewer tags says too little to end the search for a lower threshold.
_ENOUGH = 20

#: A probability threshold that nothing reaches.
NEVER = 2.0

_WEIGHTS = "weights.safetensors"
CARD = "model.json"
#: The cue lexicon compiled.
CUES = "cues.safetensors"


@dataclass(frozen=True, slots=True)
class Outputs:
    """Names of the linear outputs, group by group, in the order of the weights' columns.

    `causes` say whether a cause is there, `codes` which subcause it is, given the cause.
    """

    causes: tuple[str, ...]
    codes: tuple[str, ...]
    stances: tuple[str, ...]
    touchpoints: tuple[str, ...]

    def columns(self, group: str) -> slice:
        """Columns of a group."""
        first = 0
        for name in self.__slots__:
            size = len(getattr(self, name))
            if name == group:
                return slice(first, first + size)
            first += size
        raise KeyError(group)

    @property
    def size(self) -> int:
        return sum(len(getattr(self, name)) for name in self.__slots__)

    @classmethod
    def of(cls, frame: Frame) -> Outputs:
        return cls(frame.causes, frame.codes, frame.axes["stance"], frame.axes["touchpoint"])


@dataclass(frozen=True, slots=True)
class Weights:
    """Linear weights over cue columns and n-gram columns, (features x outputs), and the second stage.

    `mix` ((2 x causes + stances) x causes) turns the whole-text and best-clause scores of all causes and
    the stances into the logit of each cause, `main` likewise into that of its being the main one; the
    biases (causes) are added.
    """

    cue: Floats
    gram: Floats
    bias: Floats
    mix: Floats
    mix_bias: Floats
    main: Floats
    main_bias: Floats


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Probabilities from which something is said, chosen by cross-validation.

    `cause`: each cause on its own; `fallback`: the best cause of a text that reads as a complaint; `gate`:
    how much a text must read as a complaint to have causes at all;
    `code`: a further subcause of a given cause; `touchpoint`: a further touchpoint; `order`: how much it
    speaks against a cause's being the main one that another stands before it; `held_out`: what each cause's
    tags were worth on texts the model had not seen, by threshold.
    """

    cause: Mapping[str, float]
    fallback: float
    gate: float
    code: float
    touchpoint: float
    order: float
    held_out: Mapping[str, tuple[OperatingPoint, ...]]

    def for_precision(self, promised: float) -> Mapping[str, float]:
        """The lowest threshold of each cause from which on its tags keep a promised precision.

        A cause that cannot keep it gets a threshold above 1: its rows are left for review. The estimate is
        the middle of a Jeffreys posterior, so a cause seen a few times is not believed too easily.
        """
        return {cause: _lowest(points, promised) for cause, points in self.held_out.items()}


class OperatingPoint(NamedTuple):
    """Of `given` held-out tags with at least this probability, `right` were right."""

    threshold: float
    given: int
    right: int


def _lowest(points: Sequence[OperatingPoint], promised: float) -> float:
    limit = NEVER
    for point in sorted(points, reverse=True):
        # Jeffreys' prior adds half a right and half a wrong tag.
        if (point.right + 0.5) / (point.given + 1) >= promised:
            limit = point.threshold
        elif point.given >= _ENOUGH:
            break
    return limit


@dataclass(frozen=True, slots=True)
class Model:
    """Everything the reader needs beside frame and lexicon; `about` is provenance and measured figures."""

    outputs: Outputs
    weights: Weights
    grams: GramColumns
    thresholds: Thresholds
    lexicon_sha256: str
    frame_sha256: str
    about: Mapping[str, Any]
    sha256: str

    @classmethod
    def assemble(
        cls,
        outputs: Outputs,
        weights: Weights,
        grams: GramColumns,
        thresholds: Thresholds,
        frame: Frame,
        lexicon: Lexicon,
        about: Mapping[str, Any],
    ) -> Model:
        """Put finished parts together; `sha256` is that of the weights as they will be stored."""
        blob = _blob(weights, grams)
        return cls(
            outputs, weights, grams, thresholds, lexicon.sha256, frame.sha256, about, sha256(blob).hexdigest()
        )

    @property
    def version(self) -> str:
        """Short identity of the weights, put on every record made with them."""
        return self.sha256[:12]


def save_model(model: Model, folder: Path, *, cues: ReaderCues | None = None) -> None:
    """Write a model folder; equal models give equal bytes. Raises OutputError.

    With the model's lexicon compiled (`cues`), reading with it starts sooner.
    """
    blobs = {_WEIGHTS: _blob(model.weights, model.grams)} | (
        {CUES: _packed(cues.to_tensors())} if cues else {}
    )
    card = {
        "format": FORMAT,
        "frame_sha256": model.frame_sha256,
        "lexicon_sha256": model.lexicon_sha256,
        "outputs": {name: list(getattr(model.outputs, name)) for name in Outputs.__slots__},
        "thresholds": {
            "cause": dict(model.thresholds.cause),
            "fallback": model.thresholds.fallback,
            "gate": model.thresholds.gate,
            "code": model.thresholds.code,
            "touchpoint": model.thresholds.touchpoint,
            "order": model.thresholds.order,
            "held_out": {
                name: [list(p) for p in points] for name, points in model.thresholds.held_out.items()
            },
        },
        "files": {name: sha256(blob).hexdigest() for name, blob in blobs.items()},
        "about": dict(model.about),
    }
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, blob in blobs.items():
            _replace(folder / name, blob)
        text = json.dumps(card, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
        _replace(folder / CARD, text.encode())
    except OSError as error:
        raise OutputError(f"{folder}: the model cannot be written: {error.strerror}") from error


def weights_sha256(folder: Path) -> str | None:
    """The hash that a model folder gives for its weights; None where there is no readable model."""
    try:
        return str(json.loads((folder / CARD).read_text("utf-8"))["files"][_WEIGHTS])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _blob(weights: Weights, grams: GramColumns) -> bytes:
    tensors: dict[str, NDArray[Any]] = {
        "cue": weights.cue.astype(np.float16),
        "gram": weights.gram.astype(np.float16),
        "bias": weights.bias,
        "mix": weights.mix,
        "mix_bias": weights.mix_bias,
        "main": weights.main,
        "main_bias": weights.main_bias,
        "gram_bucket": grams.buckets.astype(np.int32),
        "gram_idf": grams.idf,
    }
    return _packed(tensors)


def _packed(tensors: Tensors) -> bytes:
    return bytes(save({name: np.ascontiguousarray(tensor) for name, tensor in tensors.items()}))


def _replace(path: Path, data: bytes) -> None:
    temporary = path.with_name(path.name + ".part")
    with temporary.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)


def load_model(folder: Path, frame: Frame, lexicon: Lexicon | LexiconFiles) -> Model:
    """Read a model folder and check that it is whole and was trained with this frame and lexicon.

    Raises ModelError saying what does not fit and what to do.
    """
    try:
        card = json.loads((folder / CARD).read_text("utf-8"))
        blob = (folder / _WEIGHTS).read_bytes()
    except OSError as error:
        raise ModelError(f"{folder}: not a model folder: {error.strerror}: {error.filename}") from error
    except ValueError as error:
        raise ModelError(f"{folder / CARD}: damaged: {error}") from error
    missing = {"format", "files", "frame_sha256", "lexicon_sha256", "outputs", "thresholds", "about"} - set(
        card
    )
    if missing:
        raise ModelError(f"{folder / CARD}: damaged: {min(missing)!r} is missing; train it anew")
    if card["format"] != FORMAT:
        raise ModelError(f"{folder}: format {card.get('format')!r} is not {FORMAT!r}; train it anew")
    if sha256(blob).hexdigest() != card["files"][_WEIGHTS]:
        raise ModelError(
            f"{folder / _WEIGHTS}: changed since training (hash differs); restore it or train anew"
        )
    for what, have, trained in (
        ("code frame", frame.sha256, card["frame_sha256"]),
        ("cue lexicon", lexicon.sha256, card["lexicon_sha256"]),
    ):
        if have != trained:
            raise ModelError(
                f"{folder}: trained with another {what} than the one in use; run `textmine train` to renew it"
            )
    try:
        tensors = load(blob)
    except SafetensorError as error:
        raise ModelError(f"{folder / _WEIGHTS}: not safetensors: {error}") from error
    return Model(
        outputs=Outputs(**{name: tuple(card["outputs"][name]) for name in Outputs.__slots__}),
        weights=Weights(**{name: tensors[name].astype(np.float32) for name in Weights.__slots__}),
        grams=GramColumns.of(tensors["gram_bucket"].astype(np.int64), tensors["gram_idf"]),
        thresholds=_thresholds(card["thresholds"]),
        lexicon_sha256=card["lexicon_sha256"],
        frame_sha256=card["frame_sha256"],
        about=card["about"],
        sha256=card["files"][_WEIGHTS],
    )


def load_cues_of(folder: Path, lexicon_sha256: str) -> ReaderCues | None:
    """The compiled cues kept in a model folder; None if there are none for this lexicon and program.

    Raises ModelError for a file that is not the one that was stored.
    """
    try:
        card = json.loads((folder / CARD).read_text("utf-8"))
        expected, trained = card["files"][CUES], card["lexicon_sha256"]
    except (OSError, ValueError, KeyError, TypeError):
        # What is wrong with a card is for `load_model` to say.
        return None
    if trained != lexicon_sha256:
        return None
    try:
        blob = (folder / CUES).read_bytes()
    except OSError as error:
        raise ModelError(f"{folder / CUES}: cannot be read: {error.strerror}; restore it") from error
    if sha256(blob).hexdigest() != expected:
        raise ModelError(f"{folder / CUES}: changed since training (hash differs); restore it or train anew")
    return ReaderCues.of_tensors(load(blob))


def _thresholds(card: Mapping[str, Any]) -> Thresholds:
    held_out = {name: tuple(OperatingPoint(*p) for p in points) for name, points in card["held_out"].items()}
    return Thresholds(**{**card, "held_out": held_out})
