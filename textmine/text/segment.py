"""Cuts normalised text into words. The only file that knows a segmenter.

Two segmenters with the same words: `jieba`, the reference, and `fast`, its Rust port with jieba's treatment
of ASCII. Text must be normalised first: full-width letters fall apart into characters. Nothing is cached on
disk and nothing is shared: who needs a segmenter builds one per process.
"""

from __future__ import annotations

import logging
import re
import warnings
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import NamedTuple, Protocol

from ..errors import LexiconError, UsageError
from ..resources import lexicon_path

__all__ = [
    "FastSegmenter",
    "JiebaSegmenter",
    "Segmenter",
    "Token",
    "UserWord",
    "read_words",
    "segmenter",
    "tokens_with_offsets",
]


class Segmenter(Protocol):
    """Cuts a text into tokens that, joined, are the text."""

    def tokens(self, text: str) -> list[str]: ...


class Token(NamedTuple):
    """A token and its code points `[start, end)` in the segmented text."""

    text: str
    start: int
    end: int


class UserWord(NamedTuple):
    """A word the segmenters must know; `frequency` is on the scale of jieba's dictionary (60 million)."""

    word: str
    frequency: int
    tag: str


class JiebaSegmenter:
    """The reference: jieba with a Tokenizer of its own and no cache file (0.9 s to build)."""

    def __init__(self, words: tuple[UserWord, ...]) -> None:
        jieba = _quiet_jieba()
        tokenizer = jieba.Tokenizer()
        # What initialize() does, without reading or writing the cache that all users of a machine share.
        tokenizer.FREQ, tokenizer.total = tokenizer.gen_pfdict(tokenizer.get_dict_file())
        tokenizer.initialized = True
        for word in words:
            # add_word counts the total twice for words it knows, and the order of words would show.
            tokenizer.total += word.frequency - tokenizer.FREQ.get(word.word, 0)
            tokenizer.FREQ[word.word] = word.frequency
            for end in range(1, len(word.word)):
                tokenizer.FREQ.setdefault(word.word[:end], 0)
        self._tokenizer = tokenizer

    @classmethod
    def load(cls) -> JiebaSegmenter:
        """With the packaged telecom words."""
        return cls(read_words(lexicon_path("segment.txt")))

    def tokens(self, text: str) -> list[str]:
        found: list[str] = self._tokenizer.lcut(text)
        return found


class FastSegmenter:
    """rjieba, cut again where it treats ASCII differently from jieba (16 times jieba's speed)."""

    def __init__(self, words: tuple[UserWord, ...]) -> None:
        from rjieba import Jieba

        self._jieba = Jieba()
        for word in words:
            self._jieba.add_word(word.word, word.frequency, word.tag)
        self._ascii_words = frozenset(word.word for word in words if word.word.isascii())

    @classmethod
    def load(cls) -> FastSegmenter:
        """With the packaged telecom words."""
        return cls(read_words(lexicon_path("segment.txt")))

    def tokens(self, text: str) -> list[str]:
        try:
            found: list[str] = self._jieba.cut(text)
        except UnicodeEncodeError:
            return [token.text for token in self._around_surrogates(text)]
        if not _ASCII_MARK.search(text):
            return found
        return [piece for token in found for piece in self._as_jieba(token)]

    def _as_jieba(self, token: str) -> list[str]:
        # To rjieba 1.8g and wi-fi are one token; jieba takes them apart unless it knows the word.
        if len(token) < 3 or not token.isascii() or token in self._ascii_words:
            return [token]
        return [piece for piece in _ASCII_PIECE.split(token) if piece]

    def _around_surrogates(self, text: str) -> tuple[Token, ...]:
        """Rust strings have no lone surrogates: cut with stand-ins, then take the characters of the text."""
        stand_in = _SURROGATE.sub("\ufffd", text)
        return tuple(
            Token(text[t.start : t.end], t.start, t.end) for t in tokens_with_offsets(self, stand_in)
        )


def segmenter(name: str = "fast") -> Segmenter:
    """A new segmenter by name, with the packaged telecom words; UsageError lists the names there are."""
    if name not in _SEGMENTERS:
        raise UsageError(f"no segmenter named {name!r}; there are: {', '.join(sorted(_SEGMENTERS))}")
    return _SEGMENTERS[name]()


def tokens_with_offsets(segmenter: Segmenter, text: str) -> tuple[Token, ...]:
    """The tokens of a text with their places in it."""
    tokens = []
    end = 0
    for word in segmenter.tokens(text):
        start, end = end, end + len(word)
        tokens.append(Token(word, start, end))
    return tuple(tokens)


def read_words(path: Path) -> tuple[UserWord, ...]:
    """Words of a segmentation file, one `word frequency tag` a line, '#' starts a comment line.

    Raises LexiconError with file and line for a line of another form, a word that is not spelled as
    normalised text, and a word that stands twice.
    """
    from .normalize import normalize_word

    words: dict[str, UserWord] = {}
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        fields = line.split()
        if not fields or line.startswith("#"):
            continue
        if len(fields) != 3 or not fields[1].isdecimal() or int(fields[1]) < 1:
            raise LexiconError(
                "write: word frequency tag, for example 大王卡 200 nz", file=str(path), line=number
            )
        word = fields[0]
        if word != (spelled := normalize_word(word)):
            raise LexiconError(f"write {word} as {spelled}", file=str(path), line=number)
        if word in words:
            raise LexiconError(f"{word} stands here twice; remove one", file=str(path), line=number)
        words[word] = UserWord(word, int(fields[1]), fields[2])
    return tuple(words.values())


def _quiet_jieba() -> ModuleType:
    with warnings.catch_warnings():
        # Invalid escapes in its source and pkg_resources: known, harmless, and not the user's to mend.
        warnings.simplefilter("ignore")
        import jieba
    jieba.setLogLevel(logging.WARNING)
    module: ModuleType = jieba
    return module


# Outside dictionary words, jieba takes runs of letters and digits, with decimals and percent, as one token.
_ASCII_PIECE = re.compile(r"([a-zA-Z0-9]+(?:\.[0-9]+)?%?)")
_ASCII_MARK = re.compile(r"[-+#&._%]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_SEGMENTERS: dict[str, Callable[[], Segmenter]] = {"fast": FastSegmenter.load, "jieba": JiebaSegmenter.load}
