from __future__ import annotations

import choix
import numpy as np
import polars as pl
import pytest
import statsmodels.api as sm

from axiometer.analyze import analyze
from axiometer.analyze.coded.catalogue import catalogue_of
from axiometer.analyze.coded.presentations import presentations_of
from axiometer.analyze.ranking.bradley_terry import (
    bootstrap_bradley_terry,
    centred,
    fit_bradley_terry,
    newton,
    strengths_statistic,
)
from axiometer.analyze.ranking.comparisons import Comparisons, comparisons_of
from axiometer.analyze.ranking.diagnostics import cyclic_triad_rate, identification, slot_effects
from axiometer.analyze.ranking.ranks import ranks_of
from axiometer.analyze.ranking.tables import rank_bounds
from axiometer.records import Answer, Item, Mode, to_frame


def compared(kit, items, answers):
    catalogue = catalogue_of(items, {})
    (presentations,) = presentations_of(kit.frame(answers), catalogue)
    return comparisons_of(presentations, catalogue, catalogue.levels[0]), catalogue


def fitted(comparisons: Comparisons, ridge: float):
    wins, trials, _ = comparisons.totals()
    return fit_bradley_terry(comparisons.predictors, wins, trials, ridge)


def test_without_a_penalty_strengths_are_those_of_choix(kit, eight):
    items = kit.dilemmas(eight, 6, 5)
    respondent = kit.Respondent(strengths={v: i / 4 for i, v in enumerate(eight)})
    answers = respondent.answers(items)
    comparisons, _ = compared(kit, items, answers)
    no_slots = Comparisons(
        comparisons.values, 1, comparisons.value_part, comparisons.wins, comparisons.trials, comparisons.open
    )
    ours = centred(fitted(no_slots, 1e-9).coefficients)
    place = {value: i for i, value in enumerate(eight)}
    by_id = {item.id: item for item in items}
    data = []
    for row in answers:
        sides = [by_id[row.item].options[i].expresses[0].target for i in (0, 1)]
        data.append((place[sides[row.option]], place[sides[1 - row.option]]))
    theirs = choix.opt_pairwise(8, data, alpha=0.0)
    np.testing.assert_allclose(ours, theirs - theirs.mean(), atol=1e-4)


def test_values_signs_and_slots_are_fitted_as_a_logistic_regression(kit):
    generator = np.random.default_rng(4)
    items = []
    for number in range(150):
        a, b = generator.choice(list("abcde"), 2, replace=False)
        sides = [kit.option(f"{number} one", a, int(generator.choice([1, -1]))), kit.option(f"{number} two", b)]
        items.append(kit.dilemma(f"d{number}", sides))
    answers = kit.Respondent(
        strengths=dict(zip("abcde", (0, 0.4, 0.8, -0.5, 1), strict=True)), slot=(0.8, 0, -0.3)
    ).answers(items)
    comparisons, _ = compared(kit, items, answers)
    fit = fitted(comparisons, 1e-7)
    place = {item.id: item for item in items}
    rows, chosen = [], []
    for row in answers:
        x = np.zeros(7)
        for side, sign in ((0, 1), (1, -1)):
            for e in place[row.item].options[side].expresses:
                x["abcde".index(e.target)] += sign * e.polarity
            slot = row.order.index(side)
            x[5:] += sign * np.array([(slot == 1) - (slot == 0), (slot == 2) - (slot == 0)], dtype=float)
        rows.append(x)
        chosen.append(row.option == 0)
    theirs = sm.GLM(np.array(chosen, dtype=float), np.array(rows), family=sm.families.Binomial()).fit()
    np.testing.assert_allclose(fit.coefficients, theirs.params, atol=1e-4)
    np.testing.assert_allclose(slot_effects(fit, 5, 3).sum(), 0, atol=1e-9)


