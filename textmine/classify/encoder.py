"""Sentence vectors of a pretrained model as further columns of the features, for those who have such a model.

The only file of the reader that knows sentence-transformers. A folder is read from disk and never looked up
on a network, and no code is run from it; only a bare name may be fetched, by sentence-transformers itself.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from ..errors import MissingExtraError, ModelError, OutputError, UsageError
from .features import BatchFeatures
from .prepare import Prepared

Floats = NDArray[np.float32]

#: Folder of the encoder inside a model folder.
FOLDER = "encoder"
#: Length of a text's vector among cue columns, which training scales down to 0.15: then somewhat longer than
#: the n-gram part of a text, which has length 1. Not tuned: what is right depends on the encoder.
LENGTH = 10.0
#: Decimals kept of a vector. What stands beside a text in a batch moves the last digits of its vector.
_DECIMALS = 4

_OWN_PARTS = "sentence_transformers."


class Encoder(Protocol):
    """Turns texts into unit vectors, one row each."""

    @property
    def sha256(self) -> str: ...

    def encode(self, texts: Sequence[str]) -> Floats: ...


class SentenceVectors:
    """A sentence-transformers model; `sha256` is that of its files once it is stored in a folder."""

    def __init__(self, model: Any, sha256: str = "") -> None:
        self._model = model
        self.sha256 = sha256

    @classmethod
    def open(cls, place: str) -> SentenceVectors:
        """The model in a folder, or the one of a name.

        Raises MissingExtraError without the extra, UsageError for a folder that is not there, ModelError for
        one that holds no model or a model with code of its own.
        """
        if not looks_like_path(place):
            return cls(_load(place, local=False))
        folder = Path(place).expanduser()
        if not folder.is_dir():
            raise UsageError(f"--encoder {place}: no such folder; a path is never looked up elsewhere")
        return cls(_load_folder(folder))

    @classmethod
    def load(cls, folder: Path, sha256: str) -> SentenceVectors:
        """The encoder stored with a model. Raises ModelError when its files are not those stored."""
        if not folder.is_dir() or _hash(folder) != sha256:
            raise ModelError(f"{folder}: the encoder is missing or was changed; restore it or train anew")
        return cls(_load_folder(folder), sha256)

    def save(self, folder: Path) -> None:
        """Store the model in a folder; from then on `sha256` is known. Raises OutputError."""
        try:
            self._model.save(str(folder), create_model_card=False, safe_serialization=True)
            self.sha256 = _hash(folder)
        except OSError as error:
            raise OutputError(f"{folder}: the encoder cannot be written: {error}") from error

    def encode(self, texts: Sequence[str]) -> Floats:
        """Unit vectors (texts x dimensions), rounded; equal texts have equal vectors."""
        found = self._model.encode(list(texts), show_progress_bar=False, convert_to_numpy=True)
        vectors = np.asarray(found, np.float32)
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        return np.round(vectors / np.where(lengths > 0, lengths, 1), _DECIMALS).astype(np.float32)


def with_vectors(features: BatchFeatures, prepared: Prepared, encoder: Encoder) -> BatchFeatures:
    """Features with the vectors of texts and of clauses as columns after the cues."""
    ends = prepared.clause_ends.tolist()
    clauses = [
        prepared.joined[start:end] for start, end in zip(prepared.clause_starts.tolist(), ends, strict=True)
    ]
    texts = [item.text for item in prepared.normalized]
    # Many a text is one clause, and many clauses recur: each is encoded once.
    place = {text: index for index, text in enumerate(sorted({*texts, *clauses}))}
    vectors = encoder.encode(list(place)) * np.float32(LENGTH)

    def joined(cues: sp.csr_matrix, rows: Sequence[str]) -> sp.csr_matrix:
        dense = sp.csr_matrix(vectors[[place[text] for text in rows]])
        return sp.hstack([cues, dense]).tocsr().astype(np.float32)

    return replace(
        features,
        cue_clause=joined(features.cue_clause, clauses),
        cue_text=joined(features.cue_text, texts),
    )


def looks_like_path(place: str) -> bool:
    """Whether an encoder is given as a folder: one that is there, or a spelling that no name has."""
    return (
        Path(place).expanduser().exists()
        or place.startswith((".", "/", "~"))
        or "\\" in place
        or place.count("/") > 1
    )


def _load_folder(folder: Path) -> Any:
    """Raises ModelError for a folder that is no model of sentence-transformers' own parts."""
    try:
        modules = json.loads((folder / "modules.json").read_text("utf-8"))
        foreign = [part["type"] for part in modules if not str(part["type"]).startswith(_OWN_PARTS)]
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise ModelError(f"{folder}: not a folder of a sentence-transformers model: {error}") from error
    if foreign:
        raise ModelError(f"{folder}: brings code of its own ({foreign[0]}), which textmine does not run")
    if list(folder.rglob("pytorch_model*.bin")):
        raise ModelError(f"{folder}: holds pickled weights; save the model with safetensors first")
    return _load(str(folder), local=True)


def _load(place: str, *, local: bool) -> Any:
    try:
        from sentence_transformers import SentenceTransformer
    except ImportError as error:
        raise MissingExtraError("--encoder", "embed") from error
    try:
        model = SentenceTransformer(place, local_files_only=local, trust_remote_code=False, device="cpu")
    except (OSError, ValueError, KeyError, RuntimeError) as error:
        raise ModelError(f"{place}: the encoder cannot be loaded: {error}") from error
    model.eval()
    return model


def _hash(folder: Path) -> str:
    digest = sha256()
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        digest.update(path.relative_to(folder).as_posix().encode() + b"\0")
        digest.update(sha256(path.read_bytes()).digest())
    return digest.hexdigest()
