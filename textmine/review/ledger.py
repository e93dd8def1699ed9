"""The issue ledger as reviewers see it: its records with what people decided. Writes decisions only.

Issues and their numbers are the tracker's; nothing here changes them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import InputError, UsageError
from ..frame.frame import Frame, Lang
from ..io.issue_decisions import Act, IssueDecisions, Standing, decide
from ..issues.ledger import Issue
from ..issues.store import Store


@dataclass(frozen=True, slots=True)
class LedgerIssue:
    """One issue: its record as issues.jsonl has it after the decisions, and what stands for it."""

    record: Mapping[str, Any]
    standing: Standing

    @property
    def id(self) -> str:
        return str(self.record["issue_id"])

    @property
    def hidden(self) -> bool:
        """Whether it was dismissed or has become part of another."""
        return self.standing.dismissed or self.record["status"] == "merged"


@dataclass(frozen=True, slots=True)
class Ledger:
    """The folder that `textmine issues --state` keeps; every call reads it anew."""

    state: Path
    frame: Frame

    @classmethod
    def open(cls, state: Path, frame: Frame) -> Ledger:
        """Raises InputError when the folder holds no ledger, or one that cannot be read."""
        if not Store.open(state).files:
            raise InputError(f"{state}: no ledger here; `textmine issues … --state {state}` makes one")
        ledger = cls(state, frame)
        ledger.issues("en")
        return ledger

    def issues(self, lang: Lang) -> tuple[LedgerIssue, ...]:
        """All issues, those that people still have to do with first, then by their latest rows."""
        store, decisions = Store.open(self.state), IssueDecisions.read(self.state)
        names = {code: self.frame.name(code, lang) for code in (*self.frame.codes, *self.frame.causes)}
        try:
            meta = json.loads(store.fetch("meta.json") or b"{}")
            lines = (store.fetch("issues.jsonl") or b"").decode().splitlines()
            periods = sorted(period for period in meta["volumes"] if period)
            records = [Issue.from_dict(json.loads(line)).public(periods, names) for line in lines]
        except (ValueError, KeyError, TypeError) as error:
            raise InputError(
                f"{self.state}: cannot be read ({error!r}); restore the ledger from a copy"
            ) from error
        found = [
            LedgerIssue(record, decisions.of(record["issue_id"])) for record in decisions.overlay(records)
        ]
        found.sort(key=lambda one: one.id)
        found.sort(
            key=lambda one: (max(one.record["by_period"], default=""), one.record["size"]), reverse=True
        )
        return tuple(sorted(found, key=lambda one: one.hidden))

    def decide(self, issue: str, act: Act, value: str, *, by: str, seen: int) -> Standing:
        """Rename, merge, dismiss or restore an issue; what stands then.

        Raises UsageError when there is no such issue or the decision makes no sense, StaleIssueError when
        somebody decided meanwhile, OutputError.
        """
        ids = {one.id for one in self.issues("en")}
        for name in (issue, value) if act == "merge" else (issue,):
            if name not in ids:
                raise UsageError(f"no issue {name!r} in the ledger; choose one from the list")
        return decide(self.state, issue, act, value, by=by, seen=seen)
