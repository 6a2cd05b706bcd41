"""Blind baselines by respondents: a run over items without their question, and which statements it tells all the same.

In the form `origin` a respondent is asked which side was published: half of them by chance, more where style tells. In
the form `blind` it takes a side without the question, which its own view may decide as much as style; that share is
shown, but marks nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import polars as pl

from axiometer.build.statements.triples.blind import SOLVED, grouped_share
from axiometer.build.statements.triples.items import SOLVED_STYLE, STATEMENT
from axiometer.build.statements.triples.rows import Form
from axiometer.errors import InputError
from axiometer.records.rows import Item, Mode, Outcome

HIDDEN: Final = (Form.ORIGIN, Form.BLIND)
"""Forms without the question."""
_MODES: Final = (str(Mode.CHOICE), str(Mode.LOGPROB))


@dataclass(frozen=True, slots=True)
class BlindShare:
    """How often a respondent names the statement, of the items of a form and language that it answered; with an
    interval by issue groups."""

    model: str
    lang: str
    form: str
    items: int
    groups: int
    share: float
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class BlindRun:
    """`solved`: statements whose published side every respondent named in each of its answers, two or more (by
    log-probability: with more than `blind.SOLVED`); `mistaken`: those of which each named the reverse, which chance
    makes as many of. `asked`: statements that all respondents answered."""

    shares: tuple[BlindShare, ...]
    solved: frozenset[str]
    mistaken: frozenset[str]
    asked: int


def blind_run(items: Sequence[Item], answers: pl.DataFrame) -> BlindRun:
    """What a run over items in the forms `origin` or `blind` tells. answers: rows of `Answer` in the modes choice or
    logprob. Raises `InputError` where the run has no such item."""
    hidden = {item.id: item for item in items if item.meta.get("form") in HIDDEN}
    if not hidden:
        raise InputError(
            "no item hides its question", mend="make some: axiometer build statements --form origin, and measure them"
        )
    by_letter = (pl.col("option") == 0).cast(pl.Float64)
    of_s = pl.when(pl.col("mode") == Mode.LOGPROB).then(pl.col("probabilities").list.first()).otherwise(by_letter)
    answered = answers.filter(
        pl.col("item").is_in(list(hidden)), pl.col("mode").is_in(_MODES), pl.col("outcome") == Outcome.CHOSEN
    )
    said = answered.group_by("model", "item", maintain_order=True).agg(
        of_s.mean().alias("share"), of_s.min().alias("least"), of_s.max().alias("most"), pl.len().alias("answers")
    )
    return BlindRun(tuple(_shares(said, hidden)), *_told(said, hidden))


def marked(items: Sequence[Item], solved: frozenset[str]) -> list[Item]:
    """Items with those of solved statements marked (`meta["style"]`), in every form; ids stay."""
    return [
        replace(item, meta={**item.meta, "style": SOLVED_STYLE}) if item.meta.get(STATEMENT) in solved else item
        for item in items
    ]


def _shares(said: pl.DataFrame, hidden: Mapping[str, Item]) -> list[BlindShare]:
    found: dict[tuple[str, str, str], list[tuple[float, str]]] = {}
    for model, item, share in said.select("model", "item", "share").iter_rows():
        row = hidden[item]
        for lang in (row.lang, "all"):
            group = row.clusters[0] if row.clusters else row.id
            found.setdefault((model, lang, row.meta["form"]), []).append((share, group))
    shares = []
    for (model, lang, form), rows in sorted(found.items(), key=lambda each: (each[0][0], each[0][2], each[0][1])):
        groups = [group for _, group in rows]
        share, low, high = grouped_share(np.array([share for share, _ in rows]), groups)
        shares.append(BlindShare(model, lang, form, len(rows), len(set(groups)), share, low, high))
    return shares


def _told(said: pl.DataFrame, hidden: Mapping[str, Item]) -> tuple[frozenset[str], frozenset[str], int]:
    """Statements that all respondents tell, all mistake, all answered; by items in the form `origin` alone."""
    origin = [item for item, row in hidden.items() if row.meta["form"] == Form.ORIGIN]
    asked = said.filter(pl.col("item").is_in(origin))
    models = asked["model"].n_unique()
    certain = pl.col("answers") > 1
    each = asked.group_by("item").agg(
        pl.len().alias("models"),
        ((pl.col("least") > SOLVED) & certain).all().alias("solved"),
        ((pl.col("most") < 1.0 - SOLVED) & certain).all().alias("mistaken"),
    )
    by_all = each.filter(pl.col("models") == models)
    solved, mistaken = (
        frozenset(hidden[item].meta[STATEMENT] for item in by_all.filter(name)["item"].to_list())
        for name in ("solved", "mistaken")
    )
    return solved, mistaken, by_all.height
