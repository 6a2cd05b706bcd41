"""Answers that a judge read: what is the judge's, what the respondent's, and what both orders share."""

from __future__ import annotations

import krippendorff
import numpy as np
import pandas as pd
import polars as pl
import pytest
from irrCAC.raw import CAC
from statsmodels.stats.inter_rater import cohens_kappa
from tests.analyze.statements import Sider, statement

from axiometer.analyze import AnalysisOptions
from axiometer.analyze.coded.catalogue import catalogue_of
from axiometer.analyze.coded.positions import positions_of
from axiometer.analyze.coded.presentations import presentations_of
from axiometer.analyze.estimates.agreement import agreement, self_agreement
from axiometer.analyze.estimates.consistency import consistency
from axiometer.analyze.estimates.outcomes import outcomes
from axiometer.analyze.estimates.shares import shares
from axiometer.analyze.estimates.slots import slots
from axiometer.analyze.ranking.tables import ranked_levels
from axiometer.records import Mode

FEW = AnalysisOptions(resamples=100)
CN = "cn"


def coded(kit, items, answers):
    catalogue = catalogue_of(items, {})
    return list(presentations_of(kit.frame(answers), catalogue)), catalogue


def quantity(table, name):
    (found,) = table.filter((pl.col("quantity") == name) & (pl.col("lang") == "all")).iter_rows(named=True)
    return found


def test_flips_of_order_are_the_judge_s_on_one_answer(kit):
    """The respondent changes its mind between repeats, the judge never: no flip of order."""
    items = [statement(i, CN) for i in range(40)]
    answers, _ = Sider("m", {CN: 0.5}, repeats=3).judged(items, kit.answer)
    everyone, catalogue = coded(kit, items, answers)
    table = consistency(everyone, catalogue, FEW)
    order = quantity(table, "order_flip")
    assert (order["estimate"], order["n"]) == (0.0, 120)
    assert quantity(table, "retest_flip")["estimate"] == pytest.approx(0.5, abs=0.1)
    assert "order_flip_beyond_retest" not in table["quantity"].to_list()


def test_a_judge_that_follows_the_place_has_a_slot_bias(kit):
    items = [statement(i, CN) for i in range(40)]
    answers, _ = Sider("m", {CN: 0.5}).judged(items, kit.answer)
    first = [kit.answer("m", item, order, order[0], mode=Mode.JUDGED) for item in items for order in ((0, 1), (1, 0))]
    for rows, excess in ((answers, 0.0), (first, 0.5)):
        everyone, catalogue = coded(kit, items, rows)
        table = slots(everyone, catalogue, FEW)
        assert table["excess"][0] == pytest.approx(excess)
    assert quantity(consistency(everyone, catalogue, FEW), "order_flip")["estimate"] == 1.0


def test_judged_answers_are_in_shares_and_outcomes_and_neither_is_a_non_answer(kit):
    items = [statement(i, CN) for i in range(60)]
    answers, _ = Sider("m", {CN: 1.0}, errors=((0.0, 0.25), (0.0, 0.0))).judged(items, kit.answer)
    everyone, catalogue = coded(kit, items, answers)
    (share,) = shares(everyone, catalogue, FEW).iter_rows(named=True)
    assert share["share"] == 1.0
    assert share["bound_low"] == pytest.approx(0.75, abs=0.1)
    evasive = outcomes(everyone, catalogue, FEW).filter((pl.col("by") == "all") & (pl.col("outcome") == "evasive"))
    assert evasive["share"][0] == pytest.approx(1 - share["bound_low"])


def test_agreement_with_oneself_comes_from_distinct_answers_not_from_orders(kit):
    """Both verdicts on one answer are equal, so orders alone would look like perfect agreement."""
    items = [statement(i, CN) for i in range(300)]
    once, _ = Sider("m", {CN: 0.5}).judged(items, kit.answer)
    ((part,), _) = coded(kit, items, once)
    assert self_agreement(part) is None
    again, _ = Sider("m", {CN: 0.5}, repeats=3).judged(items, kit.answer)
    ((part,), _) = coded(kit, items, again)
    assert self_agreement(part) == pytest.approx(0.5, abs=0.04)


