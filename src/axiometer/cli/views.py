"""A run folder as the report wants to see it, analysed if it is not yet."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from axiometer.analyze import Analysis
    from axiometer.measure.reading import Run
    from axiometer.report import RunView


def analysis_of(run: Run, seed: int) -> Analysis:
    """The run's analysis: the one on disk when it is not older than the answers, else a fresh one, written."""
    from axiometer.analyze import Analysis, AnalysisOptions, analyze

    folder = run.folder / "analysis"
    summary = folder / "summary.json"
    newest = max(path.stat().st_mtime for path in (run.folder / "answers").glob("m*.parquet"))
    if summary.exists() and summary.stat().st_mtime >= newest:
        return Analysis.read(folder)
    analysis = analyze(run.items, run.answers, frameworks=run.frameworks, options=AnalysisOptions(seed=seed))
    analysis.write(folder)
    return analysis


def view_of(folder: Path, seed: int) -> RunView:
    from axiometer.measure.reading import open_run
    from axiometer.report import RunView

    run = open_run(folder)
    manifest = {
        "asked": dict(run.specification.asked),
        "noted": dict(run.specification.noted),
        "fingerprint": run.specification.fingerprint,
        "missing": run.missing,
    }
    return RunView(
        name=folder.resolve().name,
        manifest=manifest,
        items=run.items,
        answers=run.answers,
        analysis=analysis_of(run, seed),
        frameworks=run.frameworks,
    )