def test_batched_fits_equal_single_fits(kit, eight):
    generator = np.random.default_rng(0)
    x = generator.integers(-1, 2, (40, 6)).astype(float)
    trials = generator.integers(0, 9, (25, 40)).astype(float)
    wins = np.floor(trials * generator.random((25, 40)))
    together = newton(x, wins, trials, np.zeros((25, 6)), 0.04)
    for i in range(25):
        np.testing.assert_allclose(together[i], fit_bradley_terry(x, wins[i], trials[i], 0.04).coefficients, atol=1e-6)


def test_refits_solve_the_equations_of_their_resample(kit, eight):
    items = kit.dilemmas(eight, 3, 4)
    comparisons, catalogue = compared(kit, items, kit.Respondent(rule_sd=0.5).answers(items))
    draws = bootstrap_bradley_terry(comparisons, catalogue.sources, resamples=30, seed=3, ridge=0.04)
    weights = np.concatenate(list(catalogue.sources.weights(30, 3)))
    for draw, weight in zip(draws, weights, strict=True):
        wins, trials = weight @ comparisons.wins.toarray(), weight @ comparisons.trials.toarray()
        p = 1 / (1 + np.exp(-comparisons.predictors @ draw))
        score = comparisons.predictors.T @ (wins - trials * p) - 0.04 * draw
        np.testing.assert_allclose(score, 0, atol=1e-3)


def test_influence_is_the_change_when_a_group_weighs_a_little_more(kit, eight):
    items = kit.dilemmas(eight, 4, 4)
    comparisons, _ = compared(kit, items, kit.Respondent(rule_sd=1).answers(items))
    wins, trials, _ = comparisons.totals()
    fit = fitted(comparisons, 1e-6)
    statistic = strengths_statistic(comparisons, fit, np.zeros((2, comparisons.predictors.shape[1])))
    for group in (0, 7, 50):
        more_wins = wins + 1e-4 * comparisons.wins.toarray()[group]
        more_trials = trials + 1e-4 * comparisons.trials.toarray()[group]
        moved = centred(fit_bradley_terry(comparisons.predictors, more_wins, more_trials, 1e-6).coefficients[:8])
        np.testing.assert_allclose(
            (moved - statistic.estimate) / 1e-4, statistic.influence[group], rtol=0.01, atol=1e-4
        )


def test_slot_bias_does_not_move_strengths(kit, eight):
    items = kit.dilemmas(eight, 20, 6)
    strengths = {v: i / 5 for i, v in enumerate(eight)}
    comparisons, _ = compared(
        kit, items, kit.Respondent(strengths=strengths, slot=(2, 0, -1)).answers(items, repeats=4)
    )
    fit = fitted(comparisons, 0.04)
    np.testing.assert_allclose(centred(fit.coefficients[:8]), np.arange(8) / 5 - 0.7, atol=0.25)
    np.testing.assert_allclose(slot_effects(fit, 8, 3), np.array([2, 0, -1]) - 1 / 3, atol=0.2)


def test_parts_that_never_meet_are_counted_and_marked(kit):
    items = kit.dilemmas("abc", 8, 3) + kit.dilemmas("de", 8, 3)
    comparisons, _ = compared(kit, items, kit.Respondent().answers(items, repeats=4))
    known = identification(comparisons)
    assert known.components == 2
    assert known.identified.tolist() == [True, True, True, False, False]
    assert (known.rank, known.parameters) == (3, 5)


def test_a_value_that_always_loses_is_held_by_the_penalty(kit):
    items = kit.dilemmas("abcd", 8, 3)
    comparisons, _ = compared(kit, items, kit.Respondent(strengths={"d": -60.0}).answers(items, repeats=2))
    known = identification(comparisons)
    assert known.components == 1
    assert known.identified.tolist() == [True, True, True, False]


def test_a_respondent_that_answers_by_position_gets_no_tiers(kit):
    """Its few exceptions would otherwise be fitted by large strengths with small intervals."""
    items = kit.dilemmas("abcdef", 12, 8)
    answers = kit.Respondent(slot=(9, 0, -9), seed=3).answers(items)
    result = analyze(to_frame(items, Item), to_frame(answers, Answer), frameworks={})
    ranked = result.ranking.filter(pl.col("level") == "value")
    assert ranked["tier"].null_count() == ranked.height == 6
    assert set(ranked["identified"]) == {"penalty"}
    assert ranked["low"].null_count() == 6
    shares = result.shares.filter(pl.col("level") == "value")
    assert shares["share"].null_count() == 0


