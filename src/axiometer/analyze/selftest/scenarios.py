"""Simulated respondents with planted behaviour, and what is true of them.

A respondent's log-odds of choosing the first side over the second, in one presentation:

    taste[value of first, value of second] + slot[slot of first] - slot[slot of second]
        + rule of first - rule of second + item + item in its language (+ shift in a language)

Rules, items and items in a language have normal effects. The truth that estimates are held against is that of the
population: new rules and new items from the same distributions, in this design's mix of pairs, orders and languages.
It is integrated numerically (Gauss-Hermite), not simulated.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from axiometer.analyze.coded.arrays import Booleans, Floats, counted
from axiometer.analyze.inference.intervals import expit
from axiometer.analyze.ranking.bradley_terry import centred, fit_bradley_terry
from axiometer.analyze.selftest.design import SLOTS, SimulatedDesign

NODES = 41


@dataclass(frozen=True)
class Profile:
    """A respondent. `taste`: values x values, antisymmetric log-odds. `slot`: log-odds per slot. `refuses`: (index of
    a value, probability of refusing where the side of that value would have been chosen). `shift`: (value, added
    log-odds in the second language)."""

    taste: Floats
    slot: tuple[float, float, float]
    rule_sd: float = 0.4
    item_sd: float = 0.6
    lang_sd: float = 0.3
    refuses: tuple[int, float] | None = None
    shift: tuple[int, float] | None = None

    @property
    def sd(self) -> float:
        """Of all random effects together, in one presentation."""
        return float(np.sqrt(2 * self.rule_sd**2 + self.item_sd**2 + self.lang_sd**2))


@dataclass(frozen=True)
class Scenario:
    """What is planted. `second`, where there is one, is another respondent asked the same; the two share
    `shared` of the variance of every random effect."""

    name: str
    first: Profile
    second: Profile | None = None
    shared: float = 0.5


@dataclass(frozen=True)
class Simulated:
    """`first` (and `second`): simulations x cells x repeats, whether the first side was chosen or would have been.
    `answered`: False where the respondent refused instead (first respondent alone refuses)."""

    first: Booleans
    second: Booleans | None
    answered: Booleans


def ladder(values: int, spread: float) -> Floats:
    """Tastes that follow strengths evenly spaced from -spread to spread, shuffled over values in a fixed way."""
    strengths = np.linspace(-spread, spread, values)[np.random.default_rng(11).permutation(values)]
    return strengths[:, None] - strengths[None, :]


def circle(values: int, size: float) -> Floats:
    """Tastes without an order: each value is preferred to the next half of the circle and not to the other half."""
    ahead = (np.arange(values)[None, :] - np.arange(values)[:, None]) % values
    return (
        size
        * np.where(ahead * 2 == values, 0.0, np.where((ahead > 0) & (ahead * 2 < values), 1.0, -1.0))
        * (1 - np.eye(values))
    )


def scenarios(values: int) -> tuple[Scenario, ...]:
    """The planted cases: strong slot bias, refusals that depend on the choice, flat values, intransitive taste."""
    spread = ladder(values, 1.0)
    other = 0.5 * spread[np.ix_(np.arange(values)[::-1], np.arange(values)[::-1])] + 0.5 * spread
    top = int(np.argmax(spread[:, 0]))
    biased = Profile(spread, (1.2, 0.0, -1.2), shift=(top, 0.5))
    return (
        Scenario("slot bias", biased, second=Profile(other, (-0.4, 0.2, 0.2))),
        Scenario("refusals", Profile(spread, (0.4, 0.0, -0.4), refuses=(top, 0.4))),
        Scenario("flat values", Profile(np.zeros((values, values)), (0.6, 0.0, -0.6))),
        Scenario("intransitive taste", Profile(circle(values, 0.5), (0.3, 0.0, -0.3))),
    )


def pull(profile: Profile, design: SimulatedDesign) -> Floats:
    """The log-odds of every cell without random effects."""
    slot = np.array(profile.slot)
    fixed = profile.taste[design.value[:, 0], design.value[:, 1]] + slot[design.slot[:, 0]] - slot[design.slot[:, 1]]
    if profile.shift is not None:
        value, size = profile.shift
        towards = (design.value[:, 0] == value).astype(np.float64) - (design.value[:, 1] == value)
        fixed = fixed + size * towards * (design.lang == len(design.langs) - 1)
    return np.asarray(fixed, dtype=np.float64)


def simulate(scenario: Scenario, design: SimulatedDesign, simulations: int, repeats: int, seed: list[int]) -> Simulated:
    """Choices of one or two respondents, simulated together for all cells."""
    generator = np.random.default_rng(seed)
    shape = (simulations, len(design.group))
    sizes = (design.rules, design.groups, design.items)
    common = [generator.standard_normal((simulations, size)) for size in sizes]
    chosen: list[Booleans] = []
    for profile in (scenario.first, scenario.second):
        if profile is None:
            continue
        own = [generator.standard_normal((simulations, size)) for size in sizes]
        if scenario.second is not None:
            weight = scenario.shared
            own = [np.sqrt(weight) * c + np.sqrt(1 - weight) * o for c, o in zip(common, own, strict=True)]
        rule, group, item = own
        log_odds = pull(profile, design) + profile.rule_sd * (rule[:, design.rule[:, 0]] - rule[:, design.rule[:, 1]])
        log_odds += profile.item_sd * group[:, design.group] + profile.lang_sd * item[:, design.item]
        chosen.append(generator.random((*shape, repeats)) < expit(log_odds)[:, :, None])
    answered = np.ones((*shape, repeats), dtype=bool)
    if scenario.first.refuses is not None:
        value, probability = scenario.first.refuses
        would = np.where(chosen[0], design.value[None, :, :1] == value, design.value[None, :, 1:] == value)
        answered = ~(would & (generator.random((*shape, repeats)) < probability))
    return Simulated(chosen[0], chosen[1] if len(chosen) > 1 else None, answered)


@dataclass(frozen=True)
class Truth:
    """The population's values of what is estimated, for one respondent. `first`: per cell, the probability that the
    first side is chosen. `flips`: per cell pair (item), that the two orders' choices differ."""

    first: Floats
    share: Floats
    strength: Floats
    slot_log_odds: Floats
    slot_share: Floats
    order_flip: float
    refusal: float
    cycles: float


