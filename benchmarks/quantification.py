"""Do corrected counts cover the truth, and are they nearer to it than raw counts? A simulation that answers.

The population is a real classifier's mistakes: out-of-fold predictions of a plain linear model on the
labelled corpus, as patterns of (true causes, predicted causes). Each run draws held-out rows from it, then
a batch from the same population with the odds of every cause (and of no cause) multiplied by exp(Normal(0,
shift)), counts tags in the batch, corrects the counts with the held-out rows, and compares with the batch's
true counts.

    python benchmarks/quantification.py --runs 500

`--reviewed` gives the truth of so many rows of the batch, drawn by lot, as people would set it; `--lost`
takes a share of the batch's tags away, so that held-out rows praise the model too much.

Prints mean absolute error by method and the coverage of 90 % ranges, over all causes and runs.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.multiclass import OneVsRestClassifier

from textmine.counts.correct import correct_tagged
from textmine.counts.error_rates import ErrorRates

CORPUS = Path(__file__).parents[1] / "data_samples" / "corpus"
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Population:
    """Truth and prediction by row (rows) and cause (columns)."""

    causes: tuple[str, ...]
    true: Bools
    tagged: Bools


@dataclass(frozen=True, slots=True)
class Errors:
    """One run: errors by cause of three ways to count, and whether the range held the truth."""

    raw: NDArray[np.float64]
    adjusted: NDArray[np.float64]
    corrected: NDArray[np.float64]
    covered: Bools


def population(corpus: Path, *, seed: int = 0, folds: int = 4) -> Population:
    """Out-of-fold predictions of TF-IDF + logistic regression, threshold by best F1 a cause."""
    rows = {}
    for file in sorted(corpus.glob("*.jsonl")):
        for line in file.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            rows.setdefault(row["text"], {tag["code"].partition(".")[0] for tag in row["causes"]})
    texts = np.array(list(rows), dtype=object)
    causes = tuple(sorted(set().union(*rows.values())))
    true = np.array([[cause in has for cause in causes] for has in rows.values()])
    fold = np.random.default_rng(seed).integers(0, folds, len(texts))
    scores = np.zeros(true.shape)
    for part in range(folds):
        features = TfidfVectorizer(analyzer="char", ngram_range=(1, 2), min_df=3, sublinear_tf=True)
        learner = LogisticRegression(C=10, solver="liblinear", class_weight="balanced")
        model = OneVsRestClassifier(learner).fit(
            features.fit_transform(texts[fold != part]), true[fold != part]
        )
        scores[fold == part] = model.predict_proba(features.transform(texts[fold == part]))
    tagged = np.column_stack(
        [scores[:, j] > best_threshold(scores[:, j], true[:, j]) for j in range(len(causes))]
    )
    return Population(causes, true, tagged)


def best_threshold(scores: NDArray[np.float64], true: Bools) -> float:
    def f1(threshold: float) -> float:
        tagged = scores > threshold
        return float(2 * (tagged & true).sum() / (tagged.sum() + true.sum()))

    return max((float(t) for t in np.linspace(0.1, 0.9, 33)), key=f1)


def held_out_rates(people: Population, rows: NDArray[np.int64]) -> ErrorRates:
    def names(row: Bools) -> tuple[str, ...]:
        return tuple(cause for cause, has in zip(people.causes, row, strict=True) if has)

    return ErrorRates.from_rows((names(people.true[i]), names(people.tagged[i])) for i in rows)


def run_once(
    people: Population,
    *,
    held_out: int,
    rows: int,
    shift: float,
    seed: int,
    reviewed: int = 0,
    lost: float = 0.0,
) -> Errors:
    rng = np.random.default_rng(seed)
    known = rng.integers(0, len(people.true), held_out)
    odds = rng.normal(0, shift, len(people.causes) + 1)
    tilt = np.exp(people.true @ odds[:-1] + ~people.true.any(axis=1) * odds[-1])
    batch = rng.choice(len(people.true), rows, p=tilt / tilt.sum())
    tagged = people.tagged[batch] & (rng.random((rows, len(people.causes))) >= lost)
    truth, counts = people.true[batch].sum(axis=0), tagged.sum(axis=0)
    found = dict(zip(people.causes, counts.tolist(), strict=True))
    drawn = rng.choice(rows, min(reviewed, rows), replace=False)
    seen = Population(people.causes, people.true[batch], tagged)
    intervals = correct_tagged(
        found,
        rows,
        held_out_rates(people, known),
        reviewed=held_out_rates(seen, drawn) if reviewed else None,
        seed=seed,
    ).intervals(level=0.9)
    low, middle, high = (
        np.array([getattr(intervals[c], part) for c in people.causes]) for part in ("low", "value", "high")
    )
    tpr = (people.true & people.tagged)[known].sum(axis=0) / people.true[known].sum(axis=0)
    fpr = (~people.true & people.tagged)[known].sum(axis=0) / (~people.true)[known].sum(axis=0)
    adjusted = np.clip((counts / rows - fpr) / (tpr - fpr), 0, 1) * rows
    return Errors(
        raw=np.abs(counts - truth),
        adjusted=np.abs(adjusted - truth),
        corrected=np.abs(middle - truth),
        covered=(low <= truth) & (truth <= high),
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=500)
    parser.add_argument("--held-out", type=int, default=3000)
    parser.add_argument("--rows", type=int, nargs="+", default=[20_000])
    parser.add_argument("--shift", type=float, nargs="+", default=[0.8])
    parser.add_argument("--reviewed", type=int, nargs="+", default=[0])
    parser.add_argument("--lost", type=float, nargs="+", default=[0.0])
    parser.add_argument("--corpus", type=Path, default=CORPUS)
    options = parser.parse_args()
    people = population(options.corpus)
    print(
        f"{len(people.true)} rows, {len(people.causes)} causes; {options.runs} runs, "
        f"{options.held_out} held-out rows"
    )
    print(
        f"{'rows':>7} {'shift':>6} {'lost':>5} {'reviewed':>8} {'raw':>8} {'adjusted':>9} "
        f"{'textmine':>9} {'÷ raw':>6} {'coverage':>9} {'worst cause':>12}"
    )
    for rows, shift, lost, reviewed in product(options.rows, options.shift, options.lost, options.reviewed):
        runs = [
            run_once(
                people,
                held_out=options.held_out,
                rows=rows,
                shift=shift,
                seed=seed,
                reviewed=reviewed,
                lost=lost,
            )
            for seed in range(options.runs)
        ]
        raw, adjusted, ours = (
            float(np.mean([getattr(r, name) for r in runs])) for name in ("raw", "adjusted", "corrected")
        )
        covered = np.mean([r.covered for r in runs], axis=0)
        print(
            f"{rows:>7} {shift:>6} {lost:>5} {reviewed:>8} {raw:>8.1f} {adjusted:>9.1f} "
            f"{ours:>9.1f} {ours / raw:>6.2f} {covered.mean():>9.3f} {covered.min():>12.3f}"
        )


if __name__ == "__main__":
    main()
