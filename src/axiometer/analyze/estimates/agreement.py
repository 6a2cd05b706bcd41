"""How far two models agree: on the sides of dilemmas, on positions, and in their profiles.

Sides of a dilemma are arbitrary labels: "first side" means nothing that carries over from one item to the next, so
chance-corrected coefficients over such labels depend on how sides happened to be numbered. For sides there are
therefore only
- `raw`: the probability that two presentations, one put to each model, of one item drawn at random end on the same
  side, each model's orders, wordings and repeats averaged (sum over sides of p_a p_b), and
- `rescaled`: 2 raw - 1 (items with two sides), 0 where two coins would be, 1 at identical sure choices;
- `profile_correlation`: Pearson's correlation of the two models' shares over the values of a level, on
  the items that both chose on. `ceiling` is
  what `raw` (rescaled alike) would be between each model and its own copy, root of the product of both: it needs
  repeats, since one answer says nothing of how often it would come again.

Positions mean the same in every item. On presentations (same item, order, wording and repeat) that both models
answered with a position: Cohen's (1960) `kappa`, Gwet's (2008, eq. 11) `ac1`, Krippendorff's (2004, ch. 11,
nominal) `alpha`. Where there are no such presentations, and always for people (who saw one order, and whose repeats are
persons), the same with orders and repeats averaged (positions.py): `kappa_averaged` and so on.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import polars as pl

from axiometer.analyze.coded.arrays import Floats, Integers, added, beside, cells, counted, joined, totals
from axiometer.analyze.coded.catalogue import Catalogue
from axiometer.analyze.coded.positions import positions_of
from axiometer.analyze.coded.presentations import JUDGED, Presentations
from axiometer.analyze.coded.recovered import NOT_CORRECTED
from axiometer.analyze.coded.tallies import GroupTable, corrected_targets, tally
from axiometer.analyze.coded.value_index import Level
from axiometer.analyze.estimates.coefficients import COEFFICIENTS, gradient, of_confusion
from axiometer.analyze.estimates.differences import compared_levels, on_common_items, pairs_in_one_mode
from axiometer.analyze.estimates.positions import ONE_POSITION, both_rows, on_positions
from axiometer.analyze.frames import Record, framed, number
from axiometer.analyze.inference.sources import Sources
from axiometer.analyze.inference.statistic import Scale, Statistic, ratios
from axiometer.analyze.options import AnalysisOptions
from axiometer.records import ExpressionKind, Mode
from axiometer.records.rows import WEIGHED

AVERAGED = "_averaged"

COLUMNS: dict[str, type[pl.DataType]] = {
    "model_a": pl.String,
    "model_b": pl.String,
    "mode": pl.String,
    "level": pl.String,
    "measure": pl.String,
    "n_items": pl.Int64,
    "estimate": pl.Float64,
    "low": pl.Float64,
    "high": pl.Float64,
    "interval": pl.String,
    "why_not": pl.String,
    "ceiling": pl.Float64,
}


def agreement(everyone: list[Presentations], catalogue: Catalogue, options: AnalysisOptions) -> pl.DataFrame:
    """One row per pair of models in one mode and measure (and level, for profiles and positions)."""
    rows: list[Record] = []
    for first, second in pairs_in_one_mode(everyone):
        head = {"model_a": first.model, "model_b": second.model, "mode": first.mode.value}
        found = list(_on_sides(first, second, catalogue, options))
        for level in compared_levels(catalogue, options):
            # Profiles over corpora would set their levels against each other.
            if level.kind is not ExpressionKind.POSITION or positions_of(catalogue, level).met:
                found.extend(_profile(first, second, catalogue, level, options))
            if level.kind is ExpressionKind.POSITION and first.mode in (Mode.CHOICE, *JUDGED):
                found.extend(_on_positions(first, second, catalogue, level, options))
        rows.extend({**head, **row} for row in found)
    return framed(rows, COLUMNS)


def _on_sides(
    first: Presentations, second: Presentations, catalogue: Catalogue, options: AnalysisOptions
) -> Iterator[Record]:
    a, b = tally(first, catalogue), tally(second, catalogue)
    subject = np.arange(len(catalogue.option_item)) if a.alone else catalogue.option_item
    both = (a.asked > 0) & (b.asked > 0) & catalogue.side
    if not a.alone:
        both &= catalogue.sides_of[catalogue.option_item] == 2
    p_a, p_b = (np.where(both, t.taken / np.where(both, t.asked, 1.0), 0.0) for t in (a, b))
    match = p_a * p_b + ((1 - p_a) * (1 - p_b) if a.alone else 0.0)
    group, groups = catalogue.option_group, catalogue.groups
    k = counted(group[both], groups, match[both])[:, None]
    n = counted(group[both], groups)[:, None] / (1.0 if a.alone else 2.0)
    estimates = ratios(k, n, catalogue.sources, options).intervals(catalogue.sources, options)
    ceiling = _ceiling(first, second)
    items = len(np.unique(subject[both]))
    for measure, scale, offset in (("raw", 1.0, 0.0), ("rescaled", 2.0, -1.0)):
        yield {
            "measure": measure,
            "n_items": items,
            "estimate": number(scale * estimates.estimate[0] + offset),
            "low": number(scale * estimates.low[0] + offset),
            "high": number(scale * estimates.high[0] + offset),
            "interval": estimates.method(0),
            "why_not": estimates.why_not[0],
            "ceiling": None if ceiling is None else number(scale * ceiling + offset),
        }


def _ceiling(first: Presentations, second: Presentations) -> float | None:
    own = [self_agreement(each) for each in (first, second)]
    return None if None in own else float(np.sqrt(own[0] * own[1]))  # type: ignore[operator]


def self_agreement(part: Presentations) -> float | None:
    """The raw agreement of a model with its own copy, averaged over items: presentations are drawn independently for
    both, so pairs of one order and wording come from distinct repeats. Of free answers the respondent's drawing is the
    answer: pairs come from distinct answers, whatever the judge's orders. None where nothing was repeated."""
    if part.mode in WEIGHED:
        return None
    rows = part.where(part.chosen)
    if part.mode in JUDGED:
        return _of_answers(rows)
    agree = part.mode is Mode.AGREE
    subject = rows.shown if agree else rows.item
    form = joined(subject, rows.negated.astype(np.int64) if agree else rows.order_code, rows.wording)
    answer = rows.stance if agree else rows.option
    subject = joined(subject)
    of_form = np.zeros(int(form.max(initial=-1)) + 1, dtype=np.int64)
    of_form[form] = subject
    n = np.bincount(form).astype(np.float64)
    cell, counts = np.unique(joined(form, answer) if len(form) else form, return_counts=True)
    first = np.unique(joined(form, answer), return_index=True)[1] if len(form) else cell
    squares = np.bincount(form[first], counts.astype(np.float64) ** 2, len(n))
    repeated = n > 1
    if not repeated.any():
        return None
    usable = np.bincount(of_form[repeated], minlength=int(subject.max()) + 1) == np.bincount(of_form)
    within = np.where(repeated, (squares - n) / np.where(repeated, n * (n - 1), 1.0), 0.0)
    # across forms: the square of the summed proportions less each form's own square
    proportion = counts / n[form[first]]
    by_answer = joined(of_form[form[first]], answer[first])
    summed = np.bincount(by_answer, proportion)
    owner = np.zeros(len(summed), dtype=np.int64)
    owner[by_answer] = of_form[form[first]]
    size = len(usable)
    across = np.bincount(owner, summed**2, size) - np.bincount(of_form, squares / n**2, size)
    forms = np.bincount(of_form, minlength=size)
    agreement_of = (across + np.bincount(of_form, within, size)) / forms**2
    return float(agreement_of[usable].mean()) if usable.any() else None


