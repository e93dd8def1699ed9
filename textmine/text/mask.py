"""Hides personal data in a verbatim, one code point for one, so that offsets never move.

Works on the original text, before any normalisation. What personal data looks like is `pii`'s knowledge.
"""

from __future__ import annotations

from .pii import DIGIT, FINDERS, MAYBE, OTHERS, PII, Kind

__all__ = ["PII", "Kind", "mask", "mask_spans"]

# How many characters stay readable at each end, as operators print them: 138******78.
_KEEP: dict[Kind, tuple[int, int]] = {
    "mobile": (3, 2), "landline": (0, 2), "id_card": (3, 1), "bank_card": (4, 2), "email": (1, 0),
    "account": (0, 2), "plate": (2, 0), "name": (0, 0), "address": (0, 0), "im": (0, 0),
}  # fmt: skip
_HIDDEN = "*"
_HIDDEN_NAME = "某"


def mask(text: str) -> str:
    """`text` with personal data hidden: of the same length, so that offsets into one hold in the other.

    Digits and letters become '*', the characters of a name 某; of numbers the first and last few stay.
    """
    spans = mask_spans(text)
    if not spans:
        return text
    chars = list(text)
    for pii in spans:
        first, last = _KEEP[pii.kind]
        # Separators stay and are not counted: +86 138-0000-0000 keeps 138 and 00, not "+86" and "0".
        signs = [at for at in range(_number_start(text, pii), pii.end) if text[at].isalnum()]
        for at in signs[first : len(signs) - last]:
            chars[at] = _HIDDEN_NAME if pii.kind == "name" else _HIDDEN
    return "".join(chars)


def mask_spans(text: str) -> tuple[PII, ...]:
    """Where personal data stands in `text`, in order, without overlaps: of two, the longer stays."""
    if MAYBE.search(text) is None:
        return ()
    finders = FINDERS if DIGIT.search(text) else OTHERS
    found = [pii for find in finders for pii in find(text)]
    chosen: list[PII] = []
    for pii in sorted(found, key=lambda p: p.start - p.end):
        if all(pii.end <= other.start or other.end <= pii.start for other in chosen):
            chosen.append(pii)
    return tuple(sorted(chosen, key=lambda p: p.start))


def _number_start(text: str, pii: PII) -> int:
    if pii.kind == "mobile" and text.startswith(("+86", "0086", "86"), pii.start):
        return text.index("86", pii.start) + 2
    return pii.start
