"""Where the codes of an old frame go in a new one: what is seen, what must be said, and nothing guessed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from textmine.errors import UsageError
from textmine.frame.frame import Cause, Frame, Named, Subcause
from textmine.frame.mapping import Move, map_codes

SMALL = Frame.load(Path(__file__).parent / "data" / "small.toml")
PACKAGED = Frame.load()
SERVICE, REST = SMALL.tree
RUDE, BROKEN = SERVICE.subcauses
SLOW = Subcause("service.slow", "办得慢", "Slow")


def with_service(*subcauses: Subcause) -> Frame:
    return replace(SMALL, tree=(replace(SERVICE, subcauses=subcauses), REST))


def test_a_frame_keeps_its_codes() -> None:
    moves = map_codes(PACKAGED, PACKAGED).moves

    assert set(moves) == {*PACKAGED.codes, *PACKAGED.causes}
    assert all(move == Move(code, (code,), "kept") for code, move in moves.items())


def test_renamed_moved_and_removed_codes_are_seen() -> None:
    machines = Cause("machines", "设备", "Machines", subcauses=(replace(BROKEN, code="machines.broken"),))
    renamed = map_codes(SMALL, with_service(RUDE, replace(BROKEN, code="service.defect"))).moves
    moved = map_codes(SMALL, replace(SMALL, tree=(replace(SERVICE, subcauses=(RUDE,)), machines, REST))).moves

    assert renamed["service.broken"] == Move("service.broken", ("service.defect",), "renamed")
    assert moved["service.broken"] == Move("service.broken", ("machines.broken",), "moved")
    assert map_codes(SMALL, with_service(RUDE)).moves["service.broken"] == Move(
        "service.broken", (), "removed"
    )


def test_a_renamed_cause_does_not_move_its_subcauses() -> None:
    subs = tuple(replace(sub, code=f"care.{sub.key}") for sub in SERVICE.subcauses)
    new = replace(SMALL, tree=(replace(SERVICE, code="care", subcauses=subs), REST))

    kinds = {code: move.kind for code, move in map_codes(SMALL, new).moves.items()}
    assert kinds["service"] == kinds["service.rude"] == kinds["service.broken"] == "renamed"


def test_mergers_and_splits_are_declared() -> None:
    new = with_service(RUDE, SLOW)

    merged = map_codes(SMALL, new, {"service.broken": ("service.rude",)})
    assert {merged.moves[code].kind for code in ("service.rude", "service.broken")} == {"merged"}
    split = map_codes(SMALL, new, {"service.broken": ("service.rude", "service.slow")})
    assert split.moves["service.broken"] == Move("service.broken", ("service.rude", "service.slow"), "split")
    assert split.splits == {"service.broken"}
    assert split.moves["service.rude"].kind == "kept"


def test_what_is_declared_goes_before_what_is_seen() -> None:
    assert map_codes(SMALL, SMALL, {"service.rude": ()}).moves["service.rude"].kind == "removed"


@pytest.mark.parametrize("declared", [{"service.x": ("service.rude",)}, {"service.rude": ("service.x",)}])
def test_a_declared_code_that_does_not_exist_is_refused(declared: dict[str, tuple[str, ...]]) -> None:
    with pytest.raises(UsageError, match=r"no code 'service\.x'"):
        map_codes(SMALL, SMALL, declared)


def test_the_other_axes_go_along() -> None:
    new = replace(SMALL, risks=(Named("press", SMALL.risks[0].zh, "Press"),), touchpoints=())
    codes = map_codes(SMALL, new)

    assert codes.risks[SMALL.risks[0].code] == "press"
    assert set(codes.touchpoints.values()) <= {None}


@given(st.sampled_from([code for code in PACKAGED.codes if "." in code]))
@settings(max_examples=20, deadline=None)
def test_one_code_taken_out_moves_no_other(code: str) -> None:
    tree = tuple(
        replace(cause, subcauses=tuple(sub for sub in cause.subcauses if sub.code != code))
        for cause in PACKAGED.tree
    )
    moves = map_codes(PACKAGED, replace(PACKAGED, tree=tree)).moves

    assert [old for old, move in moves.items() if move.kind != "kept"] == [code]
