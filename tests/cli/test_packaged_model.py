"""The model that is shipped, at work on the samples: sane on what anybody can check by eye."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Command = Callable[..., Any]

PLAIN = [
    ("手机一点信号都没有，电话打不出去", "network_coverage"),
    ("莫名其妙给我开通了一个彩铃业务，我根本没有订过", "unwanted_subscription"),
    ("营业厅排队两个小时还没轮到", "waiting_time"),
    ("营业员态度恶劣，爱理不理的", "staff_attitude"),
]


@pytest.fixture(scope="module")
def folder(samples: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    from textmine.cli.main import run

    folder = tmp_path_factory.mktemp("telecom")
    assert run(["classify", str(samples / "complaints.csv"), "-o", str(folder), "--quiet"]) == 0
    return folder


@pytest.mark.parametrize(("text", "cause"), PLAIN, ids=[cause for _, cause in PLAIN])
def test_plain_complaints_get_their_cause(command: Command, text: str, cause: str) -> None:
    reading = json.loads(command("explain", text, "--json").out)["reading"]

    assert reading["stance"] == "complaint"
    assert reading["primary"].partition(".")[0] == cause


def test_praise_gets_no_cause(command: Command) -> None:
    reading = json.loads(command("explain", "师傅上门很快，服务非常好，谢谢！", "--json").out)["reading"]

    assert (reading["tags"], reading["primary"]) == ([], None)


def test_most_sample_rows_get_their_labelled_primary_cause(folder: Path, samples: Path, folders: Any) -> None:
    labels = {label["id"]: label for label in folders.objects(samples / "complaints_labels.jsonl")}
    pairs = [
        (labels[tag["id"]]["primary"].partition(".")[0], (tag["primary"] or "").partition(".")[0])
        for tag in folders.objects(folder / "tags.jsonl")
        if labels[tag["id"]]["primary"]
    ]

    assert len(pairs) > 250
    assert sum(labelled == given for labelled, given in pairs) / len(pairs) >= 0.7


def test_the_headline_causes_and_the_open_one_stand_in_the_pareto_table(folder: Path, folders: Any) -> None:
    from textmine.frame.frame import Frame

    frame = Frame.load()
    causes = [row["code"] for row in folders.table(folder / "pareto.csv") if row["level"] == "cause"]

    assert set(frame.headline) <= set(causes)
    assert frame.open_cause not in causes[:-1]
