"""Each measure equals what it is by definition, also with any source left out."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.distance import cdist, pdist
from scipy.stats import permutation_test, ttest_1samp
from sklearn.metrics import f1_score, silhouette_samples

from axiometer.analyze.scenes import SceneOptions
from axiometer.analyze.scenes.distances import cosine_sums, euclidean_sums, ratio, within
from axiometer.analyze.scenes.diversity import near_duplicates, vendi, vendi_scores
from axiometer.analyze.scenes.leaving_out import Measured, bounds, jackknife
from axiometer.analyze.scenes.paired import ALL_ALIKE, DRAWN, EXACT, mean_difference, sign_changes
from axiometer.analyze.scenes.separability import f1_scores, recalls, separability
from axiometer.analyze.scenes.sets import ConditionSet, SceneSet, UnitKind, scene_set
from axiometer.analyze.scenes.silhouette import silhouette

from .conftest import WITH, WITHOUT, Planted, clouds

VALUES = ("care", "freedom", "order")
OPTIONS = SceneOptions(seed=3, threshold=0.9)


@pytest.fixture(scope="module")
def planted() -> Planted:
    return clouds(Planted(), WITH, VALUES, sources=5, each=7, seed=1)


@pytest.fixture(scope="module")
def coded(planted: Planted) -> SceneSet:
    return scene_set(planted.table, planted.matrix, VALUES, 0)


def metric_of(name: str) -> str:
    return "cosine" if "cosine" in name else "euclidean"


def within_by_hand(vectors: np.ndarray, value: np.ndarray, metric: str) -> list[float]:
    return [float(pdist(vectors[value == each], metric).mean()) for each in range(len(VALUES))]


def ratio_by_hand(vectors: np.ndarray, value: np.ndarray, metric: str) -> list[float]:
    inside = within_by_hand(vectors, value, metric)
    return [
        float(cdist(vectors[value == each], vectors[value != each], metric).mean()) / inside[each]
        for each in range(len(VALUES))
    ]


def silhouette_by_hand(vectors: np.ndarray, value: np.ndarray, metric: str) -> list[float]:
    scores = silhouette_samples(vectors, value, metric="cosine")
    return [float(scores[value == each].mean()) for each in range(len(VALUES))]


def measured(condition: ConditionSet, name: str) -> Measured:
    counts = condition.counts(len(VALUES))
    if name == "silhouette":
        return silhouette(condition, name, counts)
    sums = cosine_sums if "cosine" in name else euclidean_sums
    return (within if "distance" in name else ratio)(condition, sums(condition, len(VALUES)), name, counts)


BY_HAND: dict[str, Callable[[np.ndarray, np.ndarray, str], list[float]]] = {
    "distance_cosine": within_by_hand,
    "distance_euclidean": within_by_hand,
    "ratio_cosine": ratio_by_hand,
    "ratio_euclidean": ratio_by_hand,
    "silhouette": silhouette_by_hand,
}


@pytest.mark.parametrize("name", BY_HAND)
def test_a_measure_over_pairs_is_what_all_pairs_give(coded: SceneSet, name: str) -> None:
    condition = coded.conditions[0]
    vectors = condition.vectors.astype(np.float64)
    expected = BY_HAND[name](vectors, condition.value, metric_of(name))
    found = measured(condition, name)
    np.testing.assert_allclose(found.estimate, [*expected, np.mean(expected)], rtol=2e-5)


@pytest.mark.parametrize("name", BY_HAND)
def test_leaving_a_source_out_is_as_if_it_had_never_been_there(coded: SceneSet, name: str) -> None:
    condition = coded.conditions[0]
    vectors = condition.vectors.astype(np.float64)
    found = measured(condition, name).without
    assert found is not None and len(found) == 15
    for unit in range(condition.units):
        kept = condition.unit != unit
        expected = BY_HAND[name](vectors[kept], condition.value[kept], metric_of(name))
        np.testing.assert_allclose(found[unit], [*expected, np.mean(expected)], rtol=5e-5)


def test_blocks_do_not_change_what_is_summed(coded: SceneSet, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = euclidean_sums(coded.conditions[0], len(VALUES))
    monkeypatch.setattr("axiometer.analyze.scenes.distances.BLOCK", 4)
    parts = euclidean_sums(coded.conditions[0], len(VALUES))
    np.testing.assert_allclose(parts.to_value, whole.to_value, rtol=1e-6)
    np.testing.assert_allclose(parts.own, whole.own, rtol=1e-5, atol=1e-5)


def test_identical_scenes_have_a_vendi_score_of_one_and_orthogonal_ones_of_their_number() -> None:
    assert vendi(np.tile([[0.6, 0.8, 0.0]], (9, 1)).astype(np.float32)) == pytest.approx(1.0, abs=1e-5)
    assert vendi(np.eye(7, dtype=np.float32)) == pytest.approx(7.0, abs=1e-5)
    assert vendi(np.repeat(np.eye(3, dtype=np.float32), 4, axis=0)) == pytest.approx(3.0, abs=1e-5)


@given(st.integers(2, 12), st.integers(2, 12), st.integers(0, 10_000))
@settings(max_examples=40, deadline=None)
def test_the_vendi_score_is_that_of_the_matrix_of_cosines(scenes: int, dimensions: int, seed: int) -> None:
    rows = np.random.default_rng(seed).normal(size=(scenes, dimensions))
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    shares = np.linalg.eigvalsh(rows @ rows.T / scenes)
    shares = shares[shares > 1e-12]
    expected = float(np.exp(-(shares * np.log(shares)).sum()))
    assert vendi(rows.astype(np.float32)) == pytest.approx(expected, rel=1e-3)
    assert 1 - 1e-6 <= expected <= min(scenes, dimensions) + 1e-6


def test_more_scenes_in_one_condition_do_not_make_it_look_more_varied() -> None:
    planted = clouds(Planted(), WITH, VALUES, sources=5, each=20, spread=1.0, seed=2)
    clouds(planted, WITHOUT, VALUES, sources=5, each=4, spread=1.0, seed=2)
    coded = scene_set(planted.table, planted.matrix, VALUES, 0)
    counts = np.array([20, 20, 20])
    many, few = (vendi_scores(condition, counts, OPTIONS) for condition in coded.conditions)
    of_all = vendi_scores(coded.conditions[0], np.array([100, 100, 100]), OPTIONS)
    assert many.n[0] == few.n[0] == 20
    assert abs(many.estimate[-1] - few.estimate[-1]) < 0.5 < of_all.estimate[-1] - few.estimate[-1]


def duplicates_by_hand(vectors: np.ndarray, value: np.ndarray) -> list[float]:
    rates = []
    for each in range(len(VALUES)):
        rows = vectors[value == each]
        cosines = rows @ rows.T
        np.fill_diagonal(cosines, -1)
        rates.append(float((cosines.max(axis=1) >= 0.9).mean()))
    return rates


def test_near_duplicates_are_counted_within_value_and_condition_with_any_source_left_out(coded: SceneSet) -> None:
    condition = coded.conditions[0]
    found = near_duplicates(condition, condition.counts(3), OPTIONS)
    vectors = condition.vectors.astype(np.float64)
    expected = duplicates_by_hand(vectors, condition.value)
    assert 0 < expected[0] < 1
    np.testing.assert_allclose(found.estimate, [*expected, np.mean(expected)])
    assert found.without is not None
    for unit in range(condition.units):
        kept = condition.unit != unit
        left = duplicates_by_hand(vectors[kept], condition.value[kept])
        np.testing.assert_allclose(found.without[unit], [*left, np.mean(left)])


def test_without_a_threshold_no_near_duplicates_are_claimed(coded: SceneSet) -> None:
    condition = coded.conditions[0]
    found = near_duplicates(condition, condition.counts(3), SceneOptions())
    assert np.isnan(found.estimate).all() and "threshold" in (found.reason or "")


@given(st.lists(st.integers(0, 2), min_size=12, max_size=40), st.integers(0, 99))
@settings(max_examples=40, deadline=None)
def test_f1_and_recall_are_those_of_another_implementation(said: list[int], seed: int) -> None:
    true = np.random.default_rng(seed).integers(0, 3, len(said))
    true[:3] = [0, 1, 2]
    grid = np.zeros((3, 3), np.int64)
    np.add.at(grid, (true, np.array(said)), 1)
    expected = f1_score(true, said, average=None, labels=[0, 1, 2], zero_division=0)
    np.testing.assert_allclose(f1_scores(grid), expected)
    np.testing.assert_allclose(recalls(grid), [np.mean(np.array(said)[true == each] == each) for each in range(3)])


def classified(planted: Planted) -> tuple[float, float]:
    coded = scene_set(planted.table, planted.matrix, VALUES, 0)
    condition = coded.conditions[0]
    found = separability(condition, condition.counts(len(VALUES)), OPTIONS)
    assert found.f1.chance == pytest.approx(1 / 3) and found.folds == 5
    return float(found.f1.estimate[-1]), float(found.assigned.estimate[-1])


def test_values_that_lie_apart_are_told_apart_and_values_in_one_place_are_not() -> None:
    assert min(classified(clouds(Planted(), WITH, VALUES, sources=5, each=10, apart=3.0))) > 0.97
    chance = [
        classified(clouds(Planted(), WITH, VALUES, sources=5, each=10, apart=0.0, together=0.0, seed=seed))[1]
        for seed in range(8)
    ]
    assert np.mean(chance) == pytest.approx(1 / 3, abs=0.06)


def test_permuted_values_are_told_apart_as_by_chance() -> None:
    planted = clouds(Planted(), WITH, VALUES, sources=20, each=4, apart=3.0, together=0.0)
    shares = []
    for seed in range(8):
        table = planted.table
        rules = table["rule"].unique(maintain_order=True).to_list()
        lots = np.random.default_rng(seed).permutation(np.repeat(VALUES, 20))
        table = table.with_columns(value=pl.col("rule").replace_strict(dict(zip(rules, lots, strict=True))))
        condition = scene_set(table, planted.matrix, VALUES, 0).conditions[0]
        shares.append(separability(condition, condition.counts(3), OPTIONS).assigned.estimate[-1])
    assert np.mean(shares) == pytest.approx(1 / 3, abs=0.07)


def test_what_only_a_source_gives_away_is_no_evidence_of_values() -> None:
    """Each source has a place of its own and values have none: a classifier that saw the source would know it all."""
    shares = [
        classified(clouds(Planted(), WITH, VALUES, sources=9, each=4, apart=0.0, together=4.0, spread=0.2, seed=seed))[
            1
        ]
        for seed in range(8)
    ]
    assert np.mean(shares) == pytest.approx(1 / 3, abs=0.1)


def test_one_source_per_value_cannot_be_held_out() -> None:
    planted = clouds(Planted(), WITH, VALUES, sources=1, each=8)
    condition = scene_set(planted.table, planted.matrix, VALUES, 0).conditions[0]
    found = separability(condition, condition.counts(3), OPTIONS)
    assert found.folds == 0 and np.isnan(found.f1.estimate).all() and "one source" in (found.f1.reason or "")


def test_changing_signs_is_an_exact_paired_permutation_test() -> None:
    differences = np.random.default_rng(0).normal(0.4, 1.0, 9)
    expected = permutation_test(
        (differences, np.zeros(9)), lambda a, b, axis: (a - b).mean(axis=axis), permutation_type="samples"
    )
    assert sign_changes(differences, OPTIONS) == (pytest.approx(expected.pvalue), EXACT)
    assert sign_changes(np.full(12, 0.1), OPTIONS)[0] == pytest.approx(2 / 4096)
    p, how = sign_changes(np.random.default_rng(1).normal(0.2, 1, 30), OPTIONS)
    assert how == DRAWN and 1 / 10_000 <= p <= 1


def test_the_interval_of_a_mean_difference_is_student_s_t_over_values() -> None:
    differences = np.array([0.02, -0.01, 0.05, 0.03, 0.0, 0.04])
    found = mean_difference(differences, OPTIONS)
    expected = ttest_1samp(differences, 0.0)
    limits = expected.confidence_interval(0.95)
    assert (found.low, found.high) == (pytest.approx(limits.low), pytest.approx(limits.high))
    assert found.p_t == pytest.approx(expected.pvalue) and found.df == 5


def test_one_value_gives_a_difference_and_no_interval() -> None:
    found = mean_difference(np.array([0.3, np.nan]), OPTIONS)
    assert found.difference == pytest.approx(0.3) and np.isnan(found.low) and found.why_not == "fewer than two values"


def test_leaving_out_gives_the_standard_error_of_a_mean() -> None:
    rows = np.random.default_rng(0).normal(size=25)
    without = (rows.sum() - rows)[:, None] / 24
    se, df = jackknife(without, np.zeros(25, np.int64), np.arange(25))
    assert se[0] == pytest.approx(rows.std(ddof=1) / 5) and df[0] == pytest.approx(24)


def test_a_rule_of_several_values_counts_as_one_source_of_their_mean() -> None:
    """The mean of two values whose sources move both alike varies as much as either, not by half."""
    rows = np.random.default_rng(0).normal(size=25)
    without = np.tile((rows.sum() - rows) / 24, 2)[:, None] / 2 + rows.mean() / 2
    strata = np.repeat([0, 1], 25)
    apart, _ = jackknife(without, strata, np.arange(50))
    shared, _ = jackknife(without, strata, np.tile(np.arange(25), 2))
    assert apart[0] == pytest.approx(rows.std(ddof=1) / 5 / np.sqrt(2))
    assert shared[0] == pytest.approx(rows.std(ddof=1) / 5)


def test_rules_are_known_again_under_other_values_and_counted_once_in_all() -> None:
    planted = Planted()
    random = np.random.default_rng(0)
    for value in VALUES:
        for rule in ("rule 1", "rule 2", f"{value} alone"):
            planted.add(WITH, value, rule, random.normal(size=(3, 8)))
    condition = scene_set(planted.table, planted.matrix, VALUES, 0).conditions[0]
    assert condition.sources(3).tolist() == [3, 3, 3, 5] and condition.of_several_values() == 2
    assert sorted(np.unique(condition.unit_source(), return_counts=True)[1].tolist()) == [1, 1, 1, 3, 3]


def test_values_that_all_differ_alike_have_no_interval_without_width() -> None:
    found = mean_difference(np.zeros(5), OPTIONS)
    assert np.isnan(found.low) and found.interval is None and found.why_not == ALL_ALIKE
    assert found.difference == 0 and found.p == 1.0


def test_no_interval_rests_on_fewer_sources_than_the_house_allows(coded: SceneSet) -> None:
    limits = bounds(measured(coded.conditions[0], "distance_cosine"), OPTIONS)
    assert limits.why_not[0] == "5 sources, fewer than 20" and limits.why_not[-1] == "15 sources, fewer than 20"
    limits = bounds(measured(coded.conditions[0], "distance_cosine"), SceneOptions(min_sources=15))
    assert limits.why_not == (*["5 sources, fewer than 15"] * 3, None) and limits.low[-1] < limits.high[-1]


def test_scenes_share_their_rule_or_their_call_or_nothing() -> None:
    planted = clouds(Planted(), WITH, VALUES, sources=2, each=3)
    clouds(planted, WITHOUT, VALUES, sources=3, each=2)
    ruled, called = scene_set(planted.table, planted.matrix, VALUES, 0).conditions
    assert (ruled.kind, ruled.units) == (UnitKind.RULE, 6) and (called.kind, called.units) == (UnitKind.CALL, 9)
    alone = planted.table.filter(condition=WITHOUT).with_columns(parent_ids=pl.concat_list("id"))
    single = scene_set(alone, planted.matrix[18:], VALUES, 0).conditions[0]
    assert (single.kind, single.units) == (UnitKind.SCENE, 18)


def test_very_many_sources_are_joined_so_that_work_stays_bounded() -> None:
    planted = clouds(Planted(), WITHOUT, VALUES, sources=130, each=1)
    condition = scene_set(planted.table, planted.matrix, VALUES, 0).conditions[0]
    assert condition.units == 300 and set(condition.sizes().tolist()) == {1, 2}
    assert condition.sources(3).tolist() == [130] * 3 + [390] and len(set(condition.unit_source().tolist())) == 300
    assert (np.diff(condition.unit) >= 0).all() and (condition.unit_value[condition.unit] == condition.value).all()
