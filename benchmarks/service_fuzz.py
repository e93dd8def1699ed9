"""Thousands of bad requests to a real `textmine serve`: no 5xx, no traceback, nothing personal in the log.

    python benchmarks/service_fuzz.py [--requests 10000] [--schemathesis PROGRAM] [--output FILE]

Starts the service on loopback with the packaged model and sends: what schemathesis generates from its
OpenAPI description (if that program is installed), hand-made bad requests with invented personal data
planted in them, and broken HTTP over bare sockets. Answers are counted by the client and from the service's
own log. Exit code 1 when a figure that must be zero is not.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import shlex
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from fuzz_requests import PLANTED, Request, broken_http, requests

APP = (sys.executable, "-c", "from textmine.cli.main import app; app()")
CLIENTS = 4
#: Tells schemathesis how a body of lines is written.
HOOKS = """
import schemathesis

@schemathesis.serializer("application/x-ndjson")
def lines(_, value):
    return (value if isinstance(value, str) else str(value)).encode("utf-8", "surrogatepass")
"""
PROBE = {"texts": ["营业厅排队两个小时，就开一个窗口", "宽带三天没修好"]}


@contextmanager
def served(log: Path, extra: list[str]) -> Iterator[int]:
    """A service on a free port; its standard streams go to `log`."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    with log.open("wb") as file:
        command = [*APP, "serve", "--port", str(port), "--rate", "0", *extra]
        process = subprocess.Popen(command, stdout=file, stderr=subprocess.STDOUT)
        try:
            for _ in range(600):
                if answer(port, Request("", "GET", "/readyz"))[0] == 200:
                    break
                time.sleep(0.1)
            yield port
        finally:
            process.terminate()
            process.wait(60)


