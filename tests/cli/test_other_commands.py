"""explain, segment, frame, train, evaluate and doctor, as a user meets them."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Command = Callable[..., Any]


def test_explain_shows_clauses_tokens_cues_scores_and_the_reading(
    command: Command, small: tuple[str, ...]
) -> None:
    done = command("explain", "卡被冻结了，柜台排队太久", *small)

    assert done.code == 0
    for part in (
        *("卡被冻结了， ｜ 柜台排队太久", "冻结 / 了", "branch_wait.teller_queue", "Probability"),
        *("Waiting at the branch › Long teller queue", "“柜台排队太久”", "Status", "Risk"),
    ):
        assert part in done.out


def test_explain_agrees_with_the_reader(command: Command, small: tuple[str, ...], small_reader: Any) -> None:
    text = "ＡＴＭ吞卡😡，客服电话打了三天都没人接！！！"

    found = json.loads(command("explain", text, "--json", *small).out)

    (reading,) = small_reader.read([text])
    assert [(tag["code"], tag["start"], tag["end"]) for tag in found["reading"]["tags"]] == [
        (tag.code, tag.start, tag.end) for tag in reading.tags
    ]
    assert found["reading"]["primary"] == reading.primary
    assert found["text"] == text


@pytest.mark.parametrize("segmenter", ["fast", "jieba"])
def test_segment_cuts_every_line_of_a_file(command: Command, tmp_path: Path, segmenter: str) -> None:
    from textmine.text.segment import segmenter as choose

    file = tmp_path / "lines.txt"
    file.write_text("网络信号很差\n办理宽带业务\n", encoding="utf-8")

    done = command("segment", file, "--segmenter", segmenter)

    cut = choose(segmenter)
    assert done.out == "".join(f"{' '.join(cut.tokens(line))}\n" for line in ("网络信号很差", "办理宽带业务"))
    assert " " in done.out


def test_segment_reads_standard_input_and_normalises(
    command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO("５Ｇ信號".encode())))
    assert command("segment", "-").out.replace(" ", "") == "5g信号\n"

    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO("信號".encode())))
    assert command("segment", "-", "--raw").out.replace(" ", "") == "信號\n"


def test_standard_input_that_is_not_utf_8_is_refused(
    command: Command, small: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO("排队".encode("gb18030"))))

    done = command("explain", "-", *small)

    assert (done.code, done.err) == (3, "textmine: -: not UTF-8 at byte 0; convert it first\n")


def test_frame_show_lists_the_frame(command: Command, banking: Path) -> None:
    everything = command("frame", "show", "--frame", banking)
    one = command("frame", "show", "bank_app", "--frame", banking)

    assert "★Waiting at the branch" in everything.out
    assert "branch_wait" not in one.out
    assert "Definition" in one.out


def test_frame_check_names_file_and_line_of_a_fault(command: Command, banking: Path, tmp_path: Path) -> None:
    import shutil

    shutil.copytree(banking.parent, tmp_path / "frame")
    faulty = tmp_path / "frame" / "cues" / "patterns" / "bank_app.toml"
    lines = faulty.read_text("utf-8").splitlines()
    place = next(number for number, line in enumerate(lines) if "{" in line and not line.startswith("#"))
    lines[place] = "{没有这个概念}"
    faulty.write_text("\n".join(lines), encoding="utf-8")

    done = command("frame", "check", "--frame", tmp_path / "frame" / "taxonomy.toml")

    assert done.code == 3
    assert done.err.startswith(f"textmine: {faulty}:{place + 1}: ")
    assert "没有这个概念" in done.err


def test_frame_check_reports_what_its_cues_are_worth(command: Command, banking: Path) -> None:
    corpus = banking.with_name("corpus.jsonl")

    done = command("frame", "check", "--cues", "--corpus", corpus, "--frame", banking)
    report = command("frame", "check", "--cues", "--corpus", corpus, "--frame", banking, "--json")

    assert "Cues per target" in done.out
    cues = json.loads(report.out)["cues"]
    assert set(cues[0]) == {
        *("target", "pattern", "file", "line", "fired", "right", "precision", "coverage"),
    }
    assert all(cue["right"] <= cue["fired"] for cue in cues)


def test_frame_diff_tells_two_frames_apart(command: Command, banking: Path, tmp_path: Path) -> None:
    other = tmp_path / "taxonomy.toml"
    other.write_text(banking.read_text("utf-8").replace("Mobile banking", "Bank app"), encoding="utf-8")

    assert command("frame", "diff", banking, banking).err == "No differences.\n"
    assert "bank_app" in command("frame", "diff", banking, other).out


def test_train_writes_the_same_bytes_twice(
    command: Command, banking: Path, small_model: Path, tmp_path: Path
) -> None:
    folder = tmp_path / small_model.name
    done = command("train", banking.with_name("corpus.jsonl"), "-o", folder, "--frame", banking, "--json")

    report = json.loads(done.out)
    assert (done.code, report["examples"]) == (0, 156)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == {
        path.name: path.read_bytes() for path in small_model.iterdir()
    }


def test_train_names_the_line_of_a_bad_label(command: Command, banking: Path, tmp_path: Path) -> None:
    corpus = tmp_path / "corpus.jsonl"
    good = banking.with_name("corpus.jsonl").read_text("utf-8").splitlines()[0]
    corpus.write_text(f"{good}\n{good.replace('teller_queue', 'no_such_code')}\n", encoding="utf-8")

    done = command("train", corpus, "-o", tmp_path / "model", "--frame", banking)

    code = "branch_wait.no_such_code"
    assert (done.code, done.err) == (
        3,
        f"textmine: {corpus}:2: not a labelled verbatim: code {code!r} is not in the code frame\n",
    )


def test_evaluate_gives_every_figure_with_its_interval(
    command: Command, banking: Path, small: tuple[str, ...]
) -> None:
    corpus = banking.with_name("corpus.jsonl")

    table = command("evaluate", corpus, *small)
    result = json.loads(command("evaluate", corpus, "--json", *small).out)

    assert table.code == 0
    assert "Causes, micro-F1" in table.out
    assert result["n"] == 156
    assert {"cause_micro_f1", "primary_accuracy", "calibration_error"} <= set(result["figures"])
    for figure in result["figures"].values():
        if figure["low"] is not None:
            assert figure["low"] <= figure["value"] <= figure["high"]


def test_a_changed_model_is_refused(
    command: Command, banking: Path, small_model: Path, tmp_path: Path
) -> None:
    for path in small_model.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    weights = bytearray((tmp_path / "weights.safetensors").read_bytes())
    weights[-1] ^= 1
    (tmp_path / "weights.safetensors").write_bytes(bytes(weights))

    done = command("explain", "排队", "--model", tmp_path, "--frame", banking)

    assert done.code == 3
    assert "weights.safetensors" in done.err


def test_doctor_lists_what_is_installed(command: Command) -> None:
    done = command("doctor", "--json")

    checks = {check["what"]: check for check in json.loads(done.out)["checks"]}
    assert {"textmine", "Python", "numpy", "scikit-learn", "[embed]", "terminal encoding"} <= set(checks)
    assert all(checks[name]["found"] for name in ("textmine", "numpy"))
    assert done.code == int(any(check["ok"] is False for check in checks.values()))


def test_version_is_the_packages(command: Command) -> None:
    from textmine import __version__

    assert command("--version").out == f"textmine {__version__}\n"
