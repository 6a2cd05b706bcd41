"""Plans from a pilot: half-widths of shares, and the chance to see a difference, over studies drawn from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from axiometer.analyze.inference.sources import Sources
from axiometer.analyze.inference.statistic import EDGE
from axiometer.analyze.planning.designs import Goal, Grid, Plan, PlanOptions, Wish, plan_of
from axiometer.analyze.planning.drawing import draw, sources_of
from axiometer.analyze.planning.linear import Precision, paired_statistic, precision_of, share_statistic
from axiometer.analyze.planning.pilot import Counts, Pilot
from axiometer.analyze.planning.trials import (
    Progress,
    Trials,
    default_sizes,
    family_level,
    fewer_repeats_removed,
    headed,
    silent,
)
from axiometer.errors import InputError
from axiometer.measure.design import Orders

MORE_ITEMS = (
    "beyond {n} items, new sources are taken to be like the pilot's: drawn from it with replacement, with as many "
    "items per source"
)
MORE_REPEATS = "more repeats than the pilot's {n}: what they add is worked out from its own repeats"
ASKED_ONCE = "the pilot asked everything once: what repeats add is not known, and taken to be nothing"
ALONE = "one respondent in the pilot: the other is taken to vary as much and to answer independently of it"
SEVERAL_VALUES = "a difference counts as seen at level {level}, since {n} values are looked at (Bonferroni)"
KNOWN = (
    "the pilot knows its own widths to about {share} at best (one standard error, at its widest value), and the plan "
    "no better"
)
NO_SPREAD = "at 0 or 100 % in the pilot, which then shows no spread and plans no interval: {values}"
SAMPLED = "drawn from {n} of the pilot's {all} items"

Design = tuple[Orders, int]


def plan_from_pilot(
    pilot: Pilot, wishes: Sequence[Wish], grid: Grid, options: PlanOptions, progress: Progress = silent
) -> Plan:
    """Every design of `grid` for every wish about answers (intervals, differences).

    Raises `InputError` for orders that the pilot does not have.
    """
    known = list(Orders)[: list(Orders).index(pilot.orders) + 1]
    orders = grid.orders or tuple(known)
    for each in orders:
        if each not in known:
            raise InputError(
                "the pilot has no presentations in --orders {orders}", mend="leave them out, or plan without a pilot",
                orders=each.value,
            )  # fmt: skip
    designs = [(each, times) for each in orders for times in grid.repeats]
    sizes = grid.items or default_sizes(len(pilot.table))
    rows = []
    for place, size in enumerate(sizes):
        generator = np.random.default_rng([options.seed, 2, size])
        found = {design: _trials(pilot, design) for design in designs}
        sources_seen = 0
        for number in range(options.simulations):
            taken, sources = draw(pilot.table, size, generator)
            sources_seen += sources.count
            for design in designs:
                _add(found[design], pilot, design, (taken, sources, number), wishes, options)
            progress(place * options.simulations + number + 1, len(sizes) * options.simulations)
        for each, times in designs:
            shares, differences = found[each, times]
            head = {
                "items": size,
                "sources": round(sources_seen / options.simulations),
                "orders": each.value,
                "repeats": times,
                "presentations": round(size * pilot.per_item[each] * times),
            }
            for wish in wishes:
                if wish.goal is Goal.INTERVAL:
                    rows.append(headed(wish, shares.of_widths(wish), **head))
                elif wish.goal is Goal.DIFFERENCE:
                    level = family_level(options, len(pilot.values))
                    rows.append(headed(wish, differences.of_power(wish, level), **head))
    return plan_of(rows, _notes(pilot, wishes, sizes, grid, options), pilot.level, pilot.respondents)


def _trials(pilot: Pilot, design: Design) -> tuple[Trials, Trials]:
    """Of shares and of differences. Parts of the pilot are left out in so many ways only."""
    ways = len(pilot.variants[design[0], min(design[1], pilot.repeats)])
    distinct = ways if ways > 1 else None
    names = pilot.values
    if len(pilot.respondents) > 1:
        names = tuple(f"{value}, {model}" for model in pilot.respondents for value in pilot.values)
    return Trials(names, distinct), Trials(pilot.values, distinct)


def _add(
    found: tuple[Trials, Trials],
    pilot: Pilot,
    design: Design,
    drawn: tuple[np.ndarray, Sources, int],
    wishes: Sequence[Wish],
    options: PlanOptions,
) -> None:
    goals = {wish.goal for wish in wishes}
    for goal, trials in zip((Goal.INTERVAL, Goal.DIFFERENCE), found, strict=True):
        if goal not in goals:
            continue
        orders, times = design
        if times <= pilot.repeats:
            precision = _precision(goal, pilot, design, drawn, options)
        else:
            precision = _precision(goal, pilot, (orders, pilot.repeats), drawn, options)
            if pilot.repeats > 1:
                once = _precision(goal, pilot, (orders, 1), drawn, options)
                precision = fewer_repeats_removed(once, precision, pilot.repeats, times)
        trials.add(precision, options.confidence, share=goal is Goal.INTERVAL)


def _precision(
    goal: Goal, pilot: Pilot, design: Design, drawn: tuple[np.ndarray, Sources, int], options: PlanOptions
) -> Precision:
    rows, sources, number = drawn
    variants = pilot.variants[design]
    counts: list[Counts] = [(k[rows], n[rows]) for k, n in variants[number % len(variants)]]
    if goal is Goal.INTERVAL:
        chosen, asked = (np.hstack([each[place] for each in counts]) for place in (0, 1))
        return precision_of(share_statistic(chosen, asked, sources), sources, options.min_sources)
    if len(counts) == 2:
        return precision_of(paired_statistic(counts[0], counts[1], sources), sources, options.min_sources)
    alone = precision_of(share_statistic(*counts[0], sources), sources, options.min_sources)
    return Precision(alone.estimate * 0.0, 2 * alone.variance, alone.df, alone.given, alone.sources)


def _notes(
    pilot: Pilot, wishes: Sequence[Wish], sizes: Sequence[int], grid: Grid, options: PlanOptions
) -> list[tuple[str, dict[str, object]]]:
    notes: list[tuple[str, dict[str, object]]] = []
    drawn = len(pilot.table)
    if max(sizes) > drawn:
        notes.append((MORE_ITEMS, {"n": drawn}))
    if pilot.groups > drawn:
        notes.append((SAMPLED, {"n": drawn, "all": pilot.groups}))
    if max(grid.repeats) > pilot.repeats:
        notes.append((MORE_REPEATS, {"n": pilot.repeats}) if pilot.repeats > 1 else (ASKED_ONCE, {}))
    notes += _known(pilot, options)
    if any(wish.goal is Goal.DIFFERENCE for wish in wishes):
        if len(pilot.respondents) == 1:
            notes.append((ALONE, {}))
        notes += family_note(options, len(pilot.values))
    return notes


def _known(pilot: Pilot, options: PlanOptions) -> list[tuple[str, dict[str, object]]]:
    """How well the pilot knows the width of its widest value: a variance of d degrees of freedom has the relative error
    (2 / d)^1/2, its root half of that. And values of which it shows no spread at all."""
    whole = (np.arange(len(pilot.table)), sources_of(pilot.table), 0)
    found = _precision(Goal.INTERVAL, pilot, (pilot.orders, pilot.repeats), whole, replace(options, min_sources=1))
    names = _trials(pilot, (pilot.orders, pilot.repeats))[0].names
    flat = [name for name, share in zip(names, found.estimate, strict=True) if share <= EDGE or share >= 1 - EDGE]
    notes: list[tuple[str, dict[str, object]]] = [(NO_SPREAD, {"values": "; ".join(flat)})] if flat else []
    widths = found.share_half_widths(options.confidence)
    if np.isfinite(widths).any():
        df = float(found.df[int(np.nanargmax(widths))])
        notes.append((KNOWN, {"share": f"{1 / np.sqrt(2 * df):.0%}"}))
    return notes


def family_note(options: PlanOptions, values: int) -> list[tuple[str, dict[str, object]]]:
    """What several values do to the level of a test; nothing for one."""
    if values < 2:
        return []
    return [(SEVERAL_VALUES, {"level": f"{family_level(options, values):.2g}", "n": values})]
