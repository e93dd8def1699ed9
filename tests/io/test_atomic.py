"""Outputs are whole or absent."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from textmine.errors import OutputError
from textmine.io.atomic import AtomicFile, atomic_writer
from textmine.io.cells import escape, escape_all, unescape
from textmine.io.counts_files import write_csv, write_json, write_text


def test_the_file_appears_only_at_the_end(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    with atomic_writer(path) as file:
        file.write("慢")
        assert not path.exists()
    assert path.read_text(encoding="utf-8") == "慢"
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]


def test_an_error_leaves_the_earlier_file_and_no_trace(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("before")

    def write_and_fail() -> None:
        with atomic_writer(path) as file:
            file.write("half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        write_and_fail()
    assert path.read_text() == "before"
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]


def test_a_kill_leaves_the_earlier_file(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("before")
    program = (
        "import os, sys; from textmine.io.atomic import AtomicFile\n"
        "file = AtomicFile(sys.argv[1]); file.text.write('half' * 10**6); file.text.flush()\n"
        "os.kill(os.getpid(), 9)"
    )
    done = subprocess.run([sys.executable, "-c", program, str(path)], check=False)
    assert done.returncode != 0
    assert path.read_text() == "before"


def test_permissions_are_those_of_an_ordinary_file(tmp_path: Path) -> None:
    (tmp_path / "plain").write_text("")
    write_text(tmp_path / "a.txt", "x")
    assert (tmp_path / "a.txt").stat().st_mode == (tmp_path / "plain").stat().st_mode


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real.txt").write_text("before")
    (tmp_path / "link.txt").symlink_to(tmp_path / "real.txt")
    write_text(tmp_path / "link.txt", "after")
    assert (tmp_path / "link.txt").is_symlink()
    assert (tmp_path / "real.txt").read_text() == "after"


def test_unwritable_places_are_an_output_error_that_names_the_file(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match=r"a\.txt: cannot be written"):
        AtomicFile(tmp_path / "missing" / "a.txt")
    with pytest.raises(OutputError, match="not a regular file"):
        AtomicFile(tmp_path)


def test_a_discarded_file_cannot_be_committed_later(tmp_path: Path) -> None:
    file = AtomicFile(tmp_path / "a.txt")
    file.discard()
    file.commit()
    assert list(tmp_path.iterdir()) == []


@given(st.text())
def test_escaping_is_reversible(cell: str) -> None:
    assert unescape(escape(cell)) == cell
    assert escape_all([cell]) == [escape(cell)]


@given(st.sampled_from("=+-@\t\r＝＋－＠"), st.text(alphabet="a1(!|'\"", min_size=1))
def test_no_escaped_cell_starts_like_a_formula(first: str, rest: str) -> None:
    assert escape(first + rest)[0] == "'" or (first + rest)[1:].replace(".", "").isdigit()


@pytest.mark.parametrize(
    ("cell", "escaped"), [("=1+1", "'=1+1"), ("-3.5", "-3.5"), ("-3+cmd", "'-3+cmd"), ("'a", "''a")]
)
def test_formulas_are_escaped_and_numbers_are_not(cell: str, escaped: str) -> None:
    assert escape(cell) == escaped


def test_tables_carry_a_mark_and_escaped_cells(tmp_path: Path) -> None:
    path = tmp_path / "pareto.csv"
    write_csv(path, ("原因", "n", "low"), [("=x", 3, None), ("多,行\n", 0.5, -1)])
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    with path.open(encoding="utf-8-sig", newline="") as file:
        assert list(csv.reader(file)) == [["原因", "n", "low"], ["'=x", "3", ""], ["多,行\n", "0.5", "-1"]]


def test_a_ragged_table_leaves_no_file(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="1 cells"):
        write_csv(tmp_path / "a.csv", ("a", "b"), [("1",)])
    assert list(tmp_path.iterdir()) == []


def test_json_keeps_chinese_readable_and_refuses_nan(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    write_json(path, {"原因": [1, None]})
    assert "原因" in path.read_text(encoding="utf-8")
    assert json.loads(path.read_text(encoding="utf-8")) == {"原因": [1, None]}
    with pytest.raises(ValueError, match="JSON"):
        write_json(path, float("nan"))
