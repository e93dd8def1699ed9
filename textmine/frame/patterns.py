"""The pattern language: one line of text becomes a `Pattern`. Parsing only; matching is in `matcher`.

A pattern is one or more windows; a window is satisfied inside one clause by chains of elements:

    {信号} > {弱}       two concepts in order
    {弱} >2 {信号}      in order, at most 2 characters between
    {宽带} {断}         any order
    {宽带} <>4 {断}     any order, at most 4 characters between
    ~{信号满格}         a negated hit
    *{满意}             negated or not
    没信号|无服务       literals, alternatives
    {师傅} ; {没来}     the next window holds within two clauses
    {宽带} ;; {投诉}    the next window holds anywhere in the text
    !{好转}             not in the clause
    !!{好转}            not in the text
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Polarity = Literal["affirmed", "negated", "any"]

_LINK = re.compile(r"(<>|>)(\d*)")
_ALTERNATIVE = re.compile(r"\{([^{}|]+)\}|([^{}|<>;!~*\s]+)")
_GROUPED = re.compile(r"\{([^{}]+)\}")


@dataclass(frozen=True, slots=True)
class Term:
    """A concept by name, or a literal text (`is_literal`)."""

    name: str
    is_literal: bool = False


@dataclass(frozen=True, slots=True)
class Element:
    """Satisfied by a hit of any of its terms with the wanted polarity."""

    terms: tuple[Term, ...]
    polarity: Polarity = "affirmed"


@dataclass(frozen=True, slots=True)
class Link:
    """How an element follows the one before it; `gap` is the most characters between, None for any."""

    gap: int | None
    ordered: bool = True


@dataclass(frozen=True, slots=True)
class Chain:
    """Elements tied together by links; `links[i]` ties `elements[i]` to `elements[i + 1]`."""

    elements: tuple[Element, ...]
    links: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True)
class Window:
    """Chains that must all hold in one clause; `anywhere` frees a later window from the two-clause reach."""

    chains: tuple[Chain, ...]
    excluded: tuple[Element, ...] = ()
    anywhere: bool = False


@dataclass(frozen=True, slots=True)
class Pattern:
    """A parsed pattern; `excluded` elements may occur nowhere in the text."""

    windows: tuple[Window, ...]
    excluded: tuple[Element, ...] = ()


def parse_pattern(line: str) -> Pattern:
    """Parse one pattern line; raises ValueError saying which token is wrong and what is expected."""
    windows: list[Window] = []
    excluded_in_text: list[Element] = []
    anywhere = False
    window: list[str] = []
    for token in [*line.split(), ";"]:
        if token not in (";", ";;"):
            window.append(token)
            continue
        windows.append(_parse_window(window, anywhere=anywhere, excluded_in_text=excluded_in_text))
        window, anywhere = [], token == ";;"
    return Pattern(tuple(windows), tuple(excluded_in_text))


def _parse_window(tokens: list[str], *, anywhere: bool, excluded_in_text: list[Element]) -> Window:
    chains: list[Chain] = []
    excluded: list[Element] = []
    elements: list[Element] = []
    links: list[Link] = []
    pending: Link | None = None
    for token in tokens:
        if link := _LINK.fullmatch(token):
            if not elements or pending:
                raise ValueError(f"{token!r} must stand between two elements")
            pending = Link(int(link[2]) if link[2] else None, ordered=link[1] == ">")
            if not pending.ordered and pending.gap is None:
                raise ValueError("'<>' needs a distance, for example <>4")
        elif token.startswith("!!"):
            excluded_in_text.append(_parse_element(token[2:]))
        elif token.startswith("!"):
            excluded.append(_parse_element(token[1:]))
        elif pending:
            elements.append(_parse_element(token))
            links.append(pending)
            pending = None
        else:
            if elements:
                chains.append(Chain(tuple(elements), tuple(links)))
            elements, links = [_parse_element(token)], []
    if pending:
        raise ValueError("a '>' at the end of a window has nothing after it")
    if elements:
        chains.append(Chain(tuple(elements), tuple(links)))
    if not chains:
        raise ValueError("a window needs at least one element that must be there")
    return Window(tuple(chains), tuple(excluded), anywhere)


def _parse_element(token: str) -> Element:
    polarity: Polarity = "affirmed"
    body = token
    if token[:1] in ("~", "*"):
        polarity = "negated" if token[0] == "~" else "any"
        body = token[1:]
    # {甲|乙} is written for {甲}|{乙}
    body = _GROUPED.sub(lambda group: "|".join("{" + name + "}" for name in group[1].split("|")), body)
    terms: list[Term] = []
    position = 0
    while position < len(body):
        match = _ALTERNATIVE.match(body, position)
        if not match:
            raise ValueError(f"cannot read {token!r}: write {{概念}}, a literal, or alternatives joined by |")
        terms.append(Term(match[1]) if match[1] else Term(match[2].replace("_", " "), is_literal=True))
        position = match.end()
        if position < len(body):
            if body[position] != "|" or position + 1 == len(body):
                raise ValueError(f"cannot read {token!r}: alternatives are joined by one |")
            position += 1
    if not terms:
        raise ValueError(f"cannot read {token!r}: an element is missing")
    return Element(tuple(terms), polarity)
