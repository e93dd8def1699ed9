"""Runs textmine and its peers on planted streams and prints a table: mean and spread over the seeds.

    python benchmarks/planted/run.py [--seeds 5] [--first 0] [--texts texts|held]
                                     [--bertopic PYTHON] [--out FILE.json] [-v]

PYTHON is an interpreter that has bertopic (this one when not given); without it that peer is left out. Peers
get the rows and the vectors of the same run.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import numpy as np
from score import Fate, Outcome, Score, score
from slope import slope_alarms
from stream import WEEKS, Stream, stream
from texts import FOLDERS
from track import Run, run

FIGURES = ("recall", "lead", "false_a_week", "level_alarms", "purity", "one_id", "noise", "named")
STEEP = 0.5
"""Rows a week: the slope rule in a milder form that does not call every small rise."""
OWN = "textmine"


def main(seeds: Sequence[int], texts: str, bertopic: str, out: Path | None, *, verbose: bool) -> None:
    """One block a seed as it is done, then the tables over all."""
    peer = has_bertopic(bertopic)
    if not peer:
        print(
            f"BERTopic left out: {bertopic} has no bertopic (pip install bertopic umap-learn hdbscan jieba)"
        )
    found: dict[str, list[Score]] = defaultdict(list)
    for seed in seeds:
        planted = stream(seed, folder=texts)
        with tempfile.TemporaryDirectory() as folder:
            own = run(planted, Path(folder))
            outcomes = with_slopes(planted, own)
            if peer:
                outcomes |= bertopic_outcomes(planted, own, Path(folder), bertopic, seed)
        print(f"seed {seed}: {len(planted.rows)} rows, {own.issues} issues, {own.seconds:.0f} s")
        for name, outcome in outcomes.items():
            found[name].append(score(planted, outcome))
            print(one_line(name, found[name][-1]), flush=True)
        if verbose:
            show(planted, outcomes[OWN], found[OWN][-1])
    print(table(found), by_kind([fate for one in found[OWN] for fate in one.fates]), sep="\n\n")
    if out:
        # Where the peer's interpreter lies is nobody's business.
        command = " ".join("PYTHON" if part == bertopic else part for part in sys.argv)
        record = {"command": command, "trackers": figures(found)}
        out.write_text(json.dumps(record, ensure_ascii=False, indent=1) + "\n", "utf-8")


def has_bertopic(python: str) -> bool:
    """Whether an interpreter can import the peer."""
    asked = (
        "import importlib.util as u, sys; sys.exit(not (u.find_spec('bertopic') and u.find_spec('jieba')))"
    )
    return subprocess.run([python, "-c", asked], check=False).returncode == 0


def with_slopes(planted: Stream, own: Run) -> dict[str, Outcome]:
    """textmine's own outcome, and its issues with the slope rule in the place of its statistics."""
    weeks = [row.week for row in planted.rows]
    rising = slope_alarms(own.outcome.where, weeks, last=WEEKS)
    return {
        OWN: own.outcome,
        "textmine's issues, slope rule": Outcome(own.outcome.where, rising, own.outcome.labels),
    }


def bertopic_outcomes(planted: Stream, own: Run, folder: Path, python: str, seed: int) -> dict[str, Outcome]:
    """BERTopic's topics on the same rows and vectors, with the slope rule in two strengths."""
    rows, vectors, out = folder / "rows.json", folder / "vectors.npy", folder / "bertopic.json"
    weeks = [row.week for row in planted.rows]
    rows.write_text(json.dumps({"texts": [row.text for row in planted.rows], "weeks": weeks}), "utf-8")
    np.save(vectors, own.vectors)
    script = Path(__file__).parent / "peer_bertopic.py"
    subprocess.run(
        [python, "-W", "ignore", str(script), str(rows), str(vectors), str(out), "--seed", str(seed)],
        check=True,
    )
    made = json.loads(out.read_text("utf-8"))
    where = [None if topic < 0 else str(topic) for topic in made["topics"]]
    return {
        f"BERTopic, slope rule{said}": Outcome(
            where, slope_alarms(where, weeks, last=WEEKS, steeper=steeper), made["labels"]
        )
        for said, steeper in (("", 0.0), (f" (> {STEEP} rows a week)", STEEP))
    }


def one_line(name: str, got: Score) -> str:
    """What a tracker got on a seed, so that a run cut short still says something."""
    return f"  {name}: " + ", ".join(f"{figure} {getattr(got, figure):.3g}" for figure in FIGURES)


def table(found: dict[str, list[Score]]) -> str:
    """Mean ± standard deviation over the seeds, one line a tracker."""
    lines = [f"| tracker | {' | '.join(FIGURES)} |", f"| --- |{' ---: |' * len(FIGURES)}"]
    for name, scores in found.items():
        cells = []
        for figure in FIGURES:
            values = np.array([getattr(one, figure) for one in scores])
            cells.append(f"{np.nanmean(values):.2f} ± {np.nanstd(values):.2f}")
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines)


def by_kind(fates: Sequence[Fate]) -> str:
    """What became of the planted issues, kind by kind, over all seeds."""
    lines = [
        "| kind | issues | alarmed | median lead | one id | noise | named |",
        f"| --- |{' ---: |' * 6}",
    ]
    for kind in dict.fromkeys(fate.kind for fate in fates):
        of = [fate for fate in fates if fate.kind == kind]
        leads = [fate.lead for fate in of if fate.lead is not None]
        rows = max(sum(fate.rows for fate in of), 1)
        held, none = sum(fate.under_first for fate in of) / rows, sum(fate.in_none for fate in of) / rows
        lines.append(
            f"| {kind} | {len(of)} | {len(leads) or '–'} | {np.median(leads) if leads else '–'} | "
            f"{held:.2f} | {none:.2f} | {np.mean([fate.named for fate in of]):.2f} |"
        )
    return "\n".join(lines)


def figures(found: dict[str, list[Score]]) -> dict[str, dict[str, list[float]]]:
    """Every figure of every seed, tracker by tracker."""
    return {
        name: {figure: [round(float(getattr(one, figure)), 4) for one in scores] for figure in FIGURES}
        for name, scores in found.items()
    }


def show(planted: Stream, outcome: Outcome, got: Score) -> None:
    """What was called wrongly, and where each planted issue's rows went."""
    for alarm in got.wrong:
        print(f"  wrong: week {alarm.week} {alarm.issue} {outcome.labels.get(alarm.issue, '')}")
    for fate in got.fates:
        counts: dict[str | None, int] = defaultdict(int)
        for row, issue in zip(planted.rows, outcome.where, strict=True):
            if row.truth == fate.name:
                counts[issue] += 1
        most = sorted(counts.items(), key=lambda one: -one[1])[:4]
        places = "; ".join(f"{issue}[{outcome.labels.get(str(issue), '')}]×{n}" for issue, n in most)
        lead = "" if fate.name not in planted.onsets else f" lead {fate.lead}"
        print(
            f"  {fate.kind} {fate.name}{lead}{'' if fate.named else ' unnamed'}: {fate.rows} rows → {places}"
        )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--texts", choices=FOLDERS, default=FOLDERS[0])
    parser.add_argument("--bertopic", default=sys.executable)
    parser.add_argument("--out", type=Path)
    parser.add_argument("-v", "--verbose", action="store_true")
    given = parser.parse_args()
    seeds = range(given.first, given.first + given.seeds)
    main(seeds, given.texts, given.bertopic, given.out, verbose=given.verbose)
