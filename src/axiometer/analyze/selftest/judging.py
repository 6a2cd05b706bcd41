"""A judge with planted errors: does the corrected share hold what was planted, and what of the raw one?

Free answers side with the corpus (`with`) with log-odds that have a normal effect per issue and per answer; some end
otherwise (`both`, `neither`). The judge reads each answer in two orders, with the planted probabilities of `ERRORS`; in
half of the answers its two verdicts are one and the same, in the others independent. People label a random sample, and
label it as it is. The truth is that of the population of issues, by quadrature.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from axiometer.analyze.coded.arrays import Floats, Integers
from axiometer.analyze.correction import Corrected, Labels, Method, Verdicts, among, corrected
from axiometer.analyze.inference.intervals import expit, logit
from axiometer.analyze.inference.sources import Sources
from axiometer.analyze.options import AnalysisOptions
from axiometer.analyze.selftest.recover import Recovered

CATEGORIES = ("with", "against", "both", "neither")
ERRORS = np.array(
    [
        [0.80, 0.05, 0.30, 0.20],
        [0.15, 0.90, 0.30, 0.20],
        [0.02, 0.02, 0.30, 0.10],
        [0.03, 0.03, 0.10, 0.50],
    ]
)
"""Column: what an answer is; row: what the judge says of it."""

SAME_VERDICT = 0.5
ISSUE_SD, ANSWER_SD = 0.8, 0.5
OTHERWISE = 0.1
LOWEST, HIGHEST = 0.90, 0.99
"""What is asked of the coverage of 95 % intervals here: label samples may be small."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A design: issues with some answers each, of which `labels` are labelled. `centre`: a typical issue's share."""

    issues: int
    answers: int
    labels: int
    centre: float

    @property
    def name(self) -> str:
        return f"judge, {self.labels} of {self.issues * self.answers} answers labelled, {self.centre:.0%}"

    @property
    def truth(self) -> float:
        nodes, weights = np.polynomial.hermite_e.hermegauss(41)
        spread = float(np.hypot(ISSUE_SD, ANSWER_SD))
        middle = float(logit(np.array([self.centre]))[0])
        return float(expit(middle + spread * nodes) @ weights / weights.sum())


SETTINGS = (
    Judged(100, 2, 30, 0.5),
    Judged(100, 2, 100, 0.8),
    Judged(400, 2, 30, 0.8),
    Judged(400, 2, 100, 0.5),
    Judged(60, 6, 60, 0.65),
    Judged(400, 2, 300, 0.65),
)


def judge_recovered(setting: Judged, simulations: int, seed: list[int], options: AnalysisOptions) -> list[Recovered]:
    """Estimates and intervals of all simulations of one setting: corrected in both ways, and raw."""
    generator = np.random.default_rng(seed)
    found = {
        name: Recovered(name, ("share",), np.array([setting.truth]), required=wanted, accepted=(LOWEST, HIGHEST))
        for name, wanted in (("corrected, prediction-powered", True), ("corrected, confusion", True), ("raw", False))
    }
    groups = np.arange(setting.issues)
    sources = Sources.coded(groups, groups, setting.issues, setting.issues)
    for _ in range(simulations):
        group, truth, said = simulated_verdicts(setting, generator)
        verdicts = Verdicts(CATEGORIES, said, group, sources)
        unit = generator.choice(len(group), setting.labels, replace=False)
        chance = np.full(setting.labels, setting.labels / len(group))
        labels = Labels(said[unit], np.eye(len(CATEGORIES))[truth[unit]], chance, group[unit])
        target = [among(CATEGORIES, "with", "against")]
        (powered,) = corrected(verdicts, labels, target, options)
        (turned,) = corrected(verdicts, labels, target, options, Method.CONFUSION)
        _add(found["corrected, prediction-powered"], powered)
        _add(found["corrected, confusion"], turned)
        raw = powered.raw
        found["raw"].add(*(np.array([np.nan if x is None else x]) for x in (raw.share, raw.low, raw.high)))
    return list(found.values())


def simulated_verdicts(setting: Judged, generator: np.random.Generator) -> tuple[Integers, Integers, Floats]:
    """Each answer's issue and category, and the mean of the judge's two verdicts on it."""
    group = np.repeat(np.arange(setting.issues), setting.answers)
    n = len(group)
    middle = float(logit(np.array([setting.centre]))[0])
    pull = middle + ISSUE_SD * generator.standard_normal(setting.issues)[group]
    sides = generator.random(n) < expit(pull + ANSWER_SD * generator.standard_normal(n))
    otherwise = generator.random(n) < OTHERWISE
    truth = np.where(otherwise, generator.integers(2, 4, n), np.where(sides, 0, 1))
    below = ERRORS.cumsum(axis=0)[:, truth].T
    first = generator.random(n)
    second = np.where(generator.random(n) < SAME_VERDICT, first, generator.random(n))
    said = np.zeros((n, len(CATEGORIES)))
    for draw in (first, second):
        verdict = np.minimum((draw[:, None] > below).sum(axis=1), len(CATEGORIES) - 1)
        said[np.arange(n), verdict] += 0.5
    return group.astype(np.int64), truth.astype(np.int64), said


def _add(recovered: Recovered, found: Corrected) -> None:
    ends = (found.estimate, found.low, found.high)
    recovered.add(*(np.array([np.nan if each is None else each]) for each in ends))
