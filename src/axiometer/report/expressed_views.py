"""A profile of expressed values as the page wants to see it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import polars as pl

from axiometer.report.charts import Series
from axiometer.report.parts import number_of, text_of, whole_of
from axiometer.report.texts import Texts
from axiometer.report.views import MODEL_COLUMNS

if TYPE_CHECKING:
    from axiometer.expression.profile import Profile

Row = Mapping[str, object]
Pair = tuple[str, str]

EXPRESSED = "expressed"
STANCES = ("endorsed", "opposed")
RECORDED = "recorded/"
UNCORRECTED = "uncorrected"
TRANSPORTED = "transported"

MOST_SIDE_BY_SIDE = 8  # models in one chart with their dots in a row of their own
MOST_LINES = 160  # lines of dots in one chart


@dataclass(frozen=True, slots=True)
class Reading:
    """An estimate with its interval, as the classifier says it or corrected; `why_not`: why either is missing."""

    value: float | None
    low: float | None
    high: float | None
    why_not: str


@dataclass(frozen=True, slots=True)
class Validated:
    """On so many validation `texts` the classifier `said` so many values, and the labels say that `there` are."""

    texts: int
    said: int
    there: int

    @property
    def ratio(self) -> float:
        return self.said / self.there


@dataclass(frozen=True, slots=True)
class ExpressedView:
    """A profile, and by what names its parts are called."""

    profile: Profile

    @property
    def name(self) -> str:
        return text_of(self.of("run"), "name") or "profile"

    @property
    def models(self) -> tuple[str, ...]:
        return self.profile.models

    @property
    def values(self) -> tuple[str, ...]:
        return self.profile.values

    @property
    def series(self) -> tuple[Series, ...]:
        """A colour and a shape for each model."""
        return tuple(Series(model, place) for place, model in enumerate(self.models))

    @property
    def state(self) -> str:
        return str(self.profile.state)

    @property
    def corrects(self) -> bool:
        return self.state != UNCORRECTED

    @property
    def recorded(self) -> bool:
        return bool(self.profile.summary.get("recorded"))

    @property
    def many(self) -> bool:
        """Whether models are too many to stand side by side in one chart."""
        return len(self.models) > MOST_SIDE_BY_SIDE or len(self.models) * len(self.values) > MOST_LINES

    @property
    def languages(self) -> tuple[str, ...]:
        """Languages that were asked in."""
        return tuple(self.profile.summary["langs"])

    @property
    def pairs(self) -> tuple[Pair, ...]:
        found = self.profile.differences.select("model_a", "model_b").unique(maintain_order=True)
        return tuple((str(first), str(second)) for first, second in found.iter_rows())

    def of(self, name: str) -> Row:
        """A part of the summary; empty where it is absent."""
        found = self.profile.summary.get(name)
        return found if isinstance(found, Mapping) else {}

    def number(self, name: str) -> int:
        """A count of the summary."""
        return whole_of(self.of("counts"), name)

    def called(self, value: str, texts: Texts) -> str:
        """A value's name in the page's language, or its id where the framework does not know it."""
        framework = self.profile.framework
        return framework.name(value, texts.lang) if value in framework else value

    def framework_name(self, texts: Texts) -> str:
        framework = self.profile.framework
        return framework.names.get(texts.lang) or framework.names.get("en") or framework.id

    @property
    def classifier_name(self) -> str:
        return text_of(self.of("classifier"), "name") or "–"

    @property
    def validated(self) -> Validated | None:
        """What is known of how often the classifier says a value; None where nothing is."""
        known = self.of("classifier").get("validation")
        by_value = known.get("values") if isinstance(known, Mapping) else None
        rows = list(by_value.values()) if isinstance(by_value, Mapping) else []
        said, there = (sum(whole_of(row, name) for row in rows) for name in ("predicted", "support"))
        return Validated(whole_of(known, "texts"), said, there) if isinstance(known, Mapping) and there else None

    def trained_on(self, texts: Texts) -> str:
        """The file of the classifier's training texts, with what they are where that is known."""
        return texts.named("expressed_training", text_of(self.of("classifier"), "file") or "–")

    def has(self, kind: str) -> bool:
        """Whether anything of this kind was estimated."""
        return not self.profile.shares.filter((pl.col("kind") == kind) & pl.col("share").is_not_null()).is_empty()

    def rows(self, kind: str) -> dict[str, dict[str, Row]]:
        """Shares of a kind by value and model, both in their order."""
        found: dict[str, dict[str, Row]] = {value: {} for value in self.values}
        for row in self.profile.shares.filter(pl.col("kind") == kind).iter_rows(named=True):
            found.setdefault(row["value"], {})[row["model"]] = row
        return {
            value: {model: by_model[model] for model in self.models if model in by_model}
            for value, by_model in found.items()
            if by_model
        }

    def outcomes(self, lang: str = "all") -> Iterator[Row]:
        """Rows of `outcomes` in one language, models in their order."""
        by_model = {row["model"]: row for row in self.profile.outcomes.filter(lang=lang).iter_rows(named=True)}
        return (by_model[model] for model in self.models if model in by_model)


def view_of(profile: Profile) -> ExpressedView:
    """The profile with models called by what tells them apart: where all answers were recorded, without saying so in
    front of every name."""
    names = {model: model.removeprefix(RECORDED) for model in profile.models}
    if not all(model.startswith(RECORDED) for model in names) or len(set(names.values())) < len(names):
        return ExpressedView(profile)
    shift = profile.summary.get("shift")
    renamed = replace(
        profile,
        **{
            table: frame.with_columns(
                pl.col(column).replace(names) for column in MODEL_COLUMNS if column in frame.columns
            )
            for table in ("shares", "differences", "outcomes", "answers")
            if (frame := getattr(profile, table)) is not None
        },
        summary={
            **profile.summary,
            "models": [names[model] for model in profile.models],
            "shift": {names.get(model, model): each for model, each in shift.items()} if shift else {},
        },
    )
    return ExpressedView(renamed)


def raw(row: Row, name: str = "share") -> Reading:
    """What the classifier says: a share, or a difference (`name`)."""
    return Reading(number_of(row, name), number_of(row, "low"), number_of(row, "high"), text_of(row, "why_not"))


def corrected(row: Row) -> Reading:
    """The same, corrected for the classifier's errors."""
    return Reading(
        number_of(row, "corrected"),
        number_of(row, "corrected_low"),
        number_of(row, "corrected_high"),
        text_of(row, "corrected_why_not"),
    )
