"""How far a model's answers lie from people's, item by item, beside what sampling alone would make of it.

With p the people's and q the model's distribution over the options of an item, m = (p + q) / 2:

    js_divergence   1/2 KL(p, m) + 1/2 KL(q, m), in bits (base 2), 0 to 1 (Lin 1991)
    js_distance     its root, a metric (Endres and Schindelin 2003), 0 to 1
    wasserstein     sum over cuts of |P - Q| / (K - 1), with P and Q cumulative over K options in their order: 0 to 1

and their means over the items that both answered, each item alike. All three are above 0 between two samples from one
distribution, so beside them stand, each the mean over random draws:

    people_halves   the distance between two halves of the people (whole persons; each half has half of them, so it is
                    more than the noise of all)
    model_halves    between two halves of the model's answers to an item (orders, wordings, repeats); null with one
                    answer an item, and for probabilities
    alike           the distance that this many people and this many answers of the model would have if all were drawn
                    from one distribution: answers of both are pooled and dealt anew (of a model's probabilities: as
                    many people as there are, drawn from them)
    excess          distance less `alike`: what sampling does not explain (cautiously: where both differ, the pooled
                    answers are more varied than either's)
    p_alike         the chance of a distance as large as this or larger if all were drawn from one distribution: a
                    permutation test over the same draws, (1 + those as large) / (1 + all)

The interval is Student's t with V = V_sources + V_persons - V_units (inference/crossed.py) on first-order effects; what
the model's answers vary from time to time shows between items, as does who is in the second of two groups of people. It
is about the distance, not the excess.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from axiometer.analyze.coded.arrays import Booleans, Floats, Integers, cells
from axiometer.analyze.coded.catalogue import Catalogue
from axiometer.analyze.coded.units import told
from axiometer.analyze.frames import Record, framed, number
from axiometer.analyze.inference.intervals import t_interval
from axiometer.analyze.inference.statistic import reason_against
from axiometer.analyze.options import AnalysisOptions
from axiometer.analyze.people.respondents import Voices, meetings, read_voices, shares_of, sources_of
from axiometer.records import Item

METHOD = "linear, persons too"
MEASURES = ("js_divergence", "js_distance", "wasserstein")

SUMMARY: dict[str, type[pl.DataType]] = {
    "people": pl.String,
    "model": pl.String,
    "mode": pl.String,
    "measure": pl.String,
    "items": pl.Int64,
    "persons": pl.Int64,
    "estimate": pl.Float64,
    "low": pl.Float64,
    "high": pl.Float64,
    "interval": pl.String,
    "why_not": pl.String,
    "alike": pl.Float64,
    "excess": pl.Float64,
    "p_alike": pl.Float64,
    "people_halves": pl.Float64,
    "model_halves": pl.Float64,
}
ITEMS: dict[str, type[pl.DataType]] = {
    "people": pl.String,
    "model": pl.String,
    "mode": pl.String,
    "item": pl.String,
    "n_people": pl.Int64,
    "n_model": pl.Int64,
    **dict.fromkeys(MEASURES, pl.Float64),
    **{f"{name}_alike": pl.Float64 for name in MEASURES},
}

Distance = Callable[[Floats, Floats], Floats]
"""Two tables of distributions (items x options) to a distance per item."""


@dataclass(frozen=True, slots=True)
class PeopleDistance:
    """`summary`: a row per group of people, model (or other group of people), mode and measure. `items`: per item."""

    summary: pl.DataFrame
    items: pl.DataFrame


@dataclass(frozen=True, slots=True)
class DistanceOptions:
    """`ordered`: ids of items whose options are steps of a scale, in order, or True for all; only they have a
    `wasserstein`. `draws`: how often halves and pooled answers are drawn."""

    ordered: Collection[str] | bool = False
    draws: int = 200


def people_distance(
    items: pl.DataFrame | Sequence[Item],
    answers: pl.DataFrame,
    options: DistanceOptions | None = None,
    analysis: AnalysisOptions | None = None,
) -> PeopleDistance:
    """Distances of every model from every group of people, and of groups of people from each other.

    `answers` holds both. Raises `InputError` where there are no people.
    """
    chosen, how = options or DistanceOptions(), analysis or AnalysisOptions()
    catalogue, people, models = read_voices(items, answers)
    ordered = _ordered(catalogue, chosen.ordered)
    summary: list[Record] = []
    of_items: list[Record] = []
    for group, other in meetings(people, models):
        both = group.answered & other.answered
        if not both.any():
            continue
        head = {"people": group.name, "model": other.name, "mode": other.mode.value}
        rows: dict[int, Record] = {
            int(item): {
                **head,
                "item": catalogue.id[int(item)],
                "n_people": int(group.counts[item].sum()),
                "n_model": int(other.counts[item].sum()) if other.drawn else None,
            }
            for item in np.flatnonzero(both)
        }
        for measure in MEASURES:
            kept = both & ordered if measure == "wasserstein" else both
            if not kept.any():
                continue
            found = _Found.of(measure, group, other, kept, catalogue, chosen.draws, how.seed)
            summary.append({**head, **_summed(measure, found, group, other, kept, catalogue, how)})
            for place, item in enumerate(np.flatnonzero(kept)):
                rows[int(item)] |= {
                    measure: number(found.distance[place]),
                    f"{measure}_alike": number(found.alike[place]),
                }
        of_items.extend(rows.values())
    return PeopleDistance(framed(summary, SUMMARY), framed(of_items, ITEMS))


def _ordered(catalogue: Catalogue, ordered: Collection[str] | bool) -> Booleans:
    several = catalogue.options_of >= 2
    if isinstance(ordered, bool):
        return np.asarray(several & ordered, dtype=np.bool_)
    return np.asarray(several & catalogue.id.is_in(list(ordered)).to_numpy(), dtype=np.bool_)


def jensen_shannon(p: Floats, q: Floats) -> Floats:
    """The Jensen-Shannon divergence of each row, base 2."""
    middle = (p + q) / 2
    with np.errstate(divide="ignore", invalid="ignore"):
        parts = [np.where(each > 0, each * np.log2(each / middle), 0.0) for each in (p, q)]
    return np.asarray(np.clip((parts[0] + parts[1]).sum(axis=1) / 2, 0.0, 1.0), dtype=np.float64)


def _rooted(p: Floats, q: Floats) -> Floats:
    return np.asarray(np.sqrt(jensen_shannon(p, q)), dtype=np.float64)


def _wasserstein(steps: Integers) -> Distance:
    """Of each row the distance along its first `steps` options, over steps - 1."""

    def distance(p: Floats, q: Floats) -> Floats:
        apart = np.abs(np.cumsum(p - q, axis=1)[:, :-1])
        inside = np.arange(apart.shape[1])[None, :] < (steps - 1)[:, None]
        return np.asarray(np.where(inside, apart, 0.0).sum(axis=1) / (steps - 1), dtype=np.float64)

    return distance


def _slope(measure: str, p: Floats, q: Floats, steps: Integers) -> Floats:
    """How the distance of each row moves with each entry of p; 0 where it does not exist."""
    if measure == "wasserstein":
        sign = np.sign(np.cumsum(p - q, axis=1))
        sign = np.where(np.arange(p.shape[1])[None, :] < (steps - 1)[:, None], sign, 0.0)
        return np.asarray(np.cumsum(sign[:, ::-1], axis=1)[:, ::-1] / (steps - 1)[:, None], dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        slope = np.where(p > 0, np.log2(p / ((p + q) / 2)) / 2, 0.0)
        if measure == "js_distance":
            root = np.sqrt(jensen_shannon(p, q))[:, None]
            slope = np.where(root > 1e-9, slope / (2 * np.where(root > 1e-9, root, 1.0)), 0.0)
    return slope


@dataclass(frozen=True, slots=True)
class _Found:
    """One measure on the items `kept`: distances, what they would be if all answers were drawn alike (`alike` by item,
    `means` over items by draw), halves."""

    distance: Floats
    alike: Floats
    means: Floats
    people_halves: float | None
    model_halves: float | None
    slope: Floats

    @classmethod
    def of(
        cls, measure: str, group: Voices, other: Voices, kept: Booleans, catalogue: Catalogue, draws: int, seed: int
    ) -> _Found:
        steps = catalogue.options_of[kept]
        plain = _wasserstein(steps) if measure == "wasserstein" else jensen_shannon
        distance = _rooted if measure == "js_distance" else plain
        generator = np.random.default_rng(seed)
        p, q = group.share[kept], other.share[kept]
        dealt = _dealt_anew if other.drawn else _drawn_from
        drawn = np.stack([distance(*dealt(group, other, kept, generator)) for _ in range(draws)])
        return cls(
            distance=distance(p, q),
            alike=drawn.mean(axis=0),
            means=drawn.mean(axis=1),
            people_halves=_halves(group, kept, distance, draws, generator),
            model_halves=_halves(other, kept, distance, draws, generator) if other.drawn else None,
            slope=_slope(measure, p, q, steps),
        )


def _dealt_anew(group: Voices, other: Voices, kept: Booleans, generator: np.random.Generator) -> tuple[Floats, Floats]:
    """The answers of both to each item shuffled, and as many as each had given back."""
    item = np.concatenate([group.item, other.item])
    option = np.concatenate([group.option, other.option])
    order = np.lexsort((generator.random(len(item)), item))
    item, option = item[order], option[order]
    first = np.searchsorted(item, item)
    ours = np.arange(len(item)) - first < group.counts.sum(axis=1)[item]
    shape = group.counts.shape
    tables = [cells(item[own] * shape[1] + option[own], shape) for own in (ours, ~ours)]
    return shares_of(tables[0])[kept], shares_of(tables[1])[kept]


def _drawn_from(group: Voices, other: Voices, kept: Booleans, generator: np.random.Generator) -> tuple[Floats, Floats]:
    """As many people as there are, drawn from the model's probabilities, against these."""
    q = other.share[kept]
    many = group.counts[kept].sum(axis=1).astype(np.int64)
    return shares_of(generator.multinomial(many, q / q.sum(axis=1, keepdims=True)).astype(np.float64)), q


