"""Studies drawn from a pilot: what is drawn, what of it is left out, and the widths that an analysis prints."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from axiometer.analyze import AnalysisOptions
from axiometer.analyze.coded.catalogue import catalogue_of
from axiometer.analyze.coded.presentations import presentations_of
from axiometer.analyze.estimates.shares import shares
from axiometer.analyze.planning import Goal, Grid, PlanOptions, Wish, joined_plans, pilot_of, plan_from_pilot
from axiometer.analyze.planning.drawing import draw
from axiometer.analyze.planning.linear import Precision
from axiometer.analyze.planning.trials import default_sizes, fewer_repeats_removed
from axiometer.errors import InputError, Refused
from axiometer.measure.design import Orders
from axiometer.records import Mode
from axiometer.records.rows import PEOPLE

WIDE = Wish(Goal.INTERVAL, 0.1)


class Level:
    id = "core"


class Value:
    def __init__(self, name: str) -> None:
        self.id = name


class Framework:
    """Values without a tree."""

    levels = (Level(),)

    def __init__(self, names) -> None:
        self.names = names

    def values_at(self, level: str):
        return [Value(name) for name in self.names]

    def ancestors_at(self, value_id: str, level: str):
        return [value_id] if value_id in self.names else []


@pytest.fixture(scope="module")
def asked(kit):
    """240 dilemmas between four values, put to two respondents in an order and its reverse, twice."""
    values = tuple("abcd")
    items = kit.dilemmas(values, 40, 12, framework="own")
    strengths = dict(zip(values, (-0.6, -0.2, 0.2, 0.6), strict=True))
    answers = []
    for name, seed, slot in (("m/one", 1, (0.8, 0.0, -0.8)), ("m/two", 2, (0.0, 0.0, 0.0))):
        one = kit.Respondent(name, strengths, slot=slot, rule_sd=0.5, item_sd=0.6, refuse=0.05, seed=seed)
        answers += one.answers(items, repeats=2)
    return kit.items_frame(items), kit.frame(answers), {"own": Framework(values)}


@settings(max_examples=60, deadline=None)
@given(st.integers(3, 30), st.integers(2, 12), st.integers(1, 3), st.integers(1, 120), st.integers(0, 9))
def test_drawn_sources_have_the_items_of_the_pilot_s_sources(groups, names, columns, wanted, seed) -> None:
    generator = np.random.default_rng(seed)
    table = np.full((groups, columns), -1, dtype=np.int64)
    for row in table:
        own = generator.permutation(names)[: generator.integers(1, min(columns, names) + 1)]
        row[: len(own)] = own
    rows, sources = draw(table, wanted, generator)
    assert len(rows) == wanted == sources.groups
    counts = np.bincount(rows, minlength=groups)
    assert counts.max() - counts.min() <= 1
    membership = sources.membership.toarray()
    assert membership.sum(axis=0).tolist() == (table[rows] >= 0).sum(axis=1).tolist()
    for own in membership:
        drawn = rows[own > 0]
        assert len(set(drawn.tolist())) == len(drawn), "an item stands once with each draw of a source"
        assert set.intersection(*(set(table[row].tolist()) - {-1} for row in drawn)), "they share the source drawn"
    if wanted % groups == 0:
        sizes = sorted(np.bincount(table[table >= 0], minlength=names).tolist() * (wanted // groups))
        assert sorted(membership.sum(axis=1).astype(int).tolist()) == [size for size in sizes if size]


def test_a_plan_of_the_pilot_s_own_size_has_the_widths_that_its_analysis_prints(asked) -> None:
    items, answers, frameworks = asked
    pilot = pilot_of(items, answers, frameworks, models=["m/one"])
    plan = plan_from_pilot(pilot, [WIDE], Grid(items=(240,), orders=(Orders.SWAP,), repeats=(2,)), PlanOptions(20))
    catalogue = catalogue_of(items, frameworks)
    everyone = [each for each in presentations_of(answers, catalogue) if each.model == "m/one"]
    found = shares(everyone, catalogue, AnalysisOptions(resamples=1000)).filter(pl.col("level") == "core")
    printed = ((found["high"] - found["low"]) / 2).to_list()
    row = plan.rows.row(0, named=True)
    assert row["mean"] == pytest.approx(np.mean(printed), rel=0.06)
    assert row["expected"] == pytest.approx(max(printed), rel=0.1)
    assert row["presentations"] == answers.filter(pl.col("model") == "m/one").height == 960
    assert plan.level == "core" and plan.respondents == ("m/one",)


def test_both_orders_cancel_a_pull_to_a_place_and_repeats_help_less_than_orders(asked) -> None:
    items, answers, frameworks = asked
    pilot = pilot_of(items, answers, frameworks, models=["m/one"])
    assert (pilot.orders, pilot.repeats, pilot.per_item) == (Orders.SWAP, 2, {Orders.ONE: 1.0, Orders.SWAP: 2.0})
    plan = plan_from_pilot(pilot, [WIDE], Grid(items=(240,), repeats=(1, 2, 8)), PlanOptions(60))
    widths = {(row["orders"], row["repeats"]): row["mean"] for row in plan.rows.to_dicts()}
    assert widths["one", 1] > widths["one", 2] > widths["one", 8] > 0
    assert widths["swap", 1] < widths["one", 2], "two orders say more than the same order twice"
    assert any("more repeats than the pilot's" in text for text, _ in plan.notes)


def test_repeats_are_extrapolated_on_the_variance() -> None:
    def precision(variance: float) -> Precision:
        one = np.ones(1)
        return Precision(one, np.array([variance]), one, one > 0, one)

    found = fewer_repeats_removed(precision(3.0 + 2.0), precision(3.0 + 2.0 / 4), 4, 10)
    assert found.variance[0] == pytest.approx(3.2)
    assert fewer_repeats_removed(precision(1.0), precision(1.2), 2, 9).variance[0] == pytest.approx(1.2)


def test_two_respondents_are_paired_and_one_alone_is_taken_twice(asked) -> None:
    items, answers, frameworks = asked
    wish = [Wish(Goal.DIFFERENCE, 0.15), WIDE]
    grid = Grid(items=(120, 480), orders=(Orders.SWAP,))
    both = plan_from_pilot(pilot_of(items, answers, frameworks), wish, grid, PlanOptions(40))
    alone = plan_from_pilot(pilot_of(items, answers, frameworks, models=["m/two"]), wish, grid, PlanOptions(40))
    power = [plan.rows.filter(pl.col("goal") == "difference")["expected"].to_list() for plan in (both, alone)]
    assert power[0][1] > power[0][0] and power[1][1] > power[1][0]
    assert any("one respondent in the pilot" in text for text, _ in alone.notes)
    assert not any("one respondent in the pilot" in text for text, _ in both.notes)
    one_value = pilot_of(items, answers, frameworks, values=["b"])
    single = plan_from_pilot(one_value, wish, grid, PlanOptions(40))
    assert single.rows.filter(pl.col("goal") == "difference")["expected"][0] > power[0][0], "no family of tests"


def test_the_smallest_design_that_is_enough_is_recommended_for_each_and_for_all(asked) -> None:
    items, answers, frameworks = asked
    wish = [Wish(Goal.INTERVAL, 0.08), Wish(Goal.DIFFERENCE, 0.2)]
    plan = plan_from_pilot(pilot_of(items, answers, frameworks), wish, Grid(), PlanOptions(30))
    found = {row["goal"]: row for row in plan.recommended()}
    for goal in ("interval", "difference"):
        met = plan.rows.filter((pl.col("goal") == goal) & pl.col("meets"))
        assert found[goal]["presentations"] == met["presentations"].min()
    assert found["all"]["presentations"] == max(found[goal]["presentations"] for goal in ("interval", "difference"))
    assert plan.unmet() == []
    hard = plan_from_pilot(pilot_of(items, answers, frameworks), [Wish(Goal.INTERVAL, 0.002)], Grid(), PlanOptions(20))
    assert hard.recommended() == [] and hard.unmet()[0]["items"] == max(default_sizes(240))
    together = joined_plans([plan, hard])
    assert together.rows.height == plan.rows.height + hard.rows.height and together.level == "core"


def test_what_is_not_clear_or_not_there_is_refused(asked, kit) -> None:
    items, answers, frameworks = asked
    with pytest.raises(InputError, match="no presentations in --orders all"):
        plan_from_pilot(pilot_of(items, answers, frameworks), [WIDE], Grid(orders=(Orders.ALL,)), PlanOptions(20))
    third = answers.with_columns(model=pl.lit("m/three"))
    with pytest.raises(InputError, match="the pilot has 3 respondents"):
        pilot_of(items, pl.concat([answers, third.filter(answers["model"] == "m/one")]), frameworks)
    with pytest.raises(InputError, match="m/none is not among the respondents"):
        pilot_of(items, answers, frameworks, models=["m/none"])
    with pytest.raises(InputError, match="'z' is not among the values of level 'core'"):
        pilot_of(items, answers, frameworks, values=["z"])
    with pytest.raises(InputError, match="nothing at level 'top'"):
        pilot_of(items, answers, frameworks, level="top")
    with pytest.raises(InputError, match="respondents are people"):
        pilot_of(items, third.with_columns(wording=pl.lit(PEOPLE)), frameworks)
    with pytest.raises(Refused, match="unmapped"):
        pilot_of(items.with_columns(mapped=pl.lit(False)), answers, frameworks)
    for wrong in (lambda: Wish(Goal.INTERVAL, 1.5), lambda: Grid(repeats=(0,)), lambda: Wish(Goal.DIFFERENCE, 0.1, 1)):
        with pytest.raises(InputError):
            wrong()


def test_a_mode_is_asked_for_where_there_are_several(asked) -> None:
    items, answers, frameworks = asked
    other = answers.filter(pl.col("model") == "m/one").with_columns(mode=pl.lit(Mode.OPEN.value))
    both = pl.concat([answers.filter(pl.col("model") == "m/one"), other])
    with pytest.raises(InputError, match="several modes"):
        pilot_of(items, both, frameworks)
    assert pilot_of(items, both, frameworks, mode=Mode.CHOICE).mode is Mode.CHOICE
