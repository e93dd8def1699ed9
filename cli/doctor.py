"""`textmine doctor`: what is installed, which models, whether this terminal and these fonts will do."""

from __future__ import annotations

from typing import Annotated, NamedTuple

import typer

from . import options as shared
from .language import say
from .terminal import show_json, show_table

_PARTS = (
    "numpy",
    "scipy",
    "scikit-learn",
    "pandas",
    "jieba",
    "rjieba",
    "hdbscan",
    "pyarrow",
)
_EXTRAS = {"embed": ("sentence-transformers", "torch")}


class Check(NamedTuple):
    """One thing looked at: `ok` is None for what is merely told."""

    what: str
    ok: bool | None
    found: str


def doctor_command(
    lang: shared.Lang = None,
    json: shared.Json = False,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help=say("只给出退出码。", "Exit code only."))
    ] = False,
) -> int:
    """Check installation, models, terminal and fonts; exit code 1 when something needed is missing."""
    checks = [*_installation(), *_models(), *_surroundings()]
    if json:
        show_json({"checks": [check._asdict() for check in checks]})
    elif not quiet:
        marks = {True: "OK", False: "✗", None: "·"}
        show_table(
            say("体检", "Check-up"),
            ("", say("项目", "What"), say("情况", "Found")),
            [(marks[check.ok], check.what, check.found) for check in checks],
        )
    return 1 if any(check.ok is False for check in checks) else 0


def _installation() -> list[Check]:
    import platform
    from importlib.metadata import PackageNotFoundError, version

    from .. import __version__

    def found(name: str) -> str:
        try:
            return version(name)
        except PackageNotFoundError:
            return ""

    checks = [
        Check("textmine", True, __version__),
        Check("Python", True, f"{platform.python_version()} · {platform.system()} {platform.machine()}"),
        *(Check(name, bool(found(name)), found(name) or say("缺失", "missing")) for name in _PARTS),
    ]
    for extra, names in _EXTRAS.items():
        missing = [name for name in names if not found(name)]
        text = say("未安装（可选）", "not installed (optional)") if missing else found(names[0])
        checks.append(Check(f"[{extra}]", None, text))
    return checks


def _models() -> list[Check]:
    from ..classify.model import load_model
    from ..classify.reader import load_frame_and_cues
    from ..errors import TextmineError
    from ..resources import installed_models

    checks = []
    try:
        frame, lexicon = load_frame_and_cues()
        checks.append(Check(say("代码表", "code frame"), True, f"v{frame.version} · {len(frame.codes)}"))
        words = sum(len(concept.words) for concept in lexicon.concepts)
        checks.append(Check(say("线索词典", "cue lexicon"), True, f"{words:,} · {len(lexicon.patterns):,}"))
    except TextmineError as error:
        return [Check(say("代码表和词典", "frame and lexicon"), False, str(error))]
    for name, folder in installed_models().items():
        try:
            model = load_model(folder, frame, lexicon)
            checks.append(Check(say(f"模型 {name}", f"model {name}"), True, model.version))
        except TextmineError as error:
            checks.append(Check(say(f"模型 {name}", f"model {name}"), False, str(error)))
    return checks


def _surroundings() -> list[Check]:
    import sys
    from shutil import which
    from subprocess import run

    encoding = sys.stdout.encoding or "?"
    try:
        "中文".encode(encoding)
        readable = True
    except (LookupError, UnicodeEncodeError):
        readable = False
    fonts = ""
    if path := which("fc-list"):
        fonts = run([path, ":lang=zh", "family"], capture_output=True, text=True, check=False).stdout
    family = next(iter(fonts.splitlines()), "")
    return [
        Check(
            say("终端编码", "terminal encoding"),
            None,
            encoding if readable else f"{encoding} – PYTHONIOENCODING=utf-8",
        ),
        Check(
            say("中文字体", "Chinese font"),
            None,
            family
            or say(
                "未找到；网页和 Excel 使用查看者的字体", "none found; pages and workbooks use the reader's"
            ),
        ),
    ]
