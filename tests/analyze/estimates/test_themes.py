from __future__ import annotations

from itertools import combinations, product

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal
from statsmodels.stats.inter_rater import cohens_kappa, fleiss_kappa

from axiometer.analyze import AnalysisOptions, analyze, compare
from axiometer.analyze.coded.catalogue import catalogue_of
from axiometer.analyze.coded.presentations import presentations_of
from axiometer.analyze.estimates.positions import MEASURES, MOST_PERSONS
from axiometer.analyze.estimates.themes import BOUNDED, theme_agreement, theme_differences, themes
from axiometer.analyze.inference.intervals import adjust_holm
from axiometer.records import Expression, ExpressionKind, ItemKind, Option, Outcome, Role, make_item

FEW = AnalysisOptions(resamples=100)
ORDERS = ((0, 1, 2), (2, 1, 0))


def theme_items(themes=("drugs", "politics"), each=30, rules=25, seed=3):
    """Items of each theme between a rule of set A and one of set B, in either order; `sides[id]` has where A stands."""
    generator = np.random.default_rng(seed)
    items, sides = [], {}
    for theme, number in product(themes, range(each)):
        first = int(generator.integers(2))
        texts = [f"{theme} {number} does", f"{theme} {number} does not"]
        options = [
            Option(texts[i], Role.SIDE, (Expression(ExpressionKind.POSITION, "AB"[i != first], 1),)) for i in (0, 1)
        ]
        item = make_item(
            kind=ItemKind.THEME,
            lang="en",
            prompt=f"{theme} {number}",
            options=(*options, Option("neither", Role.DISTRACTOR)),
            clusters=(f"a{generator.integers(rules)}", f"b{generator.integers(rules)}"),
            source="test",
            meta={"theme": theme},
        )
        items.append(item)
        sides[item.id] = first
    return items, sides


def taking(kit, model, items, sides, positions, *, orders=ORDERS, wording="1"):
    """One answer per entry of `positions[item]` (a letter of a set, or None for a refusal), orders in turn."""
    rows = []
    for item in items:
        for number, position in enumerate(positions[item.id]):
            chosen = None if position is None else sides[item.id] if position == "A" else 1 - sides[item.id]
            rows.append(
                kit.answer(
                    model,
                    item,
                    orders[number % len(orders)],
                    chosen,
                    outcome=Outcome.REFUSED if position is None else Outcome.CHOSEN,
                    wording=wording,
                    repeat=number if wording == "people" else number // len(orders),
                )
            )
    return rows


def drawn(items, share, answers, seed):
    generator = np.random.default_rng(seed)
    return {item.id: ["A" if generator.random() < share else "B" for _ in range(answers)] for item in items}


def coded(kit, items, answers):
    catalogue = catalogue_of(items, {})
    return list(presentations_of(kit.frame(answers), catalogue)), catalogue


def only(table, **wanted):
    found = table.filter(pl.all_horizontal(pl.col(name) == value for name, value in wanted.items()))
    assert found.height == 1, found
    return found.row(0, named=True)


def test_a_set_without_themes_gives_empty_tables_and_the_same_shares(kit, eight):
    items = kit.dilemmas(eight, 2, 6)
    found = analyze(kit.items_frame(items), kit.frame(kit.Respondent().answers(items)), frameworks={}, options=FEW)
    assert found.themes.is_empty() and found.theme_differences.is_empty() and found.theme_agreement.is_empty()
    assert not found.shares.is_empty()


def test_shares_count_the_choices_of_each_theme_and_of_all(kit):
    items, sides = theme_items()
    taken = {i.id: ["A", "A", "B", None] if i.meta["theme"] == "drugs" else ["B", "B", "B", "A"] for i in items}
    table = themes(*coded(kit, items, taking(kit, "m", items, sides, taken)), FEW)
    drugs, both = (only(table, theme=theme, position="A", lang="all") for theme in ("drugs", "all"))
    assert (drugs["n"], drugs["items"], drugs["share"]) == (90, 30, pytest.approx(2 / 3))
    assert drugs["bound_low"] == pytest.approx(2 / 4) and drugs["bound_high"] == pytest.approx(3 / 4)
    assert both["share"] == pytest.approx((60 + 30) / 210)
    assert only(table, theme="politics", position="B")["share"] == pytest.approx(3 / 4)
    assert drugs["persons"] is None and drugs["clusters"] > 20


