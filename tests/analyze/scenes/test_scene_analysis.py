"""The whole comparison: planted differences come out, intervals hold what they promise, order changes nothing."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from axiometer.analyze.scenes import SCENE_TABLES, SceneAnalysis, SceneOptions, analyze_scenes
from axiometer.analyze.scenes.distances import cosine_sums, within
from axiometer.analyze.scenes.leaving_out import bounds
from axiometer.analyze.scenes.paired import mean_difference
from axiometer.analyze.scenes.sets import ConditionSet, UnitKind
from axiometer.errors import InputError

from .conftest import WITH, WITHOUT, Planted, clouds

VALUES = tuple(f"value-{number:02d}" for number in range(12))
OPTIONS = SceneOptions(seed=5, threshold=0.95, most_pictured=400)


@pytest.fixture(scope="module")
def planted() -> Planted:
    """Twelve values; rules draw the scenes of a value together, so that values are easier to tell apart."""
    made = clouds(Planted(), WITH, VALUES, sources=5, each=6, apart=2.0, together=0.5, spread=1.8, seed=1)
    return clouds(made, WITHOUT, VALUES, sources=6, each=5, apart=1.0, together=0.1, spread=1.8, seed=1)


@pytest.fixture(scope="module")
def analysis(planted: Planted) -> SceneAnalysis:
    return analyze_scenes(planted.table, planted.matrix, VALUES, OPTIONS)


def overall(analysis: SceneAnalysis, measure: str) -> dict[str, object]:
    return analysis.comparison.filter(measure=measure, value="all").row(0, named=True)


def test_planted_differences_between_conditions_come_out(analysis: SceneAnalysis) -> None:
    names = analysis.comparison["measure"].unique().to_list()
    signs = {name: np.sign(overall(analysis, name)["difference"]) for name in names}
    assert signs["macro_f1"] == signs["assigned"] == 1
    assert signs["distance_cosine"] == signs["distance_euclidean"] == -1
    row = overall(analysis, "macro_f1")
    assert row["interval"] == "paired t over values" and row["df"] == 11 and row["values"] == 12
    assert row["low"] > 0 and row["p"] < 0.01 and row["p"] * 4096 % 2 == 0 and row["test"] == "sign changes, all"
    assert row["p"] <= row["p_adjusted"] <= 9 * row["p"] + 1e-12


def test_every_number_says_what_it_rests_on(analysis: SceneAnalysis) -> None:
    table = analysis.measures
    assert table.height == 2 * 9 * 13 and table["n"].min() == 30
    one = table.filter(value="value-00")
    assert set(one["why_not"].drop_nulls()) >= {"5 sources, fewer than 20", "6 sources, fewer than 20"}
    of_all = table.filter((pl.col("value") == "all") & (pl.col("measure") == "distance_cosine"))
    assert of_all["sources"].to_list() == [60, 72] and of_all["source_kind"].to_list() == ["rule", "call"]
    assert (of_all["low"] < of_all["estimate"]).all() and (of_all["estimate"] < of_all["high"]).all()
    assert analysis.of("macro_f1", WITH)["chance"] == pytest.approx(1 / 12)
    with pytest.raises(KeyError):
        analysis.of("macro_f1", "no such condition")


def test_the_mean_of_the_differences_is_the_difference_of_the_means(analysis: SceneAnalysis) -> None:
    of_all = analysis.comparison.filter(value="all")
    for row in of_all.iter_rows(named=True):
        assert row["difference"] == pytest.approx(row["with_rules"] - row["without_rules"])
        single = analysis.comparison.filter((pl.col("measure") == row["measure"]) & (pl.col("value") != "all"))
        assert row["difference"] == pytest.approx(single["difference"].mean())


def test_the_confusion_of_values_counts_every_scene_once(analysis: SceneAnalysis) -> None:
    totals = analysis.confusion.group_by("condition", "value").agg(pl.col("n", "share").sum())
    assert totals.height == 24 and set(totals["n"]) == {30}
    assert totals["share"].to_numpy() == pytest.approx(1.0)
    right = analysis.confusion.filter((pl.col("value") == pl.col("taken_for")) & (pl.col("condition") == WITH))
    assert right["share"].mean() == pytest.approx(analysis.of("assigned", WITH)["estimate"])


def test_the_picture_is_a_seeded_sample_of_both_conditions_that_comes_out_the_same_again(
    planted: Planted, analysis: SceneAnalysis
) -> None:
    places = analysis.picture
    assert places.height == 16 * 24 and set(places.group_by("condition", "value").len()["len"]) == {16}
    assert_frame_equal(analyze_scenes(planted.table, planted.matrix, VALUES, OPTIONS).picture, places)
    assert places["scene"].n_unique() == places.height and places.select(pl.col("x", "y").is_finite().all()).row(0)


def test_nothing_depends_on_the_order_of_rows(planted: Planted, analysis: SceneAnalysis) -> None:
    order = np.random.default_rng(0).permutation(len(planted.rows))
    again = analyze_scenes(planted.table[order], planted.matrix[order], VALUES, OPTIONS)
    for name in SCENE_TABLES:
        assert_frame_equal(getattr(again, name), getattr(analysis, name))
    assert json.dumps(again.summary) == json.dumps(analysis.summary)


def test_what_is_written_is_read_again(analysis: SceneAnalysis, tmp_path: Path) -> None:
    analysis.write(tmp_path / "analysis")
    again = SceneAnalysis.read(tmp_path / "analysis")
    for name in SCENE_TABLES:
        assert_frame_equal(getattr(again, name), getattr(analysis, name))
    assert again.summary == json.loads(json.dumps(analysis.summary))
    (tmp_path / "analysis" / "picture.parquet").unlink()
    with pytest.raises(InputError, match="no such file"):
        SceneAnalysis.read(tmp_path / "analysis")


def test_one_condition_is_measured_and_compared_with_nothing() -> None:
    made = clouds(Planted(), WITHOUT, VALUES[:3], sources=4, each=5)
    found = analyze_scenes(made.table, made.matrix, (), OPTIONS)
    assert found.comparison.is_empty() and found.measures["condition"].unique().to_list() == [WITHOUT]
    assert found.measures["value"].unique(maintain_order=True).to_list() == [*VALUES[:3], "all"]


def test_values_that_a_condition_lacks_are_left_out_and_named() -> None:
    made = clouds(Planted(), WITH, VALUES[:3], sources=4, each=5)
    clouds(made, WITHOUT, VALUES[:4], sources=4, each=5)
    found = analyze_scenes(made.table, made.matrix, (), OPTIONS)
    assert found.summary["left_out"] == {"value-03": "0 scenes with rules, fewer than 2"}
    assert "value-03" not in found.measures["value"].to_list()


def test_one_value_cannot_be_compared() -> None:
    made = clouds(Planted(), WITH, VALUES[:1], sources=4, each=5)
    with pytest.raises(InputError, match="fewer than two values"):
        analyze_scenes(made.table, made.matrix, (), OPTIONS)


def test_a_condition_that_nobody_knows_is_refused() -> None:
    made = clouds(Planted(), "with wishes", VALUES[:2], sources=4, each=5)
    with pytest.raises(InputError, match="with wishes"):
        analyze_scenes(made.table, made.matrix, (), OPTIONS)


def test_scenes_that_are_all_the_same_are_all_duplicates_and_break_nothing() -> None:
    made = Planted()
    for value in VALUES[:3]:
        for source in range(4):
            made.add(WITHOUT, value, f"{value} {source}", np.ones((5, 8)))
    found = analyze_scenes(made.table, made.matrix, (), OPTIONS)
    assert found.of("near_duplicates", WITHOUT)["estimate"] == 1.0
    assert found.of("vendi", WITHOUT)["estimate"] == pytest.approx(1.0, abs=1e-4)
    assert found.of("distance_euclidean", WITHOUT)["estimate"] == 0.0
    assert found.of("ratio_euclidean", WITHOUT)["estimate"] is None
    assert found.of("silhouette", WITHOUT)["estimate"] == pytest.approx(0.0, abs=1e-3)


def on_a_circle(random: np.random.Generator, spread: np.ndarray, units: int, each: int, shift: float) -> ConditionSet:
    """Scenes as angles: one of value v lies at c_v + a_u + e, a_u ~ N(0, shift^2) shared by its source, e ~ N(0,
    spread_v^2). The expected cosine distance of two scenes is 1 - exp(-spread^2) of one source, and
    1 - exp(-spread^2 - shift^2) of two."""
    values = len(spread)
    unit = np.repeat(np.arange(values * units), each)
    value = unit // units
    angle = value + random.normal(0, shift, values * units)[unit] + random.normal(0, 1, len(unit)) * spread[value]
    vectors = np.stack([np.cos(angle), np.sin(angle)], axis=1).astype(np.float32)
    unit_value = np.arange(values * units) // units
    return ConditionSet(WITH, vectors, value, unit, unit_value, unit, UnitKind.RULE, np.arange(len(unit)))


def distance_of(condition: ConditionSet, values: int):
    return within(condition, cosine_sums(condition, values), "distance_cosine", condition.counts(values))


def test_the_interval_of_a_mean_distance_holds_the_planted_one_as_often_as_it_says() -> None:
    random, spread = np.random.default_rng(0), np.array([0.5, 0.6, 0.7, 0.8])
    units, each, shift = 6, 5, 0.4
    inside = (each - 1) / (units * each - 1)
    truth = np.mean(1 - np.exp(-(spread**2)) * (inside + (1 - inside) * np.exp(-(shift**2))))
    held, width = [], []
    for _ in range(500):
        found = distance_of(on_a_circle(random, spread, units, each, shift), 4)
        limits = bounds(found, SceneOptions())
        held.append(limits.low[-1] <= truth <= limits.high[-1])
        width.append(found.estimate[-1])
    assert np.mean(width) == pytest.approx(truth, abs=0.01)
    assert 0.92 <= np.mean(held) <= 0.985


def test_the_interval_over_values_holds_a_planted_difference_as_often_as_it_says() -> None:
    """The effect of rules differs from value to value, and what is asked for is its mean over such values."""
    random, held, rejected, truth = np.random.default_rng(1), [], [], -0.12
    for _ in range(500):
        without = random.uniform(0.25, 0.4, 12)
        ruled = without + truth + random.normal(0, 0.02, 12)
        pair = [
            distance_of(on_a_circle(random, np.sqrt(-np.log(1 - expected)), 5, 6, 0.0), 12).estimate[:-1]
            for expected in (ruled, without)
        ]
        found = mean_difference(pair[0] - pair[1], SceneOptions())
        held.append(found.low <= truth <= found.high)
        rejected.append(found.p < 0.05)
    assert 0.925 <= np.mean(held) <= 0.975
    assert np.mean(rejected) > 0.9


def test_no_difference_is_found_no_more_often_than_promised() -> None:
    random = np.random.default_rng(2)
    p = [mean_difference(random.normal(0, 1, 12) ** 3, SceneOptions()).p for _ in range(1_000)]
    assert np.mean(np.array(p) <= 0.05) <= 0.065
