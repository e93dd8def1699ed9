"""Load on the REST service over loopback, against the same model called in this process.

    python benchmarks/service_load.py --port 8765 [--model NAME|DIR --frame FILE] [--seconds 10] [--clients 4]

Start `textmine serve --rate 0` first. Prints requests a second and the percentiles of the time to answer, for
one verbatim and for 100 a request, the rows a second of both and of the reader itself, and wrong answers
(rows lost, doubled or out of order).
"""

from __future__ import annotations

import argparse
import csv
import http.client
import json
import os
import threading
import time
from pathlib import Path
from statistics import quantiles

from textmine.classify.reader import Reader

SAMPLES = Path(__file__).resolve().parents[1] / "data_samples" / "complaints.csv"


def load(port: int, texts: list[str], size: int, seconds: float, clients: int) -> tuple[list[float], int]:
    """Times of all requests, and how many rows were lost or doubled."""
    times: list[float] = []
    wrong = 0
    lock = threading.Lock()
    end = time.perf_counter() + seconds

    def run(client: int) -> None:
        nonlocal wrong
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        own: list[float] = []
        bad = number = 0
        while (started := time.perf_counter()) < end:
            ids = [f"{client}-{number}-{row}" for row in range(size)]
            items = [
                {"id": i, "text": texts[(number * size + row) % len(texts)]} for row, i in enumerate(ids)
            ]
            connection.request(
                "POST", "/v1/classify", json.dumps({"items": items}), {"Content-Type": "application/json"}
            )
            answer = json.loads(connection.getresponse().read())
            bad += [record["id"] for record in answer["items"]] != ids
            own.append(time.perf_counter() - started)
            number += 1
        with lock:
            times.extend(own)
            wrong += bad

    threads = [threading.Thread(target=run, args=(client,)) for client in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return times, wrong


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--port", type=int, default=8765)
    options.add_argument("--model")
    options.add_argument("--frame", type=Path)
    options.add_argument("--seconds", type=float, default=10)
    options.add_argument("--clients", type=int, default=4)
    chosen = options.parse_args()
    with SAMPLES.open(encoding="utf-8-sig", newline="") as file:
        texts = [line["投诉内容"] for line in csv.DictReader(file)]
    if hasattr(os, "getloadavg"):
        print(f"load average before: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    for size in (1, 100):
        times, wrong = load(chosen.port, texts, size, chosen.seconds, chosen.clients)
        cuts = quantiles(times, n=100)
        rate = len(times) / chosen.seconds
        print(
            f"{size:>4} a request: {rate:,.0f} requests/s, {rate * size:,.0f} rows/s, "
            f"p50 {cuts[49] * 1000:.1f} ms, p95 {cuts[94] * 1000:.1f} ms, p99 {cuts[98] * 1000:.1f} ms, "
            f"wrong answers {wrong}"
        )
    reader = Reader.load(model=chosen.model, frame=chosen.frame)
    for size in (1, 100):
        started, done = time.perf_counter(), 0
        while time.perf_counter() - started < chosen.seconds / 3:
            reader.read([texts[(done + row) % len(texts)] for row in range(size)])
            done += size
        print(f"{size:>4} in process: {done / (time.perf_counter() - started):,.0f} rows/s")


if __name__ == "__main__":
    main()
