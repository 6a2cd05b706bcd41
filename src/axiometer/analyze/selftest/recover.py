"""What the analysis makes of simulated answers: the same functions as in `analyze`, simulation by simulation."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
from scipy import sparse

from axiometer.analyze.coded.arrays import Booleans, Floats, cells
from axiometer.analyze.coded.tallies import GroupTable
from axiometer.analyze.estimates.differences import paired_difference
from axiometer.analyze.estimates.outcomes import rate_intervals
from axiometer.analyze.estimates.shares import bounds_of
from axiometer.analyze.estimates.slots import SlotTables, excess_statistic, layout_strata
from axiometer.analyze.inference.statistic import Intervals, Scale, ratios
from axiometer.analyze.options import AnalysisOptions
from axiometer.analyze.ranking.bradley_terry import fit_and_refits, strengths_statistic
from axiometer.analyze.ranking.comparisons import Comparisons
from axiometer.analyze.ranking.diagnostics import cyclic_triad_rate
from axiometer.analyze.ranking.ranks import separate
from axiometer.analyze.ranking.tables import slot_statistic
from axiometer.analyze.selftest.design import SLOTS, SimulatedDesign
from axiometer.analyze.selftest.scenarios import Scenario, Simulated, Truth, agreement_of, truth_of, value_shares


@dataclass
class Recovered:
    """One quantity over simulations: planted (m), estimates and ends of intervals (simulations x m). NaN where none
    was given. `required` is False where the interval is not meant to hold the planted number; `accepted`: between
    which coverages it passes."""

    family: str
    names: tuple[str, ...]
    planted: Floats
    estimate: list[Floats] = field(default_factory=list)
    low: list[Floats] = field(default_factory=list)
    high: list[Floats] = field(default_factory=list)
    required: bool = True
    accepted: tuple[float, float] = (0.94, 0.985)

    def add(self, estimate: Floats, low: Floats, high: Floats) -> None:
        self.estimate.append(np.atleast_1d(estimate))
        self.low.append(np.atleast_1d(low))
        self.high.append(np.atleast_1d(high))

    def extend(self, other: Recovered) -> None:
        self.estimate += other.estimate
        self.low += other.low
        self.high += other.high


Collect = dict[str, Recovered]

TIED = 0.02  # log-odds: what uneven slots may leave between values that are planted equal


def recover(
    scenario: Scenario, simulated: Simulated, design: SimulatedDesign, options: AnalysisOptions
) -> list[Recovered]:
    """Everything that is estimated of one scenario's simulations."""
    found: Collect = {}
    truth = truth_of(scenario.first, design)
    first = _Respondent(simulated.first, simulated.answered, design)
    second = None
    if simulated.second is not None and scenario.second is not None:
        second = _Respondent(simulated.second, np.ones_like(simulated.answered), design)
    refuses = scenario.first.refuses is not None
    ranking = _Ranking(design, options)
    other = truth_of(scenario.second, design) if scenario.second is not None else None
    agreement = agreement_of(scenario, design) if scenario.second is not None else 0.0
    for s in range(len(simulated.first)):
        _shares(found, first, truth, s, options, refuses)
        if refuses:
            _refusals(found, first, truth, s, options)
            continue
        _slots(found, first, truth, s, options)
        _flips(found, first, truth, s, options)
        _rankings(found, first, truth, s, ranking)
        if scenario.first.shift is not None:
            _languages(found, first, truth, s, options)
        if second is not None and other is not None:
            _between(found, first, second, truth.share - other.share, agreement, s, options)
    return list(found.values())


def _put(
    found: Collect,
    family: str,
    names: tuple[str, ...],
    planted: Floats | float,
    estimate: Floats,
    ends: tuple[Floats, Floats],
    required: bool = True,
) -> None:
    if family not in found:
        found[family] = Recovered(
            family, names, np.atleast_1d(np.asarray(planted, dtype=np.float64)), required=required
        )
    found[family].add(estimate, *ends)


