"""Which scored candidates are kept, as what, and the reason of every other one."""

from __future__ import annotations

import polars as pl
import pytest

from axiometer.build.conflicts.coverage import Coverage
from axiometer.build.conflicts.options import ConflictOptions, Direction, WantedKind
from axiometer.build.conflicts.pairs import (
    NEITHER,
    NO_VALUE,
    ONE_DIRECTION,
    OTHER_KIND,
    SAME_VALUE,
    SAME_WORDS,
    Selection,
    select,
)
from axiometer.errors import InputError
from axiometer.frameworks import load_framework
from axiometer.records.corpus_rows import RulePair
from axiometer.records.schemas import to_frame

FRAMEWORK = load_framework("core-socialist-values")
CORE = [value.id for value in FRAMEWORK.values_at("core")]
UNDER_FIRST = FRAMEWORK.children(CORE[0])[0]
BOTH = Selection(WantedKind.BOTH, 0.5, 0.8)


def pair(
    ab: float | None,
    ba: float | None,
    *,
    said: str | None = None,
    a: tuple[str, ...] = (CORE[0],),
    b: tuple[str, ...] = (CORE[1],),
    band: float = 0.5,
    inclusion: float | None = 0.5,
    confidence: str = "normal",
) -> RulePair:
    scores = (band, band, inclusion, ab, ba, said, "model", confidence)
    return RulePair("p", ("x", "y"), "en", "x", "y", "One.", "Other.", a, b, FRAMEWORK.id, *scores)


@pytest.mark.parametrize(
    ("given", "kind", "reason", "confidence"),
    [
        (pair(0.9, 0.5), "contradiction", None, "normal"),
        (pair(0.9, 0.5, a=(), b=()), "contradiction", None, "normal"),
        (pair(0.9, 0.49), "neither", ONE_DIRECTION, "normal"),
        (pair(0.9, None), "neither", ONE_DIRECTION, "normal"),
        (pair(0.1, 0.2), "tension", None, "low"),
        (pair(0.05, None), "tension", None, "low"),
        (pair(0.1, 0.2, band=0.8), "neither", SAME_WORDS, "normal"),
        (pair(0.9, 0.9, band=0.8), "contradiction", None, "normal"),
        (pair(0.0, 0.0, b=()), "neither", NO_VALUE, "normal"),
        (pair(0.0, 0.0, b=(CORE[1], CORE[0])), "neither", SAME_VALUE, "normal"),
        (pair(0.0, 0.0, b=(UNDER_FIRST,)), "neither", SAME_VALUE, "normal"),
        (pair(0.0, 0.0, said="tension", b=()), "tension", None, "normal"),
        (pair(1.0, 0.0, said="tension", confidence="low"), "tension", None, "low"),
        (pair(0.0, 0.0, said="neither"), "neither", NEITHER, "normal"),
    ],
)
def test_a_pair_is_kept_as_its_kind_or_goes_with_its_reason(
    given: RulePair, kind: str, reason: str | None, confidence: str
) -> None:
    (row,) = select(to_frame([given], RulePair), BOTH, FRAMEWORK).select("kind", "reason", "confidence").rows()
    assert row == (kind, reason, confidence)


@pytest.mark.parametrize(
    ("ab", "ba", "kept"), [(0.9, 0.0, True), (0.0, 0.9, True), (0.9, None, True), (0.7, 0.7, False)]
)
def test_where_either_direction_will_do_one_alone_makes_a_contradiction(
    ab: float, ba: float | None, kept: bool
) -> None:
    either = Selection(WantedKind.CONTRADICTION, 0.8, 0.8, Direction.EITHER)
    found = select(to_frame([pair(ab, ba)], RulePair), either, FRAMEWORK)
    assert found["reason"].to_list() == [None if kept else OTHER_KIND]
    assert select(to_frame([pair(ab, ba)], RulePair), BOTH, FRAMEWORK)["reason"].is_null().all() == (ba == 0.7)


def test_only_the_wanted_kind_is_kept() -> None:
    frame = to_frame([pair(0.9, 0.9), pair(0.0, 0.0), pair(0.0, 0.0, b=())], RulePair)
    contradictions = select(frame, Selection(WantedKind.CONTRADICTION, 0.5, 0.8), FRAMEWORK)
    assert contradictions["reason"].to_list() == [None, OTHER_KIND, NO_VALUE]
    tensions = select(frame, Selection(WantedKind.TENSION, 0.5, 0.8), FRAMEWORK)
    assert tensions["reason"].to_list() == [OTHER_KIND, None, NO_VALUE]


def test_values_meet_each_other_once_per_pair_on_every_level_and_weights_estimate_all() -> None:
    coverage = Coverage(FRAMEWORK)
    scored = [pair(0.9, 0.9, a=(UNDER_FIRST,), b=(CORE[1],), inclusion=0.25), pair(0.0, 0.0), pair(0.0, 0.0, b=())]
    for row in scored:
        coverage.add(select(to_frame([row], RulePair), BOTH, FRAMEWORK))
    table = coverage.table()
    a, b = sorted(CORE[:2])
    (core,) = table.filter(level="core", value_a=a, value_b=b).rows(named=True)
    assert (core["candidates"], core["contradictions"], core["tensions"], core["estimated"]) == (2, 1, 1, 6.0)
    (first, second) = sorted((UNDER_FIRST, CORE[1]))
    (given,) = table.filter(level="value", value_a=first, value_b=second).rows(named=True)
    assert (given["candidates"], given["estimated"]) == (1, 4.0)
    assert table.filter(pl.col("level") == "value")["candidates"].sum() == 2


def test_what_was_not_drawn_at_random_estimates_nothing() -> None:
    coverage = Coverage(None)
    coverage.add(select(to_frame([pair(0.9, 0.9, inclusion=None)], RulePair), BOTH, None))
    assert coverage.table()["estimated"].to_list() == [None]


@pytest.mark.parametrize(
    ("options", "bands", "edges"),
    [
        (ConflictOptions.of(), (0.5, 0.6, 0.7, 0.8), (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8)),
        (ConflictOptions.of(low=0.25, high=0.6, width=0.2), (0.25, 0.45, 0.6), (0.0, 0.1, 0.2, 0.25, 0.45, 0.6)),
        (ConflictOptions.of(low=0, high=1, width=1), (0.0, 1.0), (0.0, 1.0)),
    ],
)
def test_bands_reach_from_the_lowest_cosine_to_near_duplicates(
    options: ConflictOptions, bands: tuple[float, ...], edges: tuple[float, ...]
) -> None:
    assert options.bands == bands and options.edges == edges


def test_languages_are_kept_apart_unless_asked_otherwise() -> None:
    assert ConflictOptions.of().within == ("language",)
    assert ConflictOptions.of(any_language=True).within == ()
    assert ConflictOptions.of(across=("language",)).within == ()
    with pytest.raises(InputError, match="within one value and across"):
        ConflictOptions.of(within=("value",), across=("value",))
