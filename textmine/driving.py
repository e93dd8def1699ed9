"""Satisfaction scores against causes and touchpoints: one call behind `textmine drivers`.

Finds the score columns, reads the verbatims, and writes drivers.csv, drivers.json and quadrant.svg. Counts
nothing itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from math import isfinite, nan
from pathlib import Path
from typing import Any

from .classify.reader import Reader
from .counts.drivers import QUADRANT_ZH, Driver, Drivers, cause_drivers, touchpoint_drivers
from .counts.satisfaction import Satisfaction, satisfaction, standard_satisfaction
from .counts.tally import cause_part
from .errors import OutputError, UsageError
from .frame.frame import Frame, Lang
from .io.columns import detect_columns
from .io.counts_files import Cell, write_csv, write_json, write_text
from .io.header import normal_name
from .io.rows import Row
from .io.sources import open_source
from .report.charts import quadrant

CHUNK, SAMPLE = 1024, 200
EXPECTATION_NAMES = ("期望比较", "与期望比较", "期望满意度", "期望", "expectation")
IDEAL_NAMES = ("理想比较", "与理想比较", "理想满意度", "理想", "ideal")
TOUCHPOINT_ENDINGS = ("评分", "满意度", "得分", "打分", "score", "rating")
"""Endings of the names of columns that score one touchpoint."""
COLUMNS = (
    "kind", "code", "name_zh", "name_en", "n", "performance", "importance", "importance_low",
    "importance_high", "effect", "effect_low", "effect_high", "quadrant", "quadrant_zh",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class DriverOptions:
    """What may be chosen; None means: find it. `score` is the overall score's column."""

    score: str
    expectation: str | None = None
    ideal: str | None = None
    touchpoints: tuple[str, ...] = ()
    by: tuple[str, ...] = ()
    text: tuple[str, ...] = ()
    encoding: str | None = None
    sheet: str | None = None
    model: str | None = None
    frame: str | None = None
    lang: Lang = "zh"


@dataclass(frozen=True, slots=True)
class ScoreColumns:
    """The columns in use, by name: the three scores, the touchpoints', the groups', the text's."""

    score: str
    expectation: str | None
    ideal: str | None
    touchpoints: tuple[str, ...]
    by: tuple[str, ...]
    text: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Driven:
    """What came of it. Effects are in points of standard satisfaction (0–100).

    `causes` or `touchpoints` is None where there was too little to compare; `groups` are (column, value).
    """

    folder: Path
    columns: ScoreColumns
    frame: Frame
    whole: Satisfaction
    groups: Mapping[tuple[str, str], Satisfaction]
    causes: Drivers | None
    touchpoints: Drivers | None
    rows: int
    quarantined: int


@dataclass(slots=True)
class _Read:
    """The columns of numbers and the causes of each row."""

    scores: dict[str, list[float]]
    groups: dict[str, list[str]]
    causes: list[frozenset[str]] = field(default_factory=list)
    quarantined: int = 0


def drive(path: str, folder: Path, *, options: DriverOptions) -> Driven:
    """Compare the scores of a survey table with what its verbatims say, and write the results to a folder.

    Raises UsageError (columns, scores off the scale), InputError, OutputError.
    """
    reader = Reader.load(model=options.model, frame=Path(options.frame) if options.frame else None)
    with open_source(path, encoding=options.encoding, sheet=options.sheet) as source:
        sample = source.sample(SAMPLE)
        columns = find_columns(source.columns, sample, options)
        read = _read(source.chunks(CHUNK), source.columns, columns, reader)
    overall = read.scores[columns.score]
    expectation = read.scores[columns.expectation] if columns.expectation else None
    ideal = read.scores[columns.ideal] if columns.ideal else None
    outcome = standard_satisfaction(overall, expectation, ideal)
    driven = Driven(
        folder=folder,
        columns=columns,
        frame=reader.frame,
        whole=satisfaction(overall, expectation=expectation, ideal=ideal),
        groups=_by_group(read, columns),
        causes=_or_none(cause_drivers, read.causes, outcome, codes=reader.frame.causes),
        touchpoints=_or_none(
            touchpoint_drivers, {name: read.scores[name] for name in columns.touchpoints}, outcome
        ),
        rows=len(overall),
        quarantined=read.quarantined,
    )
    _write(driven, options.lang)
    return driven


def find_columns(names: Sequence[str], sample: Sequence[Row], options: DriverOptions) -> ScoreColumns:
    """The score columns by option, else by name and content. Raises UsageError naming the columns."""
    by = detect_columns(names, sample, text=options.text or None, by=options.by)
    score = _named(names, options.score, "--score")
    expectation = _optional(names, options.expectation, EXPECTATION_NAMES, "--expectation")
    ideal = _optional(names, options.ideal, IDEAL_NAMES, "--ideal")
    if not (expectation and ideal):
        expectation = ideal = None
    taken = {score, expectation, ideal, *by.text_names, *by.by_names}
    touchpoints = tuple(_named(names, name, "--touchpoint") for name in options.touchpoints) or tuple(
        name
        for place, name in enumerate(names)
        if name not in taken
        and normal_name(name).endswith(TOUCHPOINT_ENDINGS)
        and _are_scores([row.values[place] for row in sample])
    )
    return ScoreColumns(score, expectation, ideal, touchpoints, by.by_names, by.text_names)


