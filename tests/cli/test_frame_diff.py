"""`frame diff --on`: what a new frame does to a classified folder, reported and written elsewhere."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

Command = Callable[..., Any]

#: Renamed, moved to another cause, taken out (twice: one declared as merged, one not), and two new ones.
CHANGES = (
    ('code = "account_fee"', 'code = "annual_fee"'),
    ('version = "1"', 'version = "2"'),
    ('code = "penalty_interest"\nzh = "利息/罚息/违约金"', 'code = "interest"\nzh = "利息"'),
)
MAPPING = """old,new
branch_wait.few_tellers,branch_wait.teller_queue
charges_interest.penalty_interest,charges_interest.interest
charges_interest.penalty_interest,charges_interest.unannounced_fee
bank_app.app_crash,
staff_service.wrong_answer,staff_service.cold_staff
staff_service.wrong_answer,bank_app.identity_check
"""


@pytest.fixture
def newer(banking: Path, tmp_path: Path) -> Path:
    """The banking frame in another version."""
    text = banking.read_text("utf-8")
    for was, now in CHANGES:
        assert was in text
        text = text.replace(was, now)
    path = tmp_path / "newer.toml"
    path.write_text(text, "utf-8")
    return path


@pytest.fixture
def mapping(tmp_path: Path) -> Path:
    path = tmp_path / "mapping.csv"
    path.write_text(MAPPING, "utf-8-sig")
    return path


@pytest.fixture(scope="module")
def folder(banking: Path, small: tuple[str, ...], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The labelled bank verbatims, classified, with a group column and one line that cannot be read."""
    from textmine.cli.main import run

    base = tmp_path_factory.mktemp("frame_diff")
    lines = [json.loads(line) for line in banking.with_name("corpus.jsonl").read_text("utf-8").splitlines()]
    rows = [json.dumps({"投诉内容": r["text"], "渠道": r["channel"]}, ensure_ascii=False) for r in lines]
    (base / "bank.jsonl").write_text("\n".join([*rows, "{broken", ""]), "utf-8")
    arguments = ["classify", str(base / "bank.jsonl"), "-o", str(base / "out"), "--by", "渠道", "-q", *small]
    assert run(arguments) == 0
    return base / "out"


def hashes(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}


def codes(folder: Path, folders: ModuleType) -> Counter[str]:
    return Counter(c["code"] for record in folders.objects(folder / "tags.jsonl") for c in record["causes"])


def test_who_moves_is_counted(
    command: Command, banking: Path, newer: Path, mapping: Path, folder: Path, folders: ModuleType
) -> None:
    before = hashes(folder)
    done = command("frame", "diff", banking, newer, "--on", folder, "--mapping", mapping, "--json")
    told = json.loads(done.out)["on"]
    moves = {(move["old"], move["new"]): move for move in told["moves"]}
    tags = codes(folder, folders)

    assert done.code == 0
    assert moves["charges_interest.account_fee", "charges_interest.annual_fee"]["kind"] == "renamed"
    assert moves["branch_wait.few_tellers", "branch_wait.teller_queue"]["kind"] == "merged"
    assert moves["charges_interest.penalty_interest", "charges_interest"]["kind"] == "split"
    assert moves["bank_app.app_crash", None]["kind"] == "removed"
    assert moves["staff_service.wrong_answer", None]["undecided"] == tags["staff_service.wrong_answer"] > 0
    for (old, _), move in moves.items():
        assert move["tags"] == tags[old]
    assert told["undecided"] == tags["staff_service.wrong_answer"] + tags["charges_interest.penalty_interest"]
    assert hashes(folder) == before


