"""On small lexicons, patterns and texts drawn at random the engine finds what the slow matcher finds."""

from __future__ import annotations

from hypothesis import example, given, settings
from hypothesis import strategies as st

from textmine.classify.prepare import prepare
from textmine.frame.lexicon import Concept, Lexicon, Scope, ScopeWords
from textmine.frame.matcher import Matcher

from .engine import fired, with_patterns
from .reference import Reference

# Few letters, so that words overlap, repeat and lie inside one another; marks, so that there are clauses.
LETTERS = "甲乙丙不如前了3两天"
MARKS = "，。. "
NAMES = ("一", "二", "三", "四")

words = st.text(LETTERS[:8], min_size=1, max_size=3)
several = st.lists(words, min_size=1, max_size=3).map(tuple)
few = st.lists(words, max_size=2).map(tuple)
texts = st.text(LETTERS + MARKS, max_size=24)


@st.composite
def concepts(draw: st.DrawFn) -> tuple[Concept, ...]:
    made = []
    for index, name in enumerate(NAMES):
        kind = draw(st.sampled_from(["thing", "state", "act", "quantity"]))
        # Included concepts come earlier: no circles, as little as anyone would write one.
        include = draw(st.lists(st.sampled_from(NAMES[:index]), max_size=2, unique=True)) if index else []
        owned = ("天", "乙") if kind == "quantity" else draw(several)
        made.append(Concept(name, kind, owned, draw(few), tuple(include)))
    return tuple(made)


scopes = st.builds(
    Scope,
    st.builds(ScopeWords, st.just(("不",)), few),
    st.integers(0, 2),
    st.builds(ScopeWords, st.just(("如",)), few),
    st.builds(ScopeWords, st.just(("前",)), few),
    st.builds(ScopeWords, st.just(("了",)), few),
)


def alternatives() -> st.SearchStrategy[str]:
    term = st.one_of(st.sampled_from(NAMES).map("{{{}}}".format), words)
    return st.lists(term, min_size=1, max_size=2).map("|".join)


@st.composite
def windows(draw: st.DrawFn) -> str:
    parts = [draw(st.sampled_from(["", "", "~", "*"])) + draw(alternatives())]
    for _ in range(draw(st.integers(0, 2))):
        link = draw(st.sampled_from(["", ">", ">0", ">2", "<>0", "<>3"]))
        parts += [link, draw(alternatives())] if link else [draw(alternatives())]
    for mark in draw(st.lists(st.sampled_from(["!", "!!"]), max_size=1)):
        parts.append(mark + draw(alternatives()))
    return " ".join(parts)


@st.composite
def patterns(draw: st.DrawFn) -> str:
    line = draw(windows())
    for mark in draw(st.lists(st.sampled_from([";", ";", ";;"]), max_size=2)):
        line += f" {mark} {draw(windows())}"
    return line


lexicons = st.builds(
    lambda concepts_, scope, lines: with_patterns(lines, Lexicon(concepts_, (), scope, "")),
    concepts(),
    scopes,
    st.lists(patterns(), min_size=1, max_size=4),
)


def expected(lexicon: Lexicon, text: str) -> dict[tuple[int, int], set[tuple[int, int]]]:
    prepared = prepare([text])
    ends = [*prepared.clause_starts.tolist()[1:], len(prepared.joined)]
    clauses = list(zip(prepared.clause_starts.tolist(), ends, strict=True))
    reference = Reference(lexicon, prepared.joined, clauses)
    return {
        (pattern, clause): {prepared.original_span(0, *span) for span in spans}
        for pattern, clause, spans in reference.matches()
    }


@given(lexicons, st.lists(texts, min_size=1, max_size=3))
@example(with_patterns(["{师傅} ; {信号} ; {没来}"]), ["师傅，信号，信号，等，没来"])
@example(with_patterns(["{时长}", "{时长} > {慢}"]), ["气人.3小时慢", "3.两天", "3.2.天"])
@settings(max_examples=150, deadline=None)
def test_the_engine_agrees_with_the_slow_matcher(lexicon: Lexicon, batch: list[str]) -> None:
    for text, found in zip(batch, fired(Matcher.of(lexicon), batch), strict=True):
        wanted = expected(lexicon, text)
        assert {entry[:2] for entry in found} == set(wanted)
        for pattern, clause, start, end in found:
            assert (start, end) in wanted[pattern, clause]


@given(texts.filter(bool))
@example("甲乙甲丙不")
@example("甲乙乙丙不不")
@settings(max_examples=100, deadline=None)
def test_ordered_evidence_is_the_shortest_there_is(text: str) -> None:
    lexicon = with_patterns(["甲|甲乙 > 丙|乙 > 不|丙不", "甲|甲乙 >4 丙|乙 >3 不|丙不"])
    for pattern, clause, start, end in fired(Matcher.of(lexicon), [text])[0]:
        assert end - start == min(high - low for low, high in expected(lexicon, text)[pattern, clause])


@given(lexicons, st.lists(texts, min_size=1, max_size=6))
@settings(max_examples=80, deadline=None)
def test_texts_together_or_apart_give_the_same(lexicon: Lexicon, batch: list[str]) -> None:
    matcher = Matcher.of(lexicon)
    assert fired(matcher, batch) == [fired(matcher, [text])[0] for text in batch]


@given(st.permutations(range(6)))
@settings(max_examples=20, deadline=None)
def test_the_order_of_patterns_and_concepts_changes_nothing(order: list[int]) -> None:
    lines = ["{信号} > {弱}", "{师傅} ; {没来}", "{慢} !!{弱}", "~{满意}", "{时长}", "{扣钱} ;; {坏}"]
    batch = ["师傅，信号很弱，不满意", "没来。扣钱，等了3小时，坏了", "真慢"]
    straight = fired(Matcher.of(with_patterns(lines)), batch)
    shuffled = fired(Matcher.of(with_patterns([lines[i] for i in order])), batch)
    place = dict(enumerate(order))
    renamed = [sorted((place[entry[0]], *entry[1:]) for entry in entries) for entries in shuffled]
    assert renamed == straight
