"""What keeps the review pages safe: what people wrote stays text, and nobody acts in another's name."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from textmine.service.settings import Settings, digest_of

from .conftest import KEY, Desk, Make, Sit

OTHER_KEY = "a-key-of-the-tests-0002"


class Structure(HTMLParser):
    """Elements, attributes and links of a page, and its text outside of them."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: set[str] = set()
        self.attributes: set[str] = set()
        self.links: set[str] = set()
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links |= {
            value or "" for name, value in attrs if name in ("href", "src", "action", "formaction")
        }

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.fixture(scope="session")
def payloads(root: Path) -> tuple[str, ...]:
    return tuple((root / "tests" / "report" / "payloads.txt").read_text("utf-8").splitlines())


@pytest.fixture(scope="session")
def hostile(
    payloads: tuple[str, ...], small: tuple[str, ...], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """Rows whose text and id are payloads, read by the small model."""
    import csv

    from textmine.cli.main import run

    out = tmp_path_factory.mktemp("hostile")
    with (out / "rows.csv").open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(("工单号", "投诉内容"))
        table.writerows((payload, f"取号前面还有四十多位{payload}柜员还凶") for payload in payloads)
    assert run(["classify", str(out / "rows.csv"), "-o", str(out / "rows"), "-q", *small]) == 0
    return out / "rows"


def test_no_payload_becomes_markup_on_any_page(make: Make, hostile: Path, payloads: tuple[str, ...]) -> None:
    desk = Desk(make(review=str(hostile)))
    assert desk.enter("<b onclick=alert(1)>'\"").status_code == 200
    pages = [desk.see("/review?show=all"), desk.see("/review?show=all&page=2")]
    keys = [*desk.keys("/review?show=all"), *desk.keys("/review?show=all&page=2")]
    assert len(keys) == len(payloads)
    pages += [desk.see(f"/review/row/{key}") for key in keys]
    pages += [desk.client.get("/review", params={"q": payload, "show": payload}).text for payload in payloads]
    path = f"/review/row/{keys[0]}"
    pages += [desk.send(f"{path}/draft", q=payload, find="1", add=payload).text for payload in payloads[:20]]
    found = [Structure(page) for page in pages]

    assert set().union(*(one.elements for one in found)) <= {
        *("html", "head", "meta", "title", "link", "script", "body", "p", "div", "header", "a", "strong"),
        *("nav", "kbd", "span", "form", "input", "button", "progress", "main", "h1", "h2", "section"),
        *("mark", "dt", "dd", "noscript"),
        *("sup", "ol", "ul", "li", "small", "label", "select", "option", "details", "summary", "dl"),
    }  # fmt: skip
    attributes = set().union(*(one.attributes for one in found))
    assert not [name for name in attributes if name.startswith("on") or name in ("style", "srcdoc", "srcset")]
    assert all(
        link.startswith(("/review", "#main")) or link == "data:,"
        for link in set().union(*(one.links for one in found))
    )
    shown = "".join(one.text for one in found[2 : 2 + len(keys)])
    assert [p for p in payloads if p not in shown] == []


def test_pages_allow_no_script_or_style_but_our_files(sit: Sit) -> None:
    desk = sit("anna")
    for path in ("/review", f"/review/row/{desk.keys()[0]}", "/review/start", "/review/row/none"):
        answer = desk.client.get(path)
        policy = answer.headers["content-security-policy"]

        assert "script-src 'self'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert answer.headers["cache-control"] == "no-store"
        assert not re.search(r"<style|\sstyle=|<script(?![^>]*\ssrc=)|\son\w+=", answer.text)


def test_the_library_of_the_pages_is_served_with_its_licence(sit: Sit) -> None:
    client = sit().client
    page = sit().see("/review/start")

    for name in re.findall(r'(?:src|href)="(/review/static/[^"]+)"', page):
        assert client.get(name).status_code == 200
    licence = client.get("/review/static/htmx.LICENSE.txt").text
    version = re.search(r"htmx\.org (\d+\.\d+\.\d+)", licence)
    assert version is not None
    assert f'version:"{version[1]}"' in client.get("/review/static/htmx.min.js").text
    assert "Zero-Clause BSD" in licence


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://testserver.evil.example"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_a_form_from_another_site_does_nothing(sit: Sit, headers: dict[str, str]) -> None:
    desk = sit("anna")
    key = desk.keys()[0]
    desk.see(f"/review/row/{key}")
    said = {"token": desk.token, "version": "0", "choice": "none"}

    assert desk.client.post(f"/review/row/{key}", data=said, headers=headers).status_code == 403
    assert desk.client.post("/review/start", data={"name": "eve"}, headers=headers).status_code == 403
    assert desk.corrections() == {}
    own = {"Origin": "http://testserver", "Sec-Fetch-Site": "same-origin"}
    assert desk.client.post(f"/review/row/{key}", data=said, headers=own).status_code == 200


def test_a_form_without_the_sessions_token_does_nothing(sit: Sit) -> None:
    anna, ben = sit("anna"), sit("ben")
    key = anna.keys()[0]
    ben.see("/review")

    for token in ("", "0" * 64, ben.token):
        for path in (f"/review/row/{key}", f"/review/row/{key}/draft", "/review/undo", "/review/leave"):
            said = {"token": token, "version": "0", "choice": "none"}
            assert anna.client.post(path, data=said).status_code == 403
    assert anna.corrections() == {}


def test_a_session_cannot_be_made_up_or_changed(sit: Sit) -> None:
    desk = sit("anna")
    cookie = desk.client.cookies["textmine_review"]

    for forged in ("", "x", f"x{cookie}", cookie[:-1] + ("0" if cookie[-1] != "0" else "1"), "é.1"):
        answer = sit().client.get("/review", headers={"Cookie": f"textmine_review={forged}".encode()})
        assert answer.url.path == "/review/start"


def test_the_cookie_is_for_the_pages_alone_and_not_for_scripts(sit: Sit) -> None:
    said = {"name": "anna"}
    desk = sit()
    plain = desk.client.post("/review/start", data=said, follow_redirects=False).headers["set-cookie"]
    tls = {"X-Forwarded-Proto": "https"}
    behind = desk.client.post("/review/start", data=said, headers=tls, follow_redirects=False)

    for part in ("HttpOnly", "SameSite=strict", "Path=/review"):
        assert part in plain
    assert "Secure" not in plain
    assert "Secure" in behind.headers["set-cookie"]


def test_where_a_key_is_needed_the_pages_ask_for_it(make: Make, rows: Path) -> None:
    keyed = {"review": str(rows), "host": "192.0.2.7"}
    desk = Desk(make(keys=(KEY, OTHER_KEY), **keyed))

    assert 'name="key"' in desk.see("/review")
    assert desk.enter("anna").status_code == 403
    assert desk.enter("anna", key="a-key-of-nobody-at-all").status_code == 403
    assert desk.client.get("/review").url.path == "/review/start"
    assert desk.enter("anna", key=OTHER_KEY).status_code == 200
    assert desk.keys()
    assert desk.client.get("/v1/frame").status_code == 401

    withdrawn = Desk(make(keys=(KEY,), **keyed))
    withdrawn.client.cookies = desk.client.cookies
    assert withdrawn.client.get("/review").url.path == "/review/start"


def test_guessing_keys_is_slowed_down_whatever_is_sent_along(make: Make, rows: Path) -> None:
    desk = Desk(make(keys=(KEY,), review=str(rows), host="192.0.2.7", rate=5))

    statuses = [
        desk.client.post(
            "/review/start",
            data={"name": "eve", "key": f"a-guess-of-the-key-{n}"},
            headers={"X-API-Key": f"another-guess-of-it-{n}"},
        ).status_code
        for n in range(8)
    ]

    assert statuses[:5] == [403] * 5
    assert set(statuses[5:]) == {429}


def test_pages_are_addressed_by_a_local_name_where_no_key_is_needed(sit: Sit) -> None:
    assert sit().client.get("/review/start", headers={"Host": "evil.example"}).status_code == 421


def test_the_settings_of_the_pages_reach_the_workers(rows: Path) -> None:
    settings = Settings(review=str(rows), state="ledger", lang="en", keys=(digest_of(KEY),))

    read = Settings.from_environment({"TEXTMINE_SERVE": settings.to_environment()})

    assert (read.review, read.state, read.lang) == (str(rows), "ledger", "en")


FORMS = st.dictionaries(
    st.sampled_from(["version", "choice", "cause", "stance", "final", "add", "drop", "first", "q", "back"]),
    st.text(max_size=30) | st.sampled_from(["accept", "change", "none", "skip", "1", "-1", "9" * 30]),
)  # fmt: skip
PATHS = st.sampled_from(["/row/{key}", "/row/{key}/draft", "/undo", "/language", "/row/{wild}", "/start"])


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    path=PATHS,
    form=FORMS,
    wild=st.text(st.characters(exclude_categories=("Cs",)), max_size=12),
    raw=st.none() | st.binary(max_size=60),
)
def test_no_form_makes_the_pages_fail(
    sit: Sit, path: str, form: dict[str, str], wild: str, raw: bytes | None
) -> None:
    desk = sit("anna")
    key = desk.keys()[0]
    where = "/review" + path.format(key=key, wild=quote(wild.strip("."), safe="") or "x")
    encoded = {name: value.encode("utf-8", "replace").decode() for name, value in form.items()}
    said = {"token": desk.token, **encoded}
    headers = {"Content-Type": "application/x-www-form-urlencoded"}

    answer = (
        desk.client.post(where, data=said)
        if raw is None
        else desk.client.post(where, content=f"token={desk.token}&".encode() + raw, headers=headers)
    )

    assert answer.status_code < 500


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(query=st.text(max_size=40))
def test_no_address_makes_the_pages_fail(sit: Sit, query: str) -> None:
    desk = sit("anna")
    safe = query.encode("utf-8", "replace").decode()

    for path in ("/review", "/review/next", "/review/start"):
        for name in ("q", "page", "show", "after", "said", "lang"):
            assert desk.client.get(path, params={name: safe}).status_code < 500


def test_large_and_strange_bodies_are_refused(sit: Sit) -> None:
    desk = sit("anna")
    desk.see()
    kind = {"Content-Type": "application/x-www-form-urlencoded"}

    assert desk.client.post("/review/undo", content=b"a" * 70_000, headers=kind).status_code == 413
    assert desk.client.post("/review/undo", json={"token": desk.token}).status_code == 415
    assert desk.client.post("/review/undo", content=b"&a=b" * 300, headers=kind).status_code == 400
    assert desk.client.post("/review/undo", content=b"\xff", headers=kind).status_code == 400
