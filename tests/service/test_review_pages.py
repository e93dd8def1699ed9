"""The review pages: rows are seen, judged, undone, found; coders neither overwrite nor influence others."""

from __future__ import annotations

import logging
import re
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from textmine.frame.frame import Frame

from .conftest import Desk, Make, Sit


@pytest.fixture(scope="session")
def frame(banking: Path) -> Frame:
    return Frame.load(banking)


def text(page: str) -> str:
    """What a page says, without its markup."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", page))


def test_nobody_reviews_without_a_name(sit: Sit) -> None:
    desk = sit()

    assert "Give a name" not in desk.see("/review")
    assert 'action="/review/start"' in desk.page
    assert desk.enter("   ").status_code == 422
    assert desk.enter("x" * 41).status_code == 422
    assert desk.enter("a\x07b").status_code == 422
    assert desk.enter(" 林  静 ").status_code == 200
    assert sit("anna").enter("ben").status_code == 200
    assert "林 静 · first opinion" in text(desk.page)


def test_who_says_his_name_sees_the_first_row(sit: Sit) -> None:
    desk = sit("anna")

    assert 'id="decide"' in desk.page
    assert "judged 0 / 24" in text(desk.page)


def test_a_row_shows_the_masked_words_with_the_evidence_marked(sit: Sit, rows: Path) -> None:
    desk = sit("anna")
    (key,) = desk.keys("/review?show=all&q=电话")

    page = desk.see(f"/review/row/{key}")

    assert "138******00" in page
    assert "13800138000" not in page
    assert "王小明" not in page
    marked = re.findall(r"<mark[^>]*>(.*?)<sup>(\d)</sup></mark>", page)
    assert marked
    assert {number for _, number in marked} <= {"1", "2", "3"}
    assert all(words in text(page) for words, _ in marked)


def test_accept_change_none_and_skip_are_recorded_and_lead_on(sit: Sit, frame: Frame) -> None:
    desk = sit("anna")
    first, second, third, fourth, fifth = desk.keys()[:5]
    one, other = frame.codes[:2]

    assert desk.judge(first, "accept").url.path == f"/review/row/{second}"
    assert "Accepted." in text(desk.page)
    desk.judge(second, "change", other, one, stance="complaint")
    desk.judge(third, "none", one)
    assert desk.judge(fourth, "skip").url.path == f"/review/row/{fifth}"

    said = desk.corrections()
    assert set(said) == {first, second, third}
    assert said[first]["causes"]
    assert [c["code"] for c in said[second]["causes"]] == [other, one]
    assert said[second]["primary"] == other
    assert said[third]["causes"] == []
    assert "judged 3 / 24 · skipped 1" in text(desk.see())
    assert desk.keys("/review?show=skipped") == [fourth]
    assert desk.keys("/review?show=done") == [first, second, third]


def test_causes_are_found_added_removed_and_made_primary_before_anything_is_saved(
    sit: Sit, frame: Frame
) -> None:
    desk = sit("anna", lang="zh")
    key = desk.keys()[0]
    one, other = frame.codes[0], frame.codes[-1]
    path = f"/review/row/{key}"

    found = desk.client.get(f"{path}/causes", params={"q": frame.zh(other)}).text
    assert f'value="{other}"' in found
    assert frame.zh(other) in found
    desk.see(path)
    desk.send(f"{path}/draft", cause=[one], add=other)
    assert chosen(desk) == [one, other]
    assert frame.zh(other) in desk.page
    desk.send(f"{path}/draft", cause=[one, other], first=other)
    assert chosen(desk) == [other, one]
    assert desk.send(f"{path}/draft", cause=[other, one], drop=one).headers["hx-push-url"] == "false"
    assert chosen(desk) == [other]

    assert desk.corrections() == {}
    desk.send(path, choice="change", cause=[other])
    assert [c["code"] for c in desk.corrections()[key]["causes"]] == [other]


def chosen(desk: Desk) -> list[str]:
    return re.findall(r'name="cause" value="([^"]+)"', desk.page)


def test_the_best_fit_is_added_without_a_look_at_the_list(sit: Sit, frame: Frame) -> None:
    desk = sit("anna")
    path = f"/review/row/{desk.keys()[0]}"
    desk.see(path)

    desk.send(f"{path}/draft", best="1", q=frame.zh(frame.codes[-1]))
    assert chosen(desk) == [frame.codes[-1]]
    desk.send(f"{path}/draft", best="1", q=" ")
    assert chosen(desk) == []


def test_a_search_without_a_script_shows_the_causes_on_the_page(sit: Sit, frame: Frame) -> None:
    desk = sit("anna")
    path = f"/review/row/{desk.keys()[0]}"
    desk.see(path)

    desk.send(f"{path}/draft", find="1", q=frame.zh(frame.codes[-1]))

    assert f'name="add" value="{frame.codes[-1]}"' in desk.page


def test_undo_goes_back_step_by_step(sit: Sit) -> None:
    desk = sit("anna")
    first, second = desk.keys()[:2]
    desk.judge(first, "none")
    desk.judge(second, "skip")

    assert desk.send("/review/undo").url.path == f"/review/row/{second}"
    assert "Undone" in text(desk.page)
    assert desk.send("/review/undo").url.path == f"/review/row/{first}"
    assert desk.corrections() == {}
    assert "nothing to undo" in text(desk.send("/review/undo").text)


def test_two_reviewers_do_not_overwrite_each_other(sit: Sit, frame: Frame) -> None:
    anna, ben = sit("anna"), sit("ben")
    key = anna.keys()[0]
    path = f"/review/row/{key}"
    anna.see(path)
    ben.see(path)

    assert anna.send(path, choice="change", cause=[frame.codes[0]]).status_code == 200
    lost = ben.send(path, choice="change", cause=[frame.codes[1]])

    assert lost.status_code == 409
    assert "anna" in text(lost.text)
    assert frame.en(frame.codes[0]) in text(lost.text)
    assert frame.codes[1] in text(lost.text)
    assert [c["code"] for c in ben.corrections()[key]["causes"]] == [frame.codes[0]]
    assert ben.judge(key, "change", frame.codes[1]).status_code == 200
    assert [c["code"] for c in ben.corrections()[key]["causes"]] == [frame.codes[1]]
    assert anna.send("/review/undo").status_code == 409
    assert "was not undone" in text(anna.page)


def test_a_draft_keeps_the_version_that_was_seen_first(sit: Sit, frame: Frame) -> None:
    anna, ben = sit("anna"), sit("ben")
    path = f"/review/row/{anna.keys()[0]}"
    ben.see(path)
    anna.see(path)
    anna.send(path, choice="none")

    ben.send(f"{path}/draft", add=frame.codes[0])

    assert ben.send(path, choice="change", cause=chosen(ben)).status_code == 409


def test_a_row_that_one_has_open_is_not_given_to_the_next(sit: Sit) -> None:
    anna, ben = sit("anna"), sit("ben")

    opened = {desk.client.get("/review/next").url.path for desk in (anna, ben)}

    assert len(opened) == 2


def test_a_second_coder_is_blind_until_both_have_judged(sit: Sit, frame: Frame) -> None:
    anna, ben = sit("anna"), sit("ben", round=2)
    key = anna.keys()[0]
    path = f"/review/row/{key}"
    names = [frame.en(code) for code in (*frame.codes, *frame.causes)]
    anna.judge(key, "change", frame.codes[0])

    for address in (path, "/review", "/review?show=all", "/review?show=done", "/review/agreement"):
        page = text(ben.see(address))
        assert "anna" not in page
        assert [name for name in names if name in page] == []
        assert "<mark" not in ben.page
        assert 'value="accept"' not in ben.page
    assert ben.client.get("/review/corrections.jsonl").status_code == 403
    assert ben.judge(key, "accept").status_code == 422
    assert ben.judge(key, "change", frame.codes[1]).status_code == 200

    for desk, other in ((ben, frame.codes[0]), (anna, frame.codes[1])):
        page = text(desk.see(path))
        assert "The two coders differ" in page
        assert frame.en(other) in page
        assert 'name="final" value="1"' in desk.page
    assert "anna – ben" in text(anna.see("/review/agreement"))
    assert anna.keys("/review/agreement") == [key]


def test_what_two_coders_differ_on_is_settled_by_a_final_verdict(sit: Sit, frame: Frame) -> None:
    anna, ben = sit("anna"), sit("ben", round=2)
    key = anna.keys()[0]
    anna.judge(key, "change", frame.codes[0])
    ben.judge(key, "change", frame.codes[1])
    assert anna.corrections() == {}

    assert anna.send(f"/review/row/{key}", choice="none", version="0").status_code == 409
    anna.judge(key, "change", frame.codes[1], final="1")

    assert [c["code"] for c in anna.corrections()[key]["causes"]] == [frame.codes[1]]
    assert "settled" in text(anna.see("/review?show=differ"))


def test_nobody_gives_both_opinions_on_a_row(sit: Sit) -> None:
    anna = sit("anna")
    key = anna.keys()[0]
    anna.judge(key, "none")

    again = sit("anna", round=2)
    assert key not in again.keys("/review")
    assert again.judge(key, "none").status_code == 409
    assert "other round" in text(again.page)


def test_rows_are_found_in_the_queue_and_in_the_whole_folder(sit: Sit) -> None:
    desk = sit("anna")

    assert len(desk.keys("/review?q=第12次")) == 1
    assert len(desk.keys("/review?q=取号 第12次")) == 1
    assert len(desk.keys("/review?q=第13次&everywhere=1")) == 1
    assert desk.keys("/review?q=13800138000&everywhere=1") == []
    assert "no such rows" in text(desk.page)


def test_the_pages_speak_both_languages_and_keep_the_place(sit: Sit) -> None:
    desk = sit("林静", lang="zh")
    address = "/review?show=all&q=取号"
    assert "队列" in text(desk.see(address))
    back = re.search(r'name="back" value="([^"]+)"', desk.page)
    assert back is not None

    answer = desk.send("/review/language", lang="en", back=back[1].replace("&amp;", "&"))

    assert answer.url.path == "/review"
    assert answer.url.params["show"] == "all"
    assert "Queue" in text(answer.text)
    assert desk.send("/review/language", lang="zh", back="https://evil.example/").status_code == 422
    assert desk.send("/review/language", lang="zh", back="//evil.example/review").status_code == 422


def test_who_leaves_has_to_say_his_name_again(sit: Sit) -> None:
    desk = sit("anna")

    desk.send("/review/leave")

    assert 'action="/review/start"' in desk.see("/review/next")


def test_workers_know_each_others_sessions_and_decisions(make: Make, rows: Path) -> None:
    one, other = (Desk(make(review=str(rows))) for _ in range(2))
    one.enter("anna")
    key = one.keys()[0]
    other.client.cookies = one.client.cookies

    other.judge(key, "none")

    assert set(one.corrections()) == {key}


@pytest.mark.parametrize(
    "path",
    ["/review/row/x", "/review/row/row-0000000000000000", "/review/static/secret"],
)
def test_what_does_not_exist_is_said_on_a_page(sit: Sit, path: str) -> None:
    answer = sit("anna").client.get(path)

    assert answer.status_code == 404


def test_the_review_can_be_loaded_into_corrections_by_command(
    sit: Sit, rows: Path, banking: Path, frame: Frame, command: Any, tmp_path: Path
) -> None:
    desk = sit("anna")
    desk.judge(desk.keys()[0], "change", frame.codes[0])

    done = command(
        "review", "import", rows, rows / "review.sqlite", "-o", tmp_path / "c.jsonl", "--frame", banking
    )

    assert done.code == 0, done.err
    assert (tmp_path / "c.jsonl").read_text("utf-8") == desk.client.get("/review/corrections.jsonl").text


def test_nothing_that_customers_said_is_logged(sit: Sit, caplog: pytest.LogCaptureFixture) -> None:
    desk = sit("anna")
    with caplog.at_level(logging.DEBUG, logger="textmine.service"):
        desk.judge(desk.keys("/review?q=电话")[0], "none")
        desk.see("/review?q=13800138000")

    assert '"route": "/review/row/{key}"' in caplog.text
    assert "13800138000" not in caplog.text
    assert "anna" not in caplog.text


def test_a_folder_that_cannot_be_reviewed_is_refused_before_a_port_is_opened(
    process: Any, command: Any, tmp_path: Path, rows: Path, small: tuple[str, ...]
) -> None:
    no_rows = process("serve", "--review", tmp_path / "none", *small)
    no_ledger = process("serve", "--review", rows, "--state", tmp_path / "none", *small)
    no_pages = command("serve", "--state", tmp_path)

    assert (no_rows.code, no_ledger.code, no_pages.code) == (3, 3, 2)
    assert "textmine classify" in no_rows.err
    assert "textmine issues" in no_ledger.err
    assert "--review" in no_pages.err


def test_without_a_folder_there_are_no_pages(client: TestClient) -> None:
    assert client.get("/review").status_code == 404
    assert "/review" not in str(client.get("/openapi.json").json()["paths"])
