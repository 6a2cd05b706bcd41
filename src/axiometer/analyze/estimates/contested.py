"""The items on which two models differ most."""

from __future__ import annotations

import numpy as np
import polars as pl

from axiometer.analyze.coded.catalogue import Catalogue
from axiometer.analyze.coded.presentations import Presentations
from axiometer.analyze.coded.tallies import tally
from axiometer.analyze.estimates.differences import pairs_in_one_mode
from axiometer.analyze.frames import Record, framed
from axiometer.analyze.options import AnalysisOptions

COLUMNS: dict[str, type[pl.DataType]] = {
    "model_a": pl.String,
    "model_b": pl.String,
    "mode": pl.String,
    "item": pl.String,
    "parallel_id": pl.String,
    "lang": pl.String,
    "option": pl.Int64,
    "share_a": pl.Float64,
    "share_b": pl.Float64,
    "difference": pl.Float64,
    "n_a": pl.Int64,
    "n_b": pl.Int64,
}


def contested(everyone: list[Presentations], catalogue: Catalogue, options: AnalysisOptions) -> pl.DataFrame:
    """Per pair of models in one mode, the `options.contested` items with the largest difference in the share choosing
    the first side (agreeing with a side, in agree mode); `option` is that side's index. Ties go by the item's id."""
    rows: list[Record] = []
    for first, second in pairs_in_one_mode(everyone):
        a, b = tally(first, catalogue), tally(second, catalogue)
        shown = catalogue.side & (a.asked > 0) & (b.asked > 0)
        if not a.alone:
            leading = catalogue.first_side
            first_side = np.zeros(len(catalogue.side), dtype=bool)
            first_side[leading[leading >= 0]] = True
            shown &= first_side
        option = np.flatnonzero(shown)
        share_a, share_b = a.taken[option] / a.asked[option], b.taken[option] / b.asked[option]
        widest = np.argsort(-np.round(np.abs(share_a - share_b), 9), kind="stable")[: options.contested]
        for at in widest:
            item = int(catalogue.option_item[option[at]])
            rows.append(
                {
                    "model_a": first.model,
                    "model_b": second.model,
                    "mode": first.mode.value,
                    "item": catalogue.id[item],
                    "parallel_id": catalogue.parallel_id[item],
                    "lang": str(catalogue.lang[item]),
                    "option": int(option[at] - catalogue.start[item]),
                    "share_a": float(share_a[at]),
                    "share_b": float(share_b[at]),
                    "difference": float(share_a[at] - share_b[at]),
                    "n_a": int(a.asked[option[at]]),
                    "n_b": int(b.asked[option[at]]),
                }
            )
    return framed(rows, COLUMNS)
