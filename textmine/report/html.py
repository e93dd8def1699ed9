"""One self-contained page: drawings inline, its own style and script, nothing fetched, nothing counted.

Every text goes through Jinja's autoescape or the canvas; the policy in the head allows exactly the one style
and the one script the page carries, by their hashes.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from ..counts.drivers import QUADRANT_ZH
from .charts import Chart, charts, display_name
from .risk import ESCALATIONS
from .sentences import sentences
from .svg.canvas import DARK, FONTS, LIGHT, STYLE, clean
from .words import CHANGES, Lang, percent, reviewed_unused, speaker, uncorrected

if TYPE_CHECKING:
    from .summary import Summary
    from .verbatims import Verbatim

TREE_ROWS = 300
"""Groups of a roll-up on the page; the workbook has all."""

_WEIGHINGS = {
    "zh": {
        "over-weighed": "偏重",
        "under-weighed": "偏轻",
        "in balance": "相当",
        "not on the checklist": "检查表未列",
    },
    "en": {key: key for key in ("over-weighed", "under-weighed", "in balance", "not on the checklist")},
}


def render_html(summary: Summary, *, lang: Lang = "zh") -> str:
    """The page as text."""
    environment = Environment(
        loader=PackageLoader("textmine.report"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    environment.filters.update(percent=percent, number=lambda n: f"{n:,.0f}", clean=clean)
    style = _style(_source(environment, "report.css"))
    script = _source(environment, "report.js").strip()
    return environment.get_template(
        "report.html"
    ).render(
        s=summary,
        lang=lang,
        say=speaker(lang),
        name=partial(display_name, summary.frame, lang),
        sentences=sentences(summary, lang),
        charts={chart.key: _markup(chart) for chart in charts(summary, lang)},
        drill=_drill(summary),
        style=Markup(style),  # noqa: S704 - our own file
        script=Markup(script),  # noqa: S704 - our own file
        policy=_policy(style, script),
        quadrants=QUADRANT_ZH,
        verdicts=CHANGES[lang],
        weighings=_WEIGHINGS[lang],
        uncorrected=uncorrected(summary.correction.reason, speaker(lang)),
        reviewed_unused=reviewed_unused(summary.correction.reviewed_reason, speaker(lang)),
        first_entries=ESCALATIONS,
        tree_nodes=summary.tree.nodes[:TREE_ROWS] if summary.tree else (),
        tree_left=max(0, len(summary.tree.nodes) - TREE_ROWS) if summary.tree else 0,
        tree_scored=bool(summary.tree and any(node.score for node in summary.tree.nodes)),
        risks={entry.code: entry.name(lang) for entry in summary.frame.risks},
    )


def _drill(summary: Summary) -> list[dict[str, Any]]:
    """Causes by count, each with its codes that have verbatims to show."""
    counted = {row.code: row.n for row in summary.subcauses}
    causes = []
    for row in summary.causes:
        codes = sorted(
            (code for code in summary.verbatims if summary.frame.cause_of(code) == row.code),
            key=lambda code: (-counted.get(code, 0), code),
        )
        shown: list[tuple[str, int, Sequence[Verbatim]]] = [
            (code, counted.get(code, 0), summary.verbatims[code]) for code in codes
        ]
        if shown:
            causes.append({"code": row.code, "n": row.n, "codes": shown})
    return causes


def _markup(chart: Chart) -> dict[str, Any]:
    return {
        "title": chart.title,
        "note": chart.note,
        "svg": Markup(chart.drawing.svg),  # noqa: S704 - the canvas escapes all text
        "wide": chart.drawing.width,
    }


def _style(own: str) -> str:
    def colours(values: dict[str, str]) -> str:
        return "".join(f"--{name}:{value};" for name, value in values.items())

    dark = colours(DARK)
    return (
        f":root{{{colours(LIGHT)}--fonts:{FONTS};color-scheme:light}}"
        "@media screen and (prefers-color-scheme:dark){:root:not([data-theme=light])"
        f"{{{dark}color-scheme:dark}}}}"
        f"@media screen{{:root[data-theme=dark]{{{dark}color-scheme:dark}}}}{STYLE}\n{own}"
    )


def _policy(style: str, script: str) -> str:
    """A content security policy that allows the page's own style and script and nothing else."""

    def sha(text: str) -> str:
        return "'sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() + "'"

    return (
        f"default-src 'none'; style-src {sha(style)}; script-src {sha(script)}; "
        "base-uri 'none'; form-action 'none'"
    )


def _source(environment: Environment, name: str) -> str:
    loader = environment.loader or PackageLoader("textmine.report")
    return loader.get_source(environment, name)[0]
