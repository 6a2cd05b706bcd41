"""`axiometer validate`: do items respond to the values that they are said to set against each other?"""

# ruff: noqa: ARG001 -- options are read through the context, so that a file can fill them

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from axiometer.cli import options
from axiometer.cli.configuration import configured
from axiometer.cli.console import progress_display, say, say_json, say_table
from axiometer.cli.designs import design_of, parts
from axiometer.errors import InputError
from axiometer.messages import language, t

if TYPE_CHECKING:
    import polars as pl

    from axiometer.analyze.known_groups import KnownGroups
    from axiometer.frameworks import Framework
    from axiometer.measure.estimate import Estimate
    from axiometer.measure.steering import SteeredPlan, SteeredRun
    from axiometer.runtime import Progress

SHOWN = 15
PROMPT_SHOWN = 60


def validate(
    context: typer.Context,
    items: Annotated[Path | None, typer.Argument(help=t("Table of items (.parquet), or `starter`."))] = None,
    model: options.Model = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help=t("Folder for the runs and the tables."))
    ] = None,
    config: options.Config = None,
    level: Annotated[
        str | None, typer.Option(help=t("Level of the framework (default: the one above the most specific)."))
    ] = None,
    values: Annotated[
        str | None, typer.Option(help=t("Values to steer towards, separated by commas; all of the level by default."))
    ] = None,
    others: Annotated[
        float,
        typer.Option(min=0.0, help=t("Items that a value does not touch, per item in which it is at stake.")),
    ] = 1.0,
    mode: Annotated[str, typer.Option(help="choice | logprob")] = "choice",
    orders: Annotated[str, typer.Option(help="one | swap | all")] = "swap",
    wordings: Annotated[int, typer.Option(min=1, help=t("How many wordings of the prompt."))] = 1,
    repeats: Annotated[int, typer.Option(min=1, help=t("How often each presentation is asked."))] = 1,
    lang: options.Lang = None,
    limit: options.Limit = None,
    seed: options.Seed = 0,
    resamples: options.Resamples = 1_000,
    framework: options.Frameworks = None,
    models: options.ModelsFile = None,
    temperature: options.Temperature = None,
    top_p: options.TopP = None,
    max_tokens: options.MaxTokens = None,
    reasoning: options.Reasoning = None,
    concurrency: options.Concurrency = None,
    max_calls: options.MaxCalls = None,
    max_usd: options.MaxUsd = None,
    occasion: Annotated[str | None, typer.Option(help=t("Name of a deliberate repetition (a retest)."))] = None,
    batch: Annotated[bool, typer.Option("--batch", help=t("Use the service's batch endpoint."))] = False,
    dry_run: options.DryRun = False,
    as_json: options.AsJson = False,
) -> None:
    """Steers respondents towards each value by a system prompt and compares with no steering. The same command goes on
    where it stopped."""
    given = configured(context, config)
    plan = _plan(given)
    if given["dry_run"]:
        _say_dry_run(plan, bool(given["as_json"]))
        return
    if given["output"] is None:
        raise InputError("no folder for the runs", mend="name one with -o runs/NAME")
    folder = Path(given["output"])
    found = _ask(plan, folder, given)
    if given["as_json"]:
        say_json({**_asked(plan, given), **found.summary})
        return
    _say(plan, found, folder)


def _plan(given: dict[str, Any]) -> SteeredPlan:
    from axiometer.cli.respondents import respondents, wanted
    from axiometer.cli.starter import items_path
    from axiometer.measure.run import MeasureOptions
    from axiometer.measure.steering import SteeringOptions, plan_steered

    if given["items"] is None:
        raise InputError("no items", mend="name a table of items, or `starter`")
    design = design_of(given, parts(given["lang"]) or None)
    return plan_steered(
        items_path(given["items"]),
        respondents(given["model"] or [], wanted(given)),
        design,
        MeasureOptions(
            limit=given["limit"], seed=given["seed"], occasion=given["occasion"], batch=bool(given["batch"])
        ),
        SteeringOptions(level=given["level"], values=parts(given["values"]) or None, others=float(given["others"])),
        [Path(path) for path in given["framework"] or []],
    )


def _ask(plan: SteeredPlan, folder: Path, given: dict[str, Any]) -> KnownGroups:
    """Runs what is missing, compares, and writes the tables."""
    from axiometer.analyze import AnalysisOptions
    from axiometer.analyze.known_groups import known_groups
    from axiometer.measure.steering import read_steered, run_steered

    calls = sum(row.calls for rows in _estimates(plan).values() for row in rows)
    typer.echo(t("{runs} runs, {calls} calls at most", runs=len(plan.runs), calls=calls), err=True)

    def shown(run: SteeredRun) -> Progress:
        display = progress_display()
        place = plan.runs.index(run) + 1
        display.note(t("run {place} of {runs}: {name}", place=place, runs=len(plan.runs), name=_name(run, plan)))
        return display

    run_steered(plan, folder, shown)
    answers = read_steered(plan, folder)
    found = known_groups(
        answers.items,
        answers.baseline,
        answers.steered,
        framework=plan.framework,
        level=plan.level,
        options=AnalysisOptions(seed=given["seed"], resamples=given["resamples"]),
    )
    found.write(folder, _asked(plan, given))
    return found


def _asked(plan: SteeredPlan, given: dict[str, Any]) -> dict[str, object]:
    return {
        "framework": plan.framework.id,
        "values": list(plan.values),
        "others": float(given["others"]),
        "runs": {run.folder: run.plan.specification.fingerprint for run in plan.runs},
    }


