"""Items of kind statement: a statement of a corpus held against its constructed reverse, part by part.

The share that is asked of them is that of answers which side with the corpus. Where options are chosen or their
probabilities known, or a judge says which one an answer is closer to, that is the statement's share among both. Put
forward alone (agree mode) a respondent sides with the corpus by supporting the statement or by opposing its reverse;
both count alike, so that a habit of saying yes cancels.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from axiometer.analyze.coded.arrays import Floats, added, counted
from axiometer.analyze.coded.catalogue import Catalogue
from axiometer.analyze.coded.part import part_of
from axiometer.analyze.coded.presentations import Presentations
from axiometer.analyze.coded.tallies import GroupTable, Tally, tally
from axiometer.analyze.coded.units import Units, units_of
from axiometer.analyze.coded.value_index import Level
from axiometer.analyze.options import AnalysisOptions
from axiometer.records import ExpressionKind

ALL = "all"


@dataclass(frozen=True, slots=True)
class Statements:
    """The statements of one attribution (`ALL`: of every one) as a catalogue, and what each respondent was asked of
    them (no rows where nothing)."""

    attribution: str
    catalogue: Catalogue
    everyone: list[Presentations]

    def levels(self, options: AnalysisOptions) -> list[Level]:
        """The corpora: positions, where they are not too many."""
        found = [level for level in self.catalogue.levels if level.kind is ExpressionKind.POSITION]
        return [level for level in found if len(level.targets) <= options.max_targets]


def statements_of(everyone: Sequence[Presentations], catalogue: Catalogue) -> list[Statements]:
    """All statements together, then those of each attribution where there are several; empty where there is none."""
    there = catalogue.attribution >= 0
    if not there.any():
        return []
    found = [_part(ALL, everyone, catalogue, there)]
    codes = np.unique(catalogue.attribution[there])
    if len(codes) > 1:
        for code in codes:
            name = catalogue.attributions[int(code)]
            found.append(_part(name, everyone, catalogue, catalogue.attribution == code))
    return found


def _part(name: str, everyone: Sequence[Presentations], catalogue: Catalogue, kept: np.ndarray) -> Statements:
    part = part_of(catalogue, kept)
    return Statements(name, part.catalogue, [part.of(each) for each in everyone])


@dataclass(frozen=True, slots=True)
class Sided:
    """Per respondent the table of answers that side with each corpus (`k`), of all that take a side (`n`) and of
    non-answers (`m`); `units` as in coded/units.py."""

    tables: tuple[GroupTable, ...]
    units: Units


def sided(everyone: Sequence[Presentations], catalogue: Catalogue, level: Level, chosen_by_all: bool = False) -> Sided:
    """The answers of `everyone` (one respondent, or several in one mode that are to be compared)."""
    units = units_of(everyone, catalogue, level, chosen_by_all)
    both = zip(everyone, units.endorsed, units.opposed, strict=True)
    tables = tuple(_with_corpus(each, yes, no, catalogue, level) for each, yes, no in both)
    return Sided(tables, units)


def _with_corpus(
    presentations: Presentations, endorsed: GroupTable, opposed: GroupTable, catalogue: Catalogue, level: Level
) -> GroupTable:
    counts = tally(presentations, catalogue)
    if not counts.alone:
        return endorsed
    return GroupTable(
        k=added(endorsed.k, added(opposed.n, opposed.k, -1.0)),
        n=added(endorsed.n, opposed.n),
        m=added(endorsed.m, opposed.m),
        items=_items(counts, catalogue, level),
    )


def _items(counts: Tally, catalogue: Catalogue, level: Level) -> Floats:
    """Of how many items a statement or its reverse was answered, per corpus."""
    targets = len(level.targets)
    seen = []
    for polarity in (1, -1):
        contests = catalogue.contests(level, polarity, alone=True)
        answered = counts.asked[contests.option] > 0
        seen.append(catalogue.option_item[contests.option[answered]] * targets + contests.target[answered])
    return counted(np.unique(np.concatenate(seen)) % targets, targets)


def side_of_option(catalogue: Catalogue, level: Level) -> tuple[np.ndarray, np.ndarray]:
    """Per option: +1 the corpus's statement, -1 its reverse, 0 neither; and the corpus (-1 where there is none)."""
    signed = catalogue.signed(level)
    told = catalogue.side & ((signed != 0).sum(axis=1) == 1)
    corpus = np.abs(signed).argmax(axis=1)
    sign = signed[np.arange(len(signed)), corpus]
    return np.where(told, sign, 0).astype(np.int64), np.where(told, corpus, -1).astype(np.int64)


def item_shares(presentations: Presentations, catalogue: Catalogue, level: Level) -> tuple[Floats, Floats, np.ndarray]:
    """Per item: the part of its answers that side with the corpus, how many take a side, and which corpus it is of."""
    counts = tally(presentations, catalogue)
    sign, corpus = side_of_option(catalogue, level)
    item = catalogue.option_item
    taken = np.where(sign > 0, counts.taken, 0.0)
    asked = np.where(sign > 0, counts.asked, 0.0)
    if counts.alone:
        taken += np.where(sign < 0, counts.asked - counts.taken, 0.0)
        asked += np.where(sign < 0, counts.asked, 0.0)
    of_item = np.full(catalogue.size, -1, dtype=np.int64)
    of_item[item[sign > 0]] = corpus[sign > 0]
    k, n = counted(item, catalogue.size, taken), counted(item, catalogue.size, asked)
    return k / np.where(n > 0, n, 1.0), n, of_item


def languages_of(part: Statements, place: int) -> Iterator[tuple[str, Presentations]]:
    """`all`, then each language of the questions where there are several, with the answers to them."""
    own = part.everyone[place]
    yield ALL, own
    langs = part.catalogue.lang[own.item]
    found = sorted({str(lang) for lang in np.unique(langs)})
    if len(found) > 1:
        for lang in found:
            yield lang, own.where(langs == lang)
