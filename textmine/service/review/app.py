"""Puts the review pages into the service: what is opened, and which address leads to which handler."""

from __future__ import annotations

from functools import partial
from importlib.resources import files
from pathlib import Path

from fastapi import FastAPI
from fastapi.responses import Response

from ...classify.reader import Reader
from ...review.desk import Desk
from ...review.ledger import Ledger
from ..settings import Settings
from .calls import HOME, Call, Caller, Fault, Handler
from .issues import IssuePages
from .rows import RowPages
from .session import Sessions
from .start import StartPages
from .views import Templates

_STATIC = {
    "htmx.min.js": "text/javascript",
    "review.js": "text/javascript",
    "review.css": "text/css",
    "htmx.LICENSE.txt": "text/plain",
}


def add_review(app: FastAPI, reader: Reader, settings: Settings) -> None:
    """Add the pages for `settings.review` and, if there is one, the ledger of `settings.state`.

    Raises InputError, UsageError and OutputError for a folder that cannot be reviewed.
    """
    desk = Desk.open(Path(settings.review or ""), reader.frame, reader=reader)
    ledger = Ledger.open(Path(settings.state), reader.frame) if settings.state else None
    sessions = Sessions(desk.store.secret, settings.keys)
    templates = Templates(reader.frame)
    caller = Caller(sessions, templates, lang=settings.lang, timeout=settings.timeout)
    start = StartPages(sessions, templates, settings)
    rows = RowPages(desk, sessions, templates, ledger=ledger is not None)

    def add(method: str, path: str, handler: Handler, *, open: bool = False) -> None:
        app.add_api_route(
            HOME + path, caller.route(handler, open=open), methods=[method], response_model=None,
            include_in_schema=False,
        )  # fmt: skip

    add("GET", "/static/{name}", _static(), open=True)
    add("GET", "/start", start.show, open=True)
    add("POST", "/start", start.enter, open=True)
    add("POST", "/leave", start.leave)
    add("POST", "/language", start.speak)
    add("GET", "", rows.queue)
    add("GET", "/next", rows.next)
    add("GET", "/row/{key}", rows.row)
    add("POST", "/row/{key}", rows.decide)
    add("GET", "/row/{key}/causes", rows.causes)
    add("POST", "/row/{key}/draft", rows.draft)
    add("POST", "/undo", rows.undo)
    add("GET", "/agreement", rows.agreement)
    add("GET", "/corrections.jsonl", rows.corrections)
    if ledger is not None:
        issues = IssuePages(ledger, sessions, templates)
        add("GET", "/issues", issues.listed)
        add("GET", "/issues/{issue}", issues.show)
        add("POST", "/issues/{issue}", issues.decide)


def _static() -> Handler:
    folder = files("textmine.service.review").joinpath("static")
    contents = {name: folder.joinpath(name).read_bytes() for name in _STATIC}
    return partial(_file, contents)


def _file(contents: dict[str, bytes], call: Call) -> Response:
    name = call.path["name"]
    if name not in contents:
        raise Fault(404, "没有这个文件。", "There is no such file.")
    return Response(contents[name], media_type=_STATIC[name], headers={"Cache-Control": "max-age=300"})