def test_shares_by_theme_are_those_of_the_items_alone(kit):
    items, sides = theme_items()
    answers = taking(kit, "m", items, sides, drawn(items, 0.6, 4, 1))
    by_theme = only(themes(*coded(kit, items, answers), FEW), theme="drugs", position="A")
    kept = [item for item in items if item.meta["theme"] == "drugs"]
    ids = {item.id for item in kept}
    alone = analyze(
        kit.items_frame(kept), kit.frame([row for row in answers if row.item in ids]), frameworks={}, options=FEW
    )
    share = alone.share("m", "position", "A")
    assert {name: by_theme[name] for name in ("n", "share", "clusters")} == {
        name: share[name] for name in ("n", "share", "clusters")
    }
    assert by_theme["low"] == pytest.approx(share["low"], abs=0.05)


def test_differences_are_adjusted_over_the_themes_of_a_pair_and_one_position(kit):
    items, sides = theme_items(("drugs", "politics", "suicide"))
    answers = taking(kit, "m", items, sides, drawn(items, 0.8, 4, 1))
    answers += taking(kit, "n", items, sides, drawn(items, 0.55, 4, 2))
    table = theme_differences(*coded(kit, items, answers), FEW).filter(pl.col("position") == "A")
    listed = table.filter(pl.col("theme") != "all")
    assert table["family"].n_unique() == 2 and listed["family"].n_unique() == 1
    assert listed["p_adjusted"].to_list() == pytest.approx(adjust_holm(listed["p"].to_numpy()).tolist())
    both = only(table, theme="all")
    assert both["p_adjusted"] == both["p"]
    assert both["difference"] == pytest.approx(0.25, abs=0.1) and both["low"] > 0


def test_averaged_agreement_of_one_answer_each_is_the_ordinary_kappa(kit):
    items, sides = theme_items()
    first, second = drawn(items, 0.7, 1, 1), drawn(items, 0.4, 1, 2)
    answers = taking(kit, "m", items, sides, first, orders=ORDERS[:1])
    answers += taking(kit, "people", items, sides, second, orders=ORDERS[1:], wording="people")
    row = only(theme_agreement(*coded(kit, items, answers), FEW), theme="all", measure="kappa", model_b="people")
    square = np.zeros((2, 2))
    for item in items:
        square["AB".index(first[item.id][0]), "AB".index(second[item.id][0])] += 1
    assert row["estimate"] == pytest.approx(cohens_kappa(square, return_results=False))
    assert row["n_items"] == 60


def test_averaged_agreement_is_that_of_all_pairs_of_answers_items_alike(kit):
    items, sides = theme_items()
    first, second = drawn(items, 0.7, 6, 1), drawn(items, 0.4, 4, 2)
    answers = taking(kit, "m", items, sides, first) + taking(kit, "n", items, sides, second)
    table = theme_agreement(*coded(kit, items, answers), FEW)
    square = np.zeros((2, 2))
    for item in items:
        for a, b in product(first[item.id], second[item.id]):
            square["AB".index(a), "AB".index(b)] += 1 / 24
    observed, rows, columns = np.trace(square) / 60, square.sum(1) / 60, square.sum(0) / 60
    chance = float(rows @ columns)
    assert only(table, theme="all", measure="raw", model_a="m", model_b="n")["estimate"] == pytest.approx(observed)
    kappa = only(table, theme="all", measure="kappa", model_a="m", model_b="n")
    assert kappa["estimate"] == pytest.approx((observed - chance) / (1 - chance))
    assert kappa["low"] < kappa["estimate"] < kappa["high"] and kappa["ceiling"] is not None


def test_planted_shares_of_positions_give_the_kappa_that_the_formula_expects(kit):
    items, sides = theme_items(each=150, rules=100)
    generator = np.random.default_rng(5)
    chance_a = {item.id: float(generator.choice([0.1, 0.9])) for item in items}
    taken = {
        model: {item.id: ["A" if generator.random() < chance_a[item.id] else "B" for _ in range(10)] for item in items}
        for model in "mn"
    }
    answers = [row for model, rows in taken.items() for row in taking(kit, model, items, sides, rows)]
    # the same position: .9 * .9 + .1 * .1; by chance, both shares being 1/2: 1/2
    expected = (0.82 - 0.5) / 0.5
    table = theme_agreement(*coded(kit, items, answers), FEW)
    for model_b in ("m", "n"):
        row = only(table, theme="all", measure="kappa", model_a="m", model_b=model_b)
        assert row["low"] < expected < row["high"], row
        assert row["estimate"] == pytest.approx(expected, abs=0.05)


