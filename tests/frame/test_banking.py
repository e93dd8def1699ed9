"""Another industry is another folder: the banking sample loads, checks and reads with the same program."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

from textmine.frame.check import check_frame
from textmine.frame.cues import load_cues
from textmine.frame.frame import Frame

FOLDER = Path(__file__).parents[2] / "data_samples" / "banking"
BANK = Frame.load(FOLDER / "taxonomy.toml")
ROWS = [json.loads(line) for line in (FOLDER / "corpus.jsonl").read_text("utf-8").splitlines()]


def test_the_frame_is_sound_and_shares_no_cause_with_the_packaged_one() -> None:
    assert check_frame(BANK) == ()
    assert not set(BANK.causes) & set(Frame.load().causes)
    assert BANK.open_cause == "unstated"
    assert BANK.headline == ("branch_wait", "account_limit", "charges_interest", "product_sales")


def test_it_brings_a_fishbone_preset_of_its_own() -> None:
    assert BANK.branch("branch_wait.few_tellers", "4s") == "skills"
    assert [branch.zh for branch in BANK.branches("4s")] == ["环境", "供应商", "制度系统", "技能"]


def test_its_cues_fit_the_frame_and_cover_every_code() -> None:
    lexicon = load_cues(BANK, FOLDER / "cues", normalize=str.lower)
    patterns = Counter(cue.target for cue in lexicon.patterns if cue.axis == "cause")
    assert {code: patterns[code] for code in BANK.codes if patterns[code] < 3} == {}


def test_its_corpus_is_labelled_with_codes_of_the_frame_and_spans_of_the_text() -> None:
    assert len(ROWS) >= 150
    for row in ROWS:
        assert all(cause["code"] in BANK.codes and cause["span"] in row["text"] for cause in row["causes"])
        codes = [cause["code"] for cause in row["causes"]]
        assert row["primary"] in codes if codes else row["primary"] is None
        assert (row["stance"] == "complaint") == bool(codes)
        assert row["touchpoint"] in BANK.axes["touchpoint"]
        assert set(row["risk"]) <= set(BANK.axes["risk"])


def test_every_code_has_at_least_five_verbatims() -> None:
    seen = Counter(cause["code"] for row in ROWS for cause in row["causes"])
    assert {code: seen[code] for code in BANK.codes if seen[code] < 5} == {}
