"""What the tests of the service share: the application around the small model, and a client of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from starlette.testclient import TestClient

from textmine.service.app import create_app
from textmine.service.settings import Settings, digest_of

if TYPE_CHECKING:
    from textmine.classify.reader import Reader

KEY = "a-key-of-the-tests-0001"

Make = Callable[..., TestClient]


@pytest.fixture(scope="session")
def make(small_reader: Reader, small_model: Path, banking: Path) -> Make:
    """`make(rate=2)`: a client of an application with these settings."""

    def client(*, keys: tuple[str, ...] = (), **chosen: Any) -> TestClient:
        settings = Settings(
            model=str(small_model),
            frame=str(banking),
            keys=tuple(map(digest_of, keys)),
            **{"rate": 0, **chosen},
        )
        return TestClient(create_app(small_reader, settings), raise_server_exceptions=False)

    return client


@pytest.fixture(scope="session")
def client(make: Make) -> TestClient:
    """A client of the application with its usual settings and no rate limit."""
    return make()
