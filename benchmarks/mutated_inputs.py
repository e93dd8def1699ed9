"""Read thousands of damaged files and count what must not happen.

    python benchmarks/mutated_inputs.py --files 5000

Prints tracebacks, unaccounted files and false quarantines on clean files; exits 1 unless all are 0.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
import traceback
from collections import Counter
from pathlib import Path

TESTS = Path(__file__).parent.parent / "tests" / "io"
sys.path.insert(0, str(TESTS))

from mutate import Case, clean_case, mutated_case  # noqa: E402
from reading import Outcome, broken_promises, read_or_refuse  # noqa: E402


def main() -> int:
    options = _options()
    counts: Counter[str] = Counter()
    started = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(options.seed, options.seed + options.files):
            _count(counts, mutated_case(seed), seed, Path(folder))
        for seed in range(options.seed, options.seed + options.files // 5):
            _count_clean(counts, clean_case(seed), Path(folder))
    print(f"{options.files} damaged files in {time.perf_counter() - started:.0f} s")
    for name in sorted(counts):
        print(f"  {name}: {counts[name]}")
    failures = {name: counts[name] for name in ("tracebacks", "unaccounted files", "false quarantines")}
    print("  ".join(f"{name}: {count}" for name, count in failures.items()))
    return int(any(failures.values()))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args()


def _read(counts: Counter[str], case: Case, seed: int, folder: Path) -> Outcome | None:
    path = folder / f"case{case.suffix}"
    path.write_bytes(case.data)
    try:
        return read_or_refuse(path)
    except Exception:  # noqa: BLE001 - counting every kind of crash is what this program is for
        counts["tracebacks"] += 1
        print(f"seed {seed}{case.suffix}:\n{traceback.format_exc()}", file=sys.stderr)
        return None


def _count(counts: Counter[str], case: Case, seed: int, folder: Path) -> None:
    outcome = _read(counts, case, seed, folder)
    if outcome is None:
        return
    broken = broken_promises(outcome, case.data, is_text=case.suffix != ".xlsx")
    counts["unaccounted files"] += bool(broken)
    counts[f"{case.suffix} refused as a whole"] += outcome.refused is not None
    counts[f"{case.suffix} read"] += outcome.refused is None
    counts["rows read"] += len(outcome.rows)
    counts["records quarantined"] += len(outcome.quarantined)
    if broken:
        print(f"seed {seed}{case.suffix}: {broken}", file=sys.stderr)


def _count_clean(counts: Counter[str], case: Case, folder: Path) -> None:
    outcome = _read(counts, case, -1, folder)
    if outcome is not None:
        missing = (case.clean_records or 0) - len(outcome.rows)
        counts["false quarantines"] += len(outcome.quarantined) or abs(missing)
        counts["clean rows read"] += len(outcome.rows)


if __name__ == "__main__":
    sys.exit(main())
