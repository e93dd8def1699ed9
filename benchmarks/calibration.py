"""Are scores probabilities, and is a promised precision kept? By bins, by cause and by promise.

    nice python benchmarks/calibration.py --model models/telecom --real labelled.jsonl

Prints Markdown tables for every held-out file of the corpus and for labelled rows of your own. Without
`--model` a model is trained first.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from labelled import CORPUS, Rows, load_rows, markdown

from textmine.classify.evaluate import evaluate
from textmine.classify.examples import Example
from textmine.classify.reader import Reader
from textmine.classify.reliability import reliability_by_cause
from textmine.classify.train import train

PROMISES = (0.8, 0.9, 0.95)
#: A cause with fewer tags says too little about its scores.
FEWEST = 10


def report(reader: Reader, rows: Rows, name: str, examples: Sequence[Example]) -> None:
    """Print the three tables of one set."""
    result = evaluate(reader, examples, runs=200)
    error = next(figure for figure in result.figures if figure.name == "calibration_error")
    print(f"\n**{name}** ({len(examples)} rows): expected calibration error {error.value:.3f} ", end="")
    print(f"(90 % interval {error.low:.3f}–{error.high:.3f})\n")
    bins = [
        [f"{b.low:.1f}–{b.low + 0.1:.1f}", b.n, f"{b.mean_score:.3f}", f"{b.share_right:.3f}"]
        for b in result.reliability
    ]
    print(markdown(["score", "tags", "mean score", "share right"], bins))
    readings = reader.read([example.text for example in examples])
    told = reliability_by_cause(examples, readings, rows.frame.causes)
    print()
    causes = [
        [t.cause, t.given, f"{t.mean_score:.3f}", f"{t.share_right:.3f}", f"{t.error:.3f}"]
        for t in told
        if t.given >= FEWEST
    ]
    print(markdown(["cause", "tags", "mean score", "share right", "error"], causes))
    print()
    lines = []
    for promise in PROMISES:
        kept = evaluate(reader, examples, precision=promise, runs=1)
        told_as = f"when_{promise:g}_promised"
        lines.append([promise, f"{kept[f'precision_{told_as}']:.3f}", f"{kept[f'coverage_{told_as}']:.3f}"])
    print(markdown(["promised precision", "kept", "complaints coded"], lines))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--corpus", type=Path, default=CORPUS)
    parser.add_argument("--real", type=Path, help="labelled rows of your own (JSON Lines)")
    parser.add_argument("--model", type=Path, help="a model trained on the corpus")
    options = parser.parse_args()
    rows = load_rows(options.corpus, options.real)
    if options.model:
        reader = Reader.load(model=options.model)
    else:
        reader = Reader.assemble(rows.frame, rows.lexicon, train(rows.corpus, rows.frame, rows.lexicon).model)
    for name, examples in rows.measured.items():
        report(reader, rows, name, examples)


if __name__ == "__main__":
    main()
