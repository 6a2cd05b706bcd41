from __future__ import annotations

from itertools import combinations

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from axiometer.analyze import AnalysisOptions
from axiometer.analyze.coded.catalogue import catalogue_of
from axiometer.analyze.coded.presentations import presentations_of
from axiometer.analyze.estimates.consistency import consistency, flip_tables
from axiometer.analyze.estimates.slots import slots
from axiometer.analyze.estimates.variance import components, variance
from axiometer.records import Mode

FEW = AnalysisOptions(resamples=50)
ORDERS = ((0, 1, 2), (2, 1, 0), (1, 0, 2))


def coded(kit, items, answers):
    catalogue = catalogue_of(items, {})
    return list(presentations_of(kit.frame(answers), catalogue)), catalogue


presentation = st.tuples(st.integers(0, 2), st.integers(0, 1), st.integers(0, 2), st.integers(0, 1))


@settings(max_examples=40)
@given(rows=st.lists(presentation, min_size=2, max_size=25))
def test_flips_are_counted_as_if_all_pairs_were_listed(kit, rows):
    item = kit.dilemma("d", [kit.option("one", "a"), kit.option("two", "b")])
    answers = [
        kit.answer("m", item, ORDERS[order], chosen, wording=str(wording), repeat=i, seq=i)
        for i, (order, wording, chosen, _) in enumerate(rows)
    ]
    ((part,), catalogue) = coded(kit, [item], answers)
    flips, pairs = flip_tables(part, catalogue)
    expected = np.zeros((2, 3))
    for a, b in combinations(rows, 2):
        same_order, same_wording = a[0] == b[0], a[1] == b[1]
        for column, holds in enumerate(
            (same_order and same_wording, same_wording and not same_order, same_order and not same_wording)
        ):
            expected[0, column] += holds and a[2] != b[2]
            expected[1, column] += holds
    np.testing.assert_array_equal(flips[0], expected[0])
    np.testing.assert_array_equal(pairs[0], expected[1])


def quantity(table, name):
    (found,) = table.filter((pl.col("quantity") == name) & (pl.col("lang") == "all")).iter_rows(named=True)
    return found


def test_a_slot_follower_flips_with_the_order_and_not_on_retest(kit, eight):
    items = kit.dilemmas(eight, 3, 6)
    everyone, catalogue = coded(kit, items, kit.Respondent(slot=(40, 0, -40)).answers(items, repeats=3))
    table = consistency(everyone, catalogue, FEW)
    assert quantity(table, "order_flip")["estimate"] == 1.0
    assert quantity(table, "retest_flip")["estimate"] == 0.0
    assert quantity(table, "order_flip_beyond_retest")["estimate"] == 1.0
    assert quantity(table, "order_consistency")["estimate"] == 0.0
    assert quantity(table, "wording_flip")["why_not"] == "one wording only: measure with --wordings 3"


def test_a_coin_flips_no_more_between_orders_than_on_retest(kit, eight):
    items = kit.dilemmas(eight, 3, 6)
    everyone, catalogue = coded(kit, items, kit.Respondent().answers(items, repeats=3, wordings=2))
    table = consistency(everyone, catalogue, FEW)
    beyond = quantity(table, "order_flip_beyond_retest")
    assert beyond["low"] < 0 < beyond["high"]
    assert quantity(table, "wording_flip")["estimate"] == pytest.approx(0.5, abs=0.08)


def test_agreeing_with_a_thing_and_its_denial_is_acquiescence(kit):
    items = [kit.dilemma(f"s{i}", [kit.option(f"{i}", "a")], distractor=False) for i in range(30)]
    answers = [
        kit.answer("m", item, (0,), None, mode=Mode.AGREE, shown=0, negated=negated, stance=-1 if negated else 1)
        for item in items
        for negated in (False, True)
    ]
    everyone, catalogue = coded(kit, items, answers)
    table = consistency(everyone, catalogue, FEW)
    assert quantity(table, "acquiescence")["estimate"] == 0.5
    assert quantity(table, "order_flip")["estimate"] == 1.0


