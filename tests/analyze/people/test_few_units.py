"""The alternative annotator test with few units: an exact test that keeps its level where t and Wilcoxon's do not."""

from __future__ import annotations

from itertools import product

import numpy as np
import polars as pl
import pytest
from scipy.stats import multinomial, wilcoxon

from axiometer.analyze import AnalysisOptions
from axiometer.analyze.people import AltTestOptions, Ratings, alt_test
from axiometer.analyze.people.few_units import chances_of_sums, exact_below


def values(ups: int, downs: int, n: int) -> np.ndarray:
    return np.r_[np.ones(ups), -np.ones(downs), np.zeros(n - ups - downs)]


def rejected(n: int, epsilon: float, ties: float, mean: float) -> float:
    """The chance that H0 is rejected at 0.05, over all samples there can be."""
    chance = multinomial(n, [(1 - ties + mean) / 2, max((1 - ties - mean) / 2, 0.0), ties])
    samples = [(u, d) for u, d in product(range(n + 1), repeat=2) if u + d <= n]
    return sum(
        float(chance.pmf([u, d, n - u - d])) for u, d in samples if exact_below(values(u, d, n), epsilon) <= 0.05
    )


def test_the_chances_of_sums_are_those_of_all_samples() -> None:
    found = chances_of_sums(4, np.array([0.3]), 0.2)[0]
    expected = np.zeros(9)
    for draws in product((-1, 0, 1), repeat=4):
        expected[sum(draws) + 4] += np.prod([{-1: 0.25, 0: 0.3, 1: 0.45}[draw] for draw in draws])
    assert found == pytest.approx(expected)


@pytest.mark.parametrize("ties", [0.0, 0.3, 0.6, 0.8])
@pytest.mark.parametrize(("n", "epsilon"), [(10, 0.1), (16, 0.15), (16, 0.2)])
def test_a_true_null_is_rejected_in_at_most_five_of_a_hundred_samples(n: int, epsilon: float, ties: float) -> None:
    assert rejected(n, epsilon, ties, epsilon) <= 0.05


def test_a_judge_that_is_better_is_found_and_wilcoxon_finds_what_is_not_there() -> None:
    assert rejected(24, 0.15, 0.4, -0.4) > 0.9
    generator = np.random.default_rng(5)
    null = generator.choice([-1, 0, 1], p=[0.075, 0.7, 0.225], size=(300, 20))  # the mean is 0.15
    theirs = [wilcoxon(row - 0.15, alternative="less", method="asymptotic").pvalue <= 0.05 for row in null]
    ours = [exact_below(row, 0.15) <= 0.05 for row in null]
    assert np.mean(theirs) > 0.2
    assert np.mean(ours) <= 0.05


def test_people_with_fewer_than_thirty_units_have_the_exact_test() -> None:
    generator = np.random.default_rng(2)
    truth = generator.integers(0, 4, 40)

    def said(right: float, units: int) -> dict[str, str]:
        own = np.where(generator.random(40) < right, truth, generator.integers(0, 4, 40))
        return {f"u{n:02d}": str(value) for n, value in enumerate(own)} if units == 40 else {
            f"u{n:02d}": str(value) for n, value in list(enumerate(own))[:units]
        }  # fmt: skip

    people = {"a": said(0.6, 40), "b": said(0.6, 40), "c": said(0.6, 20)}
    rows = [(unit, person, value) for person, own in people.items() for unit, value in own.items()]
    ratings = Ratings.of(pl.DataFrame(rows, schema=["subject", "rater", "value"], orient="row"))
    judge = said(0.95, 40)
    found = alt_test(ratings, judge, AltTestOptions(least_units=10), AnalysisOptions(resamples=20))
    assert found.persons["test"].to_list() == ["t", "t", "exact"]
    row = found.persons.row(2, named=True)
    others = [[people[name][unit] for name in ("a", "b")] for unit in people["c"]]
    gaps = [
        int(own >= its) - int(its >= own)
        for own, its in (
            (sum(o == value for o in rest), sum(o == judge[unit] for o in rest))
            for (unit, value), rest in zip(people["c"].items(), others, strict=True)
        )
    ]
    assert row["difference"] == pytest.approx(np.mean(gaps))
    assert row["p"] == pytest.approx(exact_below(np.array(gaps, dtype=float), 0.15))


def test_a_judge_that_wins_by_copies_of_one_unit_does_not_pass() -> None:
    """Twelve units, four times each: four rows of one source are no four pieces of evidence."""
    generator = np.random.default_rng(1)
    truth = generator.integers(0, 4, 12)

    def says(right: float) -> np.ndarray:
        return np.where(generator.random(12) < right, truth, generator.integers(0, 4, 12))

    everyone, own = {name: says(0.7) for name in ("a", "b", "c")}, says(0.75)
    sources = {f"{unit}-{copy}": [str(unit)] for unit in range(12) for copy in range(4)}
    rows = [(unit, name, str(own[int(at)])) for name, own in everyone.items() for unit, (at,) in sources.items()]
    labels = pl.DataFrame(rows, schema=["subject", "rater", "value"], orient="row")
    judge = {unit: str(own[int(at)]) for unit, (at,) in sources.items()}
    found = alt_test(Ratings.of(labels, clusters=sources), judge, AltTestOptions(0.2), AnalysisOptions(resamples=20))
    assert (found.omega, found.omega_clustered, found.passes) == (1.0, 0.0, False)
    assert alt_test(Ratings.of(labels), judge, AltTestOptions(0.2), AnalysisOptions(resamples=20)).passes
