"""What a user wants of two rule sets, and the folder that items are made in."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from axiometer.build.dilemmas.options import ALIKE_FROM, DilemmaOptions, DilemmasFolder
from axiometer.build.themes.assignment import Calipers
from axiometer.errors import InputError

FILE: Final = "themes.yaml"
SAMPLE: Final = 3_000
MOST_SAMPLED: Final = 6_000  # of a side: an assignment holds tables of its square, 2 GB


@dataclass(frozen=True, slots=True)
class ThemeOptions:
    """How rules are matched and items made. Make it with `of`.

    per_theme: scenes are written for a seeded sample of that many pairs of each theme; None: for all. any_language:
    rules of different languages are matched even where the sets share one. sample: so many rules of a set are matched
    within a theme (and language), a seeded sample where there are more.
    """

    dilemmas: DilemmaOptions
    calipers: Calipers
    per_theme: int | None
    any_language: bool
    sample: int

    @classmethod
    def of(
        cls,
        *,
        scenes: int = 1,
        per_theme: int | None = None,
        lang: str | None = None,
        caliper: float = 1.6,
        low: float = 0.2,
        high: float | None = None,
        any_language: bool = False,
        sample: int = SAMPLE,
        balance: float = 1.6,
        alike: float = ALIKE_FROM,
        embedder: str | None = None,
        seed: int = 0,
    ) -> ThemeOptions:
        """The options, checked. high: None is the embedder's measured threshold of near-duplicates. Raises `InputError`
        for what cannot be, and for an embedder without a measured threshold where `high` is None."""
        from axiometer.similarity.embedders import DEFAULT_EMBEDDER
        from axiometer.similarity.thresholds import default_threshold

        dilemmas = DilemmaOptions.of(
            scenes=scenes, lang=lang, balance=balance, alike=alike, embedder=embedder, seed=seed
        )
        top = default_threshold(embedder or DEFAULT_EMBEDDER) if high is None else high
        if not caliper > 1.0:
            raise InputError("--caliper {ratio} is not above 1: rules are seldom of one length", ratio=f"{caliper:g}")
        if not -1.0 <= low < top <= 1.0:
            raise InputError(
                "the range of cosines from {low} to {high} is empty or not within -1 to 1",
                low=f"{low:g}",
                high=f"{top:g}",
            )
        return cls(dilemmas, Calipers(low, top, caliper), per_theme, any_language, sample)


@dataclass(frozen=True, slots=True)
class ThemesFolder:
    """Where everything lies: what is matched, beside the work on scenes."""

    path: Path

    @property
    def dilemmas(self) -> DilemmasFolder:
        return DilemmasFolder(self.path)

    @property
    def pairs(self) -> Path:
        """All matched pairs, by theme; written last of the two: when it is there, matching is done."""
        return self.path / "matches" / "pairs.parquet"

    @property
    def rules(self) -> Path:
        """What became of every rule of both sets."""
        return self.path / "matches" / "rules.parquet"

    @property
    def summary(self) -> Path:
        return self.path / "summary.json"
