"""`axiometer analyze`: answers to estimates."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from axiometer.cli import options
from axiometer.cli.analyzing_scenes import SCENES_FILE, analyze_scenes
from axiometer.cli.console import reason, say, say_json, say_table
from axiometer.errors import InputError
from axiometer.messages import language, t

if TYPE_CHECKING:
    import polars as pl

    from axiometer.analyze import Analysis
    from axiometer.measure.reading import Run

SHOWN = 15
REASONS = 3
Row = dict[str, Any]


def analyze(
    run: Annotated[Path, typer.Argument(help=t("Folder of a run, or of scenes."))],
    seed: options.Seed = 0,
    resamples: options.Resamples = 1_000,
    without_values: Annotated[
        bool, typer.Option("--without-values", help=t("Leave out all that needs to know what options express."))
    ] = False,
    embedder: Annotated[str | None, typer.Option(help=t("Embedder that scenes are compared by."))] = None,
    threshold: Annotated[
        float | None, typer.Option(min=0.0, max=1.0, help=t("Cosine from which scenes are near-duplicates."))
    ] = None,
    as_json: options.AsJson = False,
) -> None:
    """Writes the tables of estimates and summary.json into the folder's own folder `analysis`."""
    if (run / SCENES_FILE).is_file():
        if without_values:
            raise InputError("--without-values is for runs", file=run)
        analyze_scenes(run, seed, embedder, threshold, as_json=as_json)
        return
    for name, given in (("--embedder", embedder), ("--threshold", threshold)):
        if given is not None:
            raise InputError("{option} is for folders of scenes", file=run, option=name)
    from axiometer.analyze import AnalysisOptions
    from axiometer.analyze import analyze as analyze_tables
    from axiometer.measure.reading import open_run, read_run_labels

    read = open_run(run, texts=False)
    chosen = AnalysisOptions(seed=seed, resamples=resamples, values=not without_values)
    analysis = analyze_tables(
        read.items, read.answers, frameworks=read.frameworks, options=chosen, labels=read_run_labels(run)
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
    shares = analysis.shares.filter(pl.col("lang") == "all")
    known = {level.id for framework in run.frameworks.values() for level in framework.levels}
    for model in analysis.models():
        found = shares.filter(pl.col("model") == model)["level"].unique(maintain_order=True).to_list()
        levels = [level for level in found if level in known] or found
        if _say_corpora(analysis, model):
            levels = [level for level in levels if level != "position"]
        for level in levels:
            own = (pl.col("model") == model) & (pl.col("level") == level)
            ranked = analysis.ranking.filter(own).sort("rank")
            _say_level(run, model, level, shares.filter(own), {row["value"]: row for row in ranked.to_dicts()})
        if not found:
            _say_outcomes(analysis, model)
    resting = analysis.summary.get("uncorrected")
    if isinstance(resting, dict) and resting:
        say(t("uncorrected, as the judge read free answers: {tables}", tables=", ".join(resting)))
    say(t("Next: axiometer report {folder}", folder=run.folder))


def _say_level(run: Run, model: str, level: str, shares: pl.DataFrame, ranking: Mapping[str, Row]) -> None:
    """The values of a level, the most chosen first where they are ranked."""
    names = {value.id: value.names.get(language(), value.id) for f in run.frameworks.values() for value in f.values}
    titles = {known.id: known.names.get(language(), known.id) for f in run.frameworks.values() for known in f.levels}
    unranked: Row = {"tier": None, "strength": None, "rank_low": None, "rank_high": None}
    places = {value: place for place, value in enumerate(ranking)}
    rows = sorted(shares.to_dicts(), key=lambda row: places.get(row["value"], len(places)))
    say_table(
        ["tier", "value", *_headers(rows), "strength", "ranks"],
        [
            [
                ranking.get(row["value"], unranked)["tier"],
                names.get(row["value"], row["value"]),
                *_cells(row, rows),
                ranking.get(row["value"], unranked)["strength"],
                _ranks(ranking.get(row["value"], unranked)),
            ]
            for row in rows[:SHOWN]
        ],
        title=f"{model}, {titles.get(level, level)}",
    )
    reasons = dict.fromkeys(row["why_not"] for row in rows[:SHOWN] if row["share"] is not None and row["why_not"])
    if reasons:
        say(t("no interval: {why}", why="; ".join(map(reason, list(reasons)[:REASONS]))))
    if len(rows) > SHOWN:
        say(t("and {n} more in {file}", n=len(rows) - SHOWN, file=run.folder / "analysis/shares.parquet"))


def _say_corpora(analysis: Analysis, model: str) -> bool:
    """Shares siding with the statements of corpora, corrected for a judge where that could be; whether there are any.
    Corpora stand in alphabetical order: their items differ, so that their levels say nothing of more or less."""
    import polars as pl

    whole = (pl.col("lang") == "all") & (pl.col("attribution") == "all") & (pl.col("model") == model)
    rows = analysis.corpora.filter(whole).sort("mode", "corpus", maintain_order=True).to_dicts()
    judged = any(row["corrected"] is not None or row["corrected_why_not"] is not None for row in rows)
    headers = ["mode", "corpus", "share siding with it", "95 % interval", *(["corrected", "95 % interval"] * judged)]
    if rows:
        say_table(
            headers,
            [
                [
                    t(row["mode"]),
                    row["corpus"],
                    row["share"],
                    _interval(row["low"], row["high"]),
                    *([row["corrected"], _interval(row["corrected_low"], row["corrected_high"])] * judged),
                ]
                for row in rows[:SHOWN]
            ],
            title=f"{model}, {t('statements of corpora')}",
        )
        reasons = dict.fromkeys(row[name] for row in rows for name in ("why_not", "corrected_why_not") if row[name])
        if reasons:
            say(t("no interval: {why}", why="; ".join(map(reason, list(reasons)[:REASONS]))))
    return bool(rows)


def _say_outcomes(analysis: Analysis, model: str) -> None:
    """What can be said where nothing is known of values."""
    import polars as pl

    rows = analysis.outcomes.filter((pl.col("model") == model) & (pl.col("by") == "all") & (pl.col("lang") == "all"))
    say_table(
        ["outcome", "n", "share", "95 % interval"],
        [
            [t(row["outcome"]), row["n"], row["share"], _interval(row["low"], row["high"])]
            for row in rows.filter(pl.col("n") > 0).sort("n", descending=True).iter_rows(named=True)
        ],
        title=model,
    )


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
        cells.append(_interval(row.get(low), row.get(high)))
    return cells


def _interval(low: float | None, high: float | None) -> str:
    return "-" if low is None or high is None else f"{low:.3f}-{high:.3f}"


def _ranks(row: Row) -> str:
    low, high = row["rank_low"], row["rank_high"]
    return "-" if low is None or high is None else f"{low}-{high}"
