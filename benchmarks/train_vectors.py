"""Trains the word vectors shipped in `models/vectors` on the project's own corpus.

python benchmarks/train_vectors.py data_samples/corpus models/vectors
"""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path

from textmine.issues.embed import train_vectors
from textmine.issues.matter import MatterReader
from textmine.issues.vectors_file import vector_files


def main(corpus: Path, folder: Path) -> None:
    """Write the folder; the same corpus gives the same bytes."""
    files = sorted(corpus.glob("*.jsonl"))
    lines = [line for file in files for line in file.read_text("utf-8").splitlines()]
    matters = MatterReader.load().read([json.loads(line)["text"] for line in lines])
    vectors = train_vectors(matters)
    about = {
        "corpus_sha256": hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest(),
        "texts": len(lines),
    }
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in vector_files(vectors.words, vectors.vectors, vectors.weights, about=about).items():
        (folder / name).write_bytes(data)
    print(f"{len(vectors.index)} words from {len(lines)} texts")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
