"""`axiometer analyze`: answers to estimates."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from axiometer.cli import options
from axiometer.cli.console import say, say_json, say_table
from axiometer.messages import language, t

if TYPE_CHECKING:
    from axiometer.analyze import Analysis
    from axiometer.measure.reading import Run

SHOWN = 15


def analyze(
    run: options.Run,
    seed: options.Seed = 0,
    resamples: Annotated[int, typer.Option(min=100, help=t("Bootstrap resamples."))] = 1_000,
    as_json: options.AsJson = False,
) -> None:
    """Writes the tables of estimates and summary.json into the run's folder `analysis`."""
    from axiometer.analyze import AnalysisOptions
    from axiometer.analyze import analyze as analyze_tables
    from axiometer.measure.reading import open_run

    read = open_run(run)
    analysis = analyze_tables(
        read.items, read.answers, frameworks=read.frameworks, options=AnalysisOptions(seed=seed, resamples=resamples)
    )
    analysis.write(run / "analysis")
    if as_json:
        say_json(analysis.summary)
        return
    _say(read, analysis)


def _say(run: Run, analysis: Analysis) -> None:
    import polars as pl

    if run.missing:
        say(t("{n} presentations are not answered yet; what follows rests on the others", n=run.missing))
    names = {value.id: value.names.get(language(), value.id) for f in run.frameworks.values() for value in f.values}
    ranking = analysis.ranking
    for model in ranking["model"].unique(maintain_order=True):
        for level in ranking.filter(pl.col("model") == model)["level"].unique(maintain_order=True):
            rows = ranking.filter((pl.col("model") == model) & (pl.col("level") == level)).sort("rank")
            shares = {
                row["value"]: row
                for row in analysis.shares.filter(
                    (pl.col("model") == model) & (pl.col("level") == level) & (pl.col("lang") == "all")
                ).iter_rows(named=True)
            }
            say_table(
                ["tier", "value", "share of choices", "95 % interval", "strength", "ranks"],
                [
                    [
                        row["tier"],
                        names.get(row["value"], row["value"]),
                        shares.get(row["value"], {}).get("share"),
                        _interval(shares.get(row["value"], {})),
                        row["strength"],
                        f"{row['rank_low']}-{row['rank_high']}",
                    ]
                    for row in rows.head(SHOWN).iter_rows(named=True)
                ],
                title=f"{model}, {level}",
            )
            if rows.height > SHOWN:
                say(t("and {n} more in {file}", n=rows.height - SHOWN, file=run.folder / "analysis/ranking.parquet"))
    say(t("Next: axiometer report {folder}", folder=run.folder))


def _interval(row: dict[str, object]) -> str:
    low, high = row.get("low"), row.get("high")
    return f"{low:.3f}-{high:.3f}" if isinstance(low, float) and isinstance(high, float) else "-"
