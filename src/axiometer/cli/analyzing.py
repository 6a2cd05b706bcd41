"""`axiometer analyze`: answers to estimates."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated, Any

import typer

from axiometer.cli import options
from axiometer.cli.console import say, say_json, say_table
from axiometer.messages import language, t

if TYPE_CHECKING:
    from axiometer.analyze import Analysis
    from axiometer.measure.reading import Run

SHOWN = 15
Row = dict[str, Any]


def analyze(
    run: options.Run,
    seed: options.Seed = 0,
    resamples: Annotated[int, typer.Option(min=100, help=t("Bootstrap resamples."))] = 1_000,
    without_values: Annotated[
        bool, typer.Option("--without-values", help=t("Leave out all that needs to know what options express."))
    ] = False,
    as_json: options.AsJson = False,
) -> None:
    """Writes the tables of estimates and summary.json into the run's folder `analysis`."""
    from axiometer.analyze import AnalysisOptions
    from axiometer.analyze import analyze as analyze_tables
    from axiometer.measure.reading import open_run

    read = open_run(run)
    chosen = AnalysisOptions(seed=seed, resamples=resamples, values=not without_values)
    analysis = analyze_tables(read.items, read.answers, frameworks=read.frameworks, options=chosen)
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
                ["tier", "value", *_headers(shares.values()), "strength", "ranks"],
                [
                    [
                        row["tier"],
                        names.get(row["value"], row["value"]),
                        *_cells(shares.get(row["value"], {}), shares.values()),
                        row["strength"],
                        _ranks(row),
                    ]
                    for row in rows.head(SHOWN).iter_rows(named=True)
                ],
                title=f"{model}, {level}",
            )
            if rows.height > SHOWN:
                say(t("and {n} more in {file}", n=rows.height - SHOWN, file=run.folder / "analysis/ranking.parquet"))
    say(t("Next: axiometer report {folder}", folder=run.folder))


_ENDORSED = ("share", "low", "high")
_OPPOSED = ("opposed_share", "opposed_low", "opposed_high")
_HEADERS = {_ENDORSED: "share of choices expressing it", _OPPOSED: "share of choices opposing it"}


def _sides(rows: Iterable[Row]) -> list[tuple[str, str, str]]:
    """Endorsing and opposing are separate quantities; one that no item can show is left out."""
    listed = list(rows)
    return [side for side in (_ENDORSED, _OPPOSED) if any(row[side[0]] is not None for row in listed)]


def _headers(rows: Iterable[Row]) -> list[str]:
    return [header for side in _sides(rows) for header in (_HEADERS[side], "95 % interval")]


def _cells(row: Row, rows: Iterable[Row]) -> list[object]:
    cells: list[object] = []
    for share, low, high in _sides(rows):
        cells.append(row.get(share))
        ends = (row.get(low), row.get(high))
        cells.append("-" if None in ends else "{:.3f}-{:.3f}".format(*ends))
    return cells


def _ranks(row: Row) -> str:
    low, high = row["rank_low"], row["rank_high"]
    return "-" if low is None or high is None else f"{low}-{high}"