def _of_answers(rows: Presentations) -> float | None:
    """The same where each answer was judged in several orders: its verdicts are averaged first."""
    if not len(rows):
        return None
    answer = joined(rows.item, rows.wording, rows.repeat)
    form = joined(rows.item, rows.wording)
    first = np.unique(answer, return_index=True)[1]
    answers_of = np.bincount(form[first]).astype(np.float64)
    part = 1.0 / np.bincount(answer)[answer]  # a verdict's part of its answer
    by_answer, by_form = joined(answer, rows.option), joined(form, rows.option)
    own, at = np.bincount(by_answer, part), np.unique(by_answer, return_index=True)[1]
    summed, where = np.bincount(by_form, part), np.unique(by_form, return_index=True)[1]
    alone = np.bincount(form[at], own**2, len(answers_of))
    together = np.bincount(form[where], summed**2, len(answers_of))
    several = answers_of > 1
    if not several.any():
        return None
    return float(((together - alone)[several] / (answers_of * (answers_of - 1))[several]).mean())


def _profile(
    first: Presentations, second: Presentations, catalogue: Catalogue, level: Level, options: AnalysisOptions
) -> Iterator[Record]:
    tables = on_common_items(first, second, catalogue, level)
    kept = np.flatnonzero((totals(tables[0].n) > 0) & (totals(tables[1].n) > 0))
    if len(kept) < 3:
        return
    statistic = profile_correlation(tables[0], tables[1], kept, catalogue.sources, options)
    estimates = statistic.intervals(catalogue.sources, options, Scale.DIFFERENCE)
    yield {
        "level": level.name,
        "measure": "profile_correlation",
        "n_items": int((added(tables[0].n, tables[1].n)[:, kept] @ np.ones(len(kept)) > 0).sum()),
        "estimate": number(estimates.estimate[0]),
        "low": number(max(estimates.low[0], -1.0)),
        "high": number(min(estimates.high[0], 1.0)),
        "interval": estimates.method(0),
        "why_not": estimates.why_not[0] or (None if np.isfinite(estimates.estimate[0]) else "a profile is flat"),
    }


