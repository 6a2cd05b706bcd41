"""How many labels and raters: half-widths of corrected shares, and of raters' agreement.

**Corrected shares.** A judge with planted errors on answers of two per issue (selftest/judging.py); or, from a judged
pilot with labels, its own verdicts: issues are drawn as for other plans, and what people would say of an answer is
drawn from what they said of the pilot's answers on which the judge said the same (each half a label beside, so that
what was never seen may be). Then a random sample is labelled and the share corrected, as in an analysis.

**Agreement.** Every unit has a category, with the chances given; a rater says it with probability a, else any category
with the same chances. Two raters' labels then have Krippendorff's alpha a^2 in the population, so the alpha that is
expected (of a pilot's labels, or given) says what to simulate. Units are independent.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from axiometer.analyze.coded.arrays import Floats, Integers, cells
from axiometer.analyze.coded.catalogue import catalogue_of
from axiometer.analyze.coded.presentations import presentations_of
from axiometer.analyze.coded.statements import statements_of
from axiometer.analyze.coded.value_index import FrameworkLike
from axiometer.analyze.correction import Labels, Verdicts, among, corrected
from axiometer.analyze.correction.judged import judged_answers
from axiometer.analyze.estimates.coefficients import of_totals
from axiometer.analyze.frames import Record
from axiometer.analyze.inference.sources import Sources
from axiometer.analyze.options import AnalysisOptions
from axiometer.analyze.people.coefficients import krippendorff_alpha
from axiometer.analyze.people.ratings import LabelScale, Ratings
from axiometer.analyze.planning.designs import Goal, Grid, Plan, PlanOptions, Wish, plan_of
from axiometer.analyze.planning.drawing import draw
from axiometer.analyze.planning.linear import Precision, precision_of
from axiometer.analyze.planning.pilot import sources_table
from axiometer.analyze.planning.trials import Progress, Trials, headed, silent
from axiometer.analyze.selftest.judging import CATEGORIES as PLANTED_CATEGORIES
from axiometer.analyze.selftest.judging import Judged, simulated_verdicts
from axiometer.errors import InputError
from axiometer.records import Mode

PLANTED_JUDGE = "no judged pilot: a judge that errs as in the self-test, two answers per issue, a share near {share}"
PILOT_JUDGE = (
    "people's labels are drawn from those of the pilot's {n} labelled answers on which the judge said the same"
)
PLANTED_RATERS = "raters as likely to agree as alpha {alpha} says, on {n} categories; units independent"
PLANTED_ANSWERS = 2
_HALF = 0.5

Study = tuple[Verdicts, Floats]
"""Verdicts on all answers, and what people would say of each (answers x categories)."""


@dataclass(frozen=True, slots=True)
class JudgedPilot:
    """Verdicts of a judge on the pilot's answers: `said` (answers x categories), the group of each, the sources of
    groups (`table`), and `chances`: what people say (columns) where the judge says most (rows). `labelled`: how many
    of the pilot's answers rest behind it."""

    categories: tuple[str, ...]
    said: Floats
    group: Integers
    table: Integers
    chances: Floats
    labelled: int

    @classmethod
    def of(cls, verdicts: Verdicts, labels: Labels, table: Integers) -> JudgedPilot:
        size = len(verdicts.categories)
        likeliest = labels.said.argmax(axis=1)
        counts = np.zeros((size, size))
        np.add.at(counts, likeliest, labels.truth * labels.weights[:, None] * len(labels))
        counts[np.arange(size), np.arange(size)] += _HALF
        counts += _HALF / size
        return cls(
            verdicts.categories,
            verdicts.said,
            verdicts.group,
            table,
            counts / counts.sum(axis=1, keepdims=True),
            len(labels),
        )

    def study(self, items: int, generator: np.random.Generator) -> Study:
        """Answers of about `items` groups, drawn anew."""
        present = np.unique(self.group)
        rows, sources = draw(self.table[present], items, generator)
        order = np.argsort(self.group, kind="stable")
        many = np.bincount(self.group, minlength=len(self.table))
        first = np.cumsum(many) - many
        own = present[rows]
        sizes = many[own]
        at = np.repeat(first[own], sizes) + np.arange(int(sizes.sum())) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        said = self.said[order[at]]
        group = np.repeat(np.arange(len(rows)), sizes)
        below = self.chances[said.argmax(axis=1)].cumsum(axis=1)
        truth = np.minimum((generator.random(len(said))[:, None] > below).sum(axis=1), len(self.categories) - 1)
        return Verdicts(self.categories, said, group, sources), np.eye(len(self.categories))[truth]


