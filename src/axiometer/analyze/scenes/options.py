"""What a user can choose about the comparison of scenes, in one object."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SceneOptions:
    """Everything that decides a comparison beside scenes and vectors.

    embedder: whose vectors they are, noted in the summary. threshold: cosine from which two scenes are near-duplicates
    (None: not known for the embedder, so none are counted). `min_sources`: below this many sources no interval that
    leaves sources out is given. draws: seeded subsamples where one condition has more scenes than the other. folds and
    `inverse_penalty`: of the classifier (`C` of scikit-learn). `most_classified`: scenes of a condition that it sees at
    most. `most_pictured`: scenes in the picture. exact: values up to which all changes of sign are tried; above,
    `permutations` seeded ones.
    """

    seed: int = 20250101
    embedder: str | None = None
    threshold: float | None = None
    confidence: float = 0.95
    min_sources: int = 20
    draws: int = 20
    folds: int = 5
    inverse_penalty: float = 10.0
    most_classified: int = 5_000
    most_pictured: int = 2_000
    perplexity: float = 30.0
    exact: int = 12
    permutations: int = 9_999
