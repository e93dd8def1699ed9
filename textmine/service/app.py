"""The REST application: routes that parse, call one plain function, and answer. No rules of its own.

Bodies are parsed by `bodies`, not by the web library, whose messages would repeat what a client sent.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

from anyio import to_thread
from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp

from .. import __version__
from ..classify.reader import Reader
from ..counts.period import PERIODS
from ..errors import TextmineError
from . import answers
from .bodies import BadRequest, Item, Limits, choice, items, lines, parse
from .guard import Guard, error_response
from .metrics import Metrics
from .pages import docs_page
from .settings import Settings
from .words import DESCRIPTION, REFUSALS, STREAMED, body_of

T = TypeVar("T")

JSON, NDJSON = "application/json", "application/x-ndjson"
_STREAMED = 200
"""Verbatims read at a time while an answer is streamed."""


def from_environment() -> ASGIApp:
    """The application of a worker process, with the settings in its environment, warmed up."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    settings = Settings.from_environment(os.environ)
    reader = Reader.load(model=settings.model, frame=Path(settings.frame) if settings.frame else None)
    reader.read(["排队两个小时没人管"])
    return create_app(reader, settings)


def create_app(reader: Reader, settings: Settings) -> ASGIApp:
    """The application around a loaded reader; raises UsageError for settings that are not safe."""
    metrics = Metrics()
    api = _Api(reader, settings.checked(), metrics)
    app = FastAPI(
        title="textmine", version=__version__, description=DESCRIPTION, docs_url=None, redoc_url=None
    )
    post = {"response_model": None, "methods": ["POST"]}
    for path, handler, said in (
        ("/v1/classify", api.classify, {**REFUSALS, **STREAMED}),
        ("/v1/counts", api.counts, REFUSALS),
        ("/v1/issues", api.issues, REFUSALS),
    ):
        extra = {"requestBody": body_of(path)}
        app.add_api_route(path, handler, openapi_extra=extra, responses=said, **post)  # type: ignore[arg-type]
    app.add_api_route("/v1/frame", api.frame, response_model=None, responses=REFUSALS)
    app.add_api_route("/healthz", api.health, response_model=None)
    app.add_api_route("/readyz", api.health, response_model=None)
    plain = {"response_model": None, "response_class": PlainTextResponse, "responses": REFUSALS}
    app.add_api_route("/metrics", api.metrics, **plain)  # type: ignore[arg-type]
    page = docs_page(app.openapi())
    app.add_api_route("/docs", lambda: HTMLResponse(page), response_model=None, include_in_schema=False)
    if settings.review:
        from .review.app import add_review

        add_review(app, reader, settings)
    app.add_exception_handler(BadRequest, _refused)
    app.add_exception_handler(HTTPException, _not_served)
    app.add_exception_handler(Exception, _refused)
    return Guard(app, settings, metrics)


async def _refused(request: Request, fault: Exception) -> Response:
    known = fault if isinstance(fault, BadRequest) else BadRequest(500, "internal", "the service failed")
    return error_response(known, request.state.request_id)


