"""What vectors show: whether what came back is like the original, text by text, and whether an option came back as
another one. Pure functions of cosines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from axiometer.similarity.embedders import DEFAULT_EMBEDDER

if TYPE_CHECKING:
    from axiometer.similarity.vectors import Vectors

VERSION: Final = 1
UNLIKE: Final = "what comes back is unlike the original"
UNLIKE_ACROSS: Final = "the translation is unlike the original"
EXCHANGED: Final = "an option came back as another one"
EXCHANGED_ACROSS: Final = "two options seem to be exchanged"

TEXT_ACROSS: Final = 0.45
OPTION_ACROSS: Final = 0.25
CROSSED: Final = 0.1
"""Across languages the shipped embedder sees little: parallel scenes of the starter set have cosines from 0.46 on, and
others up to 0.58; options overlap far more. So these only find what is far off, and `CROSSED` is the sum of cosines
that two exchanged options must gain. Measured in `benchmarks/translations.py`, told in `docs/methodology.md`."""

_KNOWN = frozenset(["ar", "de", "en", "es", "fr", "it", "ja", "ko", "nl", "pl", "pt", "ru", "th", "tr", "zh"])
"""Languages of the shipped embedder (Yang et al. 2020, table 1)."""

Cosines: TypeAlias = NDArray[np.float32]


def knows(embedder: str, lang: str) -> bool:
    """Whether the embedder has learnt the language. Nothing is known of embedders other than the shipped one."""
    return embedder != DEFAULT_EMBEDDER or lang.partition("-")[0] in _KNOWN


def measured_across(embedder: str, *langs: str) -> bool:
    """Whether cosines across these languages are comparable with the thresholds."""
    return embedder == DEFAULT_EMBEDDER and all(knows(embedder, lang) for lang in langs)


@dataclass(frozen=True, slots=True)
class Likeness:
    """Cosines of an item with its translation. `back`: (texts, texts), those of the way back down and of the original
    across; `across`: the same for the translation, None where it is not measured."""

    back: Cosines
    across: Cosines | None

    @classmethod
    def of(cls, before: Vectors, made: Vectors | None, back: Vectors) -> Likeness:
        """Of unit vectors, one row for each text (prompt first)."""
        return cls(back @ before.T, None if made is None else made @ before.T)

    def problems(self, before: Sequence[str], least: float) -> list[tuple[str, str]]:
        """(reason, what was found), the gravest first. least: cosine of what comes back."""
        apart = [[i, j] for i in range(1, len(before)) for j in range(1, len(before)) if before[i] != before[j]]
        return [*self._exchanged(apart), *self._unlike(least)]

    def _exchanged(self, apart: Sequence[Sequence[int]]) -> Iterator[tuple[str, str]]:
        for i, j in apart:
            if self.back[i, i] < self.back[i, j]:
                yield EXCHANGED, f"{i} > {j} ({self.back[i, i]:.3f}, {self.back[i, j]:.3f})"
        if self.across is None:
            return
        for i, j in apart:
            straight = self.across[i, i] + self.across[j, j]
            crossed = self.across[i, j] + self.across[j, i]
            if i < j and crossed > straight + CROSSED:
                yield EXCHANGED_ACROSS, f"{i} - {j} ({straight:.3f}, {crossed:.3f})"

    def _unlike(self, least: float) -> Iterator[tuple[str, str]]:
        for place, cosine in enumerate(np.diagonal(self.back)):
            if cosine < least:
                yield UNLIKE, f"{_place(place)} {cosine:.3f}"
        if self.across is None:
            return
        for place, cosine in enumerate(np.diagonal(self.across)):
            if cosine < (OPTION_ACROSS if place else TEXT_ACROSS):
                yield UNLIKE_ACROSS, f"{_place(place)} {cosine:.3f}"


def _place(place: int) -> str:
    return f"option {place}" if place else "text"
