"""Prediction-powered inference: the machine's verdicts on all units, put right by people's labels on a random part.

With f the machine's verdicts, Y the labels, and n labelled units beside N others, the published estimator of a mean is
(Angelopoulos, Bates, Fannjiang, Jordan and Zrnic 2023, Science 382:669, eq. 2; with the tuning `l` Angelopoulos, Duchi
and Zrnic 2023, arXiv:2311.01453, eq. 2)

    theta(l) = l mean_N f + mean_n (Y - l f)                                                                    (1)

It is unbiased for any l, whatever the machine's errors are, because the labelled units are a random sample. Here the
labelled units are part of the run, and units may be drawn with unequal probabilities, so it is written with the mean
over all N + n units and weights w (one over the probability of being drawn, adding to 1):

    theta(l) = m mean_all f + sum w (Y - m f),     m = l (1 + n / N)                                            (2)

which is (1) where all probabilities are equal. The variance is least at (PPI++, example 6.1 and proposition 2; for
several categories the traces of both)

    l = cov(Y, f) / ((1 + n / N) var f)                                                                         (3)

held to 0 to 1: at 0 labels alone count. A share among two categories is the ratio of two such means, tuned for its own
estimating equation E[(a - theta b)'Y] = 0 (PPI for M-estimators, section 3 of the first paper; a: categories that
count, b: those among which they count). Its first-order effects, per unit,

    [ m c'(f - mean f) / (N + n)  +  w c'(Y - m f) - ... ],     c = (a - theta b) / (b'theta)                     (4)

are summed to groups, so that the variance respects clusters (effects.py).

A gap to something that is known of every unit, x (how its item is answered in another mode), is the same with x b'Y -
a'Y in the place of a'Y: the mean of x, over the units that are in the base, less the share.

With few labels an error of the machine may not show by chance, and (4) would take it for perfect. So the variance is
that of two labelled units more, half a unit in each cell of "people say so" by "the machine says so" (`unseen`; the
others' part shrinks by n / (n + 2)): what Agresti and Min 2005, Statistics in Medicine 24:729, do for differences of
paired shares. The estimate stays as it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

import numpy as np

from axiometer.analyze.coded.arrays import Floats
from axiometer.analyze.correction.effects import Effects, grouped, labels_grouped, mixed_hat
from axiometer.analyze.correction.samples import Known, Labels, Target, Verdicts

ADDED = 2.0
"""How many labelled units the variance is told of beside the real ones."""

NOTHING_LABELLED = "no label is in one of its categories"


def powered(
    verdicts: Verdicts, labels: Labels, targets: Sequence[Target], known: Known | None = None
) -> list[Effects | str]:
    """The estimates of `targets`, or why there is none. `labels` must be a random sample of the verdicts' own units.
    With `known`: the gaps of what is known less those shares.

    Targets with one base share their tuning, so that shares of all categories add to 1.
    """
    found: list[Effects | str] = []
    for _, family in groupby(targets, key=lambda target: target.base):
        listed = list(family)
        tuning = tuning_of(verdicts, labels, listed, known)
        found += [
            NOTHING_LABELLED if tuning is None else _one(verdicts, labels, each, tuning, known) for each in listed
        ]
    return found


def tuning_of(
    verdicts: Verdicts, labels: Labels, targets: Sequence[Target], known: Known | None = None
) -> float | None:
    """The published l of equation (3); None where no label is in the base of the targets."""
    w, x = labels.weights, None if known is None else known.labels
    covariance = variance = 0.0
    for target in targets:
        (above, below), (above_said, below_said) = (_scores(rows, target, x) for rows in (labels.truth, labels.said))
        total = float(w @ below)
        if total <= 0:
            return None
        plainly = float(w @ above) / total
        y, f = above - plainly * below, above_said - plainly * below_said
        covariance += float(w @ ((y - w @ y) * (f - w @ f)))
        variance += float(w @ (f - w @ f) ** 2)
    others = max(len(verdicts.said) - len(labels), 0)
    # Verdicts that do not vary among the labelled units say nothing of a slope: they are taken at their word.
    plain = covariance / variance if variance > 1e-12 else 1.0
    return float(np.clip(plain * others / (others + len(labels)), 0.0, 1.0))


def _one(verdicts: Verdicts, labels: Labels, target: Target, tuning: float, known: Known | None) -> Effects | str:
    w, units, n = labels.weights, len(verdicts.said), len(labels)
    m = tuning * units / (units - n) if units > n else 0.0
    hits, base = target.vectors(labels.truth.shape[1])
    overall = m * verdicts.said.mean(axis=0) + w @ (labels.truth - m * labels.said)
    below = float(overall @ base)
    if below <= 0:
        return NOTHING_LABELLED
    at, at_labels = (None, None) if known is None else (known.verdicts, known.labels)
    run, truth, said = (
        _scores(rows, target, x)
        for rows, x in ((verdicts.said, at), (labels.truth, at_labels), (labels.said, at_labels))
    )
    estimate = float(m * run[0].mean() + w @ (truth[0] - m * said[0])) / below
    effect = (run[0] - estimate * run[1]) / below
    of_run = m * (effect - effect.mean()) / units
    residual = (truth[0] - m * said[0] - estimate * (truth[1] - m * said[1])) / below
    effective = _effective(labels, base)
    of_labels = w * (residual - w @ residual) * effective / (effective + ADDED)
    parts = grouped(verdicts, of_run), labels_grouped(verdicts, labels, of_labels)
    weights = grouped(verdicts, np.full(units, 1.0 / units)), labels_grouped(verdicts, labels, w)
    return Effects(
        estimate=estimate,
        influence=parts[0] + parts[1],
        leverage=(abs(m) * weights[0] + weights[1]) / below,
        hat=mixed_hat(parts, weights),
        unseen=_unseen(effective, float(overall @ hits) / below, m),
        labels=effective,
        tuning=tuning,
    )


def _scores(rows: Floats, target: Target, known: Floats | None) -> tuple[Floats, Floats]:
    """Per unit what stands above and below the line of the estimate."""
    hits, base = target.vectors(rows.shape[1])
    below = np.asarray(rows @ base, dtype=np.float64)
    above = np.asarray(rows @ hits, dtype=np.float64)
    return above if known is None else known * below - above, below


def _effective(labels: Labels, base: Floats) -> float:
    """How many labels of equal weight the labels in the base are worth (Kish 1965)."""
    inside = labels.weights * (labels.truth @ base)
    return float(inside.sum() ** 2 / (labels.weights @ inside))


def _unseen(effective: float, estimate: float, m: float) -> float:
    """The variance of the units that are added, a fourth of them in each cell."""
    share = min(max(estimate, 0.0), 1.0)
    cells = [(y - share) - m * (f - share) for y in (0.0, 1.0) for f in (0.0, 1.0)]
    return float(ADDED / 4 * np.square(cells).sum() / (effective + ADDED) ** 2)
