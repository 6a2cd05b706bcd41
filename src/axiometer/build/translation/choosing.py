"""Which item is translated into which language, and why others are not: pure functions of a table of items."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import polars as pl

from axiometer.models.draws import uniform

IN_IT: Final = "is in this language"
THERE: Final = "is there in this language already"
OTHER_VERSION: Final = "another version of it is translated"
OTHER_LANGUAGE: Final = "is not in the language that is translated from"

_FAMILY = "family"


def sampled(items: pl.DataFrame, limit: int | None, seed: int) -> pl.DataFrame:
    """A seeded sample of so many items, in their order; one and the same in several languages counts as one. A larger
    sample holds every smaller one."""
    families = items.select(family=pl.coalesce("parallel_id", "id"))["family"]
    distinct = families.unique(maintain_order=True).to_list()
    if limit is None or len(distinct) <= limit:
        return items
    drawn = sorted((uniform(seed, "item", family), family) for family in distinct)[:limit]
    return items.filter(families.is_in([family for _, family in drawn]))


def left_out(items: pl.DataFrame, langs: pl.Series, target: str, origin: str | None) -> list[str | None]:
    """Why each item is not translated into `target`, None where it is. langs: of the items, as plain codes; origin: the
    language that is translated from, None for any.

    Of an item that is there in several languages one is translated, the first in the table, so that no two translations
    stand for the same.
    """
    frame = items.select(family=pl.coalesce("parallel_id", "id")).with_columns(lang=langs)
    holders = set(frame.filter(pl.col("lang") == target)[_FAMILY].to_list())
    taken = set[str]()
    reasons: list[str | None] = []
    for family, lang in frame.iter_rows():
        if lang == target:
            reasons.append(IN_IT)
        elif family in holders:
            reasons.append(THERE)
        elif origin is not None and lang != origin:
            reasons.append(OTHER_LANGUAGE)
        elif family in taken:
            reasons.append(OTHER_VERSION)
        else:
            taken.add(family)
            reasons.append(None)
    return reasons


def complete(items: pl.DataFrame, langs: pl.Series, passed: Sequence[tuple[str, str]], to: Sequence[str]) -> set[str]:
    """Families that are there in every language of `to`, as originals or by a translation. passed: (item, language) of
    the translations."""
    frame = items.select("id", family=pl.coalesce("parallel_id", "id")).with_columns(lang=langs)
    of_item = dict(frame.select("id", _FAMILY).iter_rows())
    have: dict[str, set[str]] = {}
    for _, family, lang in frame.iter_rows():
        have.setdefault(family, set()).add(lang)
    for item, lang in passed:
        have[of_item[item]].add(lang)
    return {family for family, there in have.items() if set(to) <= there}
