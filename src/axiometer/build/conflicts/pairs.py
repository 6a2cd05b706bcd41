"""Which scored candidates are kept, as what, and why the others are not.

contradiction: both directions reach the threshold (or either one, where that is wanted). tension: the model says so;
or, where it knows contradictions alone, the rules are about similar situations (their cosine lies in the range, below
that of near-duplicates), stand for different values (none of one is a value of the other, nor above one), and neither
contradicts the other. Such a tension is an inference from likeness and values, not a finding about the rules: its
confidence is always low.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl

from axiometer.build.conflicts.options import Direction, WantedKind
from axiometer.frameworks import Framework
from axiometer.models.protocols import Confidence, ConflictKind
from axiometer.records.corpus_rows import RulePair
from axiometer.records.schemas import schema_of

ONE_DIRECTION: Final = "contradicts in one direction only"
NEITHER: Final = "neither contradiction nor tension, says the model"
NO_VALUE: Final = "no contradiction, and a rule without values"
SAME_VALUE: Final = "no contradiction, and a value in common"
SAME_WORDS: Final = "no contradiction, and nearly the same words"
OTHER_KIND: Final = "not of the wanted kind"


@dataclass(frozen=True, slots=True)
class Selection:
    """What pairs are kept: their kind, the score that a contradiction reaches (in both directions, or in either), and
    the cosine from which rules are near-duplicates."""

    kind: WantedKind
    contradiction: float
    high: float
    direction: Direction = Direction.BOTH


def select(pairs: pl.DataFrame, selection: Selection, framework: Framework | None) -> pl.DataFrame:
    """The scored pairs (frame of `RulePair`), with the kind that each is taken for, and a column `reason` that is null
    for those that are kept."""
    ab, ba = pl.col("contradiction_ab").fill_null(0.0), pl.col("contradiction_ba").fill_null(0.0)
    higher = pl.max_horizontal(ab, ba)
    contradicts = (
        higher if selection.direction is Direction.EITHER else pl.min_horizontal(ab, ba)
    ) >= selection.contradiction
    said = pl.col("kind")
    shared = _shared(pairs, framework)
    valued = (pl.col("values_a").list.len() > 0) & (pl.col("values_b").list.len() > 0)
    tension, neither = str(ConflictKind.TENSION), str(ConflictKind.NEITHER)
    why = (
        pl.when(contradicts)
        .then(None)
        .when(said == tension)
        .then(None)
        .when(said == neither)
        .then(pl.lit(NEITHER))
        .when(higher >= selection.contradiction)
        .then(pl.lit(ONE_DIRECTION))
        .when(pl.col("band") >= selection.high)
        .then(pl.lit(SAME_WORDS))
        .when(~valued)
        .then(pl.lit(NO_VALUE))
        .when(pl.col("shared"))
        .then(pl.lit(SAME_VALUE))
        .otherwise(None)
    )
    kind = pl.when(contradicts).then(pl.lit(str(ConflictKind.CONTRADICTION))).otherwise(pl.lit(tension))
    inferred = ~contradicts & said.ne_missing(pl.lit(tension))
    found = pairs.with_columns(shared=pl.Series(shared, dtype=pl.Boolean)).with_columns(reason=why.cast(pl.String()))
    found = found.with_columns(
        kind=pl.when(pl.col("reason").is_null()).then(kind).otherwise(pl.lit(neither)),
        confidence=pl.when(inferred & pl.col("reason").is_null())
        .then(pl.lit(str(Confidence.LOW)))
        .otherwise(pl.col("confidence")),
    )
    if selection.kind is not WantedKind.BOTH:
        other = pl.col("reason").is_null() & (pl.col("kind") != str(selection.kind))
        found = found.with_columns(reason=pl.when(other).then(pl.lit(OTHER_KIND)).otherwise(pl.col("reason")))
    return found.select(*schema_of(RulePair), "reason")


def _shared(pairs: pl.DataFrame, framework: Framework | None) -> list[bool]:
    """Whether the rules have a value in common, or one has a value that stands above one of the other's."""
    above: dict[str, frozenset[str]] = {}

    def with_above(values: Sequence[str]) -> set[str]:
        found: set[str] = set()
        for value in values:
            if value not in above:
                known = framework is not None and value in framework
                parents = framework.ancestors(value).values() if framework is not None and known else ()
                above[value] = frozenset({value}).union(*parents)
            found |= above[value]
        return found

    return [
        not with_above(a).isdisjoint(b) or not with_above(b).isdisjoint(a)
        for a, b in pairs.select("values_a", "values_b").iter_rows()
    ]
