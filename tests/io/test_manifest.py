"""The manifest balances or is not written, and comes back as it was."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest

from textmine.errors import InputError, OutputError
from textmine.io.manifest import InputFile, Manifest, Part, RowCounts, read_manifest, write_manifest
from textmine.io.rows import Accounts

ACCOUNTS = Accounts(
    physical_lines=12,
    header_lines=1,
    blank_lines=1,
    row_lines=9,
    quarantined_lines=1,
    rows=8,
    quarantined=1,
)
MANIFEST = Manifest(
    textmine_version="0.1.0",
    inputs=(InputFile("投诉.csv", "ab" * 32, "UTF-8 12 lines", ("工单号", "内容"), ACCOUNTS),),
    rows=RowCounts(rows_in=9, rows_tagged=6, rows_abstained=1, rows_empty=1, rows_quarantined=1),
    taxonomy=Part("1.0", "cd" * 32),
    lexicons=Part("1.0", "ef" * 32),
    model=None,
    columns={"text": ("内容",), "id": "工单号", "date": None},
    options={"mask": True, "by": ("地市", "渠道")},
    seed=7,
    durations={"read": 0.5},
)


def test_a_manifest_comes_back_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "manifest.json"
    write_manifest(path, MANIFEST)
    assert read_manifest(path) == MANIFEST
    data = json.loads(path.read_text(encoding="utf-8"))
    assert data["schema"] == "textmine.manifest/1"
    assert data["rows"]["rows_in"] == 9


def test_rows_that_do_not_add_up_are_not_written(tmp_path: Path) -> None:
    wrong = dataclasses.replace(MANIFEST, rows=dataclasses.replace(MANIFEST.rows, rows_tagged=5))
    with pytest.raises(OutputError, match="do not add up: 9 rows in"):
        write_manifest(tmp_path / "manifest.json", wrong)
    assert not (tmp_path / "manifest.json").exists()


def test_lines_that_do_not_add_up_are_not_written(tmp_path: Path) -> None:
    source = dataclasses.replace(MANIFEST.inputs[0], accounts=dataclasses.replace(ACCOUNTS, blank_lines=0))
    with pytest.raises(OutputError, match=r"the lines of 投诉\.csv"):
        write_manifest(tmp_path / "manifest.json", dataclasses.replace(MANIFEST, inputs=(source,)))


@pytest.mark.parametrize("text", ["", "[]", '{"schema":"other/1"}', '{"schema":"textmine.manifest/1"}'])
def test_what_is_no_manifest_is_an_input_error(tmp_path: Path, text: str) -> None:
    path = tmp_path / "manifest.json"
    path.write_text(text)
    with pytest.raises(InputError, match=r"manifest\.json.*classify the input again"):
        read_manifest(path)


def test_a_missing_manifest_is_an_input_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="classify the input again"):
        read_manifest(tmp_path / "manifest.json")
