"""The answers of a respondent that were read, as arrays that estimates are made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from axiometer.analyze.coded.arrays import Booleans, Floats, Integers
from axiometer.analyze.correction import Labels, Verdicts
from axiometer.analyze.correction.samples import in_two
from axiometer.analyze.inference.sources import Sources
from axiometer.expression.profile.profile import Kind
from axiometer.expression.profile.questions import Questions
from axiometer.expression.profile.readings import TOLD
from axiometer.expression.scoring.texts import PRESENCE
from axiometer.measure.labels import NONE

if TYPE_CHECKING:
    from collections.abc import Iterable

CATEGORIES = ("expressed", "not expressed")
"""What an answer is for one value (and likewise endorsed or not, opposed or not)."""


@dataclass(frozen=True, slots=True)
class Units:
    """N answers of one model. `put`: equal where the same item was put in the same wording and read as often
    before, so that models can be compared one to one; `group`: the question;
    `said`: by kind whether the classifier says so (N x V); `told`: whether stances can be told; `presence`: N x V;
    `truth`: how many of the people who labelled an answer say that it expresses each value (N x V, NaN where nobody
    did), `inclusion`: with which probability it was labelled."""

    put: Integers
    group: Integers
    said: Mapping[Kind, Booleans]
    told: Booleans
    presence: Floats
    truth: Floats
    inclusion: Floats

    def __len__(self) -> int:
        return len(self.put)

    def of(self, kind: Kind) -> Units:
        """The answers that a share of this kind counts."""
        return self if kind is Kind.EXPRESSED else self.where(self.told)

    def where(self, kept: Booleans) -> Units:
        said = {kind: table[kept] for kind, table in self.said.items()}
        return Units(
            put=self.put[kept],
            group=self.group[kept],
            said=said,
            told=self.told[kept],
            presence=self.presence[kept],
            truth=self.truth[kept],
            inclusion=self.inclusion[kept],
        )

    def verdicts(self, kind: Kind, value: int, sources: Sources) -> Verdicts:
        return Verdicts(CATEGORIES, in_two(self.said[kind][:, value].astype(np.float64)), self.group, sources)

    def labels(self, value: int) -> Labels | None:
        """People's labels of which answers express the value; None where there are none."""
        at = ~np.isnan(self.truth[:, value])
        if not at.any():
            return None
        said = self.said[Kind.EXPRESSED][at, value].astype(np.float64)
        return Labels(in_two(said), in_two(self.truth[at, value]), self.inclusion[at], self.group[at])


def on_common_questions(one: Units, other: Units) -> tuple[Units, Units]:
    """What both said where both have an answer that was read to the same item in the same wording: of repeats, as many
    as the one has that has fewer. So each question weighs the same in both, and what it calls for drops out."""
    common = np.intersect1d(one.put, other.put)
    return one.where(np.isin(one.put, common)), other.where(np.isin(other.put, common))


def units_by_model(
    answers: pl.DataFrame, read: pl.DataFrame, labels: pl.DataFrame, questions: Questions, values: Sequence[str]
) -> dict[str, Units]:
    """Units of every model among `answers`, in alphabetical order; `read`: what the classifier says (`readings`);
    `labels`: as `read_run_labels` gives them for the task `expressed`."""
    joined = answers.select("id", "model", "item", "wording").join(read, on="id", how="inner", maintain_order="left")
    joined = joined.with_columns(time=pl.int_range(pl.len()).over("model", "item", "wording"))
    joined = joined.with_columns(
        put=pl.struct("item", "wording", "time").rank("dense").cast(pl.Int64),
        group=pl.col("item").replace_strict(dict(questions.group), return_dtype=pl.Int64),
    )
    truth = _truth(labels, values)
    found = {}
    for model in sorted(set(answers["model"])):
        own = joined.filter(pl.col("model") == model)
        found[model] = _units(own, truth, dict(labels.select("subject", "inclusion").iter_rows()), values)
    return found


def _units(own: pl.DataFrame, truth: Mapping[str, Floats], inclusion: Mapping[str, float], v: Sequence[str]) -> Units:
    unknown = np.full(len(v), np.nan)
    names = own["id"].to_list()
    kinds = [kind for kind in Kind if str(kind) in own.columns]
    return Units(
        put=own["put"].to_numpy().astype(np.int64),
        group=own["group"].to_numpy().astype(np.int64),
        said={kind: _holding(own[str(kind)], v) for kind in kinds},
        told=own[TOLD].to_numpy().astype(np.bool_),
        presence=own.select(f"{PRESENCE}{value}" for value in v).to_numpy().astype(np.float64),
        truth=np.array([truth.get(name, unknown) for name in names]).reshape(len(names), len(v)),
        inclusion=np.array([inclusion.get(name, np.nan) for name in names], dtype=np.float64),
    )


def _holding(named: pl.Series, values: Sequence[str]) -> Booleans:
    lists: Iterable[Sequence[str] | None] = named.to_list()
    rows = [[value in (row or ()) for value in values] for row in lists]
    return np.array(rows, dtype=np.bool_).reshape(len(rows), len(values))


def _truth(labels: pl.DataFrame, values: Sequence[str]) -> dict[str, Floats]:
    """Each labelled answer's share of raters who say that it expresses each value."""
    said: dict[str, list[Floats]] = {}
    for subject, value in labels.select("subject", "value").iter_rows():
        named = set() if value == NONE else set(value.split(","))
        said.setdefault(subject, []).append(np.array([each in named for each in values], dtype=np.float64))
    return {subject: np.mean(rows, axis=0) for subject, rows in said.items()}
