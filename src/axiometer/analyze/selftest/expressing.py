"""A classifier of expressed values with planted errors: do corrected shares and differences hold what was planted?

Two models answer the same questions in two languages. An answer expresses the value with log-odds that have a normal
effect per question (shared by the models and languages) and per answer. The classifier finds it with the planted
sensitivity, and leaves out answers that do not express it with the planted specificity; in half of the questions its
luck is the same in both languages. Either people label a random sample of each model's answers, or errors are carried
over that were counted on other texts, where the classifier errs as here or otherwise. The truth is that of the
population of questions, by quadrature.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from axiometer.analyze.coded.arrays import Booleans, Floats, Integers
from axiometer.analyze.correction import Labels, Method, Target, Verdicts, between, corrected
from axiometer.analyze.correction.samples import each_its_own, in_two, labels_from_counts
from axiometer.analyze.inference.intervals import expit, logit
from axiometer.analyze.inference.sources import Sources
from axiometer.analyze.options import AnalysisOptions
from axiometer.analyze.selftest.judging import HIGHEST, LOWEST
from axiometer.analyze.selftest.recover import Recovered

CATEGORIES = ("expressed", "not expressed")
TARGET = Target("expressed", (0,), (0, 1))
LANGS = 2
QUESTION_SD, ANSWER_SD = 0.8, 0.5
SAME_LUCK = 0.5
SENSITIVITY, SPECIFICITY = 0.74, 0.83
OTHERWISE = (0.58, 0.93)
"""Sensitivity and specificity on the other texts, where they are not the same as here."""

LABELLED, ALIKE, OTHER = "labelled", "transported, errors alike", "transported, other errors"
QUANTITIES = ("share", "difference")
ELSEWHERE, SHARE_ELSEWHERE = 1_000, 0.3
"""Other texts with labels, and how many of them express the value."""


@dataclass(frozen=True, slots=True)
class Expressing:
    """A design: questions in two languages to two models; of each model's answers `labels` are labelled. `centres`: a
    typical question's share, by model."""

    questions: int
    labels: int
    centres: tuple[float, float]

    @property
    def name(self) -> str:
        return f"classifier, {self.labels} of {self.questions * LANGS} answers labelled, {self.centres[0]:.0%}"

    def truth(self, model: int) -> float:
        nodes, weights = np.polynomial.hermite_e.hermegauss(41)
        middle = float(logit(np.array([self.centres[model]]))[0])
        spread = float(np.hypot(QUESTION_SD, ANSWER_SD))
        return float(expit(middle + spread * nodes) @ weights / weights.sum())


EXPRESSING = (
    Expressing(100, 40, (0.5, 0.35)),
    Expressing(100, 100, (0.2, 0.35)),
    Expressing(60, 60, (0.65, 0.6)),
)


def expressing_recovered(
    setting: Expressing, simulations: int, seed: list[int], options: AnalysisOptions
) -> list[Recovered]:
    """Estimates and intervals of all simulations of one setting."""
    generator = np.random.default_rng(seed)
    share, difference = setting.truth(0), setting.truth(0) - setting.truth(1)
    required = {LABELLED: True, ALIKE: True, OTHER: False}
    found = {
        ways: Recovered(ways, QUANTITIES, np.array([share, difference]), required=wanted, accepted=(LOWEST, HIGHEST))
        for ways, wanted in required.items()
    }
    raw = Recovered("as the classifier says", ("share",), np.array([share]), required=False)
    places, each = np.arange(setting.questions), each_its_own(ELSEWHERE)
    sources = Sources.coded(places, places, setting.questions, setting.questions)
    for _ in range(simulations):
        group, truths, said = simulated_answers(setting, generator)
        verdicts = [Verdicts(CATEGORIES, in_two(own), group, sources) for own in said]
        labels = [_labelled(setting, group, *own, generator) for own in zip(truths, said, strict=True)]
        pair = [corrected(v, own, [TARGET], options)[0] for v, own in zip(verdicts, labels, strict=True)]
        raw.add(*(np.array([_number(part)]) for part in (pair[0].raw.share, pair[0].raw.low, pair[0].raw.high)))
        pairs = {LABELLED: pair}
        for ways, errors in ((ALIKE, (SENSITIVITY, SPECIFICITY)), (OTHER, OTHERWISE)):
            there = _elsewhere(errors, each, generator)
            pairs[ways] = [
                corrected(v, there, [TARGET], options, Method.CONFUSION, transported=True)[0] for v in verdicts
            ]
        for ways, (first, second) in pairs.items():
            told = between(first, second, verdicts[0], options) or (np.nan,) * 3
            ends = (first.estimate, first.low, first.high)
            found[ways].add(*(np.array([_number(one), other]) for one, other in zip(ends, told, strict=False)))
    return [*found.values(), raw]


def simulated_answers(setting: Expressing, generator: np.random.Generator) -> tuple[Integers, Booleans, Floats]:
    """Each answer's question, and for both models (rows) whether it expresses the value and what the classifier
    says."""
    group = np.repeat(np.arange(setting.questions), LANGS)
    middle = logit(np.array(setting.centres))[:, None]
    shared = QUESTION_SD * generator.standard_normal(setting.questions)[group]
    own = ANSWER_SD * generator.standard_normal((2, len(group)))
    truth = generator.random((2, len(group))) < expit(middle + shared + own)
    luck = generator.random((2, setting.questions))[:, group]
    alone = generator.random((2, setting.questions))[:, group] >= SAME_LUCK
    luck = np.where(alone, generator.random((2, len(group))), luck)
    said = np.where(truth, luck < SENSITIVITY, luck < 1 - SPECIFICITY)
    return group.astype(np.int64), truth, said.astype(np.float64)


def _labelled(
    setting: Expressing, group: Integers, truth: Booleans, said: Floats, generator: np.random.Generator
) -> Labels:
    unit = generator.choice(len(group), setting.labels, replace=False)
    chance = np.full(setting.labels, setting.labels / len(group))
    return Labels(in_two(said[unit]), in_two(truth[unit].astype(np.float64)), chance, group[unit])


def _elsewhere(errors: tuple[float, float], each: Sources, generator: np.random.Generator) -> Labels:
    """Errors as they were counted on other texts."""
    there = int(generator.binomial(ELSEWHERE, SHARE_ELSEWHERE))
    tp, tn = int(generator.binomial(there, errors[0])), int(generator.binomial(ELSEWHERE - there, errors[1]))
    return labels_from_counts(tp, ELSEWHERE - there - tn, there - tp, tn, each)


def _number(part: float | None) -> float:
    return np.nan if part is None else part
