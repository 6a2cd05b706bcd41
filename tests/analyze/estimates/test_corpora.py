"""Shares siding with the statements of corpora: in every mode, corrected where a judge was labelled."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from tests.analyze.statements import Sider, labels_frame, statement

from axiometer.analyze import AnalysisOptions, analyze
from axiometer.analyze.coded.catalogue import catalogue_of
from axiometer.analyze.coded.presentations import presentations_of
from axiometer.analyze.correction import UNCORRECTED
from axiometer.analyze.estimates.corpora import corpora, corpus_differences, support
from axiometer.analyze.estimates.judges import judges
from axiometer.analyze.inference.statistic import NO_VARIATION
from axiometer.errors import InputError
from axiometer.records import Mode, Outcome

FEW = AnalysisOptions(resamples=200)
CN, US = "cn 2020-2024", "us 2020-2024"


def both(n: int = 60, **more: str):
    return [statement(i, corpus, lang=lang, **more) for corpus, lang in ((CN, "zh"), (US, "en")) for i in range(n)]


def coded(kit, items, answers):
    catalogue = catalogue_of(items, {})
    return list(presentations_of(kit.frame(answers), catalogue)), catalogue


def row(table, **wanted):
    (found,) = table.filter(pl.col(name) == value for name, value in wanted.items()).iter_rows(named=True)
    return found


def test_the_share_is_that_of_choices_of_the_statement_whatever_its_slot(kit):
    items = both(30)
    answers = Sider("m", {CN: 1.0, US: 0.0}).answers(items, Mode.CHOICE, kit.answer)
    answers += Sider("n", {CN: 0.5, US: 0.5}).answers(items, Mode.CHOICE, kit.answer)
    everyone, catalogue = coded(kit, items, answers)
    table = corpora(everyone, catalogue, FEW)
    assert row(table, model="m", corpus=CN, lang="all")["share"] == 1.0
    assert row(table, model="m", corpus=US, lang="all")["share"] == 0.0
    half = row(table, model="n", corpus=CN, lang="all")
    chosen = [a.option == 0 for a in answers if a.model == "n" and a.item in {i.id for i in items if i.lang == "zh"}]
    assert half["share"] == pytest.approx(np.mean(chosen))
    assert (half["items"], half["clusters"], half["n"]) == (30, 30, 60)
    assert half["low"] < half["share"] < half["high"]
    assert half["corrected"] is None
    # Each corpus is asked about in its own language, which is a row of its own.
    assert row(table, model="n", corpus=CN, lang="zh")["share"] == half["share"]


def test_attributions_are_rows_of_their_own_and_unknown_where_nothing_is_said(kit):
    items = [statement(i, CN, attribution=("government", "quoted", None)[i % 3]) for i in range(90)]
    answers = Sider("m", {CN: 0.7}).answers(items, Mode.CHOICE, kit.answer)
    everyone, catalogue = coded(kit, items, answers)
    table = corpora(everyone, catalogue, FEW)
    assert table["attribution"].to_list() == ["all", "government", "quoted", "unknown"]
    assert table["items"].to_list() == [90, 30, 30, 30]


def test_non_answers_widen_the_bounds(kit):
    items = both(30)
    refused = {"chosen": None, "outcome": Outcome.REFUSED}
    answers = [
        kit.answer("m", item, (0, 1), **(refused if i % 3 == 0 else {"chosen": 0})) for i, item in enumerate(items)
    ]
    everyone, catalogue = coded(kit, items, answers)
    found = row(corpora(everyone, catalogue, FEW), corpus=CN, lang="all")
    assert found["share"] == 1.0
    assert found["bound_low"] == pytest.approx(2 / 3)
    assert found["bound_high"] == 1.0


def test_in_agree_mode_saying_yes_to_everything_is_siding_with_neither(kit):
    items = both(40)
    answers = Sider("yes", {CN: 0.9, US: 0.9}, says_yes=1.0).answers(items, Mode.AGREE, kit.answer)
    answers += Sider("plain", {CN: 1.0, US: 1.0}).answers(items, Mode.AGREE, kit.answer)
    everyone, catalogue = coded(kit, items, answers)
    shares = corpora(everyone, catalogue, FEW)
    assert row(shares, model="yes", corpus=CN, lang="all")["share"] == 0.5
    assert row(shares, model="plain", corpus=CN, lang="all")["share"] == 1.0
    assert row(shares, model="plain", corpus=CN, lang="all")["items"] == 40
    table = support(everyone, catalogue, FEW)
    assert row(table, model="yes", corpus="all", lang="all", quantity="statement")["estimate"] == 1.0
    assert row(table, model="yes", corpus="all", lang="all", quantity="reverse")["estimate"] == 1.0
    assert row(table, model="yes", corpus=CN, lang="all", quantity="yes_bias")["estimate"] == 0.5
    assert row(table, model="plain", corpus=CN, lang="all", quantity="yes_bias")["estimate"] == 0.0


def test_denied_forms_would_hide_the_habit_and_are_left_out(kit):
    """Yes to every form: statements and denials cancel in support, forms as written show it."""
    items = both(30)
    rows = [
        kit.answer("m", item, (0, 1), None, mode=Mode.AGREE, shown=shown, negated=denied, stance=-1 if denied else 1)
        for item in items
        for shown in (0, 1)
        for denied in (False, True)
    ]
    everyone, catalogue = coded(kit, items, rows)
    table = support(everyone, catalogue, FEW)
    assert row(table, corpus="all", lang="all", quantity="yes_bias")["estimate"] == 0.5
    assert row(corpora(everyone, catalogue, FEW), corpus=CN, lang="all")["share"] == 0.5


def test_a_habit_of_saying_yes_has_an_interval(kit):
    items = both(60)
    answers = Sider("m", {CN: 0.6, US: 0.6}, says_yes=0.4).answers(items, Mode.AGREE, kit.answer)
    everyone, catalogue = coded(kit, items, answers)
    found = row(support(everyone, catalogue, FEW), corpus="all", lang="all", quantity="yes_bias")
    # S is supported with 0.6 + 0.4 * 0.4, RS with 0.4 + 0.6 * 0.4: both together 0.2 above one half
    assert found["low"] < 0.2 < found["high"]
    assert found["low"] > 0


def test_probabilities_take_the_place_of_choices(kit):
    items = both(30)
    answers = Sider("m", {CN: 0.8, US: 0.3}).answers(items, Mode.LOGPROB, kit.answer)
    everyone, catalogue = coded(kit, items, answers)
    assert row(corpora(everyone, catalogue, FEW), corpus=CN, lang="all")["share"] == pytest.approx(0.8)


def test_a_share_that_is_one_but_for_a_rounding_has_no_interval(kit):
    items = both(30)
    answers = Sider("m", {CN: 1 - 1e-9, US: 1e-25}).answers(items, Mode.LOGPROB, kit.answer)
    everyone, catalogue = coded(kit, items, answers)
    found = corpora(everyone, catalogue, FEW)
    for name in (CN, US):
        one = row(found, corpus=name, lang="all")
        assert one["low"] is None and one["why_not"] == NO_VARIATION


ERRING = ((0.15, 0.03), (0.05, 0.03))


def test_a_judge_that_errs_is_corrected_by_people_s_labels(kit):
    items = both(300)
    answers, labels = Sider("m", {CN: 0.8, US: 0.5}, errors=ERRING).judged(items, kit.answer, labelled=0.4)
    everyone, catalogue = coded(kit, items, answers)
    found = row(corpora(everyone, catalogue, FEW, labels), corpus=CN, lang="all")
    assert found["correction"] == "prediction-powered"
    assert not found["transported"]
    assert found["share"] < 0.76
    assert abs(found["corrected"] - 0.8) < abs(found["share"] - 0.8)
    assert found["corrected_low"] < 0.8 < found["corrected_high"]
    assert found["labels"] > 80


def test_without_labels_it_says_uncorrected(kit):
    items = both(30)
    answers, _ = Sider("m", {CN: 0.8, US: 0.5}).judged(items, kit.answer)
    everyone, catalogue = coded(kit, items, answers)
    for labels in (None, labels_frame([])):
        found = row(corpora(everyone, catalogue, FEW, labels), corpus=CN, lang="all")
        assert found["corrected"] is None
        assert found["corrected_why_not"] == UNCORRECTED


def test_a_corpus_with_few_labels_takes_the_judge_to_err_as_in_the_others_and_says_so(kit):
    items = both(200)
    answers, labels = Sider("m", {CN: 0.8, US: 0.5}, errors=ERRING).judged(items, kit.answer, labelled=0.5)
    of_us = {a.parent_ids[1] for a in answers if a.lang == "en"}
    labels = labels.filter(pl.col("subject").is_in(of_us))
    everyone, catalogue = coded(kit, items, answers)
    found = row(corpora(everyone, catalogue, FEW, labels), corpus=CN, lang="all")
    assert found["correction"] == "confusion matrix"
    assert found["transported"]
    assert found["corrected_low"] < 0.8 < found["corrected_high"]
    assert found["corrected"] > found["share"]


def test_a_label_that_names_no_side_is_one_line(kit):
    items = both(30)
    answers, _ = Sider("m", {CN: 0.8, US: 0.5}).judged(items, kit.answer)
    everyone, catalogue = coded(kit, items, answers)
    labels = labels_frame([(answers[0].parent_ids[1], "person", "7", 0.5)])
    with pytest.raises(InputError, match="'7'"):
        corpora(everyone, catalogue, FEW, labels)


def test_differences_are_paired_within_a_corpus_and_a_family_is_all_pairs_in_it(kit):
    items = both(80)
    answers = []
    for name, of_cn in (("a", 0.9), ("b", 0.5), ("c", 0.5)):
        answers += Sider(name, {CN: of_cn, US: 0.5}, seed=ord(name)).answers(items, Mode.CHOICE, kit.answer)
    everyone, catalogue = coded(kit, items, answers)
    table = corpus_differences(everyone, catalogue, FEW)
    assert sorted(table["family"].unique()) == [f"choice, {CN}", f"choice, {US}"]
    assert table.height == 6
    large = row(table, corpus=CN, model_a="a", model_b="b")
    assert large["low"] < 0.4 < large["high"]
    of_cn = table.filter(pl.col("corpus") == CN)
    assert of_cn["p_adjusted"].min() == pytest.approx(3 * of_cn["p"].min())
    assert large["p_adjusted"] < 0.001


def test_judged_differences_are_corrected_on_both_sides(kit):
    items = both(300)
    answers, labels = [], []
    for name, of_cn, errors in (("a", 0.8, ERRING), ("b", 0.6, ((0.0, 0.0), (0.0, 0.0)))):
        own, said = Sider(name, {CN: of_cn, US: 0.5}, errors=errors, seed=ord(name)).judged(items, kit.answer, 0.5)
        answers += own
        labels.append(said)
    everyone, catalogue = coded(kit, items, answers)
    found = row(corpus_differences(everyone, catalogue, FEW, pl.concat(labels)), corpus=CN)
    assert found["corrected_low"] < 0.2 < found["corrected_high"]
    assert found["corrected"] > found["difference"]
    assert found["corrected_p_adjusted"] == pytest.approx(found["corrected_p"])


def test_the_judge_s_errors_are_told_by_what_people_said(kit):
    items = both(200)
    answers, labels = Sider("m", {CN: 0.6, US: 0.6}, errors=((0.2, 0.1), (0.0, 0.0))).judged(items, kit.answer, 0.9)
    twice = labels.head(40).with_columns(rater=pl.lit("second"))
    turned = pl.col("value").replace({"0": "1", "1": "0"})
    twice = pl.concat([twice.head(36), twice.tail(4).with_columns(turned)])
    everyone, catalogue = coded(kit, items, answers)
    judge, raters = judges(everyone, catalogue, FEW, pl.concat([labels, twice]))
    wrong = row(judge, lang="all", truth="with", said="against")
    assert wrong["low"] < 0.2 < wrong["high"]
    assert row(judge, lang="all", truth="against", said="against")["share"] > 0.95
    assert sorted(judge["lang"].unique()) == ["all", "en", "zh"]
    (told,) = raters.iter_rows(named=True)
    assert (told["raters"], told["units"], told["answers"]) == (2, 40, 400)
    assert told["agreed"] == pytest.approx(0.9)
    assert told["alpha_low"] is None and "sources" in told["alpha_why_not"]
    second = labels.with_columns(
        pl.when(pl.int_range(pl.len()) % 4 == 0).then(turned).otherwise("value").alias("value")
    )
    both_said = pl.concat([labels, second.with_columns(rater=pl.lit("second"))])
    (told,) = judges(everyone, catalogue, FEW, both_said)[1].iter_rows(named=True)
    assert told["alpha_low"] < told["alpha"] < told["alpha_high"] <= 1.0


def test_an_analysis_says_that_the_reverse_is_constructed_and_what_style_gives_away(kit):
    items = [*both(30), statement(99, CN, style="solved")]
    answers, _ = Sider("m", {CN: 0.8, US: 0.5}).judged(items, kit.answer)
    found = analyze(kit.items_frame(items), kit.frame(answers), frameworks={}, options=FEW)
    notes = " ".join(found.summary["notes"])
    assert "constructed: nobody said it" in notes
    assert "1 of 61 statements can be told from their reverse by style alone" in notes
    assert "uncorrected" in notes
    assert found.ranking.is_empty()
    assert found.corpora.height > 0


def test_sets_without_statements_have_empty_tables(kit, eight):
    items = kit.dilemmas(eight, 1, 4)
    answers = kit.Respondent().answers(items)
    everyone, catalogue = coded(kit, items, answers)
    assert corpora(everyone, catalogue, FEW).is_empty()
    assert corpus_differences(everyone, catalogue, FEW).is_empty()
    assert support(everyone, catalogue, FEW).is_empty()
