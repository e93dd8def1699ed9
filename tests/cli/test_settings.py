"""`textmine.toml` in the working folder: below the command line and the environment, above the defaults."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Command = Callable[..., Any]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder of its own."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def settings(folder: Path, text: str) -> None:
    (folder / "textmine.toml").write_text(text, "utf-8")


def test_a_command_takes_its_options_from_the_file(
    command: Command, here: Path, samples: Path, small_model: Path, banking: Path
) -> None:
    settings(
        here,
        f"""
        model = '{small_model}'
        frame = '{banking}'
        quiet = true
        [classify]
        by = ["地市", "week"]
        output = "from_file"
        max_bad = 1000
        workers = 1
        mask = false
        """,
    )

    assert command("classify", samples / "complaints.csv") == type(command("--version"))(0, "", "")

    manifest = json.loads((here / "from_file" / "manifest.json").read_text("utf-8"))
    assert manifest["columns"]["by"] == ["地市", "week"]
    assert (manifest["options"]["masked"], manifest["options"]["model"]) == (False, str(small_model))


def test_the_command_line_and_the_environment_come_first(
    command: Command, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings(here, 'outbox = "file"\n[events.list]\nstate = "dead"\n')

    assert "file: no outbox here" in command("events", "list").err
    monkeypatch.setenv("TEXTMINE_OUTBOX", "environment")
    assert "environment: no outbox here" in command("events", "list").err
    assert "line: no outbox here" in command("events", "list", "--outbox", "line").err
    assert "--state 'x'" in command("events", "list", "--state", "x").err


def test_the_file_of_another_folder_is_not_read(command: Command, here: Path) -> None:
    settings(here.parent, "nonsense = 1")
    try:
        assert command("--version").code == 0
    finally:
        (here.parent / "textmine.toml").unlink()


WRONG = [
    ("modle = 'x'", "textmine.toml: modle: no such option, did you mean 'model'?"),
    ("[clasify]\n", "textmine.toml: [clasify]: no such command, did you mean 'classify'?"),
    ("[frame.dif]\n", "textmine.toml: [frame.dif]: no such command, did you mean 'diff'?"),
    ("[classify]\nstate = 'x'", "textmine.toml: classify.state: no such option"),
    ("[classify]\nby = '地市'", "textmine.toml: classify.by: write a list"),
    ("[classify]\nid = ['x']", "textmine.toml: classify.id: write one value, not a list"),
    ("[classify]\nmask = 'no'", "textmine.toml: classify.mask: write true or false"),
    ("[classify]\nid = true", "textmine.toml: classify.id: write text or a number"),
    ("[classify]\nid = 2026-01-01", "textmine.toml: classify.id: write text or a number"),
    (
        "[push]\nto = 'sqlite:///x'",
        "textmine.toml: push.to: give --to on the command line or in the environment",
    ),
    ("[classify]\nlang = 'zh'", "textmine.toml: classify.lang: write lang above the first [table]"),
    ("lang = 'fr'", "--lang 'fr': there are zh and en"),
    ("lang = ", "textmine.toml: cannot be read as TOML"),
]


@pytest.mark.parametrize(("text", "message"), WRONG, ids=[text for text, _ in WRONG])
def test_what_is_wrong_with_the_file_is_said(command: Command, here: Path, text: str, message: str) -> None:
    settings(here, text)

    done = command("classify", "none.csv")

    assert done.code in (2, 3)
    assert done.err.startswith(f"textmine: {message}")


def test_a_value_that_the_command_refuses_is_traced_to_the_file(command: Command, here: Path) -> None:
    settings(here, "[classify]\nworkers = 0")

    done = command("classify", "none.csv")

    assert done.code == 2
    assert "Invalid value for '--workers'" in done.err
    assert done.err.endswith("Options are also set by textmine.toml here.\n")


def test_bytes_that_are_no_text_are_refused(command: Command, here: Path) -> None:
    (here / "textmine.toml").write_bytes(b"lang = '\xff'")

    done = command("doctor")

    assert done.code == 3
    assert done.err.startswith("textmine: textmine.toml: cannot be read as TOML")


def test_the_file_sets_the_language(here: Path) -> None:
    from textmine.cli.language import choose_language

    settings(here, "lang = 'zh'")

    assert choose_language([], {"LANG": "en_US.UTF-8"}, here) == "zh"
    assert choose_language([], {"TEXTMINE_LANG": "en"}, here) == "en"
    assert choose_language(["--lang", "en"], {}, here) == "en"
    settings(here, "lang = ")
    assert choose_language([], {}, here) == "en"


def test_every_option_but_the_withheld_can_be_set() -> None:
    import typer
    from textmine.cli.main import _typer
    from textmine.cli.settings import WITHHELD, _leaves, _options

    root = typer.main.get_command(_typer)
    names = {name for leaf in _leaves(root) for name in _options(leaf)}

    assert WITHHELD - {"help", "version"} <= names
    assert {"model", "by", "outbox", "min-precision", "state"} <= names


def test_the_example_of_the_page_is_understood(root: Path, here: Path) -> None:
    import re

    import typer
    from textmine.cli.main import _typer
    from textmine.cli.settings import read_settings

    (example,) = re.findall(r"```toml\n(.*?)```", (root / "docs" / "cli.md").read_text("utf-8"), re.DOTALL)
    settings(here, example)

    read = read_settings(typer.main.get_command(_typer), here)

    assert read["classify"]["by"] == ["地市", "week"]
    assert read["events"]["send"] == {"outbox": "outbox", "patience": "300", "lang": "zh"}
    assert read["train"]["lang"] == "zh"
