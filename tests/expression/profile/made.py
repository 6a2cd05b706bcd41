"""Runs of free answers that tests make: questions, answers with what a classifier says of them, labels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from axiometer.analyze import AnalysisOptions
from axiometer.expression.profile.correcting import Correction, uncorrected
from axiometer.expression.profile.estimates import Basis
from axiometer.expression.profile.questions import questions_of
from axiometer.expression.profile.units import Units, units_by_model
from axiometer.measure.labels import SCHEMA

VALUES = ("freedom", "harmony")
OPTIONS = AnalysisOptions(resamples=200)
ITEMS = {"id": pl.String, "parallel_id": pl.String, "clusters": pl.List(pl.String), "lang": pl.String}


@dataclass
class Made:
    """`say` puts an answer; the rest gives the tables."""

    answers: list[dict[str, object]] = field(default_factory=list)
    read: list[dict[str, object]] = field(default_factory=list)
    items: dict[str, dict[str, object]] = field(default_factory=dict)
    labels: list[dict[str, object]] = field(default_factory=list)

    def say(
        self,
        model: str,
        question: str,
        expressed: Sequence[str] | None,
        *,
        lang: str = "en",
        repeat: int = 0,
        endorsed: Sequence[str] = (),
        told: bool = True,
        outcome: str = "chosen",
        far: bool = False,
        text: str = "Fairness matters.",
        windows: int = 1,
        labelled: Sequence[str] | None = None,
        inclusion: float = 1.0,
    ) -> None:
        item = self.ask(question, lang)
        name = f"{model}/{item}/{repeat}"
        common = {"model": model, "item": item, "wording": "free-bare", "lang": lang, "outcome": outcome}
        self.answers.append({"id": name, "text": text, **common})
        if expressed is None:
            return
        presence = {f"presence.{value}": 0.9 if value in expressed else 0.1 for value in VALUES}
        stances = {"endorsed": list(endorsed), "opposed": []}
        domain = {"distance": 0.995 if far else 0.5, "out_of_domain": far, "windows": windows}
        self.read.append({"id": name, "expressed": list(expressed), **stances, "told": told, **domain, **presence})
        if labelled is not None:
            value = ",".join(labelled) or "none"
            self.labels.append({"subject": name, "rater": "ada", "value": value, "inclusion": inclusion})

    def ask(self, question: str, lang: str = "en") -> str:
        item = f"{question}-{lang}"
        self.items[item] = {"id": item, "parallel_id": question, "clusters": [question], "lang": lang}
        return item

    @property
    def item_table(self) -> pl.DataFrame:
        return pl.DataFrame(list(self.items.values()), schema=ITEMS)

    @property
    def units(self) -> dict[str, Units]:
        labels = pl.DataFrame(self.labels, schema=SCHEMA)
        answers, read = pl.DataFrame(self.answers), pl.DataFrame(self.read)
        return units_by_model(answers, read, labels, questions_of(self.item_table), VALUES)

    def basis(self, correction: Correction | None = None) -> Basis:
        return Basis(VALUES, questions_of(self.item_table), correction or uncorrected(), OPTIONS)


def two_models(questions: int, seed: int = 0) -> Made:
    """`a` expresses freedom in about 70 % of its answers, `b` in about 40 %, both harmony as they like."""
    made, generator = Made(), np.random.default_rng(seed)
    for number in range(questions):
        for model, share in (("a", 0.7), ("b", 0.4)):
            said = [value for value, p in zip(VALUES, (share, 0.5), strict=True) if generator.random() < p]
            made.say(model, f"q{number}", said)
    return made
