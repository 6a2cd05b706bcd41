"""Plans without a pilot: respondents with planted behaviour on the starter dilemmas, simulated answer by answer.

The profiles are the self-test's (selftest/scenarios.py), the dilemmas the starter set's design with as many of them, or
copies with rules of their own, as are asked for. A difference is planted by shifting one value's tastes until its share
in the population differs by what is wanted; it counts as seen where the paired t-test says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import permutations

import numpy as np
from scipy import sparse

from axiometer.analyze.coded.arrays import Booleans, Floats, Integers
from axiometer.analyze.frames import Record, number
from axiometer.analyze.planning.choices import family_note
from axiometer.analyze.planning.designs import Goal, Grid, Plan, PlanOptions, Wish, plan_of
from axiometer.analyze.planning.drawing import sources_of
from axiometer.analyze.planning.linear import paired_statistic, precision_of, share_statistic
from axiometer.analyze.planning.trials import Progress, Trials, default_sizes, family_level, headed, silent
from axiometer.analyze.selftest.design import SLOTS, SimulatedDesign, repeated
from axiometer.analyze.selftest.scenarios import Profile, Scenario, Simulated, scenarios, simulate, truth_of
from axiometer.errors import InputError
from axiometer.measure.design import Orders

PLANTED = "no pilot: respondents with planted tastes ({profile}) on dilemmas like the starter set's"
SHIFTED = "the difference is planted in {value}; the two share half of what varies with rules and items"
_STEPS = 40
_AT_ONCE = 25


@dataclass(frozen=True)
class Cells:
    """A simulated design and the sums of its cells: (groups times values) x cells, of first and of second sides."""

    design: SimulatedDesign
    first: sparse.csr_matrix
    second: sparse.csr_matrix

    @classmethod
    def of(cls, design: SimulatedDesign) -> Cells:
        return cls(design, design.per_group_value(0), design.per_group_value(1))

    def counts(self, chosen: Booleans, answered: Booleans) -> tuple[Floats, Floats]:
        """Chosen and asked of one simulation (cells x repeats), both groups x values."""
        took = (chosen & answered).sum(axis=1).astype(np.float64)
        there = answered.sum(axis=1).astype(np.float64)
        shape = (self.design.groups, len(self.design.values))
        asked = (self.first @ there + self.second @ there).reshape(shape)
        return (self.first @ took + self.second @ (there - took)).reshape(shape), asked


def profile_names(values: int = 12) -> tuple[str, ...]:
    """The planted profiles, as the command line names them."""
    return tuple(each.name.replace(" ", "-") for each in scenarios(values))


def planted_plan(
    profile: str,
    design: SimulatedDesign,
    wishes: Sequence[Wish],
    grid: Grid,
    options: PlanOptions,
    progress: Progress = silent,
) -> Plan:
    """Every design of `grid` for every wish about answers. `profile`: one of `profile_names`; `design`: whose dilemmas
    (`selftest.design.starter_design`). Raises `InputError` for an unknown profile or value, and for a difference that
    no shift gives."""
    scenario = _scenario(profile, design)
    kept = _values(design, options.values)
    sizes = grid.items or default_sizes(design.groups)
    combined = [(each, times) for each in grid.orders or (Orders.ONE, Orders.SWAP) for times in grid.repeats]
    differences = [wish for wish in wishes if wish.goal is Goal.DIFFERENCE]
    pairs = {wish.size: _pair(scenario, design, kept[0], wish.size) for wish in differences}
    of = len(sizes) * len(combined) * options.simulations
    done = 0
    rows: list[Record] = []
    for size in sizes:
        sized = sized_design(design, size, np.random.default_rng([options.seed, 3, size]))
        for orders, times in combined:
            cells = Cells.of(in_orders(sized, orders))
            seeds = [options.seed, 3, size, list(Orders).index(orders), times]
            head = {
                "items": cells.design.groups,
                "sources": cells.design.sources.count,
                "orders": orders.value,
                "repeats": times,
                "presentations": len(cells.design.group) * times,
            }
            for wish in wishes:
                if wish.goal is Goal.INTERVAL:
                    rows.append(headed(wish, _width(scenario, cells, kept, (times, seeds), wish, options), **head))
                elif wish.goal is Goal.DIFFERENCE:
                    pair = pairs[wish.size]
                    rows.append(headed(wish, _seen(pair, cells, kept, (times, seeds), wish, options), **head))
            done += options.simulations
            progress(done, of)
    notes: list[tuple[str, dict[str, object]]] = [(PLANTED, {"profile": scenario.name})]
    if differences:
        notes += [(SHIFTED, {"value": design.values[kept[0]]}), *family_note(options, len(kept))]
    return plan_of(rows, notes, "values")


def sized_design(design: SimulatedDesign, groups: int, generator: np.random.Generator) -> SimulatedDesign:
    """That many of the design's dilemmas, drawn at random; where it has fewer, all of it as often as needed, each time
    with rules of its own, and the rest."""
    copies = -(-groups // design.groups)
    whole = repeated(design, design.groups, copies) if copies > 1 else design
    spare = whole.groups - design.groups * (copies - 1)
    taken = np.ones(whole.groups, dtype=np.bool_)
    last = design.groups * (copies - 1)
    wanted = groups - last
    taken[last + generator.permutation(spare)[wanted:]] = False
    return _part(whole, taken[whole.group])


def in_orders(design: SimulatedDesign, orders: Orders) -> SimulatedDesign:
    """The design with each item in one order, in that and its reverse, or in all."""
    if orders is Orders.SWAP:
        return design
    leading = np.zeros(len(design.group), dtype=np.bool_)
    leading[0::2] = True  # an item's two orders follow each other
    single = _part(design, leading)
    if orders is Orders.ONE:
        return single
    every = np.array(list(permutations(range(SLOTS))), dtype=np.int64)
    times = len(every)

    def over(part: Integers) -> Integers:
        return np.repeat(part, times, axis=0)

    return SimulatedDesign(
        single.values, single.langs, over(single.group), over(single.item), over(single.lang), over(single.value),
        over(single.rule), np.tile(every, (len(single.group), 1)), single.sources,
    )  # fmt: skip


def _part(design: SimulatedDesign, kept: Booleans) -> SimulatedDesign:
    group, item = (np.unique(part[kept], return_inverse=True)[1] for part in (design.group, design.item))
    rule = np.unique(design.rule[kept], return_inverse=True)[1].reshape(-1, 2).astype(np.int64)
    first = np.unique(group, return_index=True)[1]
    return SimulatedDesign(
        design.values, design.langs, group, item, design.lang[kept], design.value[kept], rule, design.slot[kept],
        sources_of(rule[first]),
    )  # fmt: skip


def _scenario(profile: str, design: SimulatedDesign) -> Scenario:
    known = {each.name.replace(" ", "-"): each for each in scenarios(len(design.values))}
    if profile not in known:
        raise InputError(
            "there is no planted profile {name!r}", mend="one of {known}", name=profile, known=", ".join(known)
        )
    return known[profile]


def _values(design: SimulatedDesign, values: Sequence[str]) -> list[int]:
    for value in values:
        if value not in design.values:
            raise InputError(
                "{value!r} is not among the values of level {level!r}", mend="one of {known}",
                value=value, level="values", known=", ".join(design.values),
            )  # fmt: skip
    return [place for place, value in enumerate(design.values) if not values or value in values]


def _pair(scenario: Scenario, design: SimulatedDesign, value: int, difference: float) -> Scenario:
    """Two respondents, the second with the share of `value` moved by `difference` towards the middle."""
    plain = replace(scenario.first, refuses=None)
    before = float(truth_of(plain, design).share[value])
    aim = before - difference if before >= 0.5 else before + difference
    if not 0.01 <= aim <= 0.99:
        raise InputError("a difference of {size} from a share of {share} cannot be planted", size=difference,
                         share=f"{before:.2f}")  # fmt: skip
    low, high = -12.0, 12.0
    for _ in range(_STEPS):
        middle = (low + high) / 2
        if float(truth_of(_moved(plain, value, middle), design).share[value]) < aim:
            low = middle
        else:
            high = middle
        if high - low < 1e-4:
            break
    return Scenario(scenario.name, plain, second=_moved(plain, value, (low + high) / 2), shared=scenario.shared)


def _moved(profile: Profile, value: int, size: float) -> Profile:
    taste = profile.taste.copy()
    taste[value, :] += size
    taste[:, value] -= size
    taste[value, value] = 0.0
    return replace(profile, taste=taste)


def _width(
    scenario: Scenario,
    cells: Cells,
    kept: Sequence[int],
    repeats_and_seeds: tuple[int, list[int]],
    wish: Wish,
    options: PlanOptions,
) -> Record:
    trials = Trials([cells.design.values[place] for place in kept])
    alone = Scenario(scenario.name, scenario.first)
    for simulated, place in _simulations(alone, cells.design, repeats_and_seeds, options.simulations):
        counts = cells.counts(simulated.first[place], simulated.answered[place])
        statistic = share_statistic(counts[0][:, kept], counts[1][:, kept], cells.design.sources)
        trials.add(precision_of(statistic, cells.design.sources, options.min_sources), options.confidence, share=True)
    return trials.of_widths(wish)


def _seen(
    pair: Scenario,
    cells: Cells,
    kept: Sequence[int],
    repeats_and_seeds: tuple[int, list[int]],
    wish: Wish,
    options: PlanOptions,
) -> Record:
    """How often the difference of the first of `kept` is told from zero, with the error of a share of simulations."""
    level = family_level(options, len(kept))
    at = [kept[0]]
    seen: list[float] = []
    given = 0
    for simulated, place in _simulations(pair, cells.design, repeats_and_seeds, options.simulations):
        assert simulated.second is not None
        everything = np.ones_like(simulated.answered[place])
        one, other = (cells.counts(chosen[place], everything) for chosen in (simulated.first, simulated.second))
        statistic = paired_statistic(
            (one[0][:, at], one[1][:, at]), (other[0][:, at], other[1][:, at]), cells.design.sources
        )
        found = precision_of(statistic, cells.design.sources, options.min_sources)
        seen.append(float(found.rejected(level)[0]))
        given += bool(found.given[0])
    power = float(np.mean(seen))
    without = int(given < len(seen) / 2)
    # A rate of 0 or 1 in some simulations is not known exactly: two more of each kind (Agresti and Coull 1998).
    held = (sum(seen) + 2) / (len(seen) + 4)
    error = float(np.sqrt(held * (1 - held) / (len(seen) + 4)))
    return {
        "value": cells.design.values[at[0]],
        "expected": number(power),
        "error": number(error),
        "mean": number(power),
        "without": without,
        "meets": power - error >= wish.power and not without,
    }


def _simulations(
    scenario: Scenario, design: SimulatedDesign, repeats_and_seeds: tuple[int, list[int]], count: int
) -> Iterator[tuple[Simulated, int]]:
    """Each simulation as the batch that it is in and its place there."""
    repeats, seeds = repeats_and_seeds
    for start in range(0, count, _AT_ONCE):
        size = min(_AT_ONCE, count - start)
        simulated = simulate(scenario, design, size, repeats, [*seeds, start])
        for place in range(size):
            yield simulated, place
