"""Agreement by rater, by pair and by category, and its intervals, against counts by hand and planted raters."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl
import pytest

from axiometer.analyze import AnalysisOptions
from axiometer.analyze.people import LabelScale, Ratings, agreement
from axiometer.analyze.people.coefficients import krippendorff_alpha
from axiometer.analyze.people.distances import masi
from axiometer.errors import InputError

OPTIONS = AnalysisOptions(resamples=200)
Row = tuple[str, str, object]


def ratings_of(rows: Sequence[Row], scale: LabelScale = LabelScale.NOMINAL, **more: object) -> Ratings:
    return Ratings.of(pl.DataFrame(rows, schema=["subject", "rater", "value"], orient="row"), scale, **more)


def planted(seed: int, *, units: int = 60, raters: int = 4, right: float = 0.7, each: int = 1) -> list[Row]:
    """Three categories, a third of the labels missing; clusters of `each` units share their truth."""
    generator = np.random.default_rng(seed)
    truth = np.repeat(generator.choice(3, units // each, p=[0.5, 0.3, 0.2]), each)
    return [
        (f"u{unit:03d}", f"r{rater}", str(truth[unit] if generator.random() < right else generator.integers(3)))
        for unit in range(units)
        for rater in range(raters)
        if generator.random() > 0.33
    ]


def cell(frame: pl.DataFrame, column: str = "estimate", **fields: str) -> object:
    for name, value in fields.items():
        frame = frame.filter(pl.col(name) == value)
    return frame[column].item()


def test_a_rater_is_compared_with_all_others_of_its_units() -> None:
    rows = [
        ("u1", "ann", "x"), ("u1", "bob", "x"), ("u1", "cas", "y"),
        ("u2", "ann", "y"), ("u2", "bob", "y"),
        ("u3", "ann", "x"),
    ]  # fmt: skip
    found = agreement(ratings_of(rows), OPTIONS)
    assert cell(found.by_rater, rater="ann", measure="raw") == pytest.approx((0.5 + 1) / 2)
    assert cell(found.by_rater, rater="cas", measure="raw") == 0.0
    assert cell(found.by_rater, "units", rater="ann", measure="raw") == 2
    assert cell(found.by_rater, "labels", rater="ann", measure="raw") == 3
    # Ann's margins x 1, y 1; the others' x 1/2, y 3/2, over two units: chance 1/2.
    assert cell(found.by_rater, rater="ann", measure="cohen_kappa") == pytest.approx((0.75 - 0.5) / 0.5)
    assert cell(found.pairs, rater_a="ann", rater_b="bob", measure="raw") == 1.0
    assert cell(found.pairs, "units", rater_a="ann", rater_b="cas", measure="raw") == 1


def test_categories_have_their_share_and_their_own_agreement() -> None:
    rows = [
        ("u1", "ann", "x"), ("u1", "bob", "x"), ("u1", "cas", "y"),
        ("u2", "ann", "y"), ("u2", "bob", "y"), ("u3", "ann", "x"),
    ]  # fmt: skip
    found = agreement(ratings_of(rows, categories=["x", "y", "z"]), OPTIONS).by_value
    assert cell(found, "share", value="x", measure="specific") == 0.5
    # Another label of the unit is x where one is: twice 1/2 (u1); y: 0 (u1), twice 1 (u2).
    assert cell(found, value="x", measure="specific") == pytest.approx(0.5)
    assert cell(found, value="y", measure="specific") == pytest.approx(2 / 3)
    assert cell(found, "labels", value="z", measure="specific") == 0
    assert cell(found, "why_not", value="z", measure="alpha") == "undefined: every label is the same"


def test_a_rater_who_draws_lots_shows_by_rater_and_by_leaving_it_out() -> None:
    generator = np.random.default_rng(1)
    rows = [row for row in planted(5, raters=4, right=0.95) if row[1] != "r3"]
    rows += [(f"u{unit:03d}", "r3", str(generator.integers(3))) for unit in range(60)]
    found = agreement(ratings_of(rows), OPTIONS)
    kappa = {rater: cell(found.by_rater, rater=rater, measure="cohen_kappa") for rater in ("r0", "r1", "r2", "r3")}
    assert kappa["r3"] < 0.2 < 0.35 < min(kappa[rater] for rater in ("r0", "r1", "r2"))
    without = cell(found.by_rater, rater="r3", measure="alpha_without")
    assert without > 0.8 > found.estimate("alpha")


def test_masi_is_that_of_the_paper() -> None:
    sets = [frozenset(names) for names in ("", "a", "ab", "bc", "cd")]
    near = 1 - masi(sets, sets)
    assert np.diag(near).tolist() == [1.0] * 5
    assert near[0, 1:].tolist() == [0.0] * 4
    assert near[1, 2] == pytest.approx(2 / 3 * 1 / 2)
    assert near[2, 3] == pytest.approx(1 / 3 * 1 / 3)
    assert near[2, 4] == 0.0


def test_sets_are_read_from_lists_json_and_text_and_nothing_is_the_empty_set() -> None:
    text = ratings_of(
        [("u", "a", "x|y"), ("u", "b", '["y", "x"]'), ("u", "c", "y,x"), ("v", "a", ""), ("v", "b", None)],
        LabelScale.SETS,
    )
    lists = ratings_of(
        [("u", "a", ["y", "x"]), ("u", "b", ["x", "y"]), ("u", "c", ["x", "y"]), ("v", "a", [])], LabelScale.SETS
    )
    for found in (text, lists):
        assert found.kinds == (frozenset(), frozenset("xy"))
        assert found.kind.tolist() == [1, 1, 1, 0]
    with pytest.raises(InputError, match="is no set of labels"):
        ratings_of([("u", "a", "[x")], LabelScale.SETS)


def test_ordered_labels_are_closer_when_they_are_neighbours() -> None:
    near = [(f"u{n}", rater, str(n % 5 + (rater == "b" and n % 5 < 4))) for n in range(40) for rater in "ab"]
    far = [(f"u{n}", rater, str(n % 5 if rater == "a" else (n + 2) % 5)) for n in range(40) for rater in "ab"]
    found = [agreement(ratings_of(rows, LabelScale.ORDINAL), OPTIONS).estimate("alpha_ordinal") for rows in (near, far)]
    assert found[0] > 0.7 > 0.2 > found[1]
    words = ratings_of([("u", "a", "low"), ("u", "b", "high")], LabelScale.ORDINAL, categories=["low", "high"])
    assert words.numbers.tolist() == [0.0, 1.0]


def test_intervals_need_twenty_sources_and_say_so() -> None:
    rows = planted(3)
    clusters = {f"u{n:03d}": [f"s{n // 6}"] for n in range(60)}
    free, few = agreement(ratings_of(rows), OPTIONS).overall, agreement(ratings_of(rows, clusters=clusters), OPTIONS)
    assert free["interval"].to_list() == ["multiway bootstrap"] * 5
    assert (free["low"] < free["estimate"]).all() and (free["estimate"] < free["high"]).all()
    assert set(few.overall["why_not"]) == {"10 sources, fewer than 20"}
    assert few.overall["estimate"].to_list() == free["estimate"].to_list()


def test_nothing_to_compare_has_a_reason_instead_of_a_number() -> None:
    alone = agreement(ratings_of([("u1", "ann", "x"), ("u2", "bob", "y")]), OPTIONS)
    assert alone.estimate("alpha") is None
    assert set(alone.overall["why_not"]) == {"no unit has two labels"}
    same = agreement(ratings_of([("u1", "ann", "x"), ("u1", "bob", "x")]), OPTIONS).overall
    assert cell(same, "why_not", measure="alpha") == "undefined: every label is the same"
    nothing = agreement(ratings_of([("u1", "ann", None)]), OPTIONS)
    assert (nothing.labels, nothing.overall.height) == (0, 0)


@pytest.mark.slow
def test_intervals_cover_the_agreement_of_the_population() -> None:
    """Clusters of two units with one truth; the population's agreement from a large sample."""
    truth = agreement(ratings_of(planted(0, units=8000, each=2)), AnalysisOptions(resamples=2)).overall
    expected = dict(truth.select("measure", "estimate").iter_rows())
    runs, within = 150, dict.fromkeys(expected, 0)
    for run in range(runs):
        rows = planted(1 + run, units=80, each=2)
        found = agreement(ratings_of(rows, clusters={f"u{n:03d}": [f"s{n // 2}"] for n in range(80)}), OPTIONS).overall
        for measure, low, high in found.select("measure", "low", "high").iter_rows():
            within[measure] += low <= expected[measure] <= high
    assert all(0.9 <= hits / runs <= 0.99 for hits in within.values()), within


