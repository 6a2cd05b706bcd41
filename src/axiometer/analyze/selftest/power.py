"""How well the order of values comes back from fewer or more items and repeats."""

from __future__ import annotations

import numpy as np

from axiometer.analyze.coded.arrays import Floats, counted
from axiometer.analyze.frames import Record
from axiometer.analyze.ranking.bradley_terry import newton
from axiometer.analyze.selftest.design import SimulatedDesign, repeated
from axiometer.analyze.selftest.scenarios import Scenario, simulate, truth_of

SIZES = ((1, 1), (2, 1), (3, 1), (3, 2), (3, 4))
REPEATS = (1, 3, 10)


def power_rows(scenario: Scenario, design: SimulatedDesign, simulations: int, seed: int, ridge: float) -> list[Record]:
    """Kendall's tau between the planted order (of the population) and the recovered one, per number of dilemmas (each
    in all languages and two orders) and repeats: the mean and the central 95 % of simulations."""
    rows: list[Record] = []
    for size, (per_pair, copies) in enumerate(SIZES):
        smaller = repeated(design, per_pair, copies)
        planted = truth_of(scenario.first, smaller).strength
        predictors, row, mirrored = smaller.rows()
        for repeats in REPEATS:
            simulated = simulate(scenario, smaller, simulations, repeats, [seed, 1, size, repeats])
            chosen = (simulated.first ^ mirrored[None, :, None]).sum(axis=2).astype(np.float64)
            wins = np.stack([counted(row, len(predictors), each) for each in chosen])
            trials = np.tile(repeats * counted(row, len(predictors)), (simulations, 1))
            found = newton(predictors, wins, trials, np.zeros((simulations, predictors.shape[1])), ridge)
            tau = kendall_tau(planted, found[:, : len(planted)])
            low, high = np.quantile(tau, [0.025, 0.975])
            rows.append(
                {
                    "dilemmas": smaller.groups,
                    "repeats": repeats,
                    "presentations": len(smaller.group) * repeats,
                    "tau": float(tau.mean()),
                    "tau_low": float(low),
                    "tau_high": float(high),
                }
            )
    return rows


def kendall_tau(planted: Floats, found: Floats) -> Floats:
    """Kendall's tau-b of each row of `found` with `planted`."""
    first, second = np.triu_indices(len(planted), 1)
    a = np.sign(planted[first] - planted[second])
    b = np.sign(found[:, first] - found[:, second])
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray((b @ a) / np.sqrt(np.abs(a).sum() * np.abs(b).sum(axis=1)))
