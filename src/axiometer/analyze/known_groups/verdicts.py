"""What can be said of a steered value: it moves, it does not, or that cannot be told."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

NEGLIGIBLE = 0.05


class Verdict(StrEnum):
    """`moves`: the intervals of a value's own movement and of its lead over the mean of others lie above 0, and no
    other value moved as much. `does not move`: its own movement or its lead lies wholly below 0.05, or another value
    moved more. `cannot tell`: neither."""

    MOVES = "moves"
    DOES_NOT = "does not move"
    CANNOT_TELL = "cannot tell"


@dataclass(frozen=True, slots=True)
class Known:
    """An estimate with its interval, as far as there is one. Where every group moved alike there is no variation to
    resample, and the interval is the estimate itself."""

    value: float
    low: float | None
    high: float | None
    why_not: str | None


def verdict_of(own: Known, lead: Known | None, largest: tuple[str, Known] | None) -> tuple[Verdict, str | None]:
    """The verdict and, unless the value moves, the reason. `lead`: own movement minus the mean of others; `largest`:
    the other value that moved most, and own movement minus its movement."""
    if own.low is None or own.high is None:
        return Verdict.CANNOT_TELL, f"no interval of its own movement: {own.why_not}"
    if own.high < NEGLIGIBLE:
        return Verdict.DOES_NOT, f"its own movement lies wholly below {NEGLIGIBLE}"
    if lead is None or largest is None:
        return Verdict.CANNOT_TELL, "no item on other values was asked, so there is nothing to compare it with"
    name, over = largest
    if lead.high is not None and lead.high < NEGLIGIBLE:
        return Verdict.DOES_NOT, f"its lead over the mean of other values lies wholly below {NEGLIGIBLE}"
    if over.high is not None and over.high < 0:
        return Verdict.DOES_NOT, f"{name} moved more"
    if own.low <= 0:
        return Verdict.CANNOT_TELL, "the interval of its own movement includes 0"
    if lead.low is None:
        return Verdict.CANNOT_TELL, f"no interval of its lead over other values: {lead.why_not}"
    if lead.low <= 0:
        return Verdict.CANNOT_TELL, "the interval of its lead over other values includes 0"
    if over.value <= 0:
        return Verdict.CANNOT_TELL, f"{name} moved as much"
    return Verdict.MOVES, None
