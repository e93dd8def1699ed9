"""Kills full updates of an issue ledger; checks that it always loads with all that was reported as written.

    python benchmarks/ledger_kills.py [KILLS]

Every update is a process of its own, forked so that it need not import again: it reads a file repeating the
last and adds rows, tracks it as `--state` does, and is killed by SIGKILL at a random moment.
"""

from __future__ import annotations

import csv
import os
import random
import select
import signal
import sys
import tempfile
import time
from pathlib import Path

from textmine.classify.reader import Reader
from textmine.issues.embed import WordVectors
from textmine.issues.state import unpack
from textmine.issues.store import Store
from textmine.pipeline import ClassifyOptions, load_reader
from textmine.tracking import track_issues

SAMPLE = Path(__file__).resolve().parents[1] / "data_samples" / "complaints.csv"
ROWS = 12


def main(kills: int) -> None:
    """Print how many updates were killed, at which stage, and what the ledger held in the end."""
    chance = random.Random(0)
    with SAMPLE.open(encoding="utf-8-sig", newline="") as file:
        header, *rows = csv.reader(file)
    reader: Reader = load_reader(ClassifyOptions())
    reader.read(["宽带断网"])
    stages = {"before the commit": 0, "after the commit": 0, "after the report": 0}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write(folder / "in.csv", header, rows[:ROWS])
        reported, seconds = killed_update(folder, None)
        for number in range(kills):
            start = number * ROWS % (len(rows) - ROWS)
            # Every file repeats the last and adds to it, as a weekly export does.
            write(folder / "in.csv", header, rows[max(0, start - ROWS) : start + ROWS])
            said, _ = killed_update(folder, chance.uniform(0.3, 1.3) * seconds)
            store = Store.open(folder / "state")
            version = store.version
            if version:
                words = WordVectors.from_blobs(store.fetch)
                state = unpack(store.fetch, words)
                held = sum(len(state.rows_of(period).keys) for period in state.volumes)
                if held != sum(state.volumes.values()):
                    raise SystemExit("rows and volumes of the ledger disagree")
            if version < max(reported, said):
                raise SystemExit(f"reported {max(reported, said)}, the ledger has {version}")
            committed = "after the commit" if version > reported else "before the commit"
            stage = "after the report" if said else committed
            stages[stage] += 1
            reported = version
            if (number + 1) % 20 == 0:
                print(f"{number + 1} killed", stages, flush=True)
    print(f"{kills} updates killed: {', '.join(f'{n} {stage}' for stage, n in stages.items())}; lost: 0")


def killed_update(folder: Path, after: float | None) -> tuple[int, float]:
    """Update in a process that is killed `after` seconds, or once it has reported; its report and seconds."""
    read, write_end = os.pipe()
    started = time.perf_counter()
    child = os.fork()
    if child == 0:
        os.close(read)
        options = ClassifyOptions()
        track_issues([str(folder / "in.csv")], folder / "out", state=folder / "state", options=options)
        os.write(write_end, str(Store.open(folder / "state").version).encode())
        time.sleep(60)
        os._exit(0)
    os.close(write_end)
    with os.fdopen(read, "rb", buffering=0) as pipe:
        if after is None:
            select.select([pipe], [], [])
        else:
            time.sleep(after)
        seconds = time.perf_counter() - started
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        said = pipe.read(20)
    return int(said or 0), seconds


def write(path: Path, header: list[str], rows: list[list[str]]) -> None:
    """A CSV file."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows([header, *rows])


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200)