def profile_correlation(
    a: GroupTable, b: GroupTable, kept: Integers, sources: Sources, options: AnalysisOptions
) -> Statistic:
    """Pearson's correlation of two share profiles over the targets `kept`, as a `Statistic` of one."""
    k = len(kept)
    shares = ratios(beside([a.k[:, kept], b.k[:, kept]]), beside([a.n[:, kept], b.n[:, kept]]), sources, options)

    def correlation(profiles: Floats) -> Floats:
        x, y = (part - part.mean(axis=1, keepdims=True) for part in np.hsplit(profiles, [k]))
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray((x * y).sum(axis=1) / np.sqrt((x * x).sum(axis=1) * (y * y).sum(axis=1)))

    slope = gradient(lambda point: float(correlation(point[None, :])[0]), shares.estimate)
    return Statistic(
        estimate=correlation(shares.estimate[None, :]),
        influence=shares.influence @ slope[:, None],
        leverage=shares.leverage @ np.abs(slope)[:, None],
        hat=shares.hat @ np.full((2 * k, 1), 1 / (2 * k)),
        exposure=shares.exposure @ np.ones((2 * k, 1)),
        draws=correlation(shares.draws)[:, None],
    )


def _on_positions(
    first: Presentations, second: Presentations, catalogue: Catalogue, level: Level, options: AnalysisOptions
) -> Iterator[Record]:
    """On presentations that both answered; on all, orders averaged, where there are none: `AVERAGED` after the name."""
    group, cell, items = matched_positions(first, second, catalogue, level)
    if not len(cell) or first.persons or second.persons:
        for row in both_rows(first, second, catalogue, level, options):
            if row["measure"] != "raw":
                yield {"level": level.name, **row, "measure": f"{row['measure']}{AVERAGED}"}
        return
    if corrected_targets(catalogue, level).any():
        for measure in COEFFICIENTS:
            yield {"level": level.name, "measure": measure, "n_items": items, "why_not": NOT_CORRECTED}
        return
    k = len(positions_of(catalogue, level).names)
    groups = catalogue.groups
    table = cells(group * k * k + cell, (groups, k * k))
    drawn = catalogue.sources.totals(table, options.resamples, options.seed)
    for measure, coefficient in COEFFICIENTS.items():
        statistic = of_confusion(table, drawn, coefficient)
        estimates = statistic.intervals(catalogue.sources, options, Scale.DIFFERENCE)
        undefined = None if np.isfinite(estimates.estimate[0]) else ONE_POSITION
        yield {
            "level": level.name,
            "measure": measure,
            "n_items": items,
            "estimate": number(estimates.estimate[0]),
            "low": number(max(estimates.low[0], -1.0)),
            "high": number(min(estimates.high[0], 1.0)),
            "interval": None if undefined else estimates.method(0),
            "why_not": undefined or estimates.why_not[0],
        }


def matched_positions(
    first: Presentations, second: Presentations, catalogue: Catalogue, level: Level
) -> tuple[Integers, Integers, int]:
    """Presentations that both models answered with exactly one position: group, cell of the k x k table (a's position
    times k plus b's), and the number of items."""
    positions = positions_of(catalogue, level)
    parts = [on_positions(each, positions)[0] for each in (first, second)]
    a, b = parts
    width = max(a.slots.shape[1], b.slots.shape[1])
    keys = [np.concatenate([getattr(a, name), getattr(b, name)]) for name in ("item", "wording", "repeat")]
    slots = [np.pad(each.slots, ((0, 0), (0, width - each.slots.shape[1])), constant_values=-1) for each in parts]
    key = joined(*keys, *np.concatenate(slots).T)
    _, at_a, at_b = np.intersect1d(key[: len(a)], key[len(a) :], return_indices=True)
    of_option = positions.of_option
    cell = of_option[a.option[at_a]] * len(positions.names) + of_option[b.option[at_b]]
    item = a.item[at_a]
    return catalogue.group[item], cell, len(np.unique(item))
