"""Labels that people gave to a run's free answers, and with which probability each answer came to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import polars as pl

from axiometer.records.corpus_rows import Label
from axiometer.records.schemas import Row, schema_of
from axiometer.records.tables import read_table

TASK: Final = "judged"
LABELS: Final = "labels"
SHEETS: Final = "sheets"
BOTH: Final = "both"
NEITHER: Final = "neither"
REFUSED: Final = "refused"
NO_OPTION: Final = (BOTH, NEITHER, REFUSED)
"""What a label says beside the index of an option."""

SCHEMA: Final = pl.Schema(
    {"subject": pl.String(), "rater": pl.String(), "value": pl.String(), "inclusion": pl.Float64()}
)


@dataclass(frozen=True, slots=True)
class Drawn:
    """A free answer on a sheet: the key that stays in the run. `order[place]`: the index in the item of the option that
    stands at that place; `stratum` (language and model) has `of` answers, of which the sheet shows some, each with
    equal probability."""

    id: str
    parent_ids: tuple[str, ...]
    sheet: str
    subject: str
    order: tuple[int, ...]
    lang: str
    model: str
    of: int
    seed: int

    @property
    def stratum(self) -> tuple[str, str]:
        return self.lang, self.model


def read_run_labels(folder: Path | str) -> pl.DataFrame:
    """What people said of the free answers of the run in `folder`, sorted by subject and rater; empty without labels.

    Columns: `subject`, the id of a `FreeAnswer`; `rater`; `value`, the index (in the item) of the option that the
    answer is closer to, as a text, or `both`, `neither`, `refused`; `inclusion`, the probability in (0, 1] with which
    the answer was drawn and labelled. A rater's later label of the same answer replaces the earlier one.

    Sheets are drawn at random within language and model, among the answers that are CHOSEN (they were judged) or
    REFUSED. On a sheet's stratum the inclusion is (answers labelled by anybody) / (answers of the stratum): rows that
    people left empty are taken to be left out at random. Sheets of one seed are nested, so the largest counts; sheets
    of several seeds are independent: 1 - product of (1 - p).
    """
    folder = Path(folder)
    labels = _table(folder / LABELS, Label)
    keys = _table(folder / SHEETS, Drawn)
    if labels.is_empty():
        return pl.DataFrame(schema=SCHEMA)
    sheet = pl.col("parent_ids").list.get(1).alias("sheet")
    said = labels.filter(pl.col("task") == TASK).select("subject", "rater", "value", "time", sheet)
    latest = said.sort("time", maintain_order=True).unique(("subject", "rater"), keep="last", maintain_order=True)
    return (
        latest.join(_inclusion(said, keys), on="subject", how="left", maintain_order="left")
        .select(list(SCHEMA))
        .sort("subject", "rater")
    )


def _inclusion(said: pl.DataFrame, keys: pl.DataFrame) -> pl.DataFrame:
    """`subject` and `inclusion`, one row for each labelled answer."""
    labelled = said.select("sheet", "subject").unique()
    stratum = ("sheet", "lang", "model", "seed", "of")
    shares = (
        keys.join(labelled, on=("sheet", "subject"), how="semi")
        .group_by(stratum)
        .agg(share=pl.len() / pl.col("of").first())
        .select("sheet", "lang", "model", "share")
    )
    of_sheet = keys.join(shares, on=("sheet", "lang", "model"), how="inner")
    # An answer of a large stratum has a chance on every sheet, whether it came up there or not.
    strata = shares.join(keys.select(stratum).unique(), on=("sheet", "lang", "model"), how="inner")
    by_seed = strata.group_by("lang", "model", "seed").agg(pl.col("share").max())
    chance = by_seed.group_by("lang", "model").agg(inclusion=1 - (1 - pl.col("share")).product())
    where = of_sheet.select("subject", "lang", "model").unique()
    return where.join(chance, on=("lang", "model"), how="left").select("subject", "inclusion").unique("subject")


def _table(folder: Path, row_type: type[Row]) -> pl.DataFrame:
    if not folder.is_dir() or not any(folder.glob("*.parquet")):
        plain: type = row_type
        return pl.DataFrame(schema=schema_of(plain))
    return read_table(folder, row_type)


def verdict_of(label: str, order: Sequence[int]) -> str:
    """What a label table holds for what stands on a sheet: a place there (counted from 1) is an option's index."""
    return label if label in NO_OPTION else str(order[int(label) - 1])
