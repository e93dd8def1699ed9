"""Turns matters into vectors: static word vectors (PPMI, SVD, SIF) beside a fingerprint of the words.

Numpy and scipy alone; deterministic. The meaning part says what a verbatim is about in other words, the
fingerprint keeps places and products apart and gives words never seen before a place of their own. The only
file that knows sentence-transformers. Sources: Levy, Goldberg and Dagan 2015 (PPMI, smoothing 0.75); Arora,
Liang and Ma 2017 (SIF weights, removal of the common component); Achlioptas 2003 (sparse projections).
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from threadpoolctl import threadpool_limits

from ..errors import MissingExtraError
from .matter import Matter
from .vectors_file import StoredVectors, parse_vectors, read_vectors

Floats = NDArray[np.float32]

MEANING = 160
"""Dimensions of the meaning part; 64 to 400 tried: each doubling finds some more, and costs as much room."""
FINGERPRINT = 160
SHARPNESS = 0.25
"""Power of the singular values; of 0 to 1 all do alike: below the usual 0.5 rare senses stand out."""
COMMON = 3
"""Directions taken out that all verbatims share."""
WINDOW = 8
SIF = 1e-3
"""`a` of the SIF weight a/(a+p); 1e-3 is the middle of the range the authors found to work alike."""
MEANING_SHARE = 0.5
"""Share of the meaning part in the similarity; of 0.15 to 0.85 tried on planted streams 0.5 was best."""
NAME_WEIGHT = 1.0
"""Weight of a place or product in the fingerprint beside the words it is made of."""
ENOUGH_TO_ADAPT = 3000
"""Distinct verbatims from which the user's own language is learnt."""


class Encoder(Protocol):
    """Turns matters into unit vectors, one row each."""

    @property
    def sha256(self) -> str: ...

    def encode(self, matters: Sequence[Matter]) -> Floats: ...


@dataclass(frozen=True, slots=True)
class WordVectors:
    """Static vectors: `vectors` is (words, MEANING), already weighted; `weights` are the SIF weights."""

    index: Mapping[str, int]
    vectors: Floats
    weights: Floats

    @classmethod
    def load(cls, folder: Path) -> WordVectors:
        """Raises ModelError when the folder is damaged."""
        return cls.of(read_vectors(folder))

    @classmethod
    def from_blobs(cls, fetch: Callable[[str], bytes | None]) -> WordVectors:
        """From the blobs of a ledger. Raises ModelError when one is missing or damaged."""
        return cls.of(parse_vectors(lambda name: fetch(f"encoder-{name}"), "the ledger"))

    @classmethod
    def of(cls, stored: StoredVectors) -> WordVectors:
        """From what a file held."""
        return cls({word: i for i, word in enumerate(stored.words)}, stored.vectors, stored.weights)

    @property
    def words(self) -> tuple[str, ...]:
        return tuple(self.index)

    @property
    def sha256(self) -> str:
        digest = hashlib.sha256("\n".join(self.index).encode())
        digest.update(np.ascontiguousarray(self.vectors).tobytes())
        digest.update(np.ascontiguousarray(self.weights).tobytes())
        return digest.hexdigest()

    def nearest_words(self, words: Sequence[str], middle: Floats) -> list[str]:
        """Those of the words that are known, the ones nearest in meaning to a middle of matters first."""
        known = [word for word in words if word in self.index]
        vectors = _unit(self.vectors[[self.index[word] for word in known]])
        alike = np.round(vectors @ middle[: vectors.shape[1]], 4).tolist()
        return [word for _, word in sorted(zip(alike, known, strict=True), key=lambda one: (-one[0], one[1]))]

    def encode(self, matters: Sequence[Matter]) -> Floats:
        """Unit vectors (rows, MEANING + FINGERPRINT); a matter without words is a row of zeros."""
        bags = [Counter(dict.fromkeys(matter.pieces, 1.0)) for matter in matters]
        known = _bag_matrix(bags, self.index)
        for bag, matter in zip(bags, matters, strict=True):
            bag.update({f"={name}": NAME_WEIGHT for name in matter.names})
        meaning = _unit(np.asarray(known @ self.vectors, dtype=np.float32))
        every = {word: i for i, word in enumerate(sorted({word for bag in bags for word in bag}))}
        rare = np.array(
            [self.weights[self.index[word]] if word in self.index else 1.0 for word in every], np.float32
        )
        prints = fingerprints(tuple(every)) * rare[:, None] if every else np.zeros((0, FINGERPRINT))
        marks = _unit(
            np.asarray(_bag_matrix(bags, every) @ prints, dtype=np.float32).reshape(-1, FINGERPRINT)
        )
        # A matter of unknown words alone has no meaning part; its fingerprint speaks alone.
        return _unit(np.hstack([meaning * MEANING_SHARE**0.5, marks * (1 - MEANING_SHARE) ** 0.5]))