def test_the_old_period_is_written_under_the_new_frame(
    command: Command,
    banking: Path,
    newer: Path,
    mapping: Path,
    folder: Path,
    folders: ModuleType,
    tmp_path: Path,
) -> None:
    out, before = tmp_path / "new", hashes(folder)
    done = command("frame", "diff", banking, newer, "--on", folder, "--mapping", mapping, "-o", out, "--json")
    told = json.loads(done.out)["on"]
    old, new = codes(folder, folders), codes(out, folders)

    assert hashes(folder) == before
    assert new["charges_interest.annual_fee"] == old["charges_interest.account_fee"] > 0
    assert not {"bank_app.app_crash", "branch_wait.few_tellers", "charges_interest.account_fee"} & set(new)
    rows = folders.objects(out / "tags.jsonl")
    assert [record["row"] for record in rows] == [r["row"] for r in folders.objects(folder / "tags.jsonl")]
    manifest, was = (folders.one_object(path / "manifest.json") for path in (out, folder))
    assert manifest["taxonomy"]["version"] == "2"
    assert manifest["model"]["version"] != was["model"]["version"]
    assert {record["model_version"] for record in rows} == {manifest["model"]["version"]}
    assert manifest["rows"]["rows_in"] == was["rows"]["rows_in"]
    assert manifest["rows"]["rows_abstained"] == was["rows"]["rows_abstained"] + told["rows_without_cause"]
    assert (out / "quarantine.jsonl").read_bytes() == (folder / "quarantine.jsonl").read_bytes()
    moved = folders.table(out / "moves.csv")
    assert {line["kind"] for line in moved} == {"renamed", "merged", "split", "removed"}
    assert len({line["row"] for line in moved}) == told["rows_changed"]
    assert manifest["correction"]["reason"] == "other frame"
    assert (out / "pareto_by.csv").is_file()
    assert manifest["correction"]["method"] is None
    assert command("count", out, "--by", "渠道", "-q").code == 0
    assert not any(line["n_corrected"] for line in folders.table(out / "pareto.csv"))


def test_under_the_same_frame_nothing_changes(
    command: Command, banking: Path, folder: Path, folders: ModuleType, tmp_path: Path
) -> None:
    done = command("frame", "diff", banking, banking, "--on", folder, "-o", tmp_path / "same")

    assert done.code == 0
    assert "0 of 156 rows change codes" in done.err
    versions = ("model_version", "taxonomy_version")
    old, new = (
        [{key: value for key, value in line.items() if key not in versions} for line in folders.objects(path)]
        for path in (folder / "tags.jsonl", tmp_path / "same" / "tags.jsonl")
    )
    assert new == old
    for name in ("tagged.csv", "causes_long.csv"):
        assert (tmp_path / "same" / name).read_bytes() == (folder / name).read_bytes()
    for name in ("pareto.csv", "pareto_by.csv"):
        was, now = (folders.table(path / name) for path in (folder, tmp_path / "same"))
        assert [(line["code"], line["n"], line["share"]) for line in now] == [
            (line["code"], line["n"], line["share"]) for line in was
        ]


def test_the_pareto_is_shown_before_and_after(
    command: Command, banking: Path, newer: Path, mapping: Path, folder: Path, folders: ModuleType
) -> None:
    told = json.loads(
        command("frame", "diff", banking, newer, "--on", folder, "--mapping", mapping, "--json").out
    )["on"]
    counted = {line["code"]: int(line["n"]) for line in folders.table(folder / "pareto.csv")}
    shown = {shift["code"]: shift for shift in told["pareto"]}

    both = shown["branch_wait.teller_queue"]
    assert both["before"]["n"] == counted["branch_wait.teller_queue"] + counted["branch_wait.few_tellers"]
    assert both["after"]["n"] <= both["before"]["n"]
    assert shown["bank_app.app_crash"]["after"] is None
    assert shown["bank_app"]["before"]["n"] > shown["bank_app"]["after"]["n"]


def test_a_model_for_the_new_frame_decides_splits(
    command: Command, banking: Path, small_model: Path, folder: Path, tmp_path: Path
) -> None:
    said = tmp_path / "said.csv"
    said.write_text("old,new\nbranch_wait.teller_queue,branch_wait.teller_queue\n"
                    "branch_wait.teller_queue,loan_card.slow_approval\n", "utf-8")  # fmt: skip
    base = ("frame", "diff", banking, banking, "--on", folder, "--mapping", said, "--json")

    open_ = json.loads(command(*base).out)["on"]
    decided = json.loads(command(*base, "--model", small_model).out)["on"]

    assert open_["undecided"] > 0
    assert decided["undecided"] == 0
    assert {move["new"] for move in decided["moves"]} == {"branch_wait.teller_queue"}


