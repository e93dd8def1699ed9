"""An issue is called what a person would call it: the place, the product, and what sets it apart."""

from __future__ import annotations

from textmine.issues.matter import Matter, MatterReader
from textmine.issues.name import issue_label, issue_terms

CLOUD = (
    "账单里冒出个云手机，十九块九，我连云手机是啥都不晓得",
    "云手机体验完了自动收费，给我退",
    "谁给我开的云手机？体验版到期不提醒就扣",
    "云手机的试用到期了照样扣费，手机上也关不掉",
)


def _read(reader: MatterReader, texts: tuple[str, ...]) -> list[Matter]:
    return reader.read(texts)


def test_a_phrase_names_what_its_words_do_not(matter_reader: MatterReader) -> None:
    matters = _read(matter_reader, CLOUD)
    background = {"手机": 800, "体验": 60, "到期": 90, "扣费": 300}
    terms = issue_terms(matters, CLOUD, background, 1000)

    assert terms[0] == "云手机"
    assert "云手机" in issue_label(matters, CLOUD, terms, taken=frozenset())


def test_neighbours_that_texts_do_not_write_together_are_no_phrase(matter_reader: MatterReader) -> None:
    texts = ("基站的信号不好", "基站那边信号差得很", "基站一拆信号全无")
    terms = issue_terms(_read(matter_reader, texts), texts, {}, 1000)

    assert "基站" in terms
    assert "基站信号" not in terms


def test_a_group_without_a_common_word_still_has_a_name(matter_reader: MatterReader) -> None:
    texts = ("机柜整夜轰鸣", "风扇吵得老人失眠")
    matters = _read(matter_reader, texts)
    label = issue_label(matters, texts, issue_terms(matters, texts, {}, 1000), taken=frozenset())

    assert label != "未命名"
    assert any(word in label for word in ("机柜", "风扇", "轰鸣", "失眠"))