def driver_rows(driven: Driven) -> list[tuple[Cell, ...]]:
    """The lines of drivers.csv: causes, then touchpoints, each by importance."""
    rows: list[tuple[Cell, ...]] = []
    for kind, found in (("cause", driven.causes), ("touchpoint", driven.touchpoints)):
        for d in found.drivers if found else ():
            names = (
                (driven.frame.zh(d.code), driven.frame.en(d.code)) if kind == "cause" else (d.code, d.code)
            )
            rows.append((kind, d.code, *names, *_numbers(d), d.quadrant, QUADRANT_ZH[d.quadrant]))
    return rows


def _numbers(d: Driver) -> tuple[Cell, ...]:
    ranges = (*_three(d.importance), *_three(d.effect))
    return (d.n, round(d.performance, 2), *(round(value, 4) for value in ranges))


def _three(interval: Any) -> tuple[float, float, float]:
    return interval.value, interval.low, interval.high


def _read(chunks: Any, names: Sequence[str], columns: ScoreColumns, reader: Reader) -> _Read:
    wanted = [columns.score, columns.expectation, columns.ideal, *columns.touchpoints]
    places = {name: list(names).index(name) for name in wanted if name}
    groups = {name: list(names).index(name) for name in columns.by}
    texts = [list(names).index(name) for name in columns.text]
    read = _Read({name: [] for name in places}, {name: [] for name in groups})
    for chunk in chunks:
        read.quarantined += len(chunk.quarantined)
        for name, place in places.items():
            read.scores[name] += [_score(row.values[place], name, row.number) for row in chunk.rows]
        for name, place in groups.items():
            read.groups[name] += [row.values[place] for row in chunk.rows]
        said = ["\n".join(filter(None, (row.values[place] for place in texts))) for row in chunk.rows]
        for reading in reader.read(said):
            read.causes.append(frozenset(cause_part(tag.code) for tag in reading.tags))
    return read


def _by_group(read: _Read, columns: ScoreColumns) -> dict[tuple[str, str], Satisfaction]:
    """Satisfaction of each group value that has scores."""
    found = {}
    for column, values in read.groups.items():
        for value in sorted(set(values)):
            at = [i for i, one in enumerate(values) if one == value]
            parts: dict[str, Any] = {
                name: [read.scores[of][i] for i in at]
                for name, of in (("expectation", columns.expectation), ("ideal", columns.ideal))
                if of
            }
            overall = [read.scores[columns.score][i] for i in at]
            complete = zip(overall, *parts.values(), strict=True)
            if any(all(score == score for score in row) for row in complete):
                found[column, value] = satisfaction(overall, **parts)
    return found


def _or_none(compute: Any, *arguments: Any, **options: Any) -> Drivers | None:
    """Drivers, or None where scores vary too little: the satisfaction figures stand by themselves."""
    try:
        found: Drivers = compute(*arguments, **options)
    except UsageError:
        return None
    return found


def _write(driven: Driven, lang: Lang) -> None:
    folder = driven.folder
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{folder}: cannot be made: {error.strerror}; choose another with -o") from error
    write_csv(folder / "drivers.csv", COLUMNS, driver_rows(driven))
    write_json(folder / "drivers.json", to_dict(driven))
    if driven.causes:
        drawing = quadrant(driven.causes, lambda code: driven.frame.name(code, lang), lang).drawing
        write_text(folder / "quadrant.svg", drawing.standalone())
    if driven.touchpoints:
        drawing = quadrant(driven.touchpoints, str, lang).drawing
        write_text(folder / "quadrant_touchpoints.svg", drawing.standalone())


def to_dict(driven: Driven) -> dict[str, Any]:
    """drivers.json: the columns used, satisfaction of all and of each group, and the drivers."""
    return {
        "schema": "textmine.drivers/1",
        "rows": driven.rows,
        "rows_quarantined": driven.quarantined,
        "columns": asdict(driven.columns),
        "satisfaction": _plain(asdict(driven.whole)),
        "groups": [
            {"column": column, "value": value, **_plain(asdict(one))}
            for (column, value), one in driven.groups.items()
        ],
        "causes": _plain(asdict(driven.causes)) if driven.causes else None,
        "touchpoints": _plain(asdict(driven.touchpoints)) if driven.touchpoints else None,
    }


def _plain(value: Any) -> Any:
    """JSON has no infinity: the range of a single score is unknown, null."""
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return None if isinstance(value, float) and not isfinite(value) else value


def _score(cell: str, column: str, row: int) -> float:
    if not cell.strip():
        return nan
    try:
        return float(cell)
    except ValueError:
        raise UsageError(
            f"{column}: row {row}: {cell[:20]!r} is no number; name another score column"
        ) from None


def _are_scores(cells: Sequence[str]) -> bool:
    given = [cell.strip() for cell in cells if cell.strip()]
    return bool(given) and all(cell in _SCALE for cell in given)


_SCALE = frozenset(str(score) for score in range(1, 11)) | frozenset(f"{score}.0" for score in range(1, 11))


def _named(names: Sequence[str], name: str, option: str) -> str:
    normal = {normal_name(one): one for one in names}
    if name in names:
        return name
    if normal_name(name) in normal:
        return normal[normal_name(name)]
    raise UsageError(f"{option} {name}: no such column; the columns are: {', '.join(names)}")


def _optional(names: Sequence[str], name: str | None, usual: Sequence[str], option: str) -> str | None:
    if name:
        return _named(names, name, option)
    return next((one for one in names if normal_name(one) in usual), None)
