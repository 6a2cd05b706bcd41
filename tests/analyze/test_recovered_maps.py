"""Items whose map was recovered: what maps that are the wrong way round do to estimates, and what is made of it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from axiometer.analyze import TABLES, AnalysisOptions, analyze
from axiometer.analyze.analysis import of_presentations
from axiometer.analyze.coded.catalogue import catalogue_of
from axiometer.analyze.coded.map_ends import widened
from axiometer.analyze.coded.presentations import OUTCOMES, Presentations
from axiometer.analyze.coded.recovered import NOT_CORRECTED, unmixed
from axiometer.analyze.coded.tallies import by_content, tally
from axiometer.analyze.estimates.differences import between_models
from axiometer.analyze.estimates.pairs import pairs
from axiometer.analyze.estimates.shares import shares
from axiometer.analyze.inference.statistic import OUTSIDE
from axiometer.analyze.ranking.tables import rankings
from axiometer.errors import InputError
from axiometer.frameworks import load_framework
from axiometer.records import Answer, Item, Mode, Outcome, to_frame
from axiometer.records.importers.recorded import recorded_answer
from axiometer.records.importers.starter import starter_items
from axiometer.records.rows import make_item

FRAMEWORK = load_framework("core-socialist-values")
FRAMEWORKS = {FRAMEWORK.id: FRAMEWORK}
LEVEL = FRAMEWORK.levels[1].id
FEW = AnalysisOptions(resamples=100)
TRUE = starter_items(("en",))
ORDERS = ((0, 1, 2), (2, 1, 0))


def recovered(item: Item, turned: bool, **told: float) -> Item:
    """The item as `build map` would leave it: its sides' expressions changed over where `turned`."""
    first, second, third = item.options
    if turned:
        first, second = (
            replace(first, expresses=second.expresses),
            replace(second, expresses=first.expresses),
        )
    meta = {"map_method": "embedder", "map_calibrated": "starter", **{name: str(value) for name, value in told.items()}}
    return make_item(
        kind=item.kind,
        lang=item.lang,
        prompt=item.prompt,
        options=(first, second, third),
        clusters=item.clusters,
        source=item.source,
        framework=item.framework,
        parallel_id=item.parallel_id,
        meta=meta,
    )


class World:
    """A respondent with planted values on the starter dilemmas, whose maps are lost and found again with errors."""

    def __init__(self, seed: int, spread: float = 1.2) -> None:
        draw = np.random.default_rng(seed)
        self.truth = catalogue_of(TRUE, FRAMEWORKS)
        self.level = next(level for level in self.truth.levels if level.name == LEVEL)
        signed = self.truth.signed(self.level).astype(float)
        self.strength = draw.normal(0, spread, len(self.level.targets))
        starts = self.truth.start
        self.first_chosen = 1 / (1 + np.exp(-(signed[starts] - signed[starts + 1]) @ self.strength))
        self.ids = list(self.truth.id)

    def expected(self) -> dict[str, float]:
        """The share of each value if every item were answered without end."""
        signed = self.truth.signed(self.level)
        found = {}
        for place, value in enumerate(self.level.targets):
            first = signed[self.truth.start, place] - signed[self.truth.start + 1, place]
            taken = np.concatenate([self.first_chosen[first > 0], 1 - self.first_chosen[first < 0]])
            if len(taken):
                found[value] = float(taken.mean())
        return found

    def seen(self, seed: int, least: float, most: float, repeats: int = 1) -> tuple[list[Item], dict[str, int]]:
        """Items with maps that are right with a probability drawn from `least` to `most`, and the first side's choices
        by item id: `2 * repeats` presentations each."""
        draw = np.random.default_rng(seed)
        items, chosen = [], {}
        by_id = {item.id: item for item in TRUE}
        for place, known in enumerate(self.ids):
            p = draw.uniform(least, most)
            item = recovered(by_id[known], bool(draw.random() > p), map_confidence=p)
            items.append(item)
            chosen[item.id] = int(draw.binomial(2 * repeats, self.first_chosen[place]))
        return items, chosen


