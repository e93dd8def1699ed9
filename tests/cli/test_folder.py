"""The folder that `classify` writes: every file, field and sum that others rely on."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Command = Callable[..., Any]

TM_COLUMNS = [
    "tm_primary", "tm_causes", "tm_primary_zh", "tm_stance", "tm_touchpoints", "tm_risk", "tm_score",
    "tm_evidence", "tm_status",
]  # fmt: skip
FILES = {
    "tagged.csv", "tags.jsonl", "causes_long.csv", "pareto.csv", "pareto_by.csv", "fishbone.json",
    "fishbone.mmd", "fishbone_parent_child.csv", "fishbone_code_count.csv", "counts.json", "quarantine.jsonl",
    "manifest.json",
}  # fmt: skip


@pytest.fixture(scope="module")
def complaints(samples: Path, folders: Any) -> list[dict[str, str]]:
    rows: list[dict[str, str]] = folders.table(samples / "complaints.csv")
    return rows


@pytest.fixture(scope="module")
def tags(classified: Path, folders: Any) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = folders.objects(classified / "tags.jsonl")
    return rows


def test_the_folder_holds_these_files_and_no_others(classified: Path) -> None:
    assert {path.name for path in classified.iterdir()} == FILES


def test_tagged_csv_keeps_every_row_and_cell_and_adds_its_columns(
    classified: Path, complaints: list[dict[str, str]], folders: Any
) -> None:
    tagged = folders.table(classified / "tagged.csv")

    assert folders.header(classified / "tagged.csv") == [*complaints[0], *TM_COLUMNS]
    own = [{name: row[name] for name in complaints[0]} for row in tagged]
    for row, original in zip(own, complaints, strict=True):
        assert {k: v.removeprefix("'") for k, v in row.items()} == {
            k: v.removeprefix("'") for k, v in original.items()
        }
    assert tagged[0]["工单号"] == "001202608030855190001"


def test_no_cell_of_a_csv_file_starts_a_formula(classified: Path) -> None:
    for path in classified.glob("*.csv"):
        cells = [cell for row in csv.reader(io.StringIO(path.read_text("utf-8-sig"))) for cell in row]
        assert [cell for cell in cells if re.match(r"[=+@]|-\D", cell)] == []


def test_tagged_csv_and_tags_jsonl_say_the_same(
    classified: Path, tags: list[dict[str, Any]], folders: Any
) -> None:
    for row, tag in zip(folders.table(classified / "tagged.csv"), tags, strict=True):
        assert row["tm_causes"] == ";".join(cause["code"] for cause in tag["causes"])
        assert row["tm_primary"] == (tag["primary"] or "")
        assert row["tm_stance"] == tag["stance"]
        assert row["tm_touchpoints"] == ";".join(tag["touchpoints"])
        assert row["tm_risk"] == ";".join(tag["risk"])
        assert row["tm_status"] == tag["status"]


def test_tags_jsonl_has_the_fields_of_its_schema(
    tags: list[dict[str, Any]], complaints: list[dict[str, str]]
) -> None:
    assert [tag["row"] for tag in tags] == list(range(1, len(complaints) + 1))
    assert [tag["id"] for tag in tags] == [row["工单号"] for row in complaints]
    for tag in tags:
        assert tag["schema"] == "textmine.tags/1"
        assert tag["status"] in ("tagged", "abstained", "empty")
        assert tag["stance"] in ("complaint", "praise", "inquiry", "none")
        codes = [cause["code"] for cause in tag["causes"]]
        assert tag["primary"] in (codes or [None])
        for cause in tag["causes"]:
            assert cause["code"] == ".".join(filter(None, (cause["cause"], cause["subcause"])))
            assert 0 <= cause["score"] <= 1


def test_evidence_is_what_stands_at_its_offsets(
    tags: list[dict[str, Any]], complaints: list[dict[str, str]]
) -> None:
    causes = [
        (cause, row["投诉内容"]) for tag, row in zip(tags, complaints, strict=True) for cause in tag["causes"]
    ]

    assert causes
    for cause, text in causes:
        assert cause["evidence"] == text[cause["start"] : cause["end"]] != ""


def test_names_under_a_chinese_heading_are_chinese_whatever_the_language(
    classified: Path, folders: Any
) -> None:
    names = [row["tm_primary_zh"] for row in folders.table(classified / "tagged.csv")]
    names += [row["name_zh"] for row in folders.table(classified / "causes_long.csv")]

    assert any(names)
    assert [name for name in names if name and not re.search("[\u4e00-\u9fff]", name)] == []


def test_causes_long_has_a_line_for_every_cause(
    classified: Path, tags: list[dict[str, Any]], complaints: list[dict[str, str]], folders: Any
) -> None:
    lines = folders.table(classified / "causes_long.csv")

    assert [(int(line["row"]), line["code"]) for line in lines] == [
        (tag["row"], cause["code"]) for tag in tags for cause in tag["causes"]
    ]
    assert sum(line["is_primary"] == "1" for line in lines) == sum(tag["primary"] is not None for tag in tags)
    for line in lines:
        original = complaints[int(line["row"]) - 1]
        assert (line["地市"], line["受理时间"]) == (original["地市"], original["受理时间"])


def test_pareto_counts_rows_per_cause(classified: Path, tags: list[dict[str, Any]], folders: Any) -> None:
    rows = folders.table(classified / "pareto.csv")
    causes = [row for row in rows if row["level"] == "cause"]
    counted = Counter(code for tag in tags for code in {cause["cause"] for cause in tag["causes"]})
    shares = [float(row["share"]) for row in causes]

    assert {row["code"]: int(row["n"]) for row in causes if row["n"] != "0"} == counted
    assert {row["code"]: int(row["n"]) for row in rows if row["level"] == "subcause"} == Counter(
        code for tag in tags for code in {cause["code"] for cause in tag["causes"]}
    )
    assert sum(shares) == pytest.approx(1, abs=1e-4)
    for place, row in enumerate(causes):
        assert float(row["cumulative_share"]) == pytest.approx(sum(shares[: place + 1]), abs=1e-4)
        if place:
            limit = float(row["cumulative_share"])
            assert row["class"] == ("A" if limit <= 0.8 else "B" if limit <= 0.95 else "C")


def test_counts_are_corrected_and_the_manifest_says_by_what(classified: Path, folders: Any) -> None:
    correction = folders.one_object(classified / "manifest.json")["correction"]
    assert (correction["method"], correction["reason"]) == ("adjusted counts", None)
    assert correction["held_out_rows"] > 0
    assert folders.one_object(classified / "counts.json")["counted"]["correction"] == correction

    corrected = [row for row in folders.table(classified / "pareto.csv") if row["n_corrected"]]
    assert {row["level"] for row in corrected} == {"cause", "subcause"}
    for row in corrected:
        assert float(row["n_low"]) <= float(row["n_corrected"]) <= float(row["n_high"])
    # 420 rows in three cities: only what has 200 rows is corrected.
    sizes = Counter(row["地市"] for row in folders.table(classified / "tagged.csv"))
    blocks = {row["value"] for row in folders.table(classified / "pareto_by.csv") if row["n_corrected"]}
    assert blocks == {value for value, n in sizes.items() if n >= correction["min_group_rows"]}


@pytest.mark.parametrize(
    ("change", "reason"),
    [("no rates", "no error rates"), ("min precision", "other thresholds")],
)
def test_without_fitting_error_rates_the_columns_are_empty_and_it_is_said(
    command: Command, samples: Path, small: tuple[str, ...], tmp_path: Path, folders: Any, change: str,
    reason: str,
) -> None:  # fmt: skip
    model = tmp_path / "model"
    shutil.copytree(small[1], model)
    if change == "no rates":
        (model / "error_rates.json").unlink()
    more = ("--min-precision", "0.8") if change == "min precision" else ()

    out = tmp_path / "out"
    done = command("classify", samples / "complaints.csv", "-o", out, "--model", model, *small[2:], *more)

    assert {row["n_corrected"] for row in folders.table(out / "pareto.csv")} == {""}
    assert folders.one_object(out / "manifest.json")["correction"]["reason"] == reason
    assert "Counts are not corrected: " in done.err


def test_no_counts_of_earlier_groups_stay(
    command: Command, samples: Path, small: tuple[str, ...], tmp_path: Path
) -> None:
    run = ("classify", samples / "complaints.csv", "-o", tmp_path, "-q", *small)
    assert command(*run, "--by", "地市").code == 0
    assert command("count", tmp_path, "--roll-up", "地市,营业厅", "-q").code == 0
    assert (tmp_path / "pareto_by.csv").exists()
    assert (tmp_path / "roll_up.csv").exists()

    assert command(*run).code == 0

    assert not (tmp_path / "pareto_by.csv").exists()
    assert not (tmp_path / "roll_up.csv").exists()


def test_headline_causes_are_present_even_at_zero(
    command: Command, small: tuple[str, ...], tmp_path: Path, folders: Any
) -> None:
    happy = tmp_path / "happy.csv"
    happy.write_text("id,text\n1,服务很好谢谢\n2,很满意\n", encoding="utf-8")

    assert command("classify", happy, "-o", tmp_path / "out", "-q", *small).code == 0

    rows = folders.table(tmp_path / "out" / "pareto.csv")
    assert {row["code"] for row in rows} >= {"branch_wait", "account_limit", "charges_interest"}
    assert {row["class"] for row in rows} == {"C"}
    assert not (tmp_path / "out" / "pareto_by.csv").exists()


def test_the_fishbone_is_the_same_in_four_forms(classified: Path, folders: Any) -> None:
    nested = folders.one_object(classified / "fishbone.json")
    edges = folders.table(classified / "fishbone_parent_child.csv")
    drawing = (classified / "fishbone.mmd").read_text("utf-8").splitlines()

    def bones(bone: dict[str, Any]) -> list[dict[str, Any]]:
        return [bone, *(b for child in bone.get("children", []) for b in bones(child))]

    assert nested["kind"] == "problem"
    assert drawing[0] == "ishikawa-beta"
    assert [line.strip() for line in drawing[1:]] == [f"{bone['name']} {bone['n']}" for bone in bones(nested)]
    assert [int(edge["n"]) for edge in edges] == [bone["n"] for bone in bones(nested)]
    leaves = {bone["code"]: bone for bone in bones(nested) if bone["kind"] == "subcause"}
    table = folders.table(classified / "fishbone_code_count.csv")
    assert {row["code"]: (row["label"], int(row["count"])) for row in table} == {
        code: (leaf["name"], leaf["n"]) for code, leaf in leaves.items()
    }
    for bone in bones(nested):
        assert bone["n"] == sum(child["n"] for child in bone.get("children", [bone]))


def test_the_manifest_accounts_for_every_row(
    classified: Path, tags: list[dict[str, Any]], folders: Any
) -> None:
    manifest = folders.one_object(classified / "manifest.json")
    rows = manifest["rows"]
    status = Counter(tag["status"] for tag in tags)

    assert manifest["schema"] == "textmine.manifest/1"
    assert rows == {
        "rows_in": 420,
        "rows_tagged": status["tagged"],
        "rows_abstained": status["abstained"],
        "rows_empty": status["empty"],
        "rows_quarantined": 0,
    }
    assert status.total() == 420
    assert manifest["columns"] == {
        "text": ["投诉内容"],
        "id": "工单号",
        "date": "受理时间",
        "by": ["地市"],
    }
    for part in ("taxonomy", "lexicons", "model"):
        assert re.fullmatch("[0-9a-f]{64}", manifest[part]["sha256"])


def _as_jsonl(path: Path, rows: list[dict[str, str]]) -> None:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")


def _as_parquet(path: Path, rows: list[dict[str, str]]) -> None:
    pyarrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    parquet.write_table(pyarrow.Table.from_pylist(rows), path)


def _as_utf16_tsv(path: Path, rows: list[dict[str, str]]) -> None:
    with path.open("w", encoding="utf-16", newline="") as file:
        writer = csv.DictWriter(file, rows[0], delimiter="\t")
        writer.writeheader()
        writer.writerows(rows)


TWINS: dict[str, Callable[[Path, list[dict[str, str]]], None]] = {
    "complaints.jsonl": _as_jsonl,
    "complaints.parquet": _as_parquet,
    "complaints.tsv": _as_utf16_tsv,
}


@pytest.mark.parametrize("name", ["complaints_gb18030.csv", "complaints.xlsx", *TWINS])
def test_every_twin_of_a_file_gets_the_same_tags(
    command: Command,
    samples: Path,
    small: tuple[str, ...],
    tmp_path: Path,
    classified: Path,
    complaints: list[dict[str, str]],
    name: str,
) -> None:
    path = samples / name
    if name in TWINS:
        path = tmp_path / name
        TWINS[name](path, complaints)

    done = command("classify", path, "-o", tmp_path / "out", "--no-mask", "-q", *small)

    assert (done.code, done.err) == (0, "")
    assert _tags(tmp_path / "out") == _tags(classified)


def test_standard_input_gets_the_same_tags(
    process: Command, samples: Path, small: tuple[str, ...], tmp_path: Path, classified: Path
) -> None:
    with (samples / "complaints_gb18030.csv").open("rb") as file:
        done = process("classify", "-", "--no-mask", "-q", *small, stdin=file, cwd=tmp_path)

    assert (done.code, done.err) == (0, "")
    assert _tags(tmp_path / "stdin.textmine") == _tags(classified)


def test_two_files_are_numbered_as_one(
    command: Command, samples: Path, small: tuple[str, ...], tmp_path: Path, folders: Any
) -> None:
    file = samples / "survey.csv"

    assert command("classify", file, file, "-o", tmp_path, "-q", *small).code == 0

    tags = folders.objects(tmp_path / "tags.jsonl")
    assert [tag["row"] for tag in tags] == list(range(1, 401))
    assert [tag["causes"] for tag in tags[:200]] == [tag["causes"] for tag in tags[200:]]
    assert folders.one_object(tmp_path / "manifest.json")["rows"]["rows_in"] == 400


def test_tables_are_written_as_workbook_and_parquet_on_demand(
    command: Command, samples: Path, small: tuple[str, ...], tmp_path: Path, folders: Any
) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    openpyxl = pytest.importorskip("openpyxl")

    formats = ("--format", "csv,xlsx,parquet")
    assert command("classify", samples / "survey.csv", "-o", tmp_path, "-q", *formats, *small).code == 0

    codes = [row["tm_causes"] for row in folders.table(tmp_path / "tagged.csv")]
    book = openpyxl.load_workbook(tmp_path / "tagged.xlsx")
    first, *rows = list(book.active.iter_rows(values_only=True))
    assert [row[first.index("tm_causes")] or "" for row in rows] == codes
    assert parquet.read_table(tmp_path / "tagged.parquet")["tm_causes"].to_pylist() == codes


def test_evidence_is_masked_unless_asked_otherwise(
    command: Command, small: tuple[str, ...], tmp_path: Path
) -> None:
    file = tmp_path / "in.csv"
    file.write_text("id,text\n1,我的卡被冻结了打13800138000也没人接\n", encoding="utf-8")
    evidence = {}
    for choice in ("--mask", "--no-mask"):
        assert command("classify", file, "-o", tmp_path / choice, choice, "-q", *small).code == 0
        (line,) = (tmp_path / choice / "tags.jsonl").read_text("utf-8").splitlines()
        evidence[choice] = [cause["evidence"] for cause in json.loads(line)["causes"]]

    assert any("13800138000" in cut for cut in evidence["--no-mask"])
    assert [cut.replace("138******00", "13800138000") for cut in evidence["--mask"]] == evidence["--no-mask"]
    assert not any("13800138000" in cut for cut in evidence["--mask"])


def test_the_folder_is_named_after_the_first_input(
    command: Command,
    samples: Path,
    small: tuple[str, ...],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)

    assert command("classify", samples / "survey.csv", "-q", *small).code == 0

    assert (tmp_path / "survey.textmine" / "manifest.json").is_file()


def _tags(folder: Path) -> str:
    return (folder / "tags.jsonl").read_text("utf-8")
