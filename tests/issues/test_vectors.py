"""Vectors say what a verbatim is about, are the same everywhere, and open where they are promised to open."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from textmine.errors import ModelError
from textmine.issues.cluster import dense_groups
from textmine.issues.embed import WordVectors, train_vectors
from textmine.issues.matter import MatterReader
from textmine.issues.vectors_file import vector_files


def _alike(vectors: WordVectors, reader: MatterReader, a: str, b: str) -> float:
    x, y = vectors.encode(reader.read([a, b]))
    return float(x @ y)


def test_channel_boilerplate_does_not_count(vectors: WordVectors, matter_reader: MatterReader) -> None:
    bare = "锦澜湾基站拆除无信号"

    assert _alike(vectors, matter_reader, bare, f"用户来电反映{bare}，请核实处理。联系电话13900000000") > 0.95


def test_the_same_matter_is_nearer_than_another(vectors: WordVectors, matter_reader: MatterReader) -> None:
    same = _alike(vectors, matter_reader, "宽带断网三天没人来修", "家里宽带上不了网，报修没人上门")
    other = _alike(vectors, matter_reader, "宽带断网三天没人来修", "营业厅排队两个小时")

    assert same > other + 0.05


def test_words_never_seen_still_join(vectors: WordVectors, matter_reader: MatterReader) -> None:
    same = _alike(vectors, matter_reader, "锟斤拷套件坏了", "锟斤拷套件发货慢")

    assert same > _alike(vectors, matter_reader, "锟斤拷套件坏了", "烫烫烫组合发货慢") + 0.2


def test_places_and_products_are_recognised(matter_reader: MatterReader) -> None:
    matter = matter_reader.read(["我住锦澜花园，音乐会员扣了12元"])[0]

    assert (matter.places, matter.products, matter.amounts) == (("锦澜花园",), ("音乐会员",), ("12",))


@pytest.mark.parametrize(
    ("said", "place"),
    [
        ("住在李家坳信号差", "李家坳"),
        ("大王庄一停电就断网", "大王庄"),
        ("王家桥路口没信号", "王家桥"),
        ("我家村口没信号", None),
        ("在家楼下小区没网", None),
        ("你们平台客服不理人", None),
    ],
)
def test_a_family_name_makes_a_village(matter_reader: MatterReader, said: str, place: str | None) -> None:
    assert matter_reader.read([said])[0].places == ((place,) if place else ())


def test_training_does_not_depend_on_order(matter_reader: MatterReader, root: Path) -> None:
    lines = (root / "data_samples" / "corpus" / "survey.jsonl").read_text("utf-8").splitlines()[:300]
    matters = matter_reader.read([json.loads(line)["text"] for line in lines])
    one, other = train_vectors(matters), train_vectors(matters[::-1])

    assert one.sha256 == other.sha256


def test_a_changed_file_is_refused(tmp_path: Path, vectors: WordVectors) -> None:
    for name, data in vector_files(vectors.words, vectors.vectors, vectors.weights, about={}).items():
        (tmp_path / name).write_bytes(data)
    assert WordVectors.load(tmp_path).sha256 == vectors.sha256
    (tmp_path / "tokenizer.json").write_text("{}")

    with pytest.raises(ModelError, match="changed or damaged"):
        WordVectors.load(tmp_path)


def test_the_tokenizer_fits_the_vectors(root: Path) -> None:
    from safetensors.numpy import load_file

    folder = root / "models" / "vectors"
    vocabulary = json.loads((folder / "tokenizer.json").read_text("utf-8"))["model"]["vocab"]

    assert len(vocabulary) == len(load_file(folder / "model.safetensors")["embedding.weight"])
    assert sorted(vocabulary.values()) == list(range(len(vocabulary)))


def test_dense_groups_are_found_and_noise_is_left() -> None:
    draw = np.random.default_rng(0)
    middles = np.eye(64, dtype=np.float32)[:3]
    near = [m + 0.02 * draw.standard_normal((8, 64)) for m in middles]
    rows = np.vstack([*near, draw.standard_normal((6, 64))]).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    groups = dense_groups(rows)

    for block in (range(8), range(8, 16), range(16, 24)):
        assert sum(set(block) <= set(group) for group in groups) == 1
    assert len(groups) == 3


def test_an_hdbscan_without_the_tree_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "hdbscan._hdbscan_tree", None)
    with pytest.raises(ModelError, match="this version of hdbscan cannot cluster issues"):
        dense_groups(np.eye(8, dtype=np.float32))


def test_the_installed_hdbscan_gives_the_tree_that_is_read() -> None:
    from textmine.issues.cluster import _tree_functions

    label, condense_tree = _tree_functions()
    tree = condense_tree(label(np.array([[0.0, 1.0, 0.1], [2.0, 3.0, 0.2], [1.0, 2.0, 0.9]])), 2)

    assert set(tree.dtype.names) == {"parent", "child", "lambda_val", "child_size"}
    assert sorted(tree["child"][tree["child_size"] > 1].tolist()) == [5, 6]


@pytest.mark.parametrize("handle", ["@客服小助手 ", "@移动助手：", "@张三 @中国电信客服 ", "@某地联通官微 "])
def test_a_handle_leaves_no_word_behind(handle: str, matter_reader: MatterReader) -> None:
    plain = "锦源花园基站拆了没信号"
    assert matter_reader.read([f"{handle}{plain}"]) == matter_reader.read([plain])
