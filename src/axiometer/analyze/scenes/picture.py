"""Scenes in the plane: t-SNE (van der Maaten and Hinton 2008, J. Machine Learning Research 9:2579), both conditions in
one embedding, so that their places can be compared. Distances between groups, and the size of groups, mean nothing."""

from __future__ import annotations

import numpy as np
import polars as pl

from axiometer.analyze.coded.arrays import Floats, Integers
from axiometer.analyze.scenes.options import SceneOptions
from axiometer.analyze.scenes.sets import CONDITIONS, SceneSet
from axiometer.similarity.vectors import Vectors

PICTURE = {
    "condition": pl.String,
    "value": pl.String,
    "scene": pl.String,
    "number": pl.Int64,
    "x": pl.Float64,
    "y": pl.Float64,
}
FEWEST = 8


def picture(scenes: SceneSet, table: pl.DataFrame, options: SceneOptions) -> pl.DataFrame:
    """Places of the scenes, or of a seeded sample with about equally many of each value and condition. Empty below
    eight scenes. The same scenes and seed give the same places on one machine."""
    chosen = [_sampled(scenes, place, options) for place in range(len(scenes.conditions))]
    total = sum(len(rows) for rows in chosen)
    if total < FEWEST:
        return pl.DataFrame(schema=PICTURE)
    vectors = np.concatenate([each.vectors[rows] for each, rows in zip(scenes.conditions, chosen, strict=True)])
    places = _placed(vectors, options)
    rows = np.concatenate([each.rows[rows] for each, rows in zip(scenes.conditions, chosen, strict=True)])
    return table[rows].select(
        "condition",
        "value",
        pl.col("id").alias("scene"),
        "number",
        x=pl.Series(places[:, 0], dtype=pl.Float64),
        y=pl.Series(places[:, 1], dtype=pl.Float64),
    )


def _sampled(scenes: SceneSet, place: int, options: SceneOptions) -> Integers:
    condition = scenes.conditions[place]
    most = max(options.most_pictured // (len(scenes.values) * len(scenes.conditions)), 1)
    found = []
    for value in range(len(scenes.values)):
        rows = np.arange(condition.of(value).start, condition.of(value).stop)
        if len(rows) > most:
            generator = np.random.default_rng([options.seed, 2, CONDITIONS.index(condition.name), value])
            rows = np.sort(generator.permutation(rows)[:most])
        found.append(rows)
    return np.concatenate(found)


def _placed(vectors: Vectors, options: SceneOptions) -> Floats:
    from sklearn.manifold import TSNE
    from threadpoolctl import threadpool_limits

    perplexity = min(options.perplexity, (len(vectors) - 1) / 3)
    with threadpool_limits(1):
        places = TSNE(
            n_components=2,
            init="pca",
            perplexity=perplexity,
            random_state=options.seed % 2**32,
            n_jobs=1,
        ).fit_transform(vectors)
    return np.asarray(np.round(places, 3), np.float64)
