"""A damaged file: every line is tagged or quarantined, and what was quarantined can be found again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from textmine.io.reasons import REASONS

Command = Callable[..., Any]


@pytest.fixture
def messy(command: Command, samples: Path, small: tuple[str, ...], tmp_path: Path) -> Path:
    done = command("classify", samples / "messy.csv", "-o", tmp_path, "--no-mask", "-q", *small)
    assert (done.code, done.out, done.err) == (1, "", "")
    return tmp_path


def test_the_accounts_of_a_damaged_file_add_up(messy: Path, folders: Any) -> None:
    manifest = folders.one_object(messy / "manifest.json")
    rows, (file,) = manifest["rows"], manifest["inputs"]
    accounts = file["accounts"]

    assert rows["rows_in"] == sum(n for name, n in rows.items() if name != "rows_in")
    assert accounts["physical_lines"] == sum(
        accounts[name] for name in ("header_lines", "blank_lines", "row_lines", "quarantined_lines")
    )
    assert accounts["rows"] == len(folders.objects(messy / "tags.jsonl"))
    assert accounts["quarantined"] == len(folders.objects(messy / "quarantine.jsonl"))


def test_every_line_of_a_damaged_file_is_counted(messy: Path, samples: Path, folders: Any) -> None:
    data = (samples / "messy.csv").read_bytes()
    (file,) = folders.one_object(messy / "manifest.json")["inputs"]

    assert file["accounts"]["physical_lines"] == data.count(b"\n") + (not data.endswith(b"\n"))


def test_row_numbers_are_shared_out_between_tags_and_quarantine(messy: Path, folders: Any) -> None:
    tagged = [tag["row"] for tag in folders.objects(messy / "tags.jsonl")]
    quarantined = [entry["row"] for entry in folders.objects(messy / "quarantine.jsonl")]

    assert sorted(tagged + quarantined) == list(range(1, len(tagged) + len(quarantined) + 1))


def test_a_quarantined_record_is_found_by_its_byte(messy: Path, samples: Path, folders: Any) -> None:
    data = (samples / "messy.csv").read_bytes()
    entries = folders.objects(messy / "quarantine.jsonl")

    assert entries
    for entry in entries:
        assert entry["file"].endswith("messy.csv")
        assert entry["reason"] in REASONS
        assert entry["reason_zh"] == REASONS[entry["reason"]].zh
        assert data[: entry["byte"]].count(b"\n") == entry["line"] - 1
        head = entry["raw"][:10].encode("ascii", "ignore")
        assert data[entry["byte"] :].startswith(head)


def test_healthy_lines_between_damaged_ones_are_read_in_both_encodings(messy: Path, folders: Any) -> None:
    rows = {row["工单号"]: row for row in folders.table(messy / "tagged.csv")}

    assert rows["001202609070000010001"]["投诉内容"] == "网速慢，晚上更慢"
    assert rows["001202609070000020002"]["渠道"] == "营业厅"


def test_a_clean_file_has_nothing_quarantined(classified: Path) -> None:
    assert (classified / "quarantine.jsonl").read_bytes() == b""


def test_quarantined_lines_are_masked_by_default(
    command: Command, small: tuple[str, ...], tmp_path: Path, folders: Any
) -> None:
    file = tmp_path / "in.csv"
    file.write_text("id,text,score\n1,排队久,3\n2,打13800138000没人接\n3,手续费,1\n", encoding="utf-8")

    command("classify", file, "-o", tmp_path / "out", "-q", *small)

    (entry,) = folders.objects(tmp_path / "out" / "quarantine.jsonl")
    assert (entry["line"], entry["raw"]) == (3, "2,打138******00没人接")
