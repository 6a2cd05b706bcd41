"""Intervals hold what they promise, where rules are shared and where they are not."""

from __future__ import annotations

import numpy as np

from axiometer.analyze.inference.sources import Sources
from axiometer.analyze.inference.statistic import ratios
from axiometer.analyze.options import AnalysisOptions

OPTIONS = AnalysisOptions(resamples=200)
SIMULATIONS = 300


def covered(sources_of, rule_sd: float, seed: int) -> float:
    """How often the interval of a share holds 0.5, the truth over new rules and items.

    `sources_of` turns an item's pair of rules into what the analysis is told about its sources.
    """
    generator = np.random.default_rng(seed)
    groups, rules = 120, 30
    pairs = np.array([generator.choice(rules, 2, replace=False) for _ in range(groups)])
    sources = Sources.of([sources_of(i, pair) for i, pair in enumerate(pairs)], [str(i) for i in range(groups)])
    n = np.full((groups, 1), 4.0)
    held = 0
    for _ in range(SIMULATIONS):
        effect = generator.normal(0, rule_sd, rules)
        p = 1 / (1 + np.exp(-(effect[pairs].sum(axis=1) + generator.normal(0, 0.3, groups))))
        k = generator.binomial(4, p)[:, None].astype(float)
        interval = ratios(k, n, sources, OPTIONS).intervals(sources, OPTIONS)
        held += bool(interval.low[0] <= 0.5 <= interval.high[0])
    return held / SIMULATIONS


def test_a_row_bootstrap_undercovers_where_rules_are_shared_and_ours_does_not():
    rows = covered(lambda i, pair: (f"item {i}",), rule_sd=0.8, seed=1)
    ours = covered(lambda i, pair: tuple(f"rule {rule}" for rule in pair), rule_sd=0.8, seed=1)
    assert rows < 0.8
    assert ours > 0.9


def test_ours_does_not_overcover_much_where_rules_do_not_matter():
    ours = covered(lambda i, pair: tuple(f"rule {rule}" for rule in pair), rule_sd=0.0, seed=2)
    assert 0.92 < ours < 0.995
