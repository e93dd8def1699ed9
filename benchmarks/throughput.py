"""Rows a second of `textmine classify` beside the pipeline a user would write, one process each, in one run.

The peer: pandas, jieba, TfidfVectorizer, LinearSVC one-vs-rest, and pandas again to write the result. Both
read the same CSV of project-written verbatims and write their files; training and loading are not counted.
The two take turns, so that a slow moment of the machine hits both.

    python benchmarks/throughput.py --rows 20000 --rounds 3
"""

from __future__ import annotations

import argparse
import csv
import json
import logging
import statistics
import tempfile
import time
import warnings
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def texts_and_causes() -> list[tuple[str, list[str]]]:
    """The labelled corpus: text and causes."""
    rows = []
    for path in sorted((ROOT / "data_samples" / "corpus").glob("*.jsonl")):
        for line in path.read_text("utf-8").splitlines():
            record = json.loads(line)
            rows.append((record["text"], sorted({c["code"].partition(".")[0] for c in record["causes"]})))
    return rows


def write_input(path: Path, texts: list[str], rows: int) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["工单号", "投诉内容"])
        writer.writerows((f"{n:021d}", texts[n % len(texts)]) for n in range(rows))


class Peer:
    """jieba + TfidfVectorizer + LinearSVC one-vs-rest."""

    def __init__(self, labelled: list[tuple[str, list[str]]]) -> None:
        warnings.simplefilter("ignore")
        import jieba
        from sklearn.feature_extraction.text import TfidfVectorizer
        from sklearn.multiclass import OneVsRestClassifier
        from sklearn.preprocessing import MultiLabelBinarizer
        from sklearn.svm import LinearSVC

        jieba.setLogLevel(logging.ERROR)
        self.labels = MultiLabelBinarizer()
        targets = self.labels.fit_transform([causes for _, causes in labelled])
        self.vectorizer = TfidfVectorizer(
            tokenizer=jieba.lcut, token_pattern=None, ngram_range=(1, 2), min_df=2
        )
        features = self.vectorizer.fit_transform([text for text, _ in labelled])
        self.classifier = OneVsRestClassifier(LinearSVC()).fit(features, targets)

    def classify(self, source: Path, folder: Path) -> None:
        import pandas as pd

        table = pd.read_csv(source, dtype=str)
        given = self.classifier.predict(self.vectorizer.transform(table["投诉内容"]))
        table["causes"] = [";".join(names) for names in self.labels.inverse_transform(given)]
        table.to_csv(folder / "tagged.csv", index=False, encoding="utf-8-sig")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    from textmine.pipeline import ClassifyOptions, classify, load_reader

    labelled = texts_and_causes()
    peer = Peer(labelled)
    chosen = ClassifyOptions()
    loading = time.process_time()
    load_reader(chosen)
    loading = time.process_time() - loading
    ratios, ours, theirs = [], [], []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source = folder / "rows.csv"
        write_input(source, [text for text, _ in labelled], options.rows)
        for _ in range(options.rounds):
            started = time.process_time()
            peer.classify(source, folder)
            theirs.append(options.rows / (time.process_time() - started))
            started = time.process_time()
            done = classify([str(source)], folder / "out", options=chosen)
            ours.append(options.rows / (time.process_time() - started - loading))
            if done.rows.rows_in != options.rows:
                raise SystemExit(f"{options.rows} rows went in, {done.rows.rows_in} are accounted for")
            ratios.append(ours[-1] / theirs[-1])
    print(f"{options.rows} rows of {len(labelled)} texts, processor time, {options.rounds} rounds in turn")
    print(f"jieba + TfidfVectorizer + LinearSVC: {statistics.median(theirs):,.0f} rows/s")
    print(f"textmine classify:                   {statistics.median(ours):,.0f} rows/s")
    print(f"ratio: {statistics.median(ratios):.2f} ({min(ratios):.2f} – {max(ratios):.2f})")


if __name__ == "__main__":
    main()
