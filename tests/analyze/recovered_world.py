"""Starter dilemmas whose maps are lost and found again, and respondents with planted values on them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl

from axiometer.analyze import AnalysisOptions, analyze
from axiometer.analyze.coded.catalogue import catalogue_of
from axiometer.analyze.coded.presentations import OUTCOMES, Presentations
from axiometer.frameworks import load_framework
from axiometer.records import Answer, Item, Mode, Outcome, to_frame
from axiometer.records.importers.recorded import recorded_answer
from axiometer.records.importers.starter import starter_items
from axiometer.records.rows import make_item

FRAMEWORK = load_framework("core-socialist-values")
FRAMEWORKS = {FRAMEWORK.id: FRAMEWORK}
LEVEL = FRAMEWORK.levels[1].id
FEW = AnalysisOptions(resamples=100)
TRUE = starter_items(("en",))
ORDERS = ((0, 1, 2), (2, 1, 0))


def recovered(item: Item, turned: bool, **told: float) -> Item:
    """The item as `build map` would leave it: its sides' expressions changed over where `turned`."""
    first, second, third = item.options
    if turned:
        first, second = (
            replace(first, expresses=second.expresses),
            replace(second, expresses=first.expresses),
        )
    meta = {"map_method": "embedder", "map_calibrated": "starter", **{name: str(value) for name, value in told.items()}}
    return make_item(
        kind=item.kind,
        lang=item.lang,
        prompt=item.prompt,
        options=(first, second, third),
        clusters=item.clusters,
        source=item.source,
        framework=item.framework,
        parallel_id=item.parallel_id,
        meta=meta,
    )


class World:
    """A respondent with planted values on the starter dilemmas, whose maps are lost and found again with errors."""

    def __init__(self, seed: int, spread: float = 1.2) -> None:
        draw = np.random.default_rng(seed)
        self.truth = catalogue_of(TRUE, FRAMEWORKS)
        self.level = next(level for level in self.truth.levels if level.name == LEVEL)
        signed = self.truth.signed(self.level).astype(float)
        self.strength = draw.normal(0, spread, len(self.level.targets))
        starts = self.truth.start
        self.first_chosen = 1 / (1 + np.exp(-(signed[starts] - signed[starts + 1]) @ self.strength))
        self.ids = list(self.truth.id)

    def expected(self) -> dict[str, float]:
        """The share of each value if every item were answered without end."""
        signed = self.truth.signed(self.level)
        found = {}
        for place, value in enumerate(self.level.targets):
            first = signed[self.truth.start, place] - signed[self.truth.start + 1, place]
            taken = np.concatenate([self.first_chosen[first > 0], 1 - self.first_chosen[first < 0]])
            if len(taken):
                found[value] = float(taken.mean())
        return found

    def seen(self, seed: int, least: float, most: float, repeats: int = 1) -> tuple[list[Item], dict[str, int]]:
        """Items with maps that are right with a probability drawn from `least` to `most`, and the first side's choices
        by item id: `2 * repeats` presentations each."""
        draw = np.random.default_rng(seed)
        items, chosen = [], {}
        by_id = {item.id: item for item in TRUE}
        for place, known in enumerate(self.ids):
            p = draw.uniform(least, most)
            item = recovered(by_id[known], bool(draw.random() > p), map_confidence=p)
            items.append(item)
            chosen[item.id] = int(draw.binomial(2 * repeats, self.first_chosen[place]))
        return items, chosen


def presented(items: list[Item], chosen: dict[str, int], repeats: int = 1, model: str = "sim/planted") -> tuple:
    """The catalogue of items, and a respondent that chose each item's first side `chosen` times."""
    catalogue = catalogue_of(items, FRAMEWORKS)
    each = 2 * repeats
    item = np.repeat(np.arange(catalogue.size), each)
    counts = np.array([chosen[name] for name in catalogue.id])
    rank = np.tile(np.random.default_rng(0).permutation(each), catalogue.size)
    option = catalogue.start[item] + (rank >= counts[item])
    none, zero = np.full(len(item), -1), np.zeros(len(item), dtype=np.int64)
    slots = np.array(ORDERS)[np.tile(np.arange(each) % 2, catalogue.size)]
    rows = Presentations(
        model=model,
        mode=Mode.CHOICE,
        item=item,
        option=option,
        outcome=np.full(len(item), OUTCOMES.index(Outcome.CHOSEN.value)),
        slots=slots,
        wording=zero,
        repeat=np.tile(np.arange(each) // 2, catalogue.size),
        shown=none,
        negated=np.zeros(len(item), dtype=bool),
        stance=zero,
        weights=None,
    )
    return catalogue, rows


def without_confidence(items: list[Item]) -> list[Item]:
    return [replace(item, meta={}) for item in items]


def at_level(table: pl.DataFrame) -> pl.DataFrame:
    return table.filter((pl.col("level") == LEVEL) & (pl.col("lang") == "all"))


def answers_to(items: list[Item], seed: int, model: str = "planted") -> pl.DataFrame:
    draw = np.random.default_rng(seed)
    rows = [
        recorded_answer(item, model=model, raw="A", outcome=Outcome.CHOSEN, option=int(draw.integers(0, 2)), letter="A")
        for item in items
    ]
    return to_frame(rows, Answer)


def analysed(items: list[Item], answers: pl.DataFrame):
    return analyze(to_frame(items, Item), answers, frameworks=FRAMEWORKS, options=FEW)
