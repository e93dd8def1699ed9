"""The Pareto table before and after a change of the frame."""

from __future__ import annotations

from textmine.counts.pareto import ParetoRow
from textmine.counts.shift import Place, shifts


def row(code: str, n: int, share: float) -> ParetoRow:
    return ParetoRow("subcause", code, code, code, "", n, share, share, "A")


def test_codes_are_aligned_by_where_they_went() -> None:
    before = (row("a.x", 6, 0.6), row("a.y", 3, 0.3), row("b.z", 1, 0.1))
    after = (row("a.both", 8, 0.8), row("c.new", 2, 0.2))

    done = shifts(before, after, {"a.x": ("a.both",), "a.y": ("a.both",), "b.z": ("c.new", "c.other")})

    assert [(one.code, one.was) for one in done] == [
        ("a.both", ("a.x", "a.y")),
        ("c.new", ()),
        ("b.z", ("b.z",)),
    ]
    assert done[0].before == Place(1, 9, 0.8999999999999999, "A")
    assert done[0].after == Place(1, 8, 0.8, "A")
    assert (done[1].before, done[2].after) == (None, None)
    assert done[1].after == Place(2, 2, 0.2, "A")


def test_nothing_is_left_out() -> None:
    before = (row("a.x", 1, 1.0),)

    assert [one.code for one in shifts(before, (), {"a.x": ("a.y",)})] == ["a.x"]
    assert [one.code for one in shifts((), before, {})] == ["a.x"]
