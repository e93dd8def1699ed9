"""Puts the parts together: an input in, a folder of tagged rows, counts and accounts out.

Everything a command does is one call here. Counts nothing and decides nothing itself.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import TypeVar

from . import __version__
from .classify.reader import Reader
from .counts.correction import Correction
from .counts.pareto import Counting, ParetoRow
from .counts.period import PERIODS, Period, period_of
from .counts.rollup import Node
from .counts.tally import Tally
from .engines.local import read_batches
from .errors import OutputError, UsageError
from .frame.frame import Frame, Lang
from .io.columns import Columns, detect_columns
from .io.counts_files import remove
from .io.counts_folder import Block, Counted, write_counts
from .io.folder import ClassifiedFolder
from .io.manifest import InputFile, Manifest, Part, RowCounts, write_manifest
from .io.rates import folder_correction, model_correction
from .io.roll_up import write_roll_up
from .io.rows import Quarantined, Row
from .io.sources import Source, open_source
from .io.tagged import CausesLong, QuarantineJsonl, TaggedChunk, TaggedCsv, TagsJsonl
from .io.tagged_tables import TaggedParquet, TaggedXlsx
from .io.weights_file import read_weights
from .text.mask import mask

#: Rows read, tagged and written at a time: big enough to spread the cost of a call, small enough for memory.
CHUNK = 1024
#: Rows looked at to find the columns.
SAMPLE = 200

Progress = Callable[[int], None]
Numbered = TypeVar("Numbered", Row, Quarantined)


@dataclass(frozen=True, slots=True)
class ClassifyOptions:
    """What may be chosen when classifying; None means: find it, or use the packaged one."""

    text: tuple[str, ...] = ()
    id: str | None = None
    date: str | None = None
    by: tuple[str, ...] = ()
    encoding: str | None = None
    sheet: str | None = None
    model: str | None = None
    frame: str | None = None
    min_precision: float | None = None
    workers: int = 1
    formats: tuple[str, ...] = ("csv",)
    masked: bool = True
    lang: Lang = "zh"


@dataclass(frozen=True, slots=True)
class Classified:
    """What came of a run: where it lies, which columns were used, the accounts and the counts.

    `causes` are the rows of pareto.csv for causes, with corrected counts where `correction` has evidence.
    """

    folder: Path
    columns: Columns
    rows: RowCounts
    tally: Tally
    frame: Frame
    causes: tuple[ParetoRow, ...]
    correction: Correction
    seconds: float


def default_folder(inputs: Sequence[str]) -> Path:
    """`<input stem>.textmine` in the working folder."""
    return Path(f"{Path(inputs[0]).stem if inputs[0] != '-' else 'stdin'}.textmine")


def load_reader(options: ClassifyOptions) -> Reader:
    """The reader that the options ask for."""
    reader = Reader.load(model=options.model, frame=Path(options.frame) if options.frame else None)
    if options.min_precision is not None:
        reader = replace(reader, limits=reader.model.thresholds.for_precision(options.min_precision))
    return reader


def classify(
    inputs: Sequence[str | Source],
    folder: Path,
    *,
    options: ClassifyOptions | None = None,
    progress: Progress = lambda _: None,
) -> Classified:
    """Classify files, or sources that are open already, into a folder and return the summary.

    Raises UsageError (columns, options), InputError (a file that cannot be read at all), OutputError. Rows
    that cannot be read are quarantined, never dropped. On an error the folder keeps its earlier content.
    """
    options = options or ClassifyOptions()
    if not inputs:
        raise UsageError("name at least one input file, or - for standard input")
    started = time.perf_counter()
    reader = load_reader(options)
    make_folder(folder)
    run = _Run(folder, options, reader, progress)
    with ExitStack() as stack:
        sources = [
            stack.enter_context(
                open_source(given, encoding=options.encoding, sheet=options.sheet)
                if isinstance(given, str)
                else given
            )
            for given in inputs
        ]
        columns = _common_columns(sources, options)
        run.open(stack, sources[0].columns, columns)
        for source in sources:
            run.read(source, columns)
    correction = model_correction(options.model, reader.model.sha256, min_precision=options.min_precision)
    how = Counted(correction=correction)
    # Of rows that the folder no longer holds.
    remove(folder / "roll_up.csv")
    written = write_counts(folder, run.tally, reader.frame, lang=options.lang, how=how)
    seconds = time.perf_counter() - started
    rows = run.counts()
    write_manifest(folder / "manifest.json", _manifest(run, columns, rows, correction, seconds))
    return Classified(folder, columns, rows, run.tally, reader.frame, written[0].causes, correction, seconds)


def make_folder(folder: Path) -> None:
    """Create an output folder. Raises OutputError."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{folder}: cannot be made: {error.strerror}; choose another with -o") from error