def test_of_many_raters_pairs_have_estimates_alone() -> None:
    rows = planted(2, units=30, raters=16)
    found = agreement(ratings_of(rows), OPTIONS)
    assert found.pairs["rater_a"].len() == 120 * 4
    assert set(found.pairs["why_not"]) == {"more than 100 pairs of raters"}
    kappa = found.pairs.filter(pl.col("measure") == "cohen_kappa")["estimate"]
    assert found.estimate("cohen_kappa") == pytest.approx(kappa.mean())
    assert cell(found.overall, "interval", measure="alpha") == "multiway bootstrap"


def test_the_slope_of_alpha_is_that_of_the_numbers() -> None:
    generator = np.random.default_rng(6)
    sets = [frozenset(names) for names in ("a", "ab", "bc", "abc", "d")]
    measured = krippendorff_alpha(generator.integers(0, 3, (30, 5)).astype(float), masi(sets, sets))
    total = measured.added.sum(axis=0)
    moves = np.eye(6) * 1e-3
    numeric = (measured.function(total + moves) - measured.function(total - moves)) / 2e-3
    assert measured.slope_at is not None
    assert measured.slope_at(total) == pytest.approx(numeric, rel=1e-5)


def test_kappa_and_alpha_of_labels_that_are_nearly_all_alike_have_no_interval() -> None:
    """Of 60 units all but nine are `x` to everybody: what chance makes of it rests on nine units."""
    rows = [
        (f"u{unit:02d}", rater, "y" if unit < 9 and (unit + place) % 3 else "x")
        for unit in range(60)
        for place, rater in enumerate(("ann", "bo", "cy"))
    ]
    found = agreement(ratings_of(rows), OPTIONS)
    given = {row["measure"]: (row["low"] is not None, row["why_not"]) for row in found.overall.iter_rows(named=True)}
    why = "9 sources have a label beside the commonest, fewer than 15"
    assert given["raw"] == given["ac1"] == (True, None)
    for measure in ("cohen_kappa", "fleiss_kappa", "alpha"):
        assert given[measure] == (False, why)
        assert found.estimate(measure) is not None
    few = agreement(ratings_of(rows), AnalysisOptions(resamples=50, min_sources=9)).overall
    assert few["why_not"].null_count() == few.height
