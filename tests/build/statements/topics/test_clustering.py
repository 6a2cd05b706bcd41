"""Projection and clustering on vectors whose groups are planted."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.decomposition import PCA

from axiometer.build.statements.topics import clustering
from axiometer.build.statements.topics.clustering import NOWHERE, best_k, bound_of, candidates, choose_k, cluster
from axiometer.build.statements.topics.options import TopicOptions
from axiometer.build.statements.topics.projection import project
from axiometer.errors import InputError

GROUPS, EACH, STRAY = 6, 60, 20
OPTIONS = TopicOptions.of(dimensions=10)


def planted(seed: int = 0) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Unit vectors of 64 dimensions around six centres, and some around none (-1)."""
    draw = np.random.default_rng(seed)
    truth = np.repeat([*range(GROUPS), NOWHERE], [EACH] * GROUPS + [STRAY])
    centres = draw.normal(size=(GROUPS, 64))
    rows = draw.normal(size=(len(truth), 64)) * 0.3
    rows[truth >= 0] += centres[truth[truth >= 0]]
    order = draw.permutation(len(truth))
    unit = rows[order] / np.linalg.norm(rows[order], axis=1, keepdims=True)
    return unit.astype(np.float32), truth[order]


def rows_and_truth(seed: int = 0) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    vectors, truth = planted(seed)
    return project(vectors, OPTIONS.dimensions).rows, truth


def test_projection_is_the_principal_components_of_another_implementation() -> None:
    vectors, _ = planted()
    ours = project(vectors, 5)
    theirs = PCA(5, svd_solver="full").fit(vectors)
    scores = theirs.transform(vectors)
    unit = scores / np.linalg.norm(scores, axis=1, keepdims=True)
    assert np.allclose(np.abs(np.sum(ours.rows * unit, axis=0)) / np.linalg.norm(unit, axis=0) ** 2, 1, atol=1e-4)
    assert ours.explained == pytest.approx(theirs.explained_variance_ratio_.sum(), abs=1e-6)
    assert np.allclose(np.linalg.norm(ours.rows, axis=1), 1, atol=1e-5)


def test_projection_takes_no_more_dimensions_than_half_the_rows() -> None:
    vectors, _ = planted()
    assert project(vectors[:9], 50).rows.shape == (9, 4)
    assert project(vectors[:1], 50).rows.shape == (1, 1)


@pytest.mark.parametrize("method", ["kmeans", "hdbscan"])
def test_planted_groups_are_found_and_strays_fit_nowhere(method: str) -> None:
    rows, truth = rows_and_truth()
    found = cluster(rows, TopicOptions.of(method=method, least_size=10))
    assert found.count == GROUPS
    for number in range(GROUPS):
        assert len(set(truth[found.labels == number].tolist()) - {NOWHERE}) == 1
    inside = truth != NOWHERE
    assert np.mean(found.labels[inside] != NOWHERE) > 0.9
    assert np.mean(found.labels[~inside] == NOWHERE) > 0.5


def test_the_largest_number_is_taken_whose_silhouette_is_nearly_the_highest() -> None:
    assert best_k(((2, 0.30), (4, 0.40), (8, 0.37), (16, 0.35))) == 8
    assert best_k(((2, -0.3), (4, -0.1), (8, -0.2))) == 4
    assert best_k(((3, -1.0),)) == 3


def test_planted_groups_have_the_highest_silhouette() -> None:
    rows, truth = rows_and_truth()
    options = TopicOptions.of(most=20)
    tried = choose_k(rows[truth != NOWHERE], options)
    assert max(tried, key=lambda each: each[1])[0] == GROUPS
    assert [k for k, _ in tried] == candidates(GROUPS * EACH, options)


def test_small_numbers_are_all_tried_and_large_ones_by_their_ratio() -> None:
    assert candidates(48, OPTIONS)[:16] == [*range(2, 18)]
    many = candidates(100_000, OPTIONS)
    assert many[:9] == [*range(2, 11)]
    assert (many[-1], len(many)) == (300, 20)
    assert candidates(10, TopicOptions.of(least_size=20)) == [1]
    assert candidates(10_000, TopicOptions.of(fewest=30, most=30)) == [30]


def test_a_number_that_is_given_is_taken_and_nothing_is_tried() -> None:
    rows, _ = rows_and_truth()
    found = cluster(rows, TopicOptions.of(k=3, outside=100))
    assert (found.count, found.choices) == (3, ())


def test_equal_rows_and_seed_give_equal_clusters() -> None:
    rows, _ = rows_and_truth()
    one, again = cluster(rows, OPTIONS), cluster(rows.copy(), OPTIONS)
    assert np.array_equal(one.labels, again.labels)
    assert one.choices == again.choices
    assert cluster(rows, replace(OPTIONS, seed=1)).count == GROUPS


def test_larger_clusters_come_first_and_those_that_are_too_small_dissolve() -> None:
    rows, truth = rows_and_truth()
    taken = np.concatenate([np.flatnonzero(truth == group)[: 10 + 10 * group] for group in range(GROUPS)])
    found = cluster(rows[taken], TopicOptions.of(k=GROUPS, least_size=15, outside=100))
    sizes = np.bincount(found.labels[found.labels >= 0])
    assert sizes.tolist() == [60, 50, 40, 30, 20]
    assert np.count_nonzero(found.labels == NOWHERE) == 10


def test_a_large_set_is_chosen_for_on_a_sample_and_clustered_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    rows, truth = rows_and_truth()
    for name, size in (("FITTED_ON", 150), ("JUDGED_ON", 80), ("QUICK_FROM", 100), ("MINI_BATCH_FROM", 200)):
        monkeypatch.setattr(clustering, name, size)
    for method in ("kmeans", "hdbscan"):
        found = cluster(rows, TopicOptions.of(method=method, least_size=10, most=12))
        purity = sum(np.bincount(truth[found.labels == n] + 1).max() for n in range(found.count))
        assert purity / np.count_nonzero(found.labels != NOWHERE) > 0.9
        assert np.mean(found.labels[truth != NOWHERE] != NOWHERE) > 0.75


@pytest.mark.parametrize("rows", [np.ones((12, 3), np.float32) / np.float32(3**0.5), np.zeros((12, 3), np.float32)])
def test_rows_that_are_all_the_same_do_not_break_it(rows: NDArray[np.float32]) -> None:
    assert cluster(rows, OPTIONS).count <= 1
    assert cluster(rows, TopicOptions.of(method="hdbscan")).count <= 1


def test_the_bound_is_the_median_less_robust_deviations() -> None:
    cosines = np.array([0.1, 0.7, 0.8, 0.9, 1.0])
    assert bound_of(cosines, 2.0) == pytest.approx(0.8 - 2 * 1.4826 * 0.1)
    assert bound_of(np.empty(0), 2.0) == 0.0


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"method": "dbscan"}, "--topics dbscan is not one of kmeans, hdbscan"),
        ({"method": "hdbscan", "k": 5}, "takes no number"),
        ({"k": 0}, "k must be at least 1, not 0"),
        ({"fewest": 9, "most": 3}, "at most 3 are fewer than at least 9"),
        ({"outside": 0.0}, "outside must be above 0"),
        ({"least_size": 0}, "least size must be at least 1"),
    ],
)
def test_options_that_cannot_be_are_refused(given: dict[str, object], said: str) -> None:
    with pytest.raises(InputError, match=said):
        TopicOptions.of(**given)  # type: ignore[arg-type]
