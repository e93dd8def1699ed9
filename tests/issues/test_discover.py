"""The more verbatims wait, the more of them must agree before an issue is believed."""

from __future__ import annotations

import pytest

from textmine.issues.cluster import LEAST
from textmine.issues.discover import least_dense


@pytest.mark.parametrize(("waiting", "least"), [(0, 4), (30, 4), (300, 4), (1000, 5), (10_000, 6)])
def test_a_group_must_be_larger_where_more_verbatims_wait(waiting: int, least: int) -> None:
    assert least_dense(waiting) == least >= LEAST
