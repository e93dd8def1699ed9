"""Bad requests to the REST service, drawn with a seed: broken JSON, wrong types, odd bytes, odd headers.

Data only: sends nothing. Personal data (invented) is planted in every one, to be looked for in logs.
"""

from __future__ import annotations

import gzip
import json
import random
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

PLANTED = (
    "13912345678",
    "320102199003071234",
    "6222021234567890123",
    "zhangsan1990@example.com",
    "张三丰先生",
)
POSTS = ("/v1/classify", "/v1/counts", "/v1/issues")
_JSON = "application/json"
_STRINGS = (
    "", " ", "\x00", "\ud83d", "\udc00x", "\ufeff", "\u202e", "👨‍👩‍👧‍👦" * 50, "长" * 20_001, "a" * 401,
    "9" * 65, "{}", "null", "2026-13-40", "0000-00-00", "9999-12-31", "-1", "昨天", "1e400", "week",
    "<script>", "' OR 1=1 --", "../../x",
    "=cmd|' /C calc'!A0", "\r\nX: y", "%s%n", "\u0000" * 100, "ﷺ" * 300, "a\u0301" * 500,
)  # fmt: skip
_VALUES: tuple[Any, ...] = (
    None, True, False, 0, -1, 1e308, 10**400, [], {}, [[]], {"": ""}, [None], float("nan"), float("-inf"),
    *_STRINGS,
)  # fmt: skip
_TYPES = (
    "", "text/plain", "text/json", "application/x-ndjson", "multipart/form-data; boundary=x", "*/*", "\xe9",
    "APPLICATION/JSON", "application/json; charset=gb18030", "application/json;;;",
    "application/x-www-form-urlencoded",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Request:
    """One request as an HTTP client sends it; `kind` is what is wrong with it."""

    kind: str
    method: str
    path: str
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


def requests(seed: int) -> Iterator[Request]:
    """Requests without end; the same seed gives the same ones. Few go to the slow route of issues."""
    draw = random.Random(seed)
    makers: tuple[tuple[Callable[[random.Random], Request], int], ...] = (
        (_wrong_types, 40), (_broken_text, 20), (_nested, 4), (_encoded, 8), (_ndjson, 10),
        (_content_types, 6), (_compressed, 4), (_paths, 4), (_headers, 4), (_valid, 6), (_large, 1),
    )  # fmt: skip
    while True:
        (make,) = draw.choices([maker for maker, _ in makers], [weight for _, weight in makers])
        yield make(draw)


def broken_http(seed: int) -> Iterator[bytes]:
    """What no HTTP client would send: requests that are wrong before there is a body."""
    draw = random.Random(seed)
    body = f'{{"text": "{PLANTED[0]}"}}'.encode()
    head = b"POST /v1/classify HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    shapes = (
        head + b"Content-Length: -5\r\n\r\n" + body,
        head + b"Content-Length: 99999999999999999999\r\n\r\n" + body,
        head + b"Content-Length: 5\r\nContent-Length: 7\r\n\r\n" + body,
        head + b"Content-Length: 4000\r\n\r\n" + body,
        head + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n" + body,
        head + b"Transfer-Encoding: chunked\r\n\r\n5\r\n{\"te",
        head + b"Expect: 100-continue\r\nContent-Length: 10\r\n\r\n",
        b"GET /" + PLANTED[0].encode() + b" HTTP/9.9\r\n\r\n",
        b"\x16\x03\x01\x02\x00" + bytes(100),
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"GET " + b"/" * 70_000 + b" HTTP/1.1\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-Phone: " + PLANTED[0].encode() + b"\x00\r\n\r\n",
        b"",
    )  # fmt: skip
    while True:
        shape = draw.choice(shapes)
        yield shape[: draw.randint(1, len(shape))] if shape and draw.random() < 0.3 else shape


def _path(draw: random.Random) -> str:
    return draw.choices(POSTS, (60, 38, 2))[0]


def _said(draw: random.Random) -> str:
    return draw.choice(("宽带三天没修好", "账单多扣了钱", "排队一小时")) + "，请联系" + draw.choice(PLANTED)


def _good(draw: random.Random, path: str) -> dict[str, Any]:
    body: dict[str, Any] = draw.choice(
        [
            {"text": _said(draw), "id": draw.choice(PLANTED)},
            {"texts": [_said(draw) for _ in range(draw.randint(1, 5))]},
            {
                "items": [
                    {"id": str(n), "text": _said(draw), "date": "2026-08-03", "groups": {"地市": "桐川市"}}
                    for n in range(draw.randint(1, 5))
                ]
            },
        ]
    )
    if path == "/v1/counts" and "items" in body:
        body["by"] = ["地市"]
    if path == "/v1/issues":
        body["period"] = draw.choice(("day", "week", "month"))
    return body


def _post(kind: str, path: str, body: bytes, content_type: str = _JSON, **headers: str) -> Request:
    return Request(kind, "POST", path, body, {"Content-Type": content_type, **headers})


def _dump(value: Any) -> bytes:
    """As JSON, with NaN and lone surrogates as they are."""
    return json.dumps(value).encode()


