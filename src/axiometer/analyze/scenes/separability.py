"""How well a simple classifier tells from a scene which value it was written for.

A multinomial logistic regression on the vectors (L2, C as in the options), asked only about scenes that it has not seen
and whose source (rule or call) it has not seen either: folds are stratified by value and grouped by source, so that
words of one rule in both halves are no evidence. Macro-F1 is the mean of the values' F1; the share correctly assigned
is the mean of the values' recalls. Somebody who guesses by the values' frequencies has a macro-F1 of about one over
the number of values, and the same share.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np

from axiometer.analyze.coded.arrays import Floats, Integers
from axiometer.analyze.inference.statistic import Scale
from axiometer.analyze.scenes.leaving_out import Measured, with_all
from axiometer.analyze.scenes.options import SceneOptions
from axiometer.analyze.scenes.sets import CONDITIONS, ConditionSet
from axiometer.similarity.vectors import Vectors

FEW_SOURCES = "a value has one source only, so no fold can leave it out"


@dataclass(frozen=True, slots=True)
class Separability:
    """Macro-F1, the share correctly assigned, and how many scenes of each value (rows) were taken for each (columns).
    `folds` is 0 where nothing could be held out; `converged` is False where a fit was stopped."""

    f1: Measured
    assigned: Measured
    confusion: Integers
    folds: int
    converged: bool


def separability(condition: ConditionSet, counts: Integers, options: SceneOptions) -> Separability:
    """The classifier's answers at `counts` scenes per value (seeded; at most `most_classified` in all)."""
    rows = _taken(condition, counts, options)
    value, values = condition.value[rows], len(counts)
    sources = [len(np.unique(condition.group[rows][value == each])) for each in range(values)]
    folds = min(options.folds, *sources)
    n = np.append(np.bincount(value, minlength=values), len(rows)).astype(np.int64)
    chance = 1.0 / values
    if folds < 2:
        none = np.full(values + 1, np.nan)
        f1, assigned = (
            Measured(name, condition, none, n, None, FEW_SOURCES, Scale.SHARE, chance=chance)
            for name in ("macro_f1", "assigned")
        )
        return Separability(f1, assigned, np.zeros((values, values), np.int64), 0, True)
    said, converged = _held_out(condition.vectors[rows], value, condition.group[rows], folds, options)
    grids = np.zeros((condition.units, values, values), np.int64)
    np.add.at(grids, (condition.unit[rows], value, said), 1)
    confusion = grids.sum(axis=0)
    left = [confusion - grid for grid in grids]
    f1 = Measured(
        "macro_f1",
        condition,
        with_all(f1_scores(confusion)),
        n,
        with_all(np.array([f1_scores(grid) for grid in left])),
        scale=Scale.SHARE,
        chance=chance,
    )
    assigned = Measured(
        "assigned",
        condition,
        with_all(recalls(confusion)),
        n,
        with_all(np.array([recalls(grid) for grid in left])),
        scale=Scale.SHARE,
        chance=chance,
    )
    return Separability(f1, assigned, confusion, folds, converged)


def f1_scores(confusion: Integers) -> Floats:
    """2 TP / (2 TP + FP + FN) of each value; 0 where it was neither there nor said."""
    right = np.diag(confusion)
    either = confusion.sum(axis=0) + confusion.sum(axis=1)
    return np.asarray(np.where(either > 0, 2 * right / np.where(either > 0, either, 1), 0.0))


def recalls(confusion: Integers) -> Floats:
    """The share of each value's scenes that were assigned to it; NaN where there are none."""
    total = confusion.sum(axis=1)
    return np.asarray(np.where(total > 0, np.diag(confusion) / np.where(total > 0, total, 1), np.nan))


def _taken(condition: ConditionSet, counts: Integers, options: SceneOptions) -> Integers:
    """Rows of the scenes that are classified, in order: the same number in either condition."""
    most = max(options.most_classified // len(counts), 2)
    found = []
    for value, wanted in enumerate(np.minimum(counts, most)):
        rows = np.arange(condition.of(value).start, condition.of(value).stop)
        if len(rows) > wanted:
            generator = np.random.default_rng([options.seed, 1, CONDITIONS.index(condition.name), value])
            rows = np.sort(generator.permutation(rows)[:wanted])
        found.append(rows)
    return np.concatenate(found)


def _held_out(
    vectors: Vectors, value: Integers, group: Integers, folds: int, options: SceneOptions
) -> tuple[Integers, bool]:
    """What the classifier says of each scene when its fold is held out, and whether every fit converged."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import StratifiedGroupKFold
    from threadpoolctl import threadpool_limits

    split = StratifiedGroupKFold(n_splits=folds, shuffle=True, random_state=options.seed % 2**32)
    said, converged = np.full(len(value), -1, np.int64), True
    rows = vectors.astype(np.float64)
    with warnings.catch_warnings(), threadpool_limits(1):
        warnings.simplefilter("ignore", ConvergenceWarning)
        for seen, held in split.split(rows, value, group):
            model = LogisticRegression(C=options.inverse_penalty, max_iter=500)
            if len(np.unique(value[seen])) < 2:
                said[held] = value[seen][0]
                continue
            model.fit(rows[seen], value[seen])
            said[held] = model.predict(rows[held])
            converged = converged and int(np.max(model.n_iter_)) < model.max_iter
    return said, converged
