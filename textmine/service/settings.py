"""What may be chosen when serving, how workers come by it, and the rule for keys. No network."""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from ..errors import InputError, UsageError
from ..frame.frame import Lang

ENVIRONMENT, KEYS = "TEXTMINE_SERVE", "TEXTMINE_API_KEYS"
"""Variables: the settings for worker processes, and API keys separated by commas."""
_SHORTEST_KEY = 16


@dataclass(frozen=True, slots=True)
class Settings:
    """Limits and parts of the service. Sizes in bytes, texts in characters, `timeout` in seconds.

    `rate` is requests a minute for each key, or for each address without keys; 0 is no limit. `keys` are
    SHA-256 digests. `review` is a classified folder whose review pages are served, `state` the folder of a
    ledger of issues, `lang` the language in which the pages begin.
    """

    host: str = "127.0.0.1"
    model: str | None = None
    frame: str | None = None
    max_body: int = 8 << 20
    max_batch: int = 1000
    max_text: int = 20_000
    rate: int = 600
    timeout: float = 30.0
    masked: bool = True
    keys_file: str | None = None
    review: str | None = None
    state: str | None = None
    lang: Lang = "zh"
    keys: tuple[bytes, ...] = ()

    @property
    def local(self) -> bool:
        """True when only this machine can reach the service."""
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False

    def checked(self) -> Settings:
        """These settings; raises UsageError when others could reach the service without a key."""
        if not self.local and not self.keys:
            raise UsageError(
                f"--host {self.host} can be reached from outside: set API keys with --keys-file FILE "
                f"or the variable {KEYS}, or serve on 127.0.0.1"
            )
        return self

    def knows(self, key: str | None) -> bool:
        """Whether a key is one of the keys; takes as long for a wrong one as for a right one."""
        digest = digest_of(key or "")
        found = False
        for known in self.keys:
            found |= hmac.compare_digest(digest, known)
        return found

    def to_environment(self) -> str:
        """For worker processes; keys do not travel, each worker reads them anew."""
        return json.dumps({name: value for name, value in asdict(self).items() if name != "keys"})

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Settings:
        """The settings that `to_environment` wrote, with keys from the file and the variable."""
        chosen = json.loads(environment.get(ENVIRONMENT, "{}"))
        keys = read_keys(chosen.get("keys_file"), environment)
        return cls(**{**chosen, "keys": keys}).checked()


def digest_of(key: str) -> bytes:
    """What is kept of a key."""
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).digest()


def read_keys(file: str | None, environment: Mapping[str, str]) -> tuple[bytes, ...]:
    """Digests of the keys in a file (one a line, # for comments) and in the variable TEXTMINE_API_KEYS.

    Raises InputError for an unreadable file, UsageError for a key that is easily guessed.
    """
    written = environment.get(KEYS, "").split(",")
    if file:
        try:
            written += Path(file).read_text("utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise InputError(f"{file}: cannot be read as a file of keys; give one key a line") from error
    keys = [key.strip() for key in written if key.strip() and not key.strip().startswith("#")]
    if any(len(key) < _SHORTEST_KEY for key in keys):
        raise UsageError(f"an API key is shorter than {_SHORTEST_KEY} characters; make longer ones")
    return tuple(map(digest_of, keys))