def test_corrections_that_no_longer_fit_are_listed_and_the_others_carried_over(
    command: Command,
    banking: Path,
    newer: Path,
    mapping: Path,
    folder: Path,
    tmp_path: Path,
    folders: ModuleType,
) -> None:
    corpus = banking.with_name("corpus.jsonl")
    base = ("frame", "diff", banking, newer, "--on", folder, "--mapping", mapping, "--corrections", corpus)

    done = command(*base, "-o", tmp_path / "new")
    told = json.loads(command(*base, "--json").out)["on"]["corrections"]

    assert told["unfit"] == len(told["no_longer_fit"]) > 0
    assert told["fits"] + told["recoded"] + told["unfit"] == 156
    assert f"156 corrections: {told['recoded']} fit in new codes, {told['unfit']} no longer fit." in done.err
    assert "Corrections that no longer fit" in done.out
    assert len(folders.objects(tmp_path / "new" / "corrections_unfit.jsonl")) == told["unfit"]

    from textmine.classify.corrections import read_corrections
    from textmine.frame.frame import Frame

    carried = read_corrections([tmp_path / "new" / "corrections.jsonl"], Frame.load(newer))
    assert len(carried) == told["fits"] + told["recoded"]


def test_the_report_is_written_in_both_languages(
    process: Command, banking: Path, newer: Path, mapping: Path, folder: Path
) -> None:
    base = ("frame", "diff", banking, newer, "--on", folder, "--mapping", mapping)

    english = process(*base, "--lang", "en")
    chinese = process(*base, "--lang", "zh")

    assert all(word in english.out for word in ("Who moves", "Pareto before and after", "merged", "removed"))
    assert all(word in chinese.out for word in ("代码去向", "排列图：前与后", "合并", "删除"))
    assert "行换了代码" in chinese.err


@pytest.mark.parametrize(
    ("text", "code", "message"),
    [
        ("old;new\n", 3, "mapping.csv:1: the columns must be old and new"),
        ("old,new\n,x\n", 3, "mapping.csv:2: the old code is missing"),
        ("old,new\nx.y,\n", 2, "no code 'x.y' in the code frame (version 1)"),
        ("old,new\nbank_app,x.y\n", 2, "no code 'x.y' in the code frame (version 2)"),
    ],
)
def test_a_mapping_that_is_wrong_is_refused(
    command: Command,
    banking: Path,
    newer: Path,
    mapping: Path,
    folder: Path,
    text: str,
    code: int,
    message: str,
) -> None:
    mapping.write_text(text, "utf-8")

    done = command("frame", "diff", banking, newer, "--on", folder, "--mapping", mapping)

    assert done.code == code
    assert message in done.err


def test_wrong_use_is_explained(
    command: Command, banking: Path, newer: Path, folder: Path, tmp_path: Path
) -> None:
    shutil.copytree(folder, tmp_path / "copy")
    bad = tmp_path / "bad.jsonl"
    bad.write_text('{"causes": [{"code": "bank_app"}]}\n{"causes": 5}\n', "utf-8")
    on = ("frame", "diff", banking, newer, "--on", folder)

    for arguments, code, message in (
        (
            ("frame", "diff", newer, banking, "--on", folder),
            2,
            "was classified with another frame (version 1)",
        ),
        ((*on, "-o", folder), 2, "is in use; name a new folder"),
        ((*on, "-o", tmp_path / "copy"), 2, "is in use"),
        (("frame", "diff", banking, newer, "-o", tmp_path / "x"), 2, "go with --on DIR"),
        (("frame", "diff", banking, newer, "--on", tmp_path), 3, "no results here"),
        ((*on, "--corrections", tmp_path / "none"), 3, "cannot be read as corrections"),
        ((*on, "--corrections", bad), 3, "bad.jsonl:2: not a correction"),
    ):
        done = command(*arguments)
        assert (done.code, message in done.err) == (code, True), done.err


def test_the_packaged_frame_has_a_name(command: Command) -> None:
    done = command("frame", "diff", "packaged", "packaged")

    assert (done.code, done.err) == (0, "No differences.\n")
