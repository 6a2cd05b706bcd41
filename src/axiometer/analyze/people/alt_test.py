"""May a judge stand in for people? The alternative annotator test (Calderon, Reichart and Dror 2025, arXiv 2501.10970).

Each person is left out in turn. On every unit that the person labelled, the person's and the judge's label are scored
against those of the others (`accuracy`, the share of them that say the same; for sets the mean
likeness, MASI or Jaccard; for numbers minus the root mean square difference). With W_f = 1 where the judge scores at
least as well as the person and W_h = 1 where the person scores at least as well as the judge,

    rho_f = mean W_f        the judge's advantage probability over this person
    rho_h = mean W_h        the person's over the judge
    d = W_h - W_f           H0: mean d >= epsilon, against H1: mean d < epsilon (one-sided t-test)

`epsilon` is what the judge's being cheaper is worth (their rule of thumb: 0.2 beside experts, 0.15 beside skilled
people, 0.1 beside crowd workers). p-values are adjusted over persons by Benjamini and Yekutieli (2001), since all tests
use the same labels. The winning rate omega is the share of persons against whom H0 is rejected; the judge passes where
it is at least 1/2. The mean of rho_f over persons, rho, compares judges. They ask for at least three persons, and 30
units a person for the t-test (50 to 100 for power); persons below are left out, and named. Where fewer are allowed
(`least_units`), persons below 30 have an exact test: neither t nor Wilcoxon's test keeps its level (few_units.py).

The test takes units as independent. Where units share sources, `p_clustered` has the same test with a variance in which
every shared source counts once (inference/sources.py), `omega_clustered` what comes of it, and the judge passes only
with both.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import polars as pl

from axiometer.analyze.coded.arrays import Floats, Integers
from axiometer.analyze.frames import Record, framed, number
from axiometer.analyze.inference.intervals import adjust_benjamini_yekutieli
from axiometer.analyze.inference.sources import Sources
from axiometer.analyze.inference.statistic import Scale, ratios
from axiometer.analyze.options import AnalysisOptions
from axiometer.analyze.people.distances import jaccard, masi, nominal
from axiometer.analyze.people.few_units import exact_below
from axiometer.analyze.people.ratings import LabelScale, Ratings, kind_in
from axiometer.errors import InputError

TIE = 1e-9
LEAST_FOR_T = 30
"""Persons with fewer units have an exact test."""


class Score(StrEnum):
    """How a label is scored against those of others."""

    ACCURACY = "accuracy"
    MASI = "masi"
    JACCARD = "jaccard"
    NEGATIVE_RMSE = "negative rmse"


@dataclass(frozen=True, slots=True)
class AltTestOptions:
    """`score` None: accuracy, of sets MASI. `least_units`: of a person; `least_raters`: of the whole test; `passing`:
    the winning rate from which the judge passes."""

    epsilon: float = 0.15
    false_discoveries: float = 0.05
    score: Score | None = None
    least_units: int = 30
    least_raters: int = 3
    passing: float = 0.5


PERSONS: dict[str, type[pl.DataType]] = {
    "rater": pl.String,
    "units": pl.Int64,
    "judge_as_good": pl.Float64,
    "person_as_good": pl.Float64,
    "difference": pl.Float64,
    "test": pl.String,
    "p": pl.Float64,
    "p_adjusted": pl.Float64,
    "wins": pl.Boolean,
    "p_clustered": pl.Float64,
    "p_clustered_adjusted": pl.Float64,
    "wins_clustered": pl.Boolean,
    "why_not": pl.String,
}


@dataclass(frozen=True, slots=True)
class AltTest:
    """`persons`: a row per person: rho_f (`judge_as_good`), rho_h (`person_as_good`), `difference` (rho_h - rho_f), the
    test, whether the judge `wins`; those left out have `why_not`. `omega`, `rho`, `passes`: None where `why_not` says
    why. `rho_low`, `rho_high`: its interval over the units' sources (`rho_why_not` where there is none).
    `omega_clustered`: None where units share no sources. `judged`: units with labels of the judge and of two people;
    `not_judged`: units of two people that the judge did not label."""

    score: Score
    epsilon: float
    raters: int
    judged: int
    not_judged: int
    omega: float | None
    rho: float | None
    passes: bool | None
    omega_clustered: float | None
    rho_low: float | None
    rho_high: float | None
    rho_why_not: str | None
    why_not: str | None
    persons: pl.DataFrame


def alt_test(
    ratings: Ratings,
    judge: Mapping[str, object],
    options: AltTestOptions | None = None,
    analysis: AnalysisOptions | None = None,
) -> AltTest:
    """The test of `judge` (unit to label, written as people's are) against the people of `ratings`. A judge's label
    that is none of the people's categories agrees with nobody's.

    Raises `InputError` for a score that does not fit the labels.
    """
    chosen, how = options or AltTestOptions(), analysis or AnalysisOptions()
    score = chosen.score or (Score.MASI if ratings.scale is LabelScale.SETS else Score.ACCURACY)
    _refuse_unfit(score, ratings.scale)
    kinds, said = _judge_kinds(ratings, judge)
    likeness = None if score is Score.NEGATIVE_RMSE else _likeness(score, ratings, kinds)
    numbers = _numbers(ratings, kinds) if score is Score.NEGATIVE_RMSE else None
    table = ratings.table
    several = (table >= 0).sum(axis=0) >= 2
    usable = several & (said >= 0)
    rows: list[Record] = []
    wins: list[_Wins] = []
    sources = ratings.sources if len(ratings.units) else None
    for place, name in enumerate(ratings.raters):
        units = np.flatnonzero(usable & (table[place] >= 0))
        if len(units) < max(chosen.least_units, 2):
            rows.append({"rater": name, "units": len(units), "why_not": f"fewer than {chosen.least_units} units"})
            continue
        own, its = _scores(place, units, table, said, likeness, numbers)
        judge_wins, person_wins = (its >= own - TIE).astype(np.float64), (own >= its - TIE).astype(np.float64)
        rows.append(
            _tested(name, units, judge_wins, person_wins, sources if ratings.clustered else None, chosen.epsilon)
        )
        size = len(ratings.units)
        wins.append(_Wins(_on_units(units, judge_wins, size), _on_units(units, np.ones(len(units)), size)))
    counts = int(usable.sum()), int((several & ~usable).sum())
    return _concluded(score, rows, _rho(wins, sources, how), counts, chosen)


@dataclass(frozen=True, slots=True)
class _Wins:
    """Of one person: units on which the judge scored as well, and units that were compared; both 0/1."""

    won: Floats
    compared: Floats


@dataclass(frozen=True, slots=True)
class _Rho:
    estimate: float | None
    low: float | None
    high: float | None
    why_not: str | None


def _refuse_unfit(score: Score, scale: LabelScale) -> None:
    if (score in (Score.MASI, Score.JACCARD)) != (scale is LabelScale.SETS):
        raise InputError("the score {score!r} does not fit {scale} labels", score=score.value, scale=scale.value)


def _judge_kinds(ratings: Ratings, judge: Mapping[str, object]) -> tuple[list[frozenset[str]], Integers]:
    """All kinds, the people's first, and which of them the judge said of each unit (-1: none)."""
    kinds = list(ratings.kinds)
    place = {kind: number for number, kind in enumerate(kinds)}
    said = np.full(len(ratings.units), -1, dtype=np.int64)
    for number_, unit in enumerate(ratings.units):
        value = judge.get(unit)
        if value is None or (ratings.scale is not LabelScale.SETS and not str(value).strip()):
            continue
        kind = kind_in(ratings, value)
        if kind not in place:
            place[kind] = len(kinds)
            kinds.append(kind)
        said[number_] = place[kind]
    return kinds, said


def _likeness(score: Score, ratings: Ratings, kinds: list[frozenset[str]]) -> Floats:
    """Kinds (the judge's own among them) x the people's kinds."""
    if score is Score.ACCURACY:
        return 1.0 - nominal(len(kinds))[:, : len(ratings.kinds)]
    return 1.0 - (masi if score is Score.MASI else jaccard)(kinds, ratings.kinds)


def _numbers(ratings: Ratings, kinds: list[frozenset[str]]) -> Floats:
    known = ratings.numbers
    more = []
    for kind in kinds[len(known) :]:
        (name,) = kind
        try:
            more.append(float(name))
        except ValueError:
            raise InputError("the judge's label {value!r} is no number", value=name) from None
    if more and any(np.isnan(more)):
        raise InputError("the judge's label {value!r} is no number", value="nan")
    return np.concatenate([known, more])


def _scores(
    place: int,
    units: Integers,
    table: Integers,
    said: Integers,
    likeness: Floats | None,
    numbers: Floats | None,
) -> tuple[Floats, Floats]:
    """The person's and the judge's score on each unit, against all others who labelled it."""
    others = np.delete(table, place, axis=0)[:, units]
    there = others >= 0
    many = there.sum(axis=0)
    labels = (table[place, units], said[units])
    if numbers is not None:
        apart = [np.where(there, (numbers[own][None, :] - numbers[others]) ** 2, 0.0).sum(axis=0) for own in labels]
        person, judge = (-np.sqrt(each / many) for each in apart)
        return person, judge
    assert likeness is not None
    person, judge = (np.where(there, likeness[own[None, :], others], 0.0).sum(axis=0) / many for own in labels)
    return person, judge


def _tested(
    name: str, units: Integers, judge_wins: Floats, person_wins: Floats, sources: Sources | None, epsilon: float
) -> Record:
    difference = person_wins - judge_wins
    n = len(difference)
    mean, variance = float(difference.mean()), float(difference.var(ddof=1)) / n
    row: Record = {
        "rater": name,
        "units": n,
        "judge_as_good": float(judge_wins.mean()),
        "person_as_good": float(person_wins.mean()),
        "difference": mean,
        "test": "t" if n >= LEAST_FOR_T else "exact",
        "p": _below(mean - epsilon, variance, n - 1.0) if n >= LEAST_FOR_T else exact_below(difference, epsilon),
    }
    if sources is not None:
        groups = sources.groups
        influence = _on_units(units, (difference - mean) / n, groups)[:, None]
        hat = _on_units(units, np.full(n, 1.0 / n), groups)[:, None]
        spread = sources.spread(influence, hat, hat)
        row["p_clustered"] = _below(mean - epsilon, float(spread.once[0]), float(spread.df[0]))
    return row


def _below(distance: float, variance: float, df: float) -> float:
    """The one-sided p-value of `distance` below 0; without variation 0 or 1."""
    from scipy.special import stdtr

    if variance <= 0:
        return 0.0 if distance < 0 else 1.0
    return float(stdtr(df, distance / np.sqrt(variance)))


def _on_units(units: Integers, values: Floats, size: int) -> Floats:
    column = np.zeros(size)
    column[units] = values
    return column


def _concluded(
    score: Score, rows: list[Record], rho: _Rho, counts: tuple[int, int], options: AltTestOptions
) -> AltTest:
    frame = framed(rows, PERSONS)
    raters = frame["p"].len() - frame["p"].null_count()
    clustered = frame["p_clustered"].null_count() < frame.height
    frame = _adjusted(frame, "p", "p_adjusted", "wins", options)
    frame = _adjusted(frame, "p_clustered", "p_clustered_adjusted", "wins_clustered", options)
    why = None
    if raters < options.least_raters:
        why = f"{raters} people with {options.least_units} units or more, fewer than {options.least_raters}"
        rho = _Rho(None, None, None, why)
    omega = None if why else _share(frame["wins"])
    once = _share(frame["wins_clustered"]) if clustered and not why else None
    return AltTest(
        score=score,
        epsilon=options.epsilon,
        raters=raters,
        judged=counts[0],
        not_judged=counts[1],
        omega=omega,
        rho=rho.estimate,
        passes=None if omega is None else min(omega, omega if once is None else once) >= options.passing,
        omega_clustered=once,
        rho_low=rho.low,
        rho_high=rho.high,
        rho_why_not=rho.why_not,
        why_not=why,
        persons=frame,
    )


def _adjusted(frame: pl.DataFrame, p: str, adjusted: str, wins: str, options: AltTestOptions) -> pl.DataFrame:
    values = adjust_benjamini_yekutieli(frame[p].fill_null(np.nan).to_numpy())
    column = pl.Series(adjusted, values, dtype=pl.Float64).fill_nan(None)
    return frame.with_columns(column, (column <= options.false_discoveries).alias(wins))


def _share(wins: pl.Series) -> float:
    known = wins.drop_nulls().to_list()
    return float(sum(known) / len(known))


def _rho(wins: list[_Wins], sources: Sources | None, options: AnalysisOptions) -> _Rho:
    """The mean over persons of the judge's advantage probability, with its interval over the units' sources."""
    if not wins or sources is None:
        return _Rho(None, None, None, None)
    won, compared = (np.stack([getattr(each, name) for each in wins], axis=1) for name in ("won", "compared"))
    mean = ratios(won, compared, sources, options).combined(np.full((len(wins), 1), 1.0 / len(wins)))
    found = mean.intervals(sources, options, Scale.SHARE)
    return _Rho(float(mean.estimate[0]), number(found.low[0]), number(found.high[0]), found.why_not[0])
