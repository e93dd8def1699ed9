"""Who sits at the pages: a signed cookie with a name, and what keeps other sites from acting for him.

Nothing is kept on the server, so every worker knows every session. Knows no decisions.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from urllib.parse import urlsplit

from starlette.datastructures import Headers

from ...frame.frame import Lang
from ...review.desk import Coder
from ...review.store import FIRST, SECOND

COOKIE = "textmine_review"
LONGEST = 40
"""Characters of a coder's name."""
_SECONDS = 7 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Session:
    """A coder at work. `key` says by which API key he came in, without being it; `until` is Unix time."""

    name: str
    round: int
    lang: Lang
    key: str
    id: str
    until: int

    @property
    def coder(self) -> Coder:
        return Coder(self.name, self.round)


class Sessions:
    """Makes and reads cookies, signed with the review's secret; `keys` are the digests of the API keys."""

    def __init__(self, secret: bytes, keys: Sequence[bytes]) -> None:
        self._secret = secret
        self._known = {self.tag(key) for key in keys} or {""}

    def tag(self, key_digest: bytes) -> str:
        """What a cookie says of the API key it was given for."""
        return self._sign(b"key" + key_digest)[:16]

    def start(self, name: str, round: int, lang: Lang, key_digest: bytes | None) -> Session:
        """A new session; the name must have been checked by `known_name`."""
        tag = self.tag(key_digest) if key_digest else ""
        until = int(time.time()) + _SECONDS
        return Session(name, round, lang, tag, secrets.token_hex(12), until)

    def cookie(self, session: Session) -> str:
        """The session as a cookie's value."""
        said = base64.urlsafe_b64encode(json.dumps(asdict(session)).encode()).decode()
        return f"{said}.{self._sign(said.encode())}"

    def read(self, cookie: str | None) -> Session | None:
        """The session of a cookie; None when it is not ours, too old, or its API key is no longer valid."""
        said, _, signature = (cookie or "").rpartition(".")
        if not hmac.compare_digest(self._sign(said.encode()).encode(), signature.encode()):
            return None
        session = Session(**json.loads(base64.urlsafe_b64decode(said)))
        good = session.until > time.time() and session.key in self._known
        return session if good and session.round in (FIRST, SECOND) else None

    def token(self, session: Session) -> str:
        """What every form of a session carries; another site cannot know it."""
        return self._sign(f"form{session.id}".encode())

    def is_token(self, session: Session, token: str) -> bool:
        """Whether a form is one of this session's."""
        return hmac.compare_digest(self.token(session).encode(), token.encode())

    def _sign(self, said: bytes) -> str:
        return hmac.new(self._secret, said, hashlib.sha256).hexdigest()


def known_name(written: str) -> str | None:
    """A coder's name as it is kept; None for an empty, too long or unprintable one."""
    name = " ".join(written.split())
    return name if name and len(name) <= LONGEST and name.isprintable() else None


def same_origin(headers: Headers) -> bool:
    """Whether a browser says that the form was sent from our own pages; others than browsers say nothing."""
    if headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return False
    origin = headers.get("origin")
    return origin is None or urlsplit(origin).netloc == headers.get("host")
