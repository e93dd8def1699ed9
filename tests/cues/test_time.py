"""Long and hostile texts take time in proportion to their length. Bounds (of processor time) are wide: they
catch explosions."""

from __future__ import annotations

import time

import pytest

from textmine.classify.prepare import Prepared, prepare
from textmine.classify.reader import load_frame_and_cues
from textmine.frame.matcher import Matcher

from .engine import match, with_patterns

SIZE = 100_000

HOSTILE = {
    "one clause full of pairs": "信号弱师傅慢",
    "a clause per hit": "信号弱，",
    "numbers without end": "3小时5天",
    "negators without end": "不没不是",
    "nothing that is a word": "春江花月夜",
    "first windows that never find the second": "师傅，等，",
}
LINES = (
    "{信号} > {弱}",
    "{弱} > {信号} > {慢}",
    "{信号} >2 {弱} >2 {师傅}",
    "{信号} <>3 {弱} <>3 {信号}",
    "{信号} {弱} {慢} {师傅}",
    "{师傅} ; {师傅} ; {没来}",
    "{师傅} ;; {等} > {师傅}",
    "{信号} ;; {弱} > {弱} > {扣钱}",
    "{弱} !{扣钱} !!{没来}",
    "{时长} > {时长}",
)


def long_text(unit: str, size: int) -> Prepared:
    return prepare([unit * (size // len(unit))])


@pytest.mark.parametrize("unit", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hundred_thousand_characters_take_seconds_at_most(unit: str) -> None:
    matcher = Matcher.of(with_patterns([line.replace("{等}", "等") for line in LINES]))
    prepared = long_text(unit, SIZE)
    started = time.process_time()
    match(matcher, prepared)
    assert time.process_time() - started < 10


def test_the_packaged_lexicon_too() -> None:
    matcher = Matcher.of(load_frame_and_cues()[1])
    sentence = "家里信号特别弱打客服等了半个小时没人接还多扣了我39块钱说好的套餐也不给取消"
    for unit in (sentence, sentence + "，"):
        prepared = long_text(unit, SIZE // 4)
        started = time.process_time()
        match(matcher, prepared)
        assert time.process_time() - started < 15
