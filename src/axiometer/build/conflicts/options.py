"""What a user wants of conflicting pairs, and the folders of one search for them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from axiometer.errors import InputError
from axiometer.records.ids import content_id
from axiometer.runtime.stages.parts import StageFolder

FILE = "conflicts.yaml"
NO_MODEL = "none"
LEXICAL = "lexical"
MOST_BANDS = 16
MOST_ENTRIES = 40_000_000  # rules x bands x pairs of each: 900 MB while they are put together
Word = TypeVar("Word", bound=StrEnum)
_STEP = 1e-9
_COUNTED_BELOW = 0.1  # width of the bands that are counted and not drawn from


class Draw(StrEnum):
    """Which pairs of a rule and band are taken: a seeded random sample, or those of the largest cosines."""

    SAMPLE = "sample"
    TOP = "top"


class WantedKind(StrEnum):
    """Which pairs are kept in the end."""

    CONTRADICTION = "contradiction"
    TENSION = "tension"
    BOTH = "both"


class Direction(StrEnum):
    """Which directions must reach the score of a contradiction."""

    BOTH = "both"
    EITHER = "either"


@dataclass(frozen=True, slots=True)
class ConflictOptions:
    """How candidates are found, scored and chosen. Make it with `of`.

    low, high, width: candidates have a cosine from `low` to `high`, in bands of `width`; from `high` on pairs are
    near-duplicates, and only those of opposite polarity (`build.corpus.polarity`) are candidates. per_rule: pairs drawn
    for each rule and band. budget: candidates at most, None without end. within, across: only pairs of one language,
    value, origin, source text or value of a level; or only pairs of different ones. dedup: near-duplicates of the rules
    go first. contradiction: score that a contradiction must reach, in the directions that `direction` says.
    """

    embedder: str
    high: float
    low: float = 0.5
    width: float = 0.1
    draw: Draw = Draw.SAMPLE
    per_rule: int = 5
    budget: int | None = 1_000_000
    within: tuple[str, ...] = ("language",)
    across: tuple[str, ...] = ()
    framework: str | None = None
    dedup: bool = False
    seed: int = 0
    kind: WantedKind = WantedKind.BOTH
    contradiction: float = 0.5
    direction: Direction = Direction.BOTH

    @classmethod
    def of(
        cls,
        *,
        embedder: str | None = None,
        low: float = 0.5,
        high: float | None = None,
        width: float = 0.1,
        draw: str = Draw.SAMPLE,
        per_rule: int = 5,
        budget: int | None = 1_000_000,
        within: tuple[str, ...] = (),
        across: tuple[str, ...] = (),
        any_language: bool = False,
        framework: str | None = None,
        dedup: bool = False,
        seed: int = 0,
        kind: str = WantedKind.BOTH,
        contradiction: float = 0.5,
        direction: str = Direction.BOTH,
    ) -> ConflictOptions:
        """The options, checked. high: None is the embedder's measured threshold of near-duplicates.

        Raises `InputError` for what cannot be, and for an embedder without a measured threshold where `high` is None.
        """
        from axiometer.similarity.embedders import DEFAULT_EMBEDDER
        from axiometer.similarity.thresholds import default_threshold

        chosen = embedder or DEFAULT_EMBEDDER
        top = default_threshold(chosen) if high is None else high
        both = set(within) & set(across)
        if both:
            raise InputError("pairs cannot be both within one {key} and across", key=", ".join(sorted(both)))
        options = cls(
            embedder=chosen,
            low=low,
            high=top,
            width=width,
            draw=_one_of(Draw, draw, "draw"),
            per_rule=per_rule,
            budget=budget,
            within=tuple(dict.fromkeys((*(() if any_language or "language" in across else ("language",)), *within))),
            across=tuple(dict.fromkeys(across)),
            framework=framework,
            dedup=dedup,
            seed=seed,
            kind=_one_of(WantedKind, kind, "kind"),
            contradiction=contradiction,
            direction=_one_of(Direction, direction, "direction"),
        )
        _check(options)
        return options

    @property
    def bands(self) -> tuple[float, ...]:
        """The lower ends of the bands that candidates come from; the last is that of near-duplicates (`high`)."""
        count = int((self.high - self.low) / self.width + 1 - _STEP)
        return (*(round(self.low + self.width * number, 6) for number in range(max(count, 0))), self.high)

    @property
    def edges(self) -> tuple[float, ...]:
        """The lower ends of all bands of the histogram: those below `low` are counted and not drawn from."""
        below = [round(_COUNTED_BELOW * number, 6) for number in range(int(self.low / _COUNTED_BELOW) + 1)]
        return (*(edge for edge in below if edge < self.low - _STEP), *self.bands)


def _one_of(kind: type[Word], word: str, name: str) -> Word:
    try:
        return kind(word)
    except ValueError:
        known = ", ".join(str(each) for each in kind)
        raise InputError("--{name} {word} is not one of {known}", name=name, word=word, known=known) from None


def _check(options: ConflictOptions) -> None:
    if not 0 <= options.low < options.high <= 1:
        raise InputError(
            "the range of cosines from {low} to {high} is empty or not within 0 to 1",
            low=f"{options.low:g}",
            high=f"{options.high:g}",
        )
    if not 0 < options.width <= 1 or len(options.bands) > MOST_BANDS:
        raise InputError(
            "bands of {width} make no 1 to {most} bands of this range",
            mend="choose another --width",
            width=f"{options.width:g}",
            most=MOST_BANDS,
        )
    if options.per_rule < 1 or (options.budget is not None and options.budget < 1):
        raise InputError("--per-rule and --budget are whole numbers from 1 on")
    if not 0 < options.contradiction <= 1:
        raise InputError("the score of a contradiction lies above 0 and is at most 1")


@dataclass(frozen=True, slots=True)
class PairsFolder:
    """Where everything of one search for conflicting pairs lies."""

    path: Path

    @property
    def rules(self) -> Path:
        """The rules without near-duplicates, with `--dedup`."""
        return self.path / "rules.parquet"

    @property
    def work(self) -> Path:
        """Vectors and results of blocks: of no use any more when the candidates are there."""
        return self.path / "blocks"

    @property
    def candidates(self) -> StageFolder:
        return StageFolder(self.path / "candidates")

    @property
    def found(self) -> Path:
        """The account of the candidates: there when they all are."""
        return self.path / "candidates" / "found.json"

    def scored(self, model: str) -> StageFolder:
        return StageFolder(self.path / "scored" / _as_name(model))

    def judge(self, model: str, step: str) -> StageFolder:
        """The questions to a judge, and its verdicts."""
        return StageFolder(self.path / "judge" / _as_name(model) / step)

    @property
    def journal(self) -> Path:
        return self.path / "journal"

    @property
    def pairs(self) -> Path:
        return self.path / "pairs.parquet"

    @property
    def histogram(self) -> Path:
        return self.path / "histogram.parquet"

    @property
    def coverage(self) -> Path:
        return self.path / "coverage.parquet"

    @property
    def summary(self) -> Path:
        return self.path / "summary.json"


def _as_name(model: str) -> str:
    """A folder's name for a model: readable, and with a hash where characters had to go."""
    plain = "".join(c if c.isascii() and (c.isalnum() or c in "._-") else "-" for c in model)[:60]
    return plain if plain == model else f"{plain}-{content_id(model)[:8]}"
