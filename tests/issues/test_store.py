"""The ledger's folder survives a kill at any moment: what was reported as written is there, whole."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from textmine.errors import InputError
from textmine.issues.store import Store

WRITER = """
import sys
from pathlib import Path
from textmine.issues.store import Store
store = Store.open(Path(sys.argv[1]))
for number in range(store.version + 1, 100000):
    data = str(number).encode() * 20000
    store = store.commit({"a.bin": data, "b.bin": data, f"period-{number % 3}.bin": data})
    print(number, flush=True)
"""
KILLS = int(os.environ.get("TEXTMINE_KILLS", "8"))


def test_what_was_committed_is_read_back(tmp_path: Path) -> None:
    Store.open(tmp_path / "s").commit({"a.json": b"1"}).commit({"b.json": b"2"})
    store = Store.open(tmp_path / "s")

    assert (store.fetch("a.json"), store.fetch("b.json"), store.fetch("c.json")) == (b"1", b"2", None)
    assert store.version == 2


def test_old_versions_are_swept(tmp_path: Path) -> None:
    store = Store.open(tmp_path).commit({"a.json": b"1"})
    store.commit({"a.json": b"2"})

    assert len(list(tmp_path.glob("a.*"))) == 1


def test_a_damaged_blob_is_noticed(tmp_path: Path) -> None:
    store = Store.open(tmp_path).commit({"a.json": b"1"})
    next(tmp_path.glob("a.*")).write_bytes(b"3")

    with pytest.raises(InputError, match="changed or damaged"):
        store.fetch("a.json")


def test_a_folder_of_other_files_is_refused(tmp_path: Path) -> None:
    (tmp_path / "report").write_text("mine")

    with pytest.raises(InputError, match="holds other files"):
        Store.open(tmp_path)


def test_kill_at_any_moment_loses_nothing_reported(tmp_path: Path) -> None:
    """TEXTMINE_KILLS sets how many times; the suite kills a few times."""
    chance = random.Random(0)
    folder = tmp_path / "ledger"
    reported = 0
    for _ in range(KILLS):
        with subprocess.Popen([sys.executable, "-c", WRITER, str(folder)], stdout=subprocess.PIPE) as writer:
            assert writer.stdout is not None
            first = writer.stdout.readline()
            time.sleep(chance.uniform(0.0, 0.05))
            writer.send_signal(signal.SIGKILL)
            lines = [first, *writer.stdout.read().splitlines()]
        reported = max(reported, *(int(line) for line in lines if line.strip()))
        store = Store.open(folder)
        assert store.version >= reported
        a, b = store.fetch("a.bin"), store.fetch("b.bin")
        assert a == b == str(store.version).encode() * 20000
        assert json.loads((folder / "current.json").read_bytes())["version"] == store.version
