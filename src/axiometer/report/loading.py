"""A run folder as the report wants to see it, analysed if it is not yet."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from axiometer.analyze import Analysis, AnalysisOptions, analyze
from axiometer.analyze.people import AltTest, AltTestOptions, Ratings, alt_test
from axiometer.annotate.agreeing import said_at
from axiometer.annotate.judging import judge_labels, of_units
from axiometer.errors import InputError
from axiometer.measure.labels import LABELS
from axiometer.measure.reading import Run, open_run, read_run_labels, scan_answers
from axiometer.records import Item
from axiometer.records.tables import read_table
from axiometer.report.views import RunView


def load_view(folder: Path, seed: int = 0) -> RunView:
    """The run in `folder`. Raises `InputError` when there is none, or no answer yet."""
    run = open_run(folder, texts=False)
    manifest = {
        "asked": dict(run.specification.asked),
        "noted": dict(run.specification.noted),
        "fingerprint": run.specification.fingerprint,
        "missing": run.missing,
    }
    labels = read_run_labels(folder)
    return RunView(
        name=folder.resolve().name,
        manifest=manifest,
        items=read_table(folder / "items", Item),
        answers=scan_answers(folder),
        analysis=analysis_of(run, seed),
        frameworks=run.frameworks,
        labels=labels,
        stand_in=stand_in(folder, labels, seed),
    )


def stand_in(folder: Path, labels: pl.DataFrame, seed: int) -> AltTest | None:
    """The test whether the run's judge might stand in for those who labelled its answers, as `annotate alt-test` makes
    it; None under three raters, and where nothing was judged."""
    if labels["rater"].n_unique() < AltTestOptions().least_raters:
        return None
    said = said_at(folder)
    try:
        judge = judge_labels(folder)
        ratings = Ratings.of(said.labels, said.scale)
        return alt_test(ratings, of_units(judge, folder, ratings.units), None, AnalysisOptions(seed=seed))
    except InputError:  # nothing was judged, or not what people labelled
        return None


def analysis_of(run: Run, seed: int) -> Analysis:
    """The run's analysis: the one on disk where it is whole and not older than the answers and people's labels, else a
    fresh one."""
    folder = run.folder / "analysis"
    summary = folder / "summary.json"
    made_of = [*(run.folder / "answers").glob("m*.parquet"), *(run.folder / LABELS).glob("*.parquet")]
    newest = max(path.stat().st_mtime for path in made_of)
    if summary.exists() and summary.stat().st_mtime >= newest and Analysis.whole_in(folder):
        return Analysis.read(folder)
    labels, options = read_run_labels(folder.parent), AnalysisOptions(seed=seed)
    analysis = analyze(run.items, run.answers, frameworks=run.frameworks, options=options, labels=labels)
    analysis.write(folder)
    return analysis
