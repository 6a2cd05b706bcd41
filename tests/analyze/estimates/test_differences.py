from __future__ import annotations

import polars as pl
import pytest

from axiometer.analyze import Adjustment, AnalysisOptions, analyze
from axiometer.analyze.inference.intervals import adjust_benjamini_hochberg

FEW = AnalysisOptions(resamples=200)


def test_models_are_compared_on_the_items_that_both_chose_on(kit):
    items = [kit.dilemma(f"d{i}", [kit.option("one", "a"), kit.option("two", "b")]) for i in range(6)]
    answers = [kit.answer("m", item, (0, 1, 2), 0) for item in items]
    answers += [kit.answer("n", item, (0, 1, 2), int(i > 0)) for i, item in enumerate(items[:4])]
    table = analyze(kit.items_frame(items), kit.frame(answers), frameworks={}, options=FEW).differences
    a = table.filter(pl.col("value") == "a").row(0, named=True)
    assert (a["model_a"], a["model_b"], a["n_items"]) == ("m", "n", 4)
    assert a["difference"] == pytest.approx(0.75)
    assert a["family"] == "m minus n, choice, value"


def test_a_planted_difference_is_found_and_pairing_narrows_the_interval(kit, eight):
    items = kit.dilemmas(eight, 6, 6)
    shared = {"item_sd": 1.5, "rule_sd": 0.5}
    first = kit.Respondent("sim/a", {"a": 2.0}, **shared).answers(items, repeats=4)
    second = kit.Respondent("sim/b", {}, **shared).answers(items, repeats=4)
    found = analyze(kit.items_frame(items), kit.frame(first + second), frameworks={}, options=FEW)
    rows = {row["value"]: row for row in found.differences.iter_rows(named=True)}
    assert rows["a"]["p_adjusted"] < 0.01
    assert rows["a"]["low"] > 0.05
    assert all(rows[v]["p"] <= rows[v]["p_adjusted"] for v in eight)
    own = {row["value"]: row for row in found.shares.filter(pl.col("model") == "sim/a").iter_rows(named=True)}
    assert rows["d"]["high"] - rows["d"]["low"] < own["d"]["high"] - own["d"]["low"]


def test_the_adjustment_asked_for_is_used_within_the_family(kit, eight):
    items = kit.dilemmas(eight, 3, 6)
    answers = kit.Respondent("sim/a", {"a": 1.0}).answers(items) + kit.Respondent("sim/b", seed=3).answers(items)
    options = AnalysisOptions(resamples=100, adjustment=Adjustment.BENJAMINI_HOCHBERG)
    table = analyze(kit.items_frame(items), kit.frame(answers), frameworks={}, options=options).differences
    assert table["family"].n_unique() == 1
    expected = adjust_benjamini_hochberg(table["p"].to_numpy())
    assert table["p_adjusted"].to_list() == pytest.approx(expected.tolist())


def test_languages_are_compared_on_parallel_items(kit, eight):
    parallel = kit.dilemmas(eight, 4, 6, langs=("zh", "en"))
    lone = kit.dilemmas("xy", 9, 3, seed=5)
    zh = kit.Respondent("sim/m", {"a": 3.0}).answers([i for i in parallel if i.lang == "zh"], repeats=2)
    en = kit.Respondent("sim/m").answers([i for i in parallel if i.lang == "en"] + lone, repeats=2)
    found = analyze(kit.items_frame(parallel + lone), kit.frame(zh + en), frameworks={}, options=FEW).languages
    rows = {row["value"]: row for row in found.iter_rows(named=True)}
    assert (rows["a"]["lang_a"], rows["a"]["lang_b"], rows["a"]["n_items"]) == ("en", "zh", 28)
    assert set(rows) == set(eight)
    assert rows["a"]["high"] < 0
    assert rows["a"]["p_adjusted"] < 0.01


def test_pairs_show_which_values_meet_and_who_was_chosen(kit):
    items = kit.dilemmas("abc", 4, 2)
    answers = [
        kit.answer("m", i, (0, 1, 2), min((0, 1), key=lambda s: i.options[s].expresses[0].target)) for i in items[:9]
    ]
    table = analyze(kit.items_frame(items), kit.frame(answers), frameworks={}, options=FEW).pairs
    rows = {(r["value_a"], r["value_b"]): (r["items"], r["n"], r["share_a"]) for r in table.iter_rows(named=True)}
    assert rows == {("a", "b"): (4, 4, 1.0), ("a", "c"): (4, 4, 1.0), ("b", "c"): (4, 1, 1.0)}


def test_contested_items_come_with_the_widest_first(kit):
    items = [kit.dilemma(f"d{i}", [kit.option("one", "a"), kit.option("two", "b")]) for i in range(3)]
    answers = [kit.answer("m", item, (0, 1, 2), 0, repeat=r) for item in items for r in range(2)]
    answers += [kit.answer("n", items[0], (0, 1, 2), 0, repeat=r) for r in range(2)]
    answers += [kit.answer("n", items[1], (0, 1, 2), r, repeat=r) for r in range(2)]
    answers += [kit.answer("n", items[2], (0, 1, 2), 1, repeat=r) for r in range(2)]
    table = analyze(kit.items_frame(items), kit.frame(answers), frameworks={}, options=FEW).contested
    assert table["item"].to_list() == [items[2].id, items[1].id, items[0].id]
    assert table["difference"].to_list() == [1.0, 0.5, 0.0]
