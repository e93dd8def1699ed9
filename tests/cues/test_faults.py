"""A damaged cue folder is refused with the file and the line that is wrong."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from textmine.errors import LexiconError
from textmine.frame.lexicon import Lexicon, load_lexicon

CASES = tomllib.loads((Path(__file__).parent / "faults.toml").read_text("utf-8"))["case"]

SOUND = {
    "concepts/words.toml": '["丙"]\nwords = "丙"\n',
    "patterns/service.toml": "[rude]\npatterns = '甲'\n",
    "scope.toml": '[negation]\nwords = "不"\n',
}


def load(folder: Path, changed: dict[str, str]) -> Lexicon:
    for name, text in (SOUND | changed).items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    return load_lexicon(folder, codes=["service.rude"], causes=["service"], axes={"stance": ["none"]})


def test_the_undamaged_folder_loads(tmp_path: Path) -> None:
    lexicon = load(tmp_path, {})
    assert [concept.name for concept in lexicon.concepts] == ["丙"]
    assert [cue.key for cue in lexicon.patterns] == ["cause:service.rude:甲"]


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_a_fault_names_file_and_line(case: dict[str, Any], tmp_path: Path) -> None:
    changed = {case["file"]: case["text"]}
    if case["file"] == "concepts/words.toml":
        # The file under test is read last, so that what it lacks is really nowhere.
        changed["patterns/service.toml"] = "[rude]\npatterns = '甲'\n"
    with pytest.raises(LexiconError) as caught:
        load(tmp_path, changed)
    assert str(caught.value).startswith(f"{tmp_path / case['file']}:{case['line']}: ")
    assert case["says"] in str(caught.value)


def test_an_empty_folder_says_what_it_wants(tmp_path: Path) -> None:
    with pytest.raises(LexiconError, match=r"no concepts/\*\.toml or patterns/\*\.toml here"):
        load_lexicon(tmp_path, codes=(), causes=(), axes={})


def test_a_pattern_knows_where_it_stands(tmp_path: Path) -> None:
    text = "[rude]\npatterns = '''\n# remark\n甲 > 乙   # why\n\n丙\n'''\n[_cause]\npatterns = '丁'\n"
    cues = load(tmp_path, {"patterns/service.toml": text}).patterns
    assert [(cue.target, cue.source, cue.line) for cue in cues[:2]] == [
        ("service.rude", "甲 > 乙", 4),
        ("service.rude", "丙", 6),
    ]
    assert cues[2].target == "service"


def test_the_hash_follows_the_words(tmp_path: Path) -> None:
    before = load(tmp_path, {}).sha256
    assert load(tmp_path, {}).sha256 == before
    assert load(tmp_path, {"concepts/words.toml": '["丙"]\nwords = "丙 饼"\n'}).sha256 != before
    assert load(tmp_path, {"scope.toml": '[negation]\nwords = "没"\n'}).sha256 != before
