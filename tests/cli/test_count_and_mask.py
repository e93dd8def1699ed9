"""`count` agrees with a count by hand; `mask` hides personal data and touches nothing else."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

Command = Callable[..., Any]


def _week(row: dict[str, str]) -> str:
    year, week, _ = date.fromisoformat(row["受理时间"][:10]).isocalendar()
    return f"{year}-W{week:02d}"


GROUPINGS: dict[str, Callable[[dict[str, str]], str]] = {
    "渠道": lambda row: row["渠道"],
    "hall": lambda row: row["营业厅"],
    "week": _week,
    "month": lambda row: row["受理时间"][:7],
}
COLUMN = {"hall": "营业厅"}


@pytest.mark.parametrize("by", GROUPINGS)
@pytest.mark.parametrize("counting", ["all", "primary"])
def test_count_agrees_with_a_count_by_hand(
    command: Command, classified: Path, banking: Path, tmp_path: Path, folders: Any, by: str, counting: str
) -> None:
    expected: dict[str, Counter[str]] = defaultdict(Counter)
    tags = folders.objects(classified / "tags.jsonl")
    for row, tag in zip(folders.table(classified / "tagged.csv"), tags, strict=True):
        codes = [cause["code"] for cause in tag["causes"]]
        codes = codes if counting == "all" else [tag["primary"]] if tag["primary"] else []
        expected[GROUPINGS[by](row)].update({code.partition(".")[0] for code in codes})

    done = command(
        *("count", classified, "--by", by, "-o", tmp_path, "--counting", counting, "--frame", banking)
    )

    assert done.code == 0
    found: dict[str, Counter[str]] = {value: Counter() for value in expected}
    for row in folders.table(tmp_path / "pareto_by.csv"):
        assert row["group"] == COLUMN.get(by, by)
        if row["level"] == "cause" and row["n"] != "0":
            found[row["value"]][row["code"]] = int(row["n"])
    assert found == expected
    total = {row["code"]: int(row["n"]) for row in folders.table(tmp_path / "pareto.csv") if row["n"] != "0"}
    assert {code: n for code, n in total.items() if "." not in code} == sum(expected.values(), Counter())


def test_count_by_two_columns_counts_by_each(
    command: Command, classified: Path, banking: Path, tmp_path: Path, folders: Any
) -> None:
    by = ("--by", "渠道", "--by", "地市")

    assert command("count", classified, *by, "-o", tmp_path, "-q", "--frame", banking).code == 0

    rows = folders.table(tmp_path / "pareto_by.csv")
    per_column: dict[str, Counter[str]] = defaultdict(Counter)
    for row in rows:
        if row["level"] == "subcause":
            per_column[row["group"]][row["code"]] += int(row["n"])
    assert per_column["渠道"] == per_column["地市"] != Counter()


def test_count_elsewhere_leaves_the_folder_as_it_was(
    command: Command, classified: Path, banking: Path, tmp_path: Path
) -> None:
    before = {path.name: path.read_bytes() for path in classified.iterdir()}

    out = tmp_path / "new"
    assert command("count", classified, "--by", "渠道", "-o", out, "--frame", banking).code == 0

    assert {path.name: path.read_bytes() for path in classified.iterdir()} == before
    assert not (out / "tags.jsonl").exists()


def test_count_of_a_folder_whose_files_do_not_fit_is_refused(
    command: Command, classified: Path, banking: Path, tmp_path: Path
) -> None:
    for path in classified.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    tags = (tmp_path / "tags.jsonl").read_bytes().splitlines(keepends=True)
    (tmp_path / "tags.jsonl").write_bytes(b"".join(tags[:-1]))

    done = command("count", tmp_path, "--by", "渠道", "--frame", banking)

    does_not_fit = "does not fit the other files of the folder; classify the input again"
    assert (done.code, done.err) == (3, f"textmine: {tmp_path / 'tags.jsonl'}: {does_not_fit}\n")


@pytest.mark.parametrize("name", ["complaints.csv", "complaints_gb18030.csv"])
def test_mask_hides_personal_data_and_keeps_the_rest(
    command: Command, samples: Path, tmp_path: Path, folders: Any, name: str
) -> None:
    from textmine.text.mask import mask

    done = command("mask", samples / name, "-o", tmp_path / "masked.csv")

    before, after = folders.table(samples / "complaints.csv"), folders.table(tmp_path / "masked.csv")
    changed = 0
    for old, new in zip(before, after, strict=True):
        assert new["投诉内容"].removeprefix("'") == mask(old["投诉内容"]).removeprefix("'")
        changed += mask(old["投诉内容"]) != old["投诉内容"]
        assert {k: v for k, v in new.items() if k != "投诉内容"} == {
            k: v for k, v in old.items() if k != "投诉内容"
        }
    assert changed > 0
    assert done.err == f"420 rows, {changed} cells masked (投诉内容); 0 unreadable.\n"


def test_mask_takes_several_columns(command: Command, tmp_path: Path, folders: Any) -> None:
    file = tmp_path / "in.csv"
    file.write_text("no,text,reply\n1,我的电话13800138000,已回电13800138000\n", encoding="utf-8")

    done = command("mask", file, "-o", tmp_path / "out.csv", "--text", "text", "--text", "reply")

    assert done.code == 0
    assert folders.table(tmp_path / "out.csv") == [
        {"no": "1", "text": "我的电话138******00", "reply": "已回电138******00"}
    ]
