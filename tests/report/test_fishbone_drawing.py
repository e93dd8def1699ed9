"""The fishbone's geometry: no label covers another, whatever hangs on the bones."""

from __future__ import annotations

import os
import shutil
import subprocess
import xml.etree.ElementTree as ET
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from textmine.counts.fishbone import Bone, Fishbone, to_mermaid
from textmine.report.svg.canvas import Drawing
from textmine.report.svg.fishbone import draw_fishbone, layout


def diagram(shape: list[list[int]], *, name: str = "业务办理慢又没有人管", n: int = 12345) -> Fishbone:
    """Branches with causes that have so many subcauses each."""
    branches = []
    for i, causes in enumerate(shape):
        bones = []
        for j, subs in enumerate(causes):
            leaves = tuple(Bone("subcause", f"c{j}.s{k}", f"{name}{k}", f"Slow {k}", n) for k in range(subs))
            bones.append(Bone("cause", f"c{j}", f"{name}{j}", f"Cause number {j}", n, leaves))
        branches.append(Bone("branch", f"b{i}", f"分支{i}", f"Branch {i}", n, tuple(bones)))
    return Fishbone("5m1e", Bone("problem", "", "客户不满", "Dissatisfaction", n, tuple(branches)))


def overlaps(drawing: Drawing) -> list[tuple[str, str]]:
    return [(a.text, b.text) for a, b in combinations(drawing.boxes, 2) if a.overlaps(b)]


def outside(drawing: Drawing) -> list[str]:
    return [
        box.text
        for box in drawing.boxes
        if box.x < 0 or box.y < 0 or box.x + box.width > drawing.width or box.y + box.height > drawing.height
    ]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_six_branches_of_eight_causes_do_not_overlap(lang: str) -> None:
    drawing = draw_fishbone(diagram([[3] * 8] * 6), lang="en" if lang == "en" else "zh")

    assert len(drawing.boxes) == 2 + 6 + 6 * 8 + 6 * 8 * 2
    assert overlaps(drawing) == []
    assert outside(drawing) == []


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.lists(st.integers(0, 5), min_size=0, max_size=10), min_size=1, max_size=7),
    st.text(alphabet="慢查询APP mi，/", min_size=1, max_size=40),
)
def test_no_shape_of_tree_makes_labels_overlap(shape: list[list[int]], name: str) -> None:
    drawing = draw_fishbone(diagram(shape, name=name), lang="zh")

    assert overlaps(drawing) == []
    assert outside(drawing) == []


def test_labels_do_not_touch_the_bone_they_hang_on() -> None:
    placed = layout(diagram([[3] * 8] * 6), lang="zh")
    spine = next(stroke for stroke in placed.strokes if stroke.kind == "spine")

    assert all(label.y != spine.y1 for label in placed.labels)
    assert all(label.x < placed.head_x for label in placed.labels)


def test_what_is_left_out_is_summed_up() -> None:
    placed = layout(diagram([[0] * 11], n=10), lang="zh")

    assert "另 3 项 30" in [label.text for label in placed.labels]


def test_the_drawing_is_well_formed_svg_with_all_counts() -> None:
    drawing = draw_fishbone(diagram([[1], [1]], name='<b>&"坏'), lang="zh")

    root = ET.fromstring(drawing.standalone())  # noqa: S314 - our own drawing
    words = [element.text for element in root.iter() if element.tag.endswith("text")]
    assert '<b>&"坏0 12,345' in words


MERMAID = """
import { JSDOM } from "jsdom";
import { readFileSync } from "node:fs";
const window = new JSDOM("<body></body>").window;
globalThis.window = window; globalThis.document = window.document;
for (const n of ["Element", "SVGElement", "HTMLElement", "Node", "DOMParser"]) globalThis[n] = window[n];
window.SVGElement.prototype.getBBox = function () {
  return { x: 0, y: 0, width: 12 * (this.textContent || "").length, height: 16 };
};
globalThis.CSSStyleSheet = class { cssRules = []; insertRule() {} replaceSync() {} };
window.SVGElement.prototype.getComputedTextLength = function () {
  return 12 * (this.textContent || "").length;
};
const { default: mermaid } = await import("mermaid");
mermaid.initialize({ startOnLoad: false, securityLevel: "strict" });
const { svg } = await mermaid.render("bone", readFileSync(process.argv[2], "utf8"));
console.log(svg);
"""


def _node_modules() -> Path | None:
    """A folder with mermaid and jsdom: beside this checkout or where NODE_PATH says."""
    places = [
        Path(__file__).parents[2] / "node_modules",
        *map(Path, os.environ.get("NODE_PATH", "").split(":")),
    ]
    return next((p for p in places if (p / "mermaid").is_dir() and (p / "jsdom").is_dir()), None)


def test_mermaid_draws_the_exported_text(tmp_path: Path) -> None:
    node, modules = shutil.which("node"), _node_modules()
    if node is None or modules is None:
        pytest.skip("needs node with the packages mermaid (11.12.3 or later) and jsdom")
    bones = diagram([[2, 1], [1]], name="不明扣费;%多扣费#<b>", n=7)
    (tmp_path / "bone.mmd").write_text(to_mermaid(bones), "utf-8")
    (tmp_path / "draw.mjs").write_text(MERMAID, "utf-8")
    (tmp_path / "node_modules").symlink_to(modules)

    done = subprocess.run(
        [node, "draw.mjs", "bone.mmd"], cwd=tmp_path, capture_output=True, encoding="utf-8", check=False
    )

    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.startswith("<svg")
    for words in ("客户不满", "分支0", "多扣费"):
        assert words in done.stdout
