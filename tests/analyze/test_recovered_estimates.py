"""Recovered maps: are shares, strengths and differences right where maps are the wrong way round?"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from tests.analyze.recovered_world import (
    FEW,
    FRAMEWORKS,
    LEVEL,
    TRUE,
    World,
    at_level,
    presented,
    recovered,
    without_confidence,
)

from axiometer.analyze.analysis import of_presentations
from axiometer.analyze.coded.catalogue import catalogue_of
from axiometer.analyze.coded.presentations import OUTCOMES, Presentations
from axiometer.analyze.coded.recovered import unmixed
from axiometer.analyze.coded.tallies import by_content, tally
from axiometer.analyze.estimates.differences import between_models
from axiometer.analyze.estimates.pairs import pairs
from axiometer.analyze.estimates.shares import shares
from axiometer.analyze.inference.statistic import OUTSIDE
from axiometer.analyze.ranking.tables import rankings
from axiometer.records import Item, Mode, Outcome


def test_the_corrected_count_is_the_true_one_on_average():
    own, other, p = np.array([7.0]), np.array([3.0]), np.array([0.8])
    mixed = p * own + (1 - p) * other, p * other + (1 - p) * own
    assert unmixed(*mixed, p) == pytest.approx(own) and unmixed(*mixed[::-1], p) == pytest.approx(other)
    assert unmixed(own, other, np.array([1.0])) == pytest.approx(own)


def simulated_shares(seeds: range) -> tuple[list[bool], list[bool], list[float], list[float]]:
    """Over simulations: whether corrected and uncorrected intervals hold the planted share, the errors of corrected
    shares, and how far from one half uncorrected ones are, in terms of the planted share's distance."""
    covered, naive, errors, pulled = [], [], [], []
    for seed in seeds:
        world = World(seed)
        items, chosen = world.seen(1_000 + seed, 0.65, 0.95)
        truth = world.expected()
        for row in at_level(shares_of(items, chosen)).iter_rows(named=True):
            errors.append(row["share"] - truth[row["value"]])
            if row["low"] is not None:
                covered.append(row["low"] <= truth[row["value"]] <= row["high"])
        for row in at_level(shares_of(without_confidence(items), chosen)).iter_rows(named=True):
            known = truth[row["value"]]
            if row["low"] is not None:
                naive.append(row["low"] <= known <= row["high"])
            if abs(known - 0.5) > 0.1:
                pulled.append((row["share"] - 0.5) / (known - 0.5))
    return covered, naive, errors, pulled


def shares_of(items: list[Item], chosen: dict[str, int]) -> pl.DataFrame:
    catalogue, rows = presented(items, chosen)
    return shares([rows], catalogue, FEW)


def test_shares_are_right_on_average_and_uncorrected_ones_are_drawn_to_one_half():
    covered, naive, errors, pulled = simulated_shares(range(12))
    assert len(covered) > 100 and np.mean(covered) >= 0.9
    assert abs(np.mean(errors)) < 3 * np.std(errors) / np.sqrt(len(errors))
    assert 0.45 < np.mean(pulled) < 0.75  # maps are right with 0.8 on average, so 2 p - 1 is about 0.6
    assert np.mean(naive) < np.mean(covered)


@pytest.mark.slow
def test_intervals_hold_the_planted_shares_in_two_hundred_simulations():
    covered, naive, errors, _ = simulated_shares(range(100, 300))
    assert np.mean(covered) >= 0.93
    assert np.mean(naive) < 0.85
    assert abs(np.mean(errors)) < 0.01


def strengths_of(items: list[Item], chosen: dict[str, int], repeats: int) -> pl.DataFrame:
    catalogue, rows = presented(items, chosen, repeats)
    return rankings([rows], catalogue, FEW)[0].filter(pl.col("level") == LEVEL)


def test_strengths_and_their_order_are_recovered():
    slopes, naive_slopes, covered, kept = [], [], [], []
    for seed in range(5):
        world = World(seed)
        items, chosen = world.seen(seed, 0.75, 0.95, repeats=3)
        planted = dict(zip(world.level.targets, world.strength - world.strength.mean(), strict=True))
        found = strengths_of(items, chosen, 3)
        truth = np.array([planted[value] for value in found["value"]])
        slopes.append(np.polyfit(truth, found["strength"].to_numpy(), 1)[0])
        kept.append(np.corrcoef(truth, found["strength"].to_numpy())[0, 1])
        naive = strengths_of(without_confidence(items), chosen, 3)
        naive_slopes.append(np.polyfit(truth, naive["strength"].to_numpy(), 1)[0])
        ends = found.select("value", "low", "high").drop_nulls()
        covered += [low <= planted[value] <= high for value, low, high in ends.iter_rows()]
    assert np.mean(slopes) == pytest.approx(1.0, abs=0.2)
    assert np.mean(naive_slopes) < 0.75
    assert np.mean(kept) > 0.85
    assert len(covered) > 30 and np.mean(covered) >= 0.9


