"""The page about training agrees with the code: its program runs, its links and options exist."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.fixture(scope="module")
def page(root: Path) -> str:
    return (root / "docs" / "training.md").read_text("utf-8")


def test_the_program_of_the_page_runs(page: str, root: Path, tmp_path: Path) -> None:
    (tmp_path / "data_samples").symlink_to(root / "data_samples")
    program = "\n".join(re.findall(r"```python\n(.*?)```", page, re.DOTALL))

    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, encoding="utf-8", check=False
    )

    assert done.returncode == 0, done.stderr
    assert "Suspect(" in done.stdout


def test_the_options_of_the_page_exist(page: str) -> None:
    from textmine.cli.main import _typer
    from typer.main import get_command

    commands = get_command(_typer).commands  # type: ignore[attr-defined]
    shell = "\n".join(re.findall(r"```bash\n(.*?)```", page, re.DOTALL))
    lines = re.findall(r"^textmine (\w+) (.*)$", shell, re.MULTILINE)

    assert {"train", "evaluate", "classify"} <= {name for name, _ in lines}
    for name, rest in lines:
        command = commands[name] if name != "frame" else commands[name].commands[rest.split()[0]]
        known = {option for parameter in command.params for option in parameter.opts}
        assert {word for word in rest.split() if word.startswith("-")} <= known


@pytest.mark.parametrize("name", ["training.md", "measurements.md"])
def test_the_links_lead_somewhere(root: Path, name: str) -> None:
    text = (root / "docs" / name).read_text("utf-8")
    targets = [target.partition("#")[0] for target in re.findall(r"\]\(([^)\s]+)\)", text)]

    assert [t for t in targets if t and not (root / "docs" / t).exists()] == []
