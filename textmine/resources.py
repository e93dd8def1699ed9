"""Where the packaged lexicons and models are. Paths only: no parsing, no heavy import."""

from __future__ import annotations

from importlib.resources import as_file, files
from pathlib import Path

from .errors import ModelError


def lexicon_path(*parts: str) -> Path:
    """Path of a packaged lexicon file or folder, for example `lexicon_path("cues", "concepts")`."""
    return _path("textmine.lexicons", *parts)


def model_path(name: str) -> Path:
    """Folder of a packaged model by name; raises ModelError listing the names there are."""
    models = installed_models()
    if name not in models:
        raise ModelError(f"no model named {name!r} is installed; there are: {', '.join(models) or 'none'}")
    return models[name]


def installed_models() -> dict[str, Path]:
    """Packaged models: name → folder."""
    return {path.parent.name: path.parent for path in sorted(_path("textmine.models").glob("*/model.json"))}


def _path(package: str, *parts: str) -> Path:
    # Installed wheels are unpacked folders, so the path outlives the context.
    with as_file(files(package).joinpath(*parts)) as path:
        return path
