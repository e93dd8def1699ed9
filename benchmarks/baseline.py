"""Beside the obvious alternative: jieba words and character n-grams, TF-IDF, a linear SVC per cause.

Both are trained on the same corpus and read the same rows in the same run: the held-out files of the corpus,
and labelled rows of your own if `--real` names them (`--score` names a program of yours that takes a tags
file and a gold file and prints one JSON object; its figures join the table).

    nice python benchmarks/baseline.py --real labelled.jsonl

Prints one Markdown table. `--model` uses a trained model instead of training one.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from labelled import CORPUS, FIGURES, Rows, figures, load_rows, markdown
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import make_union
from sklearn.svm import LinearSVC

from textmine.classify.evaluate import compare
from textmine.classify.examples import Example
from textmine.classify.reader import Reader
from textmine.classify.train import train
from textmine.records import Reading, Tag

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import jieba

Read = Callable[[Sequence[str]], list[Reading]]
SHOWN = ("cause_micro_f1", "cause_macro_f1", "headline_macro_f1", "primary_accuracy", "no_cause_kept")
#: Rows read to measure the speed.
TIMED = 4000


def svc(rows: Rows) -> Read:
    """The baseline: causes above the SVC's margin, the highest being the primary one; it has no evidence."""
    causes = rows.frame.causes
    truth = np.zeros((len(rows.corpus), len(causes)), int)
    for row, example in enumerate(rows.corpus):
        for label in example.labels:
            truth[row, causes.index(label.code.partition(".")[0])] = 1
    union = make_union(
        TfidfVectorizer(
            tokenizer=jieba.lcut, token_pattern=None, ngram_range=(1, 2), sublinear_tf=True, min_df=2
        ),
        TfidfVectorizer(analyzer="char", ngram_range=(1, 3), sublinear_tf=True, min_df=3),
    )
    model = OneVsRestClassifier(LinearSVC()).fit(union.fit_transform([e.text for e in rows.corpus]), truth)

    def read(texts: Sequence[str]) -> list[Reading]:
        margins = model.decision_function(union.transform(texts))
        readings = []
        for text, row in zip(texts, margins, strict=True):
            order = [int(c) for c in np.argsort(-row) if row[c] > 0]
            tags = tuple(Tag(causes[c], float(1 / (1 + np.exp(-row[c]))), 0, len(text)) for c in order)
            stance = "complaint" if tags else "none"
            readings.append(Reading(tags, tags[0].code if tags else None, stance))
        return readings

    return read


def rows_a_second(read: Read, texts: Sequence[str]) -> float:
    """Rows a second of processor time over chunks of 1,024, after a few rows that warm up.

    Processor time, because on a shared machine the clock says how busy the others are.
    """
    read(texts[:64])
    started = time.process_time()
    for first in range(0, len(texts), 1024):
        read(texts[first : first + 1024])
    return len(texts) / (time.process_time() - started)


def own_score(program: Path, gold: Path, examples: Sequence[Example], readings: Sequence[Reading]) -> str:
    """What a scoring program prints of tags written as JSON Lines."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "tags.jsonl"
        with path.open("w", encoding="utf-8") as file:
            for example, reading in zip(examples, readings, strict=True):
                causes = [{"code": tag.code, "score": tag.score} for tag in reading.tags]
                record = {
                    "id": example.id, "causes": causes, "primary": reading.primary,
                    "stance": reading.stance, "status": reading.status,
                }  # fmt: skip
                file.write(json.dumps(record, ensure_ascii=False) + "\n")
        command = [sys.executable, str(program), str(path), str(gold), "--json"]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--corpus", type=Path, default=CORPUS)
    parser.add_argument("--real", type=Path, help="labelled rows of your own (JSON Lines)")
    parser.add_argument("--score", type=Path, help="a scoring program for them")
    parser.add_argument("--model", type=Path, help="a model trained on the corpus")
    options = parser.parse_args()
    jieba.setLogLevel(60)
    rows = load_rows(options.corpus, options.real)
    if options.model:
        reader = Reader.load(model=options.model)
    else:
        trained = train(rows.corpus, rows.frame, rows.lexicon).model
        reader = Reader.assemble(rows.frame, rows.lexicon, trained)
    readers: dict[str, Read] = {"textmine": reader.read, "TF-IDF + LinearSVC": svc(rows)}
    timed = [example.text for example in rows.corpus[:TIMED]]
    lines = []
    for name, read in readers.items():
        speed = f"{rows_a_second(read, timed):,.0f}"
        for kind, examples in rows.measured.items():
            readings = read([example.text for example in examples])
            result = compare(examples, readings, rows.frame, runs=1)
            lines.append([name, kind, *figures(result, SHOWN), speed])
            if options.score and kind == "real posts":
                print(name, own_score(options.score, options.real, examples, readings))
    print(markdown(["reader", "rows", *(FIGURES[figure] for figure in SHOWN), "rows/s"], lines))


if __name__ == "__main__":
    main()
