"""The planted verbatims are many, each worded in its own way, and none taken from the corpus."""

from __future__ import annotations

import json
from itertools import chain
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

LEAST_TEXTS = 520
LEAST_OF_AN_ISSUE = 25
CORPUS_RUN = 12
OWN_RUN = 10


def _runs(text: str, length: int) -> set[str]:
    return {text[i : i + length] for i in range(len(text) - length + 1)}


def _all_issues(planted: SimpleNamespace) -> list[Any]:
    folders = planted.texts.FOLDERS
    return [issue for folder in folders for issue in planted.texts.planted_issues(folder).values()]


def test_every_issue_is_told_in_many_ways(planted: SimpleNamespace) -> None:
    issues = _all_issues(planted)
    texts = [text for issue in issues for text in issue.texts]

    assert len(texts) >= LEAST_TEXTS
    assert len(set(texts)) == len(texts)
    assert all(len(issue.texts) >= LEAST_OF_AN_ISSUE for issue in issues)


def test_no_two_verbatims_share_a_long_run(planted: SimpleNamespace) -> None:
    for issue in _all_issues(planted):
        runs = list(chain.from_iterable(_runs(text, OWN_RUN) for text in issue.texts))

        assert len(set(runs)) == len(runs), issue.name


def test_no_verbatim_is_taken_from_the_corpus(planted: SimpleNamespace, samples: Path) -> None:
    corpus: set[str] = set()
    for file in (samples / "corpus").glob("*.jsonl"):
        for line in file.read_text("utf-8").splitlines():
            corpus |= _runs(json.loads(line)["text"], CORPUS_RUN)
    texts = [text for issue in _all_issues(planted) for text in issue.texts]

    assert corpus
    assert [text for text in texts if _runs(text, CORPUS_RUN) & corpus] == []


def test_the_moving_issue_is_told_at_each_of_its_places(planted: SimpleNamespace) -> None:
    (moving,) = (i for i in planted.texts.planted_issues().values() if i.kind == "moving")

    for place in planted.stream.PLACES:
        assert sum(place in text for text in moving.texts) >= 10


def test_a_text_before_the_first_heading_is_refused(planted: SimpleNamespace, tmp_path: Path) -> None:
    (tmp_path / "steady.txt").write_text("网断了\n", "utf-8")

    with pytest.raises(ValueError, match=r"steady\.txt:1: a text without a heading"):
        planted.texts.read_issues(tmp_path / "steady.txt")


def test_a_heading_gives_keys_and_region(planted: SimpleNamespace, tmp_path: Path) -> None:
    path = tmp_path / "emerging.txt"
    path.write_text("[mast] 锦澜湾 基站/铁塔 @桐川市\n塔拆了\n\n没信号\n", "utf-8")

    (issue,) = planted.texts.read_issues(path)

    assert (issue.name, issue.kind, issue.region) == ("mast", "emerging", "桐川市")
    assert issue.keys == (("锦澜湾",), ("基站", "铁塔"))
    assert issue.texts == ("塔拆了", "没信号")
