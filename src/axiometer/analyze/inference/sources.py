"""Which groups of items share which sources, and how that enters every standard error.

A group is an item together with its parallel versions in other languages. A source is whatever several groups
share: a rule, an issue group, a scenario family. Two groups that share a source are not independent, so the sources
are what is resampled: in each resample every source gets a weight, and a group's weight is the product of its
sources' weights ("pigeonhole" or multiway bootstrap: McCullagh 2000, Bernoulli 6:285; Owen 2007, Annals of Applied
Statistics 1:386; with independent Poisson(1) weights: Owen and Eckles 2012, Annals of Applied Statistics 6:895).
All sources form one pool: the two rules of a dilemma are drawn from the same pool, as in a dyadic design. A group
without a source is a source of its own.

Product weights count the part of the variance that belongs to the group alone 2^m - 1 times, for m sources (Owen
2007, theorem 3). `Spread` holds that variance beside the one in which every shared source counts once (inclusion
and exclusion over the sets of sources: Cameron, Gelbach and Miller 2011, J. Business & Economic Statistics 29:238,
eq. 2.13; for dyads Aronow, Samii and Assenova 2015, Political Analysis 23:564). `Statistic` (statistic.py) uses
their ratio.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np
from scipy import sparse

from axiometer.analyze.coded.arrays import Floats, Integers

ALL_SUBSETS_UP_TO = 6
CACHED_WEIGHTS = 20_000_000
CHUNK_WEIGHTS = 10_000_000


@dataclass(frozen=True, slots=True)
class Spread:
    """Variances of k linear statistics (arrays of k). `once`: every shared source counted once, with the small-sample
    correction of CR2; `product`: what product weights give; `df`: Satterthwaite's degrees of freedom of `once`."""

    once: Floats
    product: Floats
    df: Floats


