"""Workbooks: what a user sees in the sheet is what comes out, and a hostile file harms nothing."""

from __future__ import annotations

import datetime
import zipfile
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter

from textmine.errors import InputError, UsageError
from textmine.io import workbook
from textmine.io.sources import open_source

from .reading import Outcome, read_all


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """A title, a header below a blank row and beside a blank column, and every kind of cell."""
    path = tmp_path / "投诉.xlsx"
    made = openpyxl.Workbook()
    sheet = made.active
    assert sheet is not None
    sheet.title = "三月"
    sheet["B2"] = "三月投诉明细"
    sheet.merge_cells("B2:F2")
    table = [
        ("工单号", "内容", "时间", "地市", "评分"),
        ("00123", "网速慢", datetime.datetime(2025, 3, 1, 9, 30), "江州", 5),
        ("440312345678901234567", "掉线", datetime.datetime(2025, 3, 2), None, 4.5),
        (123456789012345, "态度好", datetime.date(2025, 3, 3), None, True),
        ("K4", "=A1&B1", datetime.date(2025, 3, 4), "临海", 1),
        (None, None, None, None, None),
        ("K5", "最后一条", datetime.time(8, 5), "临海", "#N/A"),
    ]
    for row, cells in enumerate(table, start=4):
        for column, cell in enumerate(cells, start=2):
            sheet.cell(row, column, cell)
    sheet.merge_cells("E5:E7")
    made.create_sheet("空表")
    made.save(path)
    return path


def test_cells_come_out_as_people_see_them(book: Path) -> None:
    outcome = read_all(book)
    assert outcome.columns == ("工单号", "内容", "时间", "地市", "评分")
    assert outcome.values == [
        ("00123", "网速慢", "2025-03-01 09:30:00", "江州", "5"),
        ("440312345678901234567", "掉线", "2025-03-02", "江州", "4.5"),
        ("123456789012345", "态度好", "2025-03-03", "江州", "TRUE"),
        ("K5", "最后一条", "08:05:00", "临海", "#N/A"),
    ]


def test_a_formula_without_saved_result_quarantines_its_row(book: Path) -> None:
    (entry,) = read_all(book).quarantined
    assert (entry.reason, entry.line, entry.byte) == ("formula_without_value", 8, None)
    assert entry.raw.startswith("K4\t\t")


def test_sheet_rows_are_accounted_for(book: Path) -> None:
    accounts = read_all(book).accounts
    assert accounts is not None
    assert accounts.balanced
    assert (accounts.physical_lines, accounts.header_lines, accounts.blank_lines) == (10, 2, 3)


def test_a_formula_with_saved_result_gives_the_result(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as made:
        sheet = made.add_worksheet()
        sheet.write_row(0, 0, ["编号", "内容"])
        sheet.write_formula(1, 0, "=1+1", None, 2)
        sheet.write_string(1, 1, "=不是公式")
    assert read_all(path).values == [("2", "=不是公式")]


def test_sheets_are_chosen_by_name(book: Path) -> None:
    assert read_all(book, sheet="三月").report == "XLSX sheet 三月"
    with pytest.raises(UsageError, match="did you mean '三月'"):
        read_all(book, sheet="三月份")
    with pytest.raises(InputError, match="no visible sheet with data"):
        read_all(book, sheet="空表")


def test_one_cell_far_away_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "far.xlsx"
    made = openpyxl.Workbook()
    assert made.active is not None
    made.active["A1"] = "内容"
    made.active["XFD1048576"] = "远"
    made.save(path)
    with pytest.raises(InputError, match=r"far\.xlsx: the sheet is too large"):
        read_all(path)


def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", b" " * (40 << 20))
    with pytest.raises(InputError, match="zip bomb"):
        read_all(path)


def test_the_memory_limit_holds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "wide.xlsx"
    with xlsxwriter.Workbook(path) as made:
        made.add_worksheet().write_column(0, 0, ["内容", "slot"])
    with zipfile.ZipFile(path) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    parts["xl/sharedStrings.xml"] = parts["xl/sharedStrings.xml"].replace(b"slot", b"a" * (30 << 20))
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name, data in parts.items():
            new.writestr(name, data)
    assert len(read_all(path).values[0][0]) == 30 << 20
    monkeypatch.setattr(workbook, "MEMORY_LIMIT_MIB", 20)
    with pytest.raises(InputError, match=r"wide\.xlsx: .*(the reader stopped|too large)"):
        read_all(path)


def test_other_zips_and_damaged_books_are_refused_by_name(tmp_path: Path, book: Path) -> None:
    other = tmp_path / "other.xlsx"
    with zipfile.ZipFile(other, "w") as archive:
        archive.writestr("a.txt", "a")
    with pytest.raises(InputError, match=r"no \.xlsx workbook"):
        read_all(other)
    book.write_bytes(book.read_bytes()[:-200])
    with pytest.raises(InputError, match="damaged"):
        read_all(book)


def test_closing_early_stops_the_child(tmp_path: Path) -> None:
    path = tmp_path / "long.xlsx"
    with xlsxwriter.Workbook(path) as made:
        sheet = made.add_worksheet()
        for row in range(3000):
            sheet.write_row(row, 0, ["编号" if row == 0 else f"K{row}", "内容" * 20])
    with open_source(path) as source:
        next(source.chunks(10))
        process = source._reader._process._child
    assert process.returncode is not None


def test_a_workbook_without_header_gets_generated_names(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as made:
        sheet = made.add_worksheet()
        for row in range(3):
            sheet.write_row(row, 0, [f"KF0000000{row}", "网速慢"])
    outcome: Outcome = read_all(path)
    assert outcome.columns == ("col1", "col2")
    assert len(outcome.rows) == 3
