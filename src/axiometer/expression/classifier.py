"""What a classifier is to the rest of the house: texts in, for each value the probability that a text expresses it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from axiometer.errors import InputError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Scores:
    """One row for each text. probabilities: (texts, values) in [0, 1], calibrated: of texts with 0.3, about three in
    ten express the value, among texts like those of training. distance: how far a text is from those, as the quantile
    of training texts that lie nearer (1: farther than all); None where the classifier cannot tell."""

    probabilities: NDArray[np.float32]
    distance: NDArray[np.float32] | None = None


def check_texts(texts: Sequence[str]) -> None:
    """Raises `InputError` for an empty text."""
    for place, text in enumerate(texts):
        if not text.strip():
            raise InputError("text {place} of {n} is empty", place=place + 1, n=len(texts))


@runtime_checkable
class ValueClassifier(Protocol):
    """A trained classifier. `name` is what a user writes, `identity` what enters fingerprints (JSON values, with all
    that decides a score); `values` are ids of `framework`, in the order of the columns of scores; `thresholds` the
    probability from which each counts as expressed."""

    @property
    def name(self) -> str: ...

    @property
    def identity(self) -> Mapping[str, object]: ...

    @property
    def framework(self) -> str: ...

    @property
    def values(self) -> tuple[str, ...]: ...

    @property
    def thresholds(self) -> Mapping[str, float]: ...

    def score(self, texts: Sequence[str]) -> Scores:
        """The scores of these texts, each independent of the others. Raises `InputError` for an empty text."""
        ...
