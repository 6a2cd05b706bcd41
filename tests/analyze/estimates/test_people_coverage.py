"""Intervals of people's shares against the truth of the population that persons and rules were drawn from."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from scipy.special import expit, roots_hermitenorm

from axiometer.analyze import AnalysisOptions
from axiometer.analyze.coded.catalogue import Catalogue, catalogue_of
from axiometer.analyze.coded.presentations import Presentations
from axiometer.analyze.estimates.themes import themes
from axiometer.records import Expression, ExpressionKind, ItemKind, Mode, Option, Role, make_item

OPTIONS = AnalysisOptions(resamples=300)
ITEMS, RULES, SPREAD, LIKING = 80, 40, 0.7, 0.5


def population_share() -> float:
    nodes, weights = roots_hermitenorm(60)
    return float((weights / weights.sum()) @ expit(LIKING + math.sqrt(3) * SPREAD * nodes))


def asked(generator: np.random.Generator) -> tuple[Catalogue, np.ndarray]:
    """Items between two rules each, and how much more their first sides are liked for their rules."""
    liked = {f"{name}{number}": generator.normal(0, SPREAD) for name in "ab" for number in range(RULES)}
    sides = tuple(
        Option(name, Role.SIDE, (Expression(ExpressionKind.POSITION, name, 1),)) for name in ("first", "second")
    )
    items = {}
    for number in range(ITEMS):
        rules = tuple(f"{name}{generator.integers(RULES)}" for name in "ab")
        item = make_item(
            kind=ItemKind.THEME, lang="en", prompt=str(number), options=sides, clusters=rules, source="t",
            meta={"theme": "t"},
        )  # fmt: skip
        items[item.id] = item
    catalogue = catalogue_of(list(items.values()), {})
    return catalogue, np.array([sum(liked[rule] for rule in items[id_].clusters) for id_ in catalogue.id])


def answered(catalogue: Catalogue, liked: np.ndarray, persons: int, generator: np.random.Generator) -> Presentations:
    own = generator.normal(0, SPREAD, persons)
    item, person = np.repeat(np.arange(ITEMS), persons), np.tile(np.arange(persons), ITEMS)
    first = generator.random(len(item)) < expit(LIKING + liked[item] + own[person])
    nothing = np.zeros(len(item), dtype=np.int64)
    return Presentations(
        "people", Mode.CHOICE, item, catalogue.start[item] + np.where(first, 0, 1), nothing,
        np.tile([0, 1], (len(item), 1)), nothing, person, nothing - 1, nothing.astype(bool), nothing, None, True,
    )  # fmt: skip


@pytest.mark.slow
def test_people_are_covered_with_persons_resampled_and_missed_without() -> None:
    generator, truth = np.random.default_rng(11), population_share()
    with_persons, without, simulations = 0, 0, 100
    for _ in range(simulations):
        catalogue, liked = asked(generator)
        people = answered(catalogue, liked, 8, generator)
        for each in (people, replace(people, persons=False)):
            row = themes([each], catalogue, OPTIONS).filter(
                (pl.col("theme") == "all") & (pl.col("position") == "first")
            ).row(0, named=True)  # fmt: skip
            within = row["low"] <= truth <= row["high"]
            with_persons += within and each.persons
            without += within and not each.persons
    assert with_persons >= 0.88 * simulations
    assert without <= 0.86 * simulations