def _common_columns(sources: Sequence[Source], options: ClassifyOptions) -> Columns:
    first = sources[0]
    for other in sources[1:]:
        if other.columns != first.columns:
            odd = sorted(set(other.columns) ^ set(first.columns)) or ["their order"]
            raise UsageError(
                f"{other.name}: its columns differ from those of {first.name} ({', '.join(odd)}); "
                "classify files of one layout together, others apart"
            )
    return detect_columns(
        first.columns,
        first.sample(SAMPLE),
        text=options.text or None,
        id=options.id,
        date=options.date,
        by=tuple(name for name in options.by if name not in PERIODS),
    )


@dataclass(frozen=True, slots=True)
class Grouping:
    """Group values of a row: the cells of columns, and periods of its date."""

    names: tuple[str, ...]
    places: tuple[int | Period, ...]
    date: int | None

    @classmethod
    def of(cls, by: Sequence[str], columns: Columns) -> Grouping:
        """Raises UsageError for a period without a date column."""
        wanted = iter(zip(columns.by, columns.by_names, strict=True))
        names: list[str] = []
        places: list[int | Period] = []
        for name in by:
            if name in PERIODS:
                if columns.date is None:
                    raise UsageError(
                        f"--by {name} needs a date column, and none was found; name it with --date"
                    )
                names.append(name)
                places.append(name)
            else:
                index, column = next(wanted)
                names.append(column)
                places.append(index)
        return cls(tuple(names), tuple(places), columns.date)

    def of_values(self, values: Sequence[str]) -> tuple[str, ...]:
        """The group values of one row's cells."""
        return tuple(
            values[place] if isinstance(place, int) else period_of(values[self.date or 0], place)
            for place in self.places
        )


class _Run:
    """One classification under way: the open writers and the running accounts."""

    def __init__(self, folder: Path, options: ClassifyOptions, reader: Reader, progress: Progress) -> None:
        self.folder, self.options, self.reader = folder, options, reader
        self.tally = Tally.empty()
        self.inputs: list[InputFile] = []
        self._progress = progress
        self._mask = mask if options.masked else None
        self._base = 0

    def open(self, stack: ExitStack, names: tuple[str, ...], columns: Columns) -> None:
        frame, model = self.reader.frame, self.reader.model
        zh = {code: frame.zh(code) for code in (*frame.codes, *frame.causes)}
        self._grouping = Grouping.of(self.options.by, columns)
        self.tally = Tally.empty(self._grouping.names)
        carry = sorted({*columns.by, *([columns.date] if columns.date is not None else [])})
        self._tags = stack.enter_context(
            TagsJsonl(self.folder / "tags.jsonl", model_version=model.version, taxonomy_version=frame.version)
        )
        self._tables: list[TaggedCsv | TaggedXlsx | TaggedParquet] = [
            stack.enter_context(TaggedCsv(self.folder / "tagged.csv", names, names=zh))
        ]
        self._long = stack.enter_context(
            CausesLong(self.folder / "causes_long.csv", names, names=zh, carry=carry)
        )
        self._quarantine = stack.enter_context(
            QuarantineJsonl(self.folder / "quarantine.jsonl", mask=self._mask)
        )
        if "xlsx" in self.options.formats:
            self._tables.append(stack.enter_context(TaggedXlsx(self.folder / "tagged.xlsx", names, names=zh)))
        if "parquet" in self.options.formats:
            path = self.folder / "tagged.parquet"
            self._tables.append(stack.enter_context(TaggedParquet(path, names, names=zh)))

    def read(self, source: Source, columns: Columns) -> None:
        batches = ((rows, self._texts(rows, columns)) for rows in self._chunks(source))
        load = partial(load_reader, self.options) if self.options.workers > 1 else lambda: self.reader
        for (rows, texts), readings in read_batches(
            batches, lambda batch: batch[1], load, workers=self.options.workers
        ):
            ids = [row.values[columns.id] if columns.id is not None else str(row.number) for row in rows]
            tagged = TaggedChunk.of(rows, ids, texts, readings, mask=self._mask)
            for writer in (self._tags, *self._tables, self._long):
                writer.write(tagged)
            groups = [self._grouping.of_values(row.values) for row in rows] if self._grouping.names else ()
            self.tally.add(readings, groups)
            self._progress(len(rows))
        accounts = source.accounts()
        self._base += accounts.rows + accounts.quarantined
        self.inputs.append(
            InputFile(Path(source.name).name, source.sha256, source.encoding_report, source.columns, accounts)
        )

    def counts(self) -> RowCounts:
        """Every record by outcome."""
        status = self.tally.cell().status
        quarantined = sum(source.accounts.quarantined for source in self.inputs)
        return RowCounts(
            rows_in=sum(source.accounts.rows for source in self.inputs) + quarantined,
            rows_tagged=status["tagged"],
            rows_abstained=status["abstained"],
            rows_empty=status["empty"],
            rows_quarantined=quarantined,
        )

    def _chunks(self, source: Source) -> Iterator[tuple[Row, ...]]:
        for chunk in source.chunks(CHUNK):
            self._quarantine.write([self._numbered(entry) for entry in chunk.quarantined])
            if chunk.rows:
                yield tuple(self._numbered(row) for row in chunk.rows)

    def _numbered(self, record: Numbered) -> Numbered:
        """Rows of several files share one count."""
        if not self._base or record.number is None:
            return record
        return replace(record, number=record.number + self._base)

    @staticmethod
    def _texts(rows: Sequence[Row], columns: Columns) -> list[str]:
        if len(columns.text) == 1:
            return [row.values[columns.text[0]] for row in rows]
        return ["\n".join(filter(None, (row.values[place] for place in columns.text))) for row in rows]


