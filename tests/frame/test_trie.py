"""The trie finds what a search for each word at each place finds, whatever the words and the text."""

from __future__ import annotations

from hypothesis import example, given, settings
from hypothesis import strategies as st

from textmine.frame.trie import WordTrie, code_points

LETTERS = "甲乙丙丁a1\ud800\U0001f600"

words = st.lists(st.text(LETTERS, min_size=1, max_size=5), max_size=30, unique=True)


def found(words: list[str], text: str) -> set[tuple[int, int, int]]:
    hits = list(zip(*(part.tolist() for part in WordTrie.of(words).find(code_points(text))), strict=True))
    assert len(hits) == len(set(hits))
    return set(hits)


@given(words, st.text(LETTERS + "，", max_size=40))
@example([], "甲")
@example(["甲乙丙"], "甲乙")
@settings(max_examples=300, deadline=None)
def test_every_occurrence_of_every_word_is_found(words: list[str], text: str) -> None:
    expected = {
        (number, start, start + len(word))
        for number, word in enumerate(words)
        for start in range(len(text))
        if text.startswith(word, start)
    }
    assert found(words, text) == expected


def test_states_with_very_many_children_find_room() -> None:
    letters = [chr(0x4E00 + n) for n in range(600)]
    words = letters + [first + second for first in letters[:40] for second in letters]
    text = "".join(letters[:40] + letters[500:])
    expected = {
        (number, start, start + len(word))
        for number, word in enumerate(words)
        for start in range(len(text))
        if text.startswith(word, start)
    }
    assert found(words, text) == expected


def test_the_same_words_make_the_same_trie() -> None:
    one, two = WordTrie.of(["甲乙", "乙", "丙甲"]), WordTrie.of(["甲乙", "乙", "丙甲"])
    assert all((getattr(one, name) == getattr(two, name)).all() for name in WordTrie.__slots__)