def _name(run: SteeredRun, plan: SteeredPlan) -> str:
    return t("without steering") if run.value is None else plan.framework.name(run.value, language())


def _estimates(plan: SteeredPlan) -> dict[str, list[Estimate]]:
    """Folder to one row per respondent."""
    from axiometer.measure.estimate import estimate

    return {run.folder: estimate(run.plan) for run in plan.runs}


def _say_dry_run(plan: SteeredPlan, as_json: bool) -> None:
    estimates = _estimates(plan)
    if as_json:
        say_json({folder: [asdict(row) for row in rows] for folder, rows in estimates.items()})
        return
    totals = []
    for own in zip(*estimates.values(), strict=True):
        usd = [row.usd for row in own if row.usd is not None]
        totals.append(
            [
                own[0].model,
                len(own),
                sum(row.calls for row in own),
                sum(row.tokens_in for row in own),
                sum(row.tokens_out for row in own),
                sum(usd) if len(usd) == len(own) else None,
            ]
        )
    say_table(
        ["respondent", "runs", "calls", "tokens in", "tokens out at most", "USD at most"],
        totals,
        title=t("Nothing was asked. It would take:"),
    )
    if any(row.usd is None and row.paid for rows in estimates.values() for row in rows):
        say(t("No price is known for some of them: give it in models.yaml."))


def _say(plan: SteeredPlan, found: KnownGroups, folder: Path) -> None:
    import polars as pl

    from axiometer.analyze.known_groups import NOTE
    from axiometer.analyze.known_groups.verdicts import Verdict

    for model in found.verdicts["model"].unique(maintain_order=True):
        verdicts = found.verdicts.filter(pl.col("model") == model)
        moved = bool((verdicts["verdict"] == Verdict.MOVES.value).any())
        _say_values(plan.framework, verdicts, f"{model}, {plan.level}")
        _say_items(plan.framework, found.discrimination.filter(pl.col("model") == model), folder, moved=moved)
    say(t(NOTE))
    say(t("Tables: {folder}", folder=folder))


def _say_values(framework: Framework, verdicts: pl.DataFrame, title: str) -> None:
    import polars as pl

    langs = [lang for lang in verdicts["lang"].unique(maintain_order=True) if lang != "all"]
    rows = verdicts.filter(pl.col("lang") == "all").to_dicts()
    by_language = {(row["value"], row["lang"]): row["verdict"] for row in verdicts.to_dicts()}

    def name(value: str | None) -> str:
        return "" if value is None else framework.name(value, language())

    say_table(
        ["steered towards", "share", "without", "movement", "95 % interval", "others", "largest other", "n", "verdict"]
        + ([t("by language")] if langs else []),
        [
            [
                name(row["value"]),
                row["share"],
                row["baseline"],
                _signed(row["movement"]),
                _interval(row["low"], row["high"]),
                _signed(row["others_movement"]),
                _largest(row["largest_other_movement"], name(row["largest_other"])),
                row["n"],
                t(row["verdict"]),
                *([", ".join(f"{lang} {t(by_language[row['value'], lang])}" for lang in langs)] if langs else []),
            ]
            for row in rows
        ],
        title=title,
    )
    for row in rows:
        if row["reason"] is not None:
            say(f"{name(row['value'])}: {t(row['verdict'])}: {row['reason']}")
    lost = sum(row["lost"] for row in rows)
    if lost:
        say(
            t(
                "{lost} of {n} presentations of items in which the steered value is at stake ended without the choice "
                "of a side, steered or not, and are not compared",
                lost=lost,
                n=lost + sum(row["n"] for row in rows),
            )
        )


def _say_items(framework: Framework, found: pl.DataFrame, folder: Path, *, moved: bool) -> None:
    import polars as pl

    from axiometer.analyze.known_groups.discrimination import EPSILON

    known = found.filter(pl.col("discriminates").is_not_null())
    listed = known.filter(~pl.col("discriminates")).sort("discrimination", "item")
    if known.is_empty():
        return
    away = listed.filter(pl.col("discrimination") < -EPSILON).height
    say(
        t(
            "{n} of {all} items do not discriminate: {zero} did not move, {other} moved the other way (within what "
            "{least} to {most} presentations each can show)",
            n=listed.height,
            all=known.height,
            zero=listed.height - away,
            other=away,
            least=known["n"].min(),
            most=known["n"].max(),
        )
    )
    if listed.height:
        say_table(
            ["D", "95 % interval", "lang", "values", "prompt"],
            [
                [
                    _signed(row["discrimination"]),
                    _interval(row["low"], row["high"]),
                    row["lang"],
                    " | ".join(framework.name(value, language()) for value in row["values"]),
                    _short(row["prompt"]),
                ]
                for row in listed.head(SHOWN).iter_rows(named=True)
            ],
        )
    if not moved and listed.height:
        say(t("No value moved: the list says as much of this respondent as of the items."))
    if listed.height > SHOWN:
        say(t("and {n} more in {file}", n=listed.height - SHOWN, file=folder / "item_discrimination.parquet"))


def _largest(movement: float | None, name: str) -> str:
    """The other value that moved most; none is named where none moved."""
    return f"{_signed(movement)} {name}" if movement is not None and movement > 0 else _signed(movement)


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= PROMPT_SHOWN else f"{line[: PROMPT_SHOWN - 1]}…"


def _signed(value: float | None) -> str:
    return "-" if value is None else f"{value:+.3f}"


def _interval(low: float | None, high: float | None) -> str:
    return "-" if low is None or high is None else f"{low:+.3f} {high:+.3f}"
