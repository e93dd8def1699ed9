"""The cues that a reader matches, compiled: what a model folder keeps so that a run starts sooner.

Compiling takes ten times as long as reading back. What is kept belongs to one lexicon and one version of the
program: with any other, or without it, the lexicon is compiled anew.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..frame.cues import CompiledLexicon, Lexicon
from ..frame.packing import Tensors, part_of, tensors_of, text_tensor, texts_of
from ..frame.screen import Needs

#: Changes whenever compiling the same lexicon gives something else.
FORMAT = "textmine.cues/1"


@dataclass(frozen=True, slots=True)
class ReaderCues:
    """All patterns; those of risk, which hear what is said under a condition; and what risk cannot lack."""

    every: CompiledLexicon
    risk: CompiledLexicon
    needs: Needs

    @classmethod
    def of(cls, lexicon: Lexicon) -> ReaderCues:
        """Compile a lexicon."""
        risk = lexicon.of_axis("risk", conditions_count=True)
        return cls(CompiledLexicon.of(lexicon), CompiledLexicon.of(risk), Needs.of(risk))

    def to_tensors(self) -> Tensors:
        """What a file keeps; equal cues give equal tensors."""
        return {"format": text_tensor((FORMAT,)), **dict(tensors_of(self))}

    @classmethod
    def of_tensors(cls, tensors: Tensors) -> ReaderCues | None:
        """The inverse of `to_tensors`; None for what another version has compiled."""
        return part_of(cls, tensors) if texts_of(tensors["format"]) == (FORMAT,) else None
