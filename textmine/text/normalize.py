"""Writes a verbatim the one way the lexicons are written, and remembers where every character came from.

A normalised text is half-width, lower-case and simplified; handles and links are blanked, invisible and
repeated characters are gone. Steps are small, named and replayable (`explain_normalize`). This file knows
spelling only: no causes, no words, no segmentation.
"""

from __future__ import annotations

import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate, chain

import numpy as np
from numpy.typing import NDArray

from . import spelling
from .spelling import BLANK, Edit

__all__ = [
    "BLANK",
    "Normalized",
    "StepChange",
    "explain_normalize",
    "fold",
    "handle_names",
    "normalize",
    "normalize_all",
    "normalize_word",
]

Finder = Callable[[str], Iterable[Edit]]
#: A finder, and what any text has in which it finds something.
Marked = tuple[str, Finder]


@dataclass(frozen=True, slots=True)
class Normalized:
    """A normalised text; `offsets[i]` is the original code point of `text[i]`, None means they are equal.

    `offsets` has one entry more than `text`: the end of the original.
    """

    text: str
    offsets: tuple[int, ...] | None = None

    def original_span(self, start: int, end: int) -> tuple[int, int]:
        """The original's code points that the span `[start, end)` of the normalised text was made from.

        Characters deleted inside the span lie inside the result, those at its edges outside. Raises
        ValueError for a span that is not within the text.
        """
        if not 0 <= start <= end <= len(self.text):
            raise ValueError(f"span [{start}, {end}) is not within a text of {len(self.text)} characters")
        if self.offsets is None:
            return start, end
        first = self.offsets[start]
        return first, self.offsets[end - 1] + 1 if start < end else first


@dataclass(frozen=True, slots=True)
class StepChange:
    """One step of `normalize` that changed something."""

    step: str
    before: str
    after: str


def normalize(text: str) -> Normalized:
    """Spell `text` the way lexicons, clauses and segmenters expect it; total on any str, and idempotent."""
    folded, has_run = _fold_fast(text)
    if not (has_run or spelling.needs_edits(folded)):
        return Normalized(folded)
    return _settle(folded, _EDITS, has_run)


def normalize_all(texts: Sequence[str]) -> tuple[Normalized, ...]:
    """`normalize` for every text of a batch, which is folded in one go."""
    codes, errors = _folded("".join(texts))
    folded = codes.tobytes().decode("utf-32-le", errors)
    ends = list(accumulate(map(len, texts)))
    same = codes[1:] == codes[:-1]
    # A run across two texts is one too many, which costs a look and changes nothing.
    runs = np.flatnonzero(same[2:] & same[1:-1] & same[:-2])
    repeating = set(np.searchsorted(ends, runs, side="right").tolist())
    normalized = []
    start = 0
    for number, end in enumerate(ends):
        text = folded[start:end]
        start = end
        if number in repeating or spelling.needs_edits(text):
            normalized.append(_settle(text, _EDITS, number in repeating))
        else:
            normalized.append(Normalized(text))
    return tuple(normalized)


def handle_names(texts: Sequence[str]) -> list[str]:
    """The @names of every text in normal spelling, separated by spaces: `normalize` blanks them."""
    names: list[list[str]] = [[] for _ in texts]
    places = [place for place, text in enumerate(texts) if "@" in text]
    # All at once: names never cross the line breaks, and folding keeps every character in its place.
    folded, _ = _fold_fast("\n".join([texts[place] for place in places]))
    ends = list(accumulate(len(texts[place]) + 1 for place in places))
    for start, end, _ in spelling.blank_handles(folded):
        names[places[bisect_right(ends, start)]].append(folded[start + 1 : end])
    return [" ".join(own) for own in names]


def normalize_word(word: str) -> str:
    """Spell a lexicon entry as it will stand in a normalised text; '@' and links are left as they are."""
    folded, has_run = _fold_fast(word)
    return _settle(folded, _WORD_EDITS, has_run).text.strip()


def fold(text: str) -> str:
    """Only the folds of single characters: width, case, script. For lexicons, whose words stand in lists."""
    return _fold_fast(text)[0]


