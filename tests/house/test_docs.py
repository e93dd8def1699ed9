"""The documents agree with the code: commands, options, files, exit codes, the two lines of the README."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

READMES = ("README.md", "README.zh.md")


def _commands() -> Iterator[tuple[str, Any]]:
    """Every command line name, such as `textmine frame show`, with the command behind it."""
    import typer
    from textmine.cli.main import _typer

    def walk(name: str, command: Any) -> Iterator[tuple[str, Any]]:
        children = getattr(command, "commands", {})
        if not children:
            yield name, command
        for child, below in children.items():
            yield from walk(f"{name} {child}", below)

    yield from walk("textmine", typer.main.get_command(_typer))


COMMANDS = dict(_commands())


def _section(text: str, name: str) -> str:
    """The part of cli.md under the heading of a command."""
    found = re.search(rf"^#+ `{re.escape(name)}[^`\n]*`\n(.*?)(?=^#|\Z)", text, re.MULTILINE | re.DOTALL)
    return found[1] if found else ""


@pytest.fixture(scope="module")
def cli_page(root: Path) -> str:
    return (root / "docs" / "cli.md").read_text("utf-8")


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_and_option_is_documented(cli_page: str, name: str) -> None:
    section = _section(cli_page, name)
    options = [
        option
        for parameter in COMMANDS[name].params
        for option in (*parameter.opts, *parameter.secondary_opts)
        if option.startswith("-") and option not in ("-h", "--help")
    ]

    assert section, f"docs/cli.md has no section `{name} …`"
    assert [option for option in options if f"`{option}" not in section] == []


@pytest.mark.parametrize("name", COMMANDS)
def test_no_option_is_documented_that_does_not_exist(cli_page: str, name: str) -> None:
    documented = set(re.findall(r"^\| .*", _section(cli_page, name), re.MULTILINE))
    written = {
        option for row in documented for option in re.findall(r"`(--?[a-z][a-z-]*)", row.split(" | ")[0])
    }
    known = {o for p in COMMANDS[name].params for o in (*p.opts, *p.secondary_opts)}

    assert written <= known


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_option_and_argument_has_help(name: str) -> None:
    command = COMMANDS[name]

    assert command.help
    assert [p.name for p in command.params if not getattr(p, "help", None)] == []


def test_every_exit_code_is_documented(cli_page: str) -> None:
    from textmine.cli import main

    codes = (
        *(main.DONE, main.TOO_MANY_BAD, main.USAGE, main.INPUT, main.OUTPUT),
        *(main.INTERRUPTED, main.PIPE_CLOSED),
    )

    assert [code for code in codes if f"| {code} |" not in cli_page] == []


def test_every_file_and_field_of_a_folder_is_documented(
    root: Path, samples: Path, small: Any, tmp_path: Path
) -> None:
    from textmine.cli.main import run

    page = (root / "docs" / "files.md").read_text("utf-8")
    options = ["--by", "地市", "--format", "csv,xlsx,parquet", "-q"]
    assert (
        run(
            [
                "classify",
                str(samples / "messy.csv"),
                "-o",
                str(tmp_path),
                "--max-bad",
                "50%",
                *options[2:],
                *small,
            ]
        )
        == 0
    )
    assert run(["classify", str(samples / "complaints.csv"), "-o", str(tmp_path), *options, *small]) == 0

    names = {path.name for path in tmp_path.iterdir()}
    assert {name for name in names if f"`{name}`" not in page} == set()
    for name in ("tagged.csv", "causes_long.csv", "pareto.csv", "pareto_by.csv", "fishbone_parent_child.csv"):
        columns = (tmp_path / name).read_text("utf-8-sig").splitlines()[0].split(",")
        own = [column for column in columns if column.isascii()]
        assert [column for column in own if f"`{column}`" not in page] == []


def test_every_reason_of_quarantine_is_documented(root: Path) -> None:
    from textmine.io.reasons import REASONS

    page = (root / "docs" / "files.md").read_text("utf-8")

    assert [code for code in REASONS if f"`{code}`" not in page] == []


def test_every_field_of_json_files_is_documented(root: Path, classified_json: dict[str, Any]) -> None:
    page = (root / "docs" / "files.md").read_text("utf-8")

    def keys(value: Any) -> Iterator[str]:
        if isinstance(value, dict):
            for key, below in value.items():
                if re.fullmatch("[a-z_0-9]+", key):
                    yield key
                    yield from keys(below)
        elif isinstance(value, list) and value:
            for item in value:
                yield from keys(item)

    assert sorted({key for key in keys(classified_json) if f"`{key}`" not in page}) == []


@pytest.fixture(scope="module")
def classified_json(samples: Path, small: tuple[str, ...], tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Manifest, a line of tags.jsonl with a cause, one of quarantine.jsonl, and the fishbone's top."""
    import json

    from textmine.cli.main import run

    folder = tmp_path_factory.mktemp("json")
    run(["classify", str(samples / "messy.csv"), "-o", str(folder / "messy"), "-q", *small])
    run(["classify", str(samples / "complaints.csv"), "-o", str(folder), "-q", *small])
    tags = [json.loads(line) for line in (folder / "tags.jsonl").read_text("utf-8").splitlines()]
    quarantine = (folder / "messy" / "quarantine.jsonl").read_text("utf-8").splitlines()
    fishbone = json.loads((folder / "fishbone.json").read_text("utf-8"))
    return [
        json.loads((folder / "manifest.json").read_text("utf-8")),
        next(tag for tag in tags if tag["causes"]),
        json.loads(quarantine[0]),
        fishbone,
    ]


