"""Peak memory and speed of reading a generated GB18030 CSV, at two sizes: it must not grow with the file.

    python benchmarks/read_memory.py --rows 200000 1000000

Each size is read in a process of its own; the peak is that process's own high-water mark.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

TEXTS = (
    "宽带报修三天没有人上门处理",
    "套餐到期以后没有任何提醒就按标准资费扣钱",
    "营业厅排了一个小时的队",
    "信号只有一格,电话打不出去",
)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=[200_000, 1_000_000])
    parser.add_argument("--read", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.read:
        print(json.dumps(read(Path(options.read))))
        return 0
    with tempfile.TemporaryDirectory() as folder:
        for rows in options.rows:
            path = Path(folder) / f"{rows}.csv"
            generate(path, rows)
            print(json.dumps({"size_mb": path.stat().st_size >> 20, **_in_child(path)}))
            path.unlink()
    return 0


def generate(path: Path, rows: int) -> None:
    """Write the file; one cell in four has a comma and is quoted."""
    with path.open("w", encoding="gb18030", newline="") as file:
        file.write("工单号,投诉内容,受理时间,地市,渠道\r\n")
        for number in range(rows):
            text = TEXTS[number % len(TEXTS)]
            cell = f'"{text}，第{number}次"' if "," in text else f"{text}，第{number}次"
            file.write(f"KF{number:012d},{cell},2025-03-{number % 28 + 1:02d} 10:00,江州,热线\r\n")


def read(path: Path) -> dict[str, float]:
    """Read all chunks and say how many rows, how fast, and at what peak."""
    from textmine.io.sources import open_source

    started = time.perf_counter()
    rows = 0
    with open_source(path) as source:
        for chunk in source.chunks(4096):
            rows += len(chunk.rows)
        accounts = source.accounts()
    seconds = time.perf_counter() - started
    if not accounts.balanced or accounts.quarantined:
        raise SystemExit(f"the accounts are wrong: {accounts}")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {
        "rows": rows,
        "seconds": round(seconds, 2),
        "rows_per_s": round(rows / seconds),
        "peak_mb": round(peak, 1),
    }


def _in_child(path: Path) -> dict[str, float]:
    command = [sys.executable, __file__, "--read", str(path)]
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    result: dict[str, float] = json.loads(output)
    return result


if __name__ == "__main__":
    sys.exit(main())
