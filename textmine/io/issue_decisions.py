"""What people decided about issues, kept beside the ledger: renamed, merged, dismissed, restored.

One file, one line a decision, only ever appended to: a line counts when it is whole and was decided upon what
then stood, so that neither a killed process nor two people at once can leave half a decision or lose one. The
ledger itself is not touched; its records are shown with the decisions laid over them.
"""

from __future__ import annotations

import json
import os
import secrets
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from ..errors import InputError, OutputError, UsageError

SCHEMA = "textmine.issue-decisions/1"
NAME = "decisions.jsonl"
"""Lies in the folder of `--state`."""
LABEL = 120
"""Characters of a name at most."""
Act = Literal["rename", "merge", "dismiss", "restore"]
_ACTS = ("rename", "merge", "dismiss", "restore")


@dataclass(frozen=True, slots=True)
class IssueDecision:
    """One decision. `value` is the new name or the issue merged into; `base` counts the decisions on this
    issue that its author knew; `restore` takes back the last one that stands."""

    issue: str
    act: Act
    value: str
    by: str
    base: int
    at: str
    uid: str


@dataclass(frozen=True, slots=True)
class Standing:
    """What stands for an issue: `decided` decisions. `version` is to be named when deciding, `last` is the
    latest, a restoration among them."""

    version: int = 0
    label: str | None = None
    into: str | None = None
    dismissed: bool = False
    decided: int = 0
    last: IssueDecision | None = None


class StaleIssueError(UsageError):
    """Somebody else decided about the issue meanwhile; `standing` is what stands now."""

    def __init__(self, standing: Standing) -> None:
        super().__init__("somebody else decided about this issue meanwhile; look at it again")
        self.standing = standing


@dataclass(slots=True)
class IssueDecisions:
    """All decisions beside a ledger, in the order they were taken; lines that do not count are left out."""

    _of: dict[str, list[IssueDecision]] = field(default_factory=dict)
    _seen: dict[str, int] = field(default_factory=dict)
    _last: dict[str, IssueDecision] = field(default_factory=dict)
    _uids: set[str] = field(default_factory=set)

    @classmethod
    def read(cls, state: Path) -> IssueDecisions:
        """The decisions in a ledger's folder; none when there is no file. Raises InputError."""
        done = cls()
        path = state / NAME
        try:
            lines = path.read_bytes().split(b"\n")
        except FileNotFoundError:
            return done
        except OSError as error:
            raise InputError(f"{path}: cannot be read ({error.strerror}); restore it from a copy") from error
        for number, line in enumerate(lines, start=1):
            decision = _parsed(line, path, number)
            if decision is not None:
                done._add(decision)
        return done

    def of(self, issue: str) -> Standing:
        """What stands for an issue."""
        into, label, dismissed = None, None, False
        for decision in self._of.get(issue, ()):
            if decision.act == "rename":
                label = decision.value
            elif decision.act == "merge":
                into = decision.value
            else:
                dismissed = True
        decided = len(self._of.get(issue, ()))
        return Standing(self._seen.get(issue, 0), label, into, dismissed, decided, self._last.get(issue))

    def root(self, issue: str) -> str:
        """The issue that this one was merged into in the end; itself when it was not."""
        while into := self.of(issue).into:
            issue = into
        return issue

    def overlay(self, records: Iterable[Mapping[str, Any]]) -> tuple[dict[str, Any], ...]:
        """Records as issues.jsonl has them, as they are after the decisions; order and number stay.

        A merged issue says where it went, and its rows are counted there as well; a dismissed one says so.
        """
        known = {str(record["issue_id"]): dict(record) for record in records}
        for name, record in known.items():
            standing = self.of(name)
            record["label"] = standing.label or record["label"]
            if standing.dismissed:
                record["dismissed"] = True
            root = self.root(name)
            if root != name and root in known:
                record["merged_into"], record["status"] = standing.into, "merged"
                target = known[root]
                target["size"] += record["size"]
                target["by_period"] = dict(
                    sorted((Counter(target["by_period"]) + Counter(record["by_period"])).items())
                )
                target["first_seen"] = min(target["first_seen"], record["first_seen"])
        return tuple(known.values())

    def knows(self, uid: str) -> bool:
        """Whether a decision counts."""
        return uid in self._uids

    def _add(self, decision: IssueDecision) -> bool:
        """Let a decision stand; False when it was taken without knowing an earlier one, or makes a circle."""
        issue = decision.issue
        if decision.base != self._seen.get(issue, 0) or decision.uid in self._uids:
            return False
        if decision.act == "merge" and self.root(decision.value) == issue:
            return False
        standing = self._of.setdefault(issue, [])
        if decision.act == "restore":
            if not standing:
                return False
            standing.pop()
        else:
            standing.append(decision)
        self._seen[issue] = decision.base + 1
        self._last[issue] = decision
        self._uids.add(decision.uid)
        return True


def decide(state: Path, issue: str, act: Act, value: str, *, by: str, seen: int) -> Standing:
    """Record a decision by someone who saw version `seen` of the issue; what stands then.

    Raises UsageError for one that makes no sense, StaleIssueError when somebody was faster, OutputError.
    """
    value = " ".join(value.split())
    before = IssueDecisions.read(state)
    if before.of(issue).version != seen:
        raise StaleIssueError(before.of(issue))
    if act == "rename" and not 0 < len(value) <= LABEL:
        raise UsageError(f"a name has 1 to {LABEL} characters")
    if act == "merge" and (not value or before.root(value) == issue):
        raise UsageError("an issue cannot be merged into itself or into one that was merged into it")
    if act == "restore" and not before.of(issue).decided:
        raise UsageError("there is no decision to take back")
    at = datetime.now(UTC).isoformat(timespec="seconds")
    decision = IssueDecision(issue, act, value, by, seen, at, secrets.token_hex(8))
    _append(state / NAME, decision)
    after = IssueDecisions.read(state)
    if not after.knows(decision.uid):
        raise StaleIssueError(after.of(issue))
    return after.of(issue)


def _append(path: Path, decision: IssueDecision) -> None:
    line = json.dumps({"schema": SCHEMA, **asdict(decision)}, ensure_ascii=False).encode()
    try:
        handle = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o666)
        try:
            # A line feed in front ends the half line that a killed process may have left.
            os.write(handle, b"\n" + line + b"\n")
            os.fsync(handle)
        finally:
            os.close(handle)
    except OSError as error:
        raise OutputError(
            f"{path}: cannot be written ({error.strerror}); check that the folder may be written and has room"
        ) from error


def _parsed(line: bytes, path: Path, number: int) -> IssueDecision | None:
    """The decision of a line; None for an empty one and for one that was never finished."""
    try:
        record = json.loads(line)
    except ValueError:
        return None
    try:
        if record.pop("schema") != SCHEMA or record["act"] not in _ACTS:
            raise InputError(f"{path}:{number}: is not of {SCHEMA}; use the version that wrote it")
        return IssueDecision(**{name: record[name] for name in IssueDecision.__slots__})
    except (KeyError, TypeError, AttributeError) as error:
        raise InputError(f"{path}:{number}: is no decision ({error!r}); restore it from a copy") from error
