"""Who is shown what: every rater as much as any other, some of it shared, in an order of its own; all of it drawn.

Of a rater's units the share `overlap` is shared: each such unit goes to `shared_by` raters. Those are the raters who
have the fewest so far, among equals those who met the others of the unit least often, so that raters' loads differ by
at most one and all pairs of raters meet. The rest is shown to one rater each.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import combinations, permutations
from math import comb
from typing import Final

from axiometer.annotate.project import AssignmentDesign
from axiometer.annotate.units import Assignment, Unit, make_assignment
from axiometer.errors import InputError
from axiometer.models.draws import uniform

_ALL_ORDERS: Final = 4
"""Up to that many options every order is equally frequent with each rater."""

_ALL_GROUPS: Final = 500
"""Up to that many groups of raters all are compared."""


def shared_units(design: AssignmentDesign) -> int:
    """How many units are shown to `shared_by` raters."""
    if design.shared_by < 2:
        return 0
    return len(design.raters) * round(design.overlap * design.per_rater) // design.shared_by


def units_needed(design: AssignmentDesign) -> int:
    """How many units a design takes, attention checks aside."""
    shared = shared_units(design)
    return shared + len(design.raters) * design.per_rater - shared * design.shared_by


def assign(
    units: Sequence[Unit], checks: Sequence[Unit], design: AssignmentDesign, *, shuffle: bool
) -> list[Assignment]:
    """Every rater's rows, by rater and place. `shuffle`: options stand in an order of the rater's own.

    `units` are taken in a drawn order, as many as `units_needed`. Raises `InputError` where there are too few, fewer
    raters than a unit is to be shared by, or fewer checks than each rater is to see.
    """
    if design.shared_by > len(design.raters):
        what = "{n} raters cannot share a row among {k}"
        raise InputError(what, mend="--shared-by", n=len(design.raters), k=design.shared_by)
    needed = units_needed(design)
    if len(units) < needed:
        what, mend = "{needed} rows are needed and {there} are there", "a smaller --per-rater, or a larger --overlap"
        raise InputError(what, mend=mend, needed=needed, there=len(units))
    if len(checks) < design.attention:
        what, mend = "{wanted} attention checks are wanted and the task has {there}", "a smaller --attention"
        raise InputError(what, mend=mend, wanted=design.attention, there=len(checks))
    drawn = sorted(units, key=lambda unit: (uniform(design.seed, "share", unit.id), unit.id))[:needed]
    return [row for rater, own in _dealt(drawn, design).items() for row in _rows(rater, own, checks, design, shuffle)]


def _dealt(units: Sequence[Unit], design: AssignmentDesign) -> Mapping[str, list[Unit]]:
    shared = shared_units(design)
    dealt: dict[str, list[Unit]] = {rater: [] for rater in design.raters}
    met: Counter[tuple[str, str]] = Counter()
    for unit in units[:shared]:
        group = _group(unit, dealt, met, design)
        for rater in group:
            dealt[rater].append(unit)
            met.update((rater, other) for other in group if other != rater)
    single = iter(units[shared:])
    for own in dealt.values():
        while len(own) < design.per_rater:
            own.append(next(single))
    return dealt


def _group(
    unit: Unit, dealt: Mapping[str, Sequence[Unit]], met: Mapping[tuple[str, str], int], design: AssignmentDesign
) -> list[str]:
    """The raters of a shared unit: those with the fewest, and among equals the group that met least often; of many
    groups it is found rater by rater."""
    drawn = sorted(dealt, key=lambda rater: uniform(design.seed, "group", unit.id, rater))
    most = sorted(len(own) for own in dealt.values())[design.shared_by - 1]
    group = [rater for rater in drawn if len(dealt[rater]) < most]
    equals = [rater for rater in drawn if len(dealt[rater]) == most]
    wanted = design.shared_by - len(group)

    def meetings(more: Sequence[str]) -> tuple[int, int]:
        counts = [met.get(pair, 0) for pair in combinations((*group, *more), 2)]
        return sum(counts), max(counts, default=0)

    if comb(len(equals), wanted) <= _ALL_GROUPS:
        return [*group, *min(combinations(equals, wanted), key=meetings)]
    for _ in range(wanted):
        group.append(min((rater for rater in equals if rater not in group), key=lambda rater: meetings((rater,))))
    return group


def _rows(
    rater: str, own: Sequence[Unit], checks: Sequence[Unit], design: AssignmentDesign, shuffle: bool
) -> list[Assignment]:
    seed = design.seed
    ordered = sorted(own, key=lambda unit: uniform(seed, "place", rater, unit.id))
    picked = sorted(checks, key=lambda unit: uniform(seed, "check", rater, unit.id))[: design.attention]
    placed = _spread(ordered, picked, seed, rater)
    seen: Counter[int] = Counter()
    rows = []
    for place, unit in enumerate(placed):
        order = unit.shown
        if shuffle and len(order) > 1:
            order = _shuffled(order, seen[len(order)], seed, rater)
            seen[len(order)] += 1
        rows.append(make_assignment(rater, place, unit.id, order))
    return rows


def _spread(units: Sequence[Unit], checks: Sequence[Unit], seed: int, rater: str) -> list[Unit]:
    """`units` in their order with a check in each of as many equal stretches, never first and at a drawn place."""
    placed = list(units)
    total = len(units) + len(checks)
    for number, check in enumerate(checks):
        first, last = number * total // len(checks), (number + 1) * total // len(checks)
        place = first + int(uniform(seed, "stretch", rater, number) * (last - first))
        placed.insert(max(place, 1), check)
    return placed


def _shuffled(shown: tuple[int, ...], number: int, seed: int, rater: str) -> tuple[int, ...]:
    """The rater's `number`-th order of that many options: all orders in turn, each round in a drawn sequence."""
    size = len(shown)
    if size > _ALL_ORDERS:
        return tuple(sorted(shown, key=lambda option: uniform(seed, "order", rater, number, option)))
    every = list(permutations(range(size)))
    turn, at = divmod(number, len(every))
    round_ = sorted(every, key=lambda order: uniform(seed, "orders", rater, size, turn, order))
    return tuple(shown[slot] for slot in round_[at])
