"""The evidence that corrects counts, from files: a model's error_rates.json, a folder's reviewed rows.

Reads and checks that the evidence belongs to what it is to correct. Estimates nothing.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from textmine.classify.model import weights_sha256
from textmine.classify.reader import DEFAULT_MODEL
from textmine.counts.correction import Correction
from textmine.counts.error_rates import ErrorRates
from textmine.counts.pareto import Counting
from textmine.errors import InputError, ModelError
from textmine.io.manifest import Manifest
from textmine.io.reviewed import read_reviewed
from textmine.resources import model_path

ERROR_RATES = "error_rates.json"


def model_correction(
    model: str | None,
    sha256: str | None,
    *,
    min_precision: object = None,
    counting: Counting = "all",
    reviewed: ErrorRates | None = None,
    chosen: bool = False,
) -> Correction:
    """The correction that the model (packaged name or folder, by default the usual one) brings.

    `sha256` is that of the weights that read the rows: another model's error rates would correct nothing,
    unless the reader of a report has `chosen` them. Error rates hold for the usual thresholds and for all
    causes of a row. Raises InputError for damaged error rates, ModelError for a chosen model that is not
    there.
    """
    if counting == "primary":
        return Correction(reason="primary causes only")
    if min_precision is not None:
        return Correction(reason="other thresholds")
    try:
        folder = Path(model) if model and Path(model).is_dir() else model_path(model or DEFAULT_MODEL)
    except ModelError:
        if chosen:
            raise
        return Correction(reason="other model")
    if not chosen and (sha256 is None or weights_sha256(folder) != sha256):
        return Correction(reason="other model")
    rates = rates_in(folder / ERROR_RATES)
    if rates is None or not rates.rows:
        return Correction(reason="no error rates")
    return Correction(rates, reviewed)


def folder_correction(
    folder: Path,
    manifest: Manifest,
    *,
    model: str | None = None,
    counting: Counting = "all",
    reviewed: ErrorRates | None = None,
) -> Correction:
    """The correction of a classified folder's counts, its reviewed rows included.

    Rows reviewed under another classification are left out, and the correction says so. A folder put under
    another code frame has codes that the error rates do not know.
    """
    if manifest.options.get("reframed_from") not in (None, manifest.taxonomy.version):
        return Correction(reason="other frame")
    named = model or manifest.options.get("model")
    correction = model_correction(
        str(named) if named else None,
        manifest.model.sha256 if manifest.model else None,
        min_precision=manifest.options.get("min_precision"),
        counting=counting,
        reviewed=reviewed,
        chosen=model is not None,
    )
    if reviewed or correction.error_rates is None:
        return correction
    return _with_reviewed(correction, folder, manifest)


def _with_reviewed(correction: Correction, folder: Path, manifest: Manifest) -> Correction:
    """With the folder's own reviewed rows, or the reason why they are not used."""
    found = read_reviewed(folder, manifest)
    if found is None:
        return correction
    if not found.fits:
        return replace(correction, reviewed_reason="other classification")
    return replace(correction, reviewed=found.rates)


def rates_in(path: Path) -> ErrorRates | None:
    """The error rates in a file, None where there is no such file."""
    if not path.is_file():
        return None
    try:
        return ErrorRates.from_dict(json.loads(path.read_text(encoding="utf-8")))
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(
            f"{path}: cannot be read as error rates ({error}); evaluate the model again"
        ) from error
