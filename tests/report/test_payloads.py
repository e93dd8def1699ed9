"""What customers and columns say stays text: in the page, in the workbook, in the slides."""

from __future__ import annotations

import re
import zipfile
from html.parser import HTMLParser
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from textmine.frame.frame import Frame
from textmine.reporting import ReportOptions, report

PAYLOADS = tuple(Path(__file__).with_name("payloads.txt").read_text("utf-8").splitlines())
TAGS = frozenset(
    (*("html", "head", "meta", "title", "style", "body", "header", "div", "h1", "button", "nav", "a", "main"),
     *("section", "h2", "h3", "ul", "li", "span", "b", "p", "table", "thead", "tbody", "tr", "th", "td"),
     *("details", "summary", "ol", "small", "mark", "label", "br", "input", "script"),
     *("svg", "g", "rect", "line", "circle", "path", "text"))
)  # fmt: skip
ATTRIBUTES = frozenset(
    (*("lang", "charset", "http-equiv", "content", "name", "id", "class", "href", "type", "tabindex", "role"),
     *("aria-label", "viewbox", "width", "height", "x", "y", "x1", "y1", "x2", "y2", "cx", "cy", "r", "rx"),
     *("d", "stroke-width", "font-size", "text-anchor", "for", "autocomplete", "hidden", "colspan"))
)  # fmt: skip


class Structure(HTMLParser):
    """Elements, attributes and script texts of a page."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.links: list[str] = []
        self.scripts: list[str] = []
        self.text = ""
        self._inside = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links += [value or "" for name, value in attrs if name in ("href", "src", "action")]
        self._inside = tag
        if tag == "script":
            self.scripts.append("")

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside == "script":
            self.scripts[-1] += data
        else:
            self.text += data


@pytest.fixture(scope="module")
def written(write: Any, said: Any, frame: Frame, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A report in every form of rows whose text, id, group, customer, date and columns are payloads."""
    rows = []
    for i, payload in enumerate(PAYLOADS):
        day = f"2026-08-{1 + i % 28:02d}"
        who = {"customer": payload, "id": payload, "city": payload}
        # Each payload has a code of its own, so that none is left out of the sample.
        found = ((frame.codes[i % len(frame.codes)], payload[: 1 + i % len(payload)]),)
        rows.append(said(f"{payload} 的问题", found, day, risk=("media",), **who))
    columns = ("<b>号</b>", "=日期", '"><script>window.pwned=1</script>', "客户标识", "=1+1 内容", "评分")
    folder = write(rows, columns=columns, name="<script>window.pwned=1</script>.csv")
    (folder / "issues.jsonl").write_text(
        '{"issue_id":"1","label":"<script>window.pwned=1</script>","status":"<b>","first_seen":"=1","size":3}\n',
        "utf-8",
    )
    out = tmp_path_factory.mktemp("payloads")
    report(folder, html=out / "r.html", xlsx=out / "r.xlsx", pptx=out / "r.pptx", options=ReportOptions())
    return out


def test_there_are_sixty_payloads() -> None:
    assert len(set(PAYLOADS)) >= 60


def test_no_payload_becomes_an_element_attribute_link_or_script(written: Path) -> None:
    page = Structure()
    page.feed((written / "r.html").read_text("utf-8"))

    assert page.tags <= TAGS
    assert page.attributes <= ATTRIBUTES
    assert all(link.startswith("#") for link in page.links)
    assert len(page.scripts) == 1
    assert not any(payload in page.scripts[0] for payload in PAYLOADS if len(payload) > 6)
    assert "window.pwned=1" in page.text


def test_every_payload_is_shown_as_it_was_written(written: Path) -> None:
    page = Structure()
    page.feed((written / "r.html").read_text("utf-8"))

    assert [payload for payload in PAYLOADS if payload not in page.text] == []


def test_no_cell_of_the_workbook_is_a_formula_or_a_link(written: Path) -> None:
    with zipfile.ZipFile(written / "r.xlsx") as book:
        sheets = [name for name in book.namelist() if name.startswith("xl/worksheets/")]
        xml = {name: book.read(name).decode() for name in sheets}

    assert not any("<f>" in text or "<f " in text or "<hyperlink" in text for text in xml.values())
    assert not any("TargetMode" in text for text in xml.values())


def test_cells_of_the_workbook_hold_the_payloads_as_strings(written: Path) -> None:
    import openpyxl

    book = openpyxl.load_workbook(written / "r.xlsx")
    cells = {
        cell.value for sheet in book for row in sheet.iter_rows() for cell in row if cell.data_type == "s"
    }
    formulas = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]

    # A reader takes any text that begins with "=" for a formula; what matters is that the file says string.
    shown = cells | {cell.value for cell in formulas}
    assert [payload for payload in PAYLOADS if payload not in shown] == []


def test_no_slide_has_a_link_to_the_outside(written: Path) -> None:
    with zipfile.ZipFile(written / "r.pptx") as deck:
        rels = "".join(deck.read(name).decode() for name in deck.namelist() if name.endswith(".rels"))

    assert not re.search(r'TargetMode="External"', rels)


def test_nothing_runs_in_a_browser(written: Path, browser: ModuleType, tmp_path: Path) -> None:
    if browser.chromium() is None:
        pytest.skip("no Chromium here: apt-get install chromium")
    with browser.Browser(tmp_path / "profile") as page:
        page.open(written / "r.html")
        page.value("document.querySelectorAll('details').forEach(d=>d.open=true)")
        page.value("document.getElementById('search').focus()")

        assert page.value("typeof window.pwned") == "undefined"
        assert page.problems() == []