async def _not_served(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    codes = {
        404: ("not_found", "there is nothing here; see /docs"),
        405: ("method", "wrong method; see /docs"),
    }
    code, message = codes.get(status, ("refused", "the request cannot be served"))
    answer = error_response(BadRequest(status, code, message), request.state.request_id)
    if allowed := (getattr(error, "headers", None) or {}).get("Allow"):
        answer.headers["Allow"] = allowed
    return answer


class _Api:
    """The handlers; one reader, read-only, shared by all requests."""

    def __init__(self, reader: Reader, settings: Settings, metrics: Metrics) -> None:
        self._reader = reader
        self._settings = settings
        self._metrics = metrics
        self._limits = Limits(settings.max_batch, settings.max_text)

    async def classify(self, request: Request) -> Response:
        """Tag verbatims: one, a batch, or NDJSON line by line."""
        raw = await self._body(request, (JSON, NDJSON))
        if _kind(request) == NDJSON:
            return StreamingResponse(self._stream(raw), media_type=NDJSON)
        value = parse(raw)
        wanted = items(value, self._limits)
        records = await self._work(lambda: self._tags(wanted, 1))
        return _json(records[0] if "text" in value else {"items": records})

    async def counts(self, request: Request) -> Response:
        """Tag verbatims and count: the tally, by groups if asked for, and the Pareto table."""
        value = parse(await self._body(request, (JSON,)))
        wanted = items(value, self._limits, extra=("by",))
        by = tuple(value.get("by", ()))
        if "by" in value and "items" not in value:
            raise BadRequest(422, "wrong_value", "by needs items with groups")
        model, reader = self._settings.model, self._reader
        return _json(await self._work(lambda: answers.counts(wanted, by, model=model, reader=reader)))

    async def issues(self, request: Request) -> Response:
        """Find emerging issues among dated verbatims, without a ledger."""
        value = parse(await self._body(request, (JSON,)))
        wanted = items(value, self._limits, extra=("period",))
        period = choice(value, "period", PERIODS, "week")
        settings, reader = self._settings, self._reader

        def track() -> dict[str, Any]:
            return answers.issues(wanted, period, model=settings.model, frame=settings.frame, reader=reader)

        try:
            return _json(await self._work(track))
        except TextmineError as error:
            # Its text may quote a cell, so it is not repeated.
            raise BadRequest(
                422, "not_tracked", "these verbatims cannot be followed; see the fields"
            ) from error

    async def frame(self) -> Response:
        """The code frame: causes, subcauses, stances, touchpoints, risks."""
        return _json(answers.frame(self._reader.frame))

    async def health(self) -> Response:
        """That the service is up and its model loaded."""
        versions = {
            "model_version": self._reader.model.version,
            "taxonomy_version": self._reader.frame.version,
        }
        return _json({"status": "ok", "version": __version__, **versions})

    async def metrics(self) -> Response:
        """Counters for Prometheus."""
        return PlainTextResponse(self._metrics.text(), media_type="text/plain; version=0.0.4")

    def _tags(self, wanted: tuple[Item, ...], first: int) -> list[dict[str, Any]]:
        records = answers.tags(wanted, self._reader, masked=self._settings.masked, first=first)
        for record in records:
            self._metrics.verbatims(record["status"])
        return records

    def _stream(self, raw: bytes) -> Iterator[str]:
        """One line for each line sent, in order: a record, or the fault of that line."""
        waiting: list[Item | BadRequest] = []
        done = 0
        for entry in lines(raw, self._limits):
            waiting.append(entry)
            if len(waiting) == _STREAMED:
                yield self._answered(waiting, done)
                done += len(waiting)
                waiting = []
        if waiting:
            yield self._answered(waiting, done)

    def _answered(self, entries: list[Item | BadRequest], done: int) -> str:
        good = tuple(entry for entry in entries if isinstance(entry, Item))
        read = iter(self._tags(good, 1) if good else ())
        out = []
        for row, entry in enumerate(entries, start=done + 1):
            if isinstance(entry, Item):
                record = {**next(read), "row": row, "id": entry.id or str(row)}
            else:
                record = {"row": row, "error": {"code": entry.code, "message": str(entry)}}
            out.append(json.dumps(record, ensure_ascii=False) + "\n")
        return "".join(out)

    async def _body(self, request: Request, kinds: tuple[str, ...]) -> bytes:
        """The body, of one of the kinds and not too large; read no further than that."""
        if _kind(request) not in kinds or request.headers.get("content-encoding", "identity") != "identity":
            raise BadRequest(415, "content_type", f"send {' or '.join(kinds)}, not compressed")
        limit = self._settings.max_body
        too_large = BadRequest(413, "too_large", f"the body is larger than {limit} bytes")
        length = request.headers.get("content-length", "")
        if length.isdecimal() and (len(length) > 18 or int(length) > limit):
            raise too_large
        raw = bytearray()
        try:
            async with asyncio.timeout(self._settings.timeout):
                async for chunk in request.stream():
                    raw += chunk
                    if len(raw) > limit:
                        raise too_large
        except TimeoutError as error:
            raise BadRequest(408, "slow", "the body did not arrive in time") from error
        except ClientDisconnect as error:
            raise BadRequest(400, "gone", "the client went away") from error
        return bytes(raw)

    async def _work(self, job: Callable[[], T]) -> T:
        """Run a job beside the event loop, for so long and no longer."""
        try:
            async with asyncio.timeout(self._settings.timeout):
                return await to_thread.run_sync(job, abandon_on_cancel=True)
        except TimeoutError as error:
            raise BadRequest(503, "timeout", "reading took too long; send fewer verbatims") from error


def _kind(request: Request) -> str:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def _json(value: Any) -> Response:
    return JSONResponse(value)
