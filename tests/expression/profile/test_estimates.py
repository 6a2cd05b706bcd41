"""Shares and differences of a profile: what is counted, what is resampled, and when nothing is said."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from tests.expression.profile.made import OPTIONS, Made, two_models

from axiometer.analyze.inference.intervals import adjust_holm
from axiometer.expression.profile.correcting import NOT_ASKED, Correction, counts_from, transported
from axiometer.expression.profile.ends import Lengths, lengths_of, outcome_table
from axiometer.expression.profile.estimates import difference_table, share_table
from axiometer.expression.profile.profile import State
from axiometer.expression.profile.questions import questions_of
from axiometer.expression.profile.tables import DIFFERENCES, OUTCOMES, SHARES


def share(table: pl.DataFrame, model: str, value: str = "freedom", kind: str = "expressed") -> dict[str, object]:
    return table.filter(model=model, value=value, kind=kind).row(0, named=True)


def width(row: dict[str, object]) -> float:
    return float(row["high"]) - float(row["low"])  # type: ignore[arg-type]


def test_a_share_is_of_answers_that_were_read_with_an_interval_over_questions() -> None:
    made = two_models(50)
    made.say("a", "q1", None, lang="zh", outcome="refused")
    table = share_table(made.units, made.basis())
    assert table.columns == list(SHARES) and table.height == 2 * 2 * 3
    row = share(table, "a")
    said = [each["expressed"] for each in made.read if each["id"].startswith("a/")]
    assert row["answers"] == row["questions"] == 50 and row["share"] == np.mean(["freedom" in each for each in said])
    assert row["low"] < row["share"] < row["high"] and 0.15 < width(row) < 0.35
    assert row["mean_probability"] == pytest.approx(0.1 + 0.8 * row["share"])
    assert row["corrected"] is None and row["corrected_why_not"].startswith("uncorrected")


def test_the_same_question_in_two_languages_and_twice_is_one_question() -> None:
    made, again = two_models(40), Made()
    for lang in ("en", "zh"):
        for repeat in (0, 1):
            for each in made.read:
                model, item, _ = str(each["id"]).split("/")
                again.say(model, item.removesuffix("-en"), each["expressed"], lang=lang, repeat=repeat)
    once, often = (share(share_table(each.units, each.basis()), "a") for each in (made, again))
    assert often["answers"] == 4 * once["answers"] and often["questions"] == once["questions"] == 40
    assert often["share"] == pytest.approx(once["share"])
    assert width(often) == pytest.approx(width(once), rel=0.02)


def test_fewer_than_twenty_questions_have_no_interval_and_say_so() -> None:
    made = two_models(19)
    row = share(share_table(made.units, made.basis()), "a")
    assert row["share"] is not None and row["low"] is None and row["why_not"] == "19 sources, fewer than 20"
    differences = difference_table(made.units, made.basis())
    assert differences["low"].null_count() == differences.height and differences["p"].null_count() == differences.height


def test_differences_are_of_questions_that_both_answered_in_the_same_language() -> None:
    made = two_models(60)
    for number in range(30):  # b says nothing here
        made.say("a", f"only-a-{number}", ["freedom"])
        made.say("a", f"q{number}", ["freedom"], lang="zh")
    table = difference_table(made.units, made.basis())
    row = table.filter(value="freedom", kind="expressed").row(0, named=True)
    common = {str(each["id"]): "freedom" in each["expressed"] for each in made.read if "-en/" in str(each["id"])}
    first = [said for name, said in common.items() if name.startswith("a/q")]
    second = [said for name, said in common.items() if name.startswith("b/q")]
    assert table.columns == list(DIFFERENCES)
    assert row["questions"] == 60 and row["difference"] == pytest.approx(np.mean(first) - np.mean(second))
    assert row["low"] < row["difference"] < row["high"] and row["low"] > 0 and row["p"] < 0.01


def test_a_model_that_refuses_some_repeats_does_not_differ_where_every_answer_is_the_same() -> None:
    """Half of the questions call for freedom; b refuses two of three repeats of these."""
    made = Made()
    for number in range(40):
        expressed = ["freedom"] if number % 2 else []
        for repeat in range(3):
            made.say("a", f"q{number}", expressed, repeat=repeat)
            refuses = number % 2 and repeat != 1
            said = None if refuses else expressed
            made.say("b", f"q{number}", said, repeat=repeat, outcome="refused" if refuses else "chosen")
    row = difference_table(made.units, made.basis()).filter(value="freedom", kind="expressed").row(0, named=True)
    assert row["questions"] == 40 and row["difference"] == pytest.approx(0.0)
    shares = share_table(made.units, made.basis()).filter(value="freedom", kind="expressed")["share"].to_list()
    assert shares == pytest.approx([0.5, 0.25])


def test_p_values_are_adjusted_over_all_pairs_and_values_of_a_kind() -> None:
    made = two_models(60)
    for number in range(60):
        made.say("c", f"q{number}", ["harmony"] if number % 3 else ["freedom"])
    table = difference_table(made.units, made.basis()).filter(kind="expressed")
    assert table.height == 3 * 2
    assert table["p_adjusted"].to_list() == pytest.approx(adjust_holm(table["p"].to_numpy()).tolist())


def test_stances_count_among_answers_in_languages_in_which_they_can_be_told() -> None:
    made = Made()
    for number in range(40):
        made.say("a", f"q{number}", ["freedom"], endorsed=["freedom"] if number % 2 else [])
        made.say("a", f"q{number}", ["freedom"], lang="fr", told=False)
    table = share_table(made.units, made.basis())
    assert share(table, "a")["answers"] == 80
    assert share(table, "a", kind="endorsed")["answers"] == 40 and share(table, "a", kind="endorsed")["share"] == 0.5
    assert share(table, "a", "harmony", "endorsed")["share"] == 0.0  # nothing expressed, nothing endorsed


def test_where_stances_cannot_be_told_at_all_there_is_no_share() -> None:
    made = Made()
    for number in range(25):
        made.say("a", f"q{number}", ["freedom"], lang="fr", told=False)
    row = share(share_table(made.units, made.basis()), "a", kind="opposed")
    assert row["answers"] == 0 and row["share"] is None and row["why_not"] == "no presentation bears on it"


def test_outcomes_count_what_is_missing_refused_and_far() -> None:
    made = Made()
    for number in range(30):
        made.say("a", f"q{number}", ["freedom"], far=number < 6)
        made.ask(f"q{number}", "zh")
    for number in range(10):
        made.say("a", f"q{number}", None, lang="zh", outcome="refused")
    answers, read = pl.DataFrame(made.answers), pl.DataFrame(made.read)
    table = outcome_table(answers, read, made.item_table, ["a"], questions_of(made.item_table), OPTIONS, recorded=True)
    assert table.columns == list(OUTCOMES) and table["lang"].to_list() == ["en", "zh", "all"]
    whole = table.filter(lang="all").row(0, named=True)
    assert (whole["asked"], whole["not_recorded"], whole["chosen"], whole["refused"]) == (60, 20, 30, 10)
    assert whole["refused_share"] == 0.25 and whole["refused_low"] < 0.25 < whole["refused_high"]
    assert whole["far"] == 6 and whole["far_share"] == 0.2 and whole["far_low"] < 0.2 < whole["far_high"]
    chinese = table.filter(lang="zh").row(0, named=True)
    assert chinese["far"] is None and chinese["far_share"] is None and chinese["refused_share"] == 1.0


def test_outcomes_say_how_long_the_answers_are_that_were_read() -> None:
    made = Made()
    for number in range(4):
        made.say("a", f"q{number}", ["freedom"], text="x" * 1_000, windows=2)
        made.say("b", f"q{number}", [], text="x" * 790)
        made.say("c", f"q{number}", None, text="I cannot say.", outcome="refused")
        made.say("a", f"q{number}", ["freedom"], text="字" * 300, lang="zh")
        made.say("b", f"q{number}", ["freedom"], text="字" * 290, lang="zh")
    answers, read = pl.DataFrame(made.answers), pl.DataFrame(made.read)
    questions = questions_of(made.item_table)
    table = outcome_table(answers, read, made.item_table, ["a", "b", "c"], questions, OPTIONS, recorded=False)
    own = table.filter(lang="en").select("mean_characters", "mean_windows").rows()
    assert own == [(1_000.0, 2.0), (790.0, 1.0), (None, None)]
    assert table.filter(lang="all", model="a")["mean_characters"].to_list() == [650.0]
    assert lengths_of(table) == Lengths("en", "b", 790.0, "a", 1_000.0)
    assert Lengths("en", "b", 790.0, "a", 1_000.0).unlike and not Lengths("zh", "b", 290.0, "a", 300.0).unlike
    assert lengths_of(table.filter(model="a")) is None


def labelled(questions: int, every: int, seed: int = 1) -> tuple[Made, dict[str, float]]:
    """The classifier misses a fourth of what is there and sees a fourth of what is not; the planted shares."""
    made, generator = Made(), np.random.default_rng(seed)
    shares = {"a": 0.75, "b": 0.35}
    for number in range(questions):
        for model, planted in shares.items():
            there = generator.random() < planted
            said = there if generator.random() < 0.75 else not there
            truth = (["freedom"] if there else []) if number % every == 0 else None
            expressed = ["freedom"] if said else []
            made.say(model, f"q{number}", expressed, labelled=truth, inclusion=1 / every)
    return made, shares


def test_labels_of_the_run_put_shares_and_differences_right() -> None:
    made, planted = labelled(400, 4)
    basis = made.basis(Correction(State.CORRECTED, "ada"))
    table = share_table(made.units, basis)
    for model, truth in planted.items():
        row = share(table, model)
        assert row["method"] == "prediction-powered" and row["labels"] == 100 and not row["transported"]
        assert row["corrected_low"] < truth < row["corrected_high"] and not row["low"] < truth < row["high"]
    assert share(table, "a", kind="endorsed")["corrected_why_not"] == NOT_ASKED
    row = difference_table(made.units, basis).filter(value="freedom", kind="expressed").row(0, named=True)
    assert row["corrected_low"] < 0.4 < row["corrected_high"] and row["high"] < 0.4 and row["corrected_p"] < 0.001


def test_a_model_whose_answers_nobody_labelled_stays_uncorrected() -> None:
    made, _ = labelled(60, 2)
    for number in range(60):
        made.say("c", f"q{number}", ["freedom"] if number % 2 else [])
    basis = made.basis(Correction(State.CORRECTED, "ada"))
    row = share(share_table(made.units, basis), "c")
    assert row["corrected"] is None and row["corrected_why_not"].startswith("uncorrected")
    pair = difference_table(made.units, basis).filter(model_a="a", model_b="c", value="freedom", kind="expressed")
    assert pair["corrected"].to_list() == [None] and pair["difference"].null_count() == 0


def test_errors_carried_over_hold_where_they_are_the_same_and_are_called_transported() -> None:
    made, planted = labelled(400, 400)
    counts = counts_from(support=400, predicted=450, recall=0.75, texts=1000)  # sensitivity and specificity 0.75
    assert (counts.tp, counts.fp, counts.fn, counts.tn) == (300, 150, 100, 450)
    basis = made.basis(transported({"freedom": counts}, "elsewhere"))
    table = share_table(made.units, basis)
    for model, truth in planted.items():
        row = share(table, model)
        assert row["transported"] and row["method"] == "confusion matrix"
        assert row["corrected_low"] < truth < row["corrected_high"]
    assert "nothing is known" in str(share(table, "a", "harmony")["corrected_why_not"])
