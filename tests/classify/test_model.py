"""A model's folder: what was saved comes back, what was changed is refused, nothing in it can run."""

from __future__ import annotations

import ast
import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest

import textmine.classify
from textmine.classify.model import Outputs, load_model, save_model
from textmine.classify.reader import Reader, load_frame_and_cues
from textmine.classify.train import Trained
from textmine.errors import ModelError, OutputError

from .conftest import Bank


@pytest.fixture
def folder(trained: Trained, tmp_path: Path) -> Path:
    save_model(trained.model, tmp_path / "model")
    return tmp_path / "model"


def test_what_was_saved_comes_back(bank: Bank, reader: Reader, folder: Path, tmp_path: Path) -> None:
    loaded = load_model(folder, bank.frame, bank.lexicon)
    assert loaded.sha256 == reader.model.sha256
    assert loaded.version == loaded.sha256[:12]
    assert loaded.thresholds == reader.model.thresholds
    assert Reader.assemble(bank.frame, bank.lexicon, loaded).read(bank.texts) == reader.read(bank.texts)
    save_model(loaded, tmp_path / "again")
    for path in folder.iterdir():
        assert path.read_bytes() == (tmp_path / "again" / path.name).read_bytes()


def test_a_folder_holds_text_and_tensors_only(folder: Path) -> None:
    assert sorted(path.name for path in folder.iterdir()) == ["model.json", "weights.safetensors"]
    json.loads((folder / "model.json").read_text("utf-8"))
    size = int.from_bytes((folder / "weights.safetensors").read_bytes()[:8], "little")
    header = json.loads((folder / "weights.safetensors").read_bytes()[8 : 8 + size])
    assert {"cue", "gram", "bias", "gram_bucket", "gram_idf"} <= set(header)


def test_nothing_here_can_load_code() -> None:
    for path in sorted(Path(textmine.classify.__path__[0]).glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not {"pickle", "joblib", "marshal", "dill", "shelve"} & set(names), path.name
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                assert node.func.id not in ("eval", "exec", "compile"), path.name


def test_changed_weights_are_refused(bank: Bank, folder: Path) -> None:
    path = folder / "weights.safetensors"
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    with pytest.raises(
        ModelError, match=r"weights\.safetensors: changed since training .*restore it or train"
    ):
        load_model(folder, bank.frame, bank.lexicon)


def test_another_lexicon_is_refused(bank: Bank, folder: Path) -> None:
    other = dataclasses.replace(bank.lexicon, sha256="0" * 64)
    with pytest.raises(ModelError, match=r"trained with another cue lexicon .*run `textmine train`"):
        load_model(folder, bank.frame, other)


def test_another_frame_is_refused(folder: Path) -> None:
    with pytest.raises(ModelError, match=r"trained with another code frame .*run `textmine train`"):
        load_model(folder, *load_frame_and_cues())


def test_another_format_is_refused(bank: Bank, folder: Path) -> None:
    path = folder / "model.json"
    path.write_text(path.read_text("utf-8").replace("textmine.model/", "textmine.model/0"), "utf-8")
    with pytest.raises(ModelError, match=r"format 'textmine\.model/0\d+' is not .*train it anew"):
        load_model(folder, bank.frame, bank.lexicon)


def test_a_folder_that_is_none_is_refused(bank: Bank, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="not a model folder"):
        load_model(tmp_path, bank.frame, bank.lexicon)


def test_a_damaged_card_is_refused(bank: Bank, folder: Path) -> None:
    (folder / "model.json").write_text("{", "utf-8")
    with pytest.raises(ModelError, match=r"model\.json: damaged"):
        load_model(folder, bank.frame, bank.lexicon)


@pytest.mark.parametrize(
    "missing", ["files", "frame_sha256", "lexicon_sha256", "outputs", "thresholds", "about"]
)
def test_a_card_that_lacks_something_is_refused(bank: Bank, folder: Path, missing: str) -> None:
    path = folder / "model.json"
    card = json.loads(path.read_text("utf-8"))
    del card[missing]
    path.write_text(json.dumps(card), "utf-8")
    with pytest.raises(ModelError, match=r"model\.json"):
        load_model(folder, bank.frame, bank.lexicon)


def test_a_name_that_is_no_model_lists_those_there_are() -> None:
    with pytest.raises(ModelError, match=r"no model named 'telekom' is installed; there are: .*telecom"):
        Reader.load(model="telekom")


def test_a_folder_that_cannot_be_written_says_so(trained: Trained, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    with pytest.raises(OutputError, match="the model cannot be written"):
        save_model(trained.model, tmp_path / "file")


def test_columns_of_the_outputs_lie_side_by_side(bank: Bank) -> None:
    outputs = Outputs.of(bank.frame)
    places = [outputs.columns(name) for name in ("causes", "codes", "stances", "touchpoints")]
    assert [place.start for place in places] == [0, *(place.stop for place in places[:-1])]
    assert places[-1].stop == outputs.size
    with pytest.raises(KeyError):
        outputs.columns("moods")


def test_weights_read_alike_before_and_after_they_are_stored(trained: Trained) -> None:
    for name in ("cue", "gram"):
        weights = getattr(trained.model.weights, name)
        assert (weights == weights.astype(np.float16).astype(np.float32)).all()
