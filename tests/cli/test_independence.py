"""The same reading whatever stands next to a row: batches, order, workers, files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

if TYPE_CHECKING:
    from textmine.classify.reader import Reader
    from textmine.records import Reading

Command = Callable[..., Any]

SAME = ("tags.jsonl", "tagged.csv", "causes_long.csv", "pareto.csv", "counts.json", "fishbone.json")


@pytest.fixture(scope="module")
def read_texts(samples: Path, small_reader: Reader, folders: Any) -> list[tuple[str, Reading]]:
    """Sample texts with their readings in one batch; the oddities of messy.csv are among them."""
    texts = [row["投诉内容"] for row in folders.table(samples / "complaints.csv")][:60]
    texts += ["", " ", "无", "😡" * 30, "ＡＴＭ　吞卡，“没人管”", "排队" * 200, "\u200b\ufeff", "\t=1+1"]
    return list(zip(texts, small_reader.read(texts), strict=True))


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_a_reading_does_not_depend_on_batch_or_order(
    read_texts: list[tuple[str, Reading]], small_reader: Reader, data: st.DataObject
) -> None:
    batch = data.draw(st.lists(st.sampled_from(read_texts), max_size=12))

    assert small_reader.read([text for text, _ in batch]) == [reading for _, reading in batch]


@settings(max_examples=60, deadline=None)
@given(text=st.text(st.characters(exclude_categories=("Cs",)), max_size=80))
def test_any_text_gets_a_reading_whose_evidence_lies_in_it(small_reader: Reader, text: str) -> None:
    (reading,) = small_reader.read([text])

    assert (reading.primary is None) == (reading.tags == ())
    for tag in reading.tags:
        assert 0 <= tag.start < tag.end <= len(text)
        assert 0 <= tag.score <= 1


def test_two_workers_write_the_same_bytes_as_one(
    process: Command, samples: Path, small: tuple[str, ...], tmp_path: Path
) -> None:
    # Several chunks, so that both processes have work and their results must be put back in order.
    files = [str(samples / "complaints.csv")] * 6
    for workers in ("1", "2"):
        done = process("classify", *files, "-o", tmp_path / workers, "--workers", workers, "-q", *small)
        assert (done.code, done.err) == (0, "")

    for name in SAME:
        assert (tmp_path / "1" / name).read_bytes() == (tmp_path / "2" / name).read_bytes()


def test_a_second_run_writes_the_same_bytes(
    command: Command, samples: Path, small: tuple[str, ...], tmp_path: Path
) -> None:
    for run in ("first", "second"):
        file = samples / "complaints.csv"
        formats = ("--format", "csv,xlsx,parquet")
        assert command("classify", file, "-o", tmp_path / run, "-q", *formats, *small).code == 0

    for name in (*SAME, "tagged.xlsx", "tagged.parquet"):
        assert (tmp_path / "first" / name).read_bytes() == (tmp_path / "second" / name).read_bytes()


def test_the_language_changes_names_only(
    process: Command, samples: Path, small: tuple[str, ...], tmp_path: Path
) -> None:
    for lang in ("zh", "en"):
        file = samples / "survey.csv"
        assert process("classify", file, "-o", tmp_path / lang, "--lang", lang, "-q", *small).code == 0

    for name in ("tags.jsonl", "tagged.csv", "causes_long.csv", "pareto.csv", "counts.json"):
        assert (tmp_path / "zh" / name).read_bytes() == (tmp_path / "en" / name).read_bytes()
