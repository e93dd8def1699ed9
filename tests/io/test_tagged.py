"""The tagged outputs say the same in every format, and carry the input unchanged."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pyarrow.parquet
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from textmine.errors import OutputError
from textmine.io.cells import unescape
from textmine.io.rows import Quarantined, Row
from textmine.io.tagged import TM_COLUMNS, CausesLong, QuarantineJsonl, TaggedChunk, TaggedCsv, TagsJsonl
from textmine.io.tagged_tables import TaggedParquet, TaggedXlsx
from textmine.records import Reading, Tag

COLUMNS = ("工单号", "内容", "地市")
NAMES = {"fee.wrong": "扣费有误", "net": "网络"}
TEXT = "上网太慢，电话13800138000多扣了钱"
TAGGED = Reading(
    tags=(Tag("fee.wrong", 0.93456, 5, 20), Tag("net", 0.5, 0, 4)),
    primary="fee.wrong",
    stance="complaint",
    touchpoints=("billing", "hotline"),
    risk=("churn",),
    score=0.93456,
)
ROWS = [
    Row(1, 2, ("00123", TEXT, "江州")),
    Row(3, 5, ("=2+5", "", "云\n阳")),
    Row(4, 6, ("440312345678901234567", "嗯", "")),
]
IDS = tuple(row.values[0] for row in ROWS)
READINGS = (TAGGED, Reading(status="empty"), Reading(status="abstained"))


def mask(text: str) -> str:
    return text.replace("13800138000", "138******00")


@pytest.fixture
def chunk() -> TaggedChunk:
    return TaggedChunk.of(ROWS, IDS, [TEXT, "", "嗯"], READINGS, mask=mask)


def csv_rows(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


EXPECTED_TM = [
    "fee.wrong", "fee.wrong;net", "扣费有误", "complaint", "billing;hotline", "churn", "0.9346",
    "电话138******00多扣 | 上网太慢", "tagged",
]  # fmt: skip


def test_tagged_csv_has_the_input_and_then_the_tags(tmp_path: Path, chunk: TaggedChunk) -> None:
    path = tmp_path / "tagged.csv"
    with TaggedCsv(path, COLUMNS, names=NAMES) as writer:
        writer.write(chunk)
    header, first, second, third = csv_rows(path)
    assert header == [*COLUMNS, *TM_COLUMNS]
    assert first == ["00123", TEXT, "江州", *EXPECTED_TM]
    assert second == ["'=2+5", "", "云\n阳", "", "", "", "none", "", "", "", "", "empty"]
    assert [unescape(cell) for cell in third][:3] == list(ROWS[2].values)
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")


def test_input_columns_named_like_ours_are_renamed(tmp_path: Path) -> None:
    with TaggedCsv(tmp_path / "a.csv", ("tm_stance", "内容"), names={}) as writer:
        writer.write(TaggedChunk.of((), (), (), ()))
    assert csv_rows(tmp_path / "a.csv")[0][:2] == ["in_tm_stance", "内容"]


def test_tags_jsonl_follows_its_schema(tmp_path: Path, chunk: TaggedChunk) -> None:
    path = tmp_path / "tags.jsonl"
    with TagsJsonl(path, model_version="m1", taxonomy_version="t2") as writer:
        writer.write(chunk)
    first, second, third = map(json.loads, path.read_text(encoding="utf-8").splitlines())
    assert first == {
        "schema": "textmine.tags/1",
        "row": 1,
        "id": "00123",
        "status": "tagged",
        "causes": [
            {
                "code": "fee.wrong", "cause": "fee", "subcause": "wrong", "score": 0.9346,
                "start": 5, "end": 20, "evidence": "电话138******00多扣",
            },
            {
                "code": "net", "cause": "net", "subcause": None, "score": 0.5,
                "start": 0, "end": 4, "evidence": "上网太慢",
            },
        ],
        "primary": "fee.wrong",
        "stance": "complaint",
        "touchpoints": ["billing", "hotline"],
        "risk": ["churn"],
        "model_version": "m1",
        "taxonomy_version": "t2",
    }  # fmt: skip
    assert (second["row"], second["status"], second["causes"], second["primary"]) == (3, "empty", [], None)
    assert third["status"] == "abstained"


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1), st.text(st.characters(codec="utf-8")))
def test_any_text_survives_json_and_csv(tmp_path: Path, text: str, id: str) -> None:
    reading = Reading(tags=(Tag("net", 1.0, 0, len(text)),), primary="net")
    piece = TaggedChunk.of([Row(1, 1, (id, text))], [id], [text], [reading])
    with TagsJsonl(tmp_path / "a.jsonl", model_version="", taxonomy_version="") as tags:
        tags.write(piece)
    with TaggedCsv(tmp_path / "a.csv", ("id", "text"), names={}) as table:
        table.write(piece)
    found = json.loads((tmp_path / "a.jsonl").read_bytes())
    assert (found["id"], found["causes"][0]["evidence"]) == (id, text)
    assert [unescape(cell) for cell in csv_rows(tmp_path / "a.csv")[1]][:2] == [id, text]


def test_causes_long_has_a_line_a_cause_with_carried_columns(tmp_path: Path, chunk: TaggedChunk) -> None:
    path = tmp_path / "causes_long.csv"
    with CausesLong(path, COLUMNS, names=NAMES, carry=(2,)) as writer:
        writer.write(chunk)
    header, first, second = csv_rows(path)
    assert header[:5] == ["row", "id", "地市", "code", "cause"]
    assert first == [
        "1", "00123", "江州", "fee.wrong", "fee", "wrong", "扣费有误", "0.9346", "1", "complaint", "5", "20",
        "电话138******00多扣",
    ]  # fmt: skip
    assert second[3:9] == ["net", "net", "", "网络", "0.5", "0"]


def test_quarantine_is_masked_and_explained(tmp_path: Path) -> None:
    path = tmp_path / "quarantine.jsonl"
    entry = Quarantined(7, "a.csv", 9, 120, "too_few_cells", '半条 13800138000 "')
    with QuarantineJsonl(path, mask=mask) as writer:
        writer.write([entry, Quarantined(None, "b.xlsx", 3, None, "formula_without_value", "")])
    first, second = map(json.loads, path.read_text(encoding="utf-8").splitlines())
    assert first == {
        "file": "a.csv", "row": 7, "line": 9, "byte": 120, "reason": "too_few_cells",
        "reason_zh": "单元格少于表头", "reason_en": "fewer cells than the header has",
        "raw": '半条 138******00 "',
    }  # fmt: skip
    assert (second["row"], second["byte"]) == (None, None)


def test_xlsx_cells_are_strings(tmp_path: Path, chunk: TaggedChunk) -> None:
    path = tmp_path / "tagged.xlsx"
    with TaggedXlsx(path, COLUMNS, names=NAMES) as writer:
        writer.write(chunk)
    sheet = openpyxl.load_workbook(path)["tagged"]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert rows[1] == ["00123", TEXT, "江州", *EXPECTED_TM]
    assert (sheet["A3"].value, sheet["A3"].data_type) == ("=2+5", "s")
    assert sheet["A4"].value == "440312345678901234567"


def test_xlsx_goes_on_in_another_sheet_and_counts_cut_cells(
    tmp_path: Path, chunk: TaggedChunk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("textmine.io.tagged_tables.SHEET_ROWS", 3)
    monkeypatch.setattr("textmine.io.tagged_tables.CELL_CHARS", 21)
    with TaggedXlsx(tmp_path / "a.xlsx", COLUMNS, names=NAMES) as writer:
        writer.write(chunk)
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    assert [book[name].max_row for name in book.sheetnames] == [3, 2]
    assert writer.cut_cells == 2


def test_parquet_is_unescaped_and_its_score_a_number(tmp_path: Path, chunk: TaggedChunk) -> None:
    path = tmp_path / "tagged.parquet"
    with TaggedParquet(path, COLUMNS, names=NAMES) as writer:
        writer.write(chunk)
        writer.write(TaggedChunk.of((), (), (), ()))
    table = pyarrow.parquet.read_table(path).to_pydict()
    assert table["工单号"] == list(IDS)
    assert table["tm_score"] == [0.9346, None, None]
    assert table["tm_evidence"][0] == EXPECTED_TM[7]


WRITERS: list[Callable[[Path], TaggedCsv | TagsJsonl | TaggedXlsx | TaggedParquet]] = [
    lambda path: TaggedCsv(path, COLUMNS, names=NAMES),
    lambda path: TagsJsonl(path, model_version="m", taxonomy_version="t"),
    lambda path: TaggedXlsx(path, COLUMNS, names=NAMES),
    lambda path: TaggedParquet(path, COLUMNS, names=NAMES),
]


@pytest.mark.parametrize("make", WRITERS)
def test_an_error_midway_leaves_no_file(
    tmp_path: Path, chunk: TaggedChunk, make: Callable[[Path], TaggedCsv]
) -> None:
    def write_and_fail() -> None:
        with make(tmp_path / "a.out") as writer:
            writer.write(chunk)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        write_and_fail()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("make", WRITERS)
def test_the_same_chunks_give_the_same_bytes(
    tmp_path: Path, chunk: TaggedChunk, make: Callable[[Path], TaggedCsv]
) -> None:
    for name in ("a", "b"):
        with make(tmp_path / name) as writer:
            writer.write(chunk)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


@pytest.mark.parametrize("make", WRITERS)
def test_an_unwritable_place_is_an_output_error(tmp_path: Path, make: Callable[[Path], TaggedCsv]) -> None:
    with pytest.raises(OutputError, match=r"a\.out"):
        make(tmp_path / "missing" / "a.out")


def test_unequal_parts_are_refused() -> None:
    with pytest.raises(ValueError, match="shorter"):
        TaggedChunk.of(ROWS, IDS, ["一"], READINGS)
