"""Everything the tracker remembers between runs, as named blobs of bytes and back. No files here.

Blobs of a period are written once and stay; the others are small. Same state, same bytes.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import ModelError
from .embed import MEANING, WordVectors
from .ledger import Alert, Issue
from .matter import Matter
from .middles import Middles
from .vectors_file import vector_files

Floats = NDArray[np.float32]


@dataclass(slots=True)
class Waiting:
    """A distinct verbatim in no issue yet, with the rows that say it: `rows` counts by period."""

    matter: Matter
    text: str
    rows: dict[str, int]
    cause: str
    groups: dict[str, dict[str, int]]
    marks: frozenset[str] = field(init=False)
    signs: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        self.marks = self.matter.marks
        self.signs = self.marks.union(self.matter.pairs)

    def to_dict(self) -> dict[str, Any]:
        m = self.matter
        words = [list(m.words), list(m.places), list(m.products), list(m.amounts)]
        return {
            "matter": words,
            "text": self.text,
            "rows": self.rows,
            "cause": self.cause,
            "groups": self.groups,
        }

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> Waiting:
        matter = Matter(*(tuple(part) for part in record["matter"]))
        return cls(matter, record["text"], record["rows"], record["cause"], record["groups"])


@dataclass(slots=True)
class PeriodRows:
    """The rows of one period: identity, what they say (hash of the matter), their issue (−1: none)."""

    keys: NDArray[np.uint64]
    matters: NDArray[np.uint64]
    issues: NDArray[np.int32]

    @classmethod
    def empty(cls) -> PeriodRows:
        return cls(np.zeros(0, np.uint64), np.zeros(0, np.uint64), np.zeros(0, np.int32))


@dataclass(slots=True)
class PeriodNoise:
    """Vectors of what a period said, with the number of rows and the hash of the matter of each."""

    vectors: NDArray[np.float16]
    rows: NDArray[np.int32]
    matters: NDArray[np.uint64]


@dataclass(slots=True)
class State:
    """The tracker's memory. `load_rows` and `load_noise` fetch a period's blob when it is needed."""

    encoder: WordVectors
    period: str = "week"
    issues: list[Issue] = field(default_factory=list)
    middles: Middles = field(default_factory=Middles)
    volumes: dict[str, int] = field(default_factory=dict)
    series: dict[str, dict[str, int]] = field(default_factory=dict)
    series_alerts: dict[str, str] = field(default_factory=dict)
    background: Counter[str] = field(default_factory=Counter)
    background_rows: int = 0
    recent: dict[str, Counter[str]] = field(default_factory=dict)
    pool: dict[str, Waiting] = field(default_factory=dict)
    alerts: list[Alert] = field(default_factory=list)
    rows: dict[str, PeriodRows] = field(default_factory=dict)
    noise: dict[str, PeriodNoise] = field(default_factory=dict)
    changed: set[str] = field(default_factory=set)
    fetch: Callable[[str], bytes | None] = lambda _: None
    encoded: dict[str, Floats] = field(default_factory=dict)

    def encode(self, matters: Sequence[Matter]) -> Floats:
        """The vectors of matters; those of the pool are kept from period to period."""
        missing = {m.key: m for m in matters if m.key not in self.encoded}
        if missing:
            fresh = self.encoder.encode(tuple(missing.values()))
            self.encoded.update(zip(missing, fresh, strict=True))
        if not matters:
            return self.encoder.encode(())
        return np.vstack([self.encoded[m.key] for m in matters])

    def forget(self) -> None:
        """Keep the vectors of the pool alone."""
        self.encoded = {key: self.encoded[key] for key in self.pool if key in self.encoded}

    def rows_of(self, period: str) -> PeriodRows:
        """The rows of a period, fetched once."""
        if period not in self.rows:
            data = self.fetch(f"rows-{period}.safetensors")
            tensors = _tensors(data) if data else {}
            empty = PeriodRows.empty()
            self.rows[period] = (
                PeriodRows(tensors["keys"], tensors["matters"], tensors["issues"]) if tensors else empty
            )
        return self.rows[period]

    def noise_of(self, period: str) -> PeriodNoise | None:
        """What a period said, fetched once."""
        if period not in self.noise:
            data = self.fetch(f"noise-{period}.safetensors")
            if data is None:
                return None
            tensors = _tensors(data)
            self.noise[period] = PeriodNoise(tensors["vectors"], tensors["rows"], tensors["matters"])
        return self.noise[period]

    def periods(self) -> list[str]:
        """Dated periods seen so far, in order, those without rows in between not invented."""
        return sorted(period for period in self.volumes if period)


_BLOB_EVER = "encoder-"


def pack(state: State, *, with_encoder: bool) -> dict[str, bytes]:
    """The blobs that this state's changes touch, by name; unchanged periods are not among them."""
    from safetensors.numpy import save

    blobs: dict[str, bytes] = {}
    if with_encoder:
        e = state.encoder
        files = vector_files(e.words, e.vectors, e.weights, about={"for": "this ledger"})
        blobs |= {f"{_BLOB_EVER}{name}": data for name, data in files.items()}
    blobs["issues.jsonl"] = _lines(issue.to_dict() for issue in state.issues)
    blobs["alerts.jsonl"] = _lines({n: getattr(a, n) for n in Alert.__slots__} for a in state.alerts)
    blobs["pool.jsonl"] = _lines(state.pool[key].to_dict() for key in sorted(state.pool))
    blobs["issues.safetensors"] = save({"middles": np.ascontiguousarray(state.middles.sums)})
    meta = {
        "period": state.period,
        "volumes": state.volumes,
        "series": state.series,
        "series_alerts": state.series_alerts,
        "background": dict(sorted(state.background.items())),
        "background_rows": state.background_rows,
        "recent": {period: dict(sorted(counts.items())) for period, counts in state.recent.items()},
    }
    blobs["meta.json"] = json.dumps(meta, ensure_ascii=False, sort_keys=True).encode()
    for period in sorted(state.changed):
        rows = state.rows[period]
        blobs[f"rows-{period}.safetensors"] = save(
            {"keys": rows.keys, "matters": rows.matters, "issues": rows.issues}
        )
        if period in state.noise:
            noise = state.noise[period]
            blobs[f"noise-{period}.safetensors"] = save(
                {"vectors": noise.vectors, "rows": noise.rows, "matters": noise.matters}
            )
    return blobs


