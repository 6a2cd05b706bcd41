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

from axiometer.analyze.coded.arrays import Floats, Integers, Table, dense, joined, product, totals

ALL_SUBSETS_UP_TO = 6
CACHED_WEIGHTS = 10_000_000
CHUNK_WEIGHTS = 4_000_000
CHUNK_CELLS = 4_000_000


@dataclass(frozen=True, slots=True)
class Spread:
    """Variances of k linear statistics (arrays of k). `once`: every shared source counted once, with the small-sample
    correction of CR2; `product`: what product weights give; `df`: Satterthwaite's degrees of freedom of `once`."""

    once: Floats
    product: Floats
    df: Floats


@dataclass(frozen=True)
class Sources:
    """The sources of every group. Make one with `Sources.of` or `Sources.coded`.

    `count`: how many there are. `membership`: sources x groups, 0/1. `subsets`: sets of sources x groups, 0/1, a row
    for every set of sources that some group has whole. The square of a set's total enters the variance `once` with
    `once_weights` (+1 for sets of odd size, -1 for even ones) and the variance `product` with `product_weights` (1).
    Groups with the same sources always weigh the same: `kinds` holds each kind's sources (padded with `count`), `kind`
    each group's kind, and `collapse` (kinds x groups, 0/1) sums groups to kinds.
    """

    count: int
    groups: int
    kinds: Integers
    kind: Integers
    collapse: sparse.csr_matrix
    membership: sparse.csr_matrix
    subsets: sparse.csr_matrix
    once_weights: Floats
    product_weights: Floats
    _cache: dict[tuple[int, int], Floats] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, clusters: Sequence[Sequence[str]], keys: Sequence[str]) -> Sources:
        """From the sources of each group, and the groups' names (which stand in where a group has no source)."""
        sets = [tuple(sorted(set(own))) if own else (f"group {key}",) for own, key in zip(clusters, keys, strict=True)]
        names = sorted({name for own in sets for name in own})
        index = {name: position for position, name in enumerate(names)}
        group = np.repeat(np.arange(len(sets)), [len(own) for own in sets])
        source = np.array([index[name] for own in sets for name in own], dtype=np.int64)
        return cls.coded(group, source, len(sets), len(names))

    @classmethod
    def coded(cls, group: Integers, source: Integers, groups: int, count: int) -> Sources:
        """From (group, source) pairs sorted by both, each once, every group at least once."""
        sizes = np.bincount(group, minlength=groups)
        place = np.arange(len(group)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        padded = np.full((groups, int(sizes.max(initial=1))), count, dtype=np.int64)
        padded[group, place] = source
        kind = joined(*padded.T)
        first = np.unique(kind, return_index=True)[1]
        at = np.arange(groups)
        subsets, once, product_weights = _subsets(padded, sizes)
        return cls(
            count=count,
            groups=groups,
            kinds=padded[first],
            kind=kind,
            collapse=_indicator(kind, at, (len(first), groups)),
            membership=_indicator(source, group, (count, groups)),
            subsets=subsets,
            once_weights=once,
            product_weights=product_weights,
        )

    def weights(self, resamples: int, seed: int) -> Iterator[Floats]:
        """Weights of all groups, in chunks of resamples x groups. The same seed gives the same weights."""
        for chunk in self._kind_weights(resamples, seed):
            yield chunk[self.kind].T

    def _kind_weights(self, resamples: int, seed: int) -> Iterator[Floats]:
        """Weights of all kinds of groups, in chunks of kinds x resamples."""
        cached = self._cache.get((resamples, seed))
        if cached is not None:
            yield cached
            return
        kinds = len(self.kinds)
        small = resamples * kinds <= CACHED_WEIGHTS
        step = resamples if small else max(1, CHUNK_WEIGHTS // kinds)
        generator = np.random.default_rng(seed)
        for start in range(0, resamples, step):
            count = min(step, resamples - start)
            drawn = np.ones((self.count + 1, count))
            drawn[:-1] = generator.poisson(1.0, (count, self.count)).T
            chunk = drawn[self.kinds[:, 0]]
            for column in range(1, self.kinds.shape[1]):
                chunk *= drawn[self.kinds[:, column]]
            if small:
                self._cache[(resamples, seed)] = chunk
            yield chunk

    def totals(self, columns: Table, resamples: int, seed: int) -> Floats:
        """Weighted totals over groups of each column (groups x k), as resamples x k."""
        return np.concatenate(list(self.total_chunks(columns, resamples, seed)))

    def total_chunks(self, columns: Table, resamples: int, seed: int) -> Iterator[Floats]:
        """The same in chunks of resamples."""
        summed = self.collapse @ columns
        few = isinstance(summed, np.ndarray) and summed.size <= 100_000
        turned: Table = np.ascontiguousarray(dense(summed).T) if few else sparse.csr_matrix(summed.T)
        for weights in self._kind_weights(resamples, seed):
            yield np.ascontiguousarray(np.asarray(turned @ weights).T)

    def behind(self, exposure: Table) -> tuple[Integers, Floats]:
        """How many sources stand behind each column of `exposure` (groups x k), and the largest one's share of it."""
        per_source = self.membership @ exposure
        total = totals(exposure)
        if isinstance(per_source, np.ndarray):
            count, most = (per_source > 0).sum(axis=0), per_source.max(axis=0, initial=0.0)
        else:
            count, most = np.asarray((per_source > 0).sum(axis=0)).ravel(), per_source.max(axis=0).toarray().ravel()
        largest = np.where(total > 0, most / np.where(total > 0, total, 1.0), 0.0)
        return np.asarray(count, dtype=np.int64), largest

    def covariance(self, influence: Table, hat: Table) -> tuple[Floats, Floats, Floats]:
        """Covariance matrices (k x k) of k linear statistics: `once`, `alone` (groups as if independent), `product`."""
        k = influence.shape[1]
        once, alone, multiplied = np.zeros((k, k)), np.zeros((k, k)), np.zeros((k, k))
        for rows in _chunks(self.groups, k):
            own = dense(influence[rows]) / np.sqrt(_room(dense(hat[rows])))
            alone += own.T @ own
        for rows in _chunks(self.subsets.shape[0], k):
            part = self.subsets[rows]
            summed = dense(part @ influence)
            corrected = summed / np.sqrt(_room(dense(part @ hat)))
            once += corrected.T @ (corrected * self.once_weights[rows, None])
            multiplied += summed.T @ (summed * self.product_weights[rows, None])
        return once, alone, multiplied

    def spread(self, influence: Table, leverage: Table, hat: Table) -> Spread:
        """Variances and degrees of freedom of k linear statistics, each the sum over groups of its column of
        `influence`.

        `leverage` (groups x k, not negative): how far the statistic moves if a group's answer moves by one. `hat`:
        the part of the statistic's information that a group carries; columns add to 1. Where sources seem to add
        nothing, groups count as independent (the larger of the two variances is taken).
        """
        alone, once, multiplied = self._variances(influence, hat)
        return Spread(
            once=np.maximum(once, alone),
            product=multiplied,
            df=self._degrees(leverage, alone, once),
        )

    def variance(self, influence: Table, hat: Table) -> Floats:
        """`once` of the spread alone."""
        alone, once, _ = self._variances(influence, hat)
        return np.maximum(once, alone)

    def _variances(self, influence: Table, hat: Table) -> tuple[Floats, Floats, Floats]:
        k = influence.shape[1]
        alone, once, multiplied = np.zeros(k), np.zeros(k), np.zeros(k)
        for rows in _chunks(self.groups, k, influence):
            alone += totals(_over_room(influence[rows], hat[rows]))
        for rows in _chunks(self.subsets.shape[0], k, influence):
            part = self.subsets[rows]
            summed = part @ influence
            once += self.once_weights[rows] @ _over_room(summed, part @ hat)
            multiplied += self.product_weights[rows] @ product(summed, summed)
        return alone, once, multiplied

    def _degrees(self, leverage: Table, alone: Floats, once: Floats) -> Floats:
        """Satterthwaite's degrees of freedom under a working model with one variance for sources and one for groups.

        The two variances are estimated from all k statistics together (moments), so that a single statistic's noise
        does not decide its own degrees of freedom.
        """
        k = leverage.shape[1]
        squares, fourths, shared = np.zeros(k), np.zeros(k), np.zeros(k)
        for rows in _chunks(self.groups, k, leverage):
            square = product(leverage[rows], leverage[rows])
            squares += totals(square)
            fourths += totals(product(square, square))
        for rows in _chunks(self.subsets.shape[0], k, leverage):
            summed = self.subsets[rows] @ leverage
            shared += self.once_weights[rows] @ product(summed, summed)
        shared -= squares
        of_source = max(_ratio(float((once - alone).sum()), float(shared.sum())), 0.0)
        in_all = _ratio(float(alone.sum()), float(squares.sum()))
        sources_each = self.membership.nnz / max(self.groups, 1)
        of_group = max(in_all - sources_each * of_source, 0.0)
        summed = self.membership @ leverage
        per_source = product(summed, summed)
        first = of_source * totals(per_source) + of_group * squares
        second = of_source**2 * totals(product(per_source, per_source)) + of_group**2 * fourths
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.maximum(np.where(second > 0, first**2 / second - 1, 1.0), 1.0)


def _chunks(rows: int, columns: int, table: Table | None = None) -> Iterator[slice]:
    """Blocks of rows that keep what is worked out from dense tables small; sparse tables go in one piece."""
    step = max(1, CHUNK_CELLS // max(columns, 1))
    if rows <= step or sparse.issparse(table):
        yield slice(None)
        return
    for begin in range(0, rows, step):
        yield slice(begin, begin + step)


def _indicator(row: Integers, column: Integers, shape: tuple[int, int]) -> sparse.csr_matrix:
    return sparse.csr_matrix((np.ones(len(row)), (row, column)), shape=shape)


def _subsets(padded: Integers, sizes: Integers) -> tuple[sparse.csr_matrix, Floats, Floats]:
    """Every set of sources that a group has whole, with its weights in `once` and `product`.

    Beyond six sources a group has only its single sources and their whole set, weighted so that both variances are
    exact where two groups share at most one source or all of them.
    """
    by_size: dict[int, list[tuple[Integers, Integers]]] = {}
    for size in (int(each) for each in np.unique(sizes)):
        groups = np.flatnonzero(sizes == size)
        for taken in range(1, size + 1) if size <= ALL_SUBSETS_UP_TO else (1, size):
            for places in combinations(range(size), taken):
                by_size.setdefault(taken, []).append((padded[groups][:, list(places)], groups))
    rows: list[Integers] = []
    columns: list[Integers] = []
    once: list[Floats] = []
    multiplied: list[Floats] = []
    found = 0
    for size, parts in sorted(by_size.items()):
        code = joined(*np.concatenate([own for own, _ in parts]).T)
        sets = int(code.max(initial=-1)) + 1
        whole = size > ALL_SUBSETS_UP_TO
        once.append(np.full(sets, 1.0 - size if whole else 1.0 if size % 2 else -1.0))
        multiplied.append(np.full(sets, 2.0**size - 1 - size if whole else 1.0))
        rows.append(code + found)
        columns.append(np.concatenate([groups for _, groups in parts]))
        found += sets
    table = _indicator(np.concatenate(rows), np.concatenate(columns), (found, len(padded)))
    return table, np.concatenate(once), np.concatenate(multiplied)


def _over_room(influence: Table, hat: Table) -> Table:
    """The squares of `influence`, each over what `hat` leaves of 1. Where `hat` is 0, `influence` must be."""
    if isinstance(influence, np.ndarray):
        return np.asarray(influence**2 / _room(np.asarray(hat)), dtype=np.float64)
    room = sparse.csr_matrix(hat)
    over = sparse.csr_matrix((1.0 / _room(room.data), room.indices, room.indptr), shape=room.shape)
    return product(product(influence, influence), over)


def _room(hat: Floats) -> Floats:
    """1 - hat, kept away from zero: a source that carries everything leaves nothing to estimate its variance from."""
    return np.maximum(1.0 - hat, 0.05)


def _ratio(numerator: float, denominator: float) -> float:
    return numerator / denominator if abs(denominator) > 1e-12 else 0.0
