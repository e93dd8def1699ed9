"""What the classify tests share: the banking sample, a model trained on it, and a reader with that model."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from textmine.classify.examples import Example, read_examples
from textmine.classify.reader import Reader, load_frame_and_cues
from textmine.classify.train import Trained, train
from textmine.frame.frame import Frame
from textmine.frame.lexicon import Lexicon


@dataclass(frozen=True, slots=True)
class Bank:
    """A small industry: code frame, cues and labelled verbatims."""

    frame: Frame
    lexicon: Lexicon
    examples: tuple[Example, ...]

    @property
    def texts(self) -> list[str]:
        return [example.text for example in self.examples]


@pytest.fixture(scope="session")
def bank(banking: Path) -> Bank:
    frame, lexicon = load_frame_and_cues(banking)
    return Bank(frame, lexicon, read_examples([banking.with_name("corpus.jsonl")], frame))


@pytest.fixture(scope="session")
def trained(bank: Bank) -> Trained:
    return train(bank.examples, bank.frame, bank.lexicon)


@pytest.fixture(scope="session")
def reader(bank: Bank, trained: Trained) -> Reader:
    return Reader.assemble(bank.frame, bank.lexicon, trained.model)


@pytest.fixture(scope="session")
def telecom() -> Reader:
    """The packaged model."""
    return Reader.load()