def presented(items: list[Item], chosen: dict[str, int], repeats: int = 1, model: str = "sim/planted") -> tuple:
    """The catalogue of items, and a respondent that chose each item's first side `chosen` times."""
    catalogue = catalogue_of(items, FRAMEWORKS)
    each = 2 * repeats
    item = np.repeat(np.arange(catalogue.size), each)
    counts = np.array([chosen[name] for name in catalogue.id])
    rank = np.tile(np.random.default_rng(0).permutation(each), catalogue.size)
    option = catalogue.start[item] + (rank >= counts[item])
    none, zero = np.full(len(item), -1), np.zeros(len(item), dtype=np.int64)
    slots = np.array(ORDERS)[np.tile(np.arange(each) % 2, catalogue.size)]
    rows = Presentations(
        model=model,
        mode=Mode.CHOICE,
        item=item,
        option=option,
        outcome=np.full(len(item), OUTCOMES.index(Outcome.CHOSEN.value)),
        slots=slots,
        wording=zero,
        repeat=np.tile(np.arange(each) // 2, catalogue.size),
        shown=none,
        negated=np.zeros(len(item), dtype=bool),
        stance=zero,
        weights=None,
    )
    return catalogue, rows


def without_confidence(items: list[Item]) -> list[Item]:
    return [replace(item, meta={}) for item in items]


def at_level(table: pl.DataFrame) -> pl.DataFrame:
    return table.filter((pl.col("level") == LEVEL) & (pl.col("lang") == "all"))


def test_the_corrected_count_is_the_true_one_on_average():
    own, other, p = np.array([7.0]), np.array([3.0]), np.array([0.8])
    mixed = p * own + (1 - p) * other, p * other + (1 - p) * own
    assert unmixed(*mixed, p) == pytest.approx(own) and unmixed(*mixed[::-1], p) == pytest.approx(other)
    assert unmixed(own, other, np.array([1.0])) == pytest.approx(own)


def simulated_shares(seeds: range) -> tuple[list[bool], list[bool], list[float], list[float]]:
    """Over simulations: whether corrected and uncorrected intervals hold the planted share, the errors of corrected
    shares, and how far from one half uncorrected ones are, in terms of the planted share's distance."""
    covered, naive, errors, pulled = [], [], [], []
    for seed in seeds:
        world = World(seed)
        items, chosen = world.seen(1_000 + seed, 0.65, 0.95)
        truth = world.expected()
        for row in at_level(shares_of(items, chosen)).iter_rows(named=True):
            errors.append(row["share"] - truth[row["value"]])
            if row["low"] is not None:
                covered.append(row["low"] <= truth[row["value"]] <= row["high"])
        for row in at_level(shares_of(without_confidence(items), chosen)).iter_rows(named=True):
            known = truth[row["value"]]
            if row["low"] is not None:
                naive.append(row["low"] <= known <= row["high"])
            if abs(known - 0.5) > 0.1:
                pulled.append((row["share"] - 0.5) / (known - 0.5))
    return covered, naive, errors, pulled


def shares_of(items: list[Item], chosen: dict[str, int]) -> pl.DataFrame:
    catalogue, rows = presented(items, chosen)
    return shares([rows], catalogue, FEW)


def test_shares_are_right_on_average_and_uncorrected_ones_are_drawn_to_one_half():
    covered, naive, errors, pulled = simulated_shares(range(12))
    assert len(covered) > 100 and np.mean(covered) >= 0.9
    assert abs(np.mean(errors)) < 3 * np.std(errors) / np.sqrt(len(errors))
    assert 0.45 < np.mean(pulled) < 0.75  # maps are right with 0.8 on average, so 2 p - 1 is about 0.6
    assert np.mean(naive) < np.mean(covered)


@pytest.mark.slow
def test_intervals_hold_the_planted_shares_in_two_hundred_simulations():
    covered, naive, errors, _ = simulated_shares(range(100, 300))
    assert np.mean(covered) >= 0.93
    assert np.mean(naive) < 0.85
    assert abs(np.mean(errors)) < 0.01


def strengths_of(items: list[Item], chosen: dict[str, int], repeats: int) -> pl.DataFrame:
    catalogue, rows = presented(items, chosen, repeats)
    return rankings([rows], catalogue, FEW)[0].filter(pl.col("level") == LEVEL)


def test_strengths_and_their_order_are_recovered():
    slopes, naive_slopes, covered, kept = [], [], [], []
    for seed in range(5):
        world = World(seed)
        items, chosen = world.seen(seed, 0.75, 0.95, repeats=3)
        planted = dict(zip(world.level.targets, world.strength - world.strength.mean(), strict=True))
        found = strengths_of(items, chosen, 3)
        truth = np.array([planted[value] for value in found["value"]])
        slopes.append(np.polyfit(truth, found["strength"].to_numpy(), 1)[0])
        kept.append(np.corrcoef(truth, found["strength"].to_numpy())[0, 1])
        naive = strengths_of(without_confidence(items), chosen, 3)
        naive_slopes.append(np.polyfit(truth, naive["strength"].to_numpy(), 1)[0])
        ends = found.select("value", "low", "high").drop_nulls()
        covered += [low <= planted[value] <= high for value, low, high in ends.iter_rows()]
    assert np.mean(slopes) == pytest.approx(1.0, abs=0.2)
    assert np.mean(naive_slopes) < 0.75
    assert np.mean(kept) > 0.85
    assert len(covered) > 30 and np.mean(covered) >= 0.9


def test_strengths_solve_the_equations_of_the_mixture_also_with_slots():
    """Counts that are exactly as expected under planted strengths, slot effects and maps give these back."""
    from axiometer.analyze.ranking.bradley_terry import fit_bradley_terry
    from axiometer.analyze.ranking.mixture import Mixture

    draw = np.random.default_rng(4)
    values = draw.choice([-1.0, 0.0, 1.0], (300, 4))
    slots = draw.choice([-1.0, 0.0, 1.0], (300, 2))
    predictors, right = np.hstack([values, slots]), draw.choice([0.7, 0.9, 1.0], 300)
    planted = np.array([1.5, -0.5, 0.2, -1.2, 0.6, -0.4])
    with_map, turned = values @ planted[:4] + slots @ planted[4:], -values @ planted[:4] + slots @ planted[4:]
    mean = right / (1 + np.exp(-with_map)) + (1 - right) / (1 + np.exp(-turned))
    trials = np.full(300, 50.0)
    fit = fit_bradley_terry(predictors, trials * mean, trials, 1e-9, Mixture(right, 4))
    assert fit.coefficients == pytest.approx(planted, abs=1e-6)
    sure = fit_bradley_terry(predictors, trials * mean, trials, 0.04, Mixture(np.ones(300), 4))
    plain = fit_bradley_terry(predictors, trials * mean, trials, 0.04)
    assert sure.coefficients == pytest.approx(plain.coefficients, abs=1e-6)
    assert sure.inverse == pytest.approx(plain.inverse, abs=1e-6) and sure.towards == pytest.approx(plain.towards)


def answers_to(items: list[Item], seed: int, model: str = "planted") -> pl.DataFrame:
    draw = np.random.default_rng(seed)
    rows = [
        recorded_answer(item, model=model, raw="A", outcome=Outcome.CHOSEN, option=int(draw.integers(0, 2)), letter="A")
        for item in items
    ]
    return to_frame(rows, Answer)


def analysed(items: list[Item], answers: pl.DataFrame):
    return analyze(to_frame(items, Item), answers, frameworks=FRAMEWORKS, options=FEW)


def test_maps_that_are_certain_change_nothing_but_the_note():
    sure = [recovered(item, False, map_confidence=0.9995) for item in TRUE]
    known = without_confidence(sure)
    first, second = analysed(sure, answers_to(sure, 1)), analysed(known, answers_to(known, 1))
    for name in TABLES:
        assert_frame_equal(getattr(first, name), getattr(second, name))
    assert "maps" not in second.summary
    assert first.summary["maps"]["recovered"] == len(TRUE) and first.summary["maps"]["corrected"] == 0
    assert second.summary == {
        **{key: value for key, value in first.summary.items() if key != "maps"},
        "notes": first.summary["notes"][1:],
    }


def test_the_summary_says_by_what_maps_were_recovered_and_how_sure_they_are():
    items = [recovered(item, False, map_confidence=0.9) for item in TRUE[:60]] + TRUE[60:]
    summary = analysed(items, answers_to(items, 2)).summary
    assert summary["maps"] == {
        "recovered": 60,
        "of": len(TRUE),
        "corrected": 60,
        "methods": {"embedder": 60},
        "calibrated": {"starter": 60},
        "confidence_mean": 0.9,
        "confidence_least": 0.9,
        "range": False,
    }
    assert "recovered for 60 of 198 items by embedder" in summary["notes"][0]


def test_intervals_of_the_probability_widen_those_of_shares_and_ranks():
    point = [recovered(item, False, map_confidence=0.85) for item in TRUE]
    ranged = [recovered(item, False, map_confidence=0.85, map_low=0.75, map_high=0.95) for item in TRUE]
    one, wide = (analysed(items, answers_to(items, 3)) for items in (point, ranged))
    assert_frame_equal(one.shares.select("value", "share", "n"), wide.shares.select("value", "share", "n"))
    ends = one.shares.join(wide.shares, on=("model", "mode", "lang", "level", "value"), suffix="_wide").filter(
        pl.col("low").is_not_null() & pl.col("low_wide").is_not_null()
    )
    assert ends.height > 10
    assert (ends["low_wide"] <= ends["low"]).all() and (ends["high_wide"] >= ends["high"]).all()
    assert ((ends["high_wide"] - ends["low_wide"]) > (ends["high"] - ends["low"]) + 0.01).any()
    assert (wide.ranking["rank_low"] <= one.ranking["rank_low"]).all()
    assert wide.summary["maps"]["range"] is True


def test_what_knows_nothing_of_maps_is_not_touched():
    items = [recovered(item, False, map_confidence=0.8) for item in TRUE]
    known = without_confidence(items)
    corrected, plain = analysed(items, answers_to(items, 4)), analysed(known, answers_to(known, 4))
    for name in ("slots", "consistency", "outcomes", "contested"):
        assert_frame_equal(getattr(corrected, name), getattr(plain, name))
    assert not corrected.shares.equals(plain.shares)
    assert corrected.shares["share"].is_between(0, 1).all()


def test_differences_and_pairs_are_corrected_on_both_sides():
    world = World(5)
    items, chosen = world.seen(5, 0.8, 0.8)
    catalogue, rows = presented(items, chosen)
    other = replace(rows, model="sim/zother", option=np.where(rows.option % 2 == 0, rows.option, rows.option))
    nothing = between_models([rows, other], catalogue, FEW)
    assert nothing.height and (nothing["difference"].abs() < 1e-12).all()
    plain = tally(rows, catalogue)
    fixed = by_content(plain, catalogue)
    sides = catalogue.side
    assert np.allclose((fixed.taken - 0.5 * fixed.asked)[sides] * 0.6, (plain.taken - 0.5 * plain.asked)[sides])
    assert np.array_equal(fixed.asked, plain.asked)
    assert pairs([rows], catalogue, FEW)["share_a"].drop_nulls().is_between(0, 1).all()


def test_agreement_on_positions_says_that_it_is_not_corrected():
    from axiometer.records.rows import Expression, ExpressionKind, ItemKind

    def themed(item: Item, p: float) -> Item:
        sides = [
            replace(option, expresses=(Expression(ExpressionKind.POSITION, name, 1),))
            for option, name in zip(item.options[:2], ("S", "R"), strict=True)
        ]
        return make_item(
            kind=ItemKind.THEME,
            lang=item.lang,
            prompt=item.prompt,
            options=(*sides, item.options[2]),
            clusters=item.clusters,
            source=item.source,
            meta={"theme": "one", "map_confidence": str(p)},
        )

    found = {}
    for p in (0.8, 1.0):
        items = [themed(item, p) for item in TRUE[:40]]
        answers = pl.concat([answers_to(items, 1, "a"), answers_to(items, 2, "b")])
        found[p] = analysed(items, answers)
    kappa = found[0.8].agreement.filter(pl.col("measure") == "kappa")
    assert kappa["estimate"].to_list() == [None] and kappa["why_not"].to_list() == [NOT_CORRECTED]
    assert found[1.0].agreement.filter(pl.col("measure") == "kappa")["estimate"].is_not_null().all()
    raw = [found[p].theme_agreement.filter(pl.col("measure") == "raw")["estimate"].to_list() for p in (0.8, 1.0)]
    assert raw[0] == raw[1] and raw[0]
    shown = found[0.8].themes.filter((pl.col("lang") == "all") & (pl.col("theme") == "one") & (pl.col("model") == "a"))
    plain = found[1.0].themes.filter((pl.col("lang") == "all") & (pl.col("theme") == "one") & (pl.col("model") == "a"))
    pulled = dict(zip(plain["position"], 0.5 + (plain["share"] - 0.5) / 0.6, strict=True))
    assert dict(zip(shown["position"], shown["share"], strict=True)) == pytest.approx(pulled)


def agreeing(catalogue, stances: list[tuple[int, int]]) -> Presentations:
    """A respondent that takes stances (the option's number, 1 or -1; 0: a refusal) in agree mode on the first item."""
    n = len(stances)
    zero = np.zeros(n, dtype=np.int64)
    stance = np.array([stance for _, stance in stances])
    outcome = np.where(stance == 0, OUTCOMES.index(Outcome.REFUSED.value), OUTCOMES.index(Outcome.CHOSEN.value))
    return Presentations(
        model="m",
        mode=Mode.AGREE,
        item=zero,
        option=np.full(n, -1),
        outcome=outcome,
        slots=np.tile(np.arange(3), (n, 1)),
        wording=zero,
        repeat=np.arange(n),
        shown=np.array([option for option, _ in stances]),
        negated=np.zeros(n, dtype=bool),
        stance=stance,
        weights=None,
    )


def test_agree_mode_takes_the_rates_of_the_other_side():
    item = recovered(TRUE[0], False, map_confidence=0.75)
    catalogue = catalogue_of([item], FRAMEWORKS)
    stances = [(0, 1)] * 3 + [(0, -1)] + [(1, 1)] + [(1, -1)] * 7
    rows = agreeing(catalogue, stances)
    found = by_content(tally(rows, catalogue), catalogue)
    rate = {0: (0.75 * 3 / 4 - 0.25 / 8) / 0.5, 1: (0.75 / 8 - 0.25 * 3 / 4) / 0.5}
    assert found.taken[:2] == pytest.approx([4 * rate[0], 8 * rate[1]])
    assert found.asked[:2] == pytest.approx([4, 8])


def test_an_item_with_one_side_answered_counts_at_no_end_of_its_probability():
    item = recovered(TRUE[0], False, map_confidence=0.9, map_low=0.8, map_high=1.0)
    catalogue = catalogue_of([item], FRAMEWORKS)
    rows = agreeing(catalogue, [(0, 1), (0, -1)])
    found = of_presentations([rows], catalogue, FEW)
    assert found.shares.is_empty()
    answered = of_presentations([agreeing(catalogue, [(0, 1), (0, -1), (1, -1)])], catalogue, FEW)
    assert {1, 2} <= set(answered.shares["n"])


def test_a_p_value_that_is_not_known_at_one_end_is_not_known():
    point = pl.DataFrame({"p": [0.01, 0.2, None]})
    ends = [pl.DataFrame({"p": [None, 0.1, 0.3]}), pl.DataFrame({"p": [0.02, 0.4, 0.3]})]
    assert widened(point, ends)["p"].to_list() == [None, 0.4, None]


def test_a_share_that_lies_outside_with_all_of_its_interval_has_none():
    """Maps said to be right in 60 % whose items are all chosen on one side: no share from 0 to 1 can give that."""
    items = [recovered(item, False, map_confidence=0.6) for item in TRUE]
    catalogue = catalogue_of(items, FRAMEWORKS)
    level = next(level for level in catalogue.levels if level.name == LEVEL)
    own = catalogue.signed(level)[catalogue.start]
    value = int(np.abs(own).sum(axis=0).argmax())
    draw = np.random.default_rng(2)
    chosen = {
        name: 2 * int(own[place, value] > 0) if draw.random() < 0.95 else 1 for place, name in enumerate(catalogue.id)
    }
    found = at_level(shares([presented(items, chosen)[1]], catalogue, FEW)).filter(value=level.targets[value])
    row = found.row(0, named=True)
    assert row["share"] == 1.0 and row["why_not"] == OUTSIDE
    assert row["low"] is None and row["high"] is None and row["interval"] is None


@pytest.mark.parametrize("said", ["0.5", "1.2", "much"])
def test_a_probability_that_says_nothing_is_one_line(said):
    items = [recovered(item, False, map_confidence=0.9) for item in TRUE[:5]]
    items[2] = replace(items[2], meta={"map_confidence": said})
    with pytest.raises(InputError, match="no probability above one half"):
        analysed(items, answers_to(items, 0))


def test_an_uncertain_map_of_an_item_with_one_side_is_one_line():
    item = recovered(TRUE[0], False, map_confidence=0.9)
    lone = replace(item, options=item.options[:1])
    with pytest.raises(InputError, match="needs two"):
        catalogue_of([lone], FRAMEWORKS)