class _Respondent:
    """One respondent's simulations, summed to groups as an analysis sums them. Repeats are summed too."""

    def __init__(self, first: Booleans, answered: Booleans, design: SimulatedDesign) -> None:
        self.design = design
        self.answered = answered.sum(axis=2).astype(np.float64)
        self.first = (first & answered).sum(axis=2).astype(np.float64)
        self.second = self.answered - self.first
        self.put = np.full_like(self.answered, float(first.shape[2]))
        self._side = [design.per_group_value(side) for side in range(2)]
        self._either = self._side[0] + self._side[1]
        self._group = design.per_group()
        self.at_stake = np.zeros((design.groups, len(design.values)))
        self.at_stake[design.group[:, None], design.value] = 1.0
        self.layout, self.layouts = layout_strata(design.slot[:, 2], design.group)

    def table(self, s: int, kept: Booleans | None = None) -> GroupTable:
        """Groups x values of simulation `s` (of the cells kept)."""
        weight = 1.0 if kept is None else kept.astype(np.float64)
        shape = (self.design.groups, len(self.design.values))
        k = (self._side[0] @ (self.first[s] * weight) + self._side[1] @ (self.second[s] * weight)).reshape(shape)
        n = (self._either @ (self.answered[s] * weight)).reshape(shape)
        m = (self._either @ ((self.put[s] - self.answered[s]) * weight)).reshape(shape)
        return GroupTable(k, n, m, np.zeros(shape[1]))

    def by_layout(self, per_cell: Floats) -> Floats:
        """Groups x layouts."""
        return cells(self.design.group * self.layouts + self.layout, (self.design.groups, self.layouts), per_cell)

    def grouped(self, per_cell: Floats) -> Floats:
        return np.asarray(self._group @ per_cell, dtype=np.float64)


def _shares(found: Collect, who: _Respondent, truth: Truth, s: int, options: AnalysisOptions, refuses: bool) -> None:
    sources, values = who.design.sources, who.design.values
    table = who.table(s)
    found_shares = ratios(table.k, table.n, sources, options).intervals(sources, options)
    family = "share of the answered" if refuses else "share"
    _put(found, family, values, truth.share, found_shares.estimate, (found_shares.low, found_shares.high), not refuses)
    if refuses:
        low, high, ci_low, ci_high = bounds_of(table, found_shares, sources, options)
        _put(found, "bounds of the share", values, truth.share, (low + high) / 2, (ci_low, ci_high))


def _refusals(found: Collect, who: _Respondent, truth: Truth, s: int, options: AnalysisOptions) -> None:
    refused = who.grouped(who.put[s] - who.answered[s])[:, None]
    total = who.grouped(who.put[s])[:, None]
    ends = rate_intervals(refused, total, who.design.sources, options, who.at_stake)
    _put(found, "refusal rate", ("all",), truth.refusal, refused.sum(axis=0) / total.sum(axis=0), ends)


def _slots(found: Collect, who: _Respondent, truth: Truth, s: int, options: AnalysisOptions) -> None:
    design = who.design
    at = design.slot
    taken = [who.first[s] * (at[:, 0] == slot) + who.second[s] * (at[:, 1] == slot) for slot in range(SLOTS)]
    shown = who.by_layout(who.answered[s])
    tables = SlotTables(
        taken=np.hstack([who.by_layout(each) for each in taken]),
        expected=np.hstack([shown / SLOTS] * SLOTS),
        shown=np.hstack([shown] * SLOTS),
        slots=SLOTS,
    )
    excess = excess_statistic(tables, design.sources, options).intervals(design.sources, options, Scale.DIFFERENCE)
    names = tuple(chr(ord("A") + slot) for slot in range(SLOTS))
    _put(found, "slot bias", names, truth.slot_share - 1 / SLOTS, excess.estimate, (excess.low, excess.high))


def _flips(found: Collect, who: _Respondent, truth: Truth, s: int, options: AnalysisOptions) -> None:
    """Pairs of an item's two orders, repeat by repeat with all of the other's (as consistency.py counts them)."""
    one, two = who.first[s][0::2], who.first[s][1::2]
    n, m = who.answered[s][0::2], who.answered[s][1::2]
    flips = np.zeros(len(who.design.group))
    flips[0::2] = one * (m - two) + two * (n - one)
    pairs = np.zeros_like(flips)
    pairs[0::2] = n * m
    rate = ratios(who.grouped(flips)[:, None], who.grouped(pairs)[:, None], who.design.sources, options)
    interval = rate.intervals(who.design.sources, options)
    _put(found, "order flip", ("all",), truth.order_flip, interval.estimate, (interval.low, interval.high))


