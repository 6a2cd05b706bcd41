"""How much respondents side with the statements of each corpus (its outlets and years), as against their reverse.

`corpora`: per corpus, mode, language of the questions and attribution the share of answers that side with the corpus
(coded/statements.py), with its interval and bounds as in shares.py. Of judged answers the corrected share stands beside
it (correction/): by prediction-powered inference where enough of the cell's own answers were labelled; else by the
judge's confusion matrix on the respondent's labelled answers to all corpora, which takes the judge to err alike in all
of them (`transported`); else it says why not.

`corpus_differences`: respondents pair by pair within a corpus, on the items that both answered. A family is all pairs
in one mode within one corpus. Between corpora nothing is compared: their items differ.

`support`: of statements put forward alone (agree mode), how often the statement is supported, how often its reverse,
and the habit of saying yes: the mean of both less one half. Only forms as they are written count; saying yes to denied
ones, too, would cancel in support.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import numpy as np
import polars as pl

from axiometer.analyze.coded.arrays import Floats, beside, positive, product, totals
from axiometer.analyze.coded.catalogue import Catalogue
from axiometer.analyze.coded.positions import AGAINST, WITH
from axiometer.analyze.coded.presentations import JUDGED, Presentations
from axiometer.analyze.coded.statements import ALL, Statements, languages_of, sided, statements_of
from axiometer.analyze.coded.tallies import GroupTable
from axiometer.analyze.coded.units import told, units_of
from axiometer.analyze.coded.value_index import Level
from axiometer.analyze.correction import Corrected, Method, among, between, corrected, corrected_gap
from axiometer.analyze.correction.corrected import LEAST_LABELS, UNCORRECTED
from axiometer.analyze.correction.effects import Effects
from axiometer.analyze.correction.judged import CATEGORIES, JudgedAnswers, judged_answers
from axiometer.analyze.estimates.differences import adjust, rows_of
from axiometer.analyze.estimates.shares import share_rows
from axiometer.analyze.frames import Record, framed, number
from axiometer.analyze.inference.statistic import Scale, ratios
from axiometer.analyze.options import AnalysisOptions
from axiometer.records import Mode

_INTERVAL: dict[str, type[pl.DataType]] = {
    "low": pl.Float64,
    "high": pl.Float64,
    "interval": pl.String,
    "why_not": pl.String,
}

CORPORA: dict[str, type[pl.DataType]] = {
    "model": pl.String,
    "mode": pl.String,
    "lang": pl.String,
    "attribution": pl.String,
    "corpus": pl.String,
    "n": pl.Int64,
    "items": pl.Int64,
    "clusters": pl.Int64,
    "share": pl.Float64,
    **_INTERVAL,
    "bound_low": pl.Float64,
    "bound_high": pl.Float64,
    "bound_ci_low": pl.Float64,
    "bound_ci_high": pl.Float64,
    "corrected": pl.Float64,
    "corrected_low": pl.Float64,
    "corrected_high": pl.Float64,
    "correction": pl.String,
    "corrected_why_not": pl.String,
    "labels": pl.Float64,
    "tuning": pl.Float64,
    "transported": pl.Boolean,
}

DIFFERENCES: dict[str, type[pl.DataType]] = {
    "family": pl.String,
    "model_a": pl.String,
    "model_b": pl.String,
    "mode": pl.String,
    "corpus": pl.String,
    "n_items": pl.Int64,
    "difference": pl.Float64,
    **_INTERVAL,
    "p": pl.Float64,
    "p_adjusted": pl.Float64,
    "adjustment": pl.String,
    "corrected": pl.Float64,
    "corrected_low": pl.Float64,
    "corrected_high": pl.Float64,
    "corrected_p": pl.Float64,
    "corrected_p_adjusted": pl.Float64,
    "corrected_why_not": pl.String,
}

SUPPORT: dict[str, type[pl.DataType]] = {
    "model": pl.String,
    "lang": pl.String,
    "corpus": pl.String,
    "quantity": pl.String,
    "n": pl.Int64,
    "estimate": pl.Float64,
    **_INTERVAL,
}

AMONG = among(CATEGORIES, WITH, AGAINST)


def corpora(
    everyone: list[Presentations], catalogue: Catalogue, options: AnalysisOptions, labels: pl.DataFrame | None = None
) -> pl.DataFrame:
    """One row per respondent, mode, language, attribution and corpus. `labels`: people's, for judged answers."""
    rows: list[Record] = []
    for part in statements_of(everyone, catalogue):
        for place in range(len(everyone)):
            for lang, own in languages_of(part, place):
                if len(own):
                    head = {"model": own.model, "mode": own.mode.value, "lang": lang, "attribution": part.attribution}
                    for level in part.levels(options):
                        rows.extend({**head, **row} for row in _rows(own, part, level, options, labels))
    return framed(rows, CORPORA)


