"""From a request to a call of the pages and back: the session, the form, the checks, and faults as pages.

Every form is refused that another site may have sent. Knows no decisions and no templates but the faults'.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial
from urllib.parse import parse_qs

from anyio import to_thread
from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.requests import ClientDisconnect

from ...errors import TextmineError, UsageError
from ...frame.frame import Lang
from ..guard import PAGES
from .session import COOKIE, Session, Sessions, same_origin
from .views import Templates

LOG = logging.getLogger("textmine.service")
HOME = PAGES
_LONGEST, _FIELDS = 64 << 10, 200
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "Content-Security-Policy": POLICY,
    # With no-referrer browsers would send forms of our own pages with the origin "null".
    "Referrer-Policy": "same-origin",
    "Vary": "Cookie",
}


class Fault(Exception):
    """A request that cannot be served: a status, and a sentence in both languages."""

    def __init__(self, status: int, zh: str, en: str) -> None:
        super().__init__(en)
        self.status = status
        self.zh = zh
        self.en = en


@dataclass(frozen=True, slots=True)
class Call:
    """A request as handlers see it.

    `form` and `query` map names to all values given; `here` is an address that shows the page again.
    """

    path: Mapping[str, str]
    query: Mapping[str, list[str]]
    form: Mapping[str, list[str]]
    lang: Lang
    here: str
    secure: bool
    session: Session | None = None

    @property
    def who(self) -> Session:
        """The session, where there must be one."""
        if self.session is None:
            raise Fault(403, "请先登记姓名。", "Say who you are first.")
        return self.session

    def said(self, name: str, default: str = "") -> str:
        """A field of the form, or of the address."""
        return (self.form.get(name) or self.query.get(name) or [default])[-1]

    def number(self, name: str) -> int:
        """A whole number of the form or the address; 0 when it is none."""
        written = self.said(name)
        return int(written) if written.isdecimal() and len(written) < 10 else 0


Handler = Callable[[Call], Response]


class Caller:
    """Wraps handlers: they run beside the event loop, with a session unless `open`, and never answer bare."""

    def __init__(self, sessions: Sessions, templates: Templates, *, lang: Lang, timeout: float) -> None:
        self._sessions = sessions
        self._templates = templates
        self._lang = lang
        self._timeout = timeout

    def route(self, handler: Handler, *, open: bool = False) -> Callable[[Request], Awaitable[Response]]:
        """The handler as an endpoint."""

        async def answer(request: Request) -> Response:
            session = self._sessions.read(request.cookies.get(COOKIE))
            lang = session.lang if session else self._spoken(request)
            if session is None and not open:
                return _dressed(to(f"{HOME}/start"))
            try:
                form = (
                    await self._form(request, None if open else session) if request.method == "POST" else {}
                )
                secure = request.headers.get("x-forwarded-proto") == "https"
                query = parse_qs(request.url.query, keep_blank_values=True, max_num_fields=_FIELDS)
                call = Call(request.path_params, query, form, lang, _here(request), secure, session)
                async with asyncio.timeout(self._timeout):
                    return _dressed(await to_thread.run_sync(partial(handler, call), abandon_on_cancel=True))
            except (Fault, TextmineError, TimeoutError, ClientDisconnect, ValueError) as error:
                return _dressed(self._problem(error, lang, request.state.request_id))

        return answer

    def _spoken(self, request: Request) -> Lang:
        wished = request.query_params.get("lang")
        return "zh" if wished == "zh" else "en" if wished == "en" else self._lang

    async def _form(self, request: Request, session: Session | None) -> dict[str, list[str]]:
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != "application/x-www-form-urlencoded":
            raise Fault(415, "只接受本页的表单。", "Only forms of these pages are taken.")
        raw = bytearray()
        async with asyncio.timeout(self._timeout):
            async for chunk in request.stream():
                raw += chunk
                if len(raw) > _LONGEST:
                    raise Fault(413, "表单过大。", "The form is too large.")
        form = parse_qs(raw.decode(), keep_blank_values=True, max_num_fields=_FIELDS)
        token = form.get("token", [""])[-1]
        if not same_origin(request.headers) or (session and not self._sessions.is_token(session, token)):
            raise Fault(403, "表单不是从本页提交的。", "The form was not sent from these pages.")
        return form

    def _problem(self, error: Exception, lang: Lang, request_id: str) -> Response:
        fault = _fault(error)
        if fault.status >= 500:
            LOG.error(json.dumps({"id": request_id, "fault": type(error).__name__}))
        page = self._templates.page(
            "problem", lang, status=fault.status, message=fault.zh if lang == "zh" else fault.en,
            request_id=request_id,
        )  # fmt: skip
        return HTMLResponse(page, fault.status)


def _fault(error: Exception) -> Fault:
    """The fault that an error is shown as."""
    if isinstance(error, Fault):
        return error
    if isinstance(error, UsageError):
        return Fault(422, f"无法照办：{error}", f"This cannot be done: {error}")
    if isinstance(error, TextmineError):
        return Fault(
            503,
            "暂时无法读写复核文件；刚才的操作没有保存，请稍后再试。",
            "The files of the review cannot be read or written now; what you just did was not saved.",
        )
    if isinstance(error, TimeoutError):
        return Fault(503, "耗时过长，请再试。", "This took too long; try again.")
    return Fault(400, "请求格式不对。", "The request is malformed.")


def _here(request: Request) -> str:
    path = request.url.path
    if request.method == "GET":
        return f"{path}?{request.url.query}" if request.url.query else path
    return path.removesuffix("/draft") if path.startswith((f"{HOME}/row/", f"{HOME}/issues/")) else HOME


def to(address: str) -> Response:
    """Go on elsewhere with GET."""
    return RedirectResponse(address, 303)


def _dressed(response: Response) -> Response:
    for name, value in _HEADERS.items():
        response.headers[name] = value
    return response
