"""People and models as distributions over the options of items: the arrays that distances and agreement are made of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from axiometer.analyze.coded.arrays import Booleans, Floats, Integers, cells, joined
from axiometer.analyze.coded.catalogue import Catalogue, catalogue_of
from axiometer.analyze.coded.presentations import DISTRACTOR, OUTCOMES, Presentations, presentations_of
from axiometer.analyze.inference.crossed import CrossedSources
from axiometer.errors import InputError
from axiometer.records import Item, Mode, Outcome
from axiometer.records.rows import WEIGHED

_OPTION = [OUTCOMES.index(Outcome.CHOSEN.value), OUTCOMES.index(DISTRACTOR)]
NOBODY = "nobody among these respondents is a group of people"


@dataclass(frozen=True, slots=True)
class Voices:
    """One respondent's answers that are an option (non-answers are left out). `item`, `option` (its index within the
    item), `person` (-1 for models): one entry per answer, of people the first of each person to an item. `counts`:
    items x options, how often each was given; `share`: the same as parts (of models that give probabilities their
    mean), rows of zeros without an answer. `drawn`: whether answers are draws, not probabilities."""

    name: str
    mode: Mode
    item: Integers
    option: Integers
    person: Integers
    counts: Floats
    share: Floats
    drawn: bool

    @property
    def answered(self) -> Booleans:
        """Which items have an answer."""
        return np.asarray(self.share.sum(axis=1) > 0, dtype=np.bool_)

    @property
    def persons(self) -> int:
        return len(np.unique(self.person)) if len(self.person) else 0


def read_voices(
    items: pl.DataFrame | Sequence[Item], answers: pl.DataFrame
) -> tuple[Catalogue, list[Voices], list[Voices]]:
    """The catalogue, the groups of people and the models. `items`: schema_of(Item); `answers`: schema_of(Answer), of
    models and of people (`import people`). Answers in mode agree are left out: they are stances, not choices.

    Raises `InputError` where nobody is a group of people.
    """
    catalogue = catalogue_of(items, {}, silent=pl.lit(True))
    people: list[Voices] = []
    models: list[Voices] = []
    for each in presentations_of(answers, catalogue):
        if each.mode is not Mode.AGREE:
            (people if each.persons else models).append(_voices(each, catalogue))
    if not people:
        raise InputError(NOBODY, mend="give answers of `people` beside those of models")
    return catalogue, people, models


def _voices(presentations: Presentations, catalogue: Catalogue) -> Voices:
    shape = (catalogue.size, max(int(catalogue.options_of.max(initial=0)), 1))
    if presentations.mode in WEIGHED:
        return _weighed(presentations.where(presentations.chosen), shape)
    rows = presentations.where(np.isin(presentations.outcome, _OPTION) & (presentations.option >= 0))
    person = rows.repeat if rows.persons else np.full(len(rows), -1, dtype=np.int64)
    if rows.persons and len(rows):
        first = np.sort(np.unique(joined(rows.item, person), return_index=True)[1])
        kept = np.zeros(len(rows), dtype=np.bool_)
        kept[first] = True
        rows, person = rows.where(kept), person[kept]
    option = rows.option - catalogue.start[rows.item]
    counts = cells(rows.item * shape[1] + option, shape)
    return Voices(rows.model, rows.mode, rows.item, option, person, counts, shares_of(counts), True)


def _weighed(rows: Presentations, shape: tuple[int, int]) -> Voices:
    assert rows.weights is not None
    total = np.zeros(shape)
    np.add.at(total[:, : rows.weights.shape[1]], rows.item, np.nan_to_num(rows.weights))
    none = np.zeros(0, dtype=np.int64)
    return Voices(rows.model, rows.mode, none, none, none, np.zeros(shape), shares_of(total), False)


def shares_of(counts: Floats) -> Floats:
    """Each row divided by its sum; rows of zeros stay."""
    total = counts.sum(axis=1, keepdims=True)
    return np.where(total > 0, counts / np.where(total > 0, total, 1.0), 0.0)


def meetings(people: Sequence[Voices], models: Sequence[Voices]) -> Iterator[tuple[Voices, Voices]]:
    """Each group of people with each model, and with each later group of people."""
    for place, group in enumerate(people):
        for other in (*models, *people[place + 1 :]):
            yield group, other


def sources_of(catalogue: Catalogue, item: Integers, person: Integers) -> CrossedSources:
    """What units, each a person's answer to an item, have in common: the items' sources, and persons."""
    return CrossedSources.of_units(catalogue.group[item], person[:, None], catalogue.sources)
