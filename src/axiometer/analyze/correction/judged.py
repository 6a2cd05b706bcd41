"""A judge's verdicts on free answers, and people's labels of some of them, as a correction takes them.

The unit is the free answer: the verdicts in both orders, which share it, are averaged. Its categories are the side of
the corpus (`with`), of the reverse (`against`), `both`, `neither`, and `refused` (what the respondent's words say by
themselves, without the judge). Answers of which nothing was read are no units: those cut off, filtered, failed or
empty, and those whose verdicts could not be read in either order.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from axiometer.analyze.coded.arrays import Booleans, Floats, Integers, counted, joined
from axiometer.analyze.coded.catalogue import Catalogue
from axiometer.analyze.coded.positions import AGAINST, WITH
from axiometer.analyze.coded.presentations import OUTCOMES, Presentations
from axiometer.analyze.coded.statements import side_of_option
from axiometer.analyze.coded.value_index import Level
from axiometer.analyze.correction.raters import truth_of
from axiometer.analyze.correction.samples import Known, Labels, Verdicts
from axiometer.errors import InputError
from axiometer.records import Outcome

BOTH, NEITHER, REFUSED = "both", "neither", "refused"
CATEGORIES = (WITH, AGAINST, BOTH, NEITHER, REFUSED)
_OF_OUTCOME = {Outcome.BOTH: BOTH, Outcome.EVASIVE: NEITHER, Outcome.REFUSED: REFUSED}

LABEL_COLUMNS = ("subject", "rater", "value", "inclusion")
"""What is needed of people's labels: see `measure.labels.read_run_labels`."""


@dataclass(frozen=True, slots=True)
class JudgedAnswers:
    """Free answers of one respondent. `item`, `corpus`: of each answer; `said`: answers x `CATEGORIES`; `truth`: the
    same from people, NaN where nobody labelled it; `inclusion`: the chance of being labelled. `raters`: unit, rater and
    category of every single label."""

    item: Integers
    corpus: Integers
    lang: np.ndarray
    said: Floats
    truth: Floats
    inclusion: Floats
    raters: tuple[Integers, Integers, Integers]

    @property
    def labelled(self) -> Booleans:
        return ~np.isnan(self.truth[:, 0])

    def where(self, kept: Booleans) -> JudgedAnswers:
        """The answers `kept`. Their single labels are not carried along."""
        none = np.zeros(0, dtype=np.int64)
        return JudgedAnswers(
            item=self.item[kept],
            corpus=self.corpus[kept],
            lang=self.lang[kept],
            said=self.said[kept],
            truth=self.truth[kept],
            inclusion=self.inclusion[kept],
            raters=(none, none, none),
        )

    def known(self, of_item: Floats) -> Known:
        """What is known of each answer's item."""
        own = of_item[self.item]
        return Known(own, own[self.labelled])

    def verdicts(self, catalogue: Catalogue) -> Verdicts:
        return Verdicts(CATEGORIES, self.said, catalogue.group[self.item], catalogue.sources)

    def labels(self, catalogue: Catalogue) -> Labels | None:
        """People's labels, None where there are none."""
        at = self.labelled
        if not at.any():
            return None
        return Labels(self.said[at], self.truth[at], self.inclusion[at], catalogue.group[self.item[at]])


def judged_answers(
    presentations: Presentations, catalogue: Catalogue, level: Level, labels: pl.DataFrame | None
) -> JudgedAnswers:
    """The free answers to statements of `level` that were judged. Raises `InputError` for labels that say what there is
    not."""
    sign, corpus = side_of_option(catalogue, level)
    verdict = _verdicts(presentations, sign)
    of_item = np.full(catalogue.size, -1, dtype=np.int64)
    of_item[catalogue.option_item[sign > 0]] = corpus[sign > 0]
    kept = (verdict >= 0) & (of_item[presentations.item] >= 0)
    rows, verdict = presentations.where(kept), verdict[kept]
    unit = joined(rows.item, rows.wording, rows.repeat) if len(rows) else np.zeros(0, dtype=np.int64)
    first = np.unique(unit, return_index=True)[1]
    units, k = len(first), len(CATEGORIES)
    said = counted(unit * k + verdict, units * k).reshape(units, k)
    item = rows.item[first]
    free = None if rows.free is None else rows.free.gather(pl.Series(first))
    truth, inclusion, raters = _labelled(free, item, units, labels, catalogue, sign)
    return JudgedAnswers(
        item=item,
        corpus=of_item[item],
        lang=catalogue.lang[item],
        said=said / np.maximum(said.sum(axis=1, keepdims=True), 1.0),
        truth=truth,
        inclusion=inclusion,
        raters=raters,
    )


def _verdicts(rows: Presentations, sign: Integers) -> Integers:
    """Each verdict's category, -1 where nothing was read."""
    found = np.full(len(rows), -1, dtype=np.int64)
    for outcome, name in _OF_OUTCOME.items():
        found[rows.outcome == OUTCOMES.index(outcome.value)] = CATEGORIES.index(name)
    chosen = rows.chosen & (rows.option >= 0)
    side = sign[rows.option[chosen]]
    found[chosen] = np.where(side > 0, 0, np.where(side < 0, 1, -1))
    return found


def _labelled(
    free: pl.Series | None,
    item: Integers,
    units: int,
    labels: pl.DataFrame | None,
    catalogue: Catalogue,
    sign: Integers,
) -> tuple[Floats, Floats, tuple[Integers, Integers, Integers]]:
    nothing = np.zeros(0, dtype=np.int64)
    truth, inclusion = np.full((units, len(CATEGORIES)), np.nan), np.full(units, np.nan)
    if free is None or labels is None or labels.is_empty():
        return truth, inclusion, (nothing, nothing, nothing)
    places = pl.DataFrame({"subject": free, "unit": np.arange(units)})
    found = labels.select(LABEL_COLUMNS).join(places, on="subject", how="inner", maintain_order="left")
    if found.is_empty():
        return truth, inclusion, (nothing, nothing, nothing)
    unit = found["unit"].to_numpy().astype(np.int64)
    category = _categories(found["value"], item[unit], catalogue, sign)
    own = truth_of(unit, category, len(CATEGORIES))
    truth[: len(own)] = own
    inclusion[unit] = found["inclusion"].to_numpy()
    rater = found["rater"].rank("dense").to_numpy().astype(np.int64) - 1
    return truth, inclusion, (unit, rater, category)


def _categories(value: pl.Series, item: Integers, catalogue: Catalogue, sign: Integers) -> Integers:
    """What labels say, as categories: the index of an option in its item, or a word."""
    words = {name: CATEGORIES.index(name) for name in (BOTH, NEITHER, REFUSED)}
    index = value.cast(pl.Int64, strict=False).fill_null(-1).to_numpy().astype(np.int64)
    known = value.is_in(list(words)).to_numpy() | ((index >= 0) & (index < catalogue.options_of[item]))
    side = np.where(index >= 0, sign[np.where(known & (index >= 0), catalogue.start[item] + index, 0)], 0)
    wrong = np.flatnonzero(~known | ((index >= 0) & (side == 0)))
    if len(wrong):
        raise InputError(
            "a label says {value!r}, which is neither a side of its item nor both, neither or refused",
            value=str(value[int(wrong[0])]),
        )
    word = value.replace_strict(words, default=-1, return_dtype=pl.Int64).to_numpy().astype(np.int64)
    return np.where(index >= 0, np.where(side > 0, 0, 1), word)