def _rows(
    own: Presentations, part: Statements, level: Level, options: AnalysisOptions, labels: pl.DataFrame | None
) -> Iterator[Record]:
    found = sided([own], part.catalogue, level)
    uncorrected = np.zeros(len(level.targets), dtype=np.bool_)
    shares = share_rows(level, found.tables[0], found.units.opposed[0], found.units.sources, options, uncorrected)
    judged = judged_answers(own, part.catalogue, level, labels) if own.mode in JUDGED else None
    for row in shares:
        if not (row["n"] or row["bound_low"] is not None):
            continue
        corpus = level.targets.index(str(row["value"]))
        correction = (
            {} if judged is None else _corrected_columns(corrected_share(judged, corpus, part.catalogue, options))
        )
        yield {**told(row, found.units.persons), "corpus": row["value"], **correction}


def corrected_share(judged: JudgedAnswers, corpus: int, catalogue: Catalogue, options: AnalysisOptions) -> Corrected:
    """The share siding with one corpus by labels of its own answers, or else by those of all corpora."""
    own = judged.where(judged.corpus == corpus)
    verdicts, labels = own.verdicts(catalogue), own.labels(catalogue)
    (found,) = corrected(verdicts, labels, [AMONG], options)
    elsewhere = judged.labels(catalogue)
    if found.estimate is not None or elsewhere is None or found.labels >= LEAST_LABELS:
        return found
    (moved,) = corrected(verdicts, elsewhere, [AMONG], options, Method.CONFUSION, transported=True)
    return moved


def corrected_gap_of(
    judged: JudgedAnswers, corpus: int, of_item: Floats, catalogue: Catalogue, options: AnalysisOptions
) -> Effects | str:
    """The mean of what is known `of_item` less the share siding with one corpus, both over the answers that take a
    side, by the same labels as `corrected_share`; or why it is not corrected."""
    own = judged.where(judged.corpus == corpus)
    verdicts, labels, known = own.verdicts(catalogue), own.labels(catalogue), own.known(of_item)
    found = corrected_gap(verdicts, labels, AMONG, known, options)
    elsewhere = judged.labels(catalogue)
    enough = labels is not None and float(labels.truth[:, list(AMONG.base)].sum()) >= LEAST_LABELS
    if not isinstance(found, str) or elsewhere is None or enough:
        return found
    return corrected_gap(verdicts, elsewhere, AMONG, known, options, Method.CONFUSION)


def _corrected_columns(found: Corrected) -> Record:
    return {
        "corrected": found.estimate,
        "corrected_low": found.low,
        "corrected_high": found.high,
        "correction": None if found.method is None else found.method.value,
        "corrected_why_not": found.why_not,
        "labels": found.labels,
        "tuning": found.tuning,
        "transported": found.transported,
    }


def corpus_differences(
    everyone: list[Presentations], catalogue: Catalogue, options: AnalysisOptions, labels: pl.DataFrame | None = None
) -> pl.DataFrame:
    """Per pair of respondents in one mode and corpus: share of a minus share of b on the items both took a side on."""
    families: dict[str, list[Record]] = {}
    for part in statements_of(everyone, catalogue)[:1]:
        for first, second in combinations(part.everyone, 2):
            if first.mode is not second.mode or not len(first) or not len(second):
                continue
            head = {"model_a": first.model, "model_b": second.model, "mode": first.mode.value}
            for level in part.levels(options):
                for row in _differences([first, second], part.catalogue, level, options, labels):
                    family = f"{first.mode.value}, {row['corpus']}"
                    families.setdefault(family, []).append({**head, **row, "family": family})
    rows: list[Record] = []
    for family in sorted(families):
        listed = families[family]
        for name in ("p", "corrected_p"):
            p = np.array([np.nan if row.get(name) is None else row[name] for row in listed], dtype=np.float64)
            for row, adjusted in zip(listed, adjust(p, options.adjustment), strict=True):
                row[f"{name}_adjusted"] = number(float(adjusted))
        rows += listed
    return framed(rows, DIFFERENCES)


