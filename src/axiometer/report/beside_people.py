"""Models beside people over all runs of a page: the tables of the section on people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from axiometer.analyze.options import AnalysisOptions

AGREEMENT, DISTANCE = "people_agreement", "people_distance"
BESIDE_PEOPLE = (AGREEMENT, DISTANCE)


def beside_people(
    items: pl.DataFrame, answers: pl.LazyFrame, options: AnalysisOptions | None = None
) -> Mapping[str, pl.DataFrame]:
    """Agreement of every respondent with every group of people, and distances between their distributions over options
    (`analyze.people`: `people_agreement`, `people_distance`), on the items that people answered; empty tables where
    nobody is a group of people. `answers`: those of all runs under the labels of their respondents.
    """
    from axiometer.analyze.coded.catalogue import ITEM_COLUMNS
    from axiometer.analyze.coded.presentations import ANSWER_COLUMNS
    from axiometer.analyze.frames import framed
    from axiometer.analyze.people import people_agreement, people_distance
    from axiometer.analyze.people.ceiling import COLUMNS
    from axiometer.analyze.people.distance import SUMMARY
    from axiometer.records.rows import PEOPLE

    answered = answers.filter(pl.col("wording") == PEOPLE).select(pl.col("item").unique()).collect()["item"]
    if answered.is_empty():
        return {AGREEMENT: framed([], COLUMNS), DISTANCE: framed([], SUMMARY)}
    known = items.filter(pl.col("id").is_in(answered.implode())).select(ITEM_COLUMNS)
    given = answers.filter(pl.col("item").is_in(answered.implode())).select(ANSWER_COLUMNS).collect()
    return {
        AGREEMENT: people_agreement(known, given, options),
        DISTANCE: people_distance(known, given, analysis=options).summary,
    }
