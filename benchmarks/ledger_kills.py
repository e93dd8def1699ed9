"""Kills full updates of an issue ledger; checks that it always loads with all that was reported as written.

    python benchmarks/ledger_kills.py [KILLS]

Every update is a process of its own, forked so that it need not import again: it reads a file repeating the
last and adds rows, tracks it as `--state` does, and is killed by SIGKILL: every other one at a random moment
of the whole update, every other one within WINDOW seconds of the moment at which the store begins to write.
"""

from __future__ import annotations

import csv
import os
import random
import signal
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from textmine.classify.reader import Reader
from textmine.issues.embed import WordVectors
from textmine.issues.state import unpack
from textmine.issues.store import Store
from textmine.pipeline import ClassifyOptions, load_reader
from textmine.tracking import track_issues

SAMPLE = Path(__file__).resolve().parents[1] / "data_samples" / "complaints.csv"
ROWS = 12
WINDOW = 0.05
BEGUN = b"w"


def main(kills: int) -> None:
    """Print how many updates were killed, at which stage, and what the ledger held in the end."""
    chance = random.Random(0)
    with SAMPLE.open(encoding="utf-8-sig", newline="") as file:
        header, *rows = csv.reader(file)
    reader: Reader = load_reader(ClassifyOptions())
    stages = dict.fromkeys(("before writing", "while writing", "after the commit", "after the report"), 0)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        # Once here, so that no update need import or load anything.
        track_issues([str(SAMPLE)], folder / "first", reader=reader)
        write(folder / "in.csv", header, rows[:ROWS])
        started = time.perf_counter()
        first = Update(reader, folder)
        first.reports()
        seconds = time.perf_counter() - started
        reported = first.killed()[1]
        for number in range(kills):
            start = number * ROWS % (len(rows) - ROWS)
            # Every file repeats the last and adds to it, as a weekly export does.
            write(folder / "in.csv", header, rows[max(0, start - ROWS) : start + ROWS])
            child = Update(reader, folder)
            if number % 2:
                time.sleep(chance.uniform(0.3, 1.3) * seconds)
            else:
                child.begins_to_write()
                time.sleep(chance.uniform(0.0, WINDOW))
            began, said = child.killed()
            version = held_version(folder)
            if version < max(reported, said):
                raise SystemExit(f"reported {max(reported, said)}, the ledger has {version}")
            stages[stage(began, said, version > reported)] += 1
            reported = version
            if (number + 1) % 20 == 0:
                print(f"{number + 1} killed", stages, flush=True)
    print(f"{kills} updates killed: {', '.join(f'{n} {at}' for at, n in stages.items())}; lost: 0")


def stage(began: bool, said: int, committed: bool) -> str:
    """Where an update was when it was killed."""
    if said:
        return "after the report"
    if committed:
        return "after the commit"
    return "while writing" if began else "before writing"


def held_version(folder: Path) -> int:
    """The version of a ledger that can be read; ends the run where rows and volumes disagree."""
    store = Store.open(folder / "state")
    if store.version:
        state = unpack(store.fetch, WordVectors.from_blobs(store.fetch))
        held = sum(len(state.rows_of(period).keys) for period in state.volumes)
        if held != sum(state.volumes.values()):
            raise SystemExit("rows and volumes of the ledger disagree")
    return store.version


class Update:
    """An update in a process of its own, which says through a pipe that it writes, and what it wrote."""

    def __init__(self, reader: Reader, folder: Path) -> None:
        read, write_end = os.pipe()
        self._child = os.fork()
        if self._child == 0:
            os.close(read)
            self._run(reader, folder, write_end)
        os.close(write_end)
        self._pipe = os.fdopen(read, "rb", buffering=0)
        self._said = b""

    def begins_to_write(self) -> None:
        """Wait for it."""
        self._hear()

    def reports(self) -> None:
        """Wait for it."""
        while not self._said.strip(BEGUN):
            self._hear()

    def killed(self) -> tuple[bool, int]:
        """Kill it; whether it had begun to write, and the version that it reported, 0 for none."""
        os.kill(self._child, signal.SIGKILL)
        os.waitpid(self._child, 0)
        with self._pipe:
            self._said += self._pipe.read(20)
        return BEGUN in self._said, int(self._said.strip(BEGUN) or 0)

    def _hear(self) -> None:
        said = self._pipe.read(20)
        if not said:
            raise SystemExit("an update failed before it was killed")
        self._said += said

    @staticmethod
    def _run(reader: Reader, folder: Path, write_end: int) -> None:
        commit = Store.commit

        def announced(store: Store, blobs: Mapping[str, bytes]) -> Store:
            os.write(write_end, BEGUN)
            return commit(store, blobs)

        Store.commit = announced
        track_issues([str(folder / "in.csv")], folder / "out", state=folder / "state", reader=reader)
        os.write(write_end, str(Store.open(folder / "state").version).encode())
        time.sleep(60)
        os._exit(0)


def write(path: Path, header: list[str], rows: list[list[str]]) -> None:
    """A CSV file."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows([header, *rows])


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200)
