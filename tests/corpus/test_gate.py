"""What the gate of the corpus sees: broken lines by rule, shared wording through disguises, no more."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from textmine.frame.frame import Frame

BROKEN = [
    json.loads(line)
    for line in Path(__file__).with_name("broken.jsonl").read_text(encoding="utf-8").splitlines()
]
SENTENCE = "昨晚八点半家里的网又断了三个小时"
WELL_FORMED = {
    "text": "楼里没信号，客服也打不通",
    "causes": [
        {"code": "network_coverage.indoor", "span": "楼里没信号"},
        {"code": "waiting_time.hotline_unreachable", "span": "客服也打不通"},
    ],
    "primary": "network_coverage.indoor",
    "stance": "complaint",
    "risk": ["group"],
    "touchpoint": "network",
    "channel": "social",
}


@pytest.fixture(scope="module")
def frame() -> Frame:
    return Frame.load()


@pytest.fixture
def row(gate):
    """A row that says the given text and complains of nothing."""

    def build(text: str, *, file: str = "a.jsonl", line: int = 1):
        return gate.Row(file, line, text, (), None, "none", (), "unknown", "sms")

    return build


@pytest.mark.parametrize("case", BROKEN, ids=[f"{case['rule']}: {case['why']}" for case in BROKEN])
def test_a_broken_line_is_named_with_its_place_and_rule(gate, frame, tmp_path, case):
    line = case["line"] if isinstance(case["line"], str) else json.dumps(case["line"], ensure_ascii=False)
    path = tmp_path / "some.jsonl"
    path.write_text(json.dumps(WELL_FORMED, ensure_ascii=False) + "\n" + line + "\n", encoding="utf-8")
    rows, unreadable = gate.read_corpus(tmp_path)
    faults = (*unreadable, *gate.label_faults(rows, frame))
    assert {(fault.where, fault.rule) for fault in faults} == {("some.jsonl:2", case["rule"])}


def test_a_well_formed_line_has_no_fault(gate, frame):
    read = gate.read_line(json.dumps(WELL_FORMED), file="a.jsonl", number=7)
    assert read.where == "a.jsonl:7"
    assert gate.label_faults([read], frame) == ()


def test_a_line_separator_inside_a_text_does_not_end_the_line(gate, tmp_path):
    text = "没信号\u2028真的"
    line = json.dumps(WELL_FORMED | {"text": text, "causes": [], "primary": None}, ensure_ascii=False)
    (tmp_path / "a.jsonl").write_text(line + "\n", encoding="utf-8")
    rows, unreadable = gate.read_corpus(tmp_path)
    assert (rows[0].text, unreadable) == (text, ())


@pytest.mark.parametrize(
    "disguise",
    [
        "昨晚八点半，家里的网又断了——三个小时！",
        "昨晚 八点半\n家里的网 又断了 三个小时",
        "唉" + SENTENCE + "，烦",
    ],
)
def test_a_shared_sentence_is_seen_through_commas_blanks_and_line_breaks(gate, row, disguise):
    (fault,) = gate.twin_faults([row(SENTENCE), row(disguise, line=2)])
    assert (fault.where, fault.rule) == ("a.jsonl:2", "near-duplicate")


def test_full_width_digits_and_capitals_do_not_hide_a_shared_sentence(gate, row):
    texts = ("花了300块买的WLAN包", "花了３００块买的ｗｌａｎ包")
    assert len(gate.twin_faults([row(texts[0]), row(texts[1], line=2)])) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("@中国电信江苏宿迁沭阳客服 网断了", "@中国电信江苏宿迁沭阳客服 退钱"),
        ("一直提示您拨打的用户暂时无法接通", "您拨打的用户暂时无法接通，天天这样"),
        (SENTENCE[:11] + "甲", SENTENCE[:11] + "乙"),
        ("没有意见", "没有意见"),
        ("……", "……"),
    ],
    ids=["the same handle", "an announcement", "eleven characters", "a stock answer", "marks alone"],
)
def test_what_many_customers_write_alike_is_no_near_duplicate(gate, row, one, other):
    assert gate.twin_faults([row(one), row(other, line=2)]) == ()


def test_the_same_short_answer_twice_is_a_near_duplicate(gate, row):
    (fault,) = gate.twin_faults([row("排队等太久"), row("排队，等太久。", line=2)])
    assert fault.rule == "near-duplicate"


def test_a_pair_across_the_held_out_set_is_called_so(gate, row):
    (fault,) = gate.twin_faults([row(SENTENCE, file="heldout_a.jsonl"), row(SENTENCE, file="social.jsonl")])
    assert (fault.where, fault.rule) == ("social.jsonl:1", "held-out text seen")


def test_three_alike_texts_are_three_rows_not_a_row_and_itself(gate, row):
    faults = gate.twin_faults([row(SENTENCE, line=n) for n in (1, 2, 3)])
    assert [fault.where for fault in faults] == ["a.jsonl:2", "a.jsonl:3"]


def test_borrowed_wording_is_named_once_a_row(gate, row):
    rows = [row("今早十点才通，" + SENTENCE), row("别的事", line=2)]
    (fault,) = gate.borrowed_faults(rows, ["@某客服 " + SENTENCE])
    assert (fault.where, fault.rule) == ("a.jsonl:1", "borrowed wording")


@given(
    before=st.text(st.characters(categories=("Lo",)), max_size=20),
    shared=st.text("信号宽带话费流量营业厅排队投诉", min_size=12, max_size=20),
    after=st.text(max_size=20),
)
def test_twelve_shared_characters_are_always_found(gate, before, shared, after):
    rows = [
        gate.Row("a.jsonl", n, text, (), None, "none", (), "unknown", "sms")
        for n, text in enumerate((shared, before + shared + after.replace("@", "")), start=1)
    ]
    assert len(gate.twin_faults(rows)) == 1


def test_counts_replace_only_the_marked_block(gate):
    page = f"head\n{gate.COUNTS_BEGIN}\nold\n{gate.COUNTS_END}\ntail"
    once = gate.with_counts(page, "| new |")
    assert once == f"head\n{gate.COUNTS_BEGIN}\n\n| new |\n\n{gate.COUNTS_END}\ntail"
    assert gate.with_counts(once, "| new |") == once


def test_a_datasheet_without_marks_is_refused(gate):
    with pytest.raises(ValueError, match="around the counts"):
        gate.with_counts("head\ntail", "| new |")
