"""Labels that people gave to a run's free answers, and with which probability each answer came to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import polars as pl

from axiometer.records.corpus_rows import Label
from axiometer.records.rows import FreeAnswer, Outcome
from axiometer.records.schemas import Row, schema_of
from axiometer.records.tables import read_table

TASK: Final = "judged"
LABELS: Final = "labels"
SHEETS: Final = "sheets"
FREE: Final = "free"
BOTH: Final = "both"
NEITHER: Final = "neither"
REFUSED: Final = "refused"
SAMPLED: Final = (Outcome.CHOSEN, Outcome.REFUSED)
"""Free answers that people are asked about: those that a judge read, and those that were read as refusals."""

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
    REFUSED; rows that people left empty are taken to be left out at random. Whatever sheets there are and whoever
    filled in what, the labelled answers of a stratum are then a simple random sample of it, and the inclusion is how
    many they are, over how many answers the stratum has in the run as it is now.
    """
    folder = Path(folder)
    labels = _table(folder / LABELS, Label)
    if labels.is_empty():
        return pl.DataFrame(schema=SCHEMA)
    said = labels.filter(pl.col("task") == TASK).select("subject", "rater", "value", "time")
    latest = said.sort("time", maintain_order=True).unique(("subject", "rater"), keep="last", maintain_order=True)
    return (
        latest.join(_inclusion(folder, said), on="subject", how="inner").select(list(SCHEMA)).sort("subject", "rater")
    )


def _inclusion(folder: Path, said: pl.DataFrame) -> pl.DataFrame:
    """`subject` and `inclusion`, one row for each labelled answer that is in the run."""
    free = _table(folder / FREE, FreeAnswer, ("id", "lang", "model", "outcome"))
    sampled = free.filter(pl.col("outcome").is_in([str(outcome) for outcome in SAMPLED]))
    there = sampled.select("lang", "model", subject="id").with_columns(of=pl.len().over("lang", "model"))
    found = there.join(said.select("subject").unique(), on="subject", how="semi")
    return found.select("subject", inclusion=pl.len().over("lang", "model") / pl.col("of"))


def _table(folder: Path, row_type: type[Row], columns: Sequence[str] | None = None) -> pl.DataFrame:
    if not folder.is_dir() or not any(folder.glob("*.parquet")):
        plain: type = row_type
        return pl.DataFrame(schema=schema_of(plain))
    return read_table(folder, row_type, columns)


def verdict_of(label: str, order: Sequence[int]) -> str:
    """What a label table holds for what stands on a sheet: a place there (counted from 1) is an option's index."""
    return label if label in NO_OPTION else str(order[int(label) - 1])
