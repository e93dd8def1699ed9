"""The cue lexicon of a code frame, compiled: what other layers load and call."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from .frame import Frame
from .lexicon import Lexicon, LexiconFiles, load_lexicon
from .matcher import CompiledLexicon, Matcher


def load_cues(frame: Frame, folder: Path, *, normalize: Callable[[str], str]) -> Lexicon:
    """Read and check the cue folder that belongs to a frame; raises LexiconError naming file and line."""
    return load_lexicon(
        folder,
        codes=frame.codes,
        causes=frame.causes,
        axes=frame.axes,
        normalize=normalize,
    )


__all__ = ["CompiledLexicon", "Lexicon", "LexiconFiles", "Matcher", "load_cues"]
