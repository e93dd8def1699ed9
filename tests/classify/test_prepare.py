"""A batch made ready: joined, cut into clauses, and every span leads back to the original."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from textmine.classify.prepare import Prepared, prepare
from textmine.text.normalize import normalize

texts = st.lists(
    st.text(st.one_of(st.characters(), st.sampled_from("網路ＡＢ，。！\n @：😀\u200b哈")), max_size=30)
)


def clauses(prepared: Prepared) -> list[tuple[int, str]]:
    """(text, clause) with the marks that end it."""
    spans = zip(prepared.clause_starts.tolist(), prepared.clause_ends.tolist(), strict=True)
    owners = prepared.text_of_clause.tolist()
    return [(text, prepared.joined[a:b]) for text, (a, b) in zip(owners, spans, strict=True)]


def test_clauses_are_cut_at_marks_and_line_ends() -> None:
    found = clauses(prepare(["網絡慢，扣錢", "", "一行\n二行"]))
    assert [(text, clause.strip(",，。 ")) for text, clause in found] == [
        (0, "网络慢"),
        (0, "扣钱"),
        (1, ""),
        (2, "一行"),
        (2, "二行"),
    ]


@given(texts)
@example(["", ""])
def test_clauses_cover_every_text_and_nothing_else(batch: list[str]) -> None:
    prepared = prepare(batch)
    assert len(prepared) == len(batch)
    written = [""] * len(batch)
    if batch:
        for text, clause in clauses(prepared):
            written[text] += clause
    assert [len(text) for text in written] == [len(normalize(text).text) for text in batch]
    assert "\n" not in "".join(written)
    assert prepared.joined.count("\n") == len(batch)


@given(texts.filter(bool))
def test_clauses_follow_one_another_in_the_original(batch: list[str]) -> None:
    prepared = prepare(batch)
    spans = zip(prepared.clause_starts.tolist(), prepared.clause_ends.tolist(), strict=True)
    before = dict.fromkeys(range(len(batch)), 0)
    for text, (start, end) in zip(prepared.text_of_clause.tolist(), spans, strict=True):
        low, high = prepared.original_span(text, start, end)
        assert before[text] <= low <= high <= len(batch[text])
        before[text] = high


@given(texts.filter(bool))
def test_a_text_is_cut_alike_alone_and_in_company(batch: list[str]) -> None:
    together = clauses(prepare(batch))
    alone = [(n, clause) for n, text in enumerate(batch) for _, clause in clauses(prepare([text]))]
    assert together == alone


@given(st.text(st.sampled_from("網絡信号ＡＢab12，。 "), min_size=1))
def test_spans_of_single_characters_are_the_characters(text: str) -> None:
    prepared = prepare([text])
    for at, char in enumerate(prepared.normalized[0].text):
        low, high = prepared.original_span(0, at, at + 1)
        assert normalize(text[low:high]).text in (char, "")
