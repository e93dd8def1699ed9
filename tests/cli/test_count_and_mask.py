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


def test_count_in_place_says_in_the_manifest_what_corrected_the_counts(
    command: Command, classified: Path, banking: Path, tmp_path: Path, folders: Any
) -> None:
    for path in classified.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    before = folders.one_object(tmp_path / "manifest.json")

    done = command("count", tmp_path, "--counting", "primary", "--frame", banking)

    after = folders.one_object(tmp_path / "manifest.json")
    assert after["correction"]["reason"] == "primary causes only"
    assert {**after, "correction": None} == {**before, "correction": None}
    assert {row["n_corrected"] for row in folders.table(tmp_path / "pareto.csv")} == {""}
    assert "Counts are not corrected: error rates do not hold for primary causes only." in done.err
    assert command("count", tmp_path, "-q").code == 0
    for name in ("pareto.csv", "pareto_by.csv", "counts.json"):
        assert (tmp_path / name).read_bytes() == (classified / name).read_bytes()
    assert folders.one_object(tmp_path / "manifest.json")["correction"] == before["correction"]


def test_weights_by_channel_rank_by_effect(
    command: Command, classified: Path, tmp_path: Path, folders: Any
) -> None:
    weights = {"10086热线": 0.36, "营业厅": 0.15, "*": 0.01}
    (tmp_path / "w.csv").write_text(
        "渠道,系数\n" + "".join(f"{key},{value}\n" for key, value in weights.items()), "utf-8"
    )
    expected: dict[str, float] = defaultdict(float)
    for line in folders.table(classified / "tagged.csv"):
        for cause in {code.partition(".")[0] for code in line["tm_causes"].split(";") if code}:
            expected[cause] += weights.get(line["渠道"], weights["*"])

    done = command("count", classified, "--weights", tmp_path / "w.csv", "-o", tmp_path)

    rows = [row for row in folders.table(tmp_path / "pareto.csv") if row["level"] == "cause"]
    assert {row["code"]: float(row["n_weighted"]) for row in rows if row["n"] != "0"} == pytest.approx(
        expected
    )
    assert [row["code"] for row in rows if row["n"] != "0"] == sorted(expected, key=lambda c: -expected[c])
    total = sum(expected.values())
    assert float(rows[0]["share_weighted"]) == pytest.approx(expected[rows[0]["code"]] / total, abs=1e-5)
    assert float(rows[-1]["cumulative_share_weighted"]) == pytest.approx(1, abs=1e-5)
    assert sum(float(row["share"]) for row in rows) == pytest.approx(1, abs=1e-4)
    # The column of the weights joins the groups of the classification.
    assert {row["group"] for row in folders.table(tmp_path / "pareto_by.csv")} == {"地市", "渠道"}
    assert "Weighted" in done.out


def test_a_channel_without_weight_is_named(command: Command, classified: Path, tmp_path: Path) -> None:
    (tmp_path / "w.csv").write_text(
        "渠道,系数\n10086热线,0.36\n营业厅,0.15\n微信,1\n短信问卷,1\n上门,1\n", "utf-8"
    )

    done = command("count", classified, "--weights", tmp_path / "w.csv", "-o", tmp_path / "out")

    assert (done.code, done.err) == (
        2,
        f"textmine: {tmp_path / 'w.csv'}: no weight for APP; "
        "add a line for each, or one line * for all others\n",
    )
    assert not (tmp_path / "out" / "pareto.csv").exists()


def test_a_roll_up_adds_up_and_compares_each_hall_with_its_branch(
    command: Command, classified: Path, tmp_path: Path, folders: Any
) -> None:
    done = command("count", classified, "--roll-up", "region,区县，hall", "-o", tmp_path)

    rows = folders.table(tmp_path / "roll_up.csv")
    lines = folders.table(classified / "tagged.csv")
    assert [row["column"] for row in rows[:1]] == [""]
    assert {row["column"] for row in rows} == {"", "地市", "区县", "营业厅"}
    for depth in "0123":
        at = [row for row in rows if row["depth"] == depth]
        assert sum(int(row["rows"]) for row in at if row["level"] == "complaint") == len(lines)
        assert sum(int(row["n"]) for row in at if row["level"] == "complaint") == sum(
            line["tm_stance"] == "complaint" for line in lines
        )
    of = {(row["level_1"], row["level_2"], row["level_3"], row["depth"], row["code"]): row for row in rows}
    for (city, district, _, depth, code), row in of.items():
        if depth == "3" and row["parent_share"]:
            parent = of[city, district, "", "2", code]
            assert float(row["parent_share"]) == pytest.approx(
                int(parent["n"]) / int(parent["rows"]), abs=1e-5
            )
    assert "Roll-up" in done.out
    one = command("count", classified, "--roll-up", "地市", "-o", tmp_path)
    assert (one.code, one.err) == (
        2,
        "textmine: a roll-up needs two columns or more, from the top down; got 地市\n",
    )
    unknown = command("count", classified, "--roll-up", "省,地市", "-o", tmp_path)
    assert unknown.code == 2
    assert unknown.err.startswith("textmine: --roll-up 省: no such column. The columns are: ")


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