def test_a_model_agrees_with_itself_over_pairs_of_repeats_and_is_silent_without_them(kit):
    items, sides = theme_items()
    taken = drawn(items, 0.7, 3, 1)
    answers = taking(kit, "m", items, sides, taken, orders=ORDERS[:1])
    answers += taking(kit, "once", items, sides, drawn(items, 0.5, 1, 2))
    table = theme_agreement(*coded(kit, items, answers), FEW)
    same = [a == b for item in items for a, b in combinations(taken[item.id], 2)]
    assert only(table, theme="all", measure="raw", model_a="m", model_b="m")["estimate"] == pytest.approx(np.mean(same))
    assert table.filter((pl.col("model_a") == "once") & (pl.col("model_b") == "once")).is_empty()
    assert only(table, theme="all", measure="kappa", model_a="m", model_b="once")["ceiling"] is None


def test_a_ceiling_is_told_of_the_measures_that_it_bounds(kit):
    """One respondent always takes A, the other either position by lot: the second agrees with itself by chance only."""
    items, sides = theme_items(each=60)
    answers = taking(kit, "always", items, sides, {item.id: ["A"] * 4 for item in items})
    answers += taking(kit, "lot", items, sides, {item.id: ["A", "B", "B", "A"] for item in items})
    table = theme_agreement(*coded(kit, items, answers), FEW).filter(theme="all")
    ac1 = {row["model_b"]: row for row in table.filter(measure="ac1", model_a="always").iter_rows(named=True)}
    itself = only(table, measure="ac1", model_a="lot", model_b="lot")["estimate"]
    assert ac1["lot"]["estimate"] > max(itself, 0.0) + 0.1  # so the root of the product would be no ceiling
    assert ac1["lot"]["ceiling"] is None
    raw = only(table, measure="raw", model_a="always", model_b="lot")
    assert raw["estimate"] <= raw["ceiling"] + 1e-12


@given(st.integers(0, 10_000), st.integers(2, 4), st.floats(0.05, 3.0))
@settings(max_examples=60, deadline=None)
def test_no_distributions_over_positions_pass_the_ceilings_of_raw_kappa_and_alpha(seed, k, spread):
    draw = np.random.default_rng(seed)
    p, q = (draw.dirichlet(draw.uniform(0.05, 1, k) * spread, 500) for _ in range(2))

    def tables(one, other):
        return np.einsum("ix,iy->xy", one, other).reshape(1, -1)

    for measure in BOUNDED:
        between, first, second = (float(MEASURES[measure](tables(*pair))[0]) for pair in ((p, q), (p, p), (q, q)))
        assert between <= np.sqrt(max(first, 0.0) * max(second, 0.0)) + 0.01


@pytest.mark.parametrize("persons", [6, MOST_PERSONS + 9])
def test_people_agree_with_each_other_as_fleiss_has_it(kit, persons):
    items, sides = theme_items()
    generator = np.random.default_rng(1)
    taken = {
        item.id: ["A" if generator.random() < chance else "B" for _ in range(persons)]
        for item, chance in zip(items, generator.choice([0.2, 0.8], len(items)), strict=True)
    }
    answers = taking(kit, "people", items, sides, taken, orders=ORDERS[:1], wording="people")
    row = only(theme_agreement(*coded(kit, items, answers), FEW), theme="all", measure="kappa", model_b="people")
    counts = np.array([[taken[item.id].count(position) for position in "AB"] for item in items])
    expected = fleiss_kappa(counts)
    assert row["estimate"] == pytest.approx(expected, abs=1e-9 if persons <= MOST_PERSONS else 0.03)
    assert row["interval"] == "multiway bootstrap, persons too"


def test_fewer_than_five_persons_get_no_interval_and_the_reason(kit):
    items, sides = theme_items()
    answers = taking(kit, "people", items, sides, drawn(items, 0.6, 4, 1), wording="people")
    row = only(themes(*coded(kit, items, answers), FEW), theme="all", position="A")
    assert row["why_not"] == "4 persons, fewer than 5" and row["low"] is None and row["share"] is not None
    assert row["persons"] == 4


def test_persons_do_not_make_up_for_missing_sources(kit):
    items, sides = theme_items(rules=8)
    answers = taking(kit, "people", items, sides, drawn(items, 0.6, 12, 1), wording="people")
    row = only(themes(*coded(kit, items, answers), FEW), theme="all", position="A")
    assert row["clusters"] == 16 and row["why_not"] == "16 sources, fewer than 20"


def test_one_person_behind_most_answers_is_no_group(kit):
    items, sides = theme_items()
    taken = drawn(items, 0.6, 1, 1)
    for number, rest in enumerate(drawn(items, 0.6, 4, 2).values()):
        taken[items[number].id] += rest if number < 8 else []
    answers = taking(kit, "people", items, sides, taken, wording="people")
    row = only(themes(*coded(kit, items, answers), FEW), theme="all", position="A")
    assert row["persons"] == 5
    assert row["why_not"] == "one source stands behind more than half of the presentations"


