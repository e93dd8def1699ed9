"""Time and memory of tracking many rows: a full run, one more week on its ledger, and BERTopic beside it.

    python benchmarks/issues_scale.py [--rows 100000] [--bertopic PYTHON] [--peer-only] [--out FILE.json]

Rows are halves of corpus verbatims put together at random, so that nearly all are distinct; 20 weeks. The
full run cuts words, adapts the vectors, clusters, names, alarms and packs the ledger; BERTopic is given the
vectors. PYTHON is an interpreter that has bertopic; without it that part is left out. FILE keeps the
parts that this call did not measure, so that the slow peer need run only once. On a shared machine compare
the seconds of processor.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "planted"))

import numpy as np
from stream import Planted, corpus_texts

from textmine.issues.embed import WordVectors, adapt_vectors
from textmine.issues.matter import MatterReader
from textmine.issues.state import State, pack, unpack
from textmine.issues.tracker import TrackedRow, Tracker

HERE = Path(__file__).parent
VECTORS = HERE.parent / "models" / "vectors"
WEEKS = 20
UPDATE = 5000
PREPARED, FULL, UPDATED, PEER = "words and vectors", "full run", "update", "BERTopic"


@dataclass(frozen=True, slots=True)
class Cost:
    """What a part took: seconds of wall clock and of processor, and the process's peak MB so far."""

    what: str
    rows: int
    seconds: float
    cpu_seconds: float
    mb: float


class Clock:
    """Starts when it is made."""

    def __init__(self) -> None:
        self._wall, self._cpu = time.perf_counter(), time.process_time()

    def cost(self, what: str, rows: int) -> Cost:
        """What passed since the start, printed too."""
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        wall, cpu = time.perf_counter() - self._wall, time.process_time() - self._cpu
        cost = Cost(what, rows, round(wall, 1), round(cpu, 1), round(memory))
        print(f"{what}: {rows} rows, {wall:.1f} s, {cpu:.1f} s of processor, {memory:.0f} MB", flush=True)
        return cost


def main(rows: int, bertopic: str | None, out: Path | None, *, peer_only: bool) -> None:
    """Print each part as it is done, then the ratios."""
    said = made_up(rows + UPDATE)
    planted = [Planted(text, min(i * WEEKS // rows, WEEKS), "", "") for i, text in enumerate(said)]
    clock = Clock()
    tracked = tracked_rows(planted[:rows])
    state = State(adapt_vectors(WordVectors.load(VECTORS), [row.matter for row in tracked]))
    encoder, costs = state.encoder, {PREPARED: clock.cost(PREPARED, rows)}
    if not peer_only:
        costs |= own_costs(state, tracked, planted[rows:], clock)
    if bertopic:
        vectors = encoder.encode([row.matter for row in tracked])
        costs[PEER] = beside(bertopic, planted[:rows], vectors)
    # Where the peer's interpreter lies is nobody's business.
    command = " ".join("PYTHON" if part == bertopic else part for part in sys.argv)
    parts = {name: asdict(cost) | {"command": command} for name, cost in costs.items()}
    if out:
        parts = (json.loads(out.read_text("utf-8")) if out.exists() else {}) | parts
        out.write_text(json.dumps(parts, ensure_ascii=False, indent=1) + "\n", "utf-8")
    print(ratios(parts))


def own_costs(
    state: State, tracked: Sequence[TrackedRow], more: Sequence[Planted], clock: Clock
) -> dict[str, Cost]:
    """The full run, counted from when `clock` started, and the update with `more`."""
    Tracker(state).update(tracked)
    blobs = pack(state, with_encoder=False)
    full = clock.cost(FULL, len(tracked))
    encoder = state.encoder
    again = Clock()
    state = unpack(blobs.get, encoder)
    Tracker(state).update(tracked_rows(more))
    pack(state, with_encoder=False)
    return {FULL: full, UPDATED: again.cost(UPDATED, len(more))}


def made_up(rows: int) -> list[str]:
    """Halves of verbatims put together."""
    draw = np.random.default_rng(0)
    texts = corpus_texts()
    pairs = draw.integers(len(texts), size=(rows, 2)).tolist()
    return [texts[a][: len(texts[a]) // 2] + texts[b][len(texts[b]) // 2 :] for a, b in pairs]


def tracked_rows(rows: Sequence[Planted]) -> list[TrackedRow]:
    """As the command makes them, without a reading of causes."""
    matters = MatterReader.load().read([row.text for row in rows])
    return [
        TrackedRow(f"{row.week}/{i}", row.period, row.text, matter, "")
        for i, (row, matter) in enumerate(zip(rows, matters, strict=True))
    ]


def beside(python: str, rows: Sequence[Planted], vectors: np.ndarray) -> Cost:
    """BERTopic on the same rows and vectors, in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        texts, given, out = Path(folder, "rows.json"), Path(folder, "vectors.npy"), Path(folder, "out.json")
        said = {"texts": [row.text for row in rows], "weeks": [row.week for row in rows]}
        texts.write_text(json.dumps(said, ensure_ascii=False), "utf-8")
        np.save(given, vectors)
        script = HERE / "planted" / "peer_bertopic.py"
        subprocess.run([python, "-W", "ignore", str(script), str(texts), str(given), str(out)], check=True)
        made = json.loads(out.read_text("utf-8"))
    seconds, used, memory = (round(made[name], 1) for name in ("seconds", "cpu_seconds", "mb"))
    print(
        f"{PEER}: {len(made['labels'])} topics, {seconds} s, {used} s of processor, {memory} MB", flush=True
    )
    return Cost(PEER, len(rows), seconds, used, memory)


def ratios(parts: Mapping[str, Mapping[str, float]]) -> str:
    """Update against full run, and BERTopic against full run, where both are known."""
    lines = []
    full = parts.get(FULL)
    if full and (update := parts.get(UPDATED)):
        lines.append(f"update / full run: {update['cpu_seconds'] / full['cpu_seconds']:.1%} of processor")
    if full and (peer := parts.get(PEER)):
        seconds, used, memory = (peer[name] / full[name] for name in ("seconds", "cpu_seconds", "mb"))
        lines.append(f"BERTopic / full run: {seconds:.1f} wall, {used:.1f} processor, memory {memory:.1f}")
    return "\n".join(lines)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--bertopic")
    parser.add_argument("--peer-only", action="store_true")
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    main(given.rows, given.bertopic, given.out, peer_only=given.peer_only)
