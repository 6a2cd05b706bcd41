"""Coefficients equal those of krippendorff, irrCAC, statsmodels and nltk on random tables, labels missing included."""

from __future__ import annotations

import warnings
from itertools import combinations

import krippendorff
import numpy as np
import pandas
import polars as pl
import pytest
from irrCAC.raw import CAC
from nltk.metrics.agreement import AnnotationTask
from nltk.metrics.distance import binary_distance, masi_distance
from statsmodels.stats import inter_rater

from axiometer.analyze import AnalysisOptions
from axiometer.analyze.people import LabelScale, Ratings, agreement

OPTIONS = AnalysisOptions(resamples=20)
SEEDS = range(24)


def random_table(seed: int, *, missing: float | None = None) -> np.ndarray:
    """Raters x units of categories 0.., NaN where there is no label; sizes, number of categories and noise vary."""
    generator = np.random.default_rng(seed)
    raters, units, kinds = (int(generator.integers(*bounds)) for bounds in ((2, 7), (8, 50), (2, 6)))
    truth = generator.integers(0, kinds, units)
    noise = generator.uniform(0.1, 0.9)
    table = np.where(
        generator.random((raters, units)) < noise, generator.integers(0, kinds, (raters, units)), truth
    ).astype(float)
    table[generator.random(table.shape) < (generator.uniform(0, 0.5) if missing is None else missing)] = np.nan
    return table


def ratings_of(table: np.ndarray, scale: LabelScale = LabelScale.NOMINAL) -> Ratings:
    rater, unit = np.nonzero(~np.isnan(table))
    value = [str(int(code)) for code in table[rater, unit]]
    return Ratings.of(pl.DataFrame({"subject": unit, "rater": rater, "value": value}), scale)


def by_rater(table: np.ndarray) -> pandas.DataFrame:
    return pandas.DataFrame(table.T).dropna(how="all")


@pytest.mark.parametrize("seed", SEEDS)
def test_alpha_is_that_of_krippendorff(seed: int) -> None:
    table = random_table(seed)
    found = agreement(ratings_of(table, LabelScale.ORDINAL), OPTIONS)
    for measure, level in (("alpha", "nominal"), ("alpha_ordinal", "ordinal")):
        expected = krippendorff.alpha(reliability_data=table, level_of_measurement=level)
        assert found.estimate(measure) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("seed", SEEDS)
def test_kappa_ac1_and_alpha_of_many_raters_are_those_of_irrcac(seed: int) -> None:
    table = random_table(seed)
    found = agreement(ratings_of(table), OPTIONS)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = CAC(by_rater(table), digits=12)
        for measure, function in (
            ("fleiss_kappa", theirs.fleiss),
            ("ac1", theirs.gwet),
            ("alpha", theirs.krippendorff),
        ):
            assert found.estimate(measure) == pytest.approx(function()["est"]["coefficient_value"], abs=1e-9)


@pytest.mark.parametrize("seed", SEEDS)
def test_fleiss_and_cohen_are_those_of_statsmodels_where_nothing_is_missing(seed: int) -> None:
    table = random_table(seed, missing=0.0)
    ratings = ratings_of(table)
    found = agreement(ratings, OPTIONS)
    counts = inter_rater.aggregate_raters(table.T.astype(int))[0]
    assert found.estimate("fleiss_kappa") == pytest.approx(inter_rater.fleiss_kappa(counts), abs=1e-12)
    kinds = int(table.max()) + 1
    every = []
    for a, b in combinations(range(len(table)), 2):
        confusion = np.zeros((kinds, kinds))
        np.add.at(confusion, (table[a].astype(int), table[b].astype(int)), 1)
        expected = inter_rater.cohens_kappa(confusion, return_results=False)
        every.append(expected)
        row = found.pairs.filter(
            (pl.col("rater_a") == str(a)) & (pl.col("rater_b") == str(b)) & (pl.col("measure") == "cohen_kappa")
        )
        assert row["estimate"].item() == pytest.approx(expected, abs=1e-12)
    assert found.estimate("cohen_kappa") == pytest.approx(np.mean(every), abs=1e-12)


