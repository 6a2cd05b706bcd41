"""How far the raters of a project, or of any table of labels, agree: the one way for command line and pages."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import polars as pl

from axiometer.analyze.options import AnalysisOptions
from axiometer.analyze.people import AgreementTable, AttentionTable, Consensus, ConsensusOptions, LabelScale, Ratings
from axiometer.analyze.people import agreement as agreement_of
from axiometer.analyze.people import attention as attention_of
from axiometer.analyze.people import consensus as consensus_of
from axiometer.annotate.exporting import export_labels
from axiometer.annotate.project import FILE, Project, open_project
from axiometer.annotate.tasks import NOTHING
from axiometer.errors import InputError
from axiometer.measure.labels import EXPRESSED, read_run_labels
from axiometer.records.exports import restored_cell
from axiometer.records.spreadsheets import read_source

ARBITRARY: Final = (
    "options are numbered within each item, and coefficients which correct for chance take a number to mean the same "
    "in every item: where it does not (statements and their reverses aside), read percent agreement"
)
NO_DAWID_SKENE: Final = "no Dawid-Skene consensus: crowd-kit is not installed (pip install 'axiometer[people]')"
MEASURES: Final[Mapping[str, str]] = {
    "raw": "percent agreement",
    "cohen_kappa": "Cohen's kappa",
    "fleiss_kappa": "Fleiss' kappa",
    "ac1": "Gwet's AC1",
    "alpha": "Krippendorff's alpha",
    "alpha_ordinal": "Krippendorff's alpha, ordinal",
    "alpha_masi": "Krippendorff's alpha, MASI",
    "similarity": "similarity (1 - MASI)",
    "specific": "specific agreement",
    "alpha_without": "Krippendorff's alpha without this rater",
}
"""What tables call measures, and what people do."""

_WANTED: Final = ("subject", "rater", "value")


@dataclass(frozen=True, slots=True)
class Said:
    """Labels ready to be compared: `labels` has the columns subject, rater, value (sets: comma-separated, empty for
    none); `checks` the same of attention checks, with `expected` by subject; `categories` None where only what was said
    is known."""

    labels: pl.DataFrame
    scale: LabelScale
    categories: tuple[str, ...] | None = None
    clusters: Mapping[str, Sequence[str]] | None = None
    checks: pl.DataFrame | None = None
    expected: Mapping[str, Sequence[str]] | None = None
    arbitrary: bool = False


@dataclass(frozen=True, slots=True)
class Agreed:
    """Agreement, attention checks (None without any), consensus per subject, and what to keep in mind."""

    agreement: AgreementTable
    attention: AttentionTable | None
    consensus: Consensus
    notes: tuple[str, ...]
    arbitrary: bool = False


def place_of(value: str, arbitrary: bool) -> str:
    """A label as raters know it: options that are numbered in each item are counted from 1 on what raters see."""
    return str(int(value) + 1) if arbitrary and value.isdecimal() else value


def agreement_in(
    said: Said, options: AnalysisOptions | None = None, *, least_passed: float = 0.75
) -> tuple[AgreementTable, AttentionTable | None]:
    """How far raters agree, and their attention checks (None without any): `compare_labels` without the consensus."""
    checked = None
    if said.checks is not None and said.expected and not said.checks.is_empty():
        checked = attention_of(said.checks, said.expected, least_passed=least_passed)
    return agreement_of(_ratings(said), options), checked


def compare_labels(said: Said, options: AnalysisOptions | None = None, *, least_passed: float = 0.75) -> Agreed:
    """All that can be said of how far raters agree. A rater fails where less than `least_passed` of its attention
    checks are as expected; its labels stay in."""
    there = importlib.util.find_spec("crowdkit") is not None
    table, checked = agreement_in(said, options, least_passed=least_passed)
    notes = [note for note, told in ((ARBITRARY, said.arbitrary), (NO_DAWID_SKENE, not there)) if told]
    return Agreed(
        table, checked, consensus_of(_ratings(said), ConsensusOptions(dawid_skene=there)), tuple(notes), said.arbitrary
    )


def _ratings(said: Said) -> Ratings:
    return Ratings.of(said.labels, said.scale, categories=said.categories, clusters=said.clusters)


def said_in(project: Project) -> Said:
    """The labels of a project by unit; those on which raters were asked to be attentive apart."""
    labels = export_labels(project).with_columns(value=_sets(pl.col("value")))
    table = labels.select("rater", "value", "check", subject=pl.col("unit"))
    task = project.task
    units = project.units.values()
    shown = sorted({number for unit in units for number in unit.shown}) if task.source == "options" else []
    return Said(
        labels=table.filter(~pl.col("check")).drop("check"),
        scale=LabelScale(str(task.scale)),
        categories=(*map(str, shown), *task.label_ids),
        clusters={unit.id: unit.clusters for unit in units},
        checks=table.filter(pl.col("check")).drop("check"),
        expected={
            unit.id: ("" if unit.expected == NOTHING else str(unit.expected),) for unit in units if unit.is_check
        },
        arbitrary=task.source == "options",
    )


def said_at(place: Path, scale: LabelScale | None = None) -> Said:
    """The labels of a project's folder, of a run that people labelled, or of any table with the columns subject, rater
    and value (as `annotate export` writes it, or one's own). `scale` is nominal for tables that say nothing else."""
    if (place / FILE).is_file():
        said = said_in(open_project(place))
        if scale is None or scale is said.scale:
            return said
        return Said(said.labels, scale, said.categories, said.clusters, said.checks, said.expected, said.arbitrary)
    if place.is_dir():
        return _of_run(place, scale)
    return _of_table(place, scale or LabelScale.NOMINAL)


def _of_run(run: Path, scale: LabelScale | None) -> Said:
    judged = read_run_labels(run)
    if not judged.is_empty():
        return Said(judged.select(_WANTED), scale or LabelScale.NOMINAL, arbitrary=True)
    expressed = read_run_labels(run, EXPRESSED)
    if expressed.is_empty():
        raise InputError("no labels here", file=run, mend="give a project, a run with labels, or a table")
    scale = scale or LabelScale.SETS
    value = _sets(pl.col("value")) if scale is LabelScale.SETS else pl.col("value")
    return Said(expressed.select("subject", "rater", value=value), scale)


def _of_table(file: Path, scale: LabelScale) -> Said:
    source = read_source(file)
    missing = [name for name in _WANTED if name not in source.columns]
    if missing:
        raise InputError("columns missing: {missing}", file=file, missing=", ".join(missing))
    unit = "unit" if "unit" in source.columns else "subject"
    names = dict.fromkeys((unit, *_WANTED[1:], "check", "expected", "clusters"))
    rows = [
        {name: restored_cell((record.cells.get(name) or "").strip()) for name in names}
        for record in source.records
        if record.problem is None
    ]
    table = pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String)).rename({unit: "subject"})
    if scale is LabelScale.SETS:
        table = table.with_columns(value=_sets(pl.col("value")))
    is_check = pl.col("check").str.to_lowercase() == "true"
    checks = table.filter(is_check)
    expected = {row["subject"]: (_none(row["expected"]),) for row in checks.iter_rows(named=True)}
    return Said(
        table.filter(~is_check).select(_WANTED),
        scale,
        clusters={row["subject"]: _listed(row["clusters"]) for row in table.iter_rows(named=True)},
        checks=checks.select(_WANTED),
        expected=expected,
    )


def _listed(cell: str) -> list[str]:
    """The sources in a cell, as `annotate export` writes them; a text of one's own is one source."""
    if not cell.startswith("["):
        return [cell] if cell else []
    try:
        found = json.loads(cell)
    except ValueError:
        return [cell]
    return [str(each) for each in found] if isinstance(found, list) else [cell]


def _sets(value: pl.Expr) -> pl.Expr:
    """`none` as the empty set; it is the id of no label."""
    return pl.when(value == NOTHING).then(pl.lit("")).otherwise(value)


def _none(value: str) -> str:
    return "" if value == NOTHING else value
