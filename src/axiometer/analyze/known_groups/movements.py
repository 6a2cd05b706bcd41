"""Known groups: does a respondent that is steered towards a value choose it more often, and others less so?

Movement of U under the steering for V is the share of choices towards U under that steering minus the same share
without steering, over the presentations (item, order, wording, repeat) that ended in a choice both times; both
orders of an item count alike. A value's own movement rests on all items in which it is at stake. Movement of
another value is taken only from items that V does not touch: where V and U stand against each other, what V gains U
loses, which says nothing of its own. For the same reason the mean over other values tends to 0 where both sides of
an item carry a value, so the largest movement of another value stands beside it.

Intervals are those of paired differences of shares (statistic.py: sources resampled, each group weighted by the
product of its sources' weights). That V moves more than every other value is an intersection-union test (Berger
1982, Technometrics 24:295): it needs no adjustment, and `not_below` lists the values for which it is not shown.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from axiometer.analyze.analysis import refuse_unmapped
from axiometer.analyze.coded.arrays import Booleans, Floats, Integers, cells, counted, dense
from axiometer.analyze.coded.catalogue import Catalogue, catalogue_of
from axiometer.analyze.coded.recovered import NOT_CORRECTED, note_of
from axiometer.analyze.frames import Record, framed, number
from axiometer.analyze.inference.sources import Sources
from axiometer.analyze.inference.statistic import Intervals, Scale, Statistic, ratios
from axiometer.analyze.known_groups.discrimination import COLUMNS as DISCRIMINATION
from axiometer.analyze.known_groups.discrimination import discriminations
from axiometer.analyze.known_groups.steered_answers import Pair, Stakes, by_respondent, pair, towards
from axiometer.analyze.known_groups.verdicts import NEGLIGIBLE, Known, verdict_of
from axiometer.analyze.options import AnalysisOptions
from axiometer.frameworks import Framework
from axiometer.records import Item, to_rows
from axiometer.records.tables import write_parquet, write_text

NOTE = (
    "Steering shows that items respond to what the prompt names; it does not show what they measure in a respondent "
    "that is not steered, nor that they measure people."
)


MOVEMENTS: dict[str, type[pl.DataType]] = {
    "model": pl.String,
    "mode": pl.String,
    "lang": pl.String,
    "level": pl.String,
    "steered": pl.String,
    "value": pl.String,
    "own": pl.Boolean,
    "n": pl.Int64,
    "lost": pl.Int64,
    "items": pl.Int64,
    "sources": pl.Int64,
    "baseline": pl.Float64,
    "share": pl.Float64,
    "movement": pl.Float64,
    "low": pl.Float64,
    "high": pl.Float64,
    "interval": pl.String,
    "why_not": pl.String,
    "turned_towards": pl.Float64,
    "turned_away": pl.Float64,
}

VERDICTS: dict[str, type[pl.DataType] | pl.DataType] = {
    "model": pl.String,
    "mode": pl.String,
    "lang": pl.String,
    "level": pl.String,
    "value": pl.String,
    "verdict": pl.String,
    "reason": pl.String,
    "n": pl.Int64,
    "lost": pl.Int64,
    "items": pl.Int64,
    "sources": pl.Int64,
    "baseline": pl.Float64,
    "share": pl.Float64,
    "movement": pl.Float64,
    "low": pl.Float64,
    "high": pl.Float64,
    "why_not": pl.String,
    "others_movement": pl.Float64,
    "lead": pl.Float64,
    "lead_low": pl.Float64,
    "lead_high": pl.Float64,
    "lead_why_not": pl.String,
    "largest_other": pl.String,
    "largest_other_movement": pl.Float64,
    "lead_over_largest": pl.Float64,
    "lead_over_largest_low": pl.Float64,
    "lead_over_largest_high": pl.Float64,
    "not_below": pl.List(pl.String),
}


@dataclass(frozen=True, slots=True)
class KnownGroups:
    """`movements`: one row per respondent, language (`all` and each), steered and measured value. `verdicts`: one row
    per respondent, language and steered value. `discrimination`: one row per respondent and item (see
    discrimination.py). `summary`: the same in short, JSON values only."""

    movements: pl.DataFrame
    verdicts: pl.DataFrame
    discrimination: pl.DataFrame
    summary: dict[str, object]

    def write(self, folder: Path, asked: Mapping[str, object] | None = None) -> None:
        """`validation.parquet` (movements), `verdicts.parquet`, `item_discrimination.parquet`, and `validation.json`
        with the summary and what was `asked`; each written whole or not at all."""
        write_parquet(self.movements, folder / "validation.parquet")
        write_parquet(self.verdicts, folder / "verdicts.parquet")
        write_parquet(self.discrimination, folder / "item_discrimination.parquet")
        text = json.dumps({**(asked or {}), **self.summary}, ensure_ascii=False, indent=1, allow_nan=False)
        write_text(text + "\n", folder / "validation.json")


def known_groups(
    items: pl.DataFrame,
    baseline: pl.DataFrame,
    steered: Mapping[str, pl.DataFrame],
    *,
    framework: Framework,
    level: str,
    options: AnalysisOptions | None = None,
) -> KnownGroups:
    """What steering does to choices. `items`: schema_of(Item); `baseline` and each of `steered` (value id to answers):
    schema_of(Answer), of the same respondents.

    Raises `Refused` for unmapped items, `InputError` where the tables do not fit.
    """
    chosen = options or AnalysisOptions()
    refuse_unmapped(items)
    catalogue = catalogue_of(items, {framework.id: framework})
    rows = list(to_rows(items.sort("id"), Item))
    stakes = Stakes.of(rows, catalogue, framework, level)
    movements: list[Record] = []
    verdicts: list[Record] = []
    found: list[Record] = []
    for model, by_steering in by_respondent(baseline, steered, catalogue).items():
        head: Record = {"model": model, "mode": by_steering[None].rows.mode.value, "level": level}
        for value in steered:
            both = pair(by_steering[value], by_steering[None])
            for lang, kept in _languages(both, catalogue):
                moved = _Moved.of(both if kept is None else both.within(kept), value, stakes, catalogue, chosen)
                where = {**head, "lang": lang}
                movements.extend({**where, "steered": value, **row} for row in moved.rows())
                verdicts.append({**where, "value": value, **moved.verdict()})
        found.extend(discriminations(model, by_steering, stakes, rows, catalogue, chosen))
    tables = (framed(movements, MOVEMENTS), framed(verdicts, VERDICTS), framed(found, DISCRIMINATION))
    summary = _summary(*tables, level=level, options=chosen)
    if catalogue.maps is not None:
        summary |= {"maps": {**note_of(catalogue.maps), "why_not": NOT_CORRECTED}}
    return KnownGroups(*tables, summary=summary)


def _languages(both: Pair, catalogue: Catalogue) -> Iterator[tuple[str, Booleans | None]]:
    """`all`, then each language where there are several, with the items that are in it."""
    yield "all", None
    langs = sorted({str(lang) for lang in np.unique(catalogue.lang[both.put])})
    if len(langs) > 1:
        for lang in langs:
            yield lang, catalogue.lang == lang


@dataclass(frozen=True, slots=True)
class _Moved:
    """What one steering did, per value at stake somewhere (in the order of `stakes.values`; `own` is the steered one).
    `moved` and `answered`: groups x values, the net choices towards a value and the presentations behind them."""

    own: int
    stakes: Stakes
    sources: Sources
    options: AnalysisOptions
    moved: Floats
    answered: Floats
    shares: Floats
    baselines: Floats
    turned: tuple[Floats, Floats]
    lost: Floats
    items: Integers

    @classmethod
    def of(cls, both: Pair, value: str, stakes: Stakes, catalogue: Catalogue, options: AnalysisOptions) -> _Moved:
        own, size = stakes.values.index(value), len(stakes.values)
        position, entry = _concerned(both.one.item, own, stakes)
        measured, item = stakes.value[entry], stakes.item[entry]
        after = towards(both.one, catalogue, stakes, position, entry)
        before = towards(both.other, catalogue, stakes, position, entry)
        shape = (catalogue.groups, size)
        cell = catalogue.group[item] * size + measured
        n = counted(measured, size)
        put = counted(stakes.value[_concerned(both.put, own, stakes)[1]], size)

        def mean(weights: Floats) -> Floats:
            with np.errstate(invalid="ignore"):
                return counted(measured, size, weights) / n

        return cls(
            own=own,
            stakes=stakes,
            sources=catalogue.sources,
            options=options,
            moved=cells(cell, shape, after - before),
            answered=cells(cell, shape),
            shares=mean(after),
            baselines=mean(before),
            turned=(mean(np.maximum(after - before, 0.0)), mean(np.maximum(before - after, 0.0))),
            lost=put - n,
            items=counted(np.unique(item * size + measured) % size, size).astype(np.int64),
        )

    def rows(self) -> Iterator[Record]:
        """One record per value that some presentation bears on, the steered one first."""
        found = self._ratios(list(range(len(self.stakes.values)))).intervals(
            self.sources, self.options, Scale.DIFFERENCE
        )
        others = [place for place in range(len(self.stakes.values)) if place != self.own]
        for place in [self.own, *others]:
            if self._n(place) + self.lost[place] == 0:
                continue
            yield {
                "value": self.stakes.values[place],
                "own": place == self.own,
                **self._counts(place),
                "movement": number(found.estimate[place]),
                "low": number(found.low[place]),
                "high": number(found.high[place]),
                "interval": found.method(place),
                "why_not": found.why_not[place],
                "turned_towards": number(self.turned[0][place]),
                "turned_away": number(self.turned[1][place]),
            }

    def verdict(self) -> Record:
        """The steered value's own movement beside that of the others."""
        others = [place for place in range(len(self.stakes.values)) if place != self.own and self._n(place) > 0]
        own = self._known(self._ratios([self.own]))[0]
        record: Record = {
            **self._counts(self.own),
            "movement": number(own.value),
            "low": own.low,
            "high": own.high,
            "why_not": own.why_not,
            "not_below": [],
        }
        if not others or self._n(self.own) == 0:
            verdict, reason = verdict_of(own, None, None)
            return {**record, "verdict": verdict.value, "reason": reason}
        elsewhere = self._ratios(others)
        leads = self._known(self._ratios([self.own] * len(others)).minus(elsewhere))
        lead = self._known(self._ratios([self.own]).minus(_mean(elsewhere)))[0]
        place = int(np.argmax(elsewhere.estimate))
        largest = self.stakes.values[others[place]]
        verdict, reason = verdict_of(own, lead, (largest, leads[place]))
        return {
            **record,
            "verdict": verdict.value,
            "reason": reason,
            "others_movement": number(float(elsewhere.estimate.mean())),
            "lead": number(lead.value),
            "lead_low": lead.low,
            "lead_high": lead.high,
            "lead_why_not": lead.why_not,
            "largest_other": largest,
            "largest_other_movement": number(elsewhere.estimate[place]),
            "lead_over_largest": number(leads[place].value),
            "lead_over_largest_low": leads[place].low,
            "lead_over_largest_high": leads[place].high,
            "not_below": [
                self.stakes.values[other]
                for other, over in zip(others, leads, strict=True)
                if over.low is None or over.low <= 0
            ],
        }

    def _n(self, place: int) -> float:
        return float(self.answered[:, place].sum())

    def _counts(self, place: int) -> Record:
        return {
            "n": int(self._n(place)),
            "lost": int(self.lost[place]),
            "items": int(self.items[place]),
            "sources": int(self.sources.behind(self.answered[:, [place]])[0][0]),
            "baseline": number(self.baselines[place]),
            "share": number(self.shares[place]),
        }

    def _ratios(self, places: list[int]) -> Statistic:
        return ratios(self.moved[:, places], self.answered[:, places], self.sources, self.options)

    def _known(self, statistic: Statistic) -> list[Known]:
        found: Intervals = statistic.intervals(self.sources, self.options, Scale.DIFFERENCE)
        alike = np.abs(dense(statistic.influence)).max(axis=0, initial=0.0) < 1e-12
        known = []
        for place, why_not in enumerate(found.why_not):
            value = float(found.estimate[place])
            if why_not is not None and alike[place] and found.sources[place] >= self.options.min_sources:
                known.append(Known(value, number(value), number(value), why_not))
            else:
                known.append(Known(value, number(found.low[place]), number(found.high[place]), why_not))
        return known


