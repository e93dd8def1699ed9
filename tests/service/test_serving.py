"""The service as a process: it comes up warm, answers over a socket, ends what it began, keeps others out."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

APP = (sys.executable, "-c", "from textmine.cli.main import app; app()")
JSON = {"Content-Type": "application/json"}


@contextmanager
def served(*options: str) -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    """A service on a free port, answering."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [*APP, "serve", "--port", str(port), *options], stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    try:
        for _ in range(300):
            try:
                if ask(port, "GET", "/readyz")[0] == 200:
                    break
            except OSError:
                time.sleep(0.1)
        else:
            pytest.fail("the service did not come up")
        yield port, process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)


def ask(port: int, method: str, path: str, body: str | bytes | None = None) -> tuple[int, Any]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        sent = body.encode() if isinstance(body, str) else body
        connection.request(method, path, sent, JSON if body is not None else {})
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())
    finally:
        connection.close()


def test_many_at_once_each_get_their_own_answer(small: tuple[str, ...]) -> None:
    with served("--rate", "0", *small) as (port, _):
        answers: dict[int, list[str]] = {}

        def send(number: int) -> None:
            items = [{"id": f"{number}-{row}", "text": "取号前面还有四十多位"} for row in range(20)]
            status, answer = ask(port, "POST", "/v1/classify", json.dumps({"items": items}))
            assert status == 200
            answers[number] = [record["id"] for record in answer["items"]]

        threads = [threading.Thread(target=send, args=(number,)) for number in range(16)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert answers == {number: [f"{number}-{row}" for row in range(20)] for number in range(16)}


def test_an_interrupted_service_finishes_and_says_nothing_of_customers(small: tuple[str, ...]) -> None:
    with served(*small) as (port, process):
        assert ask(port, "POST", "/v1/classify", json.dumps({"text": "排队，电话13800138000"}))[0] == 200
        assert ask(port, "POST", "/v1/classify?p=13800138000", b"{13800138000")[0] == 400
        process.send_signal(signal.SIGTERM)
        said, _ = process.communicate(timeout=30)

    assert b'"status": 200' in said
    assert b"13800138000" not in said
    assert b"Traceback" not in said


@pytest.mark.slow
def test_several_workers_serve_one_port(small: tuple[str, ...]) -> None:
    with served("--workers", "2", *small) as (port, _):
        assert {ask(port, "POST", "/v1/classify", '{"text": "好"}')[0] for _ in range(6)} == {200}


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.7", "example.org"])  # noqa: S104
def test_the_service_does_not_open_to_others_without_a_key(command: Any, host: str) -> None:
    done = command("serve", "--host", host)

    assert done.code == 2
    assert "API keys" in done.err


def test_the_settings_reach_the_workers_without_the_keys(tmp_path: Any) -> None:
    from textmine.service.settings import ENVIRONMENT, Settings, digest_of

    (tmp_path / "keys").write_text("a-key-of-the-tests-0001\n", "utf-8")
    settings = Settings(host="192.0.2.7", keys_file=str(tmp_path / "keys"), keys=(digest_of("x" * 16),))
    written = settings.to_environment()

    read = Settings.from_environment({ENVIRONMENT: written})
    assert "keys" not in json.loads(written)
    assert (read.host, read.keys) == ("192.0.2.7", (digest_of("a-key-of-the-tests-0001"),))
    assert os.environ.get(ENVIRONMENT) is None
