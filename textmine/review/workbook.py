"""The review queue as an Excel workbook: written with dropdowns, read back after people have worked in it.

Dropdowns take their items from a sheet of their own, since Excel allows a list written into a cell 255
characters only. Rows are known by their key, so they may be sorted, filtered, cut and copied.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ..errors import InputError, OutputError
from ..frame.frame import Frame, Lang
from ..io.sources import open_source
from .queue import QueueRow
from .verdicts import Verdict, spans_of

CAUSES = 4
"""Columns for causes; a row with more proposals shows the likeliest."""
SHEET, LISTS = "review", "lists"
_JOIN = "｜"

_WORDS: dict[Lang, dict[str, str]] = {
    "zh": {
        "key": "编号键", "row": "行", "id": "编号", "why": "为何复核", "text": "原话（已脱敏）",
        "evidence": "依据", "verdict": "结论", "cause": "原因", "stance": "态度", "coder": "复核人",
        "note": "备注", "accept": "同意", "change": "修改", "none": "无原因", "skip": "跳过",
        "abstained": "未能判定", "uncertain": "把握不大", "audit": "抽查",
    },
    "en": {
        "key": "key", "row": "row", "id": "id", "why": "why", "text": "text (masked)",
        "evidence": "evidence", "verdict": "verdict", "cause": "cause", "stance": "stance", "coder": "coder",
        "note": "note", "accept": "accept", "change": "change", "none": "no cause", "skip": "skip",
        "abstained": "not decided", "uncertain": "uncertain", "audit": "spot check",
    },
}  # fmt: skip
_VERDICTS = ("accept", "change", "none", "skip")
_WIDTHS = (22, 7, 18, 12, 70, 34, 10, *[30] * CAUSES, 14, 12, 24)


def write_queue(
    path: Path, rows: Sequence[QueueRow], frame: Frame, *, lang: Lang = "zh", blind: bool = False
) -> None:
    """Write a queue. `blind` leaves proposals and evidence out, for a second coder. Raises OutputError."""
    import xlsxwriter
    from xlsxwriter.exceptions import XlsxFileError

    book = xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False})
    try:
        sheet, lists = book.add_worksheet(SHEET), book.add_worksheet(LISTS)
        items = _items(frame, lang)
        for column, (name, values) in enumerate(items.items()):
            lists.write_string(0, column, name)
            for number, value in enumerate(values, start=1):
                lists.write_string(number, column, value)
        header = _header(lang)
        _dress(book, sheet, header, len(rows))
        for number, row in enumerate(rows, start=1):
            for column, value in enumerate(_cells(row, frame, lang, blind)):
                if value:
                    sheet.write_string(number, column, value)
        _add_dropdowns(sheet, header, items, len(rows))
        book.close()
    except (OSError, XlsxFileError) as error:
        raise OutputError(f"{path}: cannot be written ({error}); close it or choose another") from error


def _header(lang: Lang) -> list[str]:
    words = _WORDS[lang]
    causes = [f"{words['cause']}{n}" for n in range(1, CAUSES + 1)]
    first = [words[name] for name in ("key", "row", "id", "why", "text", "evidence", "verdict")]
    return [*first, *causes, words["stance"], words["coder"], words["note"]]


def _items(frame: Frame, lang: Lang) -> dict[str, list[str]]:
    words = _WORDS[lang]
    return {
        words["cause"]: [item(frame, code, lang) for code in _choices(frame)],
        words["verdict"]: [words[name] for name in _VERDICTS],
        words["stance"]: [f"{stance.code}{_JOIN}{stance.name(lang)}" for stance in frame.stances],
    }


def _choices(frame: Frame) -> list[str]:
    """Every code, each cause before its subcauses."""
    return [code for cause in frame.tree for code in (cause.code, *(sub.code for sub in cause.subcauses))]


def item(frame: Frame, code: str, lang: Lang) -> str:
    """A dropdown's item: the code, then its name for people."""
    return f"{code}{_JOIN}{frame.name(code, lang)}" if code in frame else code


def _dress(book: Any, sheet: Any, header: Sequence[str], rows: int) -> None:
    bold = book.add_format({"bold": True, "bg_color": "#E8EDF3", "valign": "top"})
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    for column, (name, width) in enumerate(zip(header, _WIDTHS, strict=True)):
        sheet.set_column(column, column, width, wrapped)
        sheet.write_string(0, column, name, bold)
    sheet.freeze_panes(1, 5)
    sheet.autofilter(0, 0, max(rows, 1), len(header) - 1)


