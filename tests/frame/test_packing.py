"""What is packed comes back equal, whatever the lexicon; numbers keep their type and tensors stay small."""

from __future__ import annotations

from dataclasses import dataclass, fields, is_dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from textmine.classify.reader import load_frame_and_cues
from textmine.frame.matcher import CompiledLexicon
from textmine.frame.packing import part_of, tensors_of
from textmine.frame.tables import Ints, Table


@dataclass(frozen=True, slots=True)
class Shelf:
    names: tuple[str, ...]
    number: int
    held: NDArray[np.bool_]
    rows: Table
    columns: tuple[Ints, ...]


def same(one: Any, two: Any) -> bool:
    if is_dataclass(one):
        return type(one) is type(two) and all(
            same(getattr(one, field.name), getattr(two, field.name)) for field in fields(one)
        )
    if isinstance(one, np.ndarray):
        return bool(one.dtype == two.dtype and one.shape == two.shape and (one == two).all())
    if isinstance(one, tuple):
        return len(one) == len(two) and all(map(same, one, two))
    return bool(one == two)


numbers = st.lists(st.integers(-(2**63), 2**63 - 1) | st.integers(-9, 9), max_size=4)
names = st.lists(st.text(st.characters(exclude_characters="\n", exclude_categories=("Cs",)), max_size=3))


@given(names, st.integers(0, 2**40), st.lists(st.booleans()), st.lists(numbers), st.lists(numbers))
def test_what_is_packed_comes_back(
    names: list[str], number: int, held: list[bool], rows: list[list[int]], columns: list[list[int]]
) -> None:
    shelf = Shelf(
        tuple(names),
        number,
        np.array(held, bool),
        Table.of(rows),
        tuple(np.array(column, np.int64) for column in columns),
    )
    assert same(part_of(Shelf, dict(tensors_of(shelf))), shelf)


def test_a_compiled_lexicon_comes_back(banking: Path) -> None:
    compiled = CompiledLexicon.of(load_frame_and_cues(banking)[1])
    tensors = dict(tensors_of(compiled))
    assert {"concepts", "vocabulary.words", "plan.chains.gap", "plan.required.columns.0"} <= set(tensors)
    assert tensors["vocabulary.classes.items"].dtype == np.int16
    assert same(part_of(CompiledLexicon, tensors), compiled)


def test_what_is_missing_is_named(banking: Path) -> None:
    tensors = dict(tensors_of(CompiledLexicon.of(load_frame_and_cues(banking)[1])))
    del tensors["plan.first_slot"]
    with pytest.raises(KeyError, match=r"plan\.first_slot"):
        part_of(CompiledLexicon, tensors)
    with pytest.raises(TypeError, match="dict cannot be packed"):
        list(tensors_of({}))
