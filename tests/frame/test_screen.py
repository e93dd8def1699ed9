"""The screen lets every text through in which some pattern holds, and keeps out those without its words."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from textmine.classify.prepare import prepare
from textmine.classify.reader import load_frame_and_cues
from textmine.frame.lexicon import Lexicon, load_lexicon
from textmine.frame.matcher import Matcher
from textmine.frame.screen import Needs, Screen


@pytest.fixture(scope="module")
def lexicon(banking: Path) -> Lexicon:
    return load_frame_and_cues(banking)[1].of_axis("risk")


@pytest.fixture(scope="module")
def words(lexicon: Lexicon) -> list[str]:
    """What risk patterns look for, and marks and words that stand between."""
    concepts = [word for concept in lexicon.concepts for word in concept.words]
    return [*concepts, *"不没再就要如果，。 \n", "媒体", "银行"]


@given(data=st.data())
@settings(max_examples=100, deadline=None)
def test_a_text_in_which_a_pattern_holds_passes(
    lexicon: Lexicon, words: list[str], data: st.DataObject
) -> None:
    text = st.lists(st.sampled_from(words), max_size=6).map("".join)
    prepared = prepare(data.draw(st.lists(text, min_size=1, max_size=5)))
    passed = Screen(Needs.of(lexicon)).may_hold([item.text for item in prepared.normalized])
    cues = Matcher.of(lexicon).match(
        prepared.joined, prepared.clause_starts, prepared.text_starts, spans=False
    )
    assert passed[prepared.text_of_clause[cues.clause]].all()


def test_texts_without_the_words_of_a_pattern_are_kept_out(lexicon: Lexicon, words: list[str]) -> None:
    passed = Screen(Needs.of(lexicon)).may_hold(["排队太久", "", words[0] * 2, "柜台态度差"])
    assert not passed[[0, 1, 3]].any()


def test_every_element_of_a_pattern_is_asked_for(tmp_path: Path) -> None:
    folder = tmp_path / "cues"
    (folder / "patterns").mkdir(parents=True)
    (folder / "patterns" / "_risk.toml").write_text(
        '["media"]\npatterns = """\n找 > 记者|报社 ; 曝光\n"""\n', "utf-8"
    )
    lexicon = load_lexicon(folder, codes=(), causes=(), axes={"risk": ["media"]})
    passed = Screen(Needs.of(lexicon)).may_hold(
        ["找记者曝光", "曝光,报社找", "找记者", "记者曝光", "找", "曝光记者"]
    )
    assert passed.tolist() == [True, True, False, False, False, False]