def _differences(
    pair: list[Presentations],
    catalogue: Catalogue,
    level: Level,
    options: AnalysisOptions,
    labels: pl.DataFrame | None,
) -> Iterator[Record]:
    found = sided(pair, catalogue, level, chosen_by_all=True)
    one, other = found.tables
    together = ratios(beside([one.k, other.k]), beside([one.n, other.n]), found.units.sources, options)
    k = len(level.targets)
    difference = together.take(slice(0, k)).minus(together.take(slice(k, 2 * k)))
    judged = None
    if pair[0].mode in JUDGED:
        judged = [judged_answers(each, catalogue, level, labels) for each in pair]
    items = totals(product(positive(one.n), positive(other.n))) if found.units.persons is None else one.items
    for row in rows_of(difference, items, level, found.units.sources, options):
        corpus = level.targets.index(str(row["value"]))
        correction = {} if judged is None else _corrected_difference(judged, corpus, catalogue, options)
        yield {**told(row, found.units.persons), "corpus": row["value"], **correction}


def _corrected_difference(
    judged: list[JudgedAnswers], corpus: int, catalogue: Catalogue, options: AnalysisOptions
) -> Record:
    """On the items of which both have judged answers, each share over the answers by which its own respondent takes a
    side: on which ones both do is not known where nobody labelled."""
    here, there = (np.unique(each.item[each.corpus == corpus]) for each in judged)
    common = np.intersect1d(here, there)
    kept = [each.where(np.isin(each.item, common) | (each.corpus != corpus)) for each in judged]
    one, other = (corrected_share(each, corpus, catalogue, options) for each in kept)
    found = between(one, other, kept[0].verdicts(catalogue), options)
    if found is None:
        return {"corrected_why_not": one.why_not or other.why_not or UNCORRECTED}
    names = ("corrected", "corrected_low", "corrected_high", "corrected_p")
    return dict(zip(names, (number(each) for each in found), strict=True))


def support(everyone: list[Presentations], catalogue: Catalogue, options: AnalysisOptions) -> pl.DataFrame:
    """Per respondent in agree mode, language and corpus (`all` together, where there are several): `statement`,
    `reverse` and `yes_bias`, with `n` stances."""
    rows: list[Record] = []
    for part in statements_of(everyone, catalogue)[:1]:
        for place, each in enumerate(part.everyone):
            if each.mode is not Mode.AGREE:
                continue
            for lang, every in languages_of(part, place):
                own = every.where(~every.negated)
                for level in part.levels(options):
                    head = {"model": own.model, "lang": lang}
                    rows.extend({**head, **row} for row in _support(own, part.catalogue, level, options))
    return framed(rows, SUPPORT)


def _support(own: Presentations, catalogue: Catalogue, level: Level, options: AnalysisOptions) -> Iterator[Record]:
    units = units_of([own], catalogue, level)
    yes, no = (_with_total(table) for table in (units.endorsed[0], units.opposed[0]))
    both = np.flatnonzero((yes[1].sum(axis=0) > 0) & (no[1].sum(axis=0) > 0))
    if len(both) == 2:  # one corpus, which is then all there is
        both = both[:1]
    k = len(both)
    if not k:
        return
    taken, asked = (np.hstack([yes[side][:, both], no[side][:, both]]) for side in (0, 1))
    each = ratios(taken, asked, units.sources, options)
    shares = each.intervals(units.sources, options)
    mean = each.combined(0.5 * np.vstack([np.eye(k), np.eye(k)]))
    bias = mean.intervals(units.sources, options, Scale.DIFFERENCE)
    n = asked.sum(axis=0)
    for i, corpus in enumerate((*level.targets, ALL)[place] for place in both):
        for quantity, found, at, offset, size in (
            ("statement", shares, i, 0.0, n[i]),
            ("reverse", shares, k + i, 0.0, n[k + i]),
            ("yes_bias", bias, i, -0.5, n[i] + n[k + i]),
        ):
            yield {
                "corpus": corpus,
                "quantity": quantity,
                "n": int(size),
                "estimate": number(found.estimate[at] + offset),
                "low": number(found.low[at] + offset),
                "high": number(found.high[at] + offset),
                "interval": found.method(at),
                "why_not": found.why_not[at],
            }


def _with_total(table: GroupTable) -> tuple[np.ndarray, np.ndarray]:
    """Supported and put forward, per group and corpus, with all corpora in a column more."""
    taken, asked = (np.asarray(each @ np.eye(each.shape[1])) for each in (table.k, table.n))
    return tuple(np.hstack([each, each.sum(axis=1, keepdims=True)]) for each in (taken, asked))  # type: ignore[return-value]
