"""Precision, recall and speed of PII masking on the case files of the tests.

    python benchmarks/mask_accuracy.py

A found span counts when it is exactly the marked one and of its kind. Prints one line per kind and the total.
"""

from __future__ import annotations

import re
import time
from collections import Counter
from pathlib import Path

from textmine.text.mask import mask, mask_spans

CASES = Path(__file__).parents[1] / "tests" / "text" / "cases"
SPEED_TEXT = (
    "办的时候说好每月19元，结果账单出来多扣了39.9元，打客服电话"
    "等了半个小时没人接，营业厅又让我自己找平台，太气人了。"
)


def expected() -> list[tuple[str, set[tuple[str, int, int]]]]:
    """Every case: its text and the spans `(kind, start, end)` that a careful reader marks."""
    cases: list[tuple[str, set[tuple[str, int, int]]]] = []
    for line in _lines("mask_positive.tsv"):
        kinds, marked = line.split("\t")
        spans = [
            (m.start() - 2 * i, m.end() - 2 * i - 2) for i, m in enumerate(re.finditer("⟦[^⟧]*⟧", marked))
        ]
        names = kinds.split("+") if "+" in kinds else [kinds] * len(spans)
        found = {(kind, *span) for kind, span in zip(names, spans, strict=True)}
        cases.append((re.sub("[⟦⟧]", "", marked), found))
    return cases + [(text, set()) for text in _lines("mask_negative.tsv")]


def _lines(name: str) -> list[str]:
    return [line for line in (CASES / name).read_text("utf-8").splitlines() if not line.startswith("# ")]


def main() -> None:
    right: Counter[str] = Counter()
    wanted: Counter[str] = Counter()
    found: Counter[str] = Counter()
    for text, spans in expected():
        got = {tuple(pii) for pii in mask_spans(text)}
        right.update(kind for kind, _, _ in got & spans)
        wanted.update(kind for kind, _, _ in spans)
        found.update(pii[0] for pii in got)
    for kind in sorted(wanted | found):
        print(f"{kind:10} recall {right[kind]}/{wanted[kind]}  precision {right[kind]}/{found[kind]}")
    hits = right.total()
    print(f"{'all':10} recall {hits / wanted.total():.3f}  precision {hits / found.total():.3f}")
    rows = [SPEED_TEXT[:60]] * 100_000
    begin = time.perf_counter()
    for row in rows:
        mask(row)
    print(f"{len(rows) / (time.perf_counter() - begin):,.0f} rows of 60 characters without PII a second")


if __name__ == "__main__":
    main()
