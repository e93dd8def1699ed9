"""One door for every format: judged by content, hashed while read, refused with advice."""

from __future__ import annotations

import datetime
import gzip
import hashlib
import io
import sys
from pathlib import Path

import pyarrow
import pyarrow.parquet
import pytest

from textmine.errors import InputError, UsageError
from textmine.io.sources import Chunk, Row, open_source

from .reading import read_all

TABLE = "编号,内容\n1,慢\n2,卡\n3,贵\n"


def file(tmp_path: Path, data: bytes, name: str = "a.csv") -> Path:
    path = tmp_path / name
    path.write_bytes(data)
    return path


def test_the_hash_is_of_the_bytes_read(tmp_path: Path) -> None:
    data = TABLE.encode("gb18030")
    assert read_all(file(tmp_path, data)).sha256 == hashlib.sha256(data).hexdigest()


def test_the_hash_is_not_given_before_the_end(tmp_path: Path) -> None:
    with (
        open_source(file(tmp_path, TABLE.encode() * 50_000)) as source,
        pytest.raises(UsageError, match="hash"),
    ):
        _ = source.sha256


def test_chunks_have_the_size_asked_for_and_keep_order(tmp_path: Path) -> None:
    with open_source(file(tmp_path, (TABLE + "坏\n").encode())) as source:
        chunks = list(source.chunks(3))
    assert [(len(chunk.rows), len(chunk.quarantined)) for chunk in chunks] == [(3, 0), (0, 1)]
    assert chunks[0].rows[0] == Row(1, 2, ("1", "慢"))
    assert chunks[1].quarantined[0].number == 4


def test_a_sample_is_delivered_again_by_chunks(tmp_path: Path) -> None:
    with open_source(file(tmp_path, TABLE.encode())) as source:
        sample = source.sample(2)
        (chunk,) = source.chunks(100)
    assert chunk == Chunk(rows=(*sample, Row(3, 4, ("3", "贵"))), quarantined=())


def test_chunk_size_does_not_change_what_is_read(tmp_path: Path) -> None:
    path = file(tmp_path, (TABLE + '4,"x\n5,好\n').encode())
    assert read_all(path, size=1) == read_all(path, size=1000)


@pytest.mark.parametrize("text", [TABLE, '{"编号":"1","内容":"慢"}\n{"编号":"2","内容":"卡"}\n'])
def test_standard_input_is_sniffed(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
    with open_source("-") as source:
        rows = [row for chunk in source.chunks(10) for row in chunk.rows]
    assert source.columns == ("编号", "内容")
    assert rows[0].values == ("1", "慢")


def test_a_misnamed_workbook_is_read_as_what_it_is(tmp_path: Path) -> None:
    table = pyarrow.table({"编号": ["1"], "内容": ["慢"]})
    path = tmp_path / "really.csv"
    pyarrow.parquet.write_table(table, path)
    assert read_all(path).values == [("1", "慢")]


@pytest.mark.parametrize(
    ("name", "data", "advice"),
    [
        ("a.csv", b"", "is empty"),
        ("a.csv", gzip.compress(b"a"), "unpack it"),
        ("a.xls", b"\xd0\xcf\x11\xe0" + b"\0" * 50, "save it as .xlsx"),
        ("a.xls", b"<html><table>", "web page"),
        ("a.xlsx", b"a,b\n1,2\n", "named like a workbook"),
        ("a.parquet", b"a,b\n1,2\n", "named like a Parquet"),
        ("a.parquet", b"PAR1 nonsense", "no Parquet file"),
        ("a.pdf", b"%PDF-1.7", "PDF"),
    ],
)
def test_what_cannot_be_read_is_refused_with_name_and_advice(
    tmp_path: Path, name: str, data: bytes, advice: str
) -> None:
    with pytest.raises(InputError, match=advice) as caught:
        read_all(file(tmp_path, data, name))
    assert name in str(caught.value)


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"nope\.csv: cannot be opened"):
        open_source(tmp_path / "nope.csv")
    with pytest.raises(InputError, match="cannot be opened"):
        open_source(tmp_path)


def test_a_sheet_of_a_text_file_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="--sheet is for workbooks"):
        open_source(file(tmp_path, TABLE.encode()), sheet="三月")


def test_parquet_values_become_text_and_bad_text_is_quarantined(tmp_path: Path) -> None:
    table = pyarrow.table(
        {
            "编号": ["001", None, "003"],
            "n": [1, None, 3],
            "时间": [datetime.datetime(2025, 3, 1, 9, 30)] * 3,
            "内容": [b"ok", b"\xff\xfe", "慢".encode()],
        }
    )
    path = tmp_path / "a.parquet"
    pyarrow.parquet.write_table(table, path, row_group_size=2)
    outcome = read_all(path)
    assert outcome.values == [
        ("001", "1", "2025-03-01 09:30:00", "ok"),
        ("003", "3", "2025-03-01 09:30:00", "慢"),
    ]
    assert outcome.reasons == ["undecodable"]
    assert outcome.accounts is not None
    assert outcome.accounts.balanced
    assert outcome.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
