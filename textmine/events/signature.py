"""Signatures by which a receiver knows that an event came from here, whole and just now. No network.

The scheme is that of Standard Webhooks 1.0 (https://www.standardwebhooks.com): HMAC-SHA256 over
`id.timestamp.body`, so that libraries for receivers exist in most languages.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from pathlib import Path

from ..errors import InputError, UsageError

_PREFIX, _VERSION = "whsec_", "v1,"
_SHORTEST = 16
_TOLERANCE = 300
"""Seconds a signature may be old, as Standard Webhooks has it."""


def read_secrets(file: str) -> tuple[bytes, ...]:
    """The secrets in a file, one a line; with two lines, both sign, so that a secret can be exchanged.

    A line `whsec_…` is base64, any other line is the secret itself. Raises InputError for an unreadable file,
    UsageError for a secret that is missing or easily guessed. The secrets never stand in a message.
    """
    try:
        lines = Path(file).read_text("utf-8").split()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{file}: cannot be read as a file of secrets; give one secret a line") from error
    try:
        secrets = tuple(map(_secret, lines))
    except (ValueError, binascii.Error) as error:
        raise UsageError(f"{file}: after {_PREFIX} there must be base64") from error
    if not secrets or any(len(secret) < _SHORTEST for secret in secrets):
        raise UsageError(f"{file}: give a secret of at least {_SHORTEST} bytes, one a line")
    return secrets


def _secret(line: str) -> bytes:
    if line.startswith(_PREFIX):
        return base64.b64decode(line.removeprefix(_PREFIX), validate=True)
    return line.encode()


def signed_headers(secrets: Sequence[bytes], *, id: str, timestamp: int, body: bytes) -> dict[str, str]:
    """The three headers that go with a body; `timestamp` is in seconds since 1970."""
    signatures = (_VERSION + _signature(secret, id, str(timestamp), body) for secret in secrets)
    return {
        "webhook-id": id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(signatures),
    }


def verify(secrets: Sequence[bytes], headers: Mapping[str, str], body: bytes, *, now: float) -> bool:
    """For receivers: whether one of the secrets signed this body, not more than five minutes from `now`."""
    lower = {name.lower(): value for name, value in headers.items()}
    id, sent = lower.get("webhook-id", ""), lower.get("webhook-timestamp", "")
    if not (sent.isascii() and sent.isdecimal()) or abs(now - int(sent)) > _TOLERANCE:
        return False
    expected = [(_VERSION + _signature(secret, id, sent, body)).encode() for secret in secrets]
    given = [part.encode() for part in lower.get("webhook-signature", "").split()]
    return any(hmac.compare_digest(one, other) for one in expected for other in given)


def _signature(secret: bytes, id: str, timestamp: str, body: bytes) -> str:
    digest = hmac.new(secret, f"{id}.{timestamp}.".encode() + body, hashlib.sha256).digest()
    return base64.b64encode(digest).decode("ascii")
