"""What is wanted of a study, the designs that are tried, and what each would give."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import polars as pl

from axiometer.analyze.frames import Record, framed
from axiometer.errors import InputError
from axiometer.measure.design import Orders


class Goal(StrEnum):
    """`interval`: half-width of the intervals of shares; `difference`: the chance to see a difference between two
    respondents; `corrected`: half-width of a share corrected by labels; `agreement`: half-width of Krippendorff's
    alpha of raters."""

    INTERVAL = "interval"
    DIFFERENCE = "difference"
    CORRECTED = "corrected"
    AGREEMENT = "agreement"


@dataclass(frozen=True, slots=True)
class Wish:
    """`size`: the half-width that is wanted at most, or the difference that is to be seen with the chance `power`.
    Raises `InputError` for sizes and chances outside 0 to 1."""

    goal: Goal
    size: float
    power: float = 0.8

    def __post_init__(self) -> None:
        if not (0 < self.size < 1 and 0 < self.power < 1):
            raise InputError("a wanted width, difference or chance lies between 0 and 1")


@dataclass(frozen=True, slots=True)
class Grid:
    """The designs that are tried: every combination of what bears on a wish. `items`: groups of parallel items (an item
    with its other languages counts once); None: sizes that suit the pilot. `orders` None: those that it has."""

    items: tuple[int, ...] | None = None
    orders: tuple[Orders, ...] | None = None
    repeats: tuple[int, ...] = (1,)
    raters: tuple[int, ...] = (2, 3, 5)
    labels: tuple[int, ...] = (50, 100, 200, 400)

    def __post_init__(self) -> None:
        for numbers in (self.items or (1,), self.repeats, self.raters, self.labels):
            if not numbers or min(numbers) < 1:
                raise InputError("numbers of items, repeats, raters and labels are at least 1")


@dataclass(frozen=True, slots=True)
class PlanOptions:
    """`simulations`: simulated studies per design. `values`: only these are planned for (none: all of the level).
    `confidence`, `min_sources`: as in an analysis."""

    simulations: int = 200
    seed: int = 0
    confidence: float = 0.95
    min_sources: int = 20
    values: tuple[str, ...] = ()


ROWS: dict[str, type[pl.DataType]] = {
    "goal": pl.String,
    "size": pl.Float64,
    "power": pl.Float64,
    "items": pl.Int64,
    "sources": pl.Int64,
    "orders": pl.String,
    "repeats": pl.Int64,
    "labels": pl.Int64,
    "raters": pl.Int64,
    "presentations": pl.Int64,
    "value": pl.String,
    "expected": pl.Float64,
    "error": pl.Float64,
    "mean": pl.Float64,
    "without": pl.Int64,
    "meets": pl.Boolean,
}
"""`expected`: what the design gives for the `value` that is worst off (a half-width, or a chance to see the
difference), over simulated studies; `error`: its Monte-Carlo standard error; `mean`: over all values; `without`: for
how many values an analysis would print no interval; `sources`: how many there are on average; `presentations`: of one
respondent; `meets`: by more than one Monte-Carlo error, and no value is without."""

DESIGN = ("items", "orders", "repeats", "labels", "raters")
_COST = ("presentations", "labels", "raters", "items", "repeats")
CHOICES = (Goal.INTERVAL.value, Goal.DIFFERENCE.value)


@dataclass(frozen=True, slots=True)
class Plan:
    """`rows`: one per wish and design (columns: `ROWS`). `notes`: what the simulation takes for granted, as texts with
    fields. `level`, `values`: what is planned for; `respondents`: whose pilot it is, none without one."""

    rows: pl.DataFrame
    notes: tuple[tuple[str, dict[str, object]], ...] = ()
    level: str | None = None
    respondents: tuple[str, ...] = ()

    def recommended(self) -> list[Record]:
        """The smallest design for each wish that some design meets, and, where there are several wishes about answers,
        the smallest for all of them (`goal` is then `all`). Smallest: fewest presentations, then labels and raters."""
        found = [first for part in self._wishes(self.rows) if (first := _smallest(part)) is not None]
        choices = self.rows.filter(pl.col("goal").is_in(CHOICES))
        wishes = len(self._wishes(choices))
        if wishes > 1:
            together = choices.group_by(DESIGN, maintain_order=True).agg(
                pl.col("presentations").max(), meets=pl.col("meets").all() & (pl.len() == wishes)
            )
            first = _smallest(together.with_columns(goal=pl.lit("all")))
            found += [first] if first is not None else []
        return found

    def unmet(self) -> list[Record]:
        """The wishes that no design meets, each with the row of the design that comes nearest."""
        rows = []
        for part in self._wishes(self.rows):
            if part["meets"].any():
                continue
            highest = part["goal"][0] == Goal.DIFFERENCE.value
            rows.append(part.sort("expected", descending=highest, nulls_last=True).row(0, named=True))
        return rows

    def to_dict(self) -> dict[str, object]:
        """JSON values only."""
        return {
            "level": self.level,
            "respondents": list(self.respondents),
            "designs": self.rows.to_dicts(),
            "recommended": self.recommended(),
            "notes": [text.format(**fields) if fields else text for text, fields in self.notes],
        }

    def _wishes(self, rows: pl.DataFrame) -> list[pl.DataFrame]:
        return rows.partition_by("goal", "size", "power", maintain_order=True) if rows.height else []


def plan_of(
    rows: Sequence[Record],
    notes: Sequence[tuple[str, dict[str, object]]],
    level: str | None = None,
    respondents: Sequence[str] = (),
) -> Plan:
    return Plan(framed(rows, ROWS), tuple(notes), level, tuple(respondents))


def joined_plans(plans: Sequence[Plan]) -> Plan:
    """Several plans as one; level and respondents are those of the first that has any."""
    notes = tuple(dict.fromkeys((text, tuple(fields.items())) for plan in plans for text, fields in plan.notes))
    return Plan(
        pl.concat([plan.rows for plan in plans]),
        tuple((text, dict(fields)) for text, fields in notes),
        next((plan.level for plan in plans if plan.level is not None), None),
        next((plan.respondents for plan in plans if plan.respondents), ()),
    )


def _smallest(rows: pl.DataFrame) -> Record | None:
    met = rows.filter("meets")
    if met.is_empty():
        return None
    first = met.sort([pl.col(name) for name in _COST], nulls_last=False, maintain_order=True).row(0, named=True)
    return {**dict.fromkeys(ROWS), **first}