def _concerned(items: Integers, own: int, stakes: Stakes) -> tuple[Integers, Integers]:
    """The entries of `items` that movement is taken from: those of the steered value, and those of other values in
    items that it does not touch."""
    position, entry = stakes.expand(items)
    kept = (stakes.value[entry] == own) | ~stakes.touches[stakes.item[entry], own]
    return position[kept], entry[kept]


def _mean(statistic: Statistic) -> Statistic:
    """The mean of k statistics as one; in a resample, of those that are defined in it."""
    defined = ~np.isnan(statistic.draws)
    count = defined.sum(axis=1, keepdims=True)
    mean = np.full((len(statistic.estimate), 1), 1 / len(statistic.estimate))
    with np.errstate(invalid="ignore"):
        draws = np.where(defined, statistic.draws, 0.0).sum(axis=1, keepdims=True) / np.where(count > 0, count, np.nan)
    return Statistic(
        estimate=statistic.estimate.mean(keepdims=True),
        influence=statistic.influence @ mean,
        leverage=statistic.leverage @ mean,
        hat=statistic.hat @ mean,
        exposure=statistic.exposure @ np.ones_like(mean),
        draws=draws,
    )


def _summary(
    movements: pl.DataFrame, verdicts: pl.DataFrame, found: pl.DataFrame, *, level: str, options: AnalysisOptions
) -> dict[str, object]:
    models = []
    for model in verdicts["model"].unique(maintain_order=True):
        own = found.filter(pl.col("model") == model)
        models.append(
            {
                "model": model,
                "values": verdicts.filter(pl.col("model") == model).drop("model", "level").to_dicts(),
                "items": {
                    "asked": own.height,
                    "discriminate": own["discriminates"].fill_null(False).sum(),
                    "do_not_discriminate": (~own["discriminates"].fill_null(True)).sum(),
                    "cannot_tell": own["discriminates"].null_count(),
                    "presentations_each": [own["n"].min(), own["n"].max()],
                },
            }
        )
    return {
        "level": level,
        "seed": options.seed,
        "resamples": options.resamples,
        "confidence": options.confidence,
        "negligible": NEGLIGIBLE,
        "movements": movements.height,
        "models": models,
        "note": NOTE,
    }