def _halves(
    voices: Voices, kept: Booleans, distance: Distance, draws: int, generator: np.random.Generator
) -> float | None:
    """The mean distance of two random halves: of persons, or of a model's answers to an item; None where no item has
    two answers."""
    shape = voices.counts.shape
    found: list[float] = []
    rows = kept[voices.item]
    item, option, person = voices.item[rows], voices.option[rows], voices.person[rows]
    if not (np.bincount(item, minlength=1) >= 2).any():
        return None
    for _ in range(draws):
        half = _half_of_persons(person, generator) if (person >= 0).any() else _half_of_answers(item, generator)
        tables = [cells(item[own] * shape[1] + option[own], shape)[kept] for own in (half, ~half)]
        both = (tables[0].sum(axis=1) > 0) & (tables[1].sum(axis=1) > 0)
        if both.any():
            found.append(float(distance(shares_of(tables[0]), shares_of(tables[1]))[both].mean()))
    return float(np.mean(found)) if found else None


def _half_of_persons(person: Integers, generator: np.random.Generator) -> Booleans:
    names = np.unique(person)
    taken = generator.permutation(names)[: len(names) // 2]
    return np.asarray(np.isin(person, taken), dtype=np.bool_)


def _half_of_answers(item: Integers, generator: np.random.Generator) -> Booleans:
    order = np.lexsort((generator.random(len(item)), item))
    place = np.arange(len(item)) - np.searchsorted(item[order], item[order])
    half = np.zeros(len(item), dtype=np.bool_)
    half[order] = place % 2 == 0
    return half


def _summed(
    measure: str,
    found: _Found,
    group: Voices,
    other: Voices,
    kept: Booleans,
    catalogue: Catalogue,
    options: AnalysisOptions,
) -> Record:
    mean = float(found.distance.mean())
    alike = float(found.alike.mean())
    persons = group.persons
    row: Record = {
        "measure": measure,
        "items": int(kept.sum()),
        "persons": persons,
        "estimate": mean,
        **_interval(found, group, kept, catalogue, options),
        "alike": alike,
        "excess": mean - alike,
        "p_alike": float((1 + (found.means >= mean - 1e-12).sum()) / (1 + len(found.means))),
        "people_halves": found.people_halves,
        "model_halves": found.model_halves,
    }
    named = told(row, min(persons, other.persons) if (other.person >= 0).any() else persons)
    return named if named["interval"] is None else {**named, "interval": METHOD}


def _interval(found: _Found, group: Voices, kept: Booleans, catalogue: Catalogue, options: AnalysisOptions) -> Record:
    """Units are persons' answers to the items `kept`: each has its part of the item's distance, and how its own answer
    moves it."""
    rows = kept[group.item]
    item, option = group.item[rows], group.option[rows]
    place = (np.cumsum(kept) - 1)[item]
    many = group.counts.sum(axis=1)[item]
    share = group.share[kept]
    centred = found.slope - (share * found.slope).sum(axis=1, keepdims=True)
    effect = (found.distance - found.distance.mean())[place] + centred[place, option]
    items = len(found.distance)
    influence = (effect / many / items)[:, None]
    hat = (1.0 / many / items)[:, None]
    sources = sources_of(catalogue, item, group.person[rows])
    spread = sources.spread(influence, hat, hat)
    se = np.sqrt(np.maximum(spread.once, 0.0))
    low, high = t_interval(np.array([found.distance.mean()]), se, spread.df, options.confidence)
    count, largest = sources.behind(hat)
    why = reason_against(
        exposed=float(items),
        sources=int(count[0]),
        largest=float(largest[0]),
        at_edge=False,
        se=float(se[0]),
        min_sources=options.min_sources,
    )
    return {
        "low": None if why else number(max(float(low[0]), 0.0)),
        "high": None if why else number(min(float(high[0]), 1.0)),
        "interval": None if why else METHOD,
        "why_not": why,
    }
