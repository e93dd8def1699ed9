"""A classified folder read back: columns and cells as they were in the input, rows found by their number."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from textmine.errors import InputError
from textmine.io.folder import ClassifiedFolder
from textmine.io.manifest import InputFile, Manifest, Part, RowCounts, write_manifest
from textmine.io.rows import Accounts, Row
from textmine.io.tagged import TaggedChunk, TaggedCsv, TagsJsonl
from textmine.records import Reading, Tag

COLUMNS = ("编号", "=内容", "-增减", "'引号", "tm_risk")
VALUES = [
    ("1", "上网慢\n太慢", "-3", "'x", "=1+1"),
    ("3", "没有", "+5", "", ""),
    ("4", "慢" * 9, "0", "", ""),
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    rows = [Row(int(values[0]), 2, values) for values in VALUES]
    readings = [Reading(tags=(Tag("net", 0.9, 0, 3),), primary="net", stance="complaint"), *[Reading()] * 2]
    chunk = TaggedChunk.of(rows, [v[0] for v in VALUES], [v[1] for v in VALUES], readings)
    with (
        TaggedCsv(tmp_path / "tagged.csv", COLUMNS, names={}) as table,
        TagsJsonl(tmp_path / "tags.jsonl", model_version="0", taxonomy_version="0") as tags,
    ):
        table.write(chunk)
        tags.write(chunk)
    part = Part("0", "0")
    accounts = Accounts(5, 1, 0, 4, 0, 3, 0)
    write_manifest(
        tmp_path / "manifest.json",
        Manifest(
            textmine_version="0",
            inputs=(InputFile("in.csv", "0", "UTF-8", COLUMNS, accounts),),
            rows=RowCounts(3, 3, 0, 0, 0),
            taxonomy=part,
            lexicons=part,
            model=part,
            columns={"text": ("=内容",), "id": "编号", "date": None, "by": ("tm_risk",)},
            options={},
            seed=0,
        ),
    )
    return tmp_path


def test_names_of_columns_come_back_as_the_input_has_them(folder: Path) -> None:
    results = ClassifiedFolder.open(folder)

    assert results.columns == ("编号", "=内容", "-增减", "'引号", "in_tm_risk")
    assert results.kept(results.manifest.columns["text"]) == ("=内容",)
    assert results.kept(results.manifest.columns["by"]) == ("in_tm_risk",)
    assert results.kept(None) == ()


def test_cells_come_back_as_the_input_has_them(folder: Path) -> None:
    (rows,) = ClassifiedFolder.open(folder).chunks(10)

    assert [row.values for row in rows] == VALUES


def test_rows_are_found_by_number_and_say_the_same_as_in_order(folder: Path) -> None:
    results = ClassifiedFolder.open(folder)
    (rows,) = results.chunks(10)

    assert results.rows([4, 1, 2]) == {1: rows[0], 4: rows[2]}
    assert results.rows([]) == {}


def test_rows_with_a_cell_of_any_length_are_found(folder: Path) -> None:
    text = (folder / "tagged.csv").read_text("utf-8-sig").replace("慢" * 9, "慢" * 200_000)
    (folder / "tagged.csv").write_text(text, "utf-8-sig", newline="")

    assert len(ClassifiedFolder.open(folder).rows([4])[4].values[1]) == 200_000


def test_a_damaged_line_is_refused(folder: Path) -> None:
    lines = (folder / "tags.jsonl").read_text("utf-8").splitlines()
    (folder / "tags.jsonl").write_text("\n".join([lines[0][:40], *lines[1:]]) + "\n", "utf-8")

    with pytest.raises(InputError, match=r"tags\.jsonl: does not fit"):
        ClassifiedFolder.open(folder).rows([1])
    assert json.loads(lines[1])["row"] == 3
