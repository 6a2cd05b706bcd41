"""Whose view a statement is: names of corpora, and how a disagreement is told apart by period and outlet.

A *place* is what is known of a node beside its stance: outlet and date. An issue is cut by `cells`: first into two
periods, where a border of years, half-years, quarters or months (the coarsest that does) has one stance on either side
and the two are further apart than `TOGETHER`, so that views changed and did not merely meet; else by outlet; else by
outlet, and those outlets that took both stances by period, too, however near. A cell that still holds both stances, or
two statements in conflict, is *contradictory*.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from axiometer.build.statements.reduction.options import PERIODS

UNNAMED: Final = "without outlet"
UNDATED: Final = "undated"
NEWS: Final = "news"
_MIDDLE_OF_MONTH: Final = "-15"

TOGETHER: Final = 60
"""Days within which opposite statements contradict each other at the same time; further apart, over time."""

Contradicts: TypeAlias = Callable[[Sequence[int]], bool]


@dataclass(frozen=True, slots=True)
class Place:
    outlet: str | None
    date: str | None


@dataclass(frozen=True, slots=True)
class Cells:
    """name: of each node's part of the corpus, without the nation. contradictory: those of the names whose part does
    not hold one stance. way: how it was cut (period, outlet, outlet and period)."""

    name: Mapping[int, str]
    contradictory: frozenset[str]
    way: str


PERIOD: Final = "period"
OUTLET: Final = "outlet"
BOTH: Final = "outlet and period"


def corpus_name(nation: str, dates: Iterable[str | None]) -> str:
    """The name of all of a nation's texts: `uk news 2022-2024`."""
    years = sorted({date[:4] for date in dates if date is not None and date[:4].isdigit()})
    span = [] if not years else [years[0] if years[0] == years[-1] else f"{years[0]}-{years[-1]}"]
    return " ".join([*([nation] if nation else []), NEWS, *span])


def part_name(nation: str, part: str) -> str:
    """The name of a part of a nation's texts: `uk The National Lantern until 2023-05`."""
    return f"{nation} {part}" if nation else part


def period_of(date: str | None, unit: str) -> str | None:
    """The year, half-year, quarter or month of an ISO date: `2023`, `2023-H1`, `2023-Q2`, `2023-05`; None where the
    date does not say. Of one unit they ascend with time."""
    if date is None or len(date) < 4 or not date[:4].isdigit():
        return None
    if unit == "year":
        return date[:4]
    if len(date) < 7 or not date[5:7].isdigit() or not 1 <= int(date[5:7]) <= 12:
        return None
    month = int(date[5:7])
    if unit == "half-year":
        return f"{date[:4]}-H{(month + 5) // 6}"
    return f"{date[:4]}-Q{(month + 2) // 3}" if unit == "quarter" else date[:7]


def cells(nodes: Sequence[int], places: Mapping[int, Place], finest: str, contradicts: Contradicts) -> Cells:
    """The parts into which an issue's nodes are cut. contradicts: whether some nodes do not hold one stance."""
    cut = _cut(nodes, places, finest, contradicts)
    if cut is not None and not cut.bad and _apart(cut, places):
        return Cells(cut.name, frozenset(), PERIOD)
    outlets: dict[str, list[int]] = defaultdict(list)
    for node in nodes:
        outlets[places[node].outlet or UNNAMED].append(node)
    named, bad, way = dict[int, str](), set[str](), OUTLET
    for outlet in sorted(outlets):
        members = outlets[outlet]
        if not contradicts(members):
            named |= dict.fromkeys(members, outlet)
            continue
        way = BOTH
        cut = _cut(members, places, finest, contradicts)
        if cut is None:
            named |= dict.fromkeys(members, outlet)
            bad.add(outlet)
            continue
        named |= {node: f"{outlet} {period}" for node, period in cut.name.items()}
        bad |= {f"{outlet} {period}" for period in cut.bad}
    return Cells(named, frozenset(bad), way)


def day_of(date: str | None) -> int | None:
    """Days since the year 1; the middle of a month that is known without its day; None for less."""
    if date is None or len(date) < len("2020-01"):
        return None
    try:
        return datetime.date.fromisoformat(date[:10] if len(date) >= 10 else date[:7] + _MIDDLE_OF_MONTH).toordinal()
    except ValueError:
        return None


def _apart(cut: _Cut, places: Mapping[int, Place]) -> bool:
    """Whether the periods' statements are further apart than `TOGETHER`. Those known by their year alone are not."""
    days: dict[str, list[int | None]] = defaultdict(list)
    for node, name in cut.name.items():
        days[name].append(day_of(places[node].date))
    if UNDATED in days or any(day is None for each in days.values() for day in each):
        return False
    earlier, later = sorted(([day for day in each if day is not None] for each in days.values()), key=min)
    return min(later) - max(earlier) > TOGETHER


@dataclass(frozen=True, slots=True)
class _Cut:
    """Nodes cut into two periods (and the undated ones): names of the periods, those that contradict themselves, and
    how many nodes are in these."""

    name: Mapping[int, str]
    bad: frozenset[str]
    lost: int


def _cut(nodes: Sequence[int], places: Mapping[int, Place], finest: str, contradicts: Contradicts) -> _Cut | None:
    """The border that leaves fewest nodes in a contradictory period: the coarsest of the best, then the earliest. None
    where there is nothing to cut."""
    best: _Cut | None = None
    for unit in PERIODS[: PERIODS.index(finest) + 1]:
        by_period: dict[str, list[int]] = defaultdict(list)
        undated: list[int] = []
        for node in nodes:
            period = period_of(places[node].date, unit)
            (undated if period is None else by_period[period]).append(node)
        for cut in _borders(by_period, undated, contradicts):
            if best is None or cut.lost < best.lost:
                best = cut
        if best is not None and best.lost == 0:
            break
    return best


def _borders(by_period: Mapping[str, list[int]], undated: list[int], contradicts: Contradicts) -> Iterable[_Cut]:
    periods = sorted(by_period)
    for number in range(1, len(periods)):
        sides = {
            f"until {periods[number - 1]}": [node for period in periods[:number] for node in by_period[period]],
            f"from {periods[number]}": [node for period in periods[number:] for node in by_period[period]],
        }
        if undated:
            sides[UNDATED] = undated
        bad = frozenset(name for name, members in sides.items() if contradicts(members))
        named = {node: name for name, members in sides.items() for node in members}
        yield _Cut(named, bad, sum(len(sides[name]) for name in bad))