def answer(port: int, request: Request) -> tuple[int, bytes]:
    """Status and body; 0 when the connection ended without an answer."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        headers = {name: value.encode("latin-1") for name, value in request.headers.items()}
        connection.putrequest(request.method, request.path, skip_host="Host" in headers)
        for name, value in headers.items():
            connection.putheader(name, value)
        connection.putheader("Content-Length", str(len(request.body)))
        connection.endheaders(request.body)
        response = connection.getresponse()
        return response.status, response.read()
    except (OSError, http.client.HTTPException):
        return 0, b""
    finally:
        connection.close()


def fuzz(port: int, count: int, seed: int) -> tuple[Counter[str], int, list[str]]:
    """Send hand-made requests: answers by kind, refusals that repeat what was planted, requests with 5xx."""
    source, lock = requests(seed), threading.Lock()
    seen: Counter[str] = Counter()
    failed: list[str] = []
    left, repeated = count, 0

    def run() -> None:
        nonlocal left, repeated
        while True:
            with lock:
                if left <= 0:
                    return
                left -= 1
                request = next(source)
            status, body = answer(port, request)
            with lock:
                seen[f"{request.kind}: {status}"] += 1
                repeated += status >= 400 and any(secret.encode() in body for secret in PLANTED)
                if status >= 500:
                    failed.append(f"{request.path} {request.body[:200]!r}")

    threads = [threading.Thread(target=run) for _ in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return seen, repeated, failed


def break_http(port: int, count: int, seed: int) -> Counter[str]:
    """Send broken HTTP over sockets; the answers by their first line."""
    seen: Counter[str] = Counter()
    source = broken_http(seed)
    for _ in range(count):
        with socket.create_connection(("127.0.0.1", port), timeout=2) as connection:
            try:
                connection.sendall(next(source))
                connection.shutdown(socket.SHUT_WR)
                first = connection.recv(200).partition(b"\r\n")[0].decode("latin-1")
            except OSError as error:
                first = type(error).__name__
        seen[first or "no answer"] += 1
    return seen


def schemathesis(program: str, port: int, examples: int, report: Path) -> tuple[Counter[str], str]:
    """Run it on the OpenAPI description: failures by check, and its version."""
    hooks = report.with_name("ndjson_bodies.py")
    hooks.write_text(HOOKS, "utf-8")
    environment = {**os.environ, "SCHEMATHESIS_HOOKS": hooks.stem, "PYTHONPATH": str(hooks.parent)}
    version = subprocess.run(
        [program, "--version"], capture_output=True, text=True, check=True
    ).stdout.strip()
    subprocess.run(
        [
            program, "run", f"http://127.0.0.1:{port}/openapi.json", "--max-examples", str(examples),
            "--seed", "1", "--workers", "2", "--no-shrink", "--continue-on-failure", "--warnings", "off",
            "--header", f"X-Customer: {PLANTED[0]}", "--report-ndjson-path", str(report),
        ],
        cwd=report.parent, env=environment, stdout=subprocess.DEVNULL, check=False,
    )  # fmt: skip
    failures: Counter[str] = Counter()
    for line in report.read_text("utf-8").splitlines():
        scenario = json.loads(line).get("ScenarioFinished", {}).get("recorder", {})
        for checks in scenario.get("checks", {}).values():
            failures.update(check["name"] for check in checks if check["status"] == "failure")
    return failures, version


def read_log(log: Path) -> dict[str, Any]:
    """What the service itself says: answers by route and status, and what must not be there."""
    text = log.read_text("utf-8", "replace")
    found = [(line["route"], line["status"]) for line in map(_parsed, text.splitlines()) if "status" in line]
    escaped = [json.dumps(secret)[1:-1] for secret in PLANTED]
    return {
        "answers": len(found),
        "by_route": {f"{route} {status}": n for (route, status), n in sorted(Counter(found).items())},
        "answers_5xx": sum(status >= 500 or status == 0 for _, status in found),
        "faults": text.count('"fault"'),
        "tracebacks": text.count("Traceback"),
        "personal_data": sum(text.count(secret) for secret in {*PLANTED, *escaped}),
    }


def _parsed(line: str) -> dict[str, Any]:
    try:
        value = json.loads(line)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--requests", type=int, default=10_000, help="in all, at least")
    options.add_argument("--examples", type=int, default=300, help="a route, by schemathesis")
    options.add_argument("--schemathesis", default=shutil.which("schemathesis"))
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--output", type=Path)
    options.add_argument("serve", nargs="*", help="further options of textmine serve, after --")
    chosen = options.parse_args()
    started = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="textmine-fuzz-") as folder:
        log = Path(folder) / "log"
        result: dict[str, Any] = {
            "command": f"python {shlex.join(sys.argv)}",
            "date": time.strftime("%Y-%m-%d"),
            "python": sys.version.partition(" ")[0],
        }
        with served(log, chosen.serve) as port:
            result["service"] = json.loads(answer(port, Request("", "GET", "/readyz"))[1])
            before = answer(port, _probe())
            if chosen.schemathesis:
                report = Path(folder) / "report.ndjson"
                failures, version = schemathesis(chosen.schemathesis, port, chosen.examples, report)
                result["schemathesis"] = {"version": version, "answers": read_log(log)["answers"] - 3,
                                          "failed_checks": dict(failures)}  # fmt: skip
            by_hand = max(1000, chosen.requests - result.get("schemathesis", {}).get("answers", 0))
            seen, repeated, failed = fuzz(port, by_hand, chosen.seed)
            result["hand_made"] = {"requests": by_hand, "by_kind": dict(sorted(seen.items()))}
            broken = break_http(port, 300, chosen.seed)
            result["broken_http"] = {"requests": 300, "first_lines": dict(sorted(broken.items()))}
            result["refusals_that_repeat_personal_data"] = repeated
            result["same_answer_afterwards"] = answer(port, _probe()) == before
        result |= {"log": read_log(log), "failed": failed, "seconds": round(time.perf_counter() - started)}
    text = json.dumps(result, ensure_ascii=False, indent=1)
    print(text)
    if chosen.output:
        chosen.output.write_text(text + "\n", "utf-8")
    counted = result["log"]
    bad = (
        counted["answers_5xx"]
        + counted["tracebacks"]
        + counted["faults"]
        + counted["personal_data"]
        + repeated
    )
    sys.exit(1 if bad or not result["same_answer_afterwards"] else 0)


def _probe() -> Request:
    return Request(
        "", "POST", "/v1/classify", json.dumps(PROBE).encode(), {"Content-Type": "application/json"}
    )


if __name__ == "__main__":
    main()
