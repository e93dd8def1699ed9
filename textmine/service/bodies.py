"""Request bodies: JSON read strictly, checked by hand, refused with a reason that repeats no content.

Every fault of a body is a `BadRequest` with a status from 400 on; nothing a client sends may end otherwise.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

_DEPTH = 32


class BadRequest(Exception):
    """A request that cannot be served; `status` and `code` are for programs, the message for people."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code


@dataclass(frozen=True, slots=True)
class Item:
    """One verbatim of a request, with its group values in the order of `by` and its date."""

    id: str
    text: str
    date: str = ""
    groups: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Limits:
    """Verbatims a request and characters a verbatim."""

    batch: int
    text: int


def parse(raw: bytes) -> Any:
    """The JSON value of a body. NaN, doubled keys, lone surrogates and deep nesting are refused."""
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadRequest(400, "not_utf8", f"the body is not UTF-8 at byte {error.start}") from error
    try:
        value = json.loads(text, parse_constant=_refuse, object_pairs_hook=_object)
    except RecursionError as error:
        raise BadRequest(400, "too_deep", "the JSON is nested too deeply") from error
    except json.JSONDecodeError as error:
        raise BadRequest(400, "bad_json", f"the body is not JSON at character {error.pos}") from error
    except ValueError as error:
        raise BadRequest(400, "bad_json", "the body is not JSON: a number is too long") from error
    _check(value, 0)
    return value


def items(value: Any, limits: Limits, *, extra: Sequence[str] = ()) -> tuple[Item, ...]:
    """The verbatims of a body: `{"text": …}`, `{"texts": […]}` or `{"items": [{"id", "text", …}]}`."""
    if not isinstance(value, dict):
        raise BadRequest(422, "not_an_object", "the body must be a JSON object")
    given = [name for name in ("text", "texts", "items") if name in value]
    if len(given) != 1:
        raise BadRequest(422, "no_text", "give exactly one of text, texts and items")
    _known(value, ("id", *given, *extra) if given == ["text"] else (*given, *extra), "the body")
    by = _by(value)
    if given == ["text"]:
        return (item(value, limits, "the body", extra=extra),)
    entries = value[given[0]]
    if not isinstance(entries, list):
        raise BadRequest(422, "not_a_list", f"{given[0]} must be a list")
    if not 1 <= len(entries) <= limits.batch:
        message = f"{given[0]} must hold 1 to {limits.batch} verbatims; send more as application/x-ndjson"
        raise BadRequest(422, "batch_size", message)
    return tuple(_entry(entry, limits, number, given[0], by) for number, entry in enumerate(entries, start=1))


def item(
    value: Any, limits: Limits, where: str, *, extra: Sequence[str] = (), by: Sequence[str] = ()
) -> Item:
    """One verbatim, an object with `text` and, if wanted, `id`, `date` and `groups`."""
    if not isinstance(value, dict):
        raise BadRequest(422, "not_an_object", f"{where} must be an object")
    _known(value, ("id", "text", "date", "groups", *extra), where)
    if "text" not in value:
        raise BadRequest(422, "no_text", f"{where} has no text")
    groups = value.get("groups", {})
    if not isinstance(groups, dict):
        raise BadRequest(422, "wrong_type", f"groups of {where} must be an object")
    return Item(
        _text(value.get("id", ""), 400, f"id of {where}"),
        _text(value["text"], limits.text, f"text of {where}"),
        _text(value.get("date", ""), 64, f"date of {where}"),
        _groups(groups, by, f"groups of {where}"),
    )


def lines(raw: bytes, limits: Limits) -> Iterator[Item | BadRequest]:
    """The verbatims of an NDJSON body; a faulty line is its own fault, the others are read."""
    number = 0
    for line in raw.split(b"\n"):
        if not line.strip():
            continue
        number += 1
        try:
            yield item(parse(line), limits, f"line {number}")
        except BadRequest as fault:
            yield fault


def choice(value: Any, name: str, known: Sequence[str], default: str) -> str:
    """An optional setting of a body."""
    said = value.get(name, default) if isinstance(value, dict) else default
    if said not in known:
        raise BadRequest(422, "wrong_value", f"{name} must be one of {', '.join(known)}")
    return str(said)


def _by(value: Any) -> tuple[str, ...]:
    by = value.get("by", [])
    if not isinstance(by, list) or len(by) > 5 or not all(isinstance(name, str) and name for name in by):
        raise BadRequest(422, "wrong_type", "by must be a list of at most five names")
    if len(set(by)) != len(by):
        raise BadRequest(422, "wrong_value", "by names a group twice")
    return tuple(by)


def _entry(entry: Any, limits: Limits, number: int, name: str, by: Sequence[str]) -> Item:
    if name == "texts":
        return Item("", _text(entry, limits.text, f"text {number}"), groups=("",) * len(by))
    return item(entry, limits, f"item {number}", by=by)


def _groups(groups: dict[str, Any], by: Sequence[str], where: str) -> tuple[str, ...]:
    """The values of the groups asked for; those not asked for are checked too."""
    read = {name: _text(value, 400, where) for name, value in groups.items()}
    return tuple(read.get(name, "") for name in by)


def _text(value: Any, longest: int, where: str) -> str:
    if not isinstance(value, str):
        raise BadRequest(422, "wrong_type", f"{where} must be a string")
    if len(value) > longest:
        raise BadRequest(422, "too_long", f"{where} is longer than {longest} characters")
    return value


def _known(value: dict[str, Any], names: Sequence[str], where: str) -> None:
    # The unknown names are not repeated: a customer's words may stand in the wrong place.
    if not value.keys() <= set(names):
        raise BadRequest(422, "unknown_field", f"{where} has fields other than {', '.join(names)}")


def _refuse(_: str) -> NoReturn:
    raise BadRequest(400, "bad_json", "NaN and Infinity are not JSON")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise BadRequest(400, "bad_json", "an object has the same key twice")
    return value


def _check(value: Any, depth: int) -> None:
    """Refuse what is nested deeply and text that is no text."""
    if depth > _DEPTH:
        raise BadRequest(400, "too_deep", f"the JSON is nested more than {_DEPTH} deep")
    if isinstance(value, str):
        try:
            value.encode("utf-8")
        except UnicodeEncodeError as error:
            raise BadRequest(400, "lone_surrogate", "a string holds half of a surrogate pair") from error
    elif isinstance(value, dict):
        for key, below in value.items():
            _check(key, depth + 1)
            _check(below, depth + 1)
    elif isinstance(value, list):
        for below in value:
            _check(below, depth + 1)
