"""Lists in arrays and sets of bits in words: the same as lists, sorting and sets."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from textmine.frame.bitmaps import (
    ahead,
    any_between,
    behind,
    bits_of,
    clear_bits,
    fold,
    has_bits,
    n_words,
    set_bits,
)
from textmine.frame.tables import Ragged, Rows, Table, grouped

lists = st.lists(st.lists(st.integers(0, 9), max_size=5), min_size=1, max_size=8)
N_BITS = 150
bitmaps = st.lists(st.sets(st.integers(0, N_BITS - 1), max_size=12), min_size=1, max_size=6)


def maps_of(sets: list[set[int]]) -> np.ndarray:
    maps = np.zeros((len(sets), n_words(N_BITS)), np.uint64)
    pairs = np.array([(row, bit) for row, bits in enumerate(sets) for bit in sorted(bits)], np.int64).reshape(
        -1, 2
    )
    set_bits(maps, pairs[:, 0], pairs[:, 1])
    return maps


def sets_of(maps: np.ndarray) -> list[set[int]]:
    found: list[set[int]] = [set() for _ in maps]
    for row, bit in zip(*(part.tolist() for part in bits_of(maps)), strict=True):
        found[row].add(bit)
    return found


@given(lists, st.lists(st.integers(0, 100), max_size=10))
def test_rows_of_a_table_come_back_in_order(rows: list[list[int]], wanted: list[int]) -> None:
    chosen = np.array([index % len(rows) for index in wanted], np.int64)
    table = Table.of(rows)
    expected = [(place, item) for place, row in enumerate(chosen.tolist()) for item in rows[row]]
    assert list(zip(*(part.tolist() for part in table.of_rows(chosen)), strict=True)) == expected
    pointers, items = Rows(table).rows(chosen)
    assert items.tolist() == [item for _, item in expected]
    assert np.diff(pointers).tolist() == [len(rows[row]) for row in chosen.tolist()]


@given(lists)
def test_columns_hold_the_items_of_their_rows(rows: list[list[int]]) -> None:
    ragged = Ragged.of(Table.of(rows))
    back: dict[int, list[int]] = {row: [] for row in range(len(rows))}
    for column in ragged.columns:
        for row, item in zip(ragged.rows.tolist(), column.tolist(), strict=False):
            back[row].append(item)
    assert [back[row] for row in range(len(rows))] == rows


@given(st.lists(st.integers(0, 20), max_size=60))
def test_grouping_is_a_stable_sort(groups: list[int]) -> None:
    first, item = grouped(np.array(groups, np.int64), 21)
    assert item.tolist() == sorted(range(len(groups)), key=groups.__getitem__)
    assert np.diff(first).tolist() == [groups.count(group) for group in range(21)]


@given(bitmaps)
def test_bits_are_set_found_and_cleared(sets: list[set[int]]) -> None:
    maps = maps_of(sets)
    assert sets_of(maps) == sets
    row, bit = np.divmod(np.arange(len(sets) * N_BITS), N_BITS)
    assert has_bits(maps, row, bit).tolist() == [b in sets[r] for r, b in zip(row, bit, strict=True)]
    clear_bits(maps, row[::2], bit[::2])
    assert sets_of(maps) == [{b for b in bits if (r * N_BITS + b) % 2} for r, bits in enumerate(sets)]


@given(bitmaps)
def test_reach_goes_so_many_bits_either_way(sets: list[set[int]]) -> None:
    maps = maps_of([{bit for bit in bits if bit < N_BITS - 2} for bits in sets])
    wide = [{bit + step for bit in bits for step in range(3)} for bits in sets_of(maps)]
    assert sets_of(ahead(maps, 2)) == wide
    back = [{bit - step for bit in bits for step in range(3) if bit >= step} for bits in sets_of(maps)]
    assert sets_of(behind(maps, 2)) == back


@given(bitmaps, st.lists(st.lists(st.integers(0, 99), min_size=1, max_size=4), min_size=1, max_size=300))
@settings(max_examples=30, deadline=None)
def test_folding_combines_the_named_rows(sets: list[set[int]], names: list[list[int]]) -> None:
    lists = Ragged.of(Table.of([[name % len(sets) for name in row] for row in names]))
    out = np.zeros((len(names), n_words(N_BITS)), np.uint64)
    fold(np.bitwise_or, maps_of(sets), lists.columns, out)
    united = [set().union(*(sets[name % len(sets)] for name in names[row])) for row in lists.rows]
    assert sets_of(out) == united


@given(
    bitmaps,
    st.lists(st.tuples(st.integers(0, 5), st.integers(0, N_BITS - 1), st.integers(1, 150)), max_size=9),
)
def test_any_bit_between_is_found(sets: list[set[int]], asked: list[tuple[int, int, int]]) -> None:
    asked = [(row % len(sets), low, min(low + size, N_BITS)) for row, low, size in asked]
    row, low, high = np.array(asked, np.int64).reshape(-1, 3).T
    expected = [any(low <= bit < high for bit in sets[row]) for row, low, high in asked]
    assert any_between(maps_of(sets), row, low, high).tolist() == expected