def _lines(text: str) -> list[str]:
    """The command lines of a README: the lines of its shell blocks that make a virtual environment."""
    blocks = re.findall(r"```(?:bash|sh)\n(.*?)```", text, re.DOTALL)
    return [line for block in blocks for line in block.splitlines() if line.startswith("python3 -m venv")]


def test_both_readmes_begin_with_the_same_two_commands(root: Path) -> None:
    lines = {name: _lines((root / name).read_text("utf-8")) for name in READMES}

    assert lines["README.md"] == lines["README.zh.md"]
    classify, test = lines["README.md"]
    assert classify.endswith("textmine classify data_samples/complaints.csv")
    assert test.endswith("pytest")
    for name in READMES:
        assert all(
            line in "\n".join((root / name).read_text("utf-8").splitlines()[:40]) for line in lines[name]
        )


def test_ci_runs_the_test_command_of_the_readme(root: Path, tmp_path: Path) -> None:
    *_, test = _lines((root / "README.md").read_text("utf-8"))

    done = subprocess.run(
        [shutil.which("bash") or "/bin/bash", str(root / ".ci" / "run"), "--print"],
        capture_output=True,
        encoding="utf-8",
        check=True,
        cwd=tmp_path,
    )

    assert done.stdout.strip() == test


@pytest.mark.parametrize(
    "page",
    [
        *READMES,
        "CONTRIBUTING.md",
        "CHANGELOG.md",
        "docs/cli.md",
        "docs/files.md",
        "docs/columns.md",
        "docs/library.md",
    ],
)
def test_links_between_the_documents_lead_somewhere(root: Path, page: str) -> None:
    text = (root / page).read_text("utf-8")
    targets = [target.partition("#")[0] for target in re.findall(r"\]\(([^)\s]+)\)", text)]

    dead = [t for t in targets if t and "://" not in t and not (root / page).parent.joinpath(t).exists()]
    assert dead == []


def test_the_examples_of_the_library_page_run(
    root: Path, tmp_path: Path, small_model: Path, banking: Path
) -> None:
    import sys

    text = (root / "docs" / "library.md").read_text("utf-8")
    blocks = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    program = "\n".join(blocks)
    (tmp_path / "data_samples").symlink_to(root / "data_samples")

    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, encoding="utf-8", check=False
    )

    assert done.returncode == 0, done.stderr
    assert len(blocks) >= 5
