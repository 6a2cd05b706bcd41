"""The ranking model: a penalised Bradley-Terry model of which side is chosen.

    logit P(side s is chosen over side t) = (x_s - x_t)' strength + slot(s) - slot(t)

x is a side's vector of signed value indicators (Bradley and Terry 1952 for one value per side; Agresti 2013,
section 11.6, as a logistic regression). The estimand is the population-averaged log-odds: the coefficients that
solve E[(x_s - x_t) (choice - probability)] = 0 over the population of items that the set was drawn from, with this
set's mix of pairs. Where items of one pair differ, they are nearer to zero than a typical item's log-odds. The
penalty is `ridge / 2 * |coefficients|^2`; it makes strengths add to zero and keeps them finite. Strengths are
reported centred. What the model misses in single pairs of values (intransitive taste) counts as uncertainty, so that
intervals are wide where it fits badly.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from axiometer.analyze.coded.arrays import Floats
from axiometer.analyze.inference.intervals import expit
from axiometer.analyze.inference.sources import Sources
from axiometer.analyze.inference.statistic import Statistic
from axiometer.analyze.options import AnalysisOptions
from axiometer.analyze.ranking.comparisons import Comparisons
from axiometer.analyze.ranking.mixture import Mixture

TOLERANCE = 1e-8
REFIT_TOLERANCE = 1e-3  # of the last step: steps converge quadratically, so that the next would be about its square
MAX_STEP = 2.0
MAX_STEPS = 40
PRODUCTS = 20_000_000
BLOCK = 5_000_000


@dataclass(frozen=True, slots=True)
class Fit:
    """`coefficients`: strengths then slot effects (not centred); `probabilities`: of a win, per row; `inverse`: of the
    penalised information matrix; `towards` (rows x columns): how a win more than expected enters the score."""

    coefficients: Floats
    probabilities: Floats
    inverse: Floats
    towards: Floats


def fit_bradley_terry(
    predictors: Floats, wins: Floats, trials: Floats, ridge: float, mixture: Mixture | None = None
) -> Fit:
    """The fit to `wins` of `trials` per row of `predictors`."""
    start = np.zeros((1, predictors.shape[1]))
    if mixture is not None:
        found = newton(predictors, wins[None, :], trials[None, :], start, ridge, mixture=mixture)
        p, variance, towards = mixture.gradients(predictors, found[0])
        information = towards.T @ ((trials * variance)[:, None] * towards) + ridge * np.eye(predictors.shape[1])
        return Fit(found[0], p, np.asarray(np.linalg.inv(information), dtype=np.float64), towards)
    found = newton(predictors, wins[None, :], trials[None, :], start, ridge)
    p = expit(predictors @ found[0])
    weight = trials * p * (1 - p)
    information = predictors.T @ (weight[:, None] * predictors) + ridge * np.eye(predictors.shape[1])
    return Fit(found[0], p, np.asarray(np.linalg.inv(information), dtype=np.float64), predictors)


def newton(
    predictors: Floats,
    wins: Floats,
    trials: Floats,
    start: Floats,
    ridge: float,
    tolerance: float = TOLERANCE,
    mixture: Mixture | None = None,
) -> Floats:
    """Fits many sets of counts on the same rows at once: `wins`, `trials` are sets x rows, `start` sets x
    coefficients.

    All information matrices of a step are one matrix product: the weights of the rows (sets x rows) times the
    products of pairs of predictor columns (rows x pairs). Sets that have converged take no further steps.
    """
    width = predictors.shape[1]
    if len(predictors) == 0:
        return start.copy()
    if mixture is not None:
        return mixture.newton(predictors, wins, trials, start, ridge, tolerance)
    upper = np.triu_indices(width)
    step_rows = max(1, PRODUCTS // len(upper[0]))
    blocks = [slice(begin, begin + step_rows) for begin in range(0, len(predictors), step_rows)]
    kept = _products(predictors, upper) if len(blocks) == 1 else None
    beta = start.copy()
    active = np.arange(len(trials))
    for _ in range(MAX_STEPS):
        n, now = trials[active], beta[active]
        p = expit(now @ predictors.T)
        gradient = (wins[active] - n * p) @ predictors - ridge * now
        weight = n * p * (1 - p)
        if kept is not None:
            flat = weight @ kept
        else:
            flat = sum((weight[:, rows] @ _products(predictors[rows], upper) for rows in blocks), np.zeros(()))
        information = np.empty((len(active), width, width))
        information[:, upper[0], upper[1]] = flat
        information[:, upper[1], upper[0]] = flat
        information[:, range(width), range(width)] += ridge
        step = np.linalg.solve(information, gradient[:, :, None])[:, :, 0]
        largest = np.abs(step).max(axis=1)
        beta[active] = now + step * np.minimum(1.0, MAX_STEP / np.maximum(largest, MAX_STEP))[:, None]
        active = active[largest > tolerance]
        if len(active) == 0:
            break
    return beta


def _products(predictors: Floats, upper: tuple[NDArray[np.intp], ...]) -> Floats:
    return predictors[:, upper[0]] * predictors[:, upper[1]]


def bootstrap_bradley_terry(
    comparisons: Comparisons, sources: Sources, *, resamples: int, seed: int, ridge: float, start: Floats | None = None
) -> Floats:
    """The coefficients of `resamples` multiway-bootstrap refits, each iterated to convergence: resamples x
    coefficients.

    `start` is the fit to all data, from which the refits begin. Counts are summed per group and distinct row
    beforehand, so that a resample costs one sparse product however many answers there are.
    """
    rows, width = comparisons.predictors.shape
    first = np.zeros(width) if start is None else start
    counts = sparse.csr_matrix(sparse.hstack([comparisons.wins, comparisons.trials], format="csr"))
    found: list[Floats] = []
    block = max(1, BLOCK // max(rows, 1))
    for drawn in sources.total_chunks(counts, resamples, seed):
        for begin in range(0, len(drawn), block):
            wins, trials = np.hsplit(drawn[begin : begin + block], 2)
            each = np.tile(first, (len(wins), 1))
            found.append(
                newton(comparisons.predictors, wins, trials, each, ridge, REFIT_TOLERANCE, comparisons.mixture)
            )
    return np.concatenate(found)


def fit_and_refits(comparisons: Comparisons, sources: Sources, options: AnalysisOptions) -> tuple[Fit, Floats]:
    """The fit to all choices, and the coefficients of its refits to the resamples (resamples x coefficients)."""
    wins, trials, _ = comparisons.totals()
    fit = fit_bradley_terry(comparisons.predictors, wins, trials, options.ridge, comparisons.mixture)
    draws = bootstrap_bradley_terry(
        comparisons,
        sources,
        resamples=options.resamples,
        seed=options.seed,
        ridge=options.ridge,
        start=fit.coefficients,
    )
    return fit, draws


def centred(strengths: Floats) -> Floats:
    """Strengths with their mean taken off (along the last axis)."""
    return np.asarray(strengths - strengths.mean(axis=-1, keepdims=True), dtype=np.float64)


def strengths_statistic(comparisons: Comparisons, fit: Fit, draws: Floats) -> Statistic:
    """Centred strengths with the first-order effect of every group, as a `Statistic`.

    The effect of a group is the inverse information times its score (the M-estimator's influence function: Huber
    1967).
    """
    values = len(comparisons.values)
    centre = np.eye(values) - 1.0 / max(values, 1)
    towards = fit.inverse[:, :values] @ centre
    per_row = fit.towards @ towards
    influence = np.asarray(comparisons.residuals(fit.probabilities) @ per_row)
    leverage = np.asarray(comparisons.trials @ np.abs(per_row))
    hat = leverage**2  # tables of groups x values are the largest that there are: none is made twice
    total = hat.sum(axis=0)
    hat /= np.where(total > 0, total, 1.0)
    bearing = sparse.csr_matrix((comparisons.value_part != 0).astype(np.float64))
    return Statistic(
        estimate=centred(fit.coefficients[:values]),
        influence=influence,
        leverage=leverage,
        hat=hat,
        exposure=sparse.csr_matrix(comparisons.trials @ bearing),
        draws=centred(draws[:, :values]),
    )
