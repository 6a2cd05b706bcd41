"""The gap between modes: how otherwise one respondent answers the same items when it is asked in another way.

Per item the part of the answers that side with the corpus is taken in either mode (coded/statements.py); the gap is the
mean difference over the items that were answered in both, each item weighing the same, paired on items and resamples.
Where a judge read the answers in one of the two modes, the gap to its corrected share (correction/) stands beside it,
on the same items: each counts as far as the answer to it, corrected, takes a side. It is not given for all corpora
together.

Respondents of several runs are the same where their names (without the run's) are. A family is all corpora for one
respondent and pair of modes; all of them together are a family alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import polars as pl

from axiometer.analyze.coded.arrays import Floats, cells
from axiometer.analyze.coded.catalogue import Catalogue
from axiometer.analyze.coded.presentations import JUDGED, Presentations
from axiometer.analyze.coded.statements import ALL, item_shares, statements_of
from axiometer.analyze.coded.value_index import Level
from axiometer.analyze.correction.corrected import between_effects
from axiometer.analyze.correction.judged import judged_answers
from axiometer.analyze.estimates.corpora import corrected_gap_of
from axiometer.analyze.estimates.differences import adjust
from axiometer.analyze.frames import Record, framed, number
from axiometer.analyze.inference.statistic import Scale, ratios
from axiometer.analyze.options import AnalysisOptions
from axiometer.records import Mode

MODE_GAPS: dict[str, type[pl.DataType]] = {
    "family": pl.String,
    "model_a": pl.String,
    "model_b": pl.String,
    "mode_a": pl.String,
    "mode_b": pl.String,
    "corpus": pl.String,
    "n_items": pl.Int64,
    "share_a": pl.Float64,
    "share_b": pl.Float64,
    "gap": pl.Float64,
    "low": pl.Float64,
    "high": pl.Float64,
    "interval": pl.String,
    "why_not": pl.String,
    "p": pl.Float64,
    "p_adjusted": pl.Float64,
    "adjustment": pl.String,
    "corrected": pl.Float64,
    "corrected_low": pl.Float64,
    "corrected_high": pl.Float64,
    "corrected_why_not": pl.String,
}


def mode_gaps(
    everyone: list[Presentations],
    catalogue: Catalogue,
    options: AnalysisOptions,
    names: Mapping[str, str] | None = None,
    labels: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """Per respondent, pair of its modes and corpus (`all` together where there are several): share in a, in b, and the
    gap, a minus b. `names`: the model behind each respondent's name, where they differ; `model_a` and `model_b` are
    the respondents' own names. `labels`: people's, for a mode in which a judge read the answers."""
    known = names or {}
    place = {mode: number for number, mode in enumerate(Mode)}
    rows: list[Record] = []
    for part in statements_of(everyone, catalogue)[:1]:
        asked = [each for each in part.everyone if len(each) and not each.persons]
        asked.sort(key=lambda each: (known.get(each.model, each.model), place[each.mode], each.model))
        for first, second in combinations(asked, 2):
            same = known.get(first.model, first.model) == known.get(second.model, second.model)
            if not same or first.mode is second.mode:
                continue
            for level in part.levels(options):
                found = list(_rows(first, second, part.catalogue, level, options, known))
                free = [each for each in (first, second) if each.mode in JUDGED]
                if len(free) == 1:
                    pair = _Pair(first, second, part.catalogue, level, options)
                    found = [{**row, **pair.corrected(str(row["corpus"]), labels)} for row in found]
                rows.extend(found)
    return framed(rows, MODE_GAPS)


def _rows(
    first: Presentations,
    second: Presentations,
    catalogue: Catalogue,
    level: Level,
    options: AnalysisOptions,
    known: Mapping[str, str],
) -> Iterator[Record]:
    one, n_one, corpus = item_shares(first, catalogue, level)
    other, n_other, _ = item_shares(second, catalogue, level)
    both = (n_one > 0) & (n_other > 0) & (corpus >= 0)
    if not both.any():
        return
    targets = (*level.targets, ALL)
    k = len(targets)

    def summed(values: Floats) -> Floats:
        group, of = catalogue.group[both], corpus[both]
        table = cells(group * k + of, (catalogue.groups, k), values[both])
        table[:, -1] = table.sum(axis=1)
        return table

    n = summed(np.ones(catalogue.size))
    shares = ratios(np.hstack([summed(one), summed(other)]), np.hstack([n, n]), catalogue.sources, options)
    gap = shares.take(slice(0, k)).minus(shares.take(slice(k, 2 * k)))
    found = gap.intervals(catalogue.sources, options, Scale.DIFFERENCE)
    items = n.sum(axis=0)
    pair = f"{first.mode.value} minus {second.mode.value}"
    name = known.get(first.model, first.model)
    kept = [i for i in range(k) if items[i] and (targets[i] != ALL or len(level.targets) > 1)]
    adjusted = adjust(np.where(np.arange(k) < k - 1, found.p, np.nan), options.adjustment)
    adjusted[-1] = found.p[-1]
    for i in kept:
        which = "all corpora together" if targets[i] == ALL else "by corpus"
        yield {
            "family": f"{name}, {pair}, {which}",
            "model_a": first.model,
            "model_b": second.model,
            "mode_a": first.mode.value,
            "mode_b": second.mode.value,
            "corpus": targets[i],
            "n_items": int(items[i]),
            "share_a": number(shares.estimate[i]),
            "share_b": number(shares.estimate[k + i]),
            "gap": number(found.estimate[i]),
            "low": number(found.low[i]),
            "high": number(found.high[i]),
            "interval": found.method(i),
            "why_not": found.why_not[i],
            "p": number(found.p[i]),
            "p_adjusted": number(adjusted[i]),
            "adjustment": options.adjustment.value,
        }


@dataclass(frozen=True, slots=True)
class _Pair:
    """One respondent in two modes, in one of which a judge read its answers."""

    first: Presentations
    second: Presentations
    catalogue: Catalogue
    level: Level
    options: AnalysisOptions

    def corrected(self, corpus: str, labels: pl.DataFrame | None) -> Record:
        """The gap with the judged share corrected, on the items answered in both modes."""
        if corpus == ALL:
            return {}
        code = self.level.targets.index(corpus)
        judged_first = self.first.mode in JUDGED
        read, plain = (self.first, self.second) if judged_first else (self.second, self.first)
        share, n, of = item_shares(plain, self.catalogue, self.level)
        judged = judged_answers(read, self.catalogue, self.level, labels)
        asked = np.zeros(self.catalogue.size, dtype=np.bool_)
        asked[judged.item] = True
        common = (n > 0) & (of == code) & asked
        kept = judged.where((judged.corpus != code) | common[judged.item])
        found = corrected_gap_of(kept, code, share, self.catalogue, self.options)
        if isinstance(found, str):
            return {"corrected_why_not": found}
        ends = between_effects(found, self.catalogue.sources, self.options)
        sign = -1.0 if judged_first else 1.0
        low, high = sorted((sign * ends[1], sign * ends[2]))
        return {"corrected": number(sign * ends[0]), "corrected_low": number(low), "corrected_high": number(high)}
