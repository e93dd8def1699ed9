"""The packaged frame holds every code of version 1, named, defined and placed."""

from __future__ import annotations

import subprocess
import sys
import time
import tomllib
from pathlib import Path

import pytest

from textmine.frame.frame import Frame, check_file
from textmine.resources import lexicon_path

CODES = [
    line.split("\t")
    for line in (Path(__file__).parent / "data" / "codes_v1.tsv").read_text("utf-8").splitlines()[1:]
]
FRAME = Frame.load()


def test_all_79_codes_of_version_1_are_there_in_order() -> None:
    assert len(CODES) == 79
    assert FRAME.codes == tuple(code for code, _, _ in CODES)
    assert FRAME.version == "1"


@pytest.mark.parametrize(("code", "zh", "branch"), CODES)
def test_a_code_has_its_names_definitions_and_branches(code: str, zh: str, branch: str) -> None:
    entry = FRAME.entry(code)
    assert FRAME.zh(code) == zh
    assert FRAME.en(code).isascii()
    assert FRAME.en(code)
    assert entry.definition_zh.endswith("。")
    assert entry.definition_en.endswith(".")
    assert (FRAME.branch(code, "5m1e") or "") == branch
    if branch:
        assert FRAME.branch(code, "service") in {entry.code for entry in FRAME.branches("service")}


def test_the_five_headline_causes_are_marked() -> None:
    assert [FRAME.zh(code) for code in FRAME.headline] == [
        "等候时间",
        "服务态度",
        "资费透明",
        "网络覆盖",
        "不知情订购",
    ]


def test_the_open_cause_stands_last() -> None:
    assert FRAME.open_cause == FRAME.causes[-1] == "other"
    assert len(FRAME.causes) == 19


def test_both_presets_name_six_branches() -> None:
    assert "".join(branch.zh for branch in FRAME.branches("5m1e")) == "人机料法环测"
    assert [branch.zh for branch in FRAME.branches("service")] == [
        "人员",
        "流程",
        "系统",
        "政策",
        "环境",
        "信息",
    ]


def test_the_other_axes_are_complete() -> None:
    assert len(FRAME.axes["touchpoint"]) == 13
    assert FRAME.axes["risk"] == ("regulator", "media", "legal", "churn", "group", "repeat", "vulnerable")
    assert set(FRAME.axes["stance"]) == {"complaint", "praise", "inquiry", "none"}


def test_every_boundary_rule_is_bilingual_and_speaks_of_codes_there_are() -> None:
    assert len(FRAME.rules) >= 28
    for rule in FRAME.rules:
        assert rule.zh
        assert rule.en
        assert all(code in FRAME for code in rule.codes)


def test_a_code_named_in_the_text_of_a_rule_is_among_its_codes() -> None:
    full = [code for code in FRAME.codes if "." in code]
    for rule in FRAME.rules:
        for code in full:
            assert code not in rule.en or code in rule.codes
            assert code not in rule.zh or code in rule.codes


def test_nothing_is_doubtful_in_the_packaged_frame() -> None:
    assert check_file() == ()


def test_loading_costs_little_more_than_parsing() -> None:
    text = lexicon_path("taxonomy.toml").read_text("utf-8")

    def best(action: object) -> float:
        times = []
        for _ in range(5):
            start = time.process_time()
            action()  # type: ignore[operator]
            times.append(time.process_time() - start)
        return min(times)

    assert best(Frame.load) < 3 * best(lambda: tomllib.loads(text))


def test_loading_imports_nothing_heavy() -> None:
    code = (
        "import sys; from textmine.frame.frame import Frame; Frame.load();"
        "print(*{'numpy', 'pandas', 'jieba', 'sklearn', 'difflib'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