def test_agreement_with_oneself_is_counted_as_if_all_pairs_were_listed(kit):
    items = [statement(i, CN) for i in range(12)]
    answers, _ = Sider("m", {CN: 0.6}, repeats=3, errors=((0.2, 0.1), (0.2, 0.1))).judged(items, kit.answer)
    ((part,), _) = coded(kit, items, answers)
    means = []
    for item in items:
        share = []
        for repeat in range(3):
            said = [a.option for a in answers if a.item == item.id and a.repeat == repeat and a.option is not None]
            if said:
                share.append(np.mean([np.eye(2)[option] for option in said], axis=0))
        pairs = [one @ other for i, one in enumerate(share) for j, other in enumerate(share) if i != j]
        if pairs:
            means.append(np.mean(pairs))
    assert self_agreement(part) == pytest.approx(np.mean(means))


def choices(kit, items, model, sides):
    """One choice per item: 0 the statement, 1 its reverse."""
    return [kit.answer(model, item, (0, 1), side) for item, side in zip(items, sides, strict=True)]


def test_kappa_ac1_and_alpha_of_statements_and_reverses_are_those_of_other_implementations(kit):
    generator = np.random.default_rng(4)
    items = [statement(i, corpus) for corpus in ("cn", "us", "fr") for i in range(40)]
    one = (generator.random(120) < 0.3).astype(int)
    two = np.where(generator.random(120) < 0.7, one, 1 - one)
    everyone, catalogue = coded(kit, items, choices(kit, items, "a", one) + choices(kit, items, "b", two))
    table = agreement(everyone, catalogue, FEW)
    found = {row["measure"]: row["estimate"] for row in table.iter_rows(named=True) if row["level"] == "position"}
    square = np.zeros((2, 2))
    np.add.at(square, (one, two), 1)
    assert found["kappa"] == pytest.approx(cohens_kappa(square, return_results=False))
    assert found["alpha"] == pytest.approx(krippendorff.alpha([one, two], level_of_measurement="nominal"))
    gwet = CAC(pd.DataFrame({"a": one, "b": two}), digits=12).gwet()["est"]["coefficient_value"]
    assert found["ac1"] == pytest.approx(gwet, abs=1e-6)


def test_two_that_draw_lots_do_not_agree_beyond_chance_however_many_corpora(kit):
    """Were every corpus a pair of categories of its own, kappa would be 0.44 here."""
    generator = np.random.default_rng(9)
    items = [statement(i, corpus) for corpus in ("cn", "us", "uk", "fr", "de") for i in range(60)]
    lots = [choices(kit, items, model, generator.integers(0, 2, 300)) for model in ("a", "b")]
    everyone, catalogue = coded(kit, items, lots[0] + lots[1])
    table = agreement(everyone, catalogue, FEW).filter(pl.col("measure") == "kappa")
    assert table["estimate"][0] == pytest.approx(0.0, abs=0.12)
    assert table["low"][0] < 0 < table["high"][0]


def test_corpora_that_only_meet_their_reverse_are_not_ranked(kit):
    items = [statement(i, corpus) for corpus in ("cn", "us") for i in range(4)]
    catalogue = catalogue_of(items, {})
    assert ranked_levels(catalogue, FEW) == []
    (level,) = catalogue.levels
    assert positions_of(catalogue, level).names == ("with", "against")


def test_two_sets_of_rules_keep_their_positions_as_categories(kit):
    sides = [kit.option("one", position="alpha"), kit.option("two", position="beta")]
    items = [kit.dilemma(f"d{i}", sides[:: 1 if i % 2 else -1], distractor=False) for i in range(6)]
    catalogue = catalogue_of(items, {})
    (level,) = catalogue.levels
    found = positions_of(catalogue, level)
    assert found.names == ("alpha", "beta")
    assert found.met
