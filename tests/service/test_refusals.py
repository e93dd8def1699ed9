"""Whatever a client sends, the answer is a reason with a status below 500, and nothing of it is logged."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from textmine.errors import UsageError
from textmine.service.guard import Rate
from textmine.service.settings import Settings, digest_of, read_keys

from .conftest import KEY

POSTS = ("/v1/classify", "/v1/counts", "/v1/issues")
JSON = {"Content-Type": "application/json"}
PHONE = "13800138000"

BODIES: dict[str, tuple[bytes, int]] = {
    "empty": (b"", 400),
    "not JSON": (b"{", 400),
    "not UTF-8": (b'{"text": "\xff\xfe"}', 400),
    "GB18030": ('{"text": "排队"}'.encode("gb18030"), 400),
    "NaN": (b'{"text": NaN}', 400),
    "infinity": (b'{"text": "a", "period": -Infinity}', 400),
    "a lone surrogate": (b'{"text": "\\ud83d"}', 400),
    "a lone surrogate as key": (b'{"\\udc00": 1}', 400),
    "deep": (b"[" * 100_000, 400),
    "deep and closed": (b"[" * 500 + b"]" * 500, 400),
    "deep objects": (b'{"a":' * 5000 + b"1" + b"}" * 5000, 400),
    "a long number": (b'{"text": ' + b"9" * 10_000 + b"}", 400),
    "a key twice": (b'{"text": "a", "text": "b"}', 400),
    "null": (b"null", 422),
    "a list": (b"[]", 422),
    "a string": (b'"text"', 422),
    "nothing": (b"{}", 422),
    "a number as text": (b'{"text": 5}', 422),
    "null as text": (b'{"text": null}', 422),
    "a list as text": (b'{"text": ["a"]}', 422),
    "text and texts": (b'{"text": "a", "texts": ["b"]}', 422),
    "no texts": (b'{"texts": []}', 422),
    "texts as object": (b'{"texts": {"a": "b"}}', 422),
    "a number among texts": (b'{"texts": ["a", 1]}', 422),
    "an item without text": (b'{"items": [{"id": "1"}]}', 422),
    "an item as string": (b'{"items": ["a"]}', 422),
    "an id as number": (b'{"items": [{"text": "a", "id": 1}]}', 422),
    "groups as list": (b'{"items": [{"text": "a", "groups": []}]}', 422),
    "an unknown field": (b'{"text": "a", "textt": "b"}', 422),
    "an unknown field of an item": (b'{"items": [{"text": "a", "x": 1}]}', 422),
    "a long text": (json.dumps({"text": "长" * 20_001}).encode(), 422),
    "too many texts": (json.dumps({"texts": ["a"] * 1001}).encode(), 422),
}


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize("name", BODIES)
def test_a_bad_body_is_refused_with_a_reason(client: TestClient, path: str, name: str) -> None:
    body, status = BODIES[name]

    answer = client.post(path, content=body, headers=JSON)

    assert answer.status_code == status
    error = answer.json()["error"]
    assert error["message"]
    assert error["request_id"] == answer.headers["x-request-id"]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/counts", {"text": "a", "by": ["x"]}),
        ("/v1/counts", {"items": [{"text": "a"}], "by": "x"}),
        ("/v1/counts", {"items": [{"text": "a"}], "by": ["x", "x"]}),
        ("/v1/counts", {"items": [{"text": "a"}], "by": [[]]}),
        ("/v1/counts", {"items": [{"text": "a", "groups": {"x": 1}}], "by": ["x"]}),
        ("/v1/issues", {"text": "a", "period": "year"}),
        ("/v1/issues", {"text": "a", "period": ["week"]}),
        ("/v1/issues", {"text": "a", "period": {}}),
        ("/v1/classify", {"text": "a", "by": []}),
        ("/v1/counts", {"text": "a", "by": []}),
        ("/v1/counts", {"text": "a", "by": 5}),
        ("/v1/counts", {"text": "a", "by": None}),
        ("/v1/counts", {"text": "a", "by": {"x": 1}}),
        ("/v1/classify", {"items": [{"text": "a", "groups": {"x": {}}}]}),
    ],
)
def test_a_wrong_setting_is_refused(client: TestClient, path: str, body: Any) -> None:
    assert client.post(path, json=body).status_code == 422


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["text", "texts", "items", "id", "by", "groups", "date"]), inner)
    ),
    max_leaves=12,
)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(path=st.sampled_from(POSTS[:2]), value=JSON_VALUES)
def test_no_json_makes_the_service_fail(client: TestClient, path: str, value: Any) -> None:
    answer = client.post(path, content=json.dumps(value).encode(), headers=JSON)

    assert answer.status_code < 500


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(kind=st.sampled_from(["application/json", "application/x-ndjson"]), body=st.binary(max_size=300))
def test_no_bytes_make_the_service_fail(client: TestClient, kind: str, body: bytes) -> None:
    answer = client.post("/v1/classify", content=body, headers={"Content-Type": kind})

    assert answer.status_code < 500


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(max_size=200))
def test_every_text_gets_a_record(client: TestClient, text: str) -> None:
    answer = client.post("/v1/classify", json={"text": text})

    assert answer.status_code == 200
    assert answer.json()["status"] in ("tagged", "abstained", "empty")


def test_a_body_over_the_limit_is_refused_before_it_is_read(make: Any) -> None:
    client = make(max_body=1000)

    def endless() -> Any:
        for _ in range(5):
            yield b" " * 500

    assert client.post("/v1/classify", content=b" " * 1001, headers=JSON).status_code == 413
    assert client.post("/v1/classify", content=endless(), headers=JSON).status_code == 413
    assert (
        client.post("/v1/classify", content=b'{"text": "' + b"a" * 900 + b'"}', headers=JSON).status_code
        == 200
    )


@pytest.mark.parametrize(
    "headers", [{}, {"Content-Type": "text/plain"}, {**JSON, "Content-Encoding": "gzip"}], ids=str
)
def test_other_kinds_of_bodies_are_refused(client: TestClient, headers: dict[str, str]) -> None:
    assert client.post("/v1/classify", content=b'{"text": "a"}', headers=headers).status_code == 415


def test_other_paths_and_methods_are_refused_in_the_same_form(client: TestClient) -> None:
    for answer, status in ((client.get("/v2"), 404), (client.get("/v1/classify"), 405)):
        assert answer.status_code == status
        assert set(answer.json()["error"]) == {"code", "message", "request_id"}
    assert client.get("/v1/classify").headers["allow"] == "POST"


def test_a_key_is_needed_where_there_are_keys(make: Any) -> None:
    client = make(keys=(KEY, "another-key-0000000002"))
    body = {"text": "a"}

    assert client.post("/v1/classify", json=body).status_code == 401
    for wrong in ("", KEY[:-1], KEY + "x", "ключ".encode()):
        value = b"Bearer " + (wrong if isinstance(wrong, bytes) else wrong.encode())
        refused = client.post("/v1/classify", json=body, headers={b"Authorization": value})
        assert refused.status_code == 401
        assert refused.headers["www-authenticate"] == "Bearer"
    assert (
        client.post("/v1/classify", json=body, headers={"Authorization": f"Bearer {KEY}"}).status_code == 200
    )
    assert client.post("/v1/classify", json=body, headers={"X-API-Key": KEY}).status_code == 200
    assert client.get("/metrics").status_code == 401
    assert client.get("/healthz").status_code == 200


def test_without_keys_only_this_machine_is_served(make: Any) -> None:
    with pytest.raises(UsageError, match="API keys"):
        make(host="0.0.0.0")  # noqa: S104
    make(host="0.0.0.0", keys=(KEY,))  # noqa: S104
    assert make().get("/v1/frame", headers={"Host": "evil.example"}).status_code == 421


def test_keys_are_compared_in_constant_time(monkeypatch: pytest.MonkeyPatch) -> None:
    import hmac

    seen: list[bytes] = []
    compare = hmac.compare_digest
    monkeypatch.setattr(hmac, "compare_digest", lambda a, b: seen.append(b) or compare(a, b))
    keys = (digest_of(KEY), digest_of("another-key-0000000002"))

    assert Settings(keys=keys).knows(KEY)
    assert seen == list(keys)


def test_keys_come_from_a_file_and_the_environment(tmp_path: Any) -> None:
    (tmp_path / "keys").write_text(f"# ours\n{KEY}\n\n", "utf-8")

    found = read_keys(str(tmp_path / "keys"), {"TEXTMINE_API_KEYS": "another-key-0000000002"})

    assert set(found) == {digest_of(KEY), digest_of("another-key-0000000002")}
    with pytest.raises(UsageError, match="shorter"):
        read_keys(None, {"TEXTMINE_API_KEYS": "short"})


def test_a_client_over_his_rate_waits(make: Any) -> None:
    client = make(rate=3)

    answers = [client.get("/v1/frame") for _ in range(5)]

    assert [answer.status_code for answer in answers] == [200, 200, 200, 429, 429]
    assert 1 <= int(answers[-1].headers["retry-after"]) <= 21
    assert client.get("/healthz").status_code == 200


def test_the_rate_refills_and_is_each_clients_own() -> None:
    now = [0.0]
    rate = Rate(60, clock=lambda: now[0])

    assert [rate.wait(b"a") for _ in range(60)] == [0.0] * 60
    assert rate.wait(b"a") == pytest.approx(1.0)
    assert rate.wait(b"b") == 0
    now[0] = 1.0
    assert rate.wait(b"a") == 0


def test_reading_that_takes_too_long_is_given_up(make: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    import time

    from textmine.service import answers

    monkeypatch.setattr(answers, "tags", lambda *_, **__: time.sleep(0.5))
    client = make(timeout=0.05)

    assert client.post("/v1/classify", json={"text": "a"}).status_code == 503


def test_verbatims_that_cannot_be_followed_are_the_clients_fault(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    from textmine.errors import InputError
    from textmine.service import answers

    def refuse(*_: Any, **__: Any) -> None:
        raise InputError(f"cannot read {PHONE}")

    monkeypatch.setattr(answers, "track_issues", refuse)
    answer = client.post("/v1/issues", json={"text": PHONE})

    assert answer.status_code == 422
    assert PHONE not in answer.text


def test_a_request_keeps_a_decent_id_of_its_own(client: TestClient) -> None:
    assert client.get("/healthz", headers={"X-Request-ID": "abc-1"}).headers["x-request-id"] == "abc-1"
    for id in (f"{PHONE} x", PHONE, f"call-{PHONE}"):
        assert PHONE not in client.get("/healthz", headers={"X-Request-ID": id}).headers["x-request-id"]


def test_a_fault_inside_tells_nothing(
    make: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from textmine.service import answers

    def fail(*_: Any, **__: Any) -> None:
        raise RuntimeError(f"cannot read {PHONE}")

    monkeypatch.setattr(answers, "tags", fail)
    with caplog.at_level(logging.DEBUG):
        answer = make().post("/v1/classify", json={"text": PHONE})

    assert answer.status_code == 500
    assert answer.json()["error"]["code"] == "internal"
    assert PHONE not in answer.text + caplog.text
    assert "RuntimeError" in caplog.text
    assert answer.headers["x-request-id"] in caplog.text


def test_nothing_of_what_was_sent_is_logged(client: TestClient, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        for body in (f'{{"text": "{PHONE}"}}', f'{{"{PHONE}": 1}}', PHONE, f'{{"items": ["{PHONE}"]}}'):
            client.post(f"/v1/classify?phone={PHONE}", content=body, headers={**JSON, "X-API-Key": PHONE})
        client.get(f"/{PHONE}")

    # The client of the tests logs in the same process; what it says is its own.
    ours = [record for record in caplog.records if not record.name.startswith("httpx")]
    lines = [record.getMessage() for record in ours if record.name == "textmine.service"]
    assert len(lines) == 5
    assert PHONE not in " ".join(record.getMessage() for record in ours)
    assert set(json.loads(lines[0])) == {"id", "method", "route", "status", "ms"}
