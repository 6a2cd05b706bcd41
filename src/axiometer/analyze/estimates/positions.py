"""Agreement on positions where respondents were not put the same presentations: orders and repeats are averaged.

Of each item, a respondent has a distribution over positions: the part of its presentations, all orders, wordings and
repeats together, that ended on each (of people: each person's, every person alike). For two respondents the product of
both distributions is the item's table of positions, and the mean over items the table from which Cohen's kappa, Gwet's
AC1 and Krippendorff's alpha are computed (coefficients.py). It is the agreement of two answers drawn at random, one of
each, to an item drawn at random; with one answer each it is the ordinary coefficient.

A respondent's agreement with itself comes from pairs of its own answers that were given apart: of a model, answers in
two orders, or two repeats in one order (as if orders were drawn independently for both); of people, two persons (for
each item all pairs, or with more than `MOST_PERSONS` each person with the next `NEIGHBOURS`).

The unit of resampling is an item with the one or two persons that are behind the cell (coded/units.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from axiometer.analyze.coded.arrays import Floats, Integers, counted, joined
from axiometer.analyze.coded.catalogue import Catalogue
from axiometer.analyze.coded.positions import Positions, positions_of
from axiometer.analyze.coded.presentations import Presentations
from axiometer.analyze.coded.recovered import NOT_CORRECTED
from axiometer.analyze.coded.tallies import corrected_targets
from axiometer.analyze.coded.units import fewest_persons, told
from axiometer.analyze.coded.value_index import Level
from axiometer.analyze.estimates.coefficients import COEFFICIENTS, Coefficient, observed, of_confusion
from axiometer.analyze.frames import Record, number
from axiometer.analyze.inference.crossed import CrossedSources
from axiometer.analyze.inference.sources import Sources
from axiometer.analyze.inference.statistic import Scale
from axiometer.analyze.options import AnalysisOptions

MEASURES: dict[str, Coefficient] = {"raw": observed, **COEFFICIENTS}
MOST_PERSONS = 21
NEIGHBOURS = 10
ONE_POSITION = "one position only"


@dataclass(frozen=True, slots=True)
class _Voices:
    """Distributions over positions, one per item and voice: a person, or the respondent as a whole (`person` -1).
    `weight`: the part of the respondent that it is for this item."""

    item: Integers
    person: Integers
    weight: Floats
    taken: Floats


@dataclass(frozen=True, slots=True)
class _Tables:
    """Tables of positions (k x k, each as a row), the group and the persons of each, and how many items there are."""

    cells: Floats
    group: Integers
    persons: Integers
    items: int


def both_rows(
    first: Presentations, second: Presentations, catalogue: Catalogue, level: Level, options: AnalysisOptions
) -> Iterator[Record]:
    """Agreement of two respondents, one row per measure; none where they took positions on no common item."""
    positions = positions_of(catalogue, level)
    one, other = _voices(first, positions), _voices(second, positions)
    at_one, at_other = _meeting(one.item, other.item)
    if not len(at_one):
        return
    k = len(positions.names)
    weight = one.weight[at_one] * other.weight[at_other]
    cells = weight[:, None, None] * one.taken[at_one][:, :, None] * other.taken[at_other][:, None, :]
    shift = int(one.person.max(initial=-1)) + 1
    persons = [one.person[at_one], np.where(other.person[at_other] >= 0, other.person[at_other] + shift, -1)]
    item = one.item[at_one]
    tables = _Tables(cells.reshape(-1, k * k), catalogue.group[item], np.stack(persons, axis=1), len(np.unique(item)))
    yield from _rows(tables, catalogue, level, options, fewest_persons([first, second]))


def own_rows(
    presentations: Presentations, catalogue: Catalogue, level: Level, options: AnalysisOptions
) -> Iterator[Record]:
    """Agreement of a respondent with itself, one row per measure; none where nothing was asked twice."""
    if presentations.persons:
        tables = _person_pairs(_voices(presentations, positions_of(catalogue, level)), catalogue)
    else:
        tables = _own_pairs(presentations, catalogue, positions_of(catalogue, level))
    if tables.items:
        yield from _rows(tables, catalogue, level, options, fewest_persons([presentations]))


def on_positions(presentations: Presentations, positions: Positions) -> tuple[Presentations, Integers]:
    """The presentations that ended on exactly one position, and which."""
    rows = presentations.where(presentations.chosen)
    position = positions.of_option[rows.option]
    return rows.where(position >= 0), position[position >= 0]


def _voices(presentations: Presentations, positions: Positions) -> _Voices:
    rows, position = on_positions(presentations, positions)
    person = np.unique(rows.repeat, return_inverse=True)[1] if rows.persons else np.full(len(rows), -1)
    voice = joined(rows.item, person)
    first = np.unique(voice, return_index=True)[1]
    k = len(positions.names)
    taken = counted(voice * k + position, len(first) * k).reshape(len(first), k)
    item = rows.item[first]
    voices = np.unique(item, return_inverse=True, return_counts=True)
    return _Voices(item, person[first], 1.0 / voices[2][voices[1]], taken / taken.sum(axis=1, keepdims=True))


def _meeting(one: Integers, other: Integers) -> tuple[Integers, Integers]:
    """All pairs of places with equal entries; both arrays are sorted."""
    start, end = np.searchsorted(other, one, "left"), np.searchsorted(other, one, "right")
    count = end - start
    left = np.repeat(np.arange(len(one)), count)
    within = np.arange(len(left)) - np.repeat(np.cumsum(count) - count, count)
    return left, np.repeat(start, count) + within


def _person_pairs(voices: _Voices, catalogue: Catalogue) -> _Tables:
    """Every item's table of pairs of persons, both ways round, its cells adding to 1."""
    left, right = [], []
    items = np.unique(voices.item)
    bounds = np.searchsorted(voices.item, [*items, items.max(initial=0) + 1])
    for start, end in pairwise(bounds):
        size = int(end - start)
        if size > MOST_PERSONS:
            own = np.repeat(np.arange(size), NEIGHBOURS)
            next_ = (own + np.tile(np.arange(1, NEIGHBOURS + 1), size)) % size
        else:
            own, next_ = np.triu_indices(size, 1)
        left.append(start + own)
        right.append(start + next_)
    at, to = (np.concatenate([np.zeros(0, dtype=np.int64), *places]).astype(np.int64) for places in (left, right))
    item = voices.item[at]
    distinct, place, pairs = np.unique(item, return_inverse=True, return_counts=True)
    product = voices.taken[at][:, :, None] * voices.taken[to][:, None, :]
    cells = (product + product.transpose(0, 2, 1)) / (2.0 * pairs[place])[:, None, None]
    persons = np.stack([voices.person[at], voices.person[to]], axis=1)
    k = voices.taken.shape[1]
    return _Tables(cells.reshape(len(at), k * k), catalogue.group[item], persons, len(distinct))