def test_strengths_solve_the_equations_of_the_mixture_also_with_slots():
    """Counts that are exactly as expected under planted strengths, slot effects and maps give these back."""
    from axiometer.analyze.ranking.bradley_terry import fit_bradley_terry
    from axiometer.analyze.ranking.mixture import Mixture

    draw = np.random.default_rng(4)
    values = draw.choice([-1.0, 0.0, 1.0], (300, 4))
    slots = draw.choice([-1.0, 0.0, 1.0], (300, 2))
    predictors, right = np.hstack([values, slots]), draw.choice([0.7, 0.9, 1.0], 300)
    planted = np.array([1.5, -0.5, 0.2, -1.2, 0.6, -0.4])
    with_map, turned = values @ planted[:4] + slots @ planted[4:], -values @ planted[:4] + slots @ planted[4:]
    mean = right / (1 + np.exp(-with_map)) + (1 - right) / (1 + np.exp(-turned))
    trials = np.full(300, 50.0)
    fit = fit_bradley_terry(predictors, trials * mean, trials, 1e-9, Mixture(right, 4))
    assert fit.coefficients == pytest.approx(planted, abs=1e-6)
    sure = fit_bradley_terry(predictors, trials * mean, trials, 0.04, Mixture(np.ones(300), 4))
    plain = fit_bradley_terry(predictors, trials * mean, trials, 0.04)
    assert sure.coefficients == pytest.approx(plain.coefficients, abs=1e-6)
    assert sure.inverse == pytest.approx(plain.inverse, abs=1e-6) and sure.towards == pytest.approx(plain.towards)


def test_differences_and_pairs_are_corrected_on_both_sides():
    world = World(5)
    items, chosen = world.seen(5, 0.8, 0.8)
    catalogue, rows = presented(items, chosen)
    other = replace(rows, model="sim/zother", option=np.where(rows.option % 2 == 0, rows.option, rows.option))
    nothing = between_models([rows, other], catalogue, FEW)
    assert nothing.height and (nothing["difference"].abs() < 1e-12).all()
    plain = tally(rows, catalogue)
    fixed = by_content(plain, catalogue)
    sides = catalogue.side
    assert np.allclose((fixed.taken - 0.5 * fixed.asked)[sides] * 0.6, (plain.taken - 0.5 * plain.asked)[sides])
    assert np.array_equal(fixed.asked, plain.asked)
    assert pairs([rows], catalogue, FEW)["share_a"].drop_nulls().is_between(0, 1).all()


def agreeing(catalogue, stances: list[tuple[int, int]]) -> Presentations:
    """A respondent that takes stances (the option's number, 1 or -1; 0: a refusal) in agree mode on the first item."""
    n = len(stances)
    zero = np.zeros(n, dtype=np.int64)
    stance = np.array([stance for _, stance in stances])
    outcome = np.where(stance == 0, OUTCOMES.index(Outcome.REFUSED.value), OUTCOMES.index(Outcome.CHOSEN.value))
    return Presentations(
        model="m",
        mode=Mode.AGREE,
        item=zero,
        option=np.full(n, -1),
        outcome=outcome,
        slots=np.tile(np.arange(3), (n, 1)),
        wording=zero,
        repeat=np.arange(n),
        shown=np.array([option for option, _ in stances]),
        negated=np.zeros(n, dtype=bool),
        stance=stance,
        weights=None,
    )


def test_agree_mode_takes_the_rates_of_the_other_side():
    item = recovered(TRUE[0], False, map_confidence=0.75)
    catalogue = catalogue_of([item], FRAMEWORKS)
    stances = [(0, 1)] * 3 + [(0, -1)] + [(1, 1)] + [(1, -1)] * 7
    rows = agreeing(catalogue, stances)
    found = by_content(tally(rows, catalogue), catalogue)
    rate = {0: (0.75 * 3 / 4 - 0.25 / 8) / 0.5, 1: (0.75 / 8 - 0.25 * 3 / 4) / 0.5}
    assert found.taken[:2] == pytest.approx([4 * rate[0], 8 * rate[1]])
    assert found.asked[:2] == pytest.approx([4, 8])


def test_an_item_with_one_side_answered_counts_at_no_end_of_its_probability():
    item = recovered(TRUE[0], False, map_confidence=0.9, map_low=0.8, map_high=1.0)
    catalogue = catalogue_of([item], FRAMEWORKS)
    rows = agreeing(catalogue, [(0, 1), (0, -1)])
    found = of_presentations([rows], catalogue, FEW)
    assert found.shares.is_empty()
    answered = of_presentations([agreeing(catalogue, [(0, 1), (0, -1), (1, -1)])], catalogue, FEW)
    assert {1, 2} <= set(answered.shares["n"])


def test_a_share_that_lies_outside_with_all_of_its_interval_has_none():
    """Maps said to be right in 60 % whose items are all chosen on one side: no share from 0 to 1 can give that."""
    items = [recovered(item, False, map_confidence=0.6) for item in TRUE]
    catalogue = catalogue_of(items, FRAMEWORKS)
    level = next(level for level in catalogue.levels if level.name == LEVEL)
    own = catalogue.signed(level)[catalogue.start]
    value = int(np.abs(own).sum(axis=0).argmax())
    draw = np.random.default_rng(2)
    chosen = {
        name: 2 * int(own[place, value] > 0) if draw.random() < 0.95 else 1 for place, name in enumerate(catalogue.id)
    }
    found = at_level(shares([presented(items, chosen)[1]], catalogue, FEW)).filter(value=level.targets[value])
    row = found.row(0, named=True)
    assert row["share"] == 1.0 and row["why_not"] == OUTSIDE
    assert row["low"] is None and row["high"] is None and row["interval"] is None
