"""Which texts lie together: k-means with k by a criterion, or HDBSCAN, and which texts fit nowhere.

Rows are those of `projection.project`: at unit length, so that squared Euclidean distance is 2 - 2 · cosine and k-means
is by cosine. One thread: sums in another order would make another table.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from axiometer.build.statements.topics.options import MOST_TOPICS, Method, TopicOptions
from axiometer.build.statements.topics.projection import lengths
from axiometer.similarity.vectors import Vectors

NOWHERE: Final = -1
FITTED_ON: Final = 10_000
"""Rows that k is chosen on, and that HDBSCAN, whose time grows with their square, is run on."""
JUDGED_ON: Final = 3_000
"""Rows that the silhouette is computed on: its distances are of all pairs."""
EVERY_UP_TO: Final = 10
"""Every number of topics up to this one is tried, and `CANDIDATES` beyond it."""
CANDIDATES: Final = 12
NEARLY: Final = 0.9
"""The largest k is taken whose silhouette is at least this share of the highest: one topic too many splits a subject,
one too few hides it behind another's name. On the planted texts of `benchmarks.topics`, where the silhouette is flat
around the true number, the highest one alone names too few."""
MINI_BATCH_FROM: Final = 300_000
QUICK_FROM: Final = 2_000
"""From so many rows on the clusters that a k is judged by come from small batches, in a tenth of the time."""
_STARTS: Final = 4
_CHUNK: Final = 16_384
_NORMAL: Final = 1.4826  # a normal distribution's standard deviation over its median absolute deviation

Tell = Callable[[str, int, int], None]
"""Told what is done now: its name, how much of it is done, how much there is."""


@dataclass(frozen=True, slots=True)
class Clusters:
    """labels: the cluster of every row, `NOWHERE` for rows that fit none; clusters are numbered from 0, larger ones
    first. cosine: of every row with the centre that is nearest to it. bound: below it a row fits nowhere. choices:
    (k, silhouette) for every k that was tried."""

    labels: NDArray[np.int64]
    cosine: NDArray[np.float32]
    bound: float
    choices: tuple[tuple[int, float], ...]

    @property
    def count(self) -> int:
        return int(self.labels.max(initial=NOWHERE)) + 1


def _quiet(_what: str, _done: int, _total: int) -> None:
    return


def cluster(rows: Vectors, options: TopicOptions, tell: Tell = _quiet) -> Clusters:
    """The clusters of rows at unit length; the same rows, options and seed give the same."""
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # fewer distinct rows than clusters: those are empty, and dissolved below
        if options.method is Method.HDBSCAN:
            return _dense(rows, options, tell)
        tried = choose_k(rows, options, tell) if options.k is None else ()
        tell("cluster", 0, 1)
        centres = _centres(rows, min(len(rows), options.k or best_k(tried)), options.seed)
        tell("cluster", 1, 1)
        nearest, cosine = nearest_centres(rows, centres)
    bound = bound_of(cosine, options.outside)
    labels = np.where(cosine >= bound, nearest, NOWHERE)
    return Clusters(_sized(labels, options.least_size_of(len(rows))), cosine, bound, tried)


def choose_k(rows: Vectors, options: TopicOptions, tell: Tell = _quiet) -> tuple[tuple[int, float], ...]:
    """(k, silhouette) of every k that is tried; `best_k` takes one of them.

    The mean silhouette (Rousseeuw 1987, J. Comput. Appl. Math. 20: (b - a) / max(a, b), a row's mean distance to its
    own cluster and to the next one) of k-means on a seeded sample of 10,000 rows, computed for 3,000 of them. Every k
    up to 10 is tried, and 12 beyond, evenly spaced by their ratio.
    """
    from sklearn.metrics import silhouette_score

    draw = np.random.default_rng(options.seed)
    sample = rows if len(rows) <= FITTED_ON else rows[np.sort(draw.choice(len(rows), FITTED_ON, replace=False))]
    judged = np.sort(draw.choice(len(sample), min(JUDGED_ON, len(sample)), replace=False))
    ks = candidates(len(rows), options)
    found = []
    for number, k in enumerate(ks):
        tell("number of topics", number, len(ks))
        labels = nearest_centres(sample[judged], _centres(sample, min(k, len(sample)), options.seed, trial=True))[0]
        several = 1 < len(np.unique(labels)) < len(judged)
        found.append((k, float(silhouette_score(sample[judged], labels)) if several else -1.0))
    tell("number of topics", len(ks), len(ks))
    return tuple(found)


def best_k(choices: tuple[tuple[int, float], ...]) -> int:
    """The largest k whose silhouette is nearly the highest (`NEARLY`); of the highest where none is above 0."""
    highest = max(silhouette for _, silhouette in choices)
    bar = NEARLY * highest if highest > 0 else highest
    return max(k for k, silhouette in choices if silhouette >= bar)


def candidates(texts: int, options: TopicOptions) -> list[int]:
    """The values of k that are tried for so many texts."""
    most = options.most or min(MOST_TOPICS, texts // options.least_size_of(texts))
    fewest = min(options.fewest, most)
    small = range(max(fewest, 1), min(most, EVERY_UP_TO) + 1)
    spaced = np.geomspace(max(fewest, EVERY_UP_TO), most, CANDIDATES) if most > EVERY_UP_TO else np.empty(0)
    return sorted({*small, *np.rint(spaced).astype(int).tolist()} or {1})


def nearest_centres(rows: Vectors, centres: Vectors) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """The centre with the highest cosine for every row, and that cosine. Without centres: `NOWHERE` and 0."""
    nearest = np.full(len(rows), NOWHERE, np.int64)
    cosine = np.zeros(len(rows), np.float32)
    if len(centres):
        for start in range(0, len(rows), _CHUNK):
            cosines = rows[start : start + _CHUNK] @ centres.T
            best = cosines.argmax(axis=1)
            nearest[start : start + _CHUNK] = best
            cosine[start : start + _CHUNK] = cosines[np.arange(len(best)), best]
    return nearest, cosine


def bound_of(cosine: NDArray[np.floating], outside: float) -> float:
    """The cosine to the nearest centre below which a row fits nowhere: the median less `outside` robust standard
    deviations (1.4826 times the median absolute deviation, Rousseeuw and Croux 1993)."""
    if not len(cosine):
        return 0.0
    middle = float(np.median(cosine))
    return middle - outside * _NORMAL * float(np.median(np.abs(cosine - middle)))


def _centres(rows: Vectors, k: int, seed: int, *, trial: bool = False) -> Vectors:
    from sklearn.cluster import KMeans, MiniBatchKMeans

    if trial and len(rows) >= QUICK_FROM:
        model = MiniBatchKMeans(k, batch_size=QUICK_FROM, n_init=1, max_iter=20, random_state=seed)
    elif len(rows) >= MINI_BATCH_FROM:
        model = MiniBatchKMeans(k, batch_size=_CHUNK, n_init=_STARTS, random_state=seed)
    else:
        model = KMeans(k, n_init=_STARTS if len(rows) <= FITTED_ON else 1, random_state=seed)
    return _unit(np.asarray(model.fit(rows).cluster_centers_, np.float32))


def _dense(rows: Vectors, options: TopicOptions, tell: Tell) -> Clusters:
    """The clusters that HDBSCAN finds (Campello, Moulavi and Sander 2013). Of many rows it sees a seeded sample; every
    other one goes to the centre that is nearest, if it is as near as rows of the sample's clusters are to theirs."""
    from sklearn.cluster import HDBSCAN

    draw, count = np.random.default_rng(options.seed), len(rows)
    seen = np.sort(draw.choice(count, FITTED_ON, replace=False)) if count > FITTED_ON else np.arange(count)
    least = max(2, round(options.least_size_of(count) * len(seen) / count))
    tell("cluster", 0, 1)
    found = np.asarray(HDBSCAN(min_cluster_size=least, copy=True).fit(rows[seen]).labels_, np.int64)
    tell("cluster", 1, 1)
    centres = [rows[seen[found == label]].mean(axis=0) for label in range(int(found.max(initial=NOWHERE)) + 1)]
    within = _unit(np.asarray(centres, np.float32)) if centres else np.empty((0, rows.shape[1]), np.float32)
    nearest, cosine = nearest_centres(rows, within)
    bound = bound_of(cosine[seen[found != NOWHERE]], options.outside)
    labels = np.where(cosine >= bound, nearest, NOWHERE)
    labels[seen] = found
    return Clusters(_sized(labels, options.least_size_of(count)), cosine, bound, ())


def _unit(centres: Vectors) -> Vectors:
    scale = np.maximum(lengths(centres), np.finfo(np.float32).tiny)
    return np.asarray(centres / scale[:, None], np.float32)


def _sized(labels: NDArray[np.int64], least: int) -> NDArray[np.int64]:
    """Clusters of fewer rows dissolved; the others numbered by size, of equal ones the one with the first row first."""
    found, first, sizes = np.unique(labels, return_index=True, return_counts=True)
    order = [place for place in np.lexsort((first, -sizes)) if found[place] != NOWHERE and sizes[place] >= least]
    numbers = {int(found[place]): number for number, place in enumerate(order)}
    return np.array([numbers.get(label, NOWHERE) for label in labels.tolist()], np.int64)
