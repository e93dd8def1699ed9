"""Measure the packaged model on labelled sets it was not trained on, and hold or set the floors of the tests.

    python benchmarks/eval_floors.py            prints figures beside floors
    python benchmarks/eval_floors.py --write    writes the floors, each a little below its figure

The sets are `data_samples/corpus/heldout_*.jsonl` and, where a folder `eval` of real posts is shared beside
the checkout, those too. A floor may only go down in a change that says why.
"""

from __future__ import annotations

import argparse
import json
import math
from collections.abc import Mapping
from pathlib import Path

from textmine.classify.evaluate import evaluate
from textmine.classify.examples import read_examples
from textmine.classify.reader import Reader

ROOT = Path(__file__).resolve().parents[1]
FLOORS = ROOT / "tests" / "eval_floors.json"

#: Figures that have a floor; the others are for reading.
HELD = ("cause_micro_f1", "headline_macro_f1", "subcause_micro_f1", "primary_accuracy", "stance_accuracy")

Floors = dict[str, dict[str, float | None]]


def labelled_sets() -> dict[str, Path]:
    """Labelled sets by the name they have in the floors; paths need not exist."""
    held_out = sorted((ROOT / "data_samples" / "corpus").glob("heldout_*.jsonl"))
    return {path.stem: path for path in [*held_out, ROOT.parent / "shared" / "eval" / "dev_weibo.jsonl"]}


def measure(path: Path, reader: Reader) -> dict[str, float]:
    """The figures that have a floor, on one set."""
    result = evaluate(reader, read_examples([path], reader.frame), runs=2)
    return {name: result[name] for name in HELD}


def floor_of(value: float) -> float:
    """Rounded down to two decimals, less 0.01: what another version of a library may cost."""
    return round(math.floor(value * 100 + 1e-9) / 100 - 0.01, 2)


def read_floors() -> Floors:
    floors: Floors = json.loads(FLOORS.read_text("utf-8"))
    return floors


def write_floors(measured: Mapping[str, Mapping[str, float]]) -> None:
    """Set the floors of the measured sets; those of sets that are not here stay."""
    floors = read_floors()
    for name, figures in measured.items():
        floors[name] = {figure: floor_of(value) for figure, value in figures.items()}
    FLOORS.write_text(json.dumps(floors, indent=2, sort_keys=True) + "\n", "utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--write", action="store_true", help="write the floors")
    options = parser.parse_args()
    reader = Reader.load()
    measured = {name: measure(path, reader) for name, path in labelled_sets().items() if path.is_file()}
    floors = read_floors()
    for name, figures in measured.items():
        for figure, value in figures.items():
            floor = floors.get(name, {}).get(figure)
            print(f"{name:<12} {figure:<18} {value:.4f}   floor {'-' if floor is None else f'{floor:.2f}'}")
    if options.write:
        write_floors(measured)
        print(f"written: {FLOORS}")


if __name__ == "__main__":
    main()
