"""Shares from machine labels, corrected for the machine's errors: the one way by which all such estimates go.

Which method: where the labels are a random sample of the run's own units, prediction-powered inference (powered.py),
which needs no assumption on how the machine errs. Where they are not, or are of other units (another run, other
corpora), the confusion matrix (confusion.py), which needs the machine to err here as it did there: `transported` says
that nobody has verified this. Without labels nothing is corrected, and `why_not` says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from axiometer.analyze.coded.arrays import Floats, counted
from axiometer.analyze.correction.confusion import unmixed
from axiometer.analyze.correction.effects import Effects, grouped
from axiometer.analyze.correction.powered import powered
from axiometer.analyze.correction.samples import Known, Labels, Target, Verdicts
from axiometer.analyze.frames import number
from axiometer.analyze.inference.intervals import cut_interval, t_interval, t_p_value
from axiometer.analyze.inference.sources import Sources
from axiometer.analyze.inference.statistic import ratios, reason_against
from axiometer.analyze.options import AnalysisOptions

LEAST_LABELS = 20
"""Below this many labels in a share's own categories nothing is corrected: an error of one in ten is then missed
altogether with a probability of 0.12."""

LEAST_LABELLED_SOURCES = 10

OUTSIDE = "corrected for errors it lies below 0 or above 100 %, with all of its interval"

UNCORRECTED = "uncorrected: people labelled none of its answers"


class Method(StrEnum):
    POWERED = "prediction-powered"
    CONFUSION = "confusion matrix"


@dataclass(frozen=True, slots=True)
class Raw:
    """A share as the machine says it, with its multiway bootstrap interval, None where `why_not` says why."""

    share: float | None
    low: float | None
    high: float | None
    why_not: str | None


@dataclass(frozen=True, slots=True)
class Corrected:
    """A share as the machine says it (`raw`) and corrected. `estimate`, `low` and `high` are None where `why_not` says
    why. `labels`: how many there are in its categories; `tuning`: the weight of the machine's verdicts in
    prediction-powered inference; `transported`: the machine's errors were measured on other units. `effects`: what
    differences are made of."""

    name: str
    raw: Raw
    labels: float
    why_not: str | None
    estimate: float | None = None
    se: float | None = None
    df: float | None = None
    low: float | None = None
    high: float | None = None
    method: Method | None = None
    tuning: float | None = None
    transported: bool = False
    effects: Effects | None = None


def corrected(
    verdicts: Verdicts,
    labels: Labels | None,
    targets: Sequence[Target],
    options: AnalysisOptions,
    method: Method = Method.POWERED,
    *,
    transported: bool = False,
) -> tuple[Corrected, ...]:
    """The shares `targets`, raw and corrected, in their order.

    `method` POWERED needs labels that are a random sample of the verdicts' own units; `transported` says that they are
    not (labels with `sources` of their own never are). Raises `ValueError` for prediction-powered inference with
    transported labels, which would be biased.
    """
    moved = transported or (labels is not None and labels.sources is not None)
    if moved and method is Method.POWERED:
        raise ValueError("prediction-powered inference needs labels of the run's own units")
    raw = _raw(verdicts, targets, options)
    if labels is None or not len(labels):
        return tuple(Corrected(target.name, own, 0.0, UNCORRECTED) for target, own in zip(targets, raw, strict=True))
    if method is Method.POWERED:
        found = powered(verdicts, labels, targets)
    else:
        found = unmixed(verdicts, labels, targets, verdicts.categories)
    return tuple(
        _one(verdicts, labels, target, each, own, options, method, moved)
        for target, each, own in zip(targets, found, raw, strict=True)
    )


def corrected_gap(
    verdicts: Verdicts,
    labels: Labels | None,
    target: Target,
    known: Known,
    options: AnalysisOptions,
    method: Method = Method.POWERED,
) -> Effects | str:
    """What is `known` of the units less the share `target`, on the same units, those in the target's base; or why it
    is not corrected. `known.labels` is of no account for CONFUSION, whose labels may be of other units."""
    if labels is None or not len(labels):
        return UNCORRECTED
    if method is Method.POWERED:
        (found,) = powered(verdicts, labels, [target], known)
    else:
        (found,) = unmixed(verdicts, labels, [target], verdicts.categories, known)
    if isinstance(found, str):
        return found
    _, base = target.vectors(len(verdicts.categories))
    return _too_few(verdicts, labels, base, float((labels.truth @ base).sum()), options) or found


def _raw(verdicts: Verdicts, targets: Sequence[Target], options: AnalysisOptions) -> list[Raw]:
    categories = len(verdicts.categories)
    vectors = [target.vectors(categories) for target in targets]
    hits, base = (
        np.stack([grouped(verdicts, verdicts.said @ pair[side]) for pair in vectors], axis=1) for side in (0, 1)
    )
    found = ratios(hits, base, verdicts.sources, options).intervals(verdicts.sources, options)
    ends = [[number(float(value)) for value in part] for part in (found.estimate, found.low, found.high)]
    return [Raw(*each) for each in zip(*ends, found.why_not, strict=True)]


def _one(
    verdicts: Verdicts,
    labels: Labels,
    target: Target,
    found: Effects | str,
    raw: Raw,
    options: AnalysisOptions,
    method: Method,
    transported: bool,
) -> Corrected:
    _, base = target.vectors(len(verdicts.categories))
    there = float((labels.truth @ base).sum())
    if isinstance(found, str):
        return Corrected(target.name, raw, there, found)
    why_not = _too_few(verdicts, labels, base, there, options)
    if why_not is not None:
        return Corrected(target.name, raw, there, why_not)
    se, df = found.error(verdicts.sources)
    ends = cut_interval(np.array([found.estimate]), np.array([se]), np.array([df]), options.confidence)
    low, high = (float(end[0]) for end in ends)
    if low == high:
        return Corrected(target.name, raw, there, OUTSIDE)
    return Corrected(
        name=target.name,
        raw=raw,
        labels=there,
        why_not=None,
        estimate=float(np.clip(found.estimate, 0.0, 1.0)),
        se=se,
        df=df,
        low=low,
        high=high,
        method=method,
        tuning=found.tuning,
        transported=transported,
        effects=found,
    )


def _too_few(verdicts: Verdicts, labels: Labels, base: Floats, there: float, options: AnalysisOptions) -> str | None:
    """Why the labels, or the run itself, are too few for an interval."""
    if there < LEAST_LABELS:
        return f"{round(there)} labels in its categories, fewer than {LEAST_LABELS}"
    sources = labels.sources or verdicts.sources
    labelled = counted(labels.group, sources.groups, labels.truth @ base)
    behind = int(sources.behind(labelled[:, None])[0][0])
    if behind < LEAST_LABELLED_SOURCES:
        return f"labels from {behind} sources, fewer than {LEAST_LABELLED_SOURCES}"
    count, largest = verdicts.sources.behind(grouped(verdicts, np.ones(len(verdicts.said)))[:, None])
    return reason_against(
        exposed=float(len(verdicts.said)),
        sources=int(count[0]),
        largest=float(largest[0]),
        at_edge=False,
        se=1.0,
        min_sources=options.min_sources,
    )


def between(
    one: Corrected, other: Corrected, verdicts: Verdicts, options: AnalysisOptions
) -> tuple[float, float, float, float] | None:
    """The corrected difference one minus other, its interval and p-value, paired on the groups of the verdicts'
    sources; None where one of both is not corrected."""
    if one.effects is None or other.effects is None:
        return None
    return between_effects(one.effects.minus(other.effects), verdicts.sources, options)


def between_effects(found: Effects, sources: Sources, options: AnalysisOptions) -> tuple[float, float, float, float]:
    """A difference, its interval and p-value, from its effects."""
    se, df = (np.array([value]) for value in found.error(sources))
    estimate = np.array([found.estimate])
    low, high = t_interval(estimate, se, df, options.confidence)
    return float(estimate[0]), float(low[0]), float(high[0]), float(t_p_value(estimate, se, df)[0])
