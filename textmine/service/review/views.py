"""What the pages show of a row, in pieces a template can print. Jinja escapes every text; decides nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from ...frame.frame import Frame, Lang
from ...report.words import percent, speaker
from ...review.desk import Seen
from ...review.queue import QueueRow

SNIPPET = 60


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a verbatim with the places (from 1) of the proposals that rest on it; `ends` end here."""

    text: str
    of: tuple[int, ...] = ()
    ends: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Chosen:
    """A cause in the form: its code, its name, the name of the cause above it, and the reader's certainty."""

    code: str
    name: str
    above: str
    score: float | None


def pieces(row: QueueRow) -> tuple[Piece, ...]:
    """The whole text, cut where evidence begins and ends."""
    spans = [(p.start, p.end) for p in row.proposals]
    cuts = sorted({0, len(row.text), *(place for span in spans for place in span)})
    cuts = [place for place in cuts if 0 <= place <= len(row.text)]
    return tuple(
        Piece(
            row.text[left:right],
            tuple(n for n, (start, end) in enumerate(spans, 1) if start <= left and right <= end),
            tuple(n for n, (start, end) in enumerate(spans, 1) if start < end == right),
        )
        for left, right in pairwise(cuts)
    )


def chosen(codes: Sequence[str], row: QueueRow, frame: Frame, lang: Lang) -> tuple[Chosen, ...]:
    """The causes of a form, primary one first."""
    scores = {proposal.code: proposal.score for proposal in row.proposals}
    return tuple(
        Chosen(code, frame.name(code, lang), _above(frame, code, lang), scores.get(code)) for code in codes
    )


def drafted(codes: Sequence[str], *, add: str = "", drop: str = "", first: str = "") -> tuple[str, ...]:
    """The causes of a form after a button of it was pressed."""
    left = [code for code in dict.fromkeys((*codes, *filter(None, (add,)))) if code != drop]
    if first in left:
        left = [first, *(code for code in left if code != first)]
    return tuple(left)


def first_draft(seen: Seen) -> tuple[str, ...]:
    """The causes that a form starts with: what was decided, else what is proposed to those who may see it."""
    decision = seen.final.decision or seen.mine.decision
    if decision is not None and decision.judged:
        return decision.codes
    return () if seen.blind else tuple(proposal.code for proposal in seen.row.proposals)


class Templates:
    """The pages by name; `page` fills one."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame
        self._environment = Environment(
            loader=PackageLoader("textmine.service.review"),
            autoescape=True,
            trim_blocks=True,
            lstrip_blocks=True,
            undefined=StrictUndefined,
        )
        self._environment.filters.update(percent=percent, snippet=_snippet, moment=_moment)

    def page(self, template: str, lang: Lang, **values: Any) -> str:
        """A page as text."""
        found = self._environment.get_template(f"{template}.html")

        def named(code: str) -> str:
            return self._frame.name(code, lang)

        return found.render(say=speaker(lang), lang=lang, named=named, **values)


def _snippet(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= SNIPPET else line[: SNIPPET - 1] + "…"


def _moment(at: str) -> str:
    """A time as people read it: 2026-01-31T09:00:00+00:00 is 2026-01-31 09:00 UTC."""
    return f"{at[:10]} {at[11:16]} UTC"


def _above(frame: Frame, code: str, lang: Lang) -> str:
    cause = frame.cause_of(code)
    return frame.name(cause, lang) if cause != code else ""
