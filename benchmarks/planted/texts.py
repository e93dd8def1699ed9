"""The planted issues as written down: one file a kind in a folder, one verbatim a line.

A heading names the issue, what its label ought to say and, where it happens in one region only, that region:

    [mast_jinyuan] 锦澜湾 基站/铁塔 信号/无服务 @桐川市

Words with a slash are alternatives. Knows no stream and no scores.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

FOLDERS = ("texts", "held")
"""The first is what trackers may be tuned on, the second what they may not."""


@dataclass(frozen=True, slots=True)
class PlantedIssue:
    """One issue: `keys` are groups of alternative words for its label, `region` is '' for everywhere."""

    name: str
    kind: str
    keys: tuple[tuple[str, ...], ...]
    region: str
    texts: tuple[str, ...]


@lru_cache(maxsize=len(FOLDERS))
def planted_issues(folder: str = FOLDERS[0]) -> dict[str, PlantedIssue]:
    """Every issue of a folder by its name, the kinds in the order of their file names."""
    paths = sorted((Path(__file__).parent / folder).glob("*.txt"))
    issues = [issue for path in paths for issue in read_issues(path)]
    return {issue.name: issue for issue in issues}


def read_issues(path: Path) -> list[PlantedIssue]:
    """The issues of one kind. A text before the first heading is a ValueError that names the line."""
    found: list[PlantedIssue] = []
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        if line.startswith("["):
            found.append(_heading(line, path.stem))
        elif line and found:
            last = found[-1]
            found[-1] = PlantedIssue(last.name, last.kind, last.keys, last.region, (*last.texts, line))
        elif line:
            raise ValueError(f"{path}:{number}: a text without a heading; write [name] and its keys first")
    return found


def _heading(line: str, kind: str) -> PlantedIssue:
    name, _, rest = line[1:].partition("]")
    said, _, region = rest.partition("@")
    keys = tuple(tuple(group.split("/")) for group in said.split())
    return PlantedIssue(name, kind, keys, region.strip(), ())
