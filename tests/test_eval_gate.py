"""The packaged model is at least as good as it was: floors in eval_floors.json, on sets it never saw."""

from __future__ import annotations

import json
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest

from textmine.classify.reader import Reader

HERE = Path(__file__).resolve().parent
FLOORS = json.loads((HERE / "eval_floors.json").read_text("utf-8"))
COMMAND = "run `python benchmarks/eval_floors.py --write`"


def load_benchmark() -> ModuleType:
    spec = spec_from_file_location("eval_floors", HERE.parent / "benchmarks" / "eval_floors.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


BENCHMARK = load_benchmark()
SETS: dict[str, Path] = BENCHMARK.labelled_sets()


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader.load()


def test_every_set_has_floors_and_every_floor_a_set() -> None:
    assert set(FLOORS) == set(SETS), COMMAND
    assert all(set(floors) == set(BENCHMARK.HELD) for floors in FLOORS.values()), COMMAND


@pytest.mark.parametrize("name", sorted(FLOORS))
def test_figures_are_not_below_their_floors(name: str, reader: Reader) -> None:
    path = SETS[name]
    if not path.is_file():
        pytest.skip(f"{path.name} is a set of real posts that is not part of the checkout and is not here")
    unset = [figure for figure, floor in FLOORS[name].items() if floor is None]
    if unset:
        pytest.fail(f"not yet measured on {name}: {', '.join(unset)}; {COMMAND}")
    measured = BENCHMARK.measure(path, reader)
    below = {
        figure: (round(value, 4), FLOORS[name][figure])
        for figure, value in measured.items()
        if value < FLOORS[name][figure]
    }
    assert below == {}, "figure: (measured, floor)"


def test_held_out_sets_are_not_among_the_training_texts() -> None:
    folder = HERE.parent / "data_samples" / "corpus"
    texts: dict[bool, set[str]] = {True: set(), False: set()}
    for path in folder.glob("*.jsonl"):
        rows = map(json.loads, filter(str.strip, path.read_text("utf-8").splitlines()))
        # What many people would write in the same few words is in both by chance.
        texts[path.name.startswith("heldout_")] |= {row["text"] for row in rows if len(row["text"]) > 12}
    assert texts[True]
    assert not texts[True] & texts[False]


@pytest.mark.parametrize(("value", "floor"), [(0.7312, 0.72), (0.70, 0.69), (0.7099, 0.69), (1.0, 0.99)])
def test_a_floor_is_a_little_below_its_figure(value: float, floor: float) -> None:
    assert BENCHMARK.floor_of(value) == floor


def test_writing_floors_keeps_those_of_sets_that_are_not_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "eval_floors.json"
    path.write_text(
        json.dumps({"absent": {"cause_micro_f1": 0.5}, "here": {"cause_micro_f1": None}}), "utf-8"
    )
    monkeypatch.setattr(BENCHMARK, "FLOORS", path)
    BENCHMARK.write_floors({"here": {"cause_micro_f1": 0.8}})
    assert json.loads(path.read_text("utf-8")) == {
        "absent": {"cause_micro_f1": 0.5},
        "here": {"cause_micro_f1": 0.79},
    }