def unpack(fetch: Callable[[str], bytes | None], encoder: WordVectors) -> State:
    """The state from its blobs. Raises ModelError when one is missing or unreadable."""
    try:
        meta = json.loads(_need(fetch, "meta.json"))
        tensors = _tensors(_need(fetch, "issues.safetensors"))
        issues = [Issue.from_dict(record) for record in _objects(_need(fetch, "issues.jsonl"))]
        waiting = [Waiting.from_dict(record) for record in _objects(_need(fetch, "pool.jsonl"))]
        return State(
            encoder,
            period=meta["period"],
            issues=issues,
            middles=Middles(tensors["middles"]),
            volumes=meta["volumes"],
            series=meta["series"],
            series_alerts=meta["series_alerts"],
            background=Counter(meta["background"]),
            background_rows=meta["background_rows"],
            recent={period: Counter(counts) for period, counts in meta["recent"].items()},
            pool={one.matter.key: one for one in waiting},
            alerts=[Alert(**record) for record in _objects(_need(fetch, "alerts.jsonl"))],
            fetch=fetch,
        )
    except (ValueError, KeyError, TypeError) as error:
        raise ModelError(f"the ledger cannot be read ({error}); restore the folder of --state") from error


def _need(fetch: Callable[[str], bytes | None], name: str) -> bytes:
    data = fetch(name)
    if data is None:
        raise ModelError(f"the ledger has no {name}; restore the folder of --state from a copy")
    return data


def _tensors(data: bytes) -> dict[str, NDArray[Any]]:
    from safetensors.numpy import load

    return dict(load(data))


def _lines(records: Any) -> bytes:
    return "".join(
        json.dumps(record, ensure_ascii=False, sort_keys=True) + "\n" for record in records
    ).encode()


def _objects(data: bytes) -> list[dict[str, Any]]:
    return [json.loads(line) for line in data.decode().splitlines()]


def no_encoder() -> WordVectors:
    """An encoder without words, for a ledger whose encoder lies elsewhere."""
    return WordVectors({}, np.zeros((0, MEANING), np.float32), np.zeros(0, np.float32))