def test_slots_show_what_stood_where_it_was_chosen(kit, eight):
    items = kit.dilemmas(eight, 3, 6)
    everyone, catalogue = coded(kit, items, kit.Respondent(slot=(2, 0, -2)).answers(items))
    table = slots(everyone, catalogue, FEW).filter(pl.col("lang") == "all")
    assert table["letter"].to_list() == ["A", "B", "C"]
    assert table["share"].sum() == pytest.approx(1)
    assert table["excess"].sum() == pytest.approx(0)
    first = table.row(0, named=True)
    assert first["excess"] == pytest.approx(first["share"] - 1 / 3)
    assert 0.1 < first["low"] < first["excess"] < first["high"]


def test_a_distractor_counts_for_its_slot(kit):
    item = kit.dilemma("d", [kit.option("one", "a"), kit.option("two", "b")])
    everyone, catalogue = coded(kit, [item], [kit.answer("m", item, (1, 2, 0), 2), kit.answer("m", item, (2, 1, 0), 2)])
    assert slots(everyone, catalogue, FEW)["share"].to_list() == [0.5, 0.5, 0.0]


def test_planted_variance_components_come_back():
    generator = np.random.default_rng(2)
    n, orders, wordings, repeats = 1500, 2, 3, 2
    planted = {"item": 0.1, "item:order": 0.03, "item:wording": 0.02}
    item, order, wording, _ = (a.ravel() for a in np.indices((n, orders, wordings, repeats)))
    # two-point effects of these variances keep every probability within 0 and 1
    sign = generator.choice([-1, 1], n) * planted["item"] ** 0.5
    by_order = generator.choice([-1, 1], (n, orders)) * planted["item:order"] ** 0.5
    by_wording = generator.choice([-1, 1], (n, wordings)) * planted["item:wording"] ** 0.5
    pull = sign[item] + by_order[item, order] + by_wording[item, wording]
    scale = 0.5 / np.abs(pull).max()
    y = np.where(generator.random(len(item)) < 0.5 + pull * scale, 0.5, -0.5)
    found = {name: estimate for name, _, estimate in components(item, order, wording, y)}
    for name, size in planted.items():
        assert found[name] == pytest.approx(size * scale**2, abs=0.008)
    total = sum(value for value in found.values())
    assert total == pytest.approx(0.25, abs=1e-9)


def test_what_a_design_cannot_tell_apart_is_given_together(kit, eight):
    items = kit.dilemmas(eight, 3, 6)
    everyone, catalogue = coded(kit, items, kit.Respondent(item_sd=2).answers(items))
    table = {r["component"]: r for r in variance(everyone, catalogue).iter_rows(named=True)}
    assert table["item + item:wording"]["estimate"] > 0.02
    assert table["residual"]["why_not"] == "not estimable with this design"
    assert table["all else + residual"]["estimate"] == pytest.approx(0.25 - table["item + item:wording"]["estimate"])
    assert table["slot"]["why_not"].startswith("fewer than five levels")


def test_the_component_of_shared_rules_is_seen_and_is_zero_without_them(kit):
    found = {}
    for name, sd in (("shared", 2.0), ("none", 0.0)):
        items = kit.dilemmas("abcd", 25, 4)
        everyone, catalogue = coded(kit, items, kit.Respondent(rule_sd=sd).answers(items, repeats=4))
        table = {r["component"]: r for r in variance(everyone, catalogue).iter_rows(named=True)}
        found[name] = table["source"]["estimate"]
    assert found["shared"] > 0.03
    assert abs(found["none"]) < 0.01


def test_a_slot_that_is_always_or_never_taken_has_no_interval(kit, eight):
    items = kit.dilemmas(eight, 3, 3)
    part, catalogue = coded(kit, items, kit.Respondent(slot=(60.0, 0.0, -60.0), distract=0.0).answers(items))
    table = slots(part, catalogue, FEW).filter(pl.col("lang") == "all")
    settled = table.filter(pl.col("share").is_in([0.0, 1.0]))
    assert not settled.is_empty()
    assert settled["low"].null_count() == settled["high"].null_count() == settled.height
    assert set(settled["why_not"]) == {"at 0 or 100 % resampling shows no variation"}
