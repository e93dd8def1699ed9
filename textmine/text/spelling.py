"""The edits of normalisation that look at more than one character: what to blank, shorten or delete.

Each step finds `(start, end, new)` edits in a half-width, lower-case, simplified text, `new` no longer than
what it replaces. A step finds; `normalize` applies and keeps the offsets.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator

Edit = tuple[int, int, str]

# What stands for a blanked character: U+FFFC, "an object stood here". It is no letter, no space and no
# punctuation, so it neither joins words nor ends a clause.
BLANK = "\ufffc"

INVISIBLE = "\u200b"

_HAN = "\u3400-\u4dbf\u4e00-\u9fff"

_SPACED_TRIGGER = re.compile(r" \S ")
_ENTITY = re.compile(r"&(?:[a-z]{2,8}|#[0-9]{1,7}|#x[0-9a-f]{1,6});")
_TAG = re.compile(r"</?(br|p|div|li|ul|ol|tr|td|span|b|i|u|em|strong|font|img|a)(?:\s[^<>\n]{0,300})?\s*/?>")
_LINE_TAGS = frozenset(("br", "p", "div", "li", "ul", "ol", "tr"))
_EMAIL_TRIGGER = re.compile(r"@(?<=[a-z0-9]@)[a-z0-9]")
_EMAIL = re.compile(r"[a-z0-9][a-z0-9._%+-]{0,63}@[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63})+")
# Commas and brackets end a link: after folding, Chinese punctuation looks like the URL's own.
_LINK = re.compile(r"(?:(?:https?|ftp)://|www\.|(?<![a-z0-9.])t\.cn/)[a-z0-9._~/?#@$&*+=%:-]*[a-z0-9/]")
# A Weibo name is letters, digits, Han, '_' and '-', at most 30 half-width columns, and ends at anything else.
# Customers also write on without a space ("@中国联通客服我家…"): an operator's account ends at the word that
# such accounts end with, because swallowing the complaint costs more than leaving half a name.
_HANDLE = re.compile(
    r"@(?:[\w-]{0,12}?客服"
    r"|(?:中国)?(?:移动|联通|电信|广电|铁通)(?:10\d{3}|网上营业厅|营业厅|官方微博|微博|集团|公司)?"
    r"|[\w-]{1,30})"
)
_HANDLE_COLUMNS = 30
# Where a post was sent from, as its app appends it: "我在这里:…", "城市·地点..." at the end. It is not what
# is complained about, and full of words (村, 国道, 家园) that would say so.
_PLACE = r"我在(?:这里)?:[^\s,。!?;]{1,30}|(?<![^\s,。!?;])[\w-]{2,12}·[\w-]{1,20}(?:\.{2,}|…)?"
_SENT_FROM = re.compile(rf"(?:{_PLACE})\s*$")
_TOPIC = re.compile(r"(#+)[^#\n]{1,60}(#(?:#(?![^#\n]{1,60}#))?)")
_SPACED_OUT = re.compile(rf"(?<!\w)[{_HAN}0-9](?: [{_HAN}0-9]){{2,}}")
# Digits, letters and numerals repeat for a reason (10000, 八八八八), stars stand for hidden digits.
_RUN = re.compile(rf"([^\s0-9a-z*{BLANK}零〇一二三四五六七八九十幺两])\1\1(\1+)")


def needs_edits(text: str) -> bool:
    """Whether any step but `shorten_runs` might find something: one cheap look at every text."""
    return (
        "@" in text
        or "#" in text
        or "&" in text
        or "<" in text
        or INVISIBLE in text
        or (" " in text and _SPACED_TRIGGER.search(f" {text} ") is not None)
        or _may_link(text)
        or _may_tell_place(text)
    )


def _may_link(text: str) -> bool:
    return "://" in text or "www." in text or "t.cn/" in text


def _may_tell_place(text: str) -> bool:
    return "我在" in text or "·" in text


def drop_invisible(text: str) -> Iterator[Edit]:
    """Zero-width and direction marks, variation selectors, skin tones (folded to one mark before)."""
    at = text.find(INVISIBLE)
    while at >= 0:
        yield at, at + 1, ""
        at = text.find(INVISIBLE, at + 1)


def decode_entities(text: str) -> Iterator[Edit]:
    """HTML entities that stand for one character, as web forms leave them in exports."""
    if "&" not in text:
        return
    for m in _ENTITY.finditer(text):
        char = html.unescape(m[0])
        if len(char) == 1:
            yield (*m.span(), char)


def drop_tags(text: str) -> Iterable[Edit]:
    """HTML tags: those that break the line become a newline, the others vanish."""
    if "<" not in text:
        return ()
    return ((*m.span(), "\n" if m[1] in _LINE_TAGS else "") for m in _TAG.finditer(text))


def blank_links(text: str) -> Iterable[Edit]:
    """Web addresses, with or without a scheme."""
    return ((*m.span(), BLANK * len(m[0])) for m in _LINK.finditer(text)) if _may_link(text) else ()


def blank_emails(text: str) -> Iterable[Edit]:
    """E-mail addresses."""
    if not _EMAIL_TRIGGER.search(text):
        return ()
    return ((*m.span(), BLANK * len(m[0])) for m in _EMAIL.finditer(text))


def blank_handles(text: str) -> Iterator[Edit]:
    """@names, up to the first character that a name cannot have or where an operator's name ends."""
    if "@" not in text:
        return
    for m in _HANDLE.finditer(text):
        # Of short names no column need be counted.
        short = 2 * len(m[0]) - 2 <= _HANDLE_COLUMNS
        if short or sum(1 if char.isascii() else 2 for char in m[0]) - 1 <= _HANDLE_COLUMNS:
            yield (*m.span(), BLANK * len(m[0]))


def blank_sent_from(text: str) -> Iterator[Edit]:
    """The place a post's app appends at its end."""
    if _may_tell_place(text) and (m := _SENT_FROM.search(text)):
        yield (*m.span(), BLANK * len(m[0]))


def blank_topic_marks(text: str) -> Iterator[Edit]:
    """The two marks of #a topic#; its words are the customer's and stay."""
    if "#" not in text:
        return
    for m in _TOPIC.finditer(text):
        yield (*m.span(1), BLANK * len(m[1]))
        yield (*m.span(2), BLANK * len(m[2]))


def join_spaced_out(text: str) -> Iterator[Edit]:
    """The spaces of 没 信 号 and 1 0 0 8 6: three single ideographs or four digits, each one space apart."""
    if " " not in text:
        return
    for m in _SPACED_OUT.finditer(text):
        end = m.end()
        # An ideograph with another behind it begins a word of its own: 没 信 号 很差.
        if text[end - 1 : end + 1].isalpha() and end < len(text):
            end -= 2
        letters = text[m.start() : end : 2]
        if len(letters) > 3 or (len(letters) == 3 and not letters.isdecimal()):
            yield from ((at, at + 1, "") for at in range(m.start() + 1, end, 2))


def shorten_runs(text: str) -> Iterable[Edit]:
    """More than three of the same mark or ideograph in a row: three say as much (！！！！！, 慢慢慢慢慢)."""
    return ((*m.span(2), "") for m in _RUN.finditer(text))
