"""Correction by a confusion matrix, for a machine whose errors were measured elsewhere.

With M[j, k] the probability that the machine says j where people say k, and q the shares of what it said,

    q = M theta,     theta = M^-1 q                                                                             (1)

(Rogan and Gladen 1978, American Journal of Epidemiology 107:71, eq. 2 for two categories; for several Buonaccorsi 2010,
Measurement Error, section 3.4). It holds wherever M does, while prediction-powered inference needs labels of the run
itself; but nobody can check on the run that M holds there. With h = M'^-1 c the first-order effects are

    c'd theta = h'(dq - dM theta)                                                                               (2)

q from the run's units, column k of M from the labelled units that people put in k: both parts are summed to groups, so
that their dependence and clusters are respected (delta method). Where labels come from other sources, both variances
are added. Labels of several raters enter as weights, under which (1) holds as well.

A gap to something that is known of every unit, x, needs the mean of x over the units of the base: with theta_x =
M^-1 mean(x said) it is b'theta_x / b'theta less the share, and (2) has a second h for it.

With few labels an error may not show by chance: the variance of each column is that of one labelled unit more, half of
it right, half of it spread over the wrong verdicts (`unseen`), as in powered.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from axiometer.analyze.coded.arrays import Floats, Integers, counted
from axiometer.analyze.correction.effects import Effects, grouped, labels_grouped, mixed_hat
from axiometer.analyze.correction.samples import Known, Labels, Target, Verdicts

LEAST_TOLD_APART = 0.1
"""The smallest singular value of a confusion matrix that is still turned round; by lots it is 0, without errors 1."""

ADDED = 1.0
"""How many labelled units of each category the variance is told of beside the real ones."""

LEAST_OF_A_CATEGORY = 5
"""A column of the matrix that rests on fewer labels says next to nothing."""

MOST_LEFT_OUT = 0.1
"""The largest share of verdicts on categories beside the base that are left out where labels of them are few."""

HARDLY = "the verdicts hardly tell the categories apart"


@dataclass(frozen=True, slots=True)
class Confusion:
    """`said_of`: K x K, column k what the machine says of units that people put in category k; `labels`: how many
    labels (effective number) each column rests on. Columns without labels are NaN."""

    said_of: Floats
    labels: Floats


def confusion_of(labels: Labels) -> Confusion:
    """The confusion matrix of labelled units."""
    w = labels.weights
    weighed = labels.truth * w[:, None]
    total = weighed.sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        said = (labels.said.T @ weighed) / total
        effective = total**2 / (weighed * w[:, None]).sum(axis=0)
    return Confusion(said, np.nan_to_num(effective))


def unmixed(
    verdicts: Verdicts,
    labels: Labels,
    targets: Sequence[Target],
    categories: Sequence[str],
    known: Known | None = None,
) -> list[Effects | str]:
    """The estimates of `targets` by equation (1), or why there is none. With `known`: the gaps of what is known of the
    run's units less those shares.

    Categories outside a target's base count as one: their own errors do not matter to it. It is left out where it is
    rare (few labels, hardly a verdict). Any other category with few labels cannot be corrected, but for one that nobody
    and nothing was put in.
    """
    x = None if known is None else known.verdicts
    return [_of_target(verdicts, labels, each, categories, x) for each in targets]


def _of_target(
    verdicts: Verdicts, labels: Labels, target: Target, categories: Sequence[str], known: Floats | None
) -> Effects | str:
    beside = [place for place in range(len(categories)) if place not in target.base]
    if len(beside) > 1:
        own = list(target.base)
        verdicts = replace(
            verdicts,
            said=_collapsed(verdicts.said, own, beside),
            categories=(*(categories[place] for place in own), " or ".join(categories[place] for place in beside)),
        )
        labels = replace(labels, said=_collapsed(labels.said, own, beside), truth=_collapsed(labels.truth, own, beside))
        target = Target(target.name, tuple(own.index(place) for place in target.hits), tuple(range(len(own))))
    matrix = confusion_of(labels)
    few, said = matrix.labels < LEAST_OF_A_CATEGORY, verdicts.said.mean(axis=0)
    rare = few & (said <= MOST_LEFT_OUT) & ~target.vectors(len(few))[1].astype(bool)
    nothing = (matrix.labels <= 0) & (said <= 0)
    wanting = np.flatnonzero(few & ~rare & ~nothing)
    if len(wanting):
        return f"fewer than {LEAST_OF_A_CATEGORY} labels say {verdicts.categories[int(wanting[0])]}"
    kept = np.flatnonzero(~rare & ~nothing)
    square = matrix.said_of[np.ix_(kept, kept)]
    if len(kept) < 2 or np.linalg.svd(square, compute_uv=False).min() < LEAST_TOLD_APART:
        return HARDLY
    return _one(verdicts, labels, target, matrix, kept, known)


def _collapsed(table: Floats, own: list[int], beside: list[int]) -> Floats:
    return np.hstack([table[:, own], table[:, beside].sum(axis=1, keepdims=True)])


def _one(
    verdicts: Verdicts, labels: Labels, target: Target, matrix: Confusion, kept: Integers, known: Floats | None
) -> Effects | str:
    hits, base = (vector[kept] for vector in target.vectors(len(matrix.labels)))
    square = matrix.said_of[np.ix_(kept, kept)]
    inverse = np.asarray(np.linalg.inv(square), dtype=np.float64)
    said, units, w = verdicts.said[:, kept], len(verdicts.said), labels.weights
    theta = inverse @ said.mean(axis=0)
    below = float(theta @ base)
    if below <= 0:
        return HARDLY
    if known is None:
        estimate = float(theta @ hits) / below
        terms = [(said, (hits - estimate * base) / below)]
    else:
        told = said * known[:, None]
        estimate = float(inverse @ told.mean(axis=0) @ base - theta @ hits) / below
        terms = [(said, -(hits + estimate * base) / below), (told, base / below)]
    column = labels.truth[:, kept] * w[:, None]
    column = column / column.sum(axis=0) * (matrix.labels[kept] / (matrix.labels[kept] + ADDED))
    per_unit, of_labels = np.zeros(units), np.zeros(len(labels))
    missed = np.zeros(square.shape)
    for rows, c in terms:
        q, h = rows.mean(axis=0), inverse.T @ c
        per_unit += (rows - q) @ h / units
        of_labels -= (column * ((labels.said[:, kept] @ h)[:, None] - (square.T @ h)[None, :])) @ (inverse @ q)
        missed += (h[:, None] - (square.T @ h)[None, :]) * (inverse @ q)[None, :]
    of_run = grouped(verdicts, per_unit)
    weigh = np.abs(column) @ np.abs(theta) / max(float(np.abs(theta).sum()), 1e-12)
    unseen = _unseen(missed, matrix.labels[kept])
    effective = float(matrix.labels[kept].sum())
    shares = grouped(verdicts, np.full(units, 1.0 / units))
    size = max(float(np.abs(inverse.T @ c).max()) for _, c in terms)
    if labels.sources is None:
        parts = of_run, labels_grouped(verdicts, labels, of_labels)
        weights = shares, labels_grouped(verdicts, labels, weigh)
        leverage = size * (weights[0] + weights[1])
        return Effects(estimate, parts[0] + parts[1], leverage, mixed_hat(parts, weights), unseen, effective)
    there = labels.sources
    own, weight = (counted(labels.group, there.groups, each)[:, None] for each in (of_labels, weigh))
    spread = there.spread(own, size * weight, weight)
    once, df = float(spread.once[0]), float(spread.df[0])
    return Effects(estimate, of_run, size * shares, shares, unseen, effective, once, df)


def _unseen(missed: Floats, effective: Floats) -> float:
    """`missed`: row j, column k: what the estimate moves by if all that people put in k were told as j."""
    total = 0.0
    for k in range(len(effective)):
        off = missed[:, k] ** 2
        total += ADDED / 2 * (float(off[k]) + float(np.delete(off, k).mean())) / float(effective[k] + ADDED) ** 2
    return total
