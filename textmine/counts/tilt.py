"""Held-out rows reweighted to a batch's mix of causes: the error rates a classifier has *there*.

A code's false alarms come from particular other causes and its misses depend on what else a row is about, so
its error rates move when the mix of causes moves. Here each held-out row gets the weight exp(θ · its true
causes), with θ such that the weighted rows are tagged as often, cause by cause, as the batch is. That is
label shift (prior-probability shift) for rows with several labels: P(tags | true causes) is taken to be
stable, the odds of each true cause are not. Numbers in, numbers out; no randomness.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from .error_rates import ErrorRates, with_causes

Array = NDArray[np.float64]

TILT_SD = 1.0
"""Prior sd of each θ: shifts of odds by e are usual, tenfold ones need evidence. In the simulation of
`benchmarks/quantification.py` 0.7, 1.0 and 1.5 differ by less than 3 % in error."""
_ROUNDS = 12
_LIMIT = 8.0


@dataclass(frozen=True, slots=True)
class WeightedConfusion:
    """Rows by truth and prediction of one code, as effective numbers of reweighted rows."""

    tp: float
    fn: float
    fp: float
    tn: float


@dataclass(frozen=True, slots=True, eq=False)
class _Layout:
    """What does not change from batch to batch: the patterns as matrices, alike ones put together.

    The weight of a pattern depends on its causes only, so θ is found on `kinds` and `tags` of distinct
    combinations of causes with `n` rows each; `which` says which combination a pattern is of.
    """

    codes: tuple[str, ...]
    causes: tuple[str, ...]
    is_true: NDArray[np.bool_]
    is_found: NDArray[np.bool_]
    rows: Array
    which: NDArray[np.intp]
    n: Array
    kinds: Array
    tags: Array


def tilted_confusions(
    tagged: Mapping[str, int], rows: int, error_rates: ErrorRates
) -> dict[str, WeightedConfusion]:
    """Confusions of every evaluated code in the mix of causes of a batch: `tagged` of its `rows` by code."""
    layout = _layout(error_rates)
    share = np.array([tagged.get(cause, 0) for cause in layout.causes], dtype=float) / max(rows, 1)
    factor = _tilt(layout.n, layout.kinds, layout.tags, share, rows) / layout.n
    weights = layout.rows * factor[layout.which]
    tables = {}
    for j, code in enumerate(layout.codes):
        positive, found = layout.is_true[:, j], layout.is_found[:, j]
        negative = ~positive
        tp, fn = _effective(layout.rows[positive], weights[positive], found[positive])
        fp, tn = _effective(layout.rows[negative], weights[negative], found[negative])
        tables[code] = WeightedConfusion(tp, fn, fp, tn)
    return tables


@lru_cache(maxsize=4)
def _layout(error_rates: ErrorRates) -> _Layout:
    codes = error_rates.codes
    causes = tuple(code for code in codes if "." not in code)
    true = [with_causes(pattern.true) for pattern in error_rates.patterns]
    found = [with_causes(pattern.predicted) for pattern in error_rates.patterns]
    n = np.array([pattern.n for pattern in error_rates.patterns], dtype=float)
    known = n > 0
    kinds = np.column_stack([_indicators(true, causes), [not row for row in true]])[known]
    combined = np.column_stack([kinds, _indicators(found, causes)[known]])
    alike, which = np.unique(combined, axis=0, return_inverse=True)
    return _Layout(
        codes,
        causes,
        _indicators(true, codes)[known],
        _indicators(found, codes)[known],
        n[known],
        which.ravel(),
        np.bincount(which.ravel(), weights=n[known]).astype(np.float64),
        alike[:, : len(causes) + 1].astype(float),
        alike[:, len(causes) + 1 :].astype(float),
    )


def _tilt(n: Array, kinds: Array, tags: Array, share: Array, rows: int) -> Array:
    """Weights of the combinations, summing to the held-out rows: penalised Gauss–Newton on tagged shares."""
    theta = np.zeros(kinds.shape[1])
    sampling = 1.0 / max(rows, 1) + 1.0 / n.sum()
    for _ in range(_ROUNDS):
        weights = _weights(n, kinds, theta)
        mean = weights @ tags
        jacobian = (tags * weights[:, None]).T @ (kinds - weights @ kinds)
        precision = 1.0 / (np.maximum(mean, 0.5 / n.sum()) * sampling)
        hessian = (jacobian.T * precision) @ jacobian + np.eye(len(theta)) / TILT_SD**2
        gradient = jacobian.T @ (precision * (share - mean)) - theta / TILT_SD**2
        step = np.linalg.solve(hessian, gradient)
        theta += step / max(1.0, float(np.abs(step).max()))
    return np.asarray(_weights(n, kinds, theta) * n.sum())


def _weights(n: Array, kinds: Array, theta: Array) -> Array:
    raw = n * np.exp(np.clip(kinds @ theta, -_LIMIT, _LIMIT))
    return np.asarray(raw / raw.sum())


def _effective(n: Array, weights: Array, tagged: NDArray[np.bool_]) -> tuple[float, float]:
    """Tagged and untagged rows at the weighted rate, scaled to Kish's effective sample size."""
    total = float(weights.sum())
    if total <= 0:
        return 0.0, 0.0
    size = total**2 / float((weights**2 / n).sum())
    rate = float(weights[tagged].sum()) / total
    return rate * size, (1 - rate) * size


def _indicators(rows: Sequence[frozenset[str]], codes: Sequence[str]) -> NDArray[np.bool_]:
    matrix = np.zeros((len(rows), len(codes)), dtype=bool)
    column = {code: j for j, code in enumerate(codes)}
    for i, row in enumerate(rows):
        for code in row:
            if code in column:
                matrix[i, column[code]] = True
    return matrix