def _manifest(
    run: _Run, columns: Columns, rows: RowCounts, correction: Correction, seconds: float
) -> Manifest:
    reader = run.reader
    return Manifest(
        textmine_version=__version__,
        inputs=tuple(run.inputs),
        rows=rows,
        taxonomy=Part(reader.frame.version, reader.frame.sha256),
        lexicons=Part(reader.model.lexicon_sha256[:12], reader.model.lexicon_sha256),
        model=Part(reader.model.version, reader.model.sha256),
        columns={
            "text": columns.text_names,
            "id": columns.id_name,
            "date": columns.date_name,
            "by": run.tally.by,
        },
        options=asdict(run.options),
        seed=0,
        durations={"total": round(seconds, 3)},
        correction=correction.to_dict(),
    )


@dataclass(frozen=True, slots=True)
class Recounted:
    """What came of counting again: the tally, the Pareto rows and what they were made with.

    `blocks` are the whole, then each group; `nodes` those of the roll-up, empty without one.
    """

    tally: Tally
    frame: Frame
    blocks: tuple[Block, ...]
    how: Counted
    nodes: tuple[Node, ...]


def recount(
    folder: Path,
    by: Sequence[str],
    *,
    out: Path | None = None,
    frame: Frame | None = None,
    counting: Counting = "all",
    preset: str | None = None,
    weights: str | None = None,
    roll_up: Sequence[str] = (),
    lang: Lang = "zh",
) -> Recounted:
    """Count a classified folder by other groupings, without classifying again, and write the counts files.

    `by` names input columns or periods, each counted by itself, by default those of the classification;
    `roll_up` names them from the top down, for `roll_up.csv`; `weights` is a file of influence coefficients,
    whose column, if it is one of the input, joins `by`. `out` defaults to the folder itself, `frame` to the
    one it was classified with. Raises UsageError naming the columns there are, InputError when the folder is
    not one of classify's.
    """
    results = ClassifiedFolder.open(folder)
    frame = frame or Frame.load(results.frame_file)
    weighed = read_weights(weights, frame=frame, columns=results.columns) if weights else None
    by = tuple(by) or _groups_of(results)
    grouping = _grouping(results, by)
    if weighed and weighed.column and weighed.column not in grouping.names:
        grouping = _grouping(results, (*by, weighed.column))
    levels = _grouping(results, roll_up, option="--roll-up")
    tally, tree = _tallies(results, grouping, levels)
    correction = folder_correction(folder, results.manifest, counting=counting)
    how = Counted(counting, preset, weighed, correction)
    out = out or folder
    make_folder(out)
    nodes = write_roll_up(out, tree, frame) if roll_up else ()
    written = write_counts(out, tally, frame, lang=lang, how=how)
    if out.resolve() == folder.resolve():
        manifest = replace(results.manifest, correction=correction.to_dict())
        write_manifest(folder / "manifest.json", manifest)
    return Recounted(tally, frame, written, how, nodes)


def _groups_of(results: ClassifiedFolder) -> tuple[str, ...]:
    """The groups a folder was classified with."""
    named = results.manifest.columns["by"]
    listed = named if isinstance(named, tuple) else ()
    return tuple(name if name in PERIODS else results.kept((name,))[0] for name in listed)


def _grouping(results: ClassifiedFolder, by: Sequence[str], *, option: str = "--by") -> Grouping:
    """Grouping by columns of the input, under the names they have in tagged.csv."""
    used = results.manifest.columns
    columns = detect_columns(
        results.columns,
        (),
        text=results.kept(used["text"]),
        date=next(iter(results.kept(used["date"])), None),
        by=tuple(name for name in by if name not in PERIODS),
        by_option=option,
    )
    return Grouping.of(by, columns)


def _tallies(results: ClassifiedFolder, by: Grouping, levels: Grouping) -> tuple[Tally, Tally]:
    """The tally by groups, each by itself, and the tally of the roll-up; rows are read once."""
    tally, tree = Tally.empty(by.names), Tally.empty(levels.names)
    for rows in results.chunks(CHUNK):
        readings = [row.reading for row in rows]
        tally.add(readings, [by.of_values(row.values) for row in rows] if by.names else ())
        if levels.names:
            tree.add(readings, [levels.of_values(row.values) for row in rows])
    return tally, tree