def judged_pilot(
    items: pl.DataFrame,
    answers: pl.DataFrame,
    frameworks: Mapping[str, FrameworkLike],
    labels: pl.DataFrame,
    *,
    models: Sequence[str] = (),
) -> JudgedPilot:
    """From a judged run with labels (`measure.labels.read_run_labels`), of one respondent.

    Raises `InputError` where nothing was judged, it is not clear whose answers are meant, or nobody labelled any.
    """
    catalogue = catalogue_of(items, frameworks)
    everyone = [
        each
        for each in presentations_of(answers, catalogue)
        if each.mode is Mode.JUDGED and (not models or each.model in models)
    ]
    if not everyone:
        raise InputError("nothing was judged in the pilot", mend="plan --corrected without a pilot, or with another")
    if len(everyone) > 1:
        raise InputError("the pilot has {n} respondents", mend="name one with -m", n=len(everyone))
    for part in statements_of(everyone, catalogue)[:1]:
        for level in part.levels(AnalysisOptions()):
            judged = judged_answers(part.everyone[0], part.catalogue, level, labels)
            known = judged.labels(part.catalogue)
            if known is not None:
                return JudgedPilot.of(judged.verdicts(part.catalogue), known, sources_table(part.catalogue))
    raise InputError(
        "people labelled none of the pilot's answers", mend="label some (annotate sheet), or plan without a pilot"
    )


def plan_labels(
    pilot: JudgedPilot | None,
    wishes: Sequence[Wish],
    grid: Grid,
    options: PlanOptions,
    *,
    share: float = 0.65,
    progress: Progress = silent,
) -> Plan:
    """Half-widths of the corrected share of the first category among the first two, for every number of items and
    labels. Without a pilot: planted, about a `share`."""
    sizes = grid.items or ((400,) if pilot is None else (len(np.unique(pilot.group)),))
    notes: list[tuple[str, dict[str, object]]] = [
        (PLANTED_JUDGE, {"share": f"{share:.0%}"}) if pilot is None else (PILOT_JUDGE, {"n": pilot.labelled})
    ]
    rows: list[Record] = []
    of, done = len(sizes) * len(grid.labels) * options.simulations, 0
    for size in sizes:
        for labels in grid.labels:
            generator = np.random.default_rng([options.seed, 4, size, labels])
            make = _planted_study(size, share) if pilot is None else _pilot_study(pilot, size)
            trials, answers, behind = Trials(("share",)), 0, 0
            for _ in range(options.simulations):
                study = make(generator)
                answers, behind = answers + len(study[1]), behind + study[0].sources.count
                trials.add(_corrected(study, labels, generator, options), options.confidence, share=True)
                done += 1
                progress(done, of)
            head = {
                "items": size,
                "sources": round(behind / options.simulations),
                "labels": labels,
                "presentations": round(answers / options.simulations),
            }
            for wish in wishes:
                if wish.goal is Goal.CORRECTED:
                    rows.append(headed(wish, trials.of_widths(wish), **head))
    return plan_of(rows, notes)


def _planted_study(issues: int, share: float) -> Callable[[np.random.Generator], Study]:
    setting = Judged(issues, PLANTED_ANSWERS, 0, share)
    groups = np.arange(issues)
    sources = Sources.coded(groups, groups, issues, issues)

    def make(generator: np.random.Generator) -> Study:
        group, truth, said = simulated_verdicts(setting, generator)
        return Verdicts(PLANTED_CATEGORIES, said, group, sources), np.eye(len(PLANTED_CATEGORIES))[truth]

    return make


def _pilot_study(pilot: JudgedPilot, items: int) -> Callable[[np.random.Generator], Study]:
    return lambda generator: pilot.study(items, generator)


