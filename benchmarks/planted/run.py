"""Runs textmine on planted streams and prints its score, seed by seed.

python benchmarks/planted/run.py [SEEDS] [-v]
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import numpy as np
from score import score
from stream import WEEKS, Planted, stream

from textmine.issues.embed import WordVectors, adapt_vectors
from textmine.issues.matter import MatterReader
from textmine.issues.state import State
from textmine.issues.tracker import TrackedRow, Tracker

MODELS = Path(__file__).resolve().parents[2] / "models" / "vectors"


def tracked_rows(rows: list[Planted]) -> list[TrackedRow]:
    """As the command would make them, without a reading of causes."""
    matters = MatterReader.load().read([row.text for row in rows])
    return [
        TrackedRow(f"{i}", row.period, row.text, matter, "", groups=(("region", row.region),))
        for i, (row, matter) in enumerate(zip(rows, matters, strict=True))
    ]


def main(seeds: int, verbose: bool) -> None:
    """Print one line a seed and the mean."""
    found = []
    for seed in range(seeds):
        rows = stream(seed)
        started = time.perf_counter()
        tracked = tracked_rows(rows)
        base = WordVectors.load(MODELS)
        state = State(adapt_vectors(base, [row.matter for row in tracked]))
        where = Tracker(state).update(tracked)
        seconds = time.perf_counter() - started
        week = {row.period: row.week for row in rows}
        result = score(rows, where, [(week[a.period], a.issue_id) for a in state.alerts], weeks=WEEKS)
        found.append(result)
        print(
            f"seed {seed}: {len(rows)} rows, {len(state.issues)} issues, recall {result.recall:.2f}, "
            f"lead {result.lead:+.1f}, false/week {result.false_a_week:.3f}, purity {result.purity:.2f}, "
            f"covered {result.coverage:.2f}, one id {result.one_id:.2f}, {seconds:.0f} s"
        )
        if verbose:
            show(rows, where, state, result.missed, result.wrong)
    for name in ("recall", "lead", "false_a_week", "purity", "coverage", "one_id"):
        print(f"mean {name}: {np.mean([getattr(one, name) for one in found]):.3f}")


def show(rows, where, state, missed, wrong) -> None:
    """What was missed, what was called wrongly, and where each planted issue's rows went."""
    print("  missed:", *missed, "\n  wrong:", *wrong)
    for a in state.alerts:
        if any(a.issue_id in w for w in wrong):
            issue = next(i for i in state.issues if i.id == a.issue_id)
            print(
                "   ",
                a.period,
                a.issue_id,
                a.label,
                a.n,
                a.expected,
                a.q_value,
                issue.before,
                issue.by_period,
            )
    label = {issue.id: issue.label for issue in state.issues}
    for name in dict.fromkeys(row.truth for row in rows if row.truth):
        places = Counter(i for row, i in zip(rows, where, strict=True) if row.truth == name)
        most = [f"{i}[{label.get(i, '')}]×{n}" for i, n in places.most_common(4)]
        print(f"  {name}: {sum(places.values())} rows →", "; ".join(most))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 and sys.argv[1].isdigit() else 3, "-v" in sys.argv)
