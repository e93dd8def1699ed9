"""The same planted streams for two peers: BERTopic with its usual recipe, and a slope rule. Same vectors.

    python benchmarks/planted/peers.py vectors FILE [SEED]    (here: writes vectors and truth)
    python benchmarks/planted/peers.py run FILE               (where bertopic is installed)

BERTopic: UMAP to 5 dimensions, HDBSCAN with 10 rows at least, topics over the whole stream at once, so it
sees the future; alarms by the slope rule on its topics. The slope rule: the count of the last four weeks has
a rising regression line and at least five rows (as BERTrend's "rising over the window").
"""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import numpy as np

WINDOW = 4
LEAST = 5


def write_vectors(path: Path, seed: int) -> None:
    """Texts, vectors and truth of one stream, for an environment without textmine."""
    from run import MODELS, tracked_rows
    from stream import stream

    from textmine.issues.embed import WordVectors, adapt_vectors

    rows = stream(seed)
    matters = [row.matter for row in tracked_rows(rows)]
    vectors = adapt_vectors(WordVectors.load(MODELS), matters).encode(matters)
    np.save(path, vectors)
    said = [
        {"text": " ".join(m.words), "week": r.week, "truth": r.truth}
        for r, m in zip(rows, matters, strict=True)
    ]
    path.with_suffix(".json").write_text(json.dumps(said, ensure_ascii=False), "utf-8")


def slope_alarms(issues: list[str | None], weeks: list[int], last: int) -> list[tuple[int, str]]:
    """(week, issue) wherever the count of the last WINDOW weeks rises."""
    alarms = []
    for issue in sorted({i for i in issues if i is not None}):
        counts = np.bincount([w for i, w in zip(issues, weeks, strict=True) if i == issue], minlength=last)
        for week in range(WINDOW - 1, last):
            window = counts[week - WINDOW + 1 : week + 1]
            slope = np.polyfit(np.arange(WINDOW), window, 1)[0]
            if window.sum() >= LEAST and slope > 0.5:
                alarms.append((week, issue))
    return alarms


def run(path: Path) -> None:
    """Print BERTopic's score on a stream written by `write_vectors`."""
    from bertopic import BERTopic
    from score import score
    from stream import WEEKS, Planted

    said = json.loads(path.with_suffix(".json").read_text("utf-8"))
    rows = [Planted(one["text"], one["week"], "", one["truth"]) for one in said]
    started = time.perf_counter()
    from hdbscan import HDBSCAN
    from sklearn.feature_extraction.text import CountVectorizer
    from umap import UMAP

    model = BERTopic(
        umap_model=UMAP(n_neighbors=15, n_components=5, min_dist=0.0, metric="cosine", random_state=0),
        hdbscan_model=HDBSCAN(min_cluster_size=10, prediction_data=True),
        vectorizer_model=CountVectorizer(tokenizer=str.split, token_pattern=None),
    )
    topics, _ = model.fit_transform([row.text for row in rows], np.load(path))
    seconds = time.perf_counter() - started
    where = [None if topic < 0 else str(topic) for topic in topics]
    result = score(rows, where, slope_alarms(where, [row.week for row in rows], WEEKS), weeks=WEEKS)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"BERTopic + slope rule: {len(rows)} rows, {seconds:.1f} s, {memory:.0f} MB, {len(set(where))} topics"
    )
    print(
        f"recall {result.recall:.2f}, lead {result.lead:+.1f}, false/week {result.false_a_week:.2f}, "
        f"purity {result.purity:.2f}, covered {result.coverage:.2f}, one id {result.one_id:.2f}"
    )


if __name__ == "__main__":
    target = Path(sys.argv[2])
    if sys.argv[1] == "vectors":
        write_vectors(target, int(sys.argv[3]) if len(sys.argv) > 3 else 0)
    else:
        run(target)