@dataclass(frozen=True)
class Sources:
    """The sources of every group. Make one with `Sources.of`.

    `membership`: sources x groups, 0/1. `subsets`: sets of sources x groups, 0/1, a row for every set of sources
    that some group has whole. The square of a set's total enters the variance `once` with `once_weights` (+1 for
    sets of odd size, -1 for even ones) and the variance `product` with `product_weights` (1).
    """

    names: tuple[str, ...]
    groups: int
    padded: Integers
    membership: sparse.csr_matrix
    subsets: sparse.csr_matrix
    once_weights: Floats
    product_weights: Floats
    _cache: dict[tuple[int, int], Floats] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, clusters: Sequence[Sequence[str]], keys: Sequence[str]) -> Sources:
        """From the sources of each group, and the groups' names (which stand in where a group has no source)."""
        sets = [tuple(sorted(set(own))) if own else (f"group {key}",) for own, key in zip(clusters, keys, strict=True)]
        names = tuple(sorted({name for own in sets for name in own}))
        index = {name: position for position, name in enumerate(names)}
        coded = [tuple(index[name] for name in own) for own in sets]
        width = max((len(own) for own in coded), default=1)
        padded = np.full((len(coded), width), len(names), dtype=np.int64)
        for row, own in enumerate(coded):
            padded[row, : len(own)] = own
        groups = len(coded)
        columns = np.repeat(np.arange(groups), [len(own) for own in coded])
        rows = np.fromiter((s for own in coded for s in own), dtype=np.int64, count=len(columns))
        membership = sparse.csr_matrix((np.ones(len(rows)), (rows, columns)), shape=(len(names), groups))
        subsets, once, product = _subsets(coded, groups)
        return cls(names, groups, padded, membership, subsets, once, product)

    def weights(self, resamples: int, seed: int) -> Iterator[Floats]:
        """Weights of all groups, in chunks of resamples x groups. The same seed gives the same weights."""
        cached = self._cache.get((resamples, seed))
        if cached is not None:
            yield cached
            return
        small = resamples * self.groups <= CACHED_WEIGHTS
        step = resamples if small else max(1, CHUNK_WEIGHTS // self.groups)
        generator = np.random.default_rng(seed)
        for start in range(0, resamples, step):
            count = min(step, resamples - start)
            drawn = np.ones((count, len(self.names) + 1))
            drawn[:, :-1] = generator.poisson(1.0, (count, len(self.names)))
            chunk = drawn[:, self.padded[:, 0]]
            for column in range(1, self.padded.shape[1]):
                chunk *= drawn[:, self.padded[:, column]]
            if small:
                self._cache[(resamples, seed)] = chunk
            yield chunk

    def totals(self, columns: Floats | sparse.csr_matrix, resamples: int, seed: int) -> Floats:
        """Weighted totals over groups of each column (groups x k), as resamples x k."""
        if isinstance(columns, np.ndarray) and columns.size > 100_000:
            columns = sparse.csr_matrix(columns)
        if isinstance(columns, np.ndarray):
            return np.concatenate([weights @ columns for weights in self.weights(resamples, seed)])
        turned = sparse.csr_matrix(columns.T)
        return np.concatenate([np.asarray((turned @ weights.T).T) for weights in self.weights(resamples, seed)])

    def behind(self, exposure: Floats) -> tuple[Integers, Floats]:
        """How many sources stand behind each column of `exposure` (groups x k), and the largest one's share of it."""
        per_source = np.asarray(self.membership @ exposure)
        total = exposure.sum(axis=0)
        with np.errstate(divide="ignore", invalid="ignore"):
            largest = np.where(total > 0, per_source.max(axis=0, initial=0.0) / total, 0.0)
        return np.asarray((per_source > 0).sum(axis=0), dtype=np.int64), largest

    def covariance(self, influence: Floats, hat: Floats) -> tuple[Floats, Floats, Floats]:
        """Covariance matrices (k x k) of k linear statistics: `once`, `alone` (groups as if independent), `product`."""
        own = influence / np.sqrt(_room(hat))
        summed = np.asarray(self.subsets @ influence)
        corrected = summed / np.sqrt(_room(np.asarray(self.subsets @ hat)))
        once = corrected.T @ (corrected * self.once_weights[:, None])
        return once, own.T @ own, summed.T @ (summed * self.product_weights[:, None])

    def spread(self, influence: Floats, leverage: Floats, hat: Floats) -> Spread:
        """Variances and degrees of freedom of k linear statistics, each the sum over groups of its column of
        `influence`.

        `leverage` (groups x k, not negative): how far the statistic moves if a group's answer moves by one. `hat`:
        the part of the statistic's information that a group carries; columns add to 1. Where sources seem to add
        nothing, groups count as independent (the larger of the two variances is taken).
        """
        alone = (influence**2 / _room(hat)).sum(axis=0)
        summed = np.asarray(self.subsets @ influence)
        room = _room(np.asarray(self.subsets @ hat))
        once = (self.once_weights[:, None] * summed**2 / room).sum(axis=0)
        return Spread(
            once=np.maximum(once, alone),
            product=(self.product_weights[:, None] * summed**2).sum(axis=0),
            df=self._degrees(leverage, alone, once),
        )

    def _degrees(self, leverage: Floats, alone: Floats, once: Floats) -> Floats:
        """Satterthwaite's degrees of freedom under a working model with one variance for sources and one for groups.

        The two variances are estimated from all k statistics together (moments), so that a single statistic's noise
        does not decide its own degrees of freedom.
        """
        per_subset = np.asarray(self.subsets @ leverage)
        squares = leverage**2
        shared = (self.once_weights[:, None] * per_subset**2).sum(axis=0) - squares.sum(axis=0)
        of_source = max(_ratio(float((once - alone).sum()), float(shared.sum())), 0.0)
        in_all = _ratio(float(alone.sum()), float(squares.sum()))
        sources_each = self.membership.nnz / max(self.groups, 1)
        of_group = max(in_all - sources_each * of_source, 0.0)
        per_source = np.asarray(self.membership @ leverage) ** 2
        first = of_source * per_source.sum(axis=0) + of_group * squares.sum(axis=0)
        second = of_source**2 * (per_source**2).sum(axis=0) + of_group**2 * (squares**2).sum(axis=0)
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.maximum(np.where(second > 0, first**2 / second - 1, 1.0), 1.0)


def _subsets(coded: list[tuple[int, ...]], groups: int) -> tuple[sparse.csr_matrix, Floats, Floats]:
    """Every set of sources that a group has whole, with its weights in `once` and `product`.

    Beyond six sources a group has only its single sources and their whole set, weighted so that both variances are
    exact where two groups share at most one source or all of them.
    """
    index: dict[tuple[int, ...], int] = {}
    rows: list[int] = []
    columns: list[int] = []
    for group, own in enumerate(coded):
        sizes = range(1, len(own) + 1) if len(own) <= ALL_SUBSETS_UP_TO else (1, len(own))
        for size in sizes:
            for subset in combinations(own, size):
                rows.append(index.setdefault(subset, len(index)))
                columns.append(group)
    once, product = np.empty(len(index)), np.ones(len(index))
    for subset, row in index.items():
        size = len(subset)
        once[row] = 1.0 if size % 2 else -1.0
        if size > ALL_SUBSETS_UP_TO:
            once[row], product[row] = 1.0 - size, 2.0**size - 1 - size
    return sparse.csr_matrix((np.ones(len(rows)), (rows, columns)), shape=(len(index), groups)), once, product


def _room(hat: Floats) -> Floats:
    """1 - hat, kept away from zero: a source that carries everything leaves nothing to estimate its variance from."""
    return np.maximum(1.0 - hat, 0.05)


def _ratio(numerator: float, denominator: float) -> float:
    return numerator / denominator if abs(denominator) > 1e-12 else 0.0
