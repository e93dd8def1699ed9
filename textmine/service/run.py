"""Starts the service: workers, timeouts, an end that lets requests finish. Knows no routes."""

from __future__ import annotations

import os

from ..errors import MissingExtraError
from .settings import ENVIRONMENT, Settings

_FACTORY = "textmine.service.app:from_environment"
_KEEP_ALIVE, _GRACE = 5, 15


def serve(settings: Settings, *, port: int, workers: int = 1) -> None:
    """Serve until interrupted; requests under way get 15 seconds to finish.

    Raises UsageError when the service could be reached from outside without a key, MissingExtraError, and
    ModelError and LexiconError before a port is opened.
    """
    settings.checked()
    try:
        import uvicorn

        from .app import from_environment
    except ModuleNotFoundError as error:
        raise MissingExtraError("textmine serve", "service") from error
    os.environ[ENVIRONMENT] = settings.to_environment()
    # One worker serves what is loaded here; several load it each in a process of their own.
    app = from_environment() if workers == 1 else _FACTORY
    uvicorn.run(
        app,
        factory=workers > 1,
        host=settings.host,
        port=port,
        workers=workers,
        access_log=False,
        log_level="warning",
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=_KEEP_ALIVE,
        timeout_graceful_shutdown=_GRACE,
    )