def test_persons_who_differ_widen_the_interval_and_those_alike_do_not(kit):
    items, sides = theme_items(each=60)
    generator = np.random.default_rng(2)
    widths = {}
    for name, chances in {"alike": [0.5] * 10, "apart": [0.15] * 5 + [0.85] * 5}.items():
        taken = {item.id: ["A" if generator.random() < chance else "B" for chance in chances] for item in items}
        widths[name] = {}
        for wording in ("people", "1"):
            answers = taking(kit, "people", items, sides, taken, orders=ORDERS[:1], wording=wording)
            row = only(themes(*coded(kit, items, answers), FEW), theme="all", position="A")
            widths[name][wording] = row["high"] - row["low"]
    assert widths["apart"]["people"] > 3 * widths["apart"]["1"]
    assert widths["alike"]["people"] < 1.6 * widths["alike"]["1"]


def test_people_beside_a_model_are_compared_by_averaged_coefficients_only(kit):
    items, sides = theme_items()
    answers = taking(kit, "m", items, sides, drawn(items, 0.6, 4, 1), orders=ORDERS[:1])
    answers += taking(kit, "people", items, sides, drawn(items, 0.6, 8, 2), orders=ORDERS[:1], wording="people")
    answers += taking(kit, "n", items, sides, drawn(items, 0.6, 4, 3), orders=ORDERS[:1])
    found = compare(kit.items_frame(items), kit.frame(answers), frameworks={}, options=FEW)
    named = {
        (row["model_a"], row["model_b"]): set(rows["measure"])
        for rows in found.agreement.filter(pl.col("level") == "position").partition_by("model_a", "model_b")
        for row in rows.head(1).iter_rows(named=True)
    }
    assert {"kappa", "ac1", "alpha"} <= named["m", "n"]
    assert {"kappa_averaged", "ac1_averaged", "alpha_averaged"} <= named["m", "people"]
    assert "kappa" not in named["m", "people"]
    assert found.theme_agreement.filter(pl.col("model_b") == "people").height > 0


def test_the_order_of_rows_changes_nothing(kit):
    items, sides = theme_items()
    answers = taking(kit, "m", items, sides, drawn(items, 0.6, 4, 1))
    answers += taking(kit, "people", items, sides, drawn(items, 0.6, 6, 2), orders=ORDERS[:1], wording="people")
    one = compare(kit.items_frame(items), kit.frame(answers), frameworks={}, options=FEW)
    other = compare(kit.items_frame(items[::-1]), kit.frame(answers[::-1]), frameworks={}, options=FEW)
    assert one.theme_differences.equals(other.theme_differences)
    assert one.theme_agreement.equals(other.theme_agreement)


def test_other_items_change_nothing_about_themes(kit, eight):
    """What is resampled for themes are the sources of their items alone."""
    items, sides = theme_items()
    answers = taking(kit, "m", items, sides, drawn(items, 0.8, 4, 1))
    answers += taking(kit, "people", items, sides, drawn(items, 0.6, 6, 2), wording="people")
    others = kit.dilemmas(eight, 2, 6)
    more = [row for model in ("m", "other") for row in kit.Respondent(name=model).answers(others)]
    alone = coded(kit, items, answers)
    beside = coded(kit, [*others, *items], answers + more)
    for estimate in (themes, theme_differences, theme_agreement):
        assert_frame_equal(estimate(*alone, FEW), estimate(*beside, FEW))
        assert estimate(*alone, FEW).height


@pytest.mark.parametrize("refusing", [("people",), ("m", "people"), ("m",)])
@pytest.mark.parametrize("each", [1, 30])
def test_respondents_who_refuse_everything_break_nothing_and_agree_with_nobody(kit, refusing, each):
    items, sides = theme_items(("drugs",), each=each)
    answers = []
    for model, wording in (("m", "1"), ("people", "people")):
        taken = {item.id: [None] * 6 for item in items} if model in refusing else drawn(items, 0.7, 6, 1)
        answers += taking(kit, model, items, sides, taken, wording=wording)
    found = analyze(kit.items_frame(items), kit.frame(answers), frameworks={}, options=FEW)
    for model in refusing:
        row = only(found.themes, model=model, theme="drugs", position="A")
        assert (row["n"], row["share"], row["bound_low"], row["bound_high"]) == (0, None, 0.0, 1.0)
        assert row["why_not"] == "no presentation bears on it"
    agreeing = {
        model for row in found.theme_agreement.iter_rows(named=True) for model in (row["model_a"], row["model_b"])
    }
    assert agreeing == {"m", "people"} - set(refusing)
