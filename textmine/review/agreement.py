"""How far coders agree beyond chance: Cohen's kappa for two, Krippendorff's alpha for any number.

Cohen, J. (1960), A coefficient of agreement for nominal scales. Krippendorff, K. (2019), Content Analysis,
4th ed., ch. 12. Passonneau, R. (2006), Measuring agreement on set-valued items (MASI).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TypeVar

from .verdicts import Verdict

T = TypeVar("T", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Agreement:
    """Agreement on rows that at least two coders judged; None where there is nothing to measure.

    `kappa` maps each pair of coders to Cohen's kappa on the primary cause; `alpha_primary` is nominal alpha
    on the primary cause, `alpha_causes` alpha on the sets of causes with MASI distance.
    """

    rows: int
    kappa: Mapping[tuple[str, str], float | None]
    alpha_primary: float | None
    alpha_causes: float | None


def agreement(verdicts: Sequence[Verdict]) -> Agreement:
    """Agreement of the coders; a coder's later verdict on a row replaces his earlier one, final ones are left
    out."""
    by_row: dict[str, dict[str, Verdict]] = {}
    for verdict in verdicts:
        if verdict.final:
            continue
        by_row.setdefault(verdict.key, {})[verdict.coder] = verdict
    shared = [said for said in by_row.values() if len(said) > 1]
    coders = sorted({coder for said in shared for coder in said})
    kappas = {}
    for one, other in combinations(coders, 2):
        both = [(said[one].primary, said[other].primary) for said in shared if one in said and other in said]
        if both:
            kappas[one, other] = cohen_kappa(both)
    primaries = [[verdict.primary for verdict in said.values()] for said in shared]
    sets = [[verdict.codes for verdict in said.values()] for said in shared]
    return Agreement(
        len(shared),
        kappas,
        krippendorff_alpha(primaries, lambda a, b: float(a != b)),
        krippendorff_alpha(sets, masi_distance),
    )


def cohen_kappa(pairs: Sequence[tuple[str, str]]) -> float | None:
    """Kappa of two coders' labels of the same rows; None when both used one and the same label only."""
    n = len(pairs)
    seen = sum(a == b for a, b in pairs) / n
    first, second = Counter(a for a, _ in pairs), Counter(b for _, b in pairs)
    chance = sum(first[label] * second[label] for label in first) / n**2
    return None if chance == 1 else (seen - chance) / (1 - chance)


def krippendorff_alpha(units: Sequence[Sequence[T]], distance: Callable[[T, T], float]) -> float | None:
    """Alpha over units of two or more labels each; None without pairs, or when all labels are the same.

    `distance` is 0 for equal labels and at most 1. Units may have different numbers of labels.
    """
    units = [unit for unit in units if len(unit) > 1]
    labels = Counter(label for unit in units for label in unit)
    total = labels.total()
    observed = sum(
        2 * sum(distance(a, b) for a, b in combinations(unit, 2)) / (len(unit) - 1) for unit in units
    )
    expected = 2 * sum(labels[a] * labels[b] * distance(a, b) for a, b in combinations(labels, 2))
    if not expected:
        return None
    return 1 - (total - 1) * observed / expected


def masi_distance(one: frozenset[str], other: frozenset[str]) -> float:
    """1 - Jaccard x monotonicity: 0 for equal sets, less than 1 for sets that share something."""
    if one == other:
        return 0.0
    shared = len(one & other)
    if not shared:
        return 1.0
    monotone = 2 / 3 if one <= other or other <= one else 1 / 3
    return 1 - shared / len(one | other) * monotone
