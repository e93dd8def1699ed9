"""The packaged model does what anyone would expect of it on plain sentences and on the sample complaints."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from textmine.classify.reader import Reader
from textmine.records import Reading

OBVIOUS = {
    "营业厅人太多，排队排了两个多小时才轮到我": "waiting_time",
    "营业员态度特别恶劣，爱理不理还翻白眼": "staff_attitude",
    "账单里多扣了一笔钱，资费规则根本没说清楚": "fee_transparency",
    "我们村里一点信号都没有，打不出电话": "network_coverage",
    "没经过我同意就给我开通了一个增值业务": "unwanted_subscription",
}

#: Share of the sample complaints whose primary cause must be read as labelled. Modest on purpose: what the
#: model is worth is measured in test_eval_gate.py.
AGREEMENT = 0.6


def read(reader: Reader, text: str) -> Reading:
    return reader.read([text])[0]


def test_the_obvious_sentences_are_those_of_the_headline_causes(telecom: Reader) -> None:
    assert set(OBVIOUS.values()) == set(telecom.frame.headline)


@pytest.mark.parametrize(("text", "cause"), OBVIOUS.items(), ids=OBVIOUS.values())
def test_an_obvious_sentence_has_its_cause(telecom: Reader, text: str, cause: str) -> None:
    reading = read(telecom, text)
    assert (reading.primary or "").partition(".")[0] == cause
    assert (reading.stance, reading.status) == ("complaint", "tagged")
    (tag,) = (tag for tag in reading.tags if tag.code == reading.primary)
    assert text[tag.start : tag.end]


def test_praise_is_no_complaint(telecom: Reader) -> None:
    reading = read(telecom, "装维师傅很热心，上门又快又专业，特别满意，点赞")
    assert (reading.tags, reading.primary, reading.stance) == ((), None, "praise")


def test_an_empty_text_is_empty(telecom: Reader) -> None:
    assert read(telecom, " \n") == Reading(status="empty")


def test_two_complaints_give_two_causes(telecom: Reader) -> None:
    reading = read(telecom, "家里一格信号都没有，去营业厅反映，营业员态度还特别差")
    assert {tag.cause for tag in reading.tags} >= {"network_coverage", "staff_attitude"}


def test_the_sample_complaints_are_read_as_labelled(telecom: Reader, samples: Path) -> None:
    with (samples / "complaints.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    labels = {
        record["id"]: record
        for line in (samples / "complaints_labels.jsonl").read_text("utf-8").splitlines()
        for record in [json.loads(line)]
    }
    id_column, text_column = columns(rows, labels)
    # An id that stands twice has two labels or none: it is no evidence either way.
    ids = [row[id_column] for row in rows[1:] if len(row) == len(rows[0])]
    texts = {
        row[id_column]: row[text_column]
        for row in rows[1:]
        if len(row) == len(rows[0]) and ids.count(row[id_column]) == 1 and row[id_column] in labels
    }
    assert len(texts) >= 300
    readings = dict(zip(texts, telecom.read(list(texts.values())), strict=True))
    wanted = {name: labels[name]["primary"] for name in texts if labels[name]["primary"]}
    right = sum(
        (readings[name].primary or "").partition(".")[0] == code.partition(".")[0]
        for name, code in wanted.items()
    )
    assert right / len(wanted) >= AGREEMENT


def columns(rows: list[list[str]], labels: dict[str, object]) -> tuple[int, int]:
    """Where ids and texts stand: the column of known ids, and the one of the longest cells."""
    width = range(len(rows[0]))
    body = [row for row in rows[1:] if len(row) == len(rows[0])]
    known = max(width, key=lambda column: sum(row[column] in labels for row in body))
    return known, max(width, key=lambda column: sum(len(row[column]) for row in body))
