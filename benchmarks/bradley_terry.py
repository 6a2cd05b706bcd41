"""1,000 multiway-bootstrap Bradley-Terry fits over 400,000 answers; and against refitting `choix` per resample."""

from __future__ import annotations

import resource
import time
from dataclasses import dataclass

import choix
import numpy as np
import polars as pl

from axiometer.analyze.coded.catalogue import Catalogue, catalogue_of
from axiometer.analyze.coded.presentations import presentations_of
from axiometer.analyze.ranking.bradley_terry import bootstrap_bradley_terry, fit_bradley_terry
from axiometer.analyze.ranking.comparisons import Comparisons, comparisons_of
from axiometer.frameworks import load_framework
from axiometer.records import Answer, Item, schema_of
from benchmarks.sets import make_items

ANSWERS = 400_000
RESAMPLES = 1_000
SMALL_ANSWERS = 4_000
CHOIX_RESAMPLES = 20
RIDGE = 0.04


def bradley_terry() -> None:
    print(f"\n# {RESAMPLES} multiway-bootstrap Bradley-Terry fits, 12 values, 480 rules, 3 slots\n")
    large = _Case.of(ANSWERS)
    started = time.monotonic()
    comparisons = large.comparisons()
    prepared = time.monotonic() - started
    started = time.monotonic()
    draws = large.bootstrap(comparisons, RESAMPLES)
    taken = time.monotonic() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{ANSWERS} answers: {prepared:.1f} s to comparisons, {taken:.1f} s for {len(draws)} fits; peak {peak:.0f} MiB"
    )
    small = _Case.of(SMALL_ANSWERS)
    few = small.comparisons()
    started = time.monotonic()
    small.bootstrap(few, RESAMPLES)
    ours = (time.monotonic() - started) / RESAMPLES
    pairs, owners = small.pairs()
    started = time.monotonic()
    for weights in small.catalogue.sources.weights(CHOIX_RESAMPLES, 0):
        for draw in weights:
            again = np.repeat(pairs, draw[owners].astype(int), axis=0)
            choix.opt_pairwise(12, [tuple(pair) for pair in again.tolist()], alpha=RIDGE)
    theirs = (time.monotonic() - started) / CHOIX_RESAMPLES
    print(f"{SMALL_ANSWERS} answers, per fit: ours {ours * 1000:.2f} ms, choix {theirs * 1000:.1f} ms")
    print(f"choix / ours: {theirs / ours:.0f}")


@dataclass(frozen=True)
class _Case:
    """Items, and answers drawn from planted strengths without any model."""

    items: list[Item]
    catalogue: Catalogue
    answers: pl.DataFrame

    @classmethod
    def of(cls, answers: int) -> _Case:
        framework = load_framework("core-socialist-values")
        items = make_items(answers // 2)
        values = [value.id for value in framework.values_at("core")]
        strengths = dict(zip(values, np.linspace(-1, 1, len(values)), strict=True))
        catalogue = catalogue_of(items, {framework.id: framework})
        return cls(items, catalogue, _answers(items, strengths))

    def comparisons(self) -> Comparisons:
        (level,) = [level for level in self.catalogue.levels if level.name == "core"]
        (presentations,) = presentations_of(self.answers, self.catalogue)
        return comparisons_of(presentations, self.catalogue, level)

    def bootstrap(self, comparisons: Comparisons, resamples: int) -> np.ndarray:
        wins, trials, _ = comparisons.totals()
        fit = fit_bradley_terry(comparisons.predictors, wins, trials, RIDGE)
        return bootstrap_bradley_terry(
            comparisons,
            self.catalogue.sources,
            resamples=resamples,
            seed=0,
            ridge=RIDGE,
            start=fit.coefficients,
        )

    def pairs(self) -> tuple[np.ndarray, np.ndarray]:
        """(winner, loser) of each answer, as `choix` wants them, and the group that each belongs to."""
        values = {value.id: n for n, value in enumerate(load_framework("core-socialist-values").values_at("core"))}
        index = {item.id: item for item in self.items}
        place = {item: number for number, item in enumerate(self.catalogue.id)}
        rows, owners = [], []
        for item, option in self.answers.select("item", "option").iter_rows():
            sides = [values[side.expresses[0].target] for side in index[item].options[:2]]
            rows.append((sides[option], sides[1 - option]))
            owners.append(self.catalogue.group[place[item]])
        return np.array(rows), np.array(owners)


def _answers(items: list[Item], strengths: dict[str, float]) -> pl.DataFrame:
    draw = np.random.default_rng(0)
    ids = np.repeat([item.id for item in items], 2)
    first = [strengths[item.options[0].expresses[0].target] for item in items]
    second = [strengths[item.options[1].expresses[0].target] for item in items]
    forward = np.tile([True, False], len(items))
    logit = np.repeat(np.subtract(first, second), 2) + np.where(forward, 0.4, -0.4)
    option = np.where(draw.random(len(ids)) < 1 / (1 + np.exp(-logit)), 0, 1)
    order = [[0, 1, 2], [2, 1, 0]] * len(items)
    constants = {
        "model": "sim/bench",
        "lang": "en",
        "mode": "choice",
        "wording": "choice/en/1@1",
        "repeat": 0,
        "negated": False,
        "outcome": "chosen",
    }
    frame = pl.DataFrame({"item": ids, "order": order, "option": option, "seq": np.arange(len(ids))})
    frame = frame.with_columns(**{name: pl.lit(value) for name, value in constants.items()})
    schema = schema_of(Answer)
    missing = [pl.lit(None, dtype=dtype).alias(name) for name, dtype in schema.items() if name not in frame.columns]
    return frame.with_columns(missing).select(pl.col(name).cast(dtype) for name, dtype in schema.items())
