"""`axiometer build scenes`: values to scenes, with rules before them and without."""

# ruff: noqa: ARG001 -- options are read through the context, so that a file can fill them

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from axiometer.cli import options
from axiometer.cli.accounts import say_accounts, say_estimate, say_prices_missing, say_status
from axiometer.cli.configuration import configured
from axiometer.cli.console import progress_display, say, say_json, say_table
from axiometer.cli.starter import rules_path
from axiometer.errors import InputError
from axiometer.messages import t

if TYPE_CHECKING:
    from axiometer.build.scenes.plan import ScenePlan
    from axiometer.build.scenes.publish import ScenesSummary

SHOWN = 6
FrameworkName = Annotated[str | None, typer.Option("--framework", help=t("Framework of the values: id or YAML file."))]
Rules = Annotated[Path | None, typer.Option(help=t("Corpus, table of rules, or `starter`, to write scenes with, too."))]
Model = Annotated[str | None, typer.Option("--model", "-m", help=t("Who writes scenes, as provider/name."))]
Output = Annotated[Path | None, typer.Option("--output", "-o", help=t("Folder of the scenes."))]
Level = Annotated[
    str | None, typer.Option(help=t("Level of the values (default: the finest one with at most 16 values)."))
]
Values = Annotated[str | None, typer.Option(help=t("Only these values of the level, separated by commas."))]
PerValue = Annotated[int, typer.Option(min=1, max=100_000, help=t("Scenes for each value, with rules and without."))]
RulesPerValue = Annotated[
    int, typer.Option(min=1, max=10_000, help=t("Rules over which the scenes of a value are spread evenly."))
]
Batch = Annotated[int, typer.Option(min=1, max=100, help=t("Scenes that one call asks for."))]
Lang = Annotated[str | None, typer.Option(help=t("Language of the scenes (default: that of the rules, or en)."))]
Temperature = Annotated[float, typer.Option(min=0.0, max=5.0, help=t("Sampling temperature."))]
Status = Annotated[Path | None, typer.Option(help=t("Show the account of the scenes in this folder."))]


def scenes(
    context: typer.Context,
    framework: FrameworkName = None,
    rules: Rules = None,
    model: Model = None,
    output: Output = None,
    level: Level = None,
    values: Values = None,
    per_value: PerValue = 100,
    rules_per_value: RulesPerValue = 5,
    batch: Batch = 10,
    lang: Lang = None,
    config: options.Config = None,
    status: Status = None,
    seed: options.Seed = 0,
    models: options.ModelsFile = None,
    temperature: Temperature = 1.0,
    top_p: options.TopP = None,
    max_tokens: options.MaxTokens = None,
    reasoning: options.Reasoning = None,
    concurrency: options.Concurrency = None,
    max_calls: options.MaxCalls = None,
    max_usd: options.MaxUsd = None,
    dry_run: options.DryRun = False,
    as_json: options.AsJson = False,
) -> None:
    """`build scenes`; see `building`."""
    _do(configured(context, config))


def _do(given: Mapping[str, Any]) -> None:
    if given["status"] is not None:
        from axiometer.build.scenes.status import status

        say_status(status(Path(given["status"])), bool(given["as_json"]))
        return
    plan = _plan(given)
    if given["dry_run"]:
        _say_dry_run(plan, bool(given["as_json"]))
        return
    if given["output"] is None:
        raise InputError("no folder for the scenes", mend="name one with -o scenes/NAME")
    from axiometer.build.scenes.pipeline import run_scenes

    summary = run_scenes(plan, Path(given["output"]), progress_display())
    if given["as_json"]:
        say_json(asdict(summary))
    else:
        _say_summary(summary)


def _plan(given: Mapping[str, Any]) -> ScenePlan:
    from axiometer.build.scenes.options import SceneOptions
    from axiometer.build.scenes.plan import plan_scenes
    from axiometer.cli.respondents import respondents, wanted

    if given["framework"] is None:
        raise InputError("no framework", mend="name one with --framework, for example core-socialist-values")
    if given["model"] is None:
        raise InputError("no model", mend="name one with -m, for example -m sim/rulewriter")
    chosen = SceneOptions.of(
        level=given["level"],
        values=given["values"],
        per_value=given["per_value"],
        rules_per_value=given["rules_per_value"],
        batch=given["batch"],
        lang=given["lang"],
        seed=given["seed"],
    )
    rules = None if given["rules"] is None else rules_path(given["rules"])
    (writer,) = respondents([given["model"]], wanted(given))
    return plan_scenes(given["framework"], rules, chosen, writer)


def _say_dry_run(plan: ScenePlan, as_json: bool) -> None:
    from axiometer.build.scenes.status import estimate

    rows = estimate(plan)
    if as_json:
        say_json([asdict(row) for row in rows])
        return
    say_estimate(rows)
    said = "scenes: {scenes}, for {values} values of the level {level}, in lists of at most {batch}"
    wanted = sum(each.count for _, lists in plan.lists() for each in lists)
    say(t(said, scenes=wanted, values=len(plan.values), level=plan.level, batch=plan.options.batch))
    _say_unruled(plan.unruled)
    say_prices_missing(rows)


def _say_summary(summary: ScenesSummary) -> None:
    say_accounts(summary.steps)
    say_table(
        ["scenes", "wanted", "kept", "lost", "quoting their rule", "naming their value", "too many"],
        [
            [
                t(each.condition),
                each.wanted,
                each.scenes,
                sum(each.lost.values()),
                each.quoting,
                each.naming,
                each.surplus,
            ]
            for each in summary.conditions
        ],
    )
    said = "scenes: {scenes} of {wanted}, for {values} values of the level {level}, in {file}"
    counts = {"scenes": summary.scenes, "wanted": summary.wanted, "values": len(summary.values)}
    say(t(said, **counts, level=summary.level, file=summary.folder / "scenes.parquet"))
    _say_unruled(summary.unruled)
    if summary.few_rules:
        said = "values with fewer rules than asked for: {n} ({values})"
        say(t(said, n=len(summary.few_rules), values=_some(summary.few_rules)))
    say(t("calls made now: {calls}; answers from the journal: {hits}", calls=summary.calls, hits=summary.hits))
    if summary.retry:
        say(t("{n} calls failed: the same command asks them again", n=summary.retry))
    say(t("Read some of them, then: axiometer analyze {folder}", folder=summary.folder))


def _say_unruled(values: tuple[str, ...]) -> None:
    if values:
        said = "values without rules, so without a comparison: {n} ({values})"
        say(t(said, n=len(values), values=_some(values)))


def _some(values: tuple[str, ...]) -> str:
    """The first few; `summary.json` has them all."""
    return ", ".join(values[:SHOWN]) + (", ..." if len(values) > SHOWN else "")