def explain_normalize(text: str) -> tuple[StepChange, ...]:
    """The steps that changed `text`, in the order they ran; the last `after` is `normalize(text).text`."""
    changes: list[StepChange] = []
    while True:
        before_round = len(changes)
        for name, step in _steps():
            after = step(text)
            if after != text:
                changes.append(StepChange(name, text, after))
                text = after
        if len(changes) == before_round:
            return tuple(changes)


def _steps() -> Iterator[tuple[str, Callable[[str], str]]]:
    for name, mapping in _fold_mappings().items():
        yield name, _translate(mapping)
    for _, find in (*_EDITS, _RUNS):
        yield find.__name__, _as_text_step(find)


def _settle(text: str, finders: tuple[Marked, ...], has_run: bool) -> Normalized:
    offsets: list[int] | None = None
    while True:
        before = text
        for mark, find in (*finders, _RUNS) if has_run else finders:
            if mark in text and (edits := tuple(find(text))):
                if sum(end - start - len(new) for start, end, new in edits):
                    kept = _kept(text, edits)
                    offsets = kept if offsets is None else [offsets[i] for i in kept]
                text = _apply(text, edits)
        # Blanking leaves nothing to do. Deleting moves characters together, which may make new entities,
        # names or runs; each round is shorter than the one before, so this ends.
        if len(text) == len(before):
            return Normalized(text, None if offsets is None else tuple(offsets))
        text, has_run = _fold_fast(text)


def _apply(text: str, edits: Iterable[Edit]) -> str:
    parts: list[str] = []
    at = 0
    for start, end, new in edits:
        parts += (text[at:start], new)
        at = end
    parts.append(text[at:])
    return "".join(parts)


def _kept(text: str, edits: Iterable[Edit]) -> list[int]:
    """For each character of the edited text, and for its end, where it stood in `text`."""
    kept: list[int] = []
    at = 0
    for start, end, new in edits:
        kept.extend(range(at, start + len(new)))
        at = end
    kept.extend(range(at, len(text) + 1))
    return kept


def _as_text_step(find: Finder) -> Callable[[str], str]:
    return lambda text: _apply(text, find(text))


def _translate(mapping: dict[int, int]) -> Callable[[str], str]:
    return lambda text: text.translate(mapping)


def _fold_fast(text: str) -> tuple[str, bool]:
    """All folds in one table look-up, and whether some character stands four times in a row."""
    # numpy beats str.translate here (1.9 against 2.8 µs for 100 characters) and makes the run check cheap.
    codes, errors = _folded(text)
    has_run = b"\1\1\1" in (codes[1:] == codes[:-1]).tobytes()
    return codes.tobytes().decode("utf-32-le", errors), has_run


def _folded(text: str) -> tuple[NDArray[np.uint32], str]:
    """The folded code points of a text, and how strictly they can be decoded."""
    errors = "strict"
    try:
        encoded = text.encode("utf-32-le")
    except UnicodeEncodeError:
        # Lone surrogates reach us from damaged exports and JSON escapes.
        errors = "surrogatepass"
        encoded = text.encode("utf-32-le", errors)
    return _fold_table().take(np.frombuffer(encoded, np.int32)), errors


@lru_cache(maxsize=1)
def _fold_table() -> NDArray[np.uint32]:
    """Every code point's final spelling: all folds until they settle (4.5 MB, built once per process)."""
    table: NDArray[np.uint32] = np.arange(0x110000, dtype=np.uint32)
    for mapping in _fold_mappings().values():
        step: NDArray[np.uint32] = np.arange(0x110000, dtype=np.uint32)
        step[np.fromiter(mapping, np.int64, len(mapping))] = np.fromiter(
            mapping.values(), np.uint32, len(mapping)
        )
        table = step[table]
    while not np.array_equal(again := table[table], table):
        table = again
    return table


@lru_cache(maxsize=1)
def _fold_mappings() -> dict[str, dict[int, int]]:
    return {
        "unify_blanks": _blanks(),
        "fold_width": {code: new for code, new in _compatible() if _is_width_form(code)},
        "fold_forms": {code: new for code, new in _compatible() if not _is_width_form(code)},
        "lower_case": _lower(),
        "simplify": _simplified(),
    }


