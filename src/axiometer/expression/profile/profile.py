"""A profile in a run's folder: tables as Parquet and CSV, `profile.json`, and the framework of its values."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

import polars as pl

from axiometer.errors import InputError
from axiometer.expression.profile.tables import TABLES
from axiometer.frameworks import Framework, load_framework
from axiometer.records.exports import write_csv_for_people
from axiometer.records.tables import read_part, write_parquet, write_text

FOLDER: Final = "profile"
SUMMARY: Final = "profile.json"
FRAMEWORK: Final = "framework.yaml"
FORMAT: Final = 1
AGAIN: Final = "make it again with `axiometer express profile`"


class Kind(StrEnum):
    """What a share counts. `expressed`: answers in which the value is at work; `endorsed`, `opposed`: those that are
    for it, or against it."""

    EXPRESSED = "expressed"
    ENDORSED = "endorsed"
    OPPOSED = "opposed"


class State(StrEnum):
    """How shares stand to the classifier's errors. `corrected`: by people's labels of the run's own answers;
    `transported`: by its errors on other texts, which nobody has verified here."""

    UNCORRECTED = "uncorrected"
    CORRECTED = "corrected"
    TRANSPORTED = "transported"


@dataclass(frozen=True, slots=True)
class Profile:
    """The tables (columns: `tables`), the framework of the values, and `summary`, JSON values only.

    summary: `format`; `run` (name, fingerprint); `recorded`; `models`, `langs`, `values`, `framework`; `classifier`
    (name, digest, architecture, about, licence, framework, fitted_on, fitted, file, split, thresholds, validation:
    texts, micro, macro, values); `options`; `correction` (state, note, labels, raters, source); `shift` (by model: mean
    over values of how far mean probabilities are from the shares in training, and what it would be by chance);
    `notes`; `versions`; `counts` (questions, items, answers, read).
    """

    shares: pl.DataFrame
    differences: pl.DataFrame
    outcomes: pl.DataFrame
    answers: pl.DataFrame
    summary: Mapping[str, Any]
    framework: Framework

    @property
    def models(self) -> tuple[str, ...]:
        return tuple(self.summary["models"])

    @property
    def values(self) -> tuple[str, ...]:
        """Ids of the classifier's values, in the framework's order."""
        return tuple(self.summary["values"])

    @property
    def state(self) -> State:
        return State(self.summary["correction"]["state"])

    def shares_of(self, model: str, kind: Kind = Kind.EXPRESSED) -> pl.DataFrame:
        """A model's rows of `shares`, in the order of the values."""
        return self.shares.filter((pl.col("model") == model) & (pl.col("kind") == str(kind)))


def write_profile(profile: Profile, run: Path, framework_file: Path) -> Path:
    """Writes the profile under `run`, `profile.json` last, and gives its folder. framework_file: of the values."""
    folder = run / FOLDER
    write_text(framework_file.read_text(encoding="utf-8"), folder / FRAMEWORK)
    for name in TABLES:
        table: pl.DataFrame = getattr(profile, name)
        write_parquet(table, folder / f"{name}.parquet")
        write_csv_for_people(table, folder / f"{name}.csv")
    text = json.dumps(dict(profile.summary), ensure_ascii=False, indent=1, allow_nan=False)
    write_text(text + "\n", folder / SUMMARY)
    return folder


def holds_profile(run: Path) -> bool:
    """Whether a run's folder holds a profile."""
    return (run / FOLDER / SUMMARY).is_file()


def read_profile(run: Path) -> Profile:
    """The profile in a run's folder. Raises `InputError` where there is none, or it is damaged."""
    folder = run / FOLDER if (run / FOLDER).is_dir() else run
    file = folder / SUMMARY
    if not file.is_file():
        raise InputError("no profile here", file=run, mend="make one with `axiometer express profile`")
    try:
        summary = json.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise InputError("not readable as JSON", file=file, mend=AGAIN) from error
    if not isinstance(summary, dict) or summary.get("format") != FORMAT:
        raise InputError("no profile that this version can read", file=file, mend=AGAIN)
    tables = {name: _table(folder / f"{name}.parquet", list(columns)) for name, columns in TABLES.items()}
    return Profile(**tables, summary=summary, framework=load_framework(folder / FRAMEWORK))


def _table(file: Path, columns: list[str]) -> pl.DataFrame:
    if not file.is_file():
        raise InputError("no such file", file=file, mend=AGAIN)
    table = read_part(file, mend=AGAIN)
    missing = [name for name in columns if name not in table.columns]
    if missing:
        raise InputError("columns missing: {missing}", file=file, mend=AGAIN, missing=", ".join(missing))
    return table.select(columns)
