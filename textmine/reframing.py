"""Carries a classified folder over to a new code frame: who moves, how the Pareto shifts, what is left open.

Reports, and on request writes the old period under the new frame into another folder; the folder itself is
never changed. Decides nothing about codes: the map of the frames does.
"""

from __future__ import annotations

import csv
import json
import shutil
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from .classify.reader import Reader
from .classify.recode import Recoded, Step, recode
from .classify.refit import Refitted, refit
from .counts.pareto import Level, pareto
from .counts.period import PERIODS
from .counts.shift import Shift, shifts
from .counts.tally import Tally
from .errors import InputError, OutputError, UsageError
from .frame.frame import Frame, Lang
from .frame.mapping import CodeMap, Kind, map_codes
from .io.atomic import atomic_writer
from .io.columns import Columns, detect_columns
from .io.counts_files import write_csv
from .io.counts_folder import Counted, write_counts
from .io.folder import ClassifiedFolder, ClassifiedRow
from .io.identity import column_names, verbatim
from .io.manifest import Manifest, Part, write_manifest
from .io.rates import folder_correction
from .io.rows import Row
from .io.tagged import CausesLong, TaggedChunk, TaggedCsv, TagsJsonl
from .pipeline import CHUNK, Grouping, make_folder

_LEVELS: tuple[Level, ...] = ("cause", "subcause")


@dataclass(frozen=True, slots=True)
class Moved:
    """Tags of one old code that came to one new code, or to none (`new` is None)."""

    old: str
    new: str | None
    kind: Kind
    tags: int
    undecided: int


@dataclass(frozen=True, slots=True)
class Reframed:
    """What came of it: rows, those with another code, those that lost their last cause, undecided tags."""

    folder: Path | None
    rows: int
    rows_changed: int
    rows_without_cause: int
    undecided: int
    moves: tuple[Moved, ...]
    shifts: tuple[Shift, ...]
    corrections: tuple[Refitted, ...]


@dataclass(frozen=True, slots=True)
class ReframeOptions:
    """What may be chosen: `out` is the folder to write, `model` a model trained for the new frame."""

    out: Path | None = None
    mapping: Path | None = None
    corrections: tuple[Path, ...] = ()
    model: str | None = None
    lang: Lang = "zh"


def reframe(
    folder: Path, old: Path | None, new: Path | None, *, options: ReframeOptions | None = None
) -> Reframed:
    """Hold a folder that was classified with `old` against the frame `new` (None: the packaged one).

    Raises InputError (no such folder, mapping or corrections), UsageError (the folder is of another frame, a
    code that a frame does not have, `out` is in use), LexiconError, ModelError, OutputError.
    """
    options = options or ReframeOptions()
    before, after = Frame.load(old), Frame.load(new)
    results = ClassifiedFolder.open(folder)
    _refuse_other_frame(results, before)
    codes = map_codes(before, after, read_mapping(options.mapping) if options.mapping else None)
    corrections = tuple(fitted for path in options.corrections for fitted in refit(_records(path), codes))
    reader = Reader.load(model=options.model, frame=new) if options.model and codes.splits else None
    job = _Job(results, before, after, codes, reader, str(new) if new else None)
    with ExitStack() as stack:
        if options.out is not None:
            job.write_to(stack, options.out)
        for rows in results.chunks(CHUNK):
            job.take(rows)
    if options.out is not None:
        _finish(job, options.out, corrections, options.lang)
    return Reframed(
        options.out, job.rows, job.changed, job.lost, job.undecided, job.moved(), job.shifts(), corrections
    )


