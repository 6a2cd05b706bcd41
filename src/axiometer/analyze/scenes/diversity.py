"""Measures that grow with the number of scenes, so they are compared at equal numbers only.

Vendi score (Friedman and Dieng 2023, Transactions on Machine Learning Research, eq. 1; order 1): the exponential of the
Shannon entropy of the eigenvalues of K / n, K being the cosines of n scenes. n scenes that are all the same have 1, n
that have nothing in common n: the effective number of different scenes.

Near-duplicates: the share of scenes that have another scene of the same value and condition at a cosine that reaches
the threshold.

Where one condition has more scenes of a value than the other, both numbers are means over seeded subsamples of the size
of the smaller.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from axiometer.analyze.coded.arrays import Booleans, Floats, Integers
from axiometer.analyze.inference.statistic import Scale
from axiometer.analyze.scenes.leaving_out import Measured, with_all
from axiometer.analyze.scenes.options import SceneOptions
from axiometer.analyze.scenes.sets import CONDITIONS, ConditionSet, SceneSet
from axiometer.similarity.kernel import Searching, pairs_above
from axiometer.similarity.pairs import Pairs
from axiometer.similarity.vectors import Vectors

NO_VENDI = "it grows with the number of scenes, so leaving sources out says nothing"
NO_THRESHOLD = "no measured threshold for this embedder (give one with --threshold)"
TINY = 1e-12
SCREENED = 4_000  # scenes of a value from which on it pays to look for cheap bounds before cosines


def equal_counts(scenes: SceneSet) -> Integers:
    """Per value the number of scenes that every condition has."""
    values = len(scenes.values)
    return np.asarray(np.min([each.counts(values) for each in scenes.conditions], axis=0), np.int64)


def vendi(vectors: Vectors) -> float:
    """The effective number of different scenes among unit rows, from 1 to their number."""
    rows = vectors.astype(np.float64)
    gram = rows @ rows.T if len(rows) <= rows.shape[1] else rows.T @ rows
    shares = np.linalg.eigvalsh(gram / len(rows))
    shares = shares[shares > TINY]
    return float(np.exp(-(shares * np.log(shares)).sum()))


def vendi_scores(condition: ConditionSet, counts: Integers, options: SceneOptions) -> Measured:
    """The Vendi score of each value at `counts` scenes."""
    found = np.zeros(len(counts))
    for value, wanted in enumerate(counts):
        rows = condition.of(value)
        scores = [
            vendi(condition.vectors[rows][kept])
            for kept in draws(rows.stop - rows.start, int(wanted), value, condition.name, options)
        ]
        found[value] = np.mean(scores)
    return Measured("vendi", condition, with_all(found), np.append(counts, counts.sum()), None, NO_VENDI)


def draws(there: int, wanted: int, value: int, condition: str, options: SceneOptions) -> Iterator[Booleans]:
    """Which of `there` scenes are taken, draw by draw; all of them, once, where no more are there than wanted."""
    if there <= wanted:
        yield np.ones(there, np.bool_)
        return
    generator = np.random.default_rng([options.seed, 0, CONDITIONS.index(condition), value])
    for _ in range(options.draws):
        kept = np.zeros(there, np.bool_)
        kept[generator.permutation(there)[:wanted]] = True
        yield kept


def near_duplicates(condition: ConditionSet, counts: Integers, options: SceneOptions) -> Measured:
    """The share of scenes with a near-duplicate, of each value at `counts` scenes, with every unit left out in turn."""
    values, n = len(counts), np.append(counts, counts.sum())
    if options.threshold is None:
        return Measured("near_duplicates", condition, np.full(values + 1, np.nan), n, None, NO_THRESHOLD)
    rates, without = np.zeros(values), np.empty((condition.units, values))
    for value, wanted in enumerate(counts):
        rows = condition.of(value)
        mine, units = condition.vectors[rows], condition.unit[rows]
        coordinates = mine.shape[1] if len(mine) < SCREENED else None
        pairs = pairs_above(mine, options.threshold, Searching(threads=1, k=coordinates))
        found = [
            _rates(pairs, units, kept, condition.units)
            for kept in draws(rows.stop - rows.start, int(wanted), value, condition.name, options)
        ]
        rates[value] = np.mean([rate for rate, _ in found])
        without[:, value] = np.mean([left for _, left in found], axis=0)
    return Measured("near_duplicates", condition, with_all(rates), n, with_all(without), None, Scale.SHARE)


def _rates(pairs: Pairs, units: Integers, kept: Booleans, all_units: int) -> tuple[float, Floats]:
    """Share of the kept scenes with a neighbour among them; and the same without each unit (a scene whose neighbours
    are all of the unit left out has none any more)."""
    both = kept[pairs.i] & kept[pairs.j]
    scene = np.concatenate([pairs.i[both], pairs.j[both]]).astype(np.int64)
    towards = units[np.concatenate([pairs.j[both], pairs.i[both]])]
    first, last = np.full(len(units), all_units), np.full(len(units), -1)
    np.minimum.at(first, scene, towards)
    np.maximum.at(last, scene, towards)
    has = last >= 0
    own = np.bincount(units[kept], minlength=all_units)
    duplicates = np.bincount(units[has], minlength=all_units)
    lone = has & (first == last) & (first != units)  # its only neighbours are of one other unit
    orphaned = np.bincount(first[lone], minlength=all_units)
    left = kept.sum() - own
    remaining = has.sum() - duplicates - orphaned
    without = np.where(left > 0, remaining / np.where(left > 0, left, 1), np.nan)
    return float(has.sum() / kept.sum()), without
