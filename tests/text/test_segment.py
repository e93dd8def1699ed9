"""Two segmenters, one segmentation: the fast one must read like the reference."""

from __future__ import annotations

import json
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

from textmine.errors import LexiconError, UsageError
from textmine.resources import lexicon_path
from textmine.text.normalize import normalize, normalize_word
from textmine.text.segment import (
    FastSegmenter,
    JiebaSegmenter,
    UserWord,
    read_words,
    segmenter,
    tokens_with_offsets,
)

CORPUS = Path(__file__).parents[2] / "data_samples" / "corpus"


@pytest.fixture(scope="module")
def fast() -> FastSegmenter:
    return FastSegmenter.load()


@pytest.fixture(scope="module")
def reference() -> JiebaSegmenter:
    return JiebaSegmenter.load()


def corpus_texts() -> Iterator[str]:
    for path in sorted(CORPUS.glob("*.jsonl")):
        for line in path.read_text("utf-8").splitlines():
            yield normalize(json.loads(line)["text"]).text


def test_fast_and_reference_agree_on_999_of_1000_texts(
    fast: FastSegmenter, reference: JiebaSegmenter
) -> None:
    texts = list(corpus_texts())
    agreed = sum(fast.tokens(text) == reference.tokens(text) for text in texts)
    assert len(texts) > 5_000
    assert agreed / len(texts) >= 0.999


@pytest.mark.parametrize(
    "text",
    [
        "1.8g流量",
        "5g-a网络",
        "用wi-fi上网",
        "170-210元",
        "2016.8.3号",
        "cmcc-edu连不上",
        "50%都不到",
        "a_b+c#d&e",
    ],
)
def test_ascii_is_cut_as_the_reference_cuts_it(
    text: str, fast: FastSegmenter, reference: JiebaSegmenter
) -> None:
    assert fast.tokens(text) == reference.tokens(text)


def test_every_listed_word_is_one_token_to_both(fast: FastSegmenter, reference: JiebaSegmenter) -> None:
    words = [entry.word for entry in read_words(lexicon_path("segment.txt"))]
    assert len(words) >= 1_000
    assert [word for word in words if fast.tokens(word) != [word] or reference.tokens(word) != [word]] == []


def test_words_stay_whole_in_a_sentence(fast: FastSegmenter) -> None:
    tokens = fast.tokens("办了大王卡后被停机保号,携号转网又说在合约期,fttr也没装")
    assert {"大王卡", "停机保号", "携号转网", "合约期", "fttr"} <= set(tokens)


@pytest.mark.parametrize("text", ["", " ", "坏了\ud800怎么办", "a\nb", "😡不行", "\x00", "𠮷野家"])
def test_tokens_joined_are_the_text(text: str, fast: FastSegmenter, reference: JiebaSegmenter) -> None:
    assert "".join(fast.tokens(text)) == text
    assert "".join(reference.tokens(text)) == text


def test_offsets_point_at_the_tokens(fast: FastSegmenter) -> None:
    text = "宽带断了,1.8g流量也用完了"
    assert all(text[token.start : token.end] == token.text for token in tokens_with_offsets(fast, text))


def test_the_reference_leaves_the_shared_cache_alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        JiebaSegmenter(()).tokens("我来试试")
    assert list(tmp_path.iterdir()) == []


def test_segmenters_do_not_share_words() -> None:
    own = FastSegmenter((UserWord("悦动畅游包", 500, "nz"),))
    assert own.tokens("悦动畅游包") == ["悦动畅游包"]
    assert FastSegmenter(()).tokens("悦动畅游包") != ["悦动畅游包"]
    assert JiebaSegmenter((UserWord("悦动畅游包", 500, "nz"),)).tokens("悦动畅游包") == ["悦动畅游包"]
    assert JiebaSegmenter(()).tokens("悦动畅游包") != ["悦动畅游包"]


def test_an_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(UsageError, match="no segmenter named 'thulac'; there are: fast, jieba"):
        segmenter("thulac")


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("大王卡", "words.txt:2: write: word frequency tag"),
        ("大王卡 many nz", "words.txt:2: write: word frequency tag"),
        ("大王卡 0 nz", "words.txt:2: write: word frequency tag"),
        ("Wi-Fi 100 n", "words.txt:2: write Wi-Fi as wi-fi"),
        ("流量 100 n", "words.txt:2: 流量 stands here twice"),
    ],
)
def test_a_wrong_line_is_named(line: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / "words.txt"
    path.write_text(f"流量 100 n\n{line}\n", "utf-8")
    with pytest.raises(LexiconError, match=message):
        read_words(path)


def test_stopwords_are_spelled_as_texts_and_stand_once() -> None:
    lines = lexicon_path("stopwords.txt").read_text("utf-8").splitlines()
    words = [line for line in lines if line and not line.startswith("#")]
    assert len(words) >= 400
    assert [word for word in words if normalize_word(word) != word] == []
    assert len(set(words)) == len(words)
    assert not {"信号", "流量", "宽带", "慢", "贵"} & set(words)
