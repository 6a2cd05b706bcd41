from __future__ import annotations

import polars as pl
import pytest

from axiometer.analyze import AnalysisOptions, analyze
from axiometer.errors import InputError, Refused
from axiometer.frameworks import load_framework
from axiometer.records import Mode, Outcome
from axiometer.records.rows import Expression, ExpressionKind, Option, Role

FEW = AnalysisOptions(resamples=50)


def shares(kit, items, answers, options=FEW, frameworks=None):
    return analyze(kit.items_frame(items), kit.frame(answers), frameworks=frameworks or {}, options=options).shares


def row(table, value, level="value", lang="all", **where):
    kept = table.filter((pl.col("value") == value) & (pl.col("level") == level) & (pl.col("lang") == lang))
    for column, wanted in where.items():
        kept = kept.filter(pl.col(column) == wanted)
    (found,) = kept.iter_rows(named=True)
    return found


def test_an_answer_counts_for_the_option_not_for_its_letter(kit):
    item = kit.dilemma("d", [kit.option("one", "a"), kit.option("two", "b")])
    answers = [kit.answer("m", item, order, 0) for order in ((0, 1, 2), (1, 2, 0), (2, 1, 0))]
    table = shares(kit, [item], answers)
    assert {(r["value"], r["n"], r["share"]) for r in table.iter_rows(named=True)} == {("a", 3, 1.0), ("b", 3, 0.0)}


def test_a_value_on_both_sides_is_not_at_stake(kit):
    both = kit.dilemma(
        "d", [Option("one", Role.SIDE, (value("a"), value("c"))), Option("two", Role.SIDE, (value("b"), value("c")))]
    )
    table = shares(kit, [both], [kit.answer("m", both, (0, 1, 2), 0)])
    assert set(table["value"]) == {"a", "b"}


def value(target, polarity=1):
    return Expression(ExpressionKind.VALUE, target, polarity)


def test_non_answers_and_the_distractor_are_in_the_bounds_and_not_in_the_share(kit):
    items = [kit.dilemma(f"d{i}", [kit.option("one", "a"), kit.option("two", "b")]) for i in range(10)]
    outcomes = [*[Outcome.CHOSEN] * 6, Outcome.REFUSED, Outcome.INVALID, Outcome.ERROR]
    answers = [
        kit.answer("m", item, (0, 1, 2), 0 if i < 3 else 1 if outcome is Outcome.CHOSEN else None, outcome=outcome)
        for i, (item, outcome) in enumerate(zip(items, outcomes, strict=False))
    ]
    answers.append(kit.answer("m", items[9], (0, 1, 2), 2))
    found = row(shares(kit, items, answers), "a")
    assert (found["n"], found["share"]) == (6, 0.5)
    assert (found["bound_low"], found["bound_high"]) == pytest.approx((3 / 9, 6 / 9))


def test_endorsing_and_opposing_are_separate_quantities(kit):
    violates = kit.dilemma("d", [Option("one", Role.SIDE, (value("a", -1),)), Option("two", Role.SIDE, (value("b"),))])
    answers = [kit.answer("m", violates, (0, 1, 2), chosen, repeat=i) for i, chosen in enumerate((0, 1, 1, 1))]
    table = shares(kit, [violates], answers)
    opposed = row(table, "a")
    assert (opposed["n"], opposed["share"]) == (0, None)
    assert (opposed["n_opposed"], opposed["opposed_share"]) == (4, 0.25)
    assert row(table, "b")["n_opposed"] == 0


def test_ancestors_are_at_stake_where_one_side_alone_has_them(kit):
    framework = load_framework("core-socialist-values")
    within = kit.dilemma(
        "w", [kit.option("one", "equal-rights"), kit.option("two", "equal-opportunity")], framework=framework.id
    )
    across = kit.dilemma(
        "x", [kit.option("one", "equal-rights"), kit.option("two", "etiquette")], framework=framework.id
    )
    answers = [kit.answer("m", within, (0, 1, 2), 0), kit.answer("m", across, (0, 1, 2), 1)]
    table = shares(kit, [within, across], answers, frameworks={framework.id: framework})
    levels = [level.id for level in framework.levels]
    assert list(dict.fromkeys(table["level"])) == levels
    assert row(table, "equality", level=levels[1])["n"] == 1
    assert row(table, "equal-rights", level=levels[2])["n"] == 2
    assert row(table, "social", level=levels[0])["share"] == 0.0


def test_each_language_and_both_together(kit):
    items = kit.dilemmas("abc", 6, 4, langs=("zh", "en"))
    answers = [kit.answer("m", item, (0, 1, 2), 0 if item.lang == "zh" else 1) for item in items]
    table = shares(kit, items, answers)
    zh, en, together = (row(table, "a", lang=lang) for lang in ("zh", "en", "all"))
    assert (zh["n"], en["n"], together["n"]) == (12, 12, 24)
    assert zh["share"] == pytest.approx(1 - en["share"])
    assert together["share"] == 0.5


