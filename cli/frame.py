"""`textmine frame`: show the code frame, check it and its cues, compare two versions."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from . import options as shared
from .frame_diff import diff_command
from .language import LANG, say
from .terminal import note, percent, show_json, show_table

if TYPE_CHECKING:
    from ..classify.cue_report import CueQuality, CueReport
    from ..frame.frame import Frame
    from ..frame.lexicon import Lexicon

commands = typer.Typer(
    help=say("代码表：列出、检查、比较。", "The code frame: show, check, compare."), no_args_is_help=True
)


@commands.command("show")
def show_command(
    code: Annotated[
        str | None, typer.Argument(metavar="CODE", help=say("只看一个原因。", "One cause only."))
    ] = None,
    preset: Annotated[
        str | None, typer.Option("--preset", metavar="P", help=say("鱼骨图分支方案。", "Fishbone branches."))
    ] = None,
    frame: shared.FrameFile = None,
    lang: shared.Lang = None,
    json: shared.Json = False,
) -> None:
    """List causes and subcauses with branches; for one cause also definitions and boundary rules."""
    from dataclasses import asdict

    from ..frame.frame import Frame

    loaded = Frame.load(Path(frame) if frame else None)
    wanted = loaded.cause_of(code) if code else None
    tree = [cause for cause in loaded.tree if wanted in (None, cause.code)]
    if json:
        show_json({"version": loaded.version, "causes": [asdict(cause) for cause in tree]})
        return
    rows = []
    for cause in tree:
        mark = "★" if cause.headline else ""
        rows.append((cause.code, f"{mark}{cause.name(LANG)}", "", cause.definition(LANG) if wanted else ""))
        for sub in cause.subcauses:
            branch = loaded.branch(sub.code, preset)
            bone = loaded.branch_name(branch, preset=preset, lang=LANG) if branch else ""
            rows.append((f"  {sub.key}", sub.name(LANG), bone, sub.definition(LANG) if wanted else ""))
    header = (say("代码", "Code"), say("名称", "Name"), say("分支", "Branch"), say("定义", "Definition"))
    show_table(
        f"{say(loaded.title_zh, loaded.title_en)} v{loaded.version}",
        header if wanted else header[:3],
        rows if wanted else [row[:3] for row in rows],
    )
    for rule in loaded.rules:
        if wanted and any(loaded.cause_of(c) == wanted for c in rule.codes):
            note("· " + (rule.zh if LANG == "zh" else rule.en))


@commands.command("check")
def check_command(
    cues: Annotated[
        bool,
        typer.Option(
            "--cues", help=say("报告每个线索的准确率与覆盖率。", "Report precision and coverage of cues.")
        ),
    ] = False,
    corpus: Annotated[
        list[str] | None,
        typer.Option("--corpus", metavar="PATH", help=say("已标注的 JSONL。", "Labelled JSONL for --cues.")),
    ] = None,
    weakest: Annotated[
        int, typer.Option("--weakest", help=say("列出最弱的几条。", "How many weak ones to list."))
    ] = 30,
    frame: shared.FrameFile = None,
    lang: shared.Lang = None,
    json: shared.Json = False,
) -> None:
    """Check the code frame and its cue lexicon; every fault names file and line."""
    from ..classify.reader import load_frame_and_cues
    from ..frame.frame import check_file

    path = Path(frame) if frame else None
    for finding in check_file(path):
        note(f"{finding.line or '-'}: {finding.level}: {finding.message}")
    loaded, lexicon = load_frame_and_cues(path)
    words = sum(len(concept.words) for concept in lexicon.concepts)
    counts = {
        "causes": len(loaded.causes),
        "codes": len(loaded.codes),
        "concepts": len(lexicon.concepts),
        "words": words,
        "patterns": len(lexicon.patterns),
    }
    if cues:
        _check_cues(corpus or [], loaded, lexicon, weakest, as_json=json)
    elif json:
        show_json(counts)
    if not json:
        note(
            say(
                "{causes} 个原因，{codes} 个代码；{concepts} 个概念，{words} 个词，{patterns} 个模式。",
                "{causes} causes, {codes} codes; {concepts} concepts, {words} words, {patterns} patterns.",
            ).format(**counts)
        )


def _check_cues(corpus: list[str], frame: Frame, lexicon: Lexicon, weakest: int, *, as_json: bool) -> None:
    from ..classify.cue_report import report_cues
    from ..classify.examples import corpus_files, read_examples
    from ..errors import UsageError

    if not corpus:
        raise UsageError("--cues needs labelled verbatims: --corpus data_samples/corpus")
    report = report_cues(lexicon, read_examples(corpus_files(map(Path, corpus)), frame))
    if as_json:
        show_json({"cues": [_as_dict(quality) for quality in report.cues]})
    else:
        _show_cues(report, weakest)


def _as_dict(quality: CueQuality) -> dict[str, object]:
    return {
        "target": quality.cue.target,
        "pattern": quality.cue.source,
        "file": Path(quality.cue.file).name,
        "line": quality.cue.line,
        "fired": quality.fired,
        "right": quality.right,
        "precision": None if quality.fired == 0 else round(quality.precision, 4),
        "coverage": None if quality.targets == 0 else round(quality.coverage, 4),
    }


def _show_cues(report: CueReport, weakest: int) -> None:
    show_table(
        say("各目标的线索", "Cues per target"),
        (
            say("目标", "Target"),
            say("模式", "Patterns"),
            say("标注", "Labelled"),
            say("覆盖", "Covered"),
            say("准确率", "Precision"),
        ),
        [
            (
                t.target,
                t.patterns,
                t.targets,
                percent(t.covered / t.targets) if t.targets else "–",
                percent(t.covered / t.fired) if t.fired else "–",
            )
            for t in report.targets
        ],
        numbers=(1, 2, 3, 4),
    )
    weak = sorted((q for q in report.cues if q.fired >= 3), key=lambda q: (q.precision, -q.fired))
    show_table(
        say("最弱的线索", "Weakest cues"),
        (
            say("位置", "Where"),
            say("目标", "Target"),
            say("模式", "Pattern"),
            say("触发", "Fired"),
            say("准确率", "Precision"),
        ),
        [
            (
                f"{Path(q.cue.file).name}:{q.cue.line}",
                q.cue.target,
                q.cue.source,
                q.fired,
                percent(q.precision),
            )
            for q in weak[:weakest]
        ],
        numbers=(3, 4),
    )


commands.command("diff")(diff_command)
