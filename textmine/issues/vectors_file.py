"""The folder of word vectors: safetensors and a tokenizer that sentence-transformers can load. No training.

`model.safetensors` holds `embedding.weight` (weighted vectors) and `weights` (SIF); `tokenizer.json` is a
longest-match word tokenizer over the same words, so that the folder opens as a `StaticEmbedding`;
`vectors.json` carries the hashes.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import ModelError

FORMAT = "textmine.vectors/1"
WEIGHTS, TOKENIZER, MANIFEST = "model.safetensors", "tokenizer.json", "vectors.json"
_UNKNOWN = "[UNK]"

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class StoredVectors:
    """Words with their weighted vectors (words, dimensions) and SIF weights (words)."""

    words: tuple[str, ...]
    vectors: Floats
    weights: Floats


def vector_files(
    words: Sequence[str], vectors: Floats, weights: Floats, *, about: Mapping[str, Any]
) -> dict[str, bytes]:
    """The bytes of every file of the folder, by name; equal vectors give equal bytes."""
    from safetensors.numpy import save

    padded = np.vstack([np.zeros((1, vectors.shape[1]), np.float32), vectors])
    files = {
        WEIGHTS: save({"embedding.weight": padded, "weights": np.ascontiguousarray(weights)}),
        TOKENIZER: json.dumps(_tokenizer(words), ensure_ascii=False, sort_keys=True).encode(),
    }
    sums = {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}
    manifest = {"format": FORMAT, "about": dict(about), "files": sums}
    files[MANIFEST] = (json.dumps(manifest, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()
    return files


def read_vectors(folder: Path) -> StoredVectors:
    """Read a folder of vectors. Raises ModelError when a file is missing, foreign or changed."""

    def fetch(name: str) -> bytes | None:
        try:
            return (folder / name).read_bytes()
        except OSError:
            return None

    return parse_vectors(fetch, str(folder))


def parse_vectors(fetch: Callable[[str], bytes | None], where: str) -> StoredVectors:
    """Read vectors from named blobs; `where` is for the message of the ModelError."""
    from safetensors import SafetensorError
    from safetensors.numpy import load

    def need(name: str) -> bytes:
        data = fetch(name)
        if data is None:
            raise ModelError(f"{where}: has no {name} of word vectors; install or train them again")
        return data

    try:
        manifest = json.loads(need(MANIFEST))
        if manifest["format"] != FORMAT:
            raise ModelError(f"{where}: is of format {manifest['format']}; this version reads {FORMAT}")
        data = {name: need(name) for name in manifest["files"]}
        for name, content in data.items():
            if hashlib.sha256(content).hexdigest() != manifest["files"][name]:
                raise ModelError(f"{where}: {name} was changed or damaged; install or train it again")
        vocabulary = json.loads(data[TOKENIZER])["model"]["vocab"]
        tensors = load(data[WEIGHTS])
        words = tuple(sorted((w for w in vocabulary if w != _UNKNOWN), key=vocabulary.__getitem__))
        return StoredVectors(words, tensors["embedding.weight"][1:], tensors["weights"])
    except (ValueError, KeyError, TypeError, SafetensorError) as error:
        raise ModelError(f"{where}: no word vectors ({error}); install or train them again") from error


def _tokenizer(words: Sequence[str]) -> dict[str, Any]:
    return {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [],
        "normalizer": {"type": "Lowercase"},
        "pre_tokenizer": {"type": "Whitespace"},
        "post_processor": None,
        "decoder": None,
        "model": {
            "type": "WordPiece",
            "unk_token": _UNKNOWN,
            "continuing_subword_prefix": "",
            "max_input_chars_per_word": 1000,
            "vocab": {word: i for i, word in enumerate((_UNKNOWN, *words))},
        },
    }
