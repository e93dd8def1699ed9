"""Damaged files: never a traceback, never a lost line; clean files: never a quarantined row."""

from __future__ import annotations

from pathlib import Path

import pytest

from .mutate import clean_case, mutated_case
from .reading import broken_promises, read_or_refuse


@pytest.mark.parametrize("start", range(0, 150, 30))
def test_damaged_files_lose_no_line_and_raise_only_domain_errors(tmp_path: Path, start: int) -> None:
    for seed in range(start, start + 30):
        case = mutated_case(seed)
        path = tmp_path / f"{seed}{case.suffix}"
        path.write_bytes(case.data)
        outcome = read_or_refuse(path)
        assert broken_promises(outcome, case.data, is_text=case.suffix != ".xlsx") == [], f"seed {seed}"


def test_clean_files_have_no_quarantine(tmp_path: Path) -> None:
    for seed in range(40):
        case = clean_case(seed)
        path = tmp_path / f"{seed}{case.suffix}"
        path.write_bytes(case.data)
        outcome = read_or_refuse(path)
        assert outcome.refused is None, f"seed {seed}: {outcome.refused}"
        assert (outcome.reasons, len(outcome.rows)) == ([], case.clean_records), f"seed {seed}"


def test_a_seed_stands_for_the_same_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    before = [mutated_case(seed) for seed in range(12)]
    monkeypatch.setattr("time.time", lambda: 2_000_000_000.0)
    assert [mutated_case(seed) for seed in range(12)] == before


def test_most_rows_of_damaged_text_files_survive(tmp_path: Path) -> None:
    read = lost = 0
    for seed in range(0, 200):
        if seed % 3 == 2:
            continue
        clean, case = clean_case(seed), mutated_case(seed)
        path = tmp_path / f"{seed}{case.suffix}"
        path.write_bytes(case.data)
        outcome = read_or_refuse(path)
        if len(case.data) >= len(clean.data):
            read += len(outcome.rows)
            lost += max(0, (clean.clean_records or 0) - len(outcome.rows))
    assert read > 5 * lost, f"{read} read, {lost} lost"