def _places(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield at
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, below in pairs:
        yield from _places(below, (*at, key))


def _changed(draw: random.Random, value: Any) -> Any:
    """The value with one place replaced, removed, doubled or renamed."""
    at = draw.choice(list(_places(value)))
    new = deepcopy(draw.choice(_VALUES))
    if not at:
        return new
    inner = value
    for key in at[:-1]:
        inner = inner[key]
    how = draw.random()
    if how < 0.7:
        inner[at[-1]] = new
    elif how < 0.8:
        del inner[at[-1]]
    elif isinstance(inner, dict):
        inner[
            draw.choice(("by", "period", "groups", "date", "text", "texts", "items", PLANTED[0], "x" * 5000))
        ] = new
    else:
        inner += [new] * draw.choice((1, 2, 1200))
    return value


def _wrong_types(draw: random.Random) -> Request:
    path = _path(draw)
    value: Any = _good(draw, path)
    for _ in range(draw.randint(1, 3)):
        value = _changed(draw, value)
    return _post("wrong types", path, _dump(value))


def _broken_text(draw: random.Random) -> Request:
    path = _path(draw)
    raw = bytearray(_dump(_good(draw, path)))
    for _ in range(draw.randint(1, 4)):
        at = draw.randrange(len(raw) + 1)
        if draw.random() < 0.3:
            del raw[at:]
        elif draw.random() < 0.5:
            raw[at:at] = draw.choice(
                (b"\x00", b"\xff", b'"', b"\\ud800", b"{", b"]", b"NaN", b",,", b"\xed\xa0\x80")
            )
        elif at < len(raw):
            raw[at] = draw.randrange(256)
    return _post("broken text", path, bytes(raw))


def _nested(draw: random.Random) -> Request:
    depth = draw.choice((33, 200, 1000, 50_000, 200_000))
    begin, end = draw.choice(((b"[", b"]"), (b'{"a":', b"}"), (b'{"items":[', b"]}")))
    raw = begin * depth + draw.choice((b"1", b"", PLANTED[0].encode())) + draw.choice((end * depth, b""))
    return _post("nested", _path(draw), raw)


def _encoded(draw: random.Random) -> Request:
    path = _path(draw)
    text = json.dumps(_good(draw, path), ensure_ascii=False)
    name = draw.choice(("gb18030", "utf-16", "utf-32", "big5", "utf-8-sig", "utf-7", "shift_jis"))
    return _post("encoded", path, text.encode(name, "replace"))


def _ndjson(draw: random.Random) -> Request:
    lines = []
    for _ in range(draw.randint(0, 30)):
        value: Any = {"id": draw.choice(PLANTED), "text": _said(draw)}
        lines.append(_dump(_changed(draw, value) if draw.random() < 0.5 else value))
    raw = draw.choice((b"\n", b"\r\n", b"\n\n", b" ")).join(lines)
    return _post(
        "ndjson", "/v1/classify", raw[: draw.choice((len(raw), len(raw) // 2))], "application/x-ndjson"
    )


def _content_types(draw: random.Random) -> Request:
    path = _path(draw)
    return _post("content type", path, _dump(_good(draw, path)), draw.choice(_TYPES))


def _compressed(draw: random.Random) -> Request:
    path = _path(draw)
    raw = gzip.compress(_dump(_good(draw, path)))
    raw = draw.choice(
        (raw, raw[: len(raw) // 2], b"\x1f\x8b" + PLANTED[0].encode(), _dump(_good(draw, path)))
    )
    encoding = draw.choice(("gzip", "br", "deflate, gzip", "identity", "x" * 200))
    return _post("compressed", path, raw, **{"Content-Encoding": encoding})


def _paths(draw: random.Random) -> Request:
    odd = (
        "/", "/v1", "/v1/classify/", "/v1//classify", "/%00", "/%ff%fe", "/../etc/passwd", "/metrics?x=%zz",
        "/" + "a" * 9000, f"/v1/{PLANTED[0]}", f"/v1/classify?phone={PLANTED[0]}",
        "/v1/classify?" + "a=b&" * 500,
    )  # fmt: skip
    method = draw.choice(
        ("GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD", "TRACE", "FOO", PLANTED[0])
    )
    return Request("path or method", method, draw.choice((*odd, *POSTS)), b"", {})


def _headers(draw: random.Random) -> Request:
    name = draw.choice(
        ("X-Request-ID", "X-API-Key", "Authorization", "Cookie", "Host", "Range", "Accept", "X-Forwarded-For",
         "Origin", "Content-Length-X", "Upgrade", "Referer", "If-None-Match")
    )  # fmt: skip
    value = draw.choice(
        (PLANTED[0], PLANTED[3], "x" * 6000, 'a, b;c="', "\xff\xfe", "Bearer " + PLANTED[1], "")
    )
    path = _path(draw)
    return _post("header", path, _dump(_good(draw, path)), **{name: value})


def _valid(draw: random.Random) -> Request:
    path = _path(draw)
    return _post("valid", path, _dump(_good(draw, path)))


def _large(draw: random.Random) -> Request:
    size = draw.choice((7, 9)) << 20
    shape = draw.choice(('{{"text": "{}"}}', '{{"texts": ["{}"]}}', "{}"))
    return _post("large", "/v1/classify", shape.format(PLANTED[0] * (size // 11)).encode())
