"""How answers ended, how long those that were read are, and how far from the training texts, by model and language."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from axiometer.analyze.coded.arrays import counted
from axiometer.analyze.estimates.outcomes import rate_intervals
from axiometer.analyze.frames import Record, framed, number
from axiometer.analyze.options import AnalysisOptions
from axiometer.expression.profile.questions import Questions
from axiometer.expression.profile.tables import OUTCOMES, OUTCOMES_OF_ANSWERS
from axiometer.records.rows import Outcome

ALL: Final = "all"
UNLIKE: Final = 1.25
"""Lengths are unlike where the longest mean is so many times the shortest: to the classifier that comes along a
text twice as long expresses 0.7 to 0.9 more of its twelve values, so one longer by a quarter about 0.25."""


@dataclass(frozen=True, slots=True)
class Lengths:
    """The models whose read answers are shortest and longest on average, in characters, in one language."""

    lang: str
    shortest: str
    low: float
    longest: str
    high: float

    @property
    def unlike(self) -> bool:
        return self.high >= UNLIKE * self.low


def lengths_of(outcomes: pl.DataFrame) -> Lengths | None:
    """Of the table `outcomes`: in the language in which models differ most in length; None for fewer than two models
    with answers that were read."""
    known = outcomes.filter(pl.col("mean_characters").is_not_null()).sort("mean_characters", maintain_order=True)
    single = known.filter(pl.col("lang") != ALL)
    found = []
    for (lang,), own in (known if single.is_empty() else single).group_by("lang", maintain_order=True):
        models, means = own["model"].to_list(), own["mean_characters"].to_list()
        if len(models) > 1:
            found.append(Lengths(str(lang), models[0], means[0], models[-1], means[-1]))
    return max(found, key=lambda each: each.high / max(each.low, 1.0), default=None)


def outcome_table(
    answers: pl.DataFrame,
    read: pl.DataFrame,
    items: pl.DataFrame,
    models: Sequence[str],
    questions: Questions,
    options: AnalysisOptions,
    *,
    recorded: bool,
) -> pl.DataFrame:
    """The table `outcomes`. read: what the classifier says of answers; recorded: an item to which a model has no answer
    counts as not recorded."""
    group = pl.col("item").replace_strict(dict(questions.group), return_dtype=pl.Int64)
    length = pl.col("text").str.len_chars()
    ended = answers.select("id", "model", "item", "lang", "outcome", group=group, characters=length)
    told = read.select("id", "distance", "out_of_domain", "windows")
    ended = ended.join(told, on="id", how="left", maintain_order="left")
    langs = sorted(set(items["lang"]))
    rows: list[Record] = []
    for model in models:
        own = ended.filter(pl.col("model") == model)
        missing = items.filter(~pl.col("id").is_in(own["item"].implode())) if recorded else items.clear()
        for lang in (*(langs if len(langs) > 1 else ()), ALL):
            mine = pl.lit(True) if lang == ALL else pl.col("lang") == lang
            part = dict(_row(own.filter(mine), missing.filter(mine).height, questions, options))
            rows.append({"model": model, "lang": lang, **part})
    return framed(rows, OUTCOMES)


def _row(
    own: pl.DataFrame, missing: int, questions: Questions, options: AnalysisOptions
) -> Iterator[tuple[str, object]]:
    yield "asked", own.height + missing
    yield "not_recorded", missing
    for outcome in OUTCOMES_OF_ANSWERS:
        yield str(outcome), int((own["outcome"] == str(outcome)).sum())
    refused = (own["outcome"] == str(Outcome.REFUSED)).to_numpy()
    yield from _rate("refused", refused, own["group"], questions, options)
    placed = own.filter(pl.col("out_of_domain").is_not_null())
    far = placed["out_of_domain"].to_numpy()
    yield "far", int(far.sum()) if placed.height else None
    yield from _rate("far", far, placed["group"], questions, options)
    distance = placed["distance"].mean()
    yield "mean_distance", float(distance) if isinstance(distance, float) else None
    own = own.filter(pl.col("windows").is_not_null())
    for name in ("characters", "windows"):
        mean = own[name].mean()
        yield f"mean_{name}", float(mean) if isinstance(mean, float) else None


def _rate(
    name: str, hits: np.ndarray, group: pl.Series, questions: Questions, options: AnalysisOptions
) -> Iterator[tuple[str, float | None]]:
    """A share with its interval over questions; nothing where nothing is counted."""
    if not len(group):
        return
    codes, groups = group.to_numpy().astype(np.int64), questions.sources.groups
    asked = counted(codes, groups)[:, None]
    counts = counted(codes, groups, hits.astype(np.float64))[:, None]
    low, high = rate_intervals(counts, asked, questions.sources, options)
    yield f"{name}_share", number(float(hits.mean()))
    yield f"{name}_low", number(float(low[0]))
    yield f"{name}_high", number(float(high[0]))
