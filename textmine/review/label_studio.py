"""The review queue as Label Studio tasks, and its export read back. Knows that tool's JSON and nothing else.

Label Studio counts offsets in the browser, where a character outside the basic plane may count twice; the
words themselves come along, so a span is where its words are.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

from ..errors import InputError
from ..frame.frame import Frame, Lang
from ..io.atomic import atomic_writer
from ..io.counts_files import write_text
from .queue import QueueRow
from .verdicts import Span, Verdict

_CAUSE, _STANCE, _TEXT = "cause", "stance", "text"


def write_tasks(path: Path, rows: Sequence[QueueRow], *, model_version: str, blind: bool = False) -> None:
    """Write tasks with the reader's proposals as predictions; `blind` leaves them out. Raises OutputError."""
    tasks = [_task(row, model_version, blind) for row in rows]
    with atomic_writer(path) as file:
        json.dump(tasks, file, ensure_ascii=False, indent=1)


def write_config(path: Path, frame: Frame, *, lang: Lang = "zh") -> None:
    """Write the labelling interface that goes with the tasks. Raises OutputError."""
    labels = "\n".join(
        f"    <Label value={quoteattr(code)} hint={quoteattr(frame.name(code, lang))}/>"
        for cause in frame.tree
        for code in (cause.code, *(sub.code for sub in cause.subcauses))
    )
    stances = "\n".join(f"    <Choice value={quoteattr(stance.code)}/>" for stance in frame.stances)
    write_text(
        path,
        f'<View>\n  <Labels name="{_CAUSE}" toName="{_TEXT}">\n{labels}\n  </Labels>\n'
        f'  <Text name="{_TEXT}" value="$text"/>\n'
        f'  <Choices name="{_STANCE}" toName="{_TEXT}" choice="single">\n{stances}\n  </Choices>\n</View>\n',
    )


def _task(row: QueueRow, model_version: str, blind: bool) -> dict[str, Any]:
    data = {"key": row.key, "row": row.number, "id": row.id, "why": row.why, "text": row.text}
    if blind:
        return {"data": data}
    spans = [
        {
            "id": f"p{number}",
            "from_name": _CAUSE,
            "to_name": _TEXT,
            "type": "labels",
            "score": proposal.score,
            "value": {
                "start": proposal.start,
                "end": proposal.end,
                "text": proposal.evidence,
                "labels": [proposal.code],
            },
        }
        for number, proposal in enumerate(row.proposals)
    ]
    stance = {
        "id": "stance",
        "from_name": _STANCE,
        "to_name": _TEXT,
        "type": "choices",
        "value": {"choices": [row.stance]},
    }
    return {"data": data, "predictions": [{"model_version": model_version, "result": [*spans, stance]}]}


def read_tasks(path: Path, frame: Frame) -> tuple[Verdict, ...]:
    """The verdicts of a Label Studio export (JSON); cancelled annotations are left out.

    Of an annotation's causes the one whose words stand first is the primary one. Raises InputError naming
    file and task.
    """
    return tuple(_verdicts(path, frame))


def asked_in(path: Path) -> dict[str, bool]:
    """All tasks of an export, judged or not, by key: whether each is marked as drawn by lot."""
    tasks = (_data(path, number, task) for number, task in enumerate(_load(path), start=1))
    return {str(data["key"]): data.get("why") == "audit" for data in tasks}


def _load(path: Path) -> list[Any]:
    try:
        tasks = json.loads(path.read_text("utf-8-sig"))
    except (OSError, ValueError, RecursionError) as error:
        raise InputError(
            f"{path}: cannot be read as JSON ({error}); export the tasks as JSON again"
        ) from error
    if not isinstance(tasks, list):
        raise InputError(f"{path}: is no list of tasks; export from Label Studio in the format JSON")
    return tasks


def _data(path: Path, number: int, task: Any) -> Mapping[str, Any]:
    data = task.get("data") if isinstance(task, dict) else None
    if (
        not isinstance(data, dict)
        or not isinstance(data.get("key"), str)
        or not isinstance(data.get("text"), str)
    ):
        raise InputError(
            f"{path}: task {number} has no key and text; export the queue with `textmine review`"
        )
    return data


def _verdicts(path: Path, frame: Frame) -> Iterator[Verdict]:
    for number, task in enumerate(_load(path), start=1):
        data = _data(path, number, task)
        where = f"{path}: task {number}"
        for annotation in task.get("annotations") or ():
            try:
                if not annotation.get("was_cancelled"):
                    yield _verdict(data, annotation, frame, where)
            except (AttributeError, KeyError, TypeError, IndexError) as error:
                raise InputError(f"{where}: is not as Label Studio exports it ({error!r})") from error


def _verdict(data: Mapping[str, Any], annotation: Any, frame: Frame, where: str) -> Verdict:
    spans: list[Span] = []
    stance = ""
    for result in annotation["result"]:
        value = result["value"]
        if result["from_name"] == _STANCE:
            stance = value["choices"][0]
        elif result["from_name"] == _CAUSE:
            start, end = _place(data["text"], value)
            spans += [Span(_known(code, frame, where), start, end) for code in value["labels"]]
    if stance and stance not in frame.axes["stance"]:
        raise InputError(f"{where}: the stance {stance!r} is none of {', '.join(frame.axes['stance'])}")
    ordered: dict[str, Span] = {}
    for span in sorted(spans, key=lambda span: span.start):
        ordered.setdefault(span.code, span)
    stance = stance or ("complaint" if spans else "none")
    return Verdict(
        data["key"], _coder(annotation.get("completed_by")), tuple(ordered.values()), stance, where
    )


def _coder(said: Any) -> str:
    if isinstance(said, dict):
        return str(said.get("email") or said.get("id") or "")
    return str(said or "")


def _known(code: Any, frame: Frame, where: str) -> str:
    if code not in frame:
        raise InputError(f"{where}: the cause {code!r} is not in the code frame")
    return str(code)


def _place(text: str, value: Mapping[str, Any]) -> tuple[int, int]:
    """Where the marked words stand, in code points; nowhere (0, 0) when they are not in the text."""
    start, end, words = int(value["start"]), int(value["end"]), value.get("text")
    if not isinstance(words, str) or not words or text[start:end] == words:
        return (start, end) if 0 <= start < end <= len(text) else (0, 0)
    units = text.encode("utf-16-le", "surrogatepass")
    counted = len(units[: 2 * start].decode("utf-16-le", "ignore"))
    if text.startswith(words, counted):
        return counted, counted + len(words)
    found = text.find(words)
    return (found, found + len(words)) if found >= 0 else (0, 0)