# Soft hyphens, zero-width and direction marks, variation selectors, skin tones, tags: all become U+200B, so
# that one look finds them; `drop_invisible` deletes it.
_INVISIBLE = ord(spelling.INVISIBLE)
_INVISIBLE_BLOCKS = (
    (0xAD, 0xAE), (0x34F, 0x350), (0x61C, 0x61D), (0x115F, 0x1161), (0x17B4, 0x17B6), (0x180B, 0x1810),
    (0x200B, 0x2010), (0x202A, 0x202F), (0x2060, 0x2070), (0x3164, 0x3165), (0xFE00, 0xFE10),
    (0xFEFF, 0xFF00), (0xFFA0, 0xFFA1), (0xFFF9, 0xFFFC), (0x1F3FB, 0x1F400), (0xE0000, 0xE1000),
)  # fmt: skip


def _blanks() -> dict[int, int]:
    newlines = dict.fromkeys((0x0B, 0x0C, 0x0D, 0x85, 0x2028, 0x2029), 0x0A)
    controls = dict.fromkeys(c for c in chain(range(0x20), range(0x7F, 0xA0)) if c != 0x0A)
    spaces = (0xA0, 0x1680, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000)
    invisible = dict.fromkeys(chain.from_iterable(range(*block) for block in _INVISIBLE_BLOCKS), _INVISIBLE)
    return {**dict.fromkeys(chain(controls, spaces), 0x20), **newlines, **invisible}


# Blocks whose letters, digits, marks and ideographs have plain twins, by NFKC: Latin-1 to the letterlike
# symbols, CJK radicals, compatibility ideographs, vertical, small and wide forms, mathematical letters.
# Circled and bracketed numbers are left alone: they number the items of a list, and clauses end there.
_COMPATIBLE_BLOCKS = (
    (0xA1, 0x600), (0x2000, 0x2460), (0x24B6, 0x2500), (0x2E80, 0x3100), (0x3250, 0x3400),
    (0xF900, 0xFB10), (0xFE10, 0xFFF0), (0x1D400, 0x1D800), (0x1F100, 0x1F1E6), (0x2F800, 0x2FA20),
)  # fmt: skip


def _is_width_form(code: int) -> bool:
    return 0xFE10 <= code < 0xFFF0 or code == 0x301C


@lru_cache(maxsize=1)
def _compatible() -> tuple[tuple[int, int], ...]:
    found = [(0x301C, ord("~"))]
    for code in chain.from_iterable(range(*block) for block in _COMPATIBLE_BLOCKS):
        plain = unicodedata.normalize("NFKC", chr(code))
        if len(plain) == 1 and ord(plain) != code and unicodedata.category(plain) != "Zs":
            found.append((code, ord(plain)))
    return tuple(found)


def _lower() -> dict[int, int]:
    pairs = ((code, chr(code).lower()) for code in chain(range(0x41, 0x3000), range(0xA640, 0xABC0)))
    return {code: ord(low) for code, low in pairs if len(low) == 1 and ord(low) != code}


def _simplified() -> dict[int, int]:
    # Converted one by one, so that a phrase never changes the length; 10 ms for all 27,584 ideographs.
    from opencc import OpenCC

    ideographs = [chr(code) for code in chain(range(0x3400, 0x4DC0), range(0x4E00, 0xA000))]
    simple = OpenCC("t2s").convert("\n".join(ideographs)).split("\n")
    pairs = zip(ideographs, simple, strict=True)
    return {ord("妳"): ord("你")} | {ord(a): ord(b) for a, b in pairs if a != b and len(b) == 1}


_WORD_EDITS: tuple[Marked, ...] = (
    (spelling.INVISIBLE, spelling.drop_invisible),
    ("&", spelling.decode_entities),
    ("<", spelling.drop_tags),
    (" ", spelling.join_spaced_out),
)
_EDITS: tuple[Marked, ...] = (
    (spelling.INVISIBLE, spelling.drop_invisible),
    ("&", spelling.decode_entities),
    ("<", spelling.drop_tags),
    ("", spelling.blank_links),
    ("@", spelling.blank_emails),
    ("@", spelling.blank_handles),
    ("", spelling.blank_sent_from),
    ("#", spelling.blank_topic_marks),
    (" ", spelling.join_spaced_out),
)
_RUNS: Marked = ("", spelling.shorten_runs)
