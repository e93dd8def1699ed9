"""Everything about models that a command does, as one call each: train, evaluate, what to look at next.

Puts reading of files, training and measuring together. Decides nothing itself.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from .classify.card import Measured, model_card
from .classify.corrections import correct_examples, read_corrections
from .classify.encoder import FOLDER, SentenceVectors
from .classify.evaluate import Evaluation, compare, evaluate
from .classify.examples import Example, corpus_files, read_examples
from .classify.model import Model, save_model
from .classify.noise import Suspect, suspects
from .classify.reader import Reader, load_frame_and_cues
from .classify.reader_cues import ReaderCues
from .classify.reliability import reliability_by_cause
from .classify.suggest import Suggestion, suggest
from .classify.train import Trained, train
from .counts.error_rates import ErrorRates
from .errors import InputError
from .frame.frame import Frame
from .io.atomic import atomic_writer

ERROR_RATES = "error_rates.json"
CARD = "README.md"


@dataclass(frozen=True, slots=True)
class TrainedFolder:
    """What came of a training: the folder, the model, how many rows it learnt from, and the figures.

    `replaced` corpus rows had a correction, `added` corrections were new. `measured` holds the figures out of
    fold and, where the corpus has held-out files, those on them.
    """

    folder: Path
    model: Model
    examples: int
    replaced: int
    added: int
    measured: tuple[Measured, ...]
    seconds: float


@dataclass(frozen=True, slots=True)
class Rows:
    """Verbatims without their labels: what a person could label next."""

    ids: tuple[str, ...]
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Noise:
    """Labelled rows, and which of their labels are most likely wrong."""

    examples: tuple[Example, ...]
    suspects: tuple[Suspect, ...]


def train_model(
    corpus: Sequence[str | Path],
    out: Path,
    frame: Path | None = None,
    *,
    corrections: Sequence[str | Path] = (),
    encoder: str | None = None,
) -> TrainedFolder:
    """Train a model into a folder, with its error rates (`error_rates.json`) and model card (`README.md`).

    `corrections` are reviewed rows that replace and outweigh the corpus's; `encoder` is a folder or name of a
    sentence-transformers model. Raises UsageError, InputError, OutputError, MissingExtraError.
    """
    started = time.perf_counter()
    loaded, lexicon = load_frame_and_cues(frame)
    vectors = SentenceVectors.open(encoder) if encoder else None
    examples = read_examples(corpus_files(map(Path, corpus)), loaded)
    corrected = correct_examples(examples, read_corrections(map(Path, corrections), loaded))
    if vectors is not None:
        vectors.save(out / FOLDER)
    trained = train(corrected.examples, loaded, lexicon, encoder=vectors)
    cues = ReaderCues.of(lexicon)
    reader = Reader.assemble(loaded, cues, trained.model, encoder=vectors)
    held_out = read_examples(_held_out_files(corpus), loaded)
    measured = _measured(trained, reader, corrected.examples, held_out)
    save_model(trained.model, out, cues=cues)
    _write(out / ERROR_RATES, _error_rates(trained))
    _write(out / CARD, model_card(out.resolve().name, trained.model, loaded, measured))
    seconds = time.perf_counter() - started
    return TrainedFolder(
        out, trained.model, len(corrected.examples), corrected.replaced, corrected.added, measured, seconds
    )


def evaluate_model(
    labelled: Sequence[str | Path],
    *,
    model: str | None = None,
    frame: Path | None = None,
    precision: float = 0.9,
    card: Path | None = None,
) -> tuple[Evaluation, Frame]:
    """Measure a model on labelled files; writes its model card to `card` if given."""
    reader = Reader.load(model=model, frame=frame)
    examples = read_examples(labelled_files(labelled), reader.frame)
    result = evaluate(reader, examples, precision=precision)
    if card is not None:
        title = "Measured on " + ", ".join(path.name for path in labelled_files(labelled))
        name = Path(model).name if model else "telecom"
        _write(
            card, model_card(name, reader.model, reader.frame, [_measure(title, reader, examples, result)])
        )
    return result, reader.frame


def suggest_rows(
    paths: Sequence[str | Path], *, n: int, model: str | None = None, frame: Path | None = None
) -> tuple[Rows, tuple[Suggestion, ...]]:
    """The `n` rows most worth a human look; the JSON Lines files need `text` and may have `id` and labels."""
    reader = Reader.load(model=model, frame=frame)
    rows = list(_texts(labelled_files(paths)))
    found = Rows(tuple(row[0] for row in rows), tuple(row[1] for row in rows))
    return found, suggest(reader, found.texts, n=n)


def noisy_labels(
    labelled: Sequence[str | Path], *, model: str | None = None, frame: Path | None = None
) -> Noise:
    """Labels most likely wrong.

    With a model, by its probabilities: it must not have seen the rows. Without one, a model is trained on the
    rows themselves and asked about those held out of each fold; nothing is stored.
    """
    if model is not None:
        reader = Reader.load(model=model, frame=frame)
        examples = read_examples(labelled_files(labelled), reader.frame)
        seen = reader.examine([example.text for example in examples])
        return Noise(examples, suspects(examples, seen.scores.cause, reader.frame.causes))
    loaded, lexicon = load_frame_and_cues(frame)
    examples = read_examples(labelled_files(labelled), loaded)
    trained = train(examples, loaded, lexicon)
    return Noise(examples, suspects(examples, trained.probability, loaded.causes))


def labelled_files(paths: Sequence[str | Path]) -> list[Path]:
    """Files as given; of a folder, every *.jsonl in it."""
    files: list[Path] = []
    for path in map(Path, paths):
        files += sorted(path.glob("*.jsonl")) if path.is_dir() else [path]
    return files


def _held_out_files(corpus: Sequence[str | Path]) -> list[Path]:
    folders = [path for path in map(Path, corpus) if path.is_dir()]
    return [file for folder in folders for file in sorted(folder.glob("heldout_*.jsonl"))]


def _measured(
    trained: Trained, reader: Reader, examples: Sequence[Example], held_out: Sequence[Example]
) -> tuple[Measured, ...]:
    result = compare(examples, trained.readings, reader.frame)
    told = reliability_by_cause(examples, trained.readings, reader.frame.causes)
    measured = [Measured("Out of fold on the training data", result, told)]
    if held_out:
        result = evaluate(reader, held_out)
        measured.insert(0, _measure("Held-out files, seen by no training", reader, held_out, result))
    return tuple(measured)


def _measure(title: str, reader: Reader, examples: Sequence[Example], result: Evaluation) -> Measured:
    readings = reader.read([example.text for example in examples])
    return Measured(title, result, reliability_by_cause(examples, readings, reader.frame.causes))


def _error_rates(trained: Trained) -> str:
    rates = ErrorRates.from_rows(zip(trained.truth, trained.given, strict=True))
    return json.dumps(rates.to_dict(), ensure_ascii=False, separators=(",", ":")) + "\n"


def _write(path: Path, text: str) -> None:
    with atomic_writer(path) as file:
        file.write(text)


def _texts(files: Sequence[Path]) -> Iterator[tuple[str, str]]:
    """(id, text) of every row, labelled or not."""
    for path in files:
        try:
            lines = path.read_text("utf-8-sig").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise InputError(f"{path}: cannot be read as UTF-8 JSON Lines: {error}") from error
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            try:
                record = json.loads(line)
                yield str(record.get("id", f"{path.stem}:{number}")), str(record["text"])
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                raise InputError(f"{path}:{number}: not a row with a text: {error}") from error
