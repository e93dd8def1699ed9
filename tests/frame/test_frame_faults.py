"""A damaged code frame is refused with the file and the line that is wrong."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from textmine.errors import LexiconError
from textmine.frame.frame import Frame
from textmine.resources import lexicon_path

DATA = Path(__file__).parent / "data"
SMALL = (DATA / "small.toml").read_text("utf-8")
CASES = tomllib.loads((DATA / "faults.toml").read_text("utf-8"))["case"]


def load_text(folder: Path, text: str) -> Frame:
    path = folder / "frame.toml"
    path.write_text(text, "utf-8")
    return Frame.load(path)


def test_the_undamaged_frame_loads(tmp_path: Path) -> None:
    assert load_text(tmp_path, SMALL).codes == ("service.rude", "service.broken", "rest")


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_a_fault_names_file_and_line(case: dict[str, Any], tmp_path: Path) -> None:
    text = SMALL
    for old, new in [(case["old"], case["new"]), *([case["also"]] if "also" in case else [])]:
        assert text.count(old) == 1
        text = text.replace(old, new)
    with pytest.raises(LexiconError) as caught:
        load_text(tmp_path, text)
    assert str(caught.value).startswith(f"{tmp_path / 'frame.toml'}:{case['line']}: ")
    assert case["says"] in str(caught.value)


def test_a_file_that_is_not_there_says_so(tmp_path: Path) -> None:
    with pytest.raises(LexiconError, match=r"nowhere\.toml: cannot be read: No such file"):
        Frame.load(tmp_path / "nowhere.toml")


def test_a_file_in_another_encoding_names_the_line(tmp_path: Path) -> None:
    path = tmp_path / "frame.toml"
    path.write_bytes(SMALL.encode("gb18030"))
    with pytest.raises(LexiconError, match=r"frame.toml:4: not UTF-8"):
        Frame.load(path)


def test_an_empty_file_is_not_a_frame(tmp_path: Path) -> None:
    with pytest.raises(LexiconError, match=r"frame.toml:1: no \[\[cause\]\]"):
        load_text(tmp_path, "")


@pytest.mark.parametrize(("start", "end"), [("\ufeff", "\n"), ("", "\r\n")], ids=["byte-order mark", "CRLF"])
def test_files_saved_by_windows_editors_load(start: str, end: str, tmp_path: Path) -> None:
    path = tmp_path / "frame.toml"
    path.write_bytes((start + SMALL.replace("\n", end)).encode())
    assert len(Frame.load(path).codes) == 3


PACKAGED = lexicon_path("taxonomy.toml").read_text("utf-8").split("\n")
REQUIRED = [n for n, line in enumerate(PACKAGED) if line.startswith(("code =", "zh =", "en =", "branch ="))]


@given(st.sampled_from(REQUIRED))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_required_line_left_out_is_reported_at_its_table(tmp_path: Path, left_out: int) -> None:
    header = max(n for n in range(left_out) if PACKAGED[n].startswith("[["))
    with pytest.raises(LexiconError, match="is missing") as caught:
        load_text(tmp_path, "\n".join(PACKAGED[:left_out] + PACKAGED[left_out + 1 :]))
    assert caught.value.line == header + 1