def train_vectors(matters: Sequence[Matter], *, least: int = 3, seed: int = 0) -> WordVectors:
    """Learn word vectors from unlabelled matters: the same for the same set, whatever its order."""
    with threadpool_limits(1, "blas"):
        return _train(matters, least, seed)


def _train(matters: Sequence[Matter], least: int, seed: int) -> WordVectors:
    documents = sorted({matter.key: matter.pieces for matter in matters}.values())
    counts = Counter(word for words in documents for word in words)
    vocabulary = sorted(word for word, n in counts.items() if n >= least)
    index = {word: i for i, word in enumerate(vocabulary)}
    frequency = np.array([counts[word] for word in vocabulary], dtype=float)
    weights = (SIF / (SIF + frequency / max(sum(counts.values()), 1))).astype(np.float32)
    vectors = _ppmi_svd(_cooccurrences(documents, index), min(MEANING, len(vocabulary) - 2), seed)
    vectors = np.pad(vectors, ((0, 0), (0, MEANING - vectors.shape[1])))
    weighted = vectors * weights[:, None]
    return WordVectors(index, _without_common(weighted, documents, index), weights)


def adapt_vectors(base: WordVectors, matters: Sequence[Matter], *, seed: int = 0) -> WordVectors:
    """The user's own language, and the base's for words it does not know; `base` below ENOUGH_TO_ADAPT.

    Own vectors are turned onto the base's by the words both know (orthogonal Procrustes), so that both mix.
    """
    distinct = {matter.key: matter for matter in matters}
    if len(distinct) < ENOUGH_TO_ADAPT:
        return base
    own = train_vectors(tuple(distinct.values()), seed=seed)
    shared = [word for word in base.index if word in own.index]
    mine = own.vectors[[own.index[word] for word in shared]].astype(np.float64)
    theirs = base.vectors[[base.index[word] for word in shared]].astype(np.float64)
    with threadpool_limits(1, "blas"):
        u, _, v = np.linalg.svd(mine.T @ theirs)
        scale = np.linalg.norm(theirs) / max(float(np.linalg.norm(mine)), 1e-12)
        turned = (own.vectors @ (u @ v) * scale).astype(np.float32)
    words = sorted({*base.index, *own.index})
    vectors = np.zeros((len(words), MEANING), np.float32)
    weights = np.ones(len(words), np.float32)
    for row, word in enumerate(words):
        if word in own.index:
            vectors[row], weights[row] = turned[own.index[word]], own.weights[own.index[word]]
        else:
            vectors[row], weights[row] = base.vectors[base.index[word]], base.weights[base.index[word]]
    return WordVectors({word: i for i, word in enumerate(words)}, vectors, weights)


def fingerprints(words: Sequence[str]) -> Floats:
    """A sparse unit vector for every word, from its hash alone: the same everywhere and for ever."""
    found = np.zeros((len(words), FINGERPRINT), np.float32)
    marks = np.array([_mark(word) for word in words], np.int64).reshape(len(words), -1)
    places, signs = marks[:, :8] * FINGERPRINT // 256, (marks[:, 8:] & 1) * 2.0 - 1.0
    np.add.at(found, (np.arange(len(words))[:, None], places), signs)
    return _unit(found)


@lru_cache(maxsize=262_144)
def _mark(word: str) -> tuple[int, ...]:
    return tuple(hashlib.blake2b(word.encode("utf-8", "surrogatepass"), digest_size=16).digest())


