"""What stands before every request: its id, the key, the rate, the last net, and the log. Knows no verbatims.

Logged are method, route, status, time and id; never a path as sent, a header, a body or an error's text.
"""

from __future__ import annotations

import json
import logging
import re
import time
import uuid
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ..text.mask import mask
from .bodies import BadRequest
from .metrics import Metrics
from .settings import Settings, digest_of

LOG = logging.getLogger("textmine.service")
OPEN = frozenset({"/healthz", "/readyz", "/docs", "/openapi.json"})
"""Paths that need no key."""
PAGES = "/review"
"""Where the review pages are."""
_ID = re.compile(r"[A-Za-z0-9._-]{1,64}\Z")
_CLIENTS = 10_000
_LOCAL_NAMES = frozenset({"localhost", "127.0.0.1", "[::1]", "::1", "testserver"})
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; style-src 'self' 'unsafe-inline'",
    "Cache-Control": "no-store",
}


class Rate:
    """A bucket of tokens for each client; remembers the most recent clients only."""

    def __init__(self, per_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._rate = per_minute
        self._clock = clock
        self._buckets: OrderedDict[bytes, tuple[float, float]] = OrderedDict()

    def wait(self, client: bytes) -> float:
        """0 when the client may go on, else the seconds after which he may."""
        if not self._rate:
            return 0.0
        now = self._clock()
        left, seen = self._buckets.pop(client, (float(self._rate), now))
        left = min(float(self._rate), left + (now - seen) * self._rate / 60)
        allowed = left >= 1
        self._buckets[client] = (left - 1 if allowed else left, now)
        while len(self._buckets) > _CLIENTS:
            self._buckets.popitem(last=False)
        return 0.0 if allowed else (1 - left) * 60 / self._rate


class Guard:
    """The outermost layer of the application; whatever goes wrong inside, it answers and tells nothing."""

    def __init__(self, app: ASGIApp, settings: Settings, metrics: Metrics) -> None:
        self.app = app
        self._settings = settings
        self._metrics = metrics
        self._rate = Rate(settings.rate)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = time.perf_counter()
        headers = Headers(scope=scope)
        given = headers.get("x-request-id", "")
        # An id that reads like personal data would carry it into the log.
        name = given if _ID.match(given) and mask(given) == given else uuid.uuid4().hex
        scope.setdefault("state", {})["request_id"] = name
        status = 0

        async def tell(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                out = MutableHeaders(scope=message)
                out["X-Request-ID"] = name
                for key, value in _HEADERS.items():
                    out.setdefault(key, value)
            await send(message)

        try:
            self._admit(scope, headers)
            await self.app(scope, receive, tell)
        except BadRequest as fault:
            if not status:
                await error_response(fault, name)(scope, receive, tell)
        except Exception as error:  # noqa: BLE001 - the last net: no client may learn or log what was inside
            LOG.error(json.dumps({"id": name, "fault": type(error).__name__, "at": _place(error)}))
            if not status:
                failed = BadRequest(500, "internal", "the service failed inside; its log has the request id")
                await error_response(failed, name)(scope, receive, tell)
        finally:
            self._note(scope, status, time.perf_counter() - started, name)

    def _admit(self, scope: Scope, headers: Headers) -> None:
        settings = self._settings
        if settings.local and not settings.keys and _host(headers) not in _LOCAL_NAMES:
            # A web page elsewhere must not reach the service through the browser of someone here.
            raise BadRequest(421, "wrong_host", "address the service as 127.0.0.1 or localhost")
        if scope["path"] in OPEN:
            return
        key = _key(headers)
        known = bool(settings.keys) and settings.knows(key)
        if settings.keys and not known and not self._is_page(scope["path"]):
            raise BadRequest(401, "no_key", "give a valid API key as Authorization: Bearer KEY")
        client = digest_of(key) if known and key else str((scope.get("client") or ("",))[0]).encode()
        if wait := self._rate.wait(client):
            raise TooMany(wait)

    def _is_page(self, path: str) -> bool:
        """Whether a review page answers: browsers send it a session, which the pages check themselves."""
        return self._settings.review is not None and (path == PAGES or path.startswith(f"{PAGES}/"))

    def _note(self, scope: Scope, status: int, seconds: float, name: str) -> None:
        route = getattr(scope.get("route"), "path", "unmatched")
        method = scope["method"] if scope["method"] in ("GET", "POST", "HEAD", "OPTIONS") else "unmatched"
        self._metrics.request(method, route, status, seconds)
        line = {
            "id": name,
            "method": method,
            "route": route,
            "status": status,
            "ms": round(seconds * 1000, 1),
        }
        LOG.info(json.dumps(line))


class TooMany(BadRequest):
    """A client over his rate; `wait` is in seconds."""

    def __init__(self, wait: float) -> None:
        super().__init__(429, "too_many_requests", "too many requests; wait and try again")
        self.wait = wait


def error_response(fault: BadRequest, request_id: str) -> JSONResponse:
    """Every refusal looks like this."""
    headers = {"WWW-Authenticate": "Bearer"} if fault.status == 401 else {}
    if isinstance(fault, TooMany):
        headers["Retry-After"] = str(max(1, round(fault.wait + 0.5)))
    said = {"code": fault.code, "message": str(fault), "request_id": request_id}
    return JSONResponse({"error": said}, fault.status, headers)


def _key(headers: Headers) -> str | None:
    scheme, _, key = headers.get("authorization", "").partition(" ")
    return key.strip() if scheme.lower() == "bearer" else headers.get("x-api-key")


def _host(headers: Headers) -> str:
    host = headers.get("host", "")
    return host.partition("]")[0] + "]" if host.startswith("[") else host.partition(":")[0]


def _place(error: BaseException) -> list[str]:
    """Files and lines the error passed through, without its text."""
    places: list[str] = []
    trace: Any = error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        places.append(f"{code.co_filename.rpartition('/')[2]}:{trace.tb_lineno} {code.co_name}")
        trace = trace.tb_next
    return places[-6:]
