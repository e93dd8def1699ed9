"""The review pages in a real browser, by the keyboard alone: what a person presses, sees and gets."""

from __future__ import annotations

import csv
import json
import re
import socket
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from textmine.classify.reader import Reader
from textmine.frame.frame import Frame

from .conftest import Make
from .test_serving import served

pytest.importorskip("playwright")
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

pytestmark = pytest.mark.browser

# A busy machine may draw a page slowly; what is awaited comes in milliseconds on an idle one.
expect.set_options(timeout=20_000)

PLACES = ("东街", "河畔", "南湖", "老城", "学苑")
SAYINGS = (
    "{}支行兑钢镚那台卡着不吐",
    "{}的兑钢镚箱子红灯亮了三天",
    "攒的一袋钢镚倒进去，{}那箱子一枚没认",
    "{}换钢镚的箱子又吞了我二十枚",
)
ELSEWHERE = tuple(saying.format(place) for place in ("西门", "北岭", "滨江") for saying in SAYINGS)
"""What is said of other branches: nobody corrects these."""
CODE = "branch_wait.machine_down"


@pytest.fixture(scope="module")
def coins(small: tuple[str, ...], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twenty complaints about a machine that the small model has never heard of, as it reads them."""
    from textmine.cli.main import run

    out = tmp_path_factory.mktemp("coins")
    texts = [saying.format(place) for place in PLACES for saying in SAYINGS]
    with (out / "rows.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("投诉内容",), *((text,) for text in texts)])
    assert run(["classify", str(out / "rows.csv"), "-o", str(out / "rows"), "-q", *small]) == 0
    return out / "rows"


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as play:
        program = play.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        yield program
        program.close()


@pytest.fixture
def site(rows: Path, make: Make) -> Iterator[str]:
    """The address of the pages, served from this process."""
    server = uvicorn.Server(
        uvicorn.Config(make(review=str(rows), lang="en").app, log_level="warning", access_log=False)
    )
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        thread = threading.Thread(target=server.run, args=([listening],))
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/review"
        server.should_exit = True
        thread.join()


Open = Callable[..., Page]


@pytest.fixture
def opened(browser: Browser) -> Iterator[Open]:
    """`opened(site, "anna")`: a page on which somebody has said who he is; its complaints fail the test."""
    contexts: list[BrowserContext] = []
    faults: list[str] = []

    def page(site: str, name: str, *, second: bool = False, **more: Any) -> Page:
        context = browser.new_context(**{"viewport": {"width": 1280, "height": 900}, **more})
        contexts.append(context)
        made = context.new_page()
        made.on("pageerror", lambda error: faults.append(str(error)))
        # A refused request (409) is a message of the browser, and no fault of the page.
        made.on(
            "console",
            lambda said: (
                faults.append(said.text)
                if said.type == "error" and "status of 409" not in said.text
                else None
            ),
        )
        made.goto(site)
        made.keyboard.type(name)
        if second:
            made.keyboard.press("Tab")
            made.keyboard.press("ArrowDown")
        made.keyboard.press("Enter")
        expect(made.locator("#decide")).to_be_visible()
        return made

    yield page
    for context in contexts:
        context.close()
    assert faults == []


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def row_of(page: Page) -> str:
    """The key of the row that is shown."""
    found = re.search(r"/row/(row-[0-9a-f]+)", page.locator("#decide").get_attribute("action") or "")
    assert found is not None
    return found[1]


def moved_on(page: Page, row: str) -> None:
    """Wait until another row is shown."""
    expect(page.locator(f'#decide[action="/review/row/{row}"]')).to_have_count(0)


@pytest.mark.slow
def test_twenty_rows_are_corrected_by_keyboard_and_the_next_model_has_learnt_from_them(
    coins: Path, banking: Path, small: tuple[str, ...], small_reader: Reader, opened: Open, command: Any,
    tmp_path: Path,
) -> None:  # fmt: skip
    frame = Frame.load(banking)
    with served("--review", str(coins), "--rate", "0", "--lang", "zh", *small) as (port, _):
        page = opened(f"http://127.0.0.1:{port}/review", "林静")
        for number in range(20):
            row = row_of(page)
            while proposed := page.locator(".chosen .code").count():
                press(page, "Escape", "1")
                expect(page.locator(".chosen .code")).to_have_count(proposed - 1)
            press(page, "Escape", "c")
            page.keyboard.insert_text(frame.zh(CODE))
            press(page, "Enter")
            expect(page.locator(".chosen .code")).to_have_text([frame.zh(CODE)])
            expect(page.locator("#find")).to_be_focused()
            press(page, "Enter")
            expect(page.locator(".progress")).to_contain_text(f"{number + 1} / 20")
            if number < 19:
                moved_on(page, row)
        expect(page.locator("main")).to_contain_text("队列已全部判完")

    corrected = tmp_path / "corrections.jsonl"
    options = ("--frame", banking)
    done = command("review", "import", coins, coins / "review.sqlite", "-o", corrected, *options, "--json")
    assert json.loads(done.out)["corrections"] == 20
    trained = command(
        "train", banking.with_name("corpus.jsonl"), "--corrections", corrected, "-o", tmp_path / "model",
        *options, "--json",
    )  # fmt: skip
    assert json.loads(trained.out)["corrections"] == {"replaced": 0, "added": 20}

    learnt = Reader.load(model=tmp_path / "model", frame=banking)
    before = Counter(reading.primary for reading in small_reader.read(ELSEWHERE))
    after = Counter(reading.primary for reading in learnt.read(ELSEWHERE))
    assert before[CODE] == 0
    assert after[CODE] == len(ELSEWHERE)


def test_every_decision_has_a_key_and_can_be_undone(site: str, opened: Open) -> None:
    page = opened(site, "anna")
    said = page.get_by_role("status")

    for key, word in (("a", "Accepted"), ("n", "no cause"), ("s", "Skipped")):
        row = row_of(page)
        press(page, key)
        expect(said).to_contain_text(word)
        moved_on(page, row)
    for _ in range(3):
        row = row_of(page)
        press(page, "u")
        moved_on(page, row)
        expect(said).to_contain_text("Undone")
    press(page, "u")
    expect(said).to_contain_text("nothing to undo")


def test_a_key_pressed_twice_decides_once(site: str, opened: Open) -> None:
    page = opened(site, "anna")

    for _ in range(3):
        row = row_of(page)
        press(page, "n", "n", "n")
        moved_on(page, row)

    expect(page.locator(".progress")).to_contain_text(re.compile("judged [3-9] "))
    expect(page.locator(".conflict")).to_have_count(0)


def test_words_without_a_cause_are_kept_and_add_nothing(site: str, opened: Open) -> None:
    page = opened(site, "anna")
    before = page.locator(".chosen .code").count()

    press(page, "c")
    page.keyboard.insert_text("没有这种说法的字")
    press(page, "Enter")

    expect(page.locator("#options")).to_contain_text("no such cause")
    expect(page.locator("#find")).to_have_value("没有这种说法的字")
    expect(page.locator(".chosen .code")).to_have_count(before)


def test_the_list_is_walked_and_searched_by_keyboard(site: str, opened: Open) -> None:
    page = opened(site, "anna")

    press(page, "q")
    expect(page.locator("h1")).to_have_text("Queue")
    press(page, "j", "j", "k")
    expect(page.locator("[data-item]").first).to_be_focused()
    press(page, "/")
    page.keyboard.insert_text("第12次")
    press(page, "Enter")
    expect(page.locator("[data-item]")).to_have_count(1)
    press(page, "j", "Enter")
    expect(page.locator(".verbatim")).to_contain_text("第12次")
    page.go_back()
    expect(page.locator("[data-item]")).to_have_count(1)
    press(page, "?")
    expect(page.locator("#keys")).to_have_attribute("open", "")


def test_letters_typed_into_a_field_are_no_commands(site: str, opened: Open) -> None:
    page = opened(site, "anna")
    row = row_of(page)

    press(page, "c")
    page.keyboard.type("annsu")
    expect(page.locator("#find")).to_have_value("annsu")
    press(page, "Escape")
    expect(page.locator("#find")).not_to_be_focused()

    assert row_of(page) == row
    expect(page.locator(".progress")).to_contain_text("judged 0")


def test_the_options_are_reached_with_the_arrows(site: str, opened: Open) -> None:
    page = opened(site, "anna")
    before = page.locator(".chosen .code").count()

    press(page, "c")
    page.keyboard.type("branch")
    expect(page.locator("#options .option").nth(2)).to_be_visible()
    wanted = page.locator("#options .option span").nth(2).inner_text()
    press(page, "ArrowDown", "ArrowDown", "ArrowDown", "ArrowUp", "ArrowDown", "Enter")

    expect(page.locator(".chosen .code")).to_have_count(before + 1)
    expect(page.locator(".chosen .code").last).to_have_text(wanted)


def test_who_was_too_late_sees_what_the_other_did_and_goes_on(site: str, opened: Open) -> None:
    anna, ben = opened(site, "anna"), opened(site, "ben")
    ben.goto(f"{site}/row/{row_of(anna)}")
    press(anna, "n")
    expect(anna.get_by_role("status")).to_contain_text("no cause")

    press(ben, "a")

    expect(ben.locator("h1")).to_have_text("Somebody else was faster")
    expect(ben.locator("main")).to_contain_text("anna")
    press(ben, "o")
    expect(ben.locator(".both")).to_contain_text("no cause")
    press(ben, "a")
    expect(ben.get_by_role("status")).to_contain_text("Accepted")


def test_a_second_coder_sees_no_evidence(site: str, opened: Open) -> None:
    page = opened(site, "ben", second=True)

    expect(page.locator("header")).to_contain_text("blind")
    assert page.locator("mark, .proposed, .chosen .code, [data-key=a]").count() == 0


def test_without_scripts_the_pages_still_work(site: str, opened: Open) -> None:
    page = opened(site, "anna", java_script_enabled=False)
    page.locator("button[value=accept]").focus()

    press(page, "Enter")

    expect(page.locator(".progress")).to_contain_text("judged 1")


def test_every_control_is_reached_by_tab_and_shows_it(site: str, opened: Open) -> None:
    page = opened(site, "anna")
    controls = page.locator("a[href]:visible, button:not([tabindex]):visible, input:visible, select:visible")
    seen = set()

    for _ in range(controls.count() + 4):
        press(page, "Tab")
        focused = page.locator(":focus")
        if not focused.count():
            continue
        seen.add(focused.evaluate("e => e.outerHTML"))
        assert focused.evaluate("e => getComputedStyle(e).outlineStyle") != "none"

    assert {controls.nth(n).evaluate("e => e.outerHTML") for n in range(controls.count())} <= seen


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390, 320])
def test_the_pages_fit_every_width_and_can_be_read(site: str, opened: Open, scheme: Any, width: int) -> None:
    page = opened(site, "anna", color_scheme=scheme, viewport={"width": width, "height": 844})

    for address in (page.url, site, f"{site}/agreement"):
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate(CONTRASTS) == []


CONTRASTS = """
() => {
  const rgb = (said) => said.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map((v) => v / 255)
    .map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = rgb(getComputedStyle(at).backgroundColor);
      if (colour.length < 4 || colour[3] > 0) return colour;
    }
    return [255, 255, 255];
  };
  const speaks = (e) => [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim());
  const said = [...document.querySelectorAll("#page *")]
    .filter((e) => e.tagName !== "KBD" && e.checkVisibility() && speaks(e));
  return said.filter((e) => {
    const [a, b] = [light(rgb(getComputedStyle(e).color)), light(behind(e))].sort((x, y) => y - x);
    return (a + 0.05) / (b + 0.05) < 4.5;
  }).map((e) => e.outerHTML.slice(0, 120));
}
"""
"""Elements whose words stand out too little (WCAG 2.2, 1.4.3: a ratio of 4.5)."""