class SentenceEncoder:
    """Any sentence-transformers model from a folder on disk, with the fingerprint beside it."""

    def __init__(self, folder: Path) -> None:
        try:
            from sentence_transformers import SentenceTransformer
        except ImportError as error:
            raise MissingExtraError("an encoder of sentence-transformers", "embed") from error
        self._model: Any = SentenceTransformer(str(folder), local_files_only=True)
        self._marks = WordVectors({}, np.zeros((0, MEANING), np.float32), np.zeros(0, np.float32))
        self.sha256 = hashlib.sha256(str(folder.resolve()).encode()).hexdigest()

    def encode(self, matters: Sequence[Matter]) -> Floats:
        """Unit vectors, one row a matter."""
        meaning = _unit(np.asarray(self._model.encode([matter.key for matter in matters]), np.float32))
        marks = self._marks.encode(matters)[:, MEANING:]
        return _unit(np.hstack([meaning * MEANING_SHARE**0.5, marks * (1 - MEANING_SHARE) ** 0.5]))


def _unit(rows: Floats) -> Floats:
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.where(lengths > 1e-9, lengths, 1.0), dtype=np.float32)


def _bag_matrix(bags: Sequence[Mapping[str, float]], index: Mapping[str, int]) -> sparse.csr_matrix:
    columns: list[int] = []
    data: list[float] = []
    starts = [0]
    for bag in bags:
        known = [word for word in sorted(bag) if word in index]
        columns += [index[word] for word in known]
        data += [bag[word] for word in known]
        starts.append(len(columns))
    return sparse.csr_matrix((np.array(data, np.float32), columns, starts), shape=(len(bags), len(index)))


def _cooccurrences(documents: Sequence[Sequence[str]], index: Mapping[str, int]) -> sparse.csr_matrix:
    """Symmetric counts of words within WINDOW of one another, nearer pairs counting more."""
    size = len(index)
    total = sparse.csr_matrix((size, size))
    coded = [
        np.array([index[word] for word in words if word in index], dtype=np.int64) for words in documents
    ]
    flat = np.concatenate([*coded, np.zeros(0, np.int64)])
    owner = np.repeat(np.arange(len(coded)), [len(codes) for codes in coded])
    for step in range(1, WINDOW + 1):
        same = owner[step:] == owner[:-step]
        left, right = flat[:-step][same], flat[step:][same]
        pairs = sparse.csr_matrix((np.full(len(left), 1.0 / step), (left, right)), shape=(size, size))
        total = total + pairs + pairs.T
    return sparse.csr_matrix(total)


def _ppmi_svd(counts: sparse.csr_matrix, rank: int, seed: int) -> Floats:
    rows = np.asarray(counts.sum(axis=1)).ravel()
    contexts = np.asarray(counts.sum(axis=0)).ravel() ** 0.75
    table = counts.tocoo()
    expected = rows[table.row] * contexts[table.col] / max(contexts.sum(), 1e-12)
    values = np.maximum(np.log(np.maximum(table.data, 1e-12) / np.maximum(expected, 1e-12)), 0.0)
    ppmi = sparse.csr_matrix((values, (table.row, table.col)), shape=counts.shape)
    u, s = _svd(ppmi, rank, seed)
    # The sign of a singular vector is arbitrary; the largest entry is made positive.
    signs = np.sign(u[np.argmax(np.abs(u), axis=0), np.arange(u.shape[1])])
    return np.asarray(u * signs * s**SHARPNESS, dtype=np.float32)


def _svd(table: sparse.csr_matrix, rank: int, seed: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The leading left singular vectors and values by a seeded random projection (Halko et al. 2011)."""
    draw = np.random.default_rng(seed)
    basis = np.linalg.qr(table @ draw.standard_normal((table.shape[1], rank + 16)))[0]
    for _ in range(3):
        basis = np.linalg.qr(table @ (table.T @ basis))[0]
    u, s, _ = np.linalg.svd((table.T @ basis).T, full_matrices=False)
    return (basis @ u)[:, :rank], s[:rank]


def _without_common(vectors: Floats, documents: Sequence[Sequence[str]], index: Mapping[str, int]) -> Floats:
    """Vectors without the directions that all documents share; linear, so it can be done once per word."""
    bags = _bag_matrix([dict.fromkeys(words, 1.0) for words in documents], index)
    means = _unit(np.asarray(bags @ vectors, dtype=np.float32)).astype(np.float64)
    _, directions = np.linalg.eigh(means.T @ means)
    common = directions[:, -COMMON:]
    return np.asarray(vectors - vectors @ common @ common.T, dtype=np.float32)
