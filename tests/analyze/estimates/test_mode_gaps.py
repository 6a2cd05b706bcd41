"""One respondent in several ways of asking: the gap on identical items."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest
from tests.analyze.statements import Sider, labels_frame, statement

from axiometer.analyze import AnalysisOptions, compare
from axiometer.analyze.coded.catalogue import catalogue_of
from axiometer.analyze.coded.presentations import presentations_of
from axiometer.analyze.estimates.mode_gaps import mode_gaps
from axiometer.records import Mode, Outcome

FEW = AnalysisOptions(resamples=200)
CN, US = "cn", "us"


def items_of(n: int = 60):
    return [statement(i, corpus) for corpus in (CN, US) for i in range(n)]


def test_the_gap_is_paired_on_the_items_asked_in_both_modes(kit):
    items = items_of()
    chosen = Sider("m", {CN: 0.8, US: 0.5}).answers(items, Mode.LOGPROB, kit.answer)
    free, _ = Sider("m", {CN: 0.5, US: 0.5}).judged(items[:40], kit.answer)
    catalogue = catalogue_of(items, {})
    table = mode_gaps(list(presentations_of(kit.frame(chosen + free), catalogue)), catalogue, FEW)
    (found,) = table.filter(pl.col("corpus") == CN).iter_rows(named=True)
    assert (found["mode_a"], found["mode_b"]) == ("logprob", "judged")
    assert found["n_items"] == 40
    assert found["share_a"] == pytest.approx(0.8)
    said = [answer.option == 0 for answer in free]
    assert found["share_b"] == pytest.approx(sum(said) / len(said))
    assert found["gap"] == pytest.approx(found["share_a"] - found["share_b"])
    # The probabilities do not vary, so that all of the gap's error is that of 40 answers.
    assert found["high"] - found["low"] == pytest.approx(4 * (0.25 / 40) ** 0.5, rel=0.15)
    assert table.filter(pl.col("corpus") == US).is_empty()


def test_runs_put_together_compare_the_modes_of_one_model(kit):
    items = items_of()
    answers = Sider("m · first", {CN: 0.7, US: 0.7}).answers(items, Mode.LOGPROB, kit.answer)
    answers += Sider("m · second", {CN: 0.7, US: 0.7}).answers(items, Mode.AGREE, kit.answer)
    answers += Sider("other", {CN: 0.7, US: 0.7}).answers(items, Mode.AGREE, kit.answer)
    names = {"m · first": "m", "m · second": "m", "other": "other"}
    table = compare(kit.items_frame(items), kit.frame(answers), frameworks={}, options=FEW, names=names).mode_gaps
    assert set(table["model_a"]) == {"m · first"}
    assert set(table["model_b"]) == {"m · second"}
    assert table["corpus"].to_list() == [CN, US, "all"]
    together = table.row(-1, named=True)
    assert together["low"] < 0 < together["high"]
    assert together["p_adjusted"] == together["p"]
    assert len(table["family"].unique()) == 2


def test_respondents_with_one_mode_have_no_gap(kit):
    items = items_of(20)
    answers = Sider("m", {CN: 0.7, US: 0.7}).answers(items, Mode.CHOICE, kit.answer)
    catalogue = catalogue_of(items, {})
    assert mode_gaps(list(presentations_of(kit.frame(answers), catalogue)), catalogue, FEW).is_empty()


def test_the_gap_to_judged_answers_is_corrected_for_the_judge(kit):
    """Both modes have the same share; the judge misreads one answer in five that sides with the corpus."""
    items = items_of(250)
    plain = Sider("m", {CN: 0.8, US: 0.5}).answers(items, Mode.LOGPROB, kit.answer)
    errors = ((0.2, 0.0), (0.0, 0.0))
    free, labels = Sider("m", {CN: 0.8, US: 0.5}, errors=errors).judged(items, kit.answer, labelled=0.4)
    catalogue = catalogue_of(items, {})
    everyone = list(presentations_of(kit.frame(plain + free), catalogue))
    table = mode_gaps(everyone, catalogue, FEW, None, labels)
    (found,) = table.filter(pl.col("corpus") == CN).iter_rows(named=True)
    assert found["low"] > 0.05
    assert found["corrected_low"] < 0 < found["corrected_high"]
    assert abs(found["corrected"]) < found["gap"]
    (together,) = table.filter(pl.col("corpus") == "all").iter_rows(named=True)
    assert together["corrected"] is None
    uncorrected = mode_gaps(everyone, catalogue, FEW)
    assert uncorrected["corrected"].null_count() == uncorrected.height
    assert "uncorrected" in uncorrected["corrected_why_not"][0]


def test_refusing_on_other_items_in_free_answers_is_no_gap(kit):
    """Free answers refuse on every second item, on which letters always side with the corpus; on the others both modes
    are alike. A judge without errors and labels without errors must leave the gap at 0."""
    items = [statement(i, CN) for i in range(160)]
    plain, free, labels = [], [], []
    for number, item in enumerate(items):
        side = 0 if number % 2 else int(number % 4 == 0)
        plain += [kit.answer("m", item, order, side) for order in ((0, 1), (1, 0))]
        refused = number % 2 == 1
        for order in ((0, 1), (1, 0)):
            outcome = Outcome.REFUSED if refused else Outcome.CHOSEN
            row = kit.answer("m", item, order, None if refused else side, outcome=outcome, mode=Mode.JUDGED)
            free.append(replace(row, parent_ids=(item.id, f"free {number}")))
        if number % 8 < 4:
            labels.append((f"free {number}", "person", "refused" if refused else str(side), 0.5))
    catalogue = catalogue_of(items, {})
    everyone = list(presentations_of(kit.frame(plain + free), catalogue))
    (found,) = mode_gaps(everyone, catalogue, FEW, None, labels_frame(labels)).iter_rows(named=True)
    assert found["gap"] == 0.0
    assert found["corrected"] == pytest.approx(0.0, abs=1e-12)
    assert found["corrected_low"] < 0 < found["corrected_high"]
