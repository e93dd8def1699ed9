"""Counters in Prometheus' text format (version 0.0.4). Routes and numbers only, nothing of what was sent."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from itertools import accumulate
from threading import Lock

_BOUNDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


class Metrics:
    """Requests by route and status, their durations, and verbatims read; of one process."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._requests: Counter[tuple[str, str, int]] = Counter()
        self._buckets: dict[str, list[int]] = {}
        self._seconds: Counter[str] = Counter()
        self._verbatims: Counter[str] = Counter()

    def request(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count an answered request; `route` is the route's pattern, never the path as sent."""
        with self._lock:
            self._requests[method, route, status] += 1
            buckets = self._buckets.setdefault(route, [0] * (len(_BOUNDS) + 1))
            buckets[bisect_left(_BOUNDS, seconds)] += 1
            self._seconds[route] += seconds  # type: ignore[assignment]

    def verbatims(self, status: str, number: int = 1) -> None:
        """Count verbatims read, by status."""
        with self._lock:
            self._verbatims[status] += number

    def text(self) -> str:
        """All counters as Prometheus reads them."""
        with self._lock:
            out = [
                "# HELP textmine_requests_total Requests answered.",
                "# TYPE textmine_requests_total counter",
            ]
            for (method, route, status), n in sorted(self._requests.items()):
                out.append(
                    f'textmine_requests_total{{method="{method}",route="{route}",status="{status}"}} {n}'
                )
            out += [
                "# HELP textmine_request_seconds Time to answer.",
                "# TYPE textmine_request_seconds histogram",
            ]
            for route, buckets in sorted(self._buckets.items()):
                for bound, n in zip((*map(str, _BOUNDS), "+Inf"), accumulate(buckets), strict=True):
                    out.append(f'textmine_request_seconds_bucket{{route="{route}",le="{bound}"}} {n}')
                out.append(f'textmine_request_seconds_sum{{route="{route}"}} {self._seconds[route]:.6f}')
                out.append(f'textmine_request_seconds_count{{route="{route}"}} {sum(buckets)}')
            out += [
                "# HELP textmine_verbatims_total Verbatims read.",
                "# TYPE textmine_verbatims_total counter",
            ]
            out += [
                f'textmine_verbatims_total{{status="{s}"}} {n}' for s, n in sorted(self._verbatims.items())
            ]
        return "\n".join(out) + "\n"
