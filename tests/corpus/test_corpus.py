"""The labelled corpus: it passes its gate, it can be measured honestly, and its datasheet tells the truth."""

from __future__ import annotations

from collections import Counter

import pytest

from textmine.frame.frame import Frame

# Below this a subcause is learnt from a handful of wordings; the rarest, public WLAN, stood at 38 when set.
EXAMPLES_PER_CODE = 35


@pytest.fixture(scope="module")
def frame() -> Frame:
    return Frame.load()


@pytest.fixture(scope="module")
def corpus(gate):
    rows, unreadable = gate.read_corpus()
    assert not unreadable, listed(unreadable)
    return rows


def listed(faults) -> str:
    """The first faults as a failing test shows them."""
    return f"{len(faults)} faults\n" + "\n".join(map(str, faults[:20]))


def test_every_label_is_known_and_every_span_found(gate, corpus, frame):
    faults = gate.label_faults(corpus, frame)
    assert not faults, listed(faults)


def test_no_text_is_said_twice_nor_both_trained_on_and_held_out(gate, corpus):
    faults = gate.twin_faults(corpus)
    assert not faults, listed(faults)


def test_no_wording_comes_from_the_posts_that_measure_the_product(gate, corpus):
    texts = gate.measured_texts()
    if not texts:
        pytest.skip(f"the posts used for measuring are not kept here: {gate.MEASURED}")
    faults = gate.borrowed_faults(corpus, texts)
    assert not faults, listed(faults)


def test_every_code_of_the_frame_has_enough_examples_to_learn_from(corpus, frame):
    count = Counter(code for row in corpus if not row.held_out for code, _ in row.causes)
    scarce = {code: count[code] for code in frame.codes if count[code] < EXAMPLES_PER_CODE}
    assert not scarce, "write more examples of these, or ask whether the frame needs them"


def test_a_tenth_or_more_complains_of_nothing(corpus):
    quiet = sum(row.stance != "complaint" for row in corpus) / len(corpus)
    assert quiet >= 0.1, "a corpus of complaints alone teaches a model to see complaints everywhere"


def test_the_datasheet_quotes_the_counts_of_this_corpus(gate, corpus, frame):
    datasheet = gate.DATASHEET.read_text(encoding="utf-8")
    current = gate.with_counts(datasheet, gate.table(corpus, frame))
    assert datasheet == current, "run: python benchmarks/corpus_gate.py --update"
