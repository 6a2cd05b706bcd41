"""What counting letters would have concluded from the same respondents.

Published practice puts every dilemma once, its options in the order of the file, and counts the letter that comes
back. The first side is then always A and the second B, so a pull towards a letter is a pull towards whatever the
file lists first.
"""

from __future__ import annotations

import numpy as np

from axiometer.analyze.frames import Record
from axiometer.analyze.selftest.design import SimulatedDesign
from axiometer.analyze.selftest.power import kendall_tau
from axiometer.analyze.selftest.scenarios import Scenario, simulate, truth_of
from axiometer.analyze.selftest.verdicts import exact_interval

SHOWN = (0, 1, 2)


def letter_rows(scenario: Scenario, design: SimulatedDesign, simulations: int, seed: int) -> list[Record]:
    """Per conclusion: what was planted and what counting letters says, on average over simulations."""
    fixed = np.tile(np.array(SHOWN), (len(design.group), 1))
    once = SimulatedDesign(
        design.values, design.langs, design.group, design.item, design.lang, design.value, design.rule, fixed,
        design.sources,
    )  # fmt: skip
    simulated = simulate(scenario, once, simulations, 1, [seed, 2])
    asked = np.arange(0, len(design.group), 2)  # one presentation of each item
    a = simulated.first[:, asked, 0]
    share, n = a.mean(axis=1), len(asked)
    intervals = [exact_interval(int(count), n, 0.95) for count in a.sum(axis=1)]
    declared = float(np.mean([low > 0.5 or high < 0.5 for low, high in intervals]))
    truth = truth_of(scenario.first, design)
    rows: list[Record] = [
        _row(scenario, "share answering A (the side listed first)", float(truth.first.mean()), float(share.mean())),
        _row(scenario, "runs in which A and B differ 'significantly' (5 % binomial test)", None, declared),
    ]
    if np.ptp(truth.share) > 0.05:
        k = len(design.values)
        won = np.where(a, design.value[asked, 0], design.value[asked, 1])
        counted = np.stack([np.bincount(each, minlength=k) for each in won])
        met = np.bincount(design.value[asked].ravel(), minlength=k)
        tau = kendall_tau(truth.share, counted / met)
        rows.append(_row(scenario, "tau of the order of values, from letters in one order", 1.0, float(tau.mean())))
    return rows


def _row(scenario: Scenario, quantity: str, planted: float | None, concluded: float) -> Record:
    return {"scenario": scenario.name, "quantity": quantity, "planted": planted, "concluded": concluded}
