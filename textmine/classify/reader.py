"""The reader of verbatims: normalise, match cues, score, decide. One pure function over a batch of texts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..frame.cues import Lexicon, LexiconFiles, Matcher, load_cues
from ..frame.frame import Frame
from ..frame.matcher import Cues
from ..records import Reading
from ..resources import lexicon_path, model_path
from ..text.normalize import fold
from .decide import Decider
from .encoder import FOLDER, Encoder, SentenceVectors, with_vectors
from .features import BatchFeatures, CueColumns, batch_features
from .model import Model, load_cues_of, load_model
from .prepare import Prepared, prepare
from .reader_cues import ReaderCues
from .risk import RiskCues
from .score import Scores, score_batch

DEFAULT_MODEL = "telecom"


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads verbatims with a frame, a compiled lexicon and a model. Stateless; one per process is enough."""

    frame: Frame
    matcher: Matcher
    risk: RiskCues
    model: Model
    columns: CueColumns
    limits: Mapping[str, float] | None = None
    encoder: Encoder | None = None

    @classmethod
    def assemble(
        cls,
        frame: Frame,
        cues: ReaderCues | Lexicon,
        model: Model,
        *,
        limits: Mapping[str, float] | None = None,
        encoder: Encoder | None = None,
    ) -> Reader:
        """Put finished parts together; a lexicon that is not compiled yet will be."""
        cues = ReaderCues.of(cues) if isinstance(cues, Lexicon) else cues
        matcher = Matcher(cues.every)
        risk = RiskCues(cues, frame.axes["risk"])
        return cls(frame, matcher, risk, model, CueColumns.of(matcher), limits, encoder)

    @classmethod
    def load(cls, *, model: str | Path | None = None, frame: Path | None = None) -> Reader:
        """Load a model (packaged name or folder) with its code frame (default: the packaged one).

        The cue lexicon is the folder `cues` beside the frame's file.
        """
        loaded_frame = Frame.load(frame)
        folder = Path(model) if model and Path(model).is_dir() else model_path(str(model or DEFAULT_MODEL))
        files = LexiconFiles.of(_cue_folder(frame))
        cues: ReaderCues | Lexicon
        cues = load_cues_of(folder, files.sha256) or _load_cues(loaded_frame, frame)
        loaded = load_model(folder, loaded_frame, files)
        stored = loaded.about.get(FOLDER)
        encoder = SentenceVectors.load(folder / FOLDER, stored["sha256"]) if stored else None
        return cls.assemble(loaded_frame, cues, loaded, encoder=encoder)

    def read(self, texts: Sequence[str]) -> list[Reading]:
        """Read a batch: one reading a text, in order, whatever the other texts of the batch are."""
        return self.examine(texts).readings if texts else []

    def examine(self, texts: Sequence[str], *, spans: bool = False) -> Examination:
        """Read a batch and keep everything seen on the way; `spans` also where each cue stands."""
        prepared = prepare(texts)
        cues = self.matcher.match(prepared.joined, prepared.clause_starts, prepared.text_starts, spans=spans)
        features = self.features(prepared, cues)
        scores = score_batch(features, self.model)
        risk = self.risk.flags(texts, prepared)
        readings = Decider(self.model, self.limits).decide(prepared, scores, risk)
        return Examination(prepared, cues, features, scores, readings)

    def features(self, prepared: Prepared, cues: Cues) -> BatchFeatures:
        """Everything the model's weights are for; with an encoder, its vectors among the cue columns."""
        features = batch_features(prepared, cues, self.columns, self.model.grams)
        return with_vectors(features, prepared, self.encoder) if self.encoder else features


@dataclass(frozen=True, slots=True)
class Examination:
    """A batch with all that the reader saw in it."""

    prepared: Prepared
    cues: Cues
    features: BatchFeatures
    scores: Scores
    readings: list[Reading]


def load_frame_and_cues(path: Path | None = None) -> tuple[Frame, Lexicon]:
    """A code frame and the cue lexicon in the folder `cues` beside it; the packaged ones by default."""
    frame = Frame.load(path)
    return frame, _load_cues(frame, path)


def _load_cues(frame: Frame, path: Path | None) -> Lexicon:
    return load_cues(frame, _cue_folder(path), normalize=fold)


def _cue_folder(frame: Path | None) -> Path:
    return (frame.parent if frame else lexicon_path("taxonomy.toml").parent) / "cues"
