"""The middles of issues: sums of the vectors of what was said, and their directions. Numbers only."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


class Middles:
    """A growing table of sums, one row an issue; directions are worked out anew where a sum has changed."""

    def __init__(self, sums: Floats | None = None) -> None:
        self._sums = np.zeros((0, 1), np.float32) if sums is None else np.array(sums, np.float32)
        self._units = np.zeros_like(self._sums)
        self._rows = len(self._sums)
        self._stale = set(range(self._rows))

    def __len__(self) -> int:
        return self._rows

    def __getitem__(self, number: int) -> Floats:
        return np.asarray(self._sums[: self._rows][number])

    def append(self, dimensions: int) -> None:
        """Room for one more issue, of which nothing is said yet."""
        if self._rows == len(self._sums):
            grown = np.zeros((max(16, 2 * self._rows), dimensions), np.float32)
            units = grown.copy()
            if self._rows:
                grown[: self._rows], units[: self._rows] = self._sums, self._units
            self._sums, self._units = grown, units
        self._rows += 1

    def add(self, number: int, vector: Floats) -> None:
        """Add what was said, or another sum, to one."""
        self._sums[number] += vector
        self._stale.add(number)

    @property
    def sums(self) -> Floats:
        """All sums (issues, dimensions)."""
        return self._sums[: self._rows]

    def units(self, numbers: Sequence[int] | None = None) -> Floats:
        """Directions (issues, dimensions): unit vectors of all, or of some in the order asked for."""
        if self._stale:
            stale = sorted(self._stale)
            self._units[stale] = units(self._sums[stale])
            self._stale.clear()
        return self._units[: self._rows] if numbers is None else self._units[list(numbers)]


def unit(vector: Floats) -> Floats:
    """The vector with length 1."""
    return np.asarray(vector / max(float(np.linalg.norm(vector)), 1e-9), np.float32)


def units(rows: Floats) -> Floats:
    """The rows with length 1."""
    lengths = np.sqrt(np.einsum("ij,ij->i", rows, rows))
    return np.asarray(rows / np.maximum(lengths, 1e-9)[:, None], np.float32)
