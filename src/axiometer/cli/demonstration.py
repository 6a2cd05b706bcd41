"""`axiometer demo`: the main job, end to end, without a key, a GPU or a network."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from axiometer.cli import options
from axiometer.cli.console import progress_display, say
from axiometer.messages import language, t

if TYPE_CHECKING:
    import polars as pl

LOCAL = "local/smollm2-135m"
SIMULATED = ("sim/communal", "sim/individual")
CHINESE = 12


def demo(
    output: Annotated[Path, typer.Option("--output", "-o", help=t("Folder for the runs and the page."))] = Path(
        "runs/demo"
    ),
    full: Annotated[bool, typer.Option("--full", help=t("Let the local model answer all starter dilemmas."))] = False,
    seed: options.Seed = 0,
) -> None:
    """Measures `local/smollm2-135m` on a seeded part of the starter dilemmas, in both orders, and two simulated
    respondents with planted values on all of them."""
    from axiometer.cli.respondents import Wanted, respondents
    from axiometer.cli.starter import items_path
    from axiometer.measure.design import Design
    from axiometer.measure.run import MeasureOptions, plan_run, run_plan
    from axiometer.records.tables import read_part, write_parquet
    from axiometer.report import report

    every = items_path("starter")
    part = output / "local-items.parquet"
    chosen = read_part(every) if full else _part(read_part(every), seed)
    write_parquet(chosen, part)
    say(
        t(
            "{model} answers {n} items in both orders (a small model, for trying; not for results)",
            model=LOCAL,
            n=len(chosen),
        )
    )
    for name, items, models in (("local", part, (LOCAL,)), ("simulated", every, SIMULATED)):
        plan = plan_run(items, respondents(models, Wanted()), Design(), MeasureOptions())
        run_plan(plan, output / name, progress_display())
    page = report([output / "local", output / "simulated"], output / "report.html", lang=language(), seed=seed)
    say(t("the report: {path}", path=page.resolve()))


def _part(items: pl.DataFrame, seed: int) -> pl.DataFrame:
    """A seeded part of the starter items: one English dilemma for each pair of core values, and some in Chinese too."""
    import polars as pl

    pair = pl.col("parallel_id").str.replace(r"-\d+$", "").alias("pair")
    english = (
        items.filter(pl.col("lang") == "en")
        .with_columns(pair)
        .sample(fraction=1.0, shuffle=True, seed=seed)
        .unique("pair", keep="first", maintain_order=True)
    )
    chosen = english["parallel_id"].sort()
    some = chosen.sample(min(CHINESE, len(chosen)), seed=seed)
    return items.filter(
        ((pl.col("lang") == "en") & pl.col("parallel_id").is_in(chosen.implode()))
        | ((pl.col("lang") == "zh") & pl.col("parallel_id").is_in(some.implode()))
    )