def truth_of(profile: Profile, design: SimulatedDesign) -> Truth:
    """By quadrature over the random effects; strengths by fitting the ranking model to the expected choices."""
    log_odds = pull(profile, design)
    nodes, weights = _quadrature()
    each = expit(log_odds[:, None] + profile.sd * nodes[None, :])
    first = each @ weights
    one, two = each[0::2], each[1::2]  # an item's two orders follow each other
    flip = (one * (1 - two) + two * (1 - one)) @ weights
    strength, slots = _ranking(first, design)
    return Truth(
        first=first,
        share=value_shares(first, design),
        strength=strength,
        slot_log_odds=slots,
        slot_share=np.array([_slot_share(first, design, slot) for slot in range(SLOTS)]),
        order_flip=float(flip.mean()),
        refusal=_refusal(profile, first, design),
        cycles=_cycles(profile),
    )


def _quadrature() -> tuple[Floats, Floats]:
    nodes, weights = np.polynomial.hermite_e.hermegauss(NODES)
    return nodes, weights / weights.sum()


def value_shares(first: Floats, design: SimulatedDesign, kept: Booleans | None = None) -> Floats:
    """The share of each value where it is at stake, from the cells' chances (of the cells kept)."""
    weight = np.ones(len(first)) if kept is None else kept.astype(np.float64)
    k = len(design.values)
    one, two = design.value.T
    taken = counted(one, k, first * weight) + counted(two, k, (1 - first) * weight)
    return taken / counted(design.value.ravel(), k, np.repeat(weight, 2))


def _slot_share(first: Floats, design: SimulatedDesign, slot: int) -> float:
    return float((first * (design.slot[:, 0] == slot) + (1 - first) * (design.slot[:, 1] == slot)).mean())


def _ranking(first: Floats, design: SimulatedDesign) -> tuple[Floats, Floats]:
    """Population-averaged strengths and slot effects: the fit to expected choices, without a penalty to speak of."""
    predictors, row, mirrored = design.rows()
    chance = np.where(mirrored, 1 - first, first)
    trials = counted(row, len(predictors))
    fit = fit_bradley_terry(predictors, counted(row, len(predictors), chance), trials, 1e-6)
    k = len(design.values)
    later = fit.coefficients[k:]
    return centred(fit.coefficients[:k]), np.concatenate([[-later.sum()], later])


def _refusal(profile: Profile, first: Floats, design: SimulatedDesign) -> float:
    if profile.refuses is None:
        return 0.0
    value, probability = profile.refuses
    would = first * (design.value[:, 0] == value) + (1 - first) * (design.value[:, 1] == value)
    return float(probability * would.mean())


def _cycles(profile: Profile) -> float:
    """The part of triads of values that run in a circle in the planted tastes; 0 where tastes are even."""
    ahead = (profile.taste > 1e-9).astype(np.float64)
    decided = ahead + ahead.T
    triads = np.trace(decided @ decided @ decided) / 6
    return float(np.trace(ahead @ ahead @ ahead) / 3 / triads) if triads else 0.0


def agreement_of(scenario: Scenario, design: SimulatedDesign) -> float:
    """The probability that the two respondents, each with an order drawn at random, end on the same side of an item."""
    assert scenario.second is not None
    nodes, weights = _quadrature()
    one, two = pull(scenario.first, design), pull(scenario.second, design)
    w = scenario.shared
    common, own = np.sqrt(w) * nodes, np.sqrt(1 - w) * nodes
    # E[p q] = E over the common part of E[p | common] E[q | common]
    spread = common[:, None] + own[None, :]
    means = [
        np.stack([expit(fixed + profile.sd * spread[i][:, None]).T @ weights for i in range(len(nodes))], axis=1)
        for fixed, profile in ((one, scenario.first), (two, scenario.second))
    ]
    p, q = ((mean[0::2] + mean[1::2]) / 2 for mean in means)
    return float(((p * q + (1 - p) * (1 - q)) @ weights).mean())