def _own_pairs(presentations: Presentations, catalogue: Catalogue, positions: Positions) -> _Tables:
    """Every item's table of two answers of one respondent that were given apart. Items with an answer that was asked
    once only in its order and wording are left out: it would have to be paired with itself."""
    rows, position = on_positions(presentations, positions)
    k = len(positions.names)
    form = joined(rows.item, rows.order_code, rows.wording)
    first = np.unique(form, return_index=True)[1]
    counts = counted(form * k + position, len(first) * k).reshape(len(first), k)
    n = counts.sum(axis=1)
    item, place = np.unique(rows.item[first], return_inverse=True)
    usable = np.bincount(place, n < 2, len(item)) == 0
    share = counts / n[:, None]
    summed = np.zeros((len(item), k))
    np.add.at(summed, place, share)
    pairs = summed[:, :, None] * summed[:, None, :]
    diagonal = np.arange(k)
    apart = counts[:, :, None] * counts[:, None, :]
    apart[:, diagonal, diagonal] -= counts
    with np.errstate(divide="ignore", invalid="ignore"):
        apart = np.nan_to_num(apart / (n * (n - 1))[:, None, None])
    np.add.at(pairs, place, apart - share[:, :, None] * share[:, None, :])
    pairs /= (np.bincount(place) ** 2.0)[:, None, None]
    kept = item[usable]
    nobody = np.full((len(kept), 1), -1, dtype=np.int64)
    return _Tables(pairs[usable].reshape(-1, k * k), catalogue.group[kept], nobody, len(kept))


def _rows(
    tables: _Tables, catalogue: Catalogue, level: Level, options: AnalysisOptions, fewest: int | None
) -> Iterator[Record]:
    uncertain = corrected_targets(catalogue, level).any()
    table, sources = _on_units(tables, catalogue, fewest is None)
    drawn = sources.totals(table, options.resamples, options.seed)
    for measure, coefficient in MEASURES.items():
        if uncertain and measure != "raw":  # a map that is the wrong way round turns both, so raw agreement stays
            yield {"measure": measure, "n_items": tables.items, "estimate": None, "why_not": NOT_CORRECTED}
            continue
        statistic = of_confusion(table, drawn, coefficient)
        estimates = statistic.intervals(sources, options, Scale.DIFFERENCE)
        undefined = None if np.isfinite(estimates.estimate[0]) else ONE_POSITION
        lowest = 0.0 if measure == "raw" else -1.0
        row: Record = {
            "measure": measure,
            "n_items": tables.items,
            "estimate": number(estimates.estimate[0]),
            "low": number(max(estimates.low[0], lowest)),
            "high": number(min(estimates.high[0], 1.0)),
            "interval": None if undefined else estimates.method(0),
            "why_not": undefined or estimates.why_not[0],
        }
        yield told(row, fewest)


def _on_units(tables: _Tables, catalogue: Catalogue, groups_alone: bool) -> tuple[Floats, Sources]:
    """Tables summed to units, and what units share. Without people these are the groups and their sources."""
    if groups_alone:
        table = np.zeros((catalogue.groups, tables.cells.shape[1]))
        np.add.at(table, tables.group, tables.cells)
        return table, catalogue.sources
    unit = joined(tables.group, *tables.persons.T)
    first = np.unique(unit, return_index=True)[1]
    table = np.zeros((len(first), tables.cells.shape[1]))
    np.add.at(table, unit, tables.cells)
    return table, CrossedSources.of_units(tables.group[first], tables.persons[first], catalogue.sources)
