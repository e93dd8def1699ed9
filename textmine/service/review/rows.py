"""The pages on which rows are reviewed: queue, row, draft, decision, undo, agreement, corrections.

Handlers ask the desk and fill a template; what a coder may see and do is the desk's to say.
"""

from __future__ import annotations

import re
from typing import cast, get_args
from urllib.parse import urlencode

from fastapi.responses import HTMLResponse, Response

from ...review.causes import find_causes
from ...review.desk import Desk, Seen, Show
from ...review.rows import Hits
from ...review.store import Choice, RefusedError, Slot, StaleError
from .calls import HOME, Call, Fault, to
from .session import Sessions
from .views import Templates, chosen, drafted, first_draft, pieces

PAGE = 50
"""Rows of the queue on one page."""
_KEY = re.compile(r"row-[0-9a-f]{16}\Z")
_CHOICES: tuple[Choice, ...] = get_args(Choice)
_SHOWS: tuple[Show, ...] = get_args(Show)
_SAID = ("accept", "change", "none", "skip", "undo", "nothing", "final")


class RowPages:
    """Handlers of one desk."""

    def __init__(self, desk: Desk, sessions: Sessions, templates: Templates, *, ledger: bool) -> None:
        self._desk = desk
        self._sessions = sessions
        self._templates = templates
        self._ledger = ledger

    def queue(self, call: Call) -> Response:
        """The rows of the queue in a state, or those that a search finds."""
        coder = call.who.coder
        show = cast(Show, call.said("show") if call.said("show") in _SHOWS else "open")
        words = call.said("q").strip()[:200]
        hits: Hits | None = None
        if words and call.said("everywhere"):
            hits = self._desk.rows.search(words)
            lines = tuple(seen for row in hits.rows if (seen := self._desk.seen(coder, row.key)))
        else:
            lines = self._desk.listed(coder, show, words)
        pages = max(1, -(-len(lines) // PAGE))
        page = min(max(call.number("page"), 1), pages)
        return self._page(
            call, "queue", lines=lines[(page - 1) * PAGE : page * PAGE], show=show, words=words, hits=hits,
            found=len(lines), page=page, pages=pages, queued=self._desk.rows.is_queued,
            address=lambda **more: f"{HOME}?{urlencode({'show': show, 'q': words} | more)}",
        )  # fmt: skip

    def next(self, call: Call) -> Response:
        """On to the next row that is open, to the queue when there is none."""
        return to(self._onward(call, call.said("after"), ""))

    def row(self, call: Call) -> Response:
        """One row, with the form."""
        seen = self._seen(call)
        self._desk.store.claim(seen.row.key, call.who.round, call.who.name)
        return self._row(call, seen, first_draft(seen), focus="title")

    def draft(self, call: Call) -> Response:
        """The form after a cause was added, removed or made primary; nothing is decided yet."""
        seen = self._seen(call)
        codes = tuple(code for code in call.form.get("cause", ()) if code in self._desk.frame)
        add, words = call.said("add"), call.said("q").strip()[:100]
        if call.said("best"):
            add = next((entry.code for entry in find_causes(self._desk.frame, words) if words), "")
        added = add if add in self._desk.frame else ""
        codes = drafted(codes, add=added, drop=call.said("drop"), first=call.said("first"))
        version, looked = call.number("version"), bool(call.said("find") or call.said("best"))
        answer = self._row(call, seen, codes, focus="search", stance=call.said("stance"), version=version,
                           words=words if looked and not added else "")  # fmt: skip
        # The draft has no address of its own: loading it again must not ask to send the form again.
        answer.headers["HX-Push-Url"] = "false"
        return answer

    def causes(self, call: Call) -> Response:
        """The causes that fit what was typed, as a list of buttons."""
        found = find_causes(self._desk.frame, call.said("q")[:100])
        page = self._templates.page(
            "causes", call.lang, options=found, frame=self._desk.frame, key=self._key(call)
        )
        return HTMLResponse(page)

    def decide(self, call: Call) -> Response:
        """Record a decision and go on; 409 when another reviewer was faster."""
        key, choice = self._key(call), call.said("choice")
        if choice not in _CHOICES:
            raise Fault(422, "没有这种结论。", "There is no such verdict.")
        codes = tuple(call.form.get("cause", ()))
        final = call.said("final") == "1"
        try:
            self._desk.judge(
                call.who.coder, key, choice, codes, call.said("stance"),
                seen=call.number("version"), final=final,
            )  # fmt: skip
        except StaleError as error:
            return self._conflict(call, key, error.slot, codes=codes, choice=choice)
        except RefusedError as error:
            raise _refused(error) from error
        return to(self._onward(call, key, "final" if final else choice))

    def undo(self, call: Call) -> Response:
        """Take the last decision back and show its row."""
        try:
            key = self._desk.undo(call.who.coder)
        except StaleError as error:
            key = error.slot.decision.key if error.slot.decision else ""
            return self._conflict(call, key, error.slot, codes=(), choice="undo")
        except RefusedError as error:
            raise _refused(error) from error
        return to(f"{HOME}/row/{key}?said=undo" if key else f"{HOME}?said=nothing")

    def agreement(self, call: Call) -> Response:
        """Kappa and alpha on the rows that both coders judged, and where they differ."""
        return self._page(call, "agreement", compared=self._desk.compared())

    def corrections(self, call: Call) -> Response:
        """Everything decided as labelled JSON Lines; not for a blind coder, who would see the other's."""
        if call.who.coder.blind:
            raise Fault(
                403,
                "第二复核人不能下载修正：其中有第一人的结论。",
                "A second coder cannot have the corrections: they hold the first coder's verdicts.",
            )
        headers = {"Content-Disposition": 'attachment; filename="corrections.jsonl"'}
        return Response(self._desk.corrections(), media_type="application/x-ndjson", headers=headers)

    def _onward(self, call: Call, after: str, said: str) -> str:
        key = self._desk.next(call.who.coder, after=after)
        more = {name: value for name, value in (("said", said), ("of", after)) if said}
        path = f"{HOME}/row/{key}" if key else HOME
        return f"{path}?{urlencode(more)}" if more else path

    def _key(self, call: Call) -> str:
        if not _KEY.match(call.path["key"]):
            raise Fault(404, "没有这一行。", "There is no such row.")
        return call.path["key"]

    def _seen(self, call: Call) -> Seen:
        seen = self._desk.seen(call.who.coder, self._key(call))
        if seen is None:
            raise Fault(404, "本目录没有这一行。", "This folder has no such row.")
        return seen

    def _row(
        self, call: Call, seen: Seen, codes: tuple[str, ...], *, focus: str, stance: str = "",
        version: int | None = None, words: str = "",
    ) -> Response:  # fmt: skip
        desk, row = self._desk, seen.row
        order = [one.key for one in desk.rows]
        place = order.index(row.key) if row.key in order else None
        slot = seen.final if seen.both else seen.mine
        decided = slot.decision
        shown_stance = stance or (decided.stance if decided else "" if seen.blind else row.stance)
        return self._page(
            call, "row", seen=seen, row=row, pieces=pieces(row), stances=desk.frame.stances,
            chosen=chosen(codes, row, desk.frame, call.lang),
            proposed=chosen([p.code for p in row.proposals], row, desk.frame, call.lang),
            version=slot.version if version is None else version,
            stance=shown_stance, focus=focus, words=words,
            options=find_causes(desk.frame, words) if words else (), frame=desk.frame,
            place=None if place is None else place + 1,
            before=order[place - 1] if place else None,
            after=order[place + 1] if place is not None and place + 1 < len(order) else None,
        )  # fmt: skip

    def _conflict(self, call: Call, key: str, slot: Slot, *, codes: tuple[str, ...], choice: str) -> Response:
        theirs = slot.decision
        row = self._desk.rows.get(key)
        answer = self._page(call, "conflict", key=key, row=row, theirs=theirs, codes=codes, choice=choice)
        answer.status_code = 409
        return answer

    def _page(self, call: Call, name: str, **values: object) -> Response:
        said = call.said("said")
        page = self._templates.page(
            name, call.lang, here=call.here, who=call.who,
            token=self._sessions.token(call.who), ledger=self._ledger,
            progress=self._desk.progress(call.who.coder), said=said if said in _SAID else "", **values,
        )  # fmt: skip
        return HTMLResponse(page)


def _refused(error: RefusedError) -> Fault:
    zh = {
        "both": "两位复核人都已判定这一行；请用终审结论。",
        "own": "这一行您在另一轮已判过；第二意见须由他人给出。",
        "not_both": "两位复核人都判定后才能终审。",
    }
    return Fault(409, zh[error.reason], f"This cannot be done: {error}.")