def read_mapping(path: Path) -> dict[str, tuple[str, ...]]:
    """What people declare about codes: a CSV with the columns `old` and `new`.

    An old code on several lines was split, a new one on several lines is a merger, an empty new one means
    removed. Raises InputError naming file and line.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            table = csv.DictReader(file)
            if not {"old", "new"} <= set(table.fieldnames or ()):
                raise InputError(f"{path}:1: the columns must be old and new")
            lines = [(table.line_num, line["old"] or "", line["new"] or "") for line in table]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"{path}: cannot be read as a CSV of codes in UTF-8: {error}") from error
    declared: dict[str, tuple[str, ...]] = {}
    for number, code, target in ((n, a.strip(), b.strip()) for n, a, b in lines):
        if not code:
            raise InputError(f"{path}:{number}: the old code is missing")
        declared[code] = (*declared.get(code, ()), *((target,) if target else ()))
    return declared


def _refuse_other_frame(results: ClassifiedFolder, old: Frame) -> None:
    part = results.manifest.taxonomy
    if part.sha256 != old.sha256:
        raise UsageError(
            f"{results.path}: was classified with another frame (version {part.version}) than OLD "
            f"(version {old.version}); name the frame that it was classified with"
        )


def _records(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    try:
        lines = path.read_text("utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: cannot be read as corrections (UTF-8 JSON Lines)") from error
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
            if not all(isinstance(cause["code"], str) for cause in record["causes"]):
                raise ValueError("a code is no text")
        except (ValueError, TypeError, KeyError) as error:
            raise InputError(f"{path}:{number}: not a correction; `review import` writes them") from error
        yield number, record


@dataclass(slots=True)
class _Job:
    """One folder on its way: the running sums, and the writers when there is something to write."""

    results: ClassifiedFolder
    old: Frame
    new: Frame
    codes: CodeMap
    reader: Reader | None
    frame_file: str | None
    rows: int = 0
    changed: int = 0
    lost: int = 0
    undecided: int = 0
    steps: Counter[Step] = field(default_factory=Counter)
    before: Tally = field(init=False)
    after: Tally = field(init=False)
    moved_rows: list[tuple[int, str, str, str, str]] = field(default_factory=list)
    _grouping: Grouping = field(init=False)
    _columns: Columns = field(init=False)
    _writers: tuple[TagsJsonl | TaggedCsv | CausesLong, ...] = ()

    def __post_init__(self) -> None:
        said, kept = self.results.manifest.columns, self.results.kept
        by = tuple(name if name in PERIODS else kept(name)[0] for name in column_names(said["by"]))
        self._columns = detect_columns(
            self.results.columns,
            (),
            text=kept(said["text"]),
            date=next(iter(kept(said["date"])), None),
            by=tuple(name for name in by if name not in PERIODS),
        )
        self._grouping = Grouping.of(by, self._columns)
        self.before, self.after = Tally.empty(), Tally.empty(self._grouping.names)

    @property
    def model_version(self) -> str:
        """Who read the rows, and under which frame: not the same reading as before."""
        model = self.results.manifest.model
        return f"{model.version if model else 'unknown'}+frame-{self.new.sha256[:8]}"

    def write_to(self, stack: ExitStack, out: Path) -> None:
        """Open the files of a new folder. Raises UsageError when there is something in it."""
        if out.exists() and (not out.is_dir() or any(out.iterdir())):
            raise UsageError(f"{out}: is in use; name a new folder, results are never changed in place")
        make_folder(out)
        names, columns = {code: self.new.zh(code) for code in _all_codes(self.new)}, self.results.columns
        place = self._columns
        carry = sorted({*place.by, *([place.date] if place.date is not None else [])})
        versions = {"model_version": self.model_version, "taxonomy_version": self.new.version}
        self._writers = (
            stack.enter_context(TagsJsonl(out / "tags.jsonl", **versions)),
            stack.enter_context(TaggedCsv(out / "tagged.csv", columns, names=names)),
            stack.enter_context(CausesLong(out / "causes_long.csv", columns, names=names, carry=carry)),
        )

    def take(self, rows: Sequence[ClassifiedRow]) -> None:
        """Recode a stretch of rows, count it twice, and write it."""
        scores = self._read_again(rows)
        done = [recode(row.reading, row.evidence, self.codes, scores.get(row.number)) for row in rows]
        for row, recoded in zip(rows, done, strict=True):
            self._note(row, recoded)
        self.before.add([row.reading for row in rows])
        groups = [self._grouping.of_values(row.values) for row in rows] if self._grouping.names else ()
        readings = [recoded.reading for recoded in done]
        self.after.add(readings, groups)
        chunk = TaggedChunk(
            [Row(row.number, 0, row.values) for row in rows],
            [row.id for row in rows],
            readings,
            tuple(recoded.evidence for recoded in done),
        )
        for writer in self._writers:
            writer.write(chunk)

    def _read_again(self, rows: Sequence[ClassifiedRow]) -> Mapping[int, Mapping[str, float]]:
        """Scores by a reader for the new frame, of the rows that have a code that was split."""
        if self.reader is None:
            return {}
        open_ = [row for row in rows if any(tag.code in self.codes.splits for tag in row.reading.tags)]
        text = self.results.kept(self.results.manifest.columns["text"])
        said = (dict(zip(self.results.columns, row.values, strict=True)) for row in open_)
        readings = self.reader.read([verbatim(cells, text) for cells in said])
        return {
            row.number: {tag.code: tag.score for tag in reading.tags}
            for row, reading in zip(open_, readings, strict=True)
        }

    def _note(self, row: ClassifiedRow, recoded: Recoded) -> None:
        self.rows += 1
        self.steps.update(recoded.steps)
        self.undecided += sum(not step.decided for step in recoded.steps)
        self.lost += bool(row.reading.tags) and not recoded.reading.tags
        new = [step for step in recoded.steps if step.new != step.old]
        self.changed += bool(new)
        if self._writers:
            self.moved_rows += [(row.number, row.id, step.old, step.new or "", step.kind) for step in new]

    def moved(self) -> tuple[Moved, ...]:
        """Every old code that did not stay as it was, in the order of the old frame, with its tags."""
        found: dict[tuple[str, str | None], Moved] = {}
        for code, move in self.codes.moves.items():
            if move.kind != "kept":
                one = move.new[0] if len(move.new) == 1 else None
                found[code, one] = Moved(code, one, move.kind, 0, 0)
        for step, n in sorted(self.steps.items(), key=lambda pair: (pair[0].old, pair[0].new or "")):
            if step.kind == "kept":
                continue
            key = step.old, step.new
            seen = found.get(key, Moved(step.old, step.new, step.kind, 0, 0))
            found[key] = replace(
                seen, tags=seen.tags + n, undecided=seen.undecided + (0 if step.decided else n)
            )
        order = {code: place for place, code in enumerate(self.codes.moves)}
        listed = [m for m in found.values() if m.tags or m.kind != "split" or not self._came(m.old)]
        return tuple(sorted(listed, key=lambda m: (order[m.old], -m.tags, m.new or "")))

    def _came(self, code: str) -> bool:
        return any(step.old == code for step in self.steps)

    def shifts(self) -> tuple[Shift, ...]:
        """The Pareto table before and after, causes first."""
        targets = {code: move.new for code, move in self.codes.moves.items()}
        return tuple(
            shift
            for level in _LEVELS
            for shift in shifts(
                pareto(self.before, self.old, level=level), pareto(self.after, self.new, level=level), targets
            )
        )


def _all_codes(frame: Frame) -> tuple[str, ...]:
    return (*frame.codes, *frame.causes)


def _finish(job: _Job, out: Path, corrections: Sequence[Refitted], lang: Lang) -> None:
    """The files that need the whole: counts, moves, corrections, quarantine, and last the manifest."""
    manifest = _manifest(job)
    correction = folder_correction(job.results.path, manifest)
    write_counts(out, job.after, job.new, lang=lang, how=Counted(correction=correction))
    write_csv(out / "moves.csv", ("row", "id", "old", "new", "kind"), job.moved_rows)
    if corrections:
        for name, fits in (("corrections.jsonl", True), ("corrections_unfit.jsonl", False)):
            with atomic_writer(out / name) as file:
                for one in corrections:
                    if (one.fit != "unfit") == fits:
                        file.write(json.dumps(one.record, ensure_ascii=False) + "\n")
    quarantine = job.results.path / "quarantine.jsonl"
    if quarantine.is_file():
        try:
            shutil.copyfile(quarantine, out / quarantine.name)
        except OSError as error:
            raise OutputError(f"{out / quarantine.name}: cannot be written: {error.strerror}") from error
    write_manifest(out / "manifest.json", replace(manifest, correction=correction.to_dict()))


def _manifest(job: _Job) -> Manifest:
    """The manifest of the folder, with the new frame, and the old one among the options."""
    was = job.results.manifest
    status = job.after.cell().status
    model = was.model or Part("", "")
    return replace(
        was,
        taxonomy=Part(job.new.version, job.new.sha256),
        model=replace(model, version=job.model_version),
        rows=replace(
            was.rows,
            rows_tagged=status["tagged"],
            rows_abstained=status["abstained"],
            rows_empty=status["empty"],
        ),
        options={**was.options, "frame": job.frame_file, "reframed_from": was.taxonomy.version},
    )


def as_dict(done: Reframed) -> dict[str, Any]:
    """For JSON: everything but the corrections' texts."""
    return {
        "folder": str(done.folder) if done.folder else None,
        "rows": done.rows,
        "rows_changed": done.rows_changed,
        "rows_without_cause": done.rows_without_cause,
        "undecided": done.undecided,
        "moves": [asdict(move) for move in done.moves],
        "pareto": [asdict(shift) for shift in done.shifts],
        "corrections": {
            **{fit: sum(one.fit == fit for one in done.corrections) for fit in ("fits", "recoded", "unfit")},
            "no_longer_fit": [
                {"line": one.number, "id": one.id, "codes": list(one.codes)}
                for one in done.corrections
                if one.fit == "unfit"
            ],
        },
    }