class _Ranking:
    """The ranking model's rows, found once for all simulations."""

    def __init__(self, design: SimulatedDesign, options: AnalysisOptions) -> None:
        self.design, self.options = design, options
        self.predictors, self.row, self.mirrored = design.rows()
        self.shape = (design.groups, len(self.predictors))
        k = len(design.values)
        self.pairs = np.triu_indices(k, 1)

    def comparisons(self, who: _Respondent, s: int) -> Comparisons:
        wins = np.where(self.mirrored, who.second[s], who.first[s])

        def summed(counts: Floats) -> sparse.csr_matrix:
            at = (self.design.group, self.row)
            return sparse.csr_matrix(sparse.coo_matrix((counts, at), shape=self.shape))

        unsettled = summed(who.put[s] - who.answered[s])
        return Comparisons(self.design.values, SLOTS, self.predictors, summed(wins), summed(who.answered[s]), unsettled)


def _rankings(found: Collect, who: _Respondent, truth: Truth, s: int, ranking: _Ranking) -> None:
    options, sources, values = ranking.options, who.design.sources, who.design.values
    comparisons = ranking.comparisons(who, s)
    fit, draws = fit_and_refits(comparisons, sources, options)
    statistic = strengths_statistic(comparisons, fit, draws)
    strengths = statistic.intervals(sources, options, Scale.DIFFERENCE)
    _put(found, "strength", values, truth.strength, strengths.estimate, (strengths.low, strengths.high))
    slots = slot_statistic(comparisons, fit, draws).intervals(sources, options, Scale.DIFFERENCE)
    names = tuple(chr(ord("A") + slot) for slot in range(SLOTS))
    _put(found, "slot log-odds", names, truth.slot_log_odds, slots.estimate, (slots.low, slots.high))
    separation = separate(statistic, sources, options)
    off = separation.difference - (truth.strength[:, None] - truth.strength[None, :])
    worst = np.abs(off)[ranking.pairs] / (separation.critical * separation.se)[ranking.pairs]
    # The largest error in units of its allowance: all differences hold together where it is at most 1.
    largest = float(worst.max())
    _put(found, "all differences of strengths at once", ("all",), 0.0, *_at_once(largest))
    if np.ptp(truth.strength) < TIED:
        _put(found, "rank sets, all values tied", ("all",), 0.0, *_at_once(float(separation.above.any()) * 2))
    cycles = np.array([cyclic_triad_rate(comparisons)[0]])
    none = np.array([np.nan])
    _put(found, "cyclic triads", ("all",), truth.cycles, cycles, (none, none), required=False)


def _at_once(largest: float) -> tuple[Floats, tuple[Floats, Floats]]:
    """An 'interval' around zero that holds zero exactly where `largest` is at most 1."""
    holds = largest <= 1
    return np.array([0.0]), (np.array([0.0 if holds else 1.0]), np.array([0.0 if holds else 1.0]))


def _languages(found: Collect, who: _Respondent, truth: Truth, s: int, options: AnalysisOptions) -> None:
    design = who.design
    parts = [design.lang == lang for lang in range(2)]
    planted = value_shares(truth.first, design, parts[0]) - value_shares(truth.first, design, parts[1])
    a, b = (who.table(s, part) for part in parts)
    interval = _difference(a, b, design, options)
    _put(found, "difference of languages", design.values, planted, interval.estimate, (interval.low, interval.high))


def _between(
    found: Collect,
    first: _Respondent,
    second: _Respondent,
    planted: Floats,
    agreement: float,
    s: int,
    options: AnalysisOptions,
) -> None:
    design = first.design
    interval = _difference(first.table(s), second.table(s), design, options)
    _put(found, "difference of models", design.values, planted, interval.estimate, (interval.low, interval.high))
    p, q = (_by_item(who.first[s]) / _by_item(who.answered[s]) for who in (first, second))
    match = np.zeros(len(design.group))
    match[0::2] = p * q + (1 - p) * (1 - q)
    one = np.zeros_like(match)
    one[0::2] = 1.0
    rate = ratios(first.grouped(match)[:, None], first.grouped(one)[:, None], design.sources, options)
    raw = rate.intervals(design.sources, options)
    _put(found, "raw agreement", ("all",), agreement, raw.estimate, (raw.low, raw.high))


def _by_item(per_cell: Floats) -> Floats:
    return per_cell[0::2] + per_cell[1::2]


def _difference(a: GroupTable, b: GroupTable, design: SimulatedDesign, options: AnalysisOptions) -> Intervals:
    return paired_difference(a, b, design.sources, options).intervals(design.sources, options, Scale.DIFFERENCE)


def merged(parts: Iterable[list[Recovered]]) -> list[Recovered]:
    """The quantities of several batches of one scenario, put together."""
    found: dict[str, Recovered] = {}
    for part in parts:
        for each in part:
            if each.family in found:
                found[each.family].extend(each)
            else:
                found[each.family] = each
    return list(found.values())
