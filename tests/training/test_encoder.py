"""A sentence-transformers model under the classifier: from a folder, offline, running no code of it.

The model is a real one, made here with random weights: its vectors mean little, but they are vectors.
"""

from __future__ import annotations

import json
import shutil
import socket
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from textmine.classify.encoder import LENGTH, Encoder, SentenceVectors, looks_like_path, with_vectors
from textmine.classify.examples import Example
from textmine.classify.explain import explain
from textmine.classify.prepare import prepare
from textmine.classify.reader import Reader
from textmine.errors import MissingExtraError, ModelError, UsageError
from textmine.training import train_model

SIZE = 16


class Letters:
    """A small encoder without the extra: hashes of letters."""

    sha256 = "0" * 64

    def encode(self, texts: Sequence[str]) -> Any:
        rows = np.zeros((len(texts), SIZE), np.float32)
        for row, text in zip(rows, texts, strict=True):
            for letter in text:
                row[ord(letter) % SIZE] += 1
        return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1)


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory, examples: tuple[Example, ...]) -> Path:
    """Folder of a transformer of two small layers with random weights, over the letters of the corpus."""
    pytest.importorskip("sentence_transformers", reason="needs the extra: pip install 'textmine[embed]'")
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Pooling, Transformer
    from transformers import BertConfig, BertModel, BertTokenizer

    folder = tmp_path_factory.mktemp("tiny")
    letters = sorted({letter for example in examples for letter in example.text if letter.strip()})
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *letters]
    (folder / "vocab.txt").write_text("\n".join(words), "utf-8")
    torch.manual_seed(0)
    shape = BertConfig(
        vocab_size=len(words),
        hidden_size=SIZE,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=32,
    )
    BertModel(shape).save_pretrained(folder / "bert")
    BertTokenizer(str(folder / "vocab.txt")).save_pretrained(folder / "bert")
    transformer = Transformer(str(folder / "bert"), max_seq_length=64)
    SentenceTransformer(modules=[transformer, Pooling(SIZE)], device="cpu").save(str(folder / "st"))
    return folder / "st"


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("a connection was opened")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


def test_vectors_stand_after_the_cues(small_reader: Reader) -> None:
    encoder: Encoder = Letters()
    prepared = prepare(["取号等了三个小时，APP也登不上", "好"])
    cues = small_reader.matcher.match(prepared.joined, prepared.clause_starts, prepared.text_starts)
    plain = small_reader.features(prepared, cues)

    features = with_vectors(plain, prepared, encoder)

    n = plain.cue_text.shape[1]
    assert (features.cue_text[:, :n] != plain.cue_text).nnz == 0
    assert (features.cue_clause[:, :n] != plain.cue_clause).nnz == 0
    assert features.cue_clause.shape == (len(prepared.clause_starts), n + SIZE)
    lengths = np.sqrt(features.cue_text[:, n:].multiply(features.cue_text[:, n:]).sum(axis=1))
    assert np.allclose(lengths, LENGTH, rtol=1e-4)
    # The second text is one clause: the same vector.
    assert np.allclose(features.cue_text[1, n:].toarray(), features.cue_clause[-1, n:].toarray())


@pytest.mark.parametrize("place", ["/models/bge", "./bge", "../bge", "~/bge", "C:\\bge", "a/b/c", "."])
def test_what_is_spelt_like_a_path_is_one(place: str) -> None:
    assert looks_like_path(place)


@pytest.mark.parametrize("place", ["bge-small-zh", "some-org/bge-small-zh"])
def test_a_bare_name_is_none(place: str) -> None:
    assert not looks_like_path(place)


@pytest.mark.usefixtures("no_network")
def test_a_folder_that_is_not_there_is_not_looked_up(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such folder"):
        SentenceVectors.open(str(tmp_path / "absent"))


def test_a_folder_without_a_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="not a folder of a sentence-transformers model"):
        SentenceVectors.open(str(tmp_path))


@pytest.mark.parametrize("kind", ["own_code.Module", "os.path"])
def test_a_model_with_code_of_its_own_is_refused(tmp_path: Path, kind: str) -> None:
    (tmp_path / "modules.json").write_text(json.dumps([{"idx": 0, "name": "0", "path": "", "type": kind}]))

    with pytest.raises(ModelError, match="code of its own"):
        SentenceVectors.open(str(tmp_path))


def test_pickled_weights_are_refused(tmp_path: Path) -> None:
    (tmp_path / "modules.json").write_text("[]")
    (tmp_path / "pytorch_model.bin").write_bytes(b"")

    with pytest.raises(ModelError, match="pickled"):
        SentenceVectors.open(str(tmp_path))


def test_without_the_extra_the_error_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "sentence_transformers", None)
    (tmp_path / "modules.json").write_text("[]")

    with pytest.raises(MissingExtraError, match=r"pip install 'textmine\[embed\]'"):
        SentenceVectors.open(str(tmp_path))


@pytest.mark.usefixtures("no_network")
def test_a_model_with_an_encoder_reads_the_same_after_loading(
    tiny: Path, corpus: Path, banking: Path, tmp_path: Path, examples: tuple[Example, ...]
) -> None:
    from dataclasses import replace

    train_model([corpus], tmp_path / "model", banking, encoder=str(tiny))
    reader = Reader.load(model=tmp_path / "model", frame=banking)
    texts = [example.text for example in examples]

    readings = reader.read(texts)

    assert sum((r.primary or "") == (e.primary or "") for r, e in zip(readings, examples, strict=True)) > 80
    assert [reader.read([text])[0].primary for text in texts[:5]] == [r.primary for r in readings[:5]]
    # Other vectors, other scores: the encoder has a say.
    other = replace(reader, encoder=Letters()).examine(texts[:20]).scores.cause
    assert not np.allclose(other, reader.examine(texts[:20]).scores.cause, atol=1e-3)


def test_an_explanation_names_the_vector(tiny: Path, corpus: Path, banking: Path, tmp_path: Path) -> None:
    train_model([corpus], tmp_path / "model", banking, encoder=str(tiny))
    reader = Reader.load(model=tmp_path / "model", frame=banking)

    scores = explain(reader, "取号等了三个小时", most=50, least=0.0).scores

    assert any(reason.what == "sentence vector" for score in scores for reason in score.reasons)


def test_a_changed_encoder_is_noticed(tiny: Path, tmp_path: Path) -> None:
    vectors = SentenceVectors.open(str(tiny))
    vectors.save(tmp_path / "encoder")
    again = SentenceVectors.load(tmp_path / "encoder", vectors.sha256)
    texts = ["转账限额太低", "排队"]

    assert np.array_equal(again.encode(texts), vectors.encode(texts))
    assert again.encode(texts).shape == (2, SIZE)
    with (tmp_path / "encoder" / "modules.json").open("a", encoding="utf-8") as file:
        file.write(" ")
    with pytest.raises(ModelError, match="was changed"):
        SentenceVectors.load(tmp_path / "encoder", vectors.sha256)


def test_a_lost_encoder_is_noticed(
    tiny: Path, corpus: Path, banking: Path, tmp_path: Path, command: Callable[..., Any]
) -> None:
    ran = command("train", corpus, "-o", tmp_path / "m", "--frame", banking, "--encoder", tiny, "-q")
    assert ran.code == 0
    shutil.rmtree(tmp_path / "m" / "encoder")

    ran = command("explain", "排队", "--model", tmp_path / "m", "--frame", banking)

    assert ran.code == 3
    assert "the encoder is missing or was changed" in ran.err
