"""Labels that people gave to a run's free answers, and with which probability each answer came to them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import polars as pl

from axiometer.errors import InputError
from axiometer.frameworks import Framework, load_framework
from axiometer.records.corpus_rows import Label
from axiometer.records.rows import FreeAnswer, Outcome
from axiometer.records.schemas import Row, schema_of
from axiometer.records.tables import read_table, write_text

TASK: Final = "judged"
EXPRESSED: Final = "expressed"
"""The task in which people say which values an answer expresses: a label is their ids, separated by commas in the
order of the framework, or `none`."""

NONE: Final = "none"
LABELS: Final = "labels"
SHEETS: Final = "sheets"
FREE: Final = "free"
BOTH: Final = "both"
NEITHER: Final = "neither"
REFUSED: Final = "refused"
SAMPLED: Final[Mapping[str, tuple[Outcome, ...]]] = {
    TASK: (Outcome.CHOSEN, Outcome.REFUSED),
    EXPRESSED: (Outcome.CHOSEN,),
}
"""Free answers that people are asked about, by task: those that a judge read, and those that were read as refusals;
those whose values a classifier read."""

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


@dataclass(frozen=True, slots=True)
class Asked:
    """The values that people are asked about in the task `expressed`: ids of `framework`, in its order."""

    framework: Framework
    values: tuple[str, ...]


def write_asked(run: Path, framework_file: Path, values: Sequence[str]) -> None:
    """Keeps in the run which values people are to be asked about, with their framework."""
    framework = load_framework(framework_file)
    write_text(framework_file.read_text(encoding="utf-8"), run / SHEETS / f"{EXPRESSED}.yaml")
    _write_values(run / SHEETS / f"{EXPRESSED}.json", in_order(framework, values))


def read_asked(run: Path) -> Asked | None:
    """What `write_asked` kept; None where nothing was."""
    framework, values = run / SHEETS / f"{EXPRESSED}.yaml", read_sheet_values(run, EXPRESSED)
    if values is None or not framework.is_file():
        return None
    return Asked(load_framework(framework), values)


def in_order(framework: Framework, values: Sequence[str]) -> tuple[str, ...]:
    """These values in the framework's order."""
    return tuple(value.id for value in framework.values if value.id in values)


def write_sheet_values(run: Path, sheet: str, values: Sequence[str]) -> None:
    """Keeps which values a sheet of the task `expressed` asks about."""
    _write_values(run / SHEETS / f"{sheet}.json", values)


def read_sheet_values(run: Path, sheet: str) -> tuple[str, ...] | None:
    """The values that a sheet asks about; None for a sheet of another task. Raises `InputError` where it is damaged."""
    file = run / SHEETS / f"{sheet}.json"
    if not file.is_file():
        return None
    try:
        said = json.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise InputError("not readable as JSON", file=file) from error
    if not isinstance(said, list) or not all(isinstance(each, str) for each in said):
        raise InputError("must be a list of values", file=file)
    return tuple(said)


def _write_values(file: Path, values: Sequence[str]) -> None:
    write_text(json.dumps(list(values), ensure_ascii=False) + "\n", file)


def read_run_labels(folder: Path | str, task: str = TASK, values: Sequence[str] = ()) -> pl.DataFrame:
    """What people said of the free answers of the run in `folder`, sorted by subject and rater; empty without labels.

    Columns: `subject`, the id of a `FreeAnswer`; `rater`; `value`; `inclusion`, the probability in (0, 1] with which
    the answer was drawn and labelled. A rater's later label of the same answer replaces the earlier one. In the task
    `judged` a value is the index (in the item) of the option that the answer is closer to, as a text, or `both`,
    `neither`, `refused`; in `expressed` ids of values, separated by commas, or `none`, and labels of sheets that did
    not ask about all `values` are left out.

    Sheets are drawn at random within language and model, among the answers with the outcomes that the task has
    (`SAMPLED`); rows that people left empty are taken to be left out at random. Whatever sheets there are and whoever
    filled in what, the labelled answers of a stratum are then a simple random sample of it, and the inclusion is how
    many they are, over how many answers the stratum has in the run as it is now.
    """
    folder = Path(folder)
    labels = _table(folder / LABELS, Label).filter(pl.col("task") == task)
    if task == EXPRESSED and not labels.is_empty():
        labels = labels.filter(pl.col("parent_ids").list.get(1).is_in(_sheets_about(folder, values)))
    if labels.is_empty():
        return pl.DataFrame(schema=SCHEMA)
    said = labels.select("subject", "rater", "value", "time")
    latest = said.sort("time", maintain_order=True).unique(("subject", "rater"), keep="last", maintain_order=True)
    inclusion = _inclusion(folder, said, SAMPLED[task])
    return latest.join(inclusion, on="subject", how="inner").select(list(SCHEMA)).sort("subject", "rater")


def _sheets_about(folder: Path, values: Sequence[str]) -> list[str]:
    """Sheets that ask about all these values."""
    sheets = sorted(path.stem for path in (folder / SHEETS).glob("*.json"))
    return [sheet for sheet in sheets if set(values) <= set(read_sheet_values(folder, sheet) or ())]


def _inclusion(folder: Path, said: pl.DataFrame, outcomes: Sequence[Outcome]) -> pl.DataFrame:
    """`subject` and `inclusion`, one row for each labelled answer that is in the run."""
    free = _table(folder / FREE, FreeAnswer, ("id", "lang", "model", "outcome"))
    sampled = free.filter(pl.col("outcome").is_in([str(outcome) for outcome in outcomes]))
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
