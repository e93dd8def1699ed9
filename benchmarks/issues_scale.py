"""Time and memory of tracking many rows: a full run, then one more week on its ledger.

    python benchmarks/issues_scale.py [ROWS]

Rows are halves of corpus verbatims put together at random, so that nearly all are distinct; 20 weeks.
"""

from __future__ import annotations

import resource
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "planted"))

import numpy as np
from run import MODELS, tracked_rows
from stream import Planted, corpus_texts

from textmine.issues.embed import WordVectors, adapt_vectors
from textmine.issues.state import State, pack, unpack
from textmine.issues.tracker import Tracker

WEEKS = 20
UPDATE = 5000


def main(rows: int) -> None:
    """Print seconds and memory of the full run and of the update."""
    draw = np.random.default_rng(0)
    texts = corpus_texts()
    pairs = draw.integers(len(texts), size=(rows + UPDATE, 2))
    said = [texts[a][: len(texts[a]) // 2] + texts[b][len(texts[b]) // 2 :] for a, b in pairs.tolist()]
    planted = [Planted(text, min(i * WEEKS // rows, WEEKS), "", "") for i, text in enumerate(said)]
    started, cpu = time.perf_counter(), time.process_time()
    tracked = tracked_rows(planted[:rows])
    state = State(adapt_vectors(WordVectors.load(MODELS), [row.matter for row in tracked]))
    Tracker(state).update(tracked)
    blobs = pack(state, with_encoder=False)
    report("full run", rows, started, cpu)
    encoder, issues = state.encoder, len(state.issues)
    started, cpu = time.perf_counter(), time.process_time()
    state = unpack(blobs.get, encoder)
    Tracker(state).update(tracked_rows([*planted[:0], *planted[rows:]]))
    pack(state, with_encoder=False)
    report(f"update of a ledger with {issues} issues", UPDATE, started, cpu)


def report(what: str, rows: int, started: float, cpu: float) -> None:
    """One line."""
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    wall, used = time.perf_counter() - started, time.process_time() - cpu
    print(
        f"{what}: {rows} rows, {wall:.1f} s ({used:.1f} s of processor), {memory:.0f} MB at most", flush=True
    )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
