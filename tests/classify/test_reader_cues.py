"""Cues kept compiled read like cues compiled now, and are used only where they belong."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load

from textmine.classify import reader as reading
from textmine.classify.model import CARD, CUES, save_model
from textmine.classify.reader import Reader, load_frame_and_cues
from textmine.classify.reader_cues import ReaderCues
from textmine.classify.train import Trained
from textmine.errors import LexiconError, ModelError
from textmine.frame.cues import Lexicon
from textmine.resources import model_path

from .conftest import Bank


@pytest.fixture
def folder(bank: Bank, trained: Trained, tmp_path: Path) -> Path:
    save_model(trained.model, tmp_path / "model", cues=ReaderCues.of(bank.lexicon))
    return tmp_path / "model"


@pytest.fixture
def frame(banking: Path, tmp_path: Path) -> Path:
    """A copy of the code frame with its cues, to be changed."""
    (tmp_path / "frame").mkdir()
    shutil.copytree(banking.parent / "cues", tmp_path / "frame" / "cues")
    return Path(shutil.copy(banking, tmp_path / "frame"))


def refuse(*_: object) -> Lexicon:
    raise AssertionError("the lexicon was compiled anew")


def test_reading_with_stored_cues_compiles_nothing_and_reads_the_same(
    bank: Bank, reader: Reader, folder: Path, frame: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "load_cues", refuse)
    assert Reader.load(model=folder, frame=frame).read(bank.texts) == reader.read(bank.texts)


def test_without_stored_cues_the_lexicon_is_compiled(
    bank: Bank, reader: Reader, trained: Trained, frame: Path, tmp_path: Path
) -> None:
    save_model(trained.model, tmp_path / "bare")
    assert not (tmp_path / "bare" / CUES).exists()
    assert Reader.load(model=tmp_path / "bare", frame=frame).read(bank.texts) == reader.read(bank.texts)


def test_cues_of_another_version_are_compiled_anew(
    bank: Bank, reader: Reader, trained: Trained, frame: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as earlier:
        earlier.setattr("textmine.classify.reader_cues.FORMAT", "textmine.cues/0")
        save_model(trained.model, tmp_path / "old", cues=ReaderCues.of(bank.lexicon))
    assert Reader.load(model=tmp_path / "old", frame=frame).read(bank.texts) == reader.read(bank.texts)


def test_a_changed_lexicon_is_read_and_then_refused(folder: Path, frame: Path) -> None:
    path = min((frame.parent / "cues" / "patterns").iterdir())
    path.write_text(path.read_text("utf-8") + "\n# changed\n", "utf-8")
    with pytest.raises(ModelError, match="another cue lexicon"):
        Reader.load(model=folder, frame=frame)
    path.write_text("[", "utf-8")
    with pytest.raises(LexiconError, match="not valid TOML"):
        Reader.load(model=folder, frame=frame)


def test_damaged_cues_are_refused(folder: Path, frame: Path) -> None:
    data = bytearray((folder / CUES).read_bytes())
    data[-1] ^= 1
    (folder / CUES).write_bytes(data)
    with pytest.raises(ModelError, match=r"cues\.safetensors: changed since training"):
        Reader.load(model=folder, frame=frame)
    (folder / CUES).unlink()
    with pytest.raises(ModelError, match=r"cues\.safetensors: cannot be read"):
        Reader.load(model=folder, frame=frame)


def test_the_packaged_cues_are_those_of_the_packaged_lexicon() -> None:
    _, lexicon = load_frame_and_cues()
    folder = model_path("telecom")
    compiled = ReaderCues.of(lexicon).to_tensors()
    assert CUES in json.loads((folder / CARD).read_text("utf-8"))["files"]
    stored = load((folder / CUES).read_bytes())
    assert set(stored) == set(compiled)
    assert all(np.array_equal(stored[name], compiled[name]) for name in stored)