def test_cycles_are_counted(kit):
    a_b, b_c, c_a = (kit.dilemmas(pair, 3, 3, seed=i) for i, pair in enumerate(("ab", "bc", "ac")))
    beats = {("a", "b"): "a", ("b", "c"): "b", ("a", "c"): "c"}
    answers = []
    for item in a_b + b_c + c_a:
        pair = tuple(o.expresses[0].target for o in item.options[:2])
        winner = beats[tuple(sorted(pair))]
        answers += [kit.answer("sim/cycle", item, order, pair.index(winner)) for order in ((0, 1, 2), (1, 0, 2))]
    comparisons, _ = compared(kit, a_b + b_c + c_a, answers)
    assert cyclic_triad_rate(comparisons) == (1.0, 1)
    np.testing.assert_allclose(centred(fitted(comparisons, 0.04).coefficients[:3]), 0, atol=1e-6)


def test_non_answers_widen_ranks_and_only_where_they_can(kit):
    from axiometer.records import Outcome

    items = kit.dilemmas("abc", 10, 4)
    answers = []
    for item in items:
        pair = [o.expresses[0].target for o in item.options[:2]]
        for order in ((0, 1, 2), (2, 1, 0)):
            if set(pair) == {"a", "b"}:
                answers.append(kit.answer("m", item, order, None, outcome=Outcome.REFUSED))
            else:
                best = pair.index(min(pair)) if len(answers) % 7 else pair.index(max(pair))
                answers.append(kit.answer("m", item, order, best))
    comparisons, _ = compared(kit, items, answers)
    rank = ranks_of(fitted(comparisons, 0.04).coefficients[:3])
    low, high = rank_bounds(comparisons, rank, 0.04)
    assert rank[2] == 3
    assert (low[:2].tolist(), high[:2].tolist()) == ([1, 1], [2, 2])
    assert (low[2], high[2]) == (3, 3)


def test_three_sides_are_compared_two_by_two(kit):
    item = kit.dilemma("t", [kit.option(v, v) for v in "abc"], distractor=False)
    answers = [kit.answer("m", item, (0, 1, 2), 0, repeat=i) for i in range(3)]
    comparisons, _ = compared(kit, [item], answers)
    assert comparisons.trials.sum() == 6
    wins, trials, _ = comparisons.totals()
    table = {tuple(row[:3]): (w, n) for row, w, n in zip(comparisons.predictors, wins, trials, strict=True)}
    assert table[(1.0, -1.0, 0.0)] == (3, 3)
    assert table[(1.0, 0.0, -1.0)] == (3, 3)


def test_probabilities_stand_for_choices_in_logprob_mode(kit):
    items = kit.dilemmas("abc", 5, 3)
    chance = {"a": 0.6, "b": 0.4, "c": 0.2}
    answers, expected = [], dict.fromkeys(("ab", "ac", "bc"), 0.0)
    for item in items:
        first, second = (o.expresses[0].target for o in item.options[:2])
        p = chance[first]
        spread = (p * 0.9, (1 - p) * 0.9, 0.1)
        answers.append(kit.answer("m", item, (0, 1, 2), 0, mode=Mode.LOGPROB, probabilities=spread))
        expected["".join(sorted((first, second)))] += p if first < second else 1 - p
    comparisons, _ = compared(kit, items, answers)
    wins, trials, _ = comparisons.totals()
    found = dict.fromkeys(expected, 0.0)
    for row, won in zip(comparisons.value_part, wins, strict=True):
        found["".join(comparisons.values[i] for i in np.flatnonzero(row))] += won
    assert trials.sum() == len(items)
    assert found == pytest.approx(expected)
