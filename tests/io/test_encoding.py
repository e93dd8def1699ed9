"""Each line climbs the ladder by itself: mark, UTF-8, GB18030, quarantine."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from textmine.errors import InputError, UsageError
from textmine.io.encoding import BadLineError, LadderDecoder, choose_layout

from .reading import read_all

TABLE = "编号,内容\nA1,网速太慢打不开网页\nA2,营业员多收了我五十块\n"
ROWS = [("A1", "网速太慢打不开网页"), ("A2", "营业员多收了我五十块")]


def file(tmp_path: Path, data: bytes) -> Path:
    path = tmp_path / "a.csv"
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16"])
def test_common_encodings_need_no_option(tmp_path: Path, encoding: str) -> None:
    assert read_all(file(tmp_path, TABLE.encode(encoding))).values == ROWS


def test_big_endian_utf16_is_known_by_its_mark(tmp_path: Path) -> None:
    assert read_all(file(tmp_path, b"\xfe\xff" + TABLE.encode("utf-16-be"))).values == ROWS


def test_lines_of_one_file_may_differ_in_encoding(tmp_path: Path) -> None:
    header, first, second = TABLE.splitlines(keepends=True)
    data = header.encode("gb18030") + first.encode() + second.encode("gb18030")
    outcome = read_all(file(tmp_path, data))
    assert outcome.values == ROWS
    assert outcome.report == "UTF-8 1 lines, GB18030 2 lines"


def test_big5_is_read_only_when_asked_for(tmp_path: Path) -> None:
    path = file(tmp_path, "編號,內容\nA1,網速太慢\n".encode("big5"))
    assert read_all(path, encoding="big5").values == [("A1", "網速太慢")]
    assert read_all(path).values != [("A1", "網速太慢")]


def test_lone_0x80_is_the_euro_sign_and_a_trail_byte_is_not() -> None:
    decoder = LadderDecoder()
    assert decoder.decode("漫游".encode("gbk") + b"5\x80") == "漫游5€"
    assert decoder.decode(b"\x81\x80") == "亐"


def test_damaged_utf8_is_not_read_as_gb18030_nonsense(tmp_path: Path) -> None:
    data = TABLE.encode().replace("慢".encode(), "慢".encode()[:2])
    outcome = read_all(file(tmp_path, data))
    assert outcome.reasons == ["damaged_utf8"]
    assert outcome.values == ROWS[1:]


def test_short_gbk_lines_among_utf8_are_not_called_damaged() -> None:
    decoder = LadderDecoder()
    decoder.decode("网速太慢".encode())
    assert decoder.decode("电话".encode("gbk")) == "电话"


@given(st.text(alphabet=st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=8, max_size=60))
def test_utf8_text_always_comes_back(text: str) -> None:
    assert LadderDecoder().decode(text.encode()) == text


def test_bytes_of_no_encoding_and_nul_bytes_are_refused_with_a_reason() -> None:
    with pytest.raises(BadLineError, match="undecodable"):
        LadderDecoder().decode(b"abc\xff\xff")
    with pytest.raises(BadLineError, match="nul_byte"):
        LadderDecoder().decode(b"a\0b")


def test_a_lost_byte_in_utf16_costs_one_line(tmp_path: Path) -> None:
    lines = "".join(f"A{number},第{number}条说网速慢\n" for number in range(1, 9))
    data = bytearray(("编号,内容\n" + lines).encode("utf-16"))
    del data[60]
    outcome = read_all(file(tmp_path, bytes(data)))
    assert len(outcome.rows) == 7
    assert outcome.reasons == ["undecodable"]


def test_utf16_without_mark_is_an_error_that_names_the_option(tmp_path: Path) -> None:
    path = file(tmp_path, TABLE.encode("utf-16-le") * 3)
    with pytest.raises(InputError, match="--encoding utf-16-le"):
        read_all(path)
    assert read_all(path, encoding="utf-16-le").values[:2] == ROWS


def test_utf32_is_refused() -> None:
    with pytest.raises(InputError, match="UTF-32"):
        choose_layout(TABLE.encode("utf-32"), encoding=None, name="a.csv")


@pytest.mark.parametrize("encoding", ["klingon", "utf-7x", "base64", "utf-32", "cp037"])
def test_unusable_encodings_are_a_usage_error(encoding: str) -> None:
    with pytest.raises(UsageError, match=f"--encoding {encoding}"):
        choose_layout(b"a", encoding=encoding, name="a.csv")


def test_quarantine_finds_the_original_bytes(tmp_path: Path) -> None:
    data = "编号,内容\n好,的\n".encode("gb18030") + b"A2,\xff\xff\n"
    (entry,) = read_all(file(tmp_path, data)).quarantined
    assert entry.line == 3
    assert entry.byte is not None
    assert data[entry.byte :] == b"A2,\xff\xff\n"
