"""How far a model gives the answers that people give, beside how far one person gives those of the others.

Each person in turn is left out. On every item that the person answered with at least one other, both the person and the
model are compared with the others' answers:

    raw        the chance that a randomly drawn other gave the same answer (of the model: a random one of its own)
    majority   the chance of giving the answer that most others gave; where several were given equally often, each of
               them counts 1 / number of them

Means over the persons of an item, and over items, each item alike. `ceiling` is the persons' own: a model that were one
more of these people would reach it, and one that always gives the commonest answer passes it. `difference` is the model
less the ceiling, paired. Options are compared within items, so nothing depends on how sides are numbered. Intervals
resample persons and the items' sources; non-answers are left out on both sides.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from axiometer.analyze.coded.arrays import Floats
from axiometer.analyze.coded.catalogue import Catalogue
from axiometer.analyze.coded.units import told
from axiometer.analyze.frames import Record, framed, number
from axiometer.analyze.inference.crossed import CrossedSources
from axiometer.analyze.inference.statistic import Scale, Statistic, ratios
from axiometer.analyze.options import AnalysisOptions
from axiometer.analyze.people.respondents import Voices, meetings, read_voices, sources_of
from axiometer.records import Item

COLUMNS: dict[str, type[pl.DataType]] = {
    "people": pl.String,
    "model": pl.String,
    "mode": pl.String,
    "measure": pl.String,
    "items": pl.Int64,
    "persons": pl.Int64,
    **{
        f"{part}{end}": pl.String if end in ("_interval", "_why_not") else pl.Float64
        for part in ("estimate", "ceiling", "difference")
        for end in ("", "_low", "_high", "_interval", "_why_not")
    },
}
MEASURES = ("raw", "majority")


def people_agreement(
    items: pl.DataFrame | Sequence[Item], answers: pl.DataFrame, options: AnalysisOptions | None = None
) -> pl.DataFrame:
    """A row per group of people, model, mode and measure. `answers` holds people's and models' answers (see
    `respondents.read_voices`). Raises `InputError` where there are no people."""
    how = options or AnalysisOptions()
    catalogue, people, models = read_voices(items, answers)
    rows: list[Record] = []
    for group, other in meetings(people, models):
        head = {"people": group.name, "model": other.name, "mode": other.mode.value}
        rows.extend({**head, **row} for row in _rows(group, other, catalogue, how))
    return framed(rows, COLUMNS)


def _rows(group: Voices, other: Voices, catalogue: Catalogue, options: AnalysisOptions) -> list[Record]:
    many = group.counts.sum(axis=1)
    kept = other.answered[group.item] & (many[group.item] >= 2)
    item, option = group.item[kept], group.option[kept]
    if not len(item):
        return []
    rest = group.counts[item]
    rest[np.arange(len(item)), option] -= 1
    leading = rest == rest.max(axis=1, keepdims=True)
    against = {"raw": rest / rest.sum(axis=1, keepdims=True), "majority": leading / leading.sum(axis=1, keepdims=True)}
    weight = (1.0 / many[item])[:, None]
    sources = sources_of(catalogue, item, group.person[kept])
    persons = len(np.unique(group.person[kept]))
    fewest = min(persons, other.persons) if (other.person >= 0).any() else persons
    rows: list[Record] = []
    for measure in MEASURES:
        reference = against[measure]
        own = reference[np.arange(len(item)), option]
        model = (reference * other.share[item]).sum(axis=1)
        both: Floats = np.stack([model, own], axis=1) * weight
        found = ratios(both, np.hstack([weight, weight]), sources, options)
        first, second = found.take(slice(0, 1)), found.take(slice(1, 2))
        row: Record = {"measure": measure, "items": len(np.unique(item)), "persons": persons}
        for name, statistic, scale in (
            ("estimate", first, Scale.SHARE),
            ("ceiling", second, Scale.SHARE),
            ("difference", first.minus(second), Scale.DIFFERENCE),
        ):
            row |= _named(name, statistic, scale, sources, options, fewest)
        rows.append(row)
    return rows


def _named(
    name: str, statistic: Statistic, scale: Scale, sources: CrossedSources, options: AnalysisOptions, fewest: int
) -> Record:
    found = statistic.intervals(sources, options, scale)
    row = told(
        {
            "low": number(found.low[0]),
            "high": number(found.high[0]),
            "interval": found.method(0),
            "why_not": found.why_not[0],
        },
        fewest,
    )
    return {name: number(found.estimate[0]), **{f"{name}_{end}": value for end, value in row.items()}}