def test_agreeing_counts_for_what_was_shown(kit):
    item = kit.dilemma("s", [kit.option("one", "a"), kit.option("two", "b")], distractor=False)
    rows = [(0, False, 1), (0, True, 1), (1, False, -1), (1, False, 1), (0, False, -1)]
    answers = [
        kit.answer("m", item, (0, 1), None, mode=Mode.AGREE, shown=shown, negated=negated, stance=stance, repeat=i)
        for i, (shown, negated, stance) in enumerate(rows)
    ]
    answers.append(
        kit.answer("m", item, (0, 1), None, mode=Mode.AGREE, shown=1, outcome=Outcome.REFUSED, stance=None, repeat=9)
    )
    table = shares(kit, [item], answers)
    a, b = row(table, "a"), row(table, "b")
    assert (a["mode"], a["n"], a["share"]) == ("agree", 3, pytest.approx(2 / 3))
    assert (b["n"], b["share"]) == (2, 0.5)
    assert (b["bound_low"], b["bound_high"]) == pytest.approx((1 / 3, 2 / 3))


def test_modes_are_never_pooled(kit):
    item = kit.dilemma("d", [kit.option("one", "a"), kit.option("two", "b")])
    answers = [
        kit.answer("m", item, (0, 1, 2), 0),
        kit.answer("m", item, (0, 1, 2), 1, mode=Mode.LOGPROB, probabilities=(0.2, 0.6, 0.2)),
    ]
    table = shares(kit, [item], answers)
    assert row(table, "a", mode="choice")["share"] == 1.0
    assert row(table, "a", mode="logprob")["share"] == pytest.approx(0.25)


def test_no_interval_without_enough_sources_or_at_the_edge(kit, eight):
    few = kit.dilemmas("abc", 10, 3)
    table = shares(kit, few, kit.Respondent().answers(few))
    assert set(table["low"]) == {None}
    assert all("fewer than 20" in reason for reason in table["why_not"])
    many = kit.dilemmas(eight, 3, 6)
    table = shares(kit, many, kit.Respondent(strengths={"a": 60.0}).answers(many))
    assert row(table, "a")["why_not"] == "at 0 or 100 % resampling shows no variation"
    assert row(table, "a")["low"] is None
    inside = row(table, "b")
    assert inside["low"] < inside["share"] < inside["high"]
    assert inside["interval"] == "multiway bootstrap"


def test_one_source_behind_most_presentations_gives_no_interval(kit):
    items = [
        kit.dilemma(f"d{i}", [kit.option("one", "a"), kit.option("two", "b")], clusters=("a-0", f"b-{i}"))
        for i in range(40)
    ]
    answers = [kit.answer("m", item, (0, 1, 2), i % 2) for i, item in enumerate(items)]
    assert "one source" in row(shares(kit, items, answers), "a")["why_not"]


def test_unmapped_items_are_refused_in_one_line_unless_values_are_left_out(kit):
    from dataclasses import replace

    item = replace(kit.dilemma("d", [kit.option("one"), kit.option("two")]), mapped=False)
    answers = kit.frame([kit.answer("m", item, (0, 1, 2), 0)])
    with pytest.raises(Refused, match="1 of 1 items are unmapped") as refused:
        analyze(kit.items_frame([item]), answers, frameworks={})
    assert "\n" not in str(refused.value)
    rest = analyze(kit.items_frame([item]), answers, frameworks={}, options=AnalysisOptions(values=False, resamples=20))
    assert rest.shares.is_empty()
    assert rest.outcomes.filter(pl.col("outcome") == "chosen")["n"].to_list() == [1]


def test_answers_and_items_that_do_not_fit_are_said_to(kit):
    one = kit.dilemma("d", [kit.option("one", "a"), kit.option("two", "b")])
    other = kit.dilemma("e", [kit.option("one", "a"), kit.option("two", "b")])
    with pytest.raises(InputError, match="not in the items table"):
        shares(kit, [one], [kit.answer("m", other, (0, 1, 2), 0)])
    with pytest.raises(InputError, match="no answers"):
        shares(kit, [one], [])
    with pytest.raises(InputError, match="fewer options"):
        shares(kit, [one], [kit.answer("m", one, (0, 1, 2, 3), 3)])
    elsewhere = kit.dilemma("f", [kit.option("one", "a"), kit.option("two", "b")], framework="mine")
    with pytest.raises(InputError, match="'mine'"):
        shares(kit, [elsewhere], [kit.answer("m", elsewhere, (0, 1, 2), 0)])


def test_positions_and_rules_are_tallied_as_levels_of_their_own(kit):
    items = [
        kit.dilemma(
            f"d{i}", [kit.option("one", "a", rule=f"r{i}", position="S"), kit.option("two", "b", position="RS")]
        )
        for i in range(4)
    ]
    table = shares(kit, items, [kit.answer("m", item, (0, 1, 2), i == 0) for i, item in enumerate(items)])
    assert row(table, "S", level="position")["share"] == 0.75
    assert row(table, "r0", level="rule")["share"] == 0.0
