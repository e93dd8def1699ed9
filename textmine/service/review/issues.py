"""The pages of the issue ledger: a list, one issue, and what people decide about it."""

from __future__ import annotations

from typing import get_args

from fastapi.responses import HTMLResponse, Response

from ...io.issue_decisions import Act, StaleIssueError
from ...review.ledger import Ledger, LedgerIssue
from .calls import HOME, Call, Fault, to
from .session import Sessions
from .views import Templates

_ACTS: tuple[Act, ...] = get_args(Act)


class IssuePages:
    """Handlers of one ledger."""

    def __init__(self, ledger: Ledger, sessions: Sessions, templates: Templates) -> None:
        self._ledger = ledger
        self._sessions = sessions
        self._templates = templates

    def listed(self, call: Call) -> Response:
        """All issues, those still to be dealt with first."""
        every = call.said("show") == "all"
        issues = self._ledger.issues(call.lang)
        return self._page(
            call, "issues", issues=[one for one in issues if every or not one.hidden], every=every,
            hidden=sum(one.hidden for one in issues),
        )  # fmt: skip

    def show(self, call: Call) -> Response:
        """One issue, with the forms to decide about it."""
        return self._issue(call, 200, None)

    def decide(self, call: Call) -> Response:
        """Record a decision; 409 when somebody else was faster."""
        act = call.said("act")
        if act not in _ACTS:
            raise Fault(422, "没有这种操作。", "There is no such action.")
        id = call.path["issue"]
        try:
            self._ledger.decide(
                id, act, call.said("value")[:500], by=call.who.name, seen=call.number("version")
            )
        except StaleIssueError:
            return self._issue(call, 409, act)
        return to(f"{HOME}/issues/{id}?said={act}")

    def _issue(self, call: Call, status: int, lost: str | None) -> Response:
        issues = self._ledger.issues(call.lang)
        issue = next((one for one in issues if one.id == call.path["issue"]), None)
        if issue is None:
            raise Fault(404, "台账里没有这个问题。", "The ledger has no such issue.")
        targets = [one for one in issues if one.id != issue.id and not one.hidden]
        answer = self._page(call, "issue", issue=issue, targets=targets, lost=lost, weeks=_weeks(issue))
        answer.status_code = status
        return answer

    def _page(self, call: Call, name: str, **values: object) -> Response:
        said = call.said("said")
        page = self._templates.page(
            name, call.lang, here=call.here, who=call.who,
            token=self._sessions.token(call.who), ledger=True, progress=None,
            said=said if said in _ACTS else "", **values,
        )  # fmt: skip
        return HTMLResponse(page)


def _weeks(issue: LedgerIssue) -> list[tuple[str, int]]:
    """The latest periods with their rows."""
    return sorted(issue.record["by_period"].items())[-12:]