def _corrected(study: Study, labels: int, generator: np.random.Generator, options: PlanOptions) -> Precision:
    verdicts, truth = study
    count = min(labels, len(truth))
    unit = generator.choice(len(truth), count, replace=False)
    chance = np.full(count, count / len(truth))
    drawn = Labels(verdicts.said[unit], truth[unit], chance, verdicts.group[unit])
    how = AnalysisOptions(resamples=2, confidence=options.confidence, min_sources=options.min_sources)
    (found,) = corrected(verdicts, drawn, [among(verdicts.categories, *verdicts.categories[:2])], how)
    given = found.why_not is None
    return Precision(
        estimate=np.array([found.estimate if found.estimate is not None else np.nan]),
        variance=np.array([found.se**2 if found.se is not None else 0.0]),
        df=np.array([found.df if found.df is not None else 1.0]),
        given=np.array([given]),
        sources=np.array([float(verdicts.sources.count)]),
    )


def pilot_of_ratings(ratings: Ratings, alpha: float | None = None) -> tuple[float, tuple[float, ...]]:
    """Alpha of people's labels (or the one that is given), and the share of each category.

    Raises `InputError` for sets, and where their alpha is asked for and undefined, not above 0, or 1.
    """
    if ratings.scale is LabelScale.SETS:
        raise InputError("agreement of sets of labels cannot be planned from a pilot", mend="give --alpha")
    counts = ratings.counts
    found = krippendorff_alpha(counts).estimate() if alpha is None else alpha
    if not found > 0:
        raise InputError("these labels do not agree beyond chance, or nothing was labelled twice", mend="give --alpha")
    if found >= 1:
        raise InputError("these labels agree in everything, which plans no width", mend="give --alpha")
    named = counts.sum(axis=0)
    return float(found), tuple(float(each) for each in named[named > 0] / named.sum())


def plan_raters(
    alpha: float,
    chances: Sequence[float],
    wishes: Sequence[Wish],
    grid: Grid,
    options: PlanOptions,
    progress: Progress = silent,
) -> Plan:
    """Half-widths of Krippendorff's alpha (nominal) for every number of units, `Grid.labels`, each labelled by every
    number of raters. `alpha`: what is expected; `chances` of the categories. Raises `InputError` for an alpha outside 0
    to 1 or fewer than two categories, and for single raters."""
    if not 0 < alpha < 1 or len(chances) < 2:
        raise InputError("alpha lies between 0 and 1, and there are at least two categories")
    if min(grid.raters) < 2:
        raise InputError("agreement takes at least two raters")
    rows: list[Record] = []
    of, done = len(grid.labels) * len(grid.raters) * options.simulations, 0
    for units in grid.labels:
        at = np.arange(units)
        sources = Sources.coded(at, at, units, units)
        for raters in grid.raters:
            generator = np.random.default_rng([options.seed, 5, units, raters])
            trials = Trials(("alpha",))
            for _ in range(options.simulations):
                counts = simulated_ratings(units, raters, alpha, chances, generator)
                trials.add(_agreement(counts, sources, options), options.confidence, share=False)
                done += 1
                progress(done, of)
            for wish in wishes:
                if wish.goal is Goal.AGREEMENT:
                    row = trials.of_widths(wish)
                    rows.append(headed(wish, row, sources=units, labels=units, raters=raters))
    return plan_of(rows, [(PLANTED_RATERS, {"alpha": f"{alpha:.2f}", "n": len(chances)})])


def simulated_ratings(
    units: int, raters: int, alpha: float, chances: Sequence[float], generator: np.random.Generator
) -> Floats:
    """Counts of labels, units x categories, every unit labelled by every rater."""
    size = len(chances)
    share = np.asarray(chances) / np.sum(chances)
    truth = generator.choice(size, units, p=share)
    knows = generator.random((units, raters)) < np.sqrt(alpha)
    said = np.where(knows, truth[:, None], generator.choice(size, (units, raters), p=share))
    return cells((np.arange(units)[:, None] * size + said).ravel(), (units, size))


def _agreement(counts: Floats, sources: Sources, options: PlanOptions) -> Precision:
    measured = krippendorff_alpha(counts)
    none = np.zeros((0, measured.added.shape[1]))
    statistic = of_totals(measured.added, none, measured.function, measured.bears, measured.slope_at)
    return precision_of(statistic, sources, options.min_sources)
