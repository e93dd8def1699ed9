"""The labelled rows that benchmarks train and measure on, and tables as Markdown. Measures nothing itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from textmine.classify.evaluate import Evaluation
from textmine.classify.examples import Example, corpus_files, read_examples
from textmine.classify.reader import load_frame_and_cues
from textmine.frame.cues import Lexicon
from textmine.frame.frame import Frame

CORPUS = Path(__file__).parents[1] / "data_samples" / "corpus"
#: The figures of a comparison and the heads of their columns.
FIGURES = {
    "cause_micro_f1": "micro-F1",
    "cause_macro_f1": "macro-F1",
    "headline_macro_f1": "headline",
    "primary_accuracy": "primary",
    "stance_accuracy": "stance",
    "no_cause_kept": "none kept",
    "evidence_overlap": "evidence",
    "calibration_error": "ECE",
}


@dataclass(frozen=True, slots=True)
class Rows:
    """The training corpus, and sets to measure on by name: the held-out ones of the corpus and one's own."""

    frame: Frame
    lexicon: Lexicon
    corpus: tuple[Example, ...]
    measured: dict[str, tuple[Example, ...]]


def load_rows(corpus: Path = CORPUS, real: Path | None = None) -> Rows:
    """Read the corpus, its `heldout_*` files, and labelled rows of one's own (a JSON Lines file)."""
    frame, lexicon = load_frame_and_cues()
    measured = {p.stem: read_examples([p], frame) for p in sorted(corpus.glob("heldout_*.jsonl"))}
    if real is not None:
        measured["real posts"] = read_examples([real], frame)
    # In the order that training puts them in, so that features laid out here are those of its rows.
    examples = sorted(read_examples(corpus_files([corpus]), frame), key=lambda e: (e.source, e.id, e.text))
    return Rows(frame, lexicon, tuple(examples), measured)


def markdown(header: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """A table whose columns but the first stand flush right."""
    lines = [header, ["---", *["---:"] * (len(header) - 1)], *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines)


def figures(result: Evaluation, names: Sequence[str] = tuple(FIGURES)) -> list[str]:
    """The named figures of an evaluation as they stand in a table."""
    return [f"{result[name]:.3f}" for name in names]
