"""A judge with planted errors: does the corrected share hold what was planted, and what of the raw one?

Free answers side with the corpus (`with`) with log-odds that have a normal effect per issue and per answer; some end
otherwise (`both`, `neither`). The judge reads each answer in two orders, with the planted probabilities of a `Pattern`;
in half of the answers its two verdicts are one and the same, in the others independent. People label a random sample,
and label it as it is. The truth is that of the population of issues, by quadrature.

Three patterns of errors:

| pattern | the judge |
|---|---|
| `evenly` | takes either side for the other in 15 %: the raw share moves towards one half |
| `leaning` | takes `with` for `against` in 15 %, the other way in 5 % |
| `unevenly` | errs in 5 to 35 %, by language (an issue's answers are in two, in turn) and by where the issue leans |
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


@dataclass(frozen=True, slots=True)
class Pattern:
    """How a judge errs. `errors`: kinds of answers x what the judge says x what an answer is; each column adds to 1.
    One kind: all answers alike; four: issues that lean to `against` and to `with`, each in two languages."""

    name: str
    errors: Floats

    def kind_of(self, pull: Floats, number: Integers) -> Integers:
        """The kind of each answer, from its issue's effect and its number among the issue's answers."""
        if len(self.errors) == 1:
            return np.zeros(len(pull), dtype=np.int64)
        return np.asarray(2 * (pull > 0) + number % 2, dtype=np.int64)


def _errors(with_lost: float, against_lost: float) -> Floats:
    """`with_lost`: how often `with` is taken for `against`; `against_lost`: the other way."""
    return np.array(
        [
            [0.95 - with_lost, against_lost, 0.30, 0.20],
            [with_lost, 0.95 - against_lost, 0.30, 0.20],
            [0.02, 0.02, 0.30, 0.10],
            [0.03, 0.03, 0.10, 0.50],
        ]
    )


EVENLY = Pattern("evenly", np.stack([_errors(0.15, 0.15)]))
LEANING = Pattern("leaning", np.stack([_errors(0.15, 0.05)]))
UNEVENLY = Pattern(
    "unevenly", np.stack([_errors(0.05, 0.05), _errors(0.35, 0.05), _errors(0.25, 0.10), _errors(0.10, 0.35)])
)
PATTERNS = (EVENLY, LEANING, UNEVENLY)

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
    pattern: Pattern = LEANING

    @property
    def name(self) -> str:
        labelled = f"{self.labels} of {self.issues * self.answers} answers labelled"
        return f"judge, {self.pattern.name}, {labelled}, {self.centre:.0%}"

    @property
    def truth(self) -> float:
        nodes, weights = np.polynomial.hermite_e.hermegauss(41)
        spread = float(np.hypot(ISSUE_SD, ANSWER_SD))
        middle = float(logit(np.array([self.centre]))[0])
        return float(expit(middle + spread * nodes) @ weights / weights.sum())


SIZES = ((100, 2, 30, 0.5), (100, 2, 100, 0.8), (400, 2, 30, 0.8), (60, 6, 60, 0.65), (400, 2, 300, 0.65))
SETTINGS = tuple(Judged(*size, pattern) for pattern in PATTERNS for size in SIZES)


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
    pull = ISSUE_SD * generator.standard_normal(setting.issues)[group]
    kind = setting.pattern.kind_of(pull, np.arange(n) % setting.answers)
    sides = generator.random(n) < expit(middle + pull + ANSWER_SD * generator.standard_normal(n))
    otherwise = generator.random(n) < OTHERWISE
    truth = np.where(otherwise, generator.integers(2, 4, n), np.where(sides, 0, 1))
    below = setting.pattern.errors.cumsum(axis=1)[kind, :, truth]
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
