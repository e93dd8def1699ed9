"""Posts an event to a web address, signed. The only file here that opens a connection, when told where to."""

from __future__ import annotations

import http.client
import ipaddress
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from .. import __version__
from ..errors import UsageError
from .deliver import DeliveryError
from .signature import signed_headers


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A signed event goes to the address that was named and nowhere else."""

    def redirect_request(self, *_: Any) -> None:
        return None


class Webhook:
    """Posts to one address; 2xx means taken, everything else is a failed attempt.

    `timeout` is in seconds. Raises UsageError for an address that is no https one (http is allowed on this
    machine, and elsewhere with `allow_http`). Proxies are those of the environment.
    """

    def __init__(
        self, url: str, secrets: Sequence[bytes], *, timeout: float = 10.0, allow_http: bool = False
    ) -> None:
        local = _checked(url, allow_http)
        self._url, self._secrets, self._timeout = url, tuple(secrets), timeout
        proxies = urllib.request.ProxyHandler({} if local else None)
        self._opener = urllib.request.build_opener(_NoRedirect, proxies)

    def __call__(self, id: str, body: bytes) -> None:
        """Post one event. Raises DeliveryError, whose text does not repeat the address."""
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "User-Agent": f"textmine/{__version__}",
            **signed_headers(self._secrets, id=id, timestamp=int(time.time()), body=body),
        }
        request = urllib.request.Request(self._url, data=body, headers=headers, method="POST")  # noqa: S310 - checked
        try:
            with self._opener.open(request, timeout=self._timeout):
                pass
        except urllib.error.HTTPError as error:
            with error:
                raise DeliveryError(f"HTTP {error.code}", after=_retry_after(error)) from error
        except (OSError, http.client.HTTPException) as error:
            cause = getattr(error, "reason", error)
            said = cause if isinstance(cause, str) else f"{type(cause).__name__}: {cause}"
            raise DeliveryError(said[:200], unreachable=True) from error


def _checked(url: str, allow_http: bool) -> bool:
    """Whether the address is on this machine."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError as error:
        raise UsageError("--to is not an address; write https://host/path") from error
    if parts.scheme not in ("http", "https") or not host or not url.isascii() or any(map(str.isspace, url)):
        raise UsageError("--to must be https://host/path")
    if parts.username or parts.password:
        raise UsageError("--to: no user or password in the address; events are signed with --secret-file")
    local = _is_local(host)
    if parts.scheme == "http" and not (local or allow_http):
        raise UsageError(f"--to: http to {host} can be read on the way; use https, or --allow-http")
    return local


def _is_local(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _retry_after(error: urllib.error.HTTPError) -> float:
    """Seconds by a Retry-After header; a date there is not heeded."""
    said = (error.headers.get("Retry-After") or "").strip()
    return float(said) if said.isascii() and said.isdecimal() and len(said) < 9 else 0.0
