"""Peak memory of `textmine classify` on generated GB18030 files of several sizes, each in its own process.

python benchmarks/memory.py --rows 200000 1000000
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def write_input(path: Path, rows: int) -> None:
    """Project-written verbatims in turn, numbered, with a date."""
    texts = [
        json.loads(line)["text"]
        for file in sorted((ROOT / "data_samples" / "corpus").glob("*.jsonl"))
        for line in file.read_text("utf-8").splitlines()
    ]
    with path.open("w", encoding="gb18030", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["工单号", "受理时间", "投诉内容"])
        writer.writerows(
            (f"{n:021d}", f"2026-{n % 12 + 1:02d}-01 08:00:00", texts[n % len(texts)]) for n in range(rows)
        )


def measure(rows: int) -> tuple[float, float, int]:
    """Peak memory in MB, seconds, and the rows that the manifest accounts for."""
    with tempfile.TemporaryDirectory() as name:
        source, folder = Path(name) / "rows.csv", Path(name) / "out"
        write_input(source, rows)
        command = [sys.executable, "-c", "from textmine.cli.main import app; app()"]
        started = time.perf_counter()
        process = subprocess.Popen([*command, "classify", str(source), "-o", str(folder), "--quiet"])
        _, status, usage = os.wait4(process.pid, 0)
        if status:
            raise SystemExit(f"textmine classify failed on {rows} rows")
        seconds = time.perf_counter() - started
        counts = json.loads((folder / "manifest.json").read_text("utf-8"))["rows"]
        return usage.ru_maxrss / 1024, seconds, counts["rows_in"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=[200_000, 1_000_000])
    for rows in parser.parse_args().rows:
        peak, seconds, accounted = measure(rows)
        print(f"{rows:,} rows: {peak:,.0f} MB, {seconds:,.0f} s, {accounted:,} accounted for", flush=True)


if __name__ == "__main__":
    main()
