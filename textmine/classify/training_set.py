"""Labelled verbatims as matrices: features and targets of texts and of their clauses. No fitting."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from ..frame.cues import Matcher
from ..frame.matcher import Cues
from .encoder import Encoder, with_vectors
from .examples import Example
from .features import BatchFeatures, CueColumns, GramColumns, batch_features
from .model import Outputs
from .prepare import Prepared, prepare

Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]
Floats = NDArray[np.float32]

#: Texts prepared at a time; any size gives the same matrices.
CHUNK = 1024

#: A clause shows a labelled span when they share so many characters (or the whole of a shorter span).
_SHARED = 3


@dataclass(frozen=True, slots=True)
class TrainingSet:
    """Examples with their features and targets; rows of `clause_*` are clauses, of the others texts.

    `primary`, `stance` and `touchpoint` are indices into the outputs, -1 for none of them.
    """

    examples: tuple[Example, ...]
    batches: tuple[Prepared, ...]
    features: BatchFeatures
    cause: Bools
    code: Bools
    clause_cause: Bools
    clause_code: Bools
    primary: Ints
    stance: Ints
    touchpoint: Ints
    weight: Floats

    @classmethod
    def build(
        cls,
        examples: Sequence[Example],
        outputs: Outputs,
        matcher: Matcher,
        grams: GramColumns,
        batches: Sequence[Prepared],
        encoder: Encoder | None = None,
    ) -> TrainingSet:
        """Features and targets of labelled verbatims; `batches` are those of `prepare_examples`."""
        columns = CueColumns.of(matcher)
        parts = [batch_features(batch, _cues(batch, matcher), columns, grams) for batch in batches]
        if encoder is not None:
            parts = [with_vectors(p, b, encoder) for p, b in zip(parts, batches, strict=True)]
        clause_code = np.vstack(
            [
                _clause_codes(batch, examples[n * CHUNK : n * CHUNK + len(batch)], outputs.codes)
                for n, batch in enumerate(batches)
            ]
        )
        return cls(
            tuple(examples),
            tuple(batches),
            BatchFeatures.join(parts),
            _text_causes(examples, outputs.causes),
            _text_codes(examples, outputs.codes),
            (clause_code @ _membership(outputs)).astype(bool),
            clause_code,
            _places([(e.primary or "").partition(".")[0] for e in examples], outputs.causes),
            _places([e.stance for e in examples], outputs.stances),
            _places([e.touchpoint for e in examples], outputs.touchpoints),
            np.array([example.weight for example in examples], np.float32),
        )

    @property
    def sha256(self) -> str:
        """Hash of texts and labels."""
        digest = sha256()
        for example in self.examples:
            row = (example.text, example.labels, example.primary, example.stance, example.touchpoint)
            digest.update(repr(row).encode())
        return digest.hexdigest()

    def take(self, texts: Ints) -> tuple[Ints, Ints]:
        """Rows of the given texts, sorted, and rows of their clauses."""
        wanted = np.zeros(len(self.examples), bool)
        wanted[texts] = True
        return np.flatnonzero(wanted), np.flatnonzero(wanted[self.features.text_of_clause])

    def design_of_texts(self, texts: Ints, *, cue_scale: float) -> sp.csr_matrix:
        """Texts as rows of scaled cue columns and length-normalised n-gram columns."""
        features = self.features
        n_clauses = len(features.text_of_clause)
        pick = sp.csr_matrix(
            (np.ones(n_clauses, np.float32), (features.text_of_clause, np.arange(n_clauses))),
            (len(self.examples), n_clauses),
        )[texts]
        grams = sp.diags(1 / features.text_norm[texts]) @ (pick @ features.gram_clause)
        return sp.hstack([features.cue_text[texts] * cue_scale, grams]).tocsr()

    def design_of_clauses(self, clauses: Ints, *, cue_scale: float) -> sp.csr_matrix:
        """Clauses as rows of the same columns."""
        features = self.features
        grams = sp.diags(1 / features.clause_norm[clauses]) @ features.gram_clause[clauses]
        return sp.hstack([features.cue_clause[clauses] * cue_scale, grams]).tocsr()


def prepare_examples(examples: Sequence[Example]) -> tuple[Prepared, ...]:
    """The texts of labelled verbatims, prepared in chunks."""
    return tuple(
        prepare([example.text for example in examples[first : first + CHUNK]])
        for first in range(0, len(examples), CHUNK)
    )


def _cues(batch: Prepared, matcher: Matcher) -> Cues:
    return matcher.match(batch.joined, batch.clause_starts, batch.text_starts, spans=False)


def _membership(outputs: Outputs) -> Ints:
    """(codes x causes): 1 where the code belongs to the cause."""
    causes = [code.partition(".")[0] for code in outputs.codes]
    return np.array([[int(cause == name) for name in outputs.causes] for cause in causes])


def _places(values: Sequence[str], names: Sequence[str]) -> Ints:
    place = {name: index for index, name in enumerate(names)}
    return np.array([place.get(value, -1) for value in values], np.int64)


def _text_codes(examples: Sequence[Example], codes: Sequence[str]) -> Bools:
    place = {code: index for index, code in enumerate(codes)}
    table = np.zeros((len(examples), len(codes)), bool)
    for row, example in enumerate(examples):
        for label in example.labels:
            if label.code in place:
                table[row, place[label.code]] = True
    return table


def _text_causes(examples: Sequence[Example], causes: Sequence[str]) -> Bools:
    table = np.zeros((len(examples), len(causes)), bool)
    for row, example in enumerate(examples):
        for label in example.labels:
            table[row, causes.index(label.code.partition(".")[0])] = True
    return table


def _clause_codes(batch: Prepared, examples: Sequence[Example], codes: Sequence[str]) -> Bools:
    place = {code: index for index, code in enumerate(codes)}
    table = np.zeros((len(batch.clause_starts), len(codes)), bool)
    spans = zip(batch.clause_starts.tolist(), batch.clause_ends.tolist(), strict=True)
    for row, ((start, end), text) in enumerate(zip(spans, batch.text_of_clause.tolist(), strict=True)):
        if end <= start or not examples[text].labels:
            continue
        low, high = batch.original_span(text, start, end)
        for label in examples[text].labels:
            shared = min(high, label.end) - max(low, label.start)
            if label.code in place and shared >= min(_SHARED, max(1, label.end - label.start)):
                table[row, place[label.code]] = True
    return table
