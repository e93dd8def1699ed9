"""Signatures are those of Standard Webhooks, and change with whatever they cover."""

from __future__ import annotations

import base64
import hashlib
import hmac
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from textmine.errors import InputError, UsageError
from textmine.events.signature import read_secrets, signed_headers, verify

SECRET = b"a-secret-of-the-tests-0001"
NOW = 1_795_000_000


def test_the_signature_is_hmac_sha256_over_id_time_and_body() -> None:
    headers = signed_headers([SECRET], id="evt_1", timestamp=NOW, body="{「好」}".encode())

    digest = hmac.new(SECRET, f"evt_1.{NOW}.{{「好」}}".encode(), hashlib.sha256).digest()
    assert headers == {
        "webhook-id": "evt_1",
        "webhook-timestamp": str(NOW),
        "webhook-signature": "v1," + base64.b64encode(digest).decode(),
    }


@given(st.binary(max_size=50), st.binary(min_size=16, max_size=40))
def test_what_was_signed_is_known_again_and_nothing_else(body: bytes, secret: bytes) -> None:
    headers = signed_headers([secret], id="evt_1", timestamp=NOW, body=body)

    assert verify([secret], headers, body, now=NOW + 299)
    assert verify([b"another", secret], headers, body, now=NOW)
    assert not verify([secret], headers, body + b" ", now=NOW)
    assert not verify([secret + b"x"], headers, body, now=NOW)
    assert not verify([secret], {**headers, "webhook-id": "evt_2"}, body, now=NOW)
    assert not verify([secret], headers, body, now=NOW + 301)


@pytest.mark.parametrize(
    "headers",
    [{}, {"webhook-timestamp": "soon"}, {"webhook-timestamp": str(NOW), "webhook-signature": "v1,é"}],
)
def test_other_headers_are_no_signature(headers: dict[str, str]) -> None:
    assert not verify([SECRET], headers, b"", now=NOW)


def test_two_secrets_both_sign(tmp_path: Path) -> None:
    file = tmp_path / "secrets"
    file.write_text(f"{SECRET.decode()}\nwhsec_{base64.b64encode(b'x' * 24).decode()}\n", "utf-8")

    secrets = read_secrets(str(file))

    assert secrets == (SECRET, b"x" * 24)
    headers = signed_headers(secrets, id="evt_1", timestamp=NOW, body=b"{}")
    assert len(headers["webhook-signature"].split()) == 2
    assert all(verify([secret], headers, b"{}", now=NOW) for secret in secrets)


@pytest.mark.parametrize("said", ["", "too-short", "whsec_§§§§", "whsec_eA=="])
def test_a_bad_secret_is_refused_without_being_repeated(tmp_path: Path, said: str) -> None:
    file = tmp_path / "secrets"
    file.write_text(said, "utf-8")

    with pytest.raises(UsageError) as fault:
        read_secrets(str(file))
    assert not said or said not in str(fault.value)


def test_a_missing_file_of_secrets_is_an_input_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read as a file of secrets"):
        read_secrets(str(tmp_path / "none"))