def _cells(row: QueueRow, frame: Frame, lang: Lang, blind: bool) -> list[str]:
    proposals = () if blind else row.proposals
    causes = [item(frame, proposal.code, lang) for proposal in proposals[:CAUSES]]
    causes += [""] * (CAUSES - len(causes))
    evidence = " | ".join(proposal.evidence for proposal in proposals)
    stance = next((s.name(lang) for s in frame.stances if s.code == row.stance), "")
    stance = "" if blind else f"{row.stance}{_JOIN}{stance}"
    why = _WORDS[lang][row.why]
    return [row.key, str(row.number), row.id, why, row.text, evidence, "", *causes, stance, "", ""]


def _add_dropdowns(sheet: Any, header: Sequence[str], items: Mapping[str, Sequence[str]], rows: int) -> None:
    for place, (name, values) in enumerate(items.items()):
        letter = "ABC"[place]
        rule = {"validate": "list", "source": f"={LISTS}!${letter}$2:${letter}${len(values) + 1}"}
        for column, title in enumerate(header):
            if title.rstrip("0123456789") == name:
                sheet.data_validation(1, column, max(rows, 1), column, rule)


def read_queue(
    path: Path, frame: Frame, proposed: Mapping[str, QueueRow] | None = None
) -> tuple[Verdict, ...]:
    """The verdicts in a workbook that came back; rows without a verdict and unchanged rows are left out.

    `proposed` are the rows as exported: with them, "accept" stands for the proposals in full. Raises
    InputError naming file and line for a code that is not in the frame, or a workbook that is no queue.
    """
    with open_source(path, sheet=SHEET) as source:
        lang = _language(path, source.columns)
        return tuple(
            verdict
            for chunk in source.chunks(500)
            for row in chunk.rows
            if (verdict := _verdict(path, row.line, dict(zip(source.columns, row.values, strict=True)),
                                    frame, lang, proposed or {})) is not None
        )  # fmt: skip


def asked_in(path: Path) -> dict[str, bool]:
    """All rows of a workbook, judged or not, by key: whether each is marked as drawn by lot."""
    with open_source(path, sheet=SHEET) as source:
        words = _WORDS[_language(path, source.columns)]
        key = source.columns.index(words["key"])
        why = source.columns.index(words["why"]) if words["why"] in source.columns else None
        return {
            row.values[key].strip(): why is not None and row.values[why].strip() == words["audit"]
            for chunk in source.chunks(500)
            for row in chunk.rows
        }


def _language(path: Path, columns: Sequence[str]) -> Lang:
    for lang, words in _WORDS.items():
        if {words[name] for name in ("key", "verdict", "stance", "coder")} <= set(columns):
            return lang
    raise InputError(f"{path}: is no review queue (columns are missing); `textmine review export` makes one")


def _verdict(
    path: Path,
    line: int,
    cells: Mapping[str, str],
    frame: Frame,
    lang: Lang,
    proposed: Mapping[str, QueueRow],
) -> Verdict | None:
    words = _WORDS[lang]
    key = cells[words["key"]].strip()
    written = cells[words["verdict"]].strip()
    said = next((name for name in _VERDICTS if written in (words[name], name)), None)
    where = f"{path}:{line}"
    if written and said is None:
        known = ", ".join(words[name] for name in _VERDICTS)
        raise InputError(f"{where}: the verdict {written!r} is none of {known}")
    given = [cells.get(f"{words['cause']}{n}", "").strip() for n in range(1, CAUSES + 1)]
    codes = tuple(dict.fromkeys(_code(where, one, frame, lang) for one in given if one))
    row = proposed.get(key)
    shown = tuple(p.code for p in row.proposals[:CAUSES]) if row else ()
    stance = cells[words["stance"]].partition(_JOIN)[0].strip()
    untouched = codes in (shown, ()) and stance in ("", row.stance if row else "")
    if said == "skip" or (said is None and untouched):
        return None
    if said == "none":
        codes = ()
    elif said == "accept" and shown and not codes:
        raise InputError(f"{where}: accepted, but the causes were removed; choose {words['none']!r} instead")
    elif said == "accept" and row and codes == shown:
        codes = tuple(proposal.code for proposal in row.proposals)
    stance = stance or (row.stance if row else "none")
    if stance not in frame.axes["stance"]:
        raise InputError(f"{where}: the stance {stance!r} is none of {', '.join(frame.axes['stance'])}")
    return Verdict(key, cells[words["coder"]].strip() or path.stem, spans_of(codes, row), stance, where)


def _code(where: str, written: str, frame: Frame, lang: Lang) -> str:
    """The code of an item, of a bare code or of a name that only one code has."""
    code = written.partition(_JOIN)[0].strip()
    if code in frame:
        return code
    named = [one for one in _choices(frame) if frame.name(one, lang) == written]
    if len(named) == 1:
        return named[0]
    raise InputError(f"{where}: the cause {written!r} is not in the code frame; choose one from the list")
