"""`textmine evaluate`: how good a model is on labelled verbatims, and which rows a person should look at."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from . import options as shared
from .language import LANG, say
from .terminal import note, percent, show_json, show_table

if TYPE_CHECKING:
    from ..classify.evaluate import Evaluation
    from ..classify.suggest import Suggestion
    from ..frame.frame import Frame
    from ..training import Noise, Rows

#: Suspect labels shown to people; --json lists all.
SHOWN = 50

NAMES = {
    "cause_micro_f1": ("原因 micro-F1", "Causes, micro-F1"),
    "cause_macro_f1": ("原因 macro-F1（≥10 条）", "Causes, macro-F1 (10 rows or more)"),
    "headline_macro_f1": ("重点原因 macro-F1", "Headline causes, macro-F1"),
    "subcause_micro_f1": ("子原因 micro-F1", "Subcauses, micro-F1"),
    "subcause_macro_f1": ("子原因 macro-F1（≥10 条）", "Subcauses, macro-F1 (10 rows or more)"),
    "primary_accuracy": ("主因正确率", "Primary cause right"),
    "stance_accuracy": ("立场正确率", "Stance right"),
    "no_cause_kept": ("无不满者不给原因", "No cause, none given"),
    "evidence_overlap": ("证据与标注重合", "Evidence overlaps the label"),
    "calibration_error": ("校准误差", "Calibration error"),
}


def evaluate_command(
    labelled: Annotated[
        list[str],
        typer.Argument(metavar="LABELLED", help=say("已标注的 JSONL 文件或目录。", "Labelled JSONL files.")),
    ],
    model: shared.ModelName = None,
    frame: shared.FrameFile = None,
    precision: Annotated[
        float,
        typer.Option("--precision", min=0.5, max=0.99, help=say("承诺的准确率。", "Promised precision.")),
    ] = 0.9,
    suggest: Annotated[
        int | None,
        typer.Option(
            "--suggest",
            metavar="N",
            min=1,
            help=say(
                "列出最值得人工查看的 N 条（行可不带标注）。",
                "List the N rows most worth a human look (rows need no labels).",
            ),
        ),
    ] = None,
    noise: Annotated[
        bool,
        typer.Option(
            "--noise",
            help=say(
                "列出最可能标错的标注；不给 --model 时交叉验证。",
                "List the labels most likely wrong; without --model by cross-validation.",
            ),
        ),
    ] = False,
    card: Annotated[
        str | None,
        typer.Option("--card", metavar="FILE", help=say("写出模型卡。", "Write the model card to FILE.")),
    ] = None,
    lang: shared.Lang = None,
    json: shared.Json = False,
) -> None:
    """Print F1 at both levels, primary, stance, calibration and coverage, each with an interval."""
    from ..training import evaluate_model, noisy_labels, suggest_rows

    path = Path(frame) if frame else None
    if suggest is not None:
        _show_suggestions(*suggest_rows(labelled, n=suggest, model=model, frame=path), json=json)
    elif noise:
        _show_noise(noisy_labels(labelled, model=model, frame=path), json=json)
    else:
        card_path = Path(card) if card else None
        result, loaded = evaluate_model(
            labelled, model=model, frame=path, precision=precision, card=card_path
        )
        if json:
            show_json(_as_dict(result))
        else:
            _show(result, loaded)


def _show_suggestions(rows: Rows, found: Sequence[Suggestion], *, json: bool) -> None:
    if json:
        show_json({"rows": [_suggested(rows, item) for item in found]})
        return
    show_table(
        say("最值得人工查看", "Most worth a human look"),
        (
            say("编号", "Id"),
            say("不确定（比特）", "Doubt (bits)"),
            say("读作", "Read as"),
            say("原话", "Verbatim"),
        ),
        [
            (
                rows.ids[item.row],
                f"{item.uncertainty:.2f}",
                item.reading.primary or ("?" if item.reading.status == "abstained" else "–"),
                rows.texts[item.row],
            )
            for item in found
        ],
        numbers=(1,),
    )


def _suggested(rows: Rows, item: Suggestion) -> dict[str, object]:
    """A row in the corpus format, labelled as the model reads it: for a person to mend."""
    text = rows.texts[item.row]
    return {
        "id": rows.ids[item.row],
        "text": text,
        "causes": [{"code": tag.code, "span": text[tag.start : tag.end]} for tag in item.reading.tags],
        "primary": item.reading.primary,
        "stance": item.reading.stance,
        "uncertainty": item.uncertainty,
    }


def _show_noise(found: Noise, *, json: bool) -> None:
    if json:
        from dataclasses import asdict

        show_json(
            {
                "rows": len(found.examples),
                "suspects": [
                    {**asdict(s), "id": found.examples[s.row].id, "text": found.examples[s.row].text}
                    for s in found.suspects
                ],
            }
        )
        return
    show_table(
        say(
            f"最可能标错的标注（{len(found.suspects)} 处，共 {len(found.examples)} 条）",
            f"Labels most likely wrong ({len(found.suspects)} in {len(found.examples)} rows)",
        ),
        (say("编号", "Id"), say("原因", "Cause"), say("疑问", "Doubt"), "P", say("原话", "Verbatim")),
        [
            (
                found.examples[s.row].id,
                s.cause,
                say("多标", "labelled, unlikely") if s.labelled else say("漏标", "likely, not labelled"),
                f"{s.probability:.2f}",
                found.examples[s.row].text,
            )
            for s in found.suspects[:SHOWN]
        ],
        numbers=(3,),
    )


def _as_dict(result: Evaluation) -> dict[str, object]:
    from dataclasses import asdict

    causes = [
        {**asdict(c), "precision": _number(c.precision), "recall": _number(c.recall), "f1": _number(c.f1)}
        for c in result.causes
    ]
    return {
        "n": result.n,
        "figures": {
            f.name: {"value": _number(f.value), "low": _number(f.low), "high": _number(f.high)}
            for f in result.figures
        },
        "causes": causes,
        "reliability": [asdict(b) for b in result.reliability],
        "confusions": [{"labelled": a, "given": b, "n": n} for a, b, n in result.confusions],
    }


def _number(value: float) -> float | None:
    return None if value != value else round(value, 4)


def _show(result: Evaluation, frame: Frame) -> None:
    def named(code: str) -> str:
        return frame.name(code, LANG) if code else say("（无）", "(none)")

    def label(name: str) -> str:
        zh, en = NAMES.get(name, (name, name))
        return say(zh, en)

    show_table(
        say(f"{result.n} 条已标注原话", f"{result.n} labelled verbatims"),
        (say("指标", "Figure"), say("值", "Value"), say("90% 区间", "90 % interval")),
        [(label(f.name), f"{f.value:.3f}", f"{f.low:.3f} – {f.high:.3f}") for f in result.figures],
        numbers=(1, 2),
    )
    show_table(
        say("各原因", "Causes"),
        (
            say("原因", "Cause"),
            say("标注", "Labelled"),
            say("给出", "Given"),
            say("准确率", "Precision"),
            say("召回率", "Recall"),
            "F1",
        ),
        [
            (named(c.code), c.labelled, c.given, percent(c.precision), percent(c.recall), f"{c.f1:.3f}")
            for c in result.causes
            if c.labelled or c.given
        ],
        numbers=(1, 2, 3, 4, 5),
    )
    show_table(
        say("最常见的混淆（主因）", "Most frequent confusions (primary cause)"),
        (say("标注", "Labelled"), say("给出", "Given"), say("条数", "Rows")),
        [(named(a), named(b), n) for a, b, n in result.confusions[:12]],
        numbers=(2,),
    )
    note(say("区间为按原话重抽样 200 次的自助法。", "Intervals: bootstrap over verbatims, 200 resamples."))
