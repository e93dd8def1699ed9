"""Every exit code and the exact words that come with it."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Command = Callable[..., Any]

COLUMNS = "工单号, 受理时间, 地市, 区县, 营业厅, 渠道, 客户标识, 投诉内容, 满意度评分"

WRONG_USE = [
    (("--text", "内容"), f"--text 内容: no such column; did you mean '投诉内容'? The columns are: {COLUMNS}"),
    (("--by", "县"), f"--by 县: no such column; did you mean '区县'? The columns are: {COLUMNS}"),
    (("--sheet", "一"), "{file}: --sheet is for workbooks; this is a text file"),
    (("--format", "xls"), "--format 'xls': there are csv, xlsx, jsonl, parquet"),
    (("--max-bad", "few"), "--max-bad 'few': give a share such as 1% or a number of rows"),
    (("--lang", "fr"), "--lang 'fr': there are zh and en"),
]


@pytest.mark.parametrize(("options", "message"), WRONG_USE, ids=[case[0][0] for case in WRONG_USE])
def test_wrong_use_exits_2_and_says_what_to_do(
    command: Command,
    samples: Path,
    small: tuple[str, ...],
    tmp_path: Path,
    options: tuple[str, str],
    message: str,
) -> None:
    file = samples / "complaints.csv"

    done = command("classify", file, "-o", tmp_path / "out", *small, *options)

    assert (done.code, done.out) == (2, "")
    assert done.err == f"textmine: {message.format(file=file)}\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("classify",), "name at least one INPUT"),
        (("clasify",), "No such command 'clasify'"),
        (("classify", "x.csv", "--colour"), "No such option"),
        (("classify", "x.csv", "--workers", "0"), "Invalid value for '--workers'"),
        (("count", "x", "--counting", "some"), "--counting 'some': there are all and primary"),
        (("segment", "好", "--segmenter", "x"), "no segmenter named 'x'; there are: fast, jieba"),
        (("frame", "check", "--cues"), "--cues needs labelled verbatims"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_a_wrong_command_line_exits_2(
    command: Command, banking: Path, arguments: tuple[str, ...], message: str
) -> None:
    frame = ("--frame", banking) if "check" in arguments else ()

    done = command(*arguments, *frame)

    assert done.code == 2
    assert message in done.err
    assert "Traceback" not in done.err


def test_no_arguments_show_the_help_and_exit_2(command: Command) -> None:
    done = command()

    assert done.code == 2
    assert "Usage: textmine" in done.out
    assert "Traceback" not in done.err


def test_a_period_needs_a_date_column(command: Command, small: tuple[str, ...], tmp_path: Path) -> None:
    undated = tmp_path / "undated.csv"
    undated.write_text("id,text\n1,排队太久了没人管\n2,手续费乱收\n", encoding="utf-8")

    done = command("classify", undated, "-o", tmp_path / "out", "--by", "week", *small)

    needs = "--by week needs a date column, and none was found; name it with --date"
    assert (done.code, done.err) == (2, f"textmine: {needs}\n")


def test_files_of_two_layouts_are_refused(
    command: Command, samples: Path, small: tuple[str, ...], tmp_path: Path
) -> None:
    first, second = samples / "complaints.csv", samples / "survey.csv"

    done = command("classify", first, second, "-o", tmp_path / "out", *small)

    assert done.code == 2
    assert done.err.startswith(f"textmine: {second}: its columns differ from those of {first} (")


UNREADABLE = [
    ("gone.csv", None, "cannot be opened (No such file or directory); check path and permissions"),
    ("empty.csv", b"", "is empty; check that the export was finished"),
    (
        "old.xls",
        b"\xd0\xcf\x11\xe0\xa1\xb1",
        "is an old .xls workbook or has a password; save it as .xlsx without password",
    ),
    (
        "page.xlsx",
        b"<html><table>",
        "is a web page or XML, whatever its name says; save it as .xlsx or CSV",
    ),
]


@pytest.mark.parametrize(("name", "content", "message"), UNREADABLE, ids=[case[0] for case in UNREADABLE])
def test_an_unreadable_input_exits_3(
    command: Command, small: tuple[str, ...], tmp_path: Path, name: str, content: bytes | None, message: str
) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)

    done = command("classify", path, "-o", tmp_path / "out", *small)

    assert (done.code, done.out, done.err) == (3, "", f"textmine: {path}: {message}\n")


def test_an_unknown_model_exits_3_and_lists_the_models(command: Command, banking: Path) -> None:
    done = command("explain", "排队太久", "--model", "nobody", "--frame", banking)

    assert done.code == 3
    assert done.err.startswith("textmine: no model named 'nobody' is installed; there are: ")


def test_a_folder_without_results_exits_3(command: Command, tmp_path: Path) -> None:
    done = command("count", tmp_path, "--by", "week")

    message = f"{tmp_path}: no results here; run `textmine classify` first, or name another folder"
    assert (done.code, done.err) == (3, f"textmine: {message}\n")


def test_an_output_that_cannot_be_made_exits_4(
    command: Command, samples: Path, small: tuple[str, ...], tmp_path: Path
) -> None:
    taken = tmp_path / "taken"
    taken.write_text("a file, not a folder", encoding="utf-8")

    done = command("classify", samples / "survey.csv", "-o", taken, *small)

    message = f"{taken}: cannot be made: File exists; choose another with -o"
    assert (done.code, done.err) == (4, f"textmine: {message}\n")
    assert taken.read_text("utf-8") == "a file, not a folder"


@pytest.mark.parametrize(("spare", "code"), [(0, 0), (-1, 1)])
def test_more_bad_rows_than_allowed_exit_1_with_the_work_done(
    command: Command,
    samples: Path,
    small: tuple[str, ...],
    tmp_path: Path,
    folders: Any,
    spare: int,
    code: int,
) -> None:
    file = samples / "messy.csv"
    assert command("classify", file, "-o", tmp_path, "-q", *small).code == 1
    bad = len(folders.objects(tmp_path / "quarantine.jsonl"))
    assert bad > 1

    done = command("classify", file, "-o", tmp_path, "--max-bad", str(bad + spare), "-q", *small)

    assert (done.code, done.out, done.err) == (code, "", "")
    assert (tmp_path / "manifest.json").is_file()


def test_bad_rows_may_be_allowed_as_a_share(
    command: Command, samples: Path, small: tuple[str, ...], tmp_path: Path
) -> None:
    assert (
        command("classify", samples / "messy.csv", "-o", tmp_path, "--max-bad", "50%", "-q", *small).code == 0
    )


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGINT for one process")
def test_an_interrupt_exits_130_and_leaves_no_half_file(small: tuple[str, ...], tmp_path: Path) -> None:
    from textmine.cli.main import INTERRUPTED

    app = _start("classify", "-", "-o", str(tmp_path / "out"), *small, stdin=subprocess.PIPE)
    assert app.stdin is not None
    app.stdin.write("id,text\n1,排队太久\n".encode())
    app.stdin.flush()
    _wait_for((tmp_path / "out").is_dir)
    time.sleep(0.2)

    app.send_signal(signal.SIGINT)
    _, err = app.communicate(timeout=30)

    assert (app.returncode, INTERRUPTED) == (130, 130)
    assert "Traceback" not in err.decode()
    assert list((tmp_path / "out").iterdir()) == []


@pytest.mark.skipif(os.name == "nt", reason="Windows reports closed pipes otherwise")
@pytest.mark.parametrize("how", ["table", "json"])
def test_a_closed_pipe_exits_141_silently(banking: Path, how: str) -> None:
    extra = ["--json"] if how == "json" else []
    with _start("frame", "show", "--frame", str(banking), *extra, stdout=subprocess.PIPE) as app:
        assert app.stdout is not None
        assert app.stderr is not None
        app.stdout.close()
        err = app.stderr.read()

    assert (app.returncode, err) == (141, b"")


def test_a_fault_of_textmine_shows_no_customer_data(
    command: Command, samples: Path, small: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("客户张女士的电话13800138000打不通")

    monkeypatch.setattr("textmine.pipeline.classify", fail)

    done = command("classify", samples / "survey.csv", "-o", tmp_path, *small)

    assert done.code == 2
    assert "RuntimeError: 客户某女士的电话138******00打不通" in done.err
    assert "13800138000" not in done.err
    assert "please report the lines above (masked)" in done.err


def _start(*arguments: str, **streams: Any) -> subprocess.Popen[bytes]:
    import sys

    # A runner in the background hands down an ignored SIGINT; a user's terminal does not.
    heed = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
    return subprocess.Popen(
        [sys.executable, "-c", f"{heed}from textmine.cli.main import app; app()", *arguments],
        stderr=subprocess.PIPE,
        **streams,
    )


def _wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)
