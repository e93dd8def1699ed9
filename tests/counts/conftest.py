"""What the counting tests share: the packaged code frame and a short way to write readings."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from textmine.frame.frame import Frame
from textmine.records import Reading, Tag

Read = Callable[..., Reading]


@pytest.fixture(scope="session")
def frame() -> Frame:
    return Frame.load()


@pytest.fixture(scope="session")
def read() -> Read:
    """`read("cause.sub", …)`: a reading with those codes, the first one primary; `read()`: no complaint."""

    def build(
        *codes: str,
        touchpoints: tuple[str, ...] = (),
        risk: tuple[str, ...] = (),
        score: float = 0.9,
        primary: str | None = None,
    ) -> Reading:
        return Reading(
            tags=tuple(Tag(code, score, 0, 1) for code in codes),
            primary=primary or (codes[0] if codes else None),
            stance="complaint" if codes else "none",
            touchpoints=touchpoints,
            risk=risk,
            score=score if codes else 0.0,
        )

    return build
