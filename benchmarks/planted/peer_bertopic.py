"""BERTopic with its usual recipe on texts and vectors given as files; runs where bertopic is installed.

    python benchmarks/planted/peer_bertopic.py ROWS.json VECTORS.npy OUT.json [--seed N]

UMAP to 5 dimensions, HDBSCAN with at least 10 rows, class-based TF-IDF over jieba's words, topics over time
by week. It clusters the whole stream at once, so it sees the future. Needs nothing of textmine, so that its
own environment need not have it: pip install bertopic umap-learn hdbscan jieba
"""

from __future__ import annotations

import argparse
import json
import logging
import resource
import time
from pathlib import Path

import numpy as np

KEYWORDS = 4


def main(rows: Path, vectors: Path, out: Path, seed: int | None) -> None:
    """Write topics of rows, labels of topics, seconds and MB."""
    import jieba
    from bertopic import BERTopic
    from hdbscan import HDBSCAN
    from sklearn.feature_extraction.text import CountVectorizer
    from umap import UMAP

    jieba.setLogLevel(logging.WARNING)
    jieba.initialize()
    said = json.loads(rows.read_text("utf-8"))
    given = np.load(vectors)
    before = _megabytes()
    started, cpu = time.perf_counter(), time.process_time()
    model = BERTopic(
        language="multilingual",  # the default strips every character that is not Latin
        umap_model=UMAP(n_neighbors=15, n_components=5, min_dist=0.0, metric="cosine", random_state=seed),
        hdbscan_model=HDBSCAN(min_cluster_size=10, cluster_selection_method="eom", prediction_data=True),
        vectorizer_model=CountVectorizer(tokenizer=_words, token_pattern=None),
    )
    topics, _ = model.fit_transform(said["texts"], given)
    fitted = time.perf_counter() - started
    over_time = model.topics_over_time(said["texts"], said["weeks"])
    found = {
        "topics": [int(topic) for topic in topics],
        "labels": {str(t): " ".join(w for w, _ in model.get_topic(t)[:KEYWORDS]) for t in set(topics)},
        "over_time": len(over_time),
        "fit_seconds": fitted,
        "seconds": time.perf_counter() - started,
        "cpu_seconds": time.process_time() - cpu,
        "mb_before": before,
        "mb": _megabytes(),
    }
    out.write_text(json.dumps(found, ensure_ascii=False), "utf-8")


def _words(text: str) -> list[str]:
    import jieba

    return [word for word in jieba.lcut(text) if len(word.strip()) > 1]


def _megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rows", type=Path)
    parser.add_argument("vectors", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--seed", type=int)
    given = parser.parse_args()
    main(given.rows, given.vectors, given.out, given.seed)
