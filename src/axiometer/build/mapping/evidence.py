"""What speaks for each way of mapping an item: by an embedder, or by a classifier of pairs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np

from axiometer.build.mapping.assignments import WAYS, Floats, features_of
from axiometer.build.mapping.puzzles import Puzzle
from axiometer.build.work.search import Search
from axiometer.runtime.progress import Progress
from axiometer.runtime.runners import Runner

OF_EMBEDDER: Final = ("own", "crossed", "left", "of_scene")
OF_NLI: Final = ("own", "crossed", "left")
_BLOCK = 5_000


def by_embedder(puzzles: Sequence[Puzzle], embedder: str, cache: Path, runner: Runner, progress: Progress) -> Floats:
    """Items x ways x `OF_EMBEDDER`: `features_of` the cosines of options and rules, and the cosine of the option that
    is left over with the scene (sides speak of what the scene is about)."""
    search = Search(embedder, 1.0, cache, runner, progress, "map")
    blocks = [puzzles[start : start + _BLOCK] for start in range(0, len(puzzles), _BLOCK)]
    return np.concatenate([np.zeros((0, len(WAYS), len(OF_EMBEDDER))), *(_embedded(each, search) for each in blocks)])


def _embedded(puzzles: Sequence[Puzzle], search: Search) -> Floats:
    n = len(puzzles)
    texts = [text for puzzle in puzzles for text in (*puzzle.options, puzzle.first, puzzle.second, puzzle.scene)]
    vectors = np.asarray(search.vectors(texts), dtype=np.float64).reshape(n, 6, -1)
    options, rules, scene = vectors[:, :3], vectors[:, 3:5], vectors[:, 5]
    features = features_of(np.einsum("iod,ird->ior", options, rules))
    of_scene = np.einsum("iod,id->io", options, scene)[:, [left for _, _, left in WAYS]]
    return np.concatenate([features, of_scene[:, :, None]], axis=2)


def by_entailment(puzzles: Sequence[Puzzle], model: str) -> Floats:
    """Items x ways x `OF_NLI`, from the probability that an option (with its scene before it) entails a rule."""
    from axiometer.models.contradiction.labels import entailment_label
    from axiometer.models.contradiction.nli import CrossEncoder

    encoder = CrossEncoder(model, label_of=entailment_label)
    pairs = [
        (f"{puzzle.scene} {option}", rule)
        for puzzle in puzzles
        for option in puzzle.options
        for rule in (puzzle.first, puzzle.second)
    ]
    found = np.clip(np.array(encoder.probabilities(pairs), dtype=np.float64), 1e-6, 1 - 1e-6).reshape(-1, 3, 2)
    return features_of(np.log(found / (1 - found)))
