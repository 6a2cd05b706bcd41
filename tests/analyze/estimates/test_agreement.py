from __future__ import annotations

import krippendorff
import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from irrCAC.raw import CAC
from statsmodels.stats.inter_rater import cohens_kappa

from axiometer.analyze import AnalysisOptions
from axiometer.analyze.coded.catalogue import catalogue_of
from axiometer.analyze.coded.presentations import presentations_of
from axiometer.analyze.estimates.agreement import agreement, self_agreement
from axiometer.analyze.estimates.coefficients import cohen_kappa, gwet_ac1, krippendorff_alpha

FEW = AnalysisOptions(resamples=100)


def varied(cells: list[int]) -> bool:
    """Whether more than one category was used: otherwise every coefficient is undefined."""
    k = round(len(cells) ** 0.5)
    used = {i // k for i, cell in enumerate(cells) if cell} | {i % k for i, cell in enumerate(cells) if cell}
    return sum(cells) > 2 and len(used) > 1


tables = st.integers(2, 4).flatmap(
    lambda k: st.lists(st.integers(0, 30), min_size=k * k, max_size=k * k).filter(varied)
)


@given(tables)
def test_coefficients_are_those_of_other_implementations(cells):
    k = round(len(cells) ** 0.5)
    flat = np.array([cells], dtype=float)
    first = np.repeat(np.arange(len(cells)) // k, cells)
    second = np.repeat(np.arange(len(cells)) % k, cells)
    square = np.array(cells).reshape(k, k)
    if (square.sum(0) * square.sum(1)).sum() < square.sum() ** 2:
        assert cohen_kappa(flat)[0] == pytest.approx(cohens_kappa(square, return_results=False), abs=1e-9)
    alpha = krippendorff.alpha(reliability_data=[first, second], level_of_measurement="nominal", value_domain=range(k))
    assert krippendorff_alpha(flat)[0] == pytest.approx(alpha, abs=1e-9)
    ratings = pd.DataFrame({"a": first, "b": second})
    theirs = CAC(ratings, categories=list(range(k)), digits=12).gwet()["est"]["coefficient_value"]
    assert gwet_ac1(flat)[0] == pytest.approx(theirs, abs=1e-6)


def agreed(kit, items, answers):
    catalogue = catalogue_of(items, {})
    table = agreement(list(presentations_of(kit.frame(answers), catalogue)), catalogue, FEW)
    kept = table.filter(pl.col("level").is_null() | (pl.col("level") != "value"))
    return {row["measure"]: row for row in kept.iter_rows(named=True)}


def test_sides_agree_by_content_averaged_over_orders(kit):
    items = [kit.dilemma(f"d{i}", [kit.option("one", "a"), kit.option("two", "b")]) for i in range(4)]
    chosen_a = [(0, 0), (0, 1), (1, 1), (0, 0)]
    chosen_b = [(0, 0), (0, 0), (0, 0), (1, 0)]
    answers = []
    for item, first, second in zip(items, chosen_a, chosen_b, strict=True):
        for model, chosen in (("m", first), ("n", second)):
            answers += [
                kit.answer(model, item, order, c) for order, c in zip(((0, 1, 2), (2, 1, 0)), chosen, strict=True)
            ]
    found = agreed(kit, items, answers)
    assert found["raw"]["estimate"] == pytest.approx((1 + 0.5 + 0 + 0.5) / 4)
    assert found["rescaled"]["estimate"] == pytest.approx(0.0)
    assert found["raw"]["n_items"] == 4
    assert found["raw"]["ceiling"] is None


def test_two_copies_of_one_respondent_agree_up_to_the_ceiling(kit, eight):
    items = kit.dilemmas(eight, 10, 6)
    how = {"item_sd": 1.5, "slot": (1.0, 0.0, 0.0)}
    one = kit.Respondent("sim/one", **how).answers(items, repeats=6)
    again = kit.Respondent("sim/two", **how).answers(items, repeats=6)
    # the same seed draws the same items' effects; the second respondent answers the orders the other way round
    found = agreed(kit, items, one + again)
    assert found["raw"]["estimate"] > 0.6
    other = kit.Respondent("sim/two", **how, seed=9)
    fresh = agreed(kit, items, one + other.answers(items, repeats=6))
    assert fresh["raw"]["estimate"] == pytest.approx(0.5, abs=0.05)
    assert fresh["raw"]["ceiling"] > 0.6


def test_self_agreement_is_the_chance_that_two_independent_runs_match(kit):
    item = kit.dilemma("d", [kit.option("one", "a"), kit.option("two", "b")])
    runs = {(0, 1, 2): [0, 0, 0, 1], (2, 1, 0): [1, 1, 0, 1]}
    answers = [kit.answer("m", item, o, c, repeat=i) for o, chosen in runs.items() for i, c in enumerate(chosen)]
    catalogue = catalogue_of([item], {})
    (part,) = presentations_of(kit.frame(answers), catalogue)
    within = 3 / 6  # of six pairs of repeats three match, in either order
    across = 0.75 * 0.25 + 0.25 * 0.75
    assert self_agreement(part) == pytest.approx((2 * within + 2 * across) / 4)


def test_positions_are_compared_presentation_by_presentation(kit):
    generator = np.random.default_rng(1)
    items, answers, first, second = [], [], [], []
    for i in range(60):
        sides = [kit.option("one", position="S"), kit.option("two", position="RS")]
        flipped = bool(generator.random() < 0.5)
        item = kit.dilemma(f"d{i}", sides[::-1] if flipped else sides, clusters=(f"issue-{i % 25}",))
        items.append(item)
        for order in ((0, 1, 2), (2, 1, 0)):
            a = int(generator.random() < 0.7)
            b = a if generator.random() < 0.6 else 1 - a
            first.append(a)
            second.append(b)
            answers += [kit.answer(m, item, order, (1 - s) if flipped else s) for m, s in (("m", a), ("n", b))]
    found = agreed(kit, items, answers)
    square = np.zeros((2, 2))
    np.add.at(square, (first, second), 1)
    assert found["kappa"]["estimate"] == pytest.approx(cohens_kappa(square, return_results=False))
    assert found["kappa"]["low"] < found["kappa"]["estimate"] < found["kappa"]["high"]
    assert found["alpha"]["n_items"] == 60
    assert {"ac1", "alpha", "raw", "rescaled"} <= set(found)


def test_sides_of_dilemmas_get_no_chance_corrected_coefficient(kit, eight):
    items = kit.dilemmas(eight, 3, 6)
    answers = kit.Respondent("sim/a").answers(items) + kit.Respondent("sim/b", seed=2).answers(items)
    catalogue = catalogue_of(items, {})
    table = agreement(list(presentations_of(kit.frame(answers), catalogue)), catalogue, FEW)
    assert set(table["measure"]) == {"raw", "rescaled", "profile_correlation"}


def test_opposite_profiles_correlate_negatively(kit, eight):
    items = kit.dilemmas(eight, 6, 6)
    up = {v: i / 2 for i, v in enumerate(eight)}
    down = {v: -i / 2 for i, v in enumerate(eight)}
    answers = kit.Respondent("sim/a", up).answers(items) + kit.Respondent("sim/b", down, seed=2).answers(items)
    catalogue = catalogue_of(items, {})
    table = agreement(list(presentations_of(kit.frame(answers), catalogue)), catalogue, FEW)
    (row,) = table.filter(pl.col("measure") == "profile_correlation").iter_rows(named=True)
    assert -1 <= row["low"] < row["estimate"] < -0.9


def test_coefficients_of_a_table_worked_out_by_hand():
    """20 and 15 agree of 50; margins 25:25 and 30:20. Chance: 0.5 (kappa), 2 x 0.55 x 0.45 (AC1), (55 x 54 + 45 x 44) /
    (100 x 99) (alpha)."""
    table = np.array([[20.0, 5.0, 10.0, 15.0]])
    assert cohen_kappa(table)[0] == pytest.approx(0.4)
    assert gwet_ac1(table)[0] == pytest.approx((0.7 - 0.495) / 0.505)
    assert krippendorff_alpha(table)[0] == pytest.approx(0.4)


def test_one_category_leaves_nothing_to_agree_on():
    one = np.array([[12.0]])
    assert np.isnan([cohen_kappa(one)[0], gwet_ac1(one)[0], krippendorff_alpha(one)[0]]).all()
