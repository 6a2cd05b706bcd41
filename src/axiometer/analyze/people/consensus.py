"""What raters say together: the majority, and Dawid and Skene's (1979) model of raters who err in ways of their own.

The majority of a unit is the label that most raters gave; where several were given equally often there is none, and all
of them stand in `tied`. Of sets, a category is in the majority's set where more than half of the raters name it; those
that exactly half name are `tied`.

Dawid and Skene: each unit has one true category, drawn with chances pi, and rater r says l where k is true with chance
e_r(l | k), independently of other raters. pi, e and the chance of each category for each unit are found by EM from the
majority's shares (crowd-kit). Of sets, each category by itself, as yes or no. Raters who share no unit with another are
left out: nothing says how they err, and EM would take them at their word. The model takes raters' errors on one
unit to be independent, and with few labels a rater its error matrices and chances are surer than they should be.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from axiometer.analyze.coded.arrays import Floats
from axiometer.analyze.frames import Record, framed
from axiometer.analyze.people.ratings import SEPARATOR, LabelScale, Ratings
from axiometer.errors import InputError

EXTRA = "pip install 'axiometer[people]'"
TIE = 1e-6

UNITS: dict[str, pl.DataType | type[pl.DataType]] = {
    "subject": pl.String,
    "labels": pl.Int64,
    "majority": pl.String,
    "share": pl.Float64,
    "tied": pl.List(pl.String),
    "dawid_skene": pl.String,
    "probability": pl.Float64,
}
ERRORS: dict[str, pl.DataType | type[pl.DataType]] = {
    "rater": pl.String,
    "category": pl.String,
    "truth": pl.String,
    "said": pl.String,
    "probability": pl.Float64,
    "labels": pl.Float64,
}
RATERS: dict[str, pl.DataType | type[pl.DataType]] = {
    "rater": pl.String,
    "labels": pl.Int64,
    "with_majority": pl.Float64,
    "compared": pl.Int64,
    "accuracy": pl.Float64,
}


@dataclass(frozen=True, slots=True)
class ConsensusOptions:
    """`dawid_skene`: False leaves it out (it needs the extra `people`). EM ends after `steps`, or where the bound grows
    by less than `tolerance`."""

    dawid_skene: bool = True
    steps: int = 200
    tolerance: float = 1e-6


@dataclass(frozen=True, slots=True)
class Consensus:
    """`units`: a row per unit: how many labels, the majority (null at ties), the share of raters with it (of sets: with
    exactly that set), what is `tied`, the likeliest category of Dawid and Skene (null at ties) and its probability (of
    sets: that all categories are as said). Sets are written with commas.

    `errors`: how likely each rater says `said` where `truth` is true (of sets per `category`, `yes` and `no`; null
    otherwise), and `labels`, how many of its labels that rests on (the sum of the units' chances). `raters`: the share
    of each rater's labels that are the majority of the *other* raters (over units where they have one, `compared`), and
    its estimated `accuracy`, the mean over its labels of the chance that they are true (null where it shares no unit
    with another). Without Dawid and Skene its columns are null and `errors` is empty.
    """

    units: pl.DataFrame
    errors: pl.DataFrame
    raters: pl.DataFrame


def consensus(ratings: Ratings, options: ConsensusOptions | None = None) -> Consensus:
    """Majority and Dawid-Skene side by side.

    Raises `InputError`, in one line, where Dawid-Skene is asked for and crowd-kit is not installed.
    """
    chosen = options or ConsensusOptions()
    units = _majorities(ratings)
    fitted = _fitted(ratings, chosen) if chosen.dawid_skene and len(ratings) else {}
    for row, (value, probability) in zip(units, _likeliest(ratings, fitted), strict=True):
        row |= {"dawid_skene": value, "probability": probability}
    return Consensus(
        units=framed(units, UNITS),
        errors=framed([row for category, each in fitted.items() for row in _errors(each, category)], ERRORS),
        raters=framed(_raters(ratings, fitted), RATERS),
    )


def _majorities(ratings: Ratings) -> list[Record]:
    counts = ratings.counts
    found = []
    for place, unit in enumerate(ratings.units):
        value, tied = _majority(ratings, counts[place])
        same = 0.0 if value is None else counts[place][ratings.kinds.index(value)] if value in ratings.kinds else 0.0
        labels = counts[place].sum()
        found.append(
            {
                "subject": unit,
                "labels": int(labels),
                "majority": None if value is None else _written(value, ratings),
                "share": None if value is None else float(same / labels),
                "tied": tied,
            }
        )
    return found


def _majority(ratings: Ratings, counts: Floats) -> tuple[frozenset[str] | None, list[str]]:
    """The label of the most raters (None at a tie, or without labels) and what is tied."""
    total = counts.sum()
    if total == 0:
        return None, []
    if ratings.scale is not LabelScale.SETS:
        leading = np.flatnonzero(counts == counts.max())
        if len(leading) == 1:
            return ratings.kinds[int(leading[0])], []
        return None, [ratings.written(int(kind)) for kind in leading]
    named = {
        category: sum(n for own, n in zip(ratings.kinds, counts, strict=True) if category in own)
        for category in ratings.categories
    }
    tied = [category for category, n in named.items() if 2 * n == total]
    return None if tied else frozenset(category for category, n in named.items() if 2 * n > total), tied


def _written(value: frozenset[str], ratings: Ratings) -> str:
    return SEPARATOR.join(sorted(value, key=ratings.categories.index))


@dataclass(frozen=True, slots=True)
class _Model:
    """`chances`: units x categories, rows of NaN for units without labels; `errors`: raters x said x true;
    `expected`: raters x true, the sum over a rater's labels of the chances of each category."""

    ratings: Ratings
    chances: Floats
    errors: Floats
    expected: Floats


def _fitted(ratings: Ratings, options: ConsensusOptions) -> Mapping[str | None, _Model]:
    """One model, or one per category for sets."""
    if importlib.util.find_spec("crowdkit") is None:
        raise InputError("Dawid-Skene needs crowd-kit", mend=EXTRA)
    compared = np.unique(ratings.rater[ratings.labels_of(ratings.unit) >= 2])
    known = ratings.where(np.isin(ratings.rater, compared))
    if not len(known):
        return {}
    if ratings.scale is not LabelScale.SETS:
        return {None: _fit(known, options)}
    return {category: _fit(known.naming(category), options) for category in ratings.categories}


def _fit(ratings: Ratings, options: ConsensusOptions) -> _Model:
    import pandas
    from crowdkit.aggregation import DawidSkene

    said = pandas.DataFrame({"task": ratings.unit, "worker": ratings.rater, "label": ratings.kind})
    model = DawidSkene(n_iter=options.steps, tol=options.tolerance).fit(said)
    size = len(ratings.kinds)
    chances = np.full((len(ratings.units), size), np.nan)
    table = model.probas_.reindex(columns=range(size), fill_value=0.0)
    chances[table.index.to_numpy()] = table.to_numpy()
    errors = np.zeros((len(ratings.raters), size, size))
    matrix = model.errors_.reindex(columns=range(size), fill_value=0.0)
    for (rater, label), row in zip(matrix.index, matrix.to_numpy(), strict=True):
        errors[rater, label] = row
    expected = np.zeros((len(ratings.raters), size))
    np.add.at(expected, ratings.rater, chances[ratings.unit])
    return _Model(ratings, chances, errors, expected)


def _likeliest(ratings: Ratings, fitted: Mapping[str | None, _Model]) -> list[tuple[str | None, float | None]]:
    if not fitted:
        return [(None, None)] * len(ratings.units)
    if None in fitted:
        return [_most(row, ratings) for row in fitted[None].chances]
    found: list[tuple[str | None, float | None]] = []
    for unit in range(len(ratings.units)):
        chances = {str(category): float(model.chances[unit, 1]) for category, model in fitted.items()}
        if any(np.isnan(chance) for chance in chances.values()):
            found.append((None, None))
            continue
        tied = any(abs(chance - 0.5) <= TIE for chance in chances.values())
        value = _written(frozenset(category for category, chance in chances.items() if chance > 0.5), ratings)
        sure = float(np.prod([max(chance, 1 - chance) for chance in chances.values()]))
        found.append((None if tied else value, None if tied else sure))
    return found


def _most(chances: Floats, ratings: Ratings) -> tuple[str | None, float | None]:
    if np.isnan(chances).any():
        return None, None
    best = int(chances.argmax())
    if (chances >= chances[best] - TIE).sum() > 1:
        return None, None
    return ratings.written(best), float(chances[best])


def _errors(model: _Model, category: str | None) -> list[Record]:
    names = model.ratings.categories
    return [
        {
            "rater": rater,
            "category": category,
            "truth": truth,
            "said": said,
            "probability": float(model.errors[number, at_said, at_truth]),
            "labels": float(model.expected[number, at_truth]),
        }
        for number, rater in enumerate(model.ratings.raters)
        for at_truth, truth in enumerate(names)
        if model.expected[number, at_truth] > 0
        for at_said, said in enumerate(names)
    ]


def _raters(ratings: Ratings, fitted: Mapping[str | None, _Model]) -> list[Record]:
    counts, table = ratings.counts, ratings.table
    rows: list[Record] = []
    for number, rater in enumerate(ratings.raters):
        same = compared = 0
        for unit in np.flatnonzero(table[number] >= 0):
            others = counts[unit].copy()
            others[table[number, unit]] -= 1
            value, _ = _majority(ratings, others)
            compared += value is not None
            same += value == ratings.kinds[table[number, unit]]
        rows.append(
            {
                "rater": rater,
                "labels": int((table[number] >= 0).sum()),
                "with_majority": same / compared if compared else None,
                "compared": compared,
                "accuracy": _accuracy(number, fitted) if fitted else None,
            }
        )
    return rows


def _accuracy(rater: int, fitted: Mapping[str | None, _Model]) -> float | None:
    """The mean chance that the rater's labels are true (of sets over categories, too)."""
    found = []
    for model in fitted.values():
        own = model.ratings.rater == rater
        found.append(model.chances[model.ratings.unit[own], model.ratings.kind[own]])
    every = np.concatenate(found)
    return float(every.mean()) if len(every) else None
