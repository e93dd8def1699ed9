"""Coming, going and the language: the pages of the session. No rows, no decisions."""

from __future__ import annotations

from dataclasses import replace

from fastapi.responses import HTMLResponse, Response

from ...frame.frame import Lang
from ...review.store import FIRST, SECOND
from ..settings import Settings, digest_of
from .calls import HOME, Call, Fault, to
from .session import COOKIE, Session, Sessions, known_name
from .views import Templates


class StartPages:
    """Handlers for saying who one is."""

    def __init__(self, sessions: Sessions, templates: Templates, settings: Settings) -> None:
        self._sessions = sessions
        self._templates = templates
        self._settings = settings

    def show(self, call: Call) -> Response:
        """The form for name, round and API key."""
        return self._form(call, "")

    def enter(self, call: Call) -> Response:
        """Begin a session."""
        name, key = known_name(call.said("name")), call.said("key").strip()
        lang: Lang = "zh" if call.said("lang") == "zh" else "en"
        call = replace(call, lang=lang)
        if self._settings.keys and not self._settings.knows(key):
            return self._form(call, "key")
        if name is None:
            return self._form(call, "name")
        round = SECOND if call.said("round") == "2" else FIRST
        session = self._sessions.start(name, round, lang, digest_of(key) if self._settings.keys else None)
        return self._seated(call, session, to(f"{HOME}/next"))

    def leave(self, _: Call) -> Response:
        """End the session."""
        answer = to(f"{HOME}/start")
        answer.delete_cookie(COOKIE, path=HOME)
        return answer

    def speak(self, call: Call) -> Response:
        """Change the language and go back to where one was."""
        lang: Lang = "zh" if call.said("lang") == "zh" else "en"
        back = call.said("back", HOME)
        if back != HOME and not back.startswith((f"{HOME}/", f"{HOME}?")):
            raise Fault(422, "地址不对。", "That address is not one of these pages.")
        return self._seated(call, replace(call.who, lang=lang), to(back))

    def _seated(self, call: Call, session: Session, answer: Response) -> Response:
        answer.set_cookie(
            COOKIE, self._sessions.cookie(session), path=HOME, httponly=True, samesite="strict",
            secure=call.secure,
        )  # fmt: skip
        return answer

    def _form(self, call: Call, wrong: str) -> Response:
        page = self._templates.page(
            "start", call.lang, wrong=wrong, keyed=bool(self._settings.keys), name=call.said("name")[:200],
            round=call.said("round"),
        )  # fmt: skip
        return HTMLResponse(page, 403 if wrong == "key" else 422 if wrong else 200)
