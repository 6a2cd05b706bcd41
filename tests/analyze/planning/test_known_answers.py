"""Plans where the answer is known: independent items, planted differences, planted agreement."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit, logit, stdtrit
from scipy.stats import nct

from axiometer.analyze.people.coefficients import krippendorff_alpha
from axiometer.analyze.planning import (
    Goal,
    Grid,
    Pilot,
    PlanOptions,
    Wish,
    plan_from_pilot,
    plan_labels,
    plan_raters,
    planted_plan,
    profile_names,
)
from axiometer.analyze.planning.labelled import simulated_ratings
from axiometer.analyze.planning.linear import paired_statistic, power_of, precision_of
from axiometer.analyze.planning.planted import Cells, _pair, _scenario, in_orders, sized_design
from axiometer.analyze.selftest.design import starter_design
from axiometer.analyze.selftest.scenarios import simulate, truth_of
from axiometer.errors import InputError
from axiometer.measure.design import Orders
from axiometer.records import Mode

OPTIONS = PlanOptions(simulations=60, seed=3)


def pilot_with(*respondents: np.ndarray) -> Pilot:
    """Independent items with one value at stake in each, every answer 0 or 1."""
    size = len(respondents[0])
    asked = np.ones((size, 1))
    counts = tuple((chosen[:, None].astype(float), asked) for chosen in respondents)
    return Pilot(
        respondents=tuple(f"m{number}" for number in range(len(respondents))),
        mode=Mode.CHOICE,
        level="core",
        values=("care",),
        table=np.arange(size)[:, None],
        orders=Orders.ONE,
        repeats=1,
        variants={(Orders.ONE, 1): (counts,)},
        per_item={Orders.ONE: 1.0},
        groups=size,
    )


@pytest.mark.parametrize("share", [0.5, 0.8])
@pytest.mark.parametrize("size", [100, 400, 1600])
def test_of_independent_items_the_half_width_is_the_closed_form(share: float, size: int) -> None:
    answers = np.arange(400) < 400 * share
    plan = plan_from_pilot(pilot_with(answers), [Wish(Goal.INTERVAL, 0.05)], Grid(items=(size,)), OPTIONS)
    row = plan.rows.row(0, named=True)
    se = np.sqrt(share * (1 - share) / size) / (share * (1 - share))
    low, high = expit(logit(share) + np.array([-1, 1]) * stdtrit(size - 1, 0.975) * se)
    assert row["expected"] == pytest.approx((high - low) / 2, rel=0.02)
    assert row["meets"] == (row["expected"] + row["error"] <= 0.05)
    assert (row["items"], row["sources"], row["presentations"]) == (size, size, size)


@pytest.mark.parametrize("size", [200, 800])
def test_of_independent_items_power_is_that_of_a_paired_t_test(size: int) -> None:
    generator = np.random.default_rng(5)
    one = generator.random(500) < 0.6
    other = np.where(generator.random(500) < 0.5, one, generator.random(500) < 0.5)
    plan = plan_from_pilot(pilot_with(one, other), [Wish(Goal.DIFFERENCE, 0.08, 0.9)], Grid(items=(size,)), OPTIONS)
    spread = np.var(one.astype(float) - other, ddof=1)
    moved, df = 0.08 / np.sqrt(spread / size), size - 1
    critical = stdtrit(df, 0.975)
    expected = nct.sf(critical, df, moved) + nct.cdf(-critical, df, moved)
    assert plan.rows["expected"][0] == pytest.approx(expected, abs=max(0.02, 3 * plan.rows["error"][0]))


def test_far_from_zero_power_is_one_and_at_zero_it_is_the_level() -> None:
    power = power_of(0.5, np.array([1e-4, 1e-6]), np.array([50.0, 5000.0]), 0.05)
    assert power == pytest.approx([1.0, 1.0])
    assert power_of(0.0, np.array([0.01]), np.array([40.0]), 0.05)[0] == pytest.approx(0.05, abs=1e-6)
    # Where the noncentral t cannot be computed, the normal continues it.
    near, df = np.array([0.01, 0.0001]), np.array([3000.0, 3000.0])
    assert np.all(np.diff(power_of(0.3, near, df, 0.05)) >= 0)


def test_power_of_a_planted_difference_is_that_of_the_t_test_within_simulation_error() -> None:
    design = starter_design()
    wish = Wish(Goal.DIFFERENCE, 0.15)
    options = PlanOptions(simulations=200, seed=8, values=("freedom",))
    plan = planted_plan("slot-bias", design, [wish], Grid(items=(150,), orders=(Orders.SWAP,)), options)
    row = plan.rows.row(0, named=True)

    pair = _pair(_scenario("slot-bias", design), design, design.values.index("freedom"), 0.15)
    assert pair.second is not None
    truth = [float(truth_of(one, design).share[design.values.index("freedom")]) for one in (pair.first, pair.second)]
    assert abs(truth[0] - truth[1]) == pytest.approx(0.15, abs=1e-3)
    cells = Cells.of(in_orders(sized_design(design, 150, np.random.default_rng(1)), Orders.SWAP))
    simulated = simulate(pair, cells.design, 400, 1, [77])
    everything = np.ones_like(simulated.answered[0])
    at, sources = [design.values.index("freedom")], cells.design.sources
    found, df = [], []
    for first, second in zip(simulated.first, simulated.second, strict=True):
        one, other = ([part[:, at] for part in cells.counts(chosen, everything)] for chosen in (first, second))
        precision = precision_of(paired_statistic((one[0], one[1]), (other[0], other[1]), sources), sources, 20)
        found.append(float(precision.estimate[0]))
        df.append(float(precision.df[0]))
    expected = power_of(0.15, np.array([np.var(found)]), np.array([np.mean(df)]), 0.05)[0]
    assert row["expected"] == pytest.approx(expected, abs=0.1)
    assert 0.2 < expected < 0.95
    assert row["error"] == pytest.approx(np.sqrt(expected * (1 - expected) / 200), rel=0.2)


def test_a_pilot_drawn_from_planted_respondents_plans_as_these_do() -> None:
    """What 66 dilemmas say of 198 and 396 is what respondents simulated on so many show."""
    design = starter_design()
    grid = Grid(items=(198, 396), orders=(Orders.SWAP,))
    wish = [Wish(Goal.INTERVAL, 0.05)]
    planted = planted_plan("slot-bias", design, wish, grid, PlanOptions(simulations=40))
    widths = []
    for seed in range(12):
        cells = Cells.of(sized_design(design, 99, np.random.default_rng(seed)))
        simulated = simulate(_scenario("slot-bias", design), cells.design, 1, 1, [seed])
        counts = cells.counts(simulated.first[0], simulated.answered[0])
        kinds = cells.design.sources.kinds[cells.design.sources.kind]
        pilot = Pilot(
            ("m",), Mode.CHOICE, "core", design.values, kinds, Orders.ONE, 1,
            {(Orders.ONE, 1): ((counts,),)}, {Orders.ONE: 4.0}, 99,
        )  # fmt: skip
        plan = plan_from_pilot(pilot, wish, Grid(items=(198, 396)), PlanOptions(simulations=8))
        widths.append(plan.rows["mean"].to_list())
    assert np.mean(widths, axis=0) == pytest.approx(planted.rows["mean"].to_list(), rel=0.12)


def test_planted_profiles_have_names_and_others_are_refused() -> None:
    assert profile_names()[0] == "slot-bias"
    with pytest.raises(InputError, match="no planted profile 'strange'"):
        planted_plan("strange", starter_design(), [Wish(Goal.INTERVAL, 0.1)], Grid(), OPTIONS)
    with pytest.raises(InputError, match="cannot be planted"):
        planted_plan("flat-values", starter_design(), [Wish(Goal.DIFFERENCE, 0.7)], Grid(), OPTIONS)


@pytest.mark.parametrize("orders", list(Orders))
def test_a_sized_design_has_that_many_items_in_those_orders(orders: Orders) -> None:
    design = starter_design()
    for groups in (50, 198, 300, 500):
        sized = in_orders(sized_design(design, groups, np.random.default_rng(2)), orders)
        assert sized.groups == groups == sized.sources.groups
        times = {Orders.ONE: 1, Orders.SWAP: 2, Orders.ALL: 6}[orders]
        assert len(sized.group) == sized.items * times
        for item in range(0, sized.items, 37):
            shown = sized.slot[sized.item == item]
            assert len({tuple(row) for row in shown}) == times


def test_simulated_raters_agree_as_planted_and_the_width_is_what_simulations_show() -> None:
    generator = np.random.default_rng(9)
    chances = (0.6, 0.3, 0.1)
    found = [krippendorff_alpha(simulated_ratings(200, 3, 0.6, chances, generator)).estimate() for _ in range(300)]
    assert np.mean(found) == pytest.approx(0.6, abs=0.01)
    plan = plan_raters(0.6, chances, [Wish(Goal.AGREEMENT, 0.1)], Grid(raters=(3,), labels=(200,)), OPTIONS)
    assert plan.rows["expected"][0] == pytest.approx(1.97 * np.std(found), rel=0.1)
    assert plan.rows["labels"][0] == 200 and plan.rows["raters"][0] == 3


def test_more_labels_narrow_a_corrected_share_and_too_few_give_none() -> None:
    grid = Grid(items=(200,), labels=(10, 50, 200, 400))
    plan = plan_labels(None, [Wish(Goal.CORRECTED, 0.1)], grid, PlanOptions(simulations=30))
    rows = plan.rows.to_dicts()
    assert rows[0]["expected"] is None and rows[0]["without"] == 1 and not rows[0]["meets"]
    widths = [row["expected"] for row in rows[1:]]
    assert widths == sorted(widths, reverse=True)
    assert [row["presentations"] for row in rows] == [400] * 4
    first = plan.recommended()[0]
    assert first["labels"] == next(row["labels"] for row in rows if row["meets"])


def test_all_answers_labelled_is_a_sample_of_people_s_own_labels() -> None:
    """Then the judge adds nothing: the width is that of the labels themselves, and of what is not seen."""
    grid = Grid(items=(800,), labels=(1600,))
    plan = plan_labels(None, [Wish(Goal.CORRECTED, 0.1)], grid, PlanOptions(simulations=20), share=0.5)
    # Two answers of an issue share its effect; half of 1600 answers in the base would give 0.027 if independent.
    assert 0.026 < plan.rows["expected"][0] < 0.032


def test_sources_that_are_few_are_told_and_meet_nothing() -> None:
    answers = np.arange(60) % 2 == 0
    pilot = pilot_with(answers)
    plan = plan_from_pilot(pilot, [Wish(Goal.INTERVAL, 0.4)], Grid(items=(15, 60)), OPTIONS)
    assert plan.rows["without"].to_list() == [1, 0]
    assert plan.rows["meets"].to_list() == [False, True]
