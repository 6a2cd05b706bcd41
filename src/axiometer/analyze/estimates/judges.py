"""What people's labels say of the judge, and of each other.

`judge`: of the labelled free answers that people put in one category, the part of the judge's verdicts in each, both
orders averaged, per respondent and language. Labels are weighed by one over their chance of being drawn; the interval
is Wilson's (1927) on the effective number of labels (Kish 1965), and takes answers as independent. Estimates are
corrected by the answers themselves (correction/), not by this table.

`raters`: how many people labelled, how many answers two of them or more, and how far they agree; the interval of alpha
resamples the sources of items.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import polars as pl

from axiometer.analyze.coded.arrays import Floats, cells
from axiometer.analyze.coded.catalogue import Catalogue
from axiometer.analyze.coded.presentations import JUDGED, Presentations
from axiometer.analyze.coded.statements import ALL, statements_of
from axiometer.analyze.correction import agreement_of_raters
from axiometer.analyze.correction.confusion import confusion_of
from axiometer.analyze.correction.judged import CATEGORIES, JudgedAnswers, judged_answers
from axiometer.analyze.frames import Record, framed, number
from axiometer.analyze.inference.intervals import wilson
from axiometer.analyze.options import AnalysisOptions
from axiometer.analyze.people.coefficients import krippendorff_alpha
from axiometer.analyze.people.resampled import row_of

JUDGE: dict[str, type[pl.DataType]] = {
    "model": pl.String,
    "mode": pl.String,
    "lang": pl.String,
    "truth": pl.String,
    "said": pl.String,
    "labels": pl.Float64,
    "share": pl.Float64,
    "low": pl.Float64,
    "high": pl.Float64,
}

RATERS: dict[str, type[pl.DataType]] = {
    "model": pl.String,
    "mode": pl.String,
    "answers": pl.Int64,
    "labelled": pl.Int64,
    "raters": pl.Int64,
    "units": pl.Int64,
    "agreed": pl.Float64,
    "alpha": pl.Float64,
    "alpha_low": pl.Float64,
    "alpha_high": pl.Float64,
    "alpha_why_not": pl.String,
}


def judges(
    everyone: list[Presentations], catalogue: Catalogue, options: AnalysisOptions, labels: pl.DataFrame | None
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The tables `judge` and `raters`; both empty where nothing was judged. `raters` has a row also where nothing was
    labelled."""
    errors: list[Record] = []
    agreed: list[Record] = []
    for part in statements_of(everyone, catalogue)[:1]:
        for each in part.everyone:
            if each.mode not in JUDGED or not len(each):
                continue
            head = {"model": each.model, "mode": each.mode.value}
            for level in part.levels(options):
                judged = judged_answers(each, part.catalogue, level, labels)
                errors.extend({**head, **row} for row in _errors(judged, part.catalogue, options))
                agreed.append({**head, **_raters(judged, part.catalogue, options)})
    return framed(errors, JUDGE), framed(agreed, RATERS)


def _errors(judged: JudgedAnswers, catalogue: Catalogue, options: AnalysisOptions) -> Iterator[Record]:
    langs = sorted({str(lang) for lang in np.unique(judged.lang)})
    for lang in (ALL, *(langs if len(langs) > 1 else ())):
        own = judged if lang == ALL else judged.where(judged.lang == lang)
        labels = own.labels(catalogue)
        if labels is None:
            continue
        matrix = confusion_of(labels)
        for truth, name in enumerate(CATEGORIES):
            effective = matrix.labels[truth]
            if effective <= 0:
                continue
            share = matrix.said_of[:, truth]
            low, high = wilson(share, np.full(len(share), effective), options.confidence)
            for said, column in enumerate(CATEGORIES):
                yield {
                    "lang": lang,
                    "truth": name,
                    "said": column,
                    "labels": float(effective),
                    "share": number(share[said]),
                    "low": number(low[said]),
                    "high": number(high[said]),
                }


def _raters(judged: JudgedAnswers, catalogue: Catalogue, options: AnalysisOptions) -> Record:
    found = agreement_of_raters(*judged.raters)
    alpha = _alpha(judged, catalogue, options) if found.alpha is not None else {}
    return {
        "answers": len(judged.item),
        "labelled": int(judged.labelled.sum()),
        "raters": found.raters,
        "units": found.units,
        "agreed": found.agreed,
        "alpha": found.alpha,
        "alpha_low": alpha.get("low"),
        "alpha_high": alpha.get("high"),
        "alpha_why_not": alpha.get("why_not"),
    }


def _alpha(judged: JudgedAnswers, catalogue: Catalogue, options: AnalysisOptions) -> Record:
    """The interval of alpha: what answers add is summed by their items, whose sources are resampled."""
    unit, _, category = judged.raters
    size = len(CATEGORIES)
    found = krippendorff_alpha(cells(unit * size + category, (len(judged.item), size)))
    group = catalogue.group[judged.item]

    def of_groups(table: Floats) -> Floats:
        summed = np.zeros((catalogue.groups, *table.shape[1:]))
        np.add.at(summed, group, table)
        return summed

    varied = None if found.varied is None else of_groups(found.varied)
    measured = replace(found, added=of_groups(found.added), bears=of_groups(found.bears), varied=varied)
    return row_of(measured, catalogue.sources, options)
