"""What appears on the screen: data on standard output, notes on standard error, right in every terminal."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Command = Callable[..., Any]

TEXT = "卡被冻结了，柜台排队太久"


def test_classify_prints_its_table_and_notes_what_it_did(
    command: Command, samples: Path, small: tuple[str, ...], tmp_path: Path
) -> None:
    done = command("classify", samples / "complaints.csv", "-o", tmp_path, *small)

    assert "Causes of dissatisfaction" in done.out
    assert "Mobile banking" in done.out
    columns, corrected, result = done.err.splitlines()
    assert re.fullmatch(r"Corrected counts rest on \d+ labelled verbatims kept out of training\.", corrected)
    assert columns == "Columns: text = 投诉内容 (by name); id = 工单号 (by name); date = 受理时间 (by name)"
    assert re.fullmatch(
        r"420 rows: \d+ read, \d+ for review, \d+ empty, 0 quarantined; \d+\.\d s\. Results in "
        + re.escape(str(tmp_path)),
        result,
    )


def test_quiet_prints_nothing(
    command: Command, samples: Path, small: tuple[str, ...], tmp_path: Path
) -> None:
    done = command("classify", samples / "survey.csv", "-o", tmp_path, "--quiet", *small)

    assert (done.code, done.out, done.err) == (0, "", "")


JSON_COMMANDS = {
    "classify": ("classify", "{samples}/survey.csv", "-o", "{tmp}/out", "{small}"),
    "count": ("count", "{classified}", "--by", "渠道", "-o", "{tmp}", "--frame", "{banking}"),
    "explain": ("explain", TEXT, "{small}"),
    "evaluate": ("evaluate", "{samples}/banking/corpus.jsonl", "{small}"),
    "mask": ("mask", "{samples}/survey.csv", "-o", "{tmp}/masked.csv"),
    "frame show": ("frame", "show", "--frame", "{banking}"),
    "frame check": ("frame", "check", "--frame", "{banking}"),
    "frame check --cues": (
        *("frame", "check", "--cues", "--corpus", "{samples}/banking/corpus.jsonl"),
        *("--frame", "{banking}"),
    ),
    "frame diff": ("frame", "diff", "{banking}", "{banking}"),
    "doctor": ("doctor",),
}


@pytest.mark.parametrize("name", JSON_COMMANDS)
def test_json_is_one_object_and_nothing_else(
    command: Command,
    samples: Path,
    banking: Path,
    small: tuple[str, ...],
    classified: Path,
    tmp_path: Path,
    name: str,
) -> None:
    places = {"samples": samples, "banking": banking, "classified": classified, "tmp": tmp_path}
    arguments = [
        argument
        for pattern in JSON_COMMANDS[name]
        for argument in (small if pattern == "{small}" else [pattern.format(**places)])
    ]

    done = command(*arguments, "--json")

    assert isinstance(json.loads(done.out), dict)
    assert done.err == ""
    assert done.code == 0 or name == "doctor"


def test_the_summary_as_json_agrees_with_the_folder(
    command: Command, samples: Path, small: tuple[str, ...], tmp_path: Path, folders: Any
) -> None:
    summary = json.loads(
        command("classify", samples / "complaints.csv", "-o", tmp_path, "--json", *small).out
    )

    assert list(summary) == [*("folder", "columns", "rows", "causes", "corrected", "correction", "seconds")]
    assert summary["rows"] == folders.one_object(tmp_path / "manifest.json")["rows"]
    assert summary["columns"] == folders.one_object(tmp_path / "manifest.json")["columns"]
    assert summary["correction"] == folders.one_object(tmp_path / "manifest.json")["correction"]
    assert summary["causes"] == {
        row["code"]: int(row["n"])
        for row in folders.table(tmp_path / "pareto.csv")
        if row["level"] == "cause"
    }


@pytest.mark.parametrize(("lang", "title"), [("zh", "不满原因"), ("en", "Causes of dissatisfaction")])
def test_the_language_is_chosen_by_option(
    process: Command, samples: Path, small: tuple[str, ...], tmp_path: Path, lang: str, title: str
) -> None:
    done = process("classify", samples / "survey.csv", "-o", tmp_path, "--lang", lang, *small)

    assert done.code == 0
    assert done.out.startswith(title)
    assert ("手机银行" in done.out) == (lang == "zh")


@pytest.mark.parametrize(
    ("environment", "chosen"),
    [
        ({}, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "C"}, "en"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
        ({"LANG": "de_DE.UTF-8", "TEXTMINE_LANG": "zh"}, "zh"),
    ],
)
def test_the_language_follows_the_surroundings(environment: dict[str, str], chosen: str) -> None:
    from textmine.cli.language import choose_language

    assert choose_language((), environment) == chosen
    assert choose_language(("--lang", "zh"), environment) == "zh"
    assert choose_language(("--lang=en",), environment) == "en"


@pytest.mark.parametrize("encoding", ["gbk", "ascii"])
def test_a_terminal_of_another_encoding_does_not_stop_the_work(
    process: Command, samples: Path, small: tuple[str, ...], tmp_path: Path, encoding: str
) -> None:
    file = samples / "complaints.csv"

    done = process("classify", file, "-o", tmp_path, "--lang", "zh", *small, encoding=encoding)

    assert done.code == 0
    assert "Traceback" not in done.err
    assert ("手机银行" in done.out) == (encoding == "gbk")
    assert "手机银行" in (tmp_path / "fishbone.mmd").read_text("utf-8")


def test_an_argument_in_another_locale_is_still_utf_8(process: Command, small: tuple[str, ...]) -> None:
    plain = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}

    done = process("explain", TEXT, "--json", *small, env=plain)

    assert json.loads(done.out)["text"] == TEXT


def test_tables_stay_aligned_with_chinese(process: Command, banking: Path) -> None:
    done = process("frame", "show", "--lang", "zh", "--frame", banking)

    lines = [line for line in done.out.splitlines() if line[:1] in "┏┃┡│└"]
    assert len(lines) > 25
    assert len({_width(line) for line in lines}) == 1


def test_explain_is_in_colour_unless_no_color_is_set(process: Command, small: tuple[str, ...]) -> None:
    colour = re.compile(r"\x1b\[[0-9;]*3[1-7]m")

    coloured = process("explain", TEXT, *small, env={"FORCE_COLOR": "1", "TERM": "xterm"})
    plain = process("explain", TEXT, *small, env={"FORCE_COLOR": "1", "TERM": "xterm", "NO_COLOR": "1"})

    assert colour.search(coloured.out)
    assert not colour.search(plain.out)


def test_brackets_and_colons_of_customers_are_not_markup(
    command: Command, samples: Path, small: tuple[str, ...], banking: Path, tmp_path: Path
) -> None:
    file = tmp_path / "in.csv"
    file.write_text("id,text,hall\n1,柜台排队太久,[red]城东[/red]:smile:\n", encoding="utf-8")
    assert command("classify", file, "-o", tmp_path / "out", "-q", *small).code == 0

    counted = command("count", tmp_path / "out", "--by", "hall", "--frame", banking)
    explained = command("explain", "[b]柜台排队太久[/b] :smile:", *small)

    assert "hall = [red]城东[/red]:smile:" in counted.out
    assert explained.out.startswith("[b]柜台排队太久[/b] :smile:")


def _width(line: str) -> int:
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in line)