@pytest.mark.parametrize("seed", SEEDS)
def test_cohen_of_a_pair_takes_the_units_that_both_labelled(seed: int) -> None:
    table = random_table(seed)[:2]
    both = table[:, ~np.isnan(table).any(axis=0)].astype(int)
    found = agreement(ratings_of(table), OPTIONS).pairs.filter(pl.col("measure") == "cohen_kappa")
    kinds = int(both.max()) + 1
    confusion = np.zeros((kinds, kinds))
    np.add.at(confusion, tuple(both), 1)
    expected = inter_rater.cohens_kappa(confusion, return_results=False)
    assert found["units"].item() == both.shape[1]
    assert found["estimate"].item() == pytest.approx(expected, abs=1e-12)


def random_sets(seed: int) -> list[tuple[str, str, frozenset[str]]]:
    generator = np.random.default_rng(seed)
    names = list("abcdef")[: int(generator.integers(2, 7))]
    rows = []
    for unit in range(int(generator.integers(6, 30))):
        truth = generator.random(len(names)) < 0.4
        for rater in range(int(generator.integers(2, 6))):
            if generator.random() < 0.3:
                continue
            own = truth ^ (generator.random(len(names)) < 0.2)
            rows.append((f"r{rater}", f"u{unit}", frozenset(n for n, kept in zip(names, own, strict=True) if kept)))
    return rows


def nltk_masi(one: frozenset[str], other: frozenset[str]) -> float:
    """Two empty sets, for which nltk divides by zero, are the same."""
    return 0.0 if one == other else float(masi_distance(one, other))


def set_ratings(rows: list[tuple[str, str, frozenset[str]]]) -> Ratings:
    table = {
        "rater": [r for r, _, _ in rows],
        "subject": [u for _, u, _ in rows],
        "value": [sorted(s) for _, _, s in rows],
    }
    return Ratings.of(pl.DataFrame(table), LabelScale.SETS)


@pytest.mark.parametrize("seed", SEEDS)
def test_alpha_of_sets_with_masi_is_that_of_nltk(seed: int) -> None:
    rows = random_sets(seed)
    found = agreement(set_ratings(rows), OPTIONS)
    theirs = AnnotationTask(rows, distance=nltk_masi).alpha()
    assert found.estimate("alpha_masi") == pytest.approx(theirs, abs=1e-12)


def test_empty_sets_are_among_the_random_ones() -> None:
    assert sum(not own for seed in SEEDS for _, _, own in random_sets(seed)) > 20


@pytest.mark.parametrize("seed", SEEDS)
def test_raw_agreement_counts_every_pair_of_labels(seed: int) -> None:
    table = random_table(seed)
    pairs = [
        a == b
        for column in table.T
        for a, b in combinations(column[~np.isnan(column)], 2)
    ]  # fmt: skip
    assert agreement(ratings_of(table), OPTIONS).estimate("raw") == pytest.approx(np.mean(pairs), abs=1e-12)
    rows = random_sets(seed)
    by_unit: dict[str, list[frozenset[str]]] = {}
    for _, unit, own in rows:
        by_unit.setdefault(unit, []).append(own)
    near = [1 - nltk_masi(a, b) for sets in by_unit.values() for a, b in combinations(sets, 2)]
    assert agreement(set_ratings(rows), OPTIONS).estimate("similarity") == pytest.approx(np.mean(near), abs=1e-12)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_mean_kappa_of_pairs_is_that_of_nltk_where_nothing_is_missing(seed: int) -> None:
    table = random_table(seed, missing=0.0)
    data = [(str(r), str(u), int(code)) for (r, u), code in np.ndenumerate(table)]
    theirs = AnnotationTask(data, distance=binary_distance).kappa()
    assert agreement(ratings_of(table), OPTIONS).estimate("cohen_kappa") == pytest.approx(theirs, abs=1e-12)
