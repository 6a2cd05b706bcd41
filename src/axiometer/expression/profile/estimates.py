"""Shares of answers that express each value, and how they differ between models, as rows of the profile's tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import polars as pl

from axiometer.analyze.coded.arrays import Floats, counted
from axiometer.analyze.correction import between
from axiometer.analyze.frames import Record, framed, number
from axiometer.analyze.inference.intervals import adjust_holm
from axiometer.analyze.inference.statistic import Intervals, Scale, ratios
from axiometer.analyze.options import AnalysisOptions
from axiometer.expression.profile.correcting import Correction
from axiometer.expression.profile.profile import Kind, State
from axiometer.expression.profile.questions import Questions
from axiometer.expression.profile.tables import DIFFERENCES, SHARES
from axiometer.expression.profile.units import Units, on_common_questions


@dataclass(frozen=True, slots=True)
class Basis:
    """What all estimates of a profile rest on beside the answers."""

    values: tuple[str, ...]
    questions: Questions
    correction: Correction
    options: AnalysisOptions


def share_table(everyone: Mapping[str, Units], basis: Basis) -> pl.DataFrame:
    """The table `shares`: of each model's answers that were read, how many express each value (endorse it, oppose it:
    of those of which it can be told), with intervals over questions."""
    rows: list[Record] = []
    for model, own in everyone.items():
        for kind in own.said:
            units = own.of(kind)
            for place, value in enumerate(basis.values):
                rows.append({"model": model, "value": value, **_share(units, kind, place, basis)})
    return framed(rows, SHARES)


def difference_table(everyone: Mapping[str, Units], basis: Basis) -> pl.DataFrame:
    """The table `differences`: for each pair of models the share of one minus that of the other, on the questions that
    both answered. p-values are adjusted over all pairs and values of a kind (Holm 1979)."""
    rows: list[Record] = []
    for kind in Kind:
        if not all(kind in own.said for own in everyone.values()):
            continue
        found = [
            {"model_a": first, "model_b": second, **row}
            for first, second in combinations(everyone, 2)
            for row in _differences(everyone[first], everyone[second], kind, basis)
        ]
        for name in ("p", "corrected_p"):
            p = np.array([np.nan if row.get(name) is None else row[name] for row in found], dtype=np.float64)
            for row, adjusted in zip(found, adjust_holm(p).tolist(), strict=True):
                row[f"{name}_adjusted"] = number(adjusted)
        rows.extend(found)
    return framed(rows, DIFFERENCES)


def _share(units: Units, kind: Kind, place: int, basis: Basis) -> Record:
    estimated = basis.correction.share(units, kind, place, basis.values[place], basis.questions.sources, basis.options)
    found, why_not = estimated.found, estimated.why_not
    row: Record = {
        "kind": str(kind),
        "answers": len(units),
        "questions": basis.questions.count(units.group),
        "share": found.raw.share,
        "low": found.raw.low,
        "high": found.raw.high,
        "why_not": found.raw.why_not,
        "mean_probability": float(units.presence[:, place].mean()) if len(units) and kind is Kind.EXPRESSED else None,
        "corrected_why_not": why_not,
        "labels": found.labels,
        "transported": kind is Kind.EXPRESSED and basis.correction.state is State.TRANSPORTED,
    }
    if why_not is None:
        row |= {"corrected": found.estimate, "corrected_low": found.low, "corrected_high": found.high}
        row |= {"method": None if found.method is None else str(found.method)}
    return row


def _differences(one: Units, other: Units, kind: Kind, basis: Basis) -> Iterator[Record]:
    a, b = on_common_questions(one.of(kind), other.of(kind))
    raw = _raw(a, b, kind, basis)
    for place, value in enumerate(basis.values):
        yield {
            "value": value,
            "kind": str(kind),
            "questions": basis.questions.count(a.group),
            "difference": number(float(raw.estimate[place])),
            "low": number(float(raw.low[place])),
            "high": number(float(raw.high[place])),
            "p": number(float(raw.p[place])),
            "why_not": raw.why_not[place],
            **_corrected(a, b, kind, place, basis),
        }


def _raw(a: Units, b: Units, kind: Kind, basis: Basis) -> Intervals:
    """The differences of the shares as the classifier says them, of all values."""
    k, sources = len(basis.values), basis.questions.sources
    hits = np.hstack([_sums(units, units.said[kind].astype(np.float64), sources.groups) for units in (a, b)])
    asked = np.hstack([_sums(units, np.ones((len(units), k)), sources.groups) for units in (a, b)])
    together = ratios(hits, asked, sources, basis.options)
    difference = together.take(slice(0, k)).minus(together.take(slice(k, 2 * k)))
    return difference.intervals(sources, basis.options, Scale.DIFFERENCE)


def _corrected(a: Units, b: Units, kind: Kind, place: int, basis: Basis) -> Record:
    beforehand = basis.correction.why_not(kind, basis.values[place])
    if beforehand is not None:
        return {"corrected_why_not": beforehand}
    sources, options = basis.questions.sources, basis.options
    one, other = (basis.correction.share(units, kind, place, basis.values[place], sources, options) for units in (a, b))
    why_not = one.why_not or other.why_not
    told = between(one.found, other.found, one.verdicts, options) if why_not is None else None
    if told is None:
        return {"corrected_why_not": why_not}
    estimate, low, high = (number(min(max(each, -1.0), 1.0)) for each in told[:3])  # shares differ by no more
    return {"corrected": estimate, "corrected_low": low, "corrected_high": high, "corrected_p": number(told[3])}


def _sums(units: Units, table: Floats, groups: int) -> Floats:
    """Sums over the answers to each question: groups x columns."""
    return np.column_stack([counted(units.group, groups, table[:, place]) for place in range(table.shape[1])])
