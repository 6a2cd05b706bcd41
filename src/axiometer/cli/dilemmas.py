"""`axiometer build dilemmas`: pairs of rules to items."""

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
from axiometer.cli.console import progress_display, say, say_json
from axiometer.cli.thin import say_thin
from axiometer.cli.workers import workers
from axiometer.errors import InputError
from axiometer.messages import t

if TYPE_CHECKING:
    from axiometer.build.dilemmas.plan import DilemmaPlan
    from axiometer.build.dilemmas.publish import DilemmasSummary

Pairs = Annotated[Path | None, typer.Argument(help=t("Folder or table of pairs, as `build conflicts` writes them."))]
Model = Annotated[str | None, typer.Option("--model", "-m", help=t("Who writes scenes, as provider/name."))]
CheckModel = Annotated[str | None, typer.Option(help=t("Who checks scenes, as provider/name (default: who writes)."))]
Output = Annotated[Path | None, typer.Option("--output", "-o", help=t("Folder of the items."))]
Scenes = Annotated[int, typer.Option(min=1, max=100, help=t("Scenes for each pair."))]
Kind = Annotated[str, typer.Option(help="contradiction | tension | both")]
Lang = Annotated[str | None, typer.Option(help=t("Language of the items (default: that of the rules)."))]
Limit = Annotated[int | None, typer.Option(min=1, help=t("Take only a seeded sample of that many pairs."))]
Balance = Annotated[float, typer.Option(help=t("How many times longer than the other a side may be."))]
Threshold = Annotated[float, typer.Option(help=t("Cosine from which scenes are duplicates."))]
Unchecked = Annotated[
    bool, typer.Option("--unchecked", help=t("Neither check nor filter scenes: to repeat what was done so elsewhere."))
]
Status = Annotated[Path | None, typer.Option(help=t("Show the account of the dilemmas in this folder."))]


def dilemmas(
    context: typer.Context,
    pairs: Pairs = None,
    model: Model = None,
    check_model: CheckModel = None,
    output: Output = None,
    scenes: Scenes = 1,
    kind: Kind = "both",
    lang: Lang = None,
    limit: Limit = None,
    balance: Balance = 1.6,
    threshold: Threshold = 0.9,
    unchecked: Unchecked = False,
    embedder: options.EmbedderName = None,
    config: options.Config = None,
    status: Status = None,
    runner: options.RunnerName = "local",
    address: options.Address = None,
    processes: options.Processes = None,
    seed: options.Seed = 0,
    models: options.ModelsFile = None,
    temperature: options.Temperature = None,
    top_p: options.TopP = None,
    max_tokens: options.MaxTokens = None,
    reasoning: options.Reasoning = None,
    concurrency: options.Concurrency = None,
    max_calls: options.MaxCalls = None,
    max_usd: options.MaxUsd = None,
    dry_run: options.DryRun = False,
    as_json: options.AsJson = False,
) -> None:
    """`build dilemmas`; see `building`."""
    _do(configured(context, config))


def _do(given: Mapping[str, Any]) -> None:
    if given["status"] is not None:
        from axiometer.build.dilemmas.status import status

        say_status(status(Path(given["status"])), bool(given["as_json"]))
        return
    plan = _plan(given)
    if given["dry_run"]:
        _say_dry_run(plan, bool(given["as_json"]))
        return
    if given["output"] is None:
        raise InputError("no folder for the items", mend="name one with -o items/NAME")
    from axiometer.build.dilemmas.pipeline import run_dilemmas
    from axiometer.models.local_weights import cache_folder

    output = Path(given["output"])
    with workers(given, output) as runner:
        summary = run_dilemmas(plan, output, cache_folder() / "vectors", runner, progress_display())
    if given["as_json"]:
        say_json(asdict(summary))
    else:
        _say_summary(summary, plan)


def _plan(given: Mapping[str, Any]) -> DilemmaPlan:
    from axiometer.build.dilemmas.options import DilemmaOptions
    from axiometer.build.dilemmas.plan import plan_dilemmas
    from axiometer.cli.respondents import respondents, wanted

    if given["pairs"] is None:
        raise InputError("no pairs", mend="name a folder that `axiometer build conflicts` made, or a table of pairs")
    if given["model"] is None:
        raise InputError("no model", mend="name one with -m, for example -m sim/rulewriter")
    chosen = DilemmaOptions.of(
        scenes=given["scenes"],
        kind=given["kind"],
        lang=given["lang"],
        limit=given["limit"],
        balance=given["balance"],
        alike=given["threshold"],
        embedder=given["embedder"],
        seed=given["seed"],
        checked=not given["unchecked"],
    )
    names = list(dict.fromkeys([given["model"], given["check_model"] or given["model"]]))
    opened = respondents(names, wanted(given))
    return plan_dilemmas(Path(given["pairs"]), chosen, opened[0], opened[-1])


def _say_dry_run(plan: DilemmaPlan, as_json: bool) -> None:
    from axiometer.build.dilemmas.status import estimate

    rows = estimate(plan)
    if as_json:
        say_json([asdict(row) for row in rows])
        return
    say_estimate(rows)
    say(t("scenes: {scenes}, for {pairs} pairs", scenes=plan.scenes, pairs=plan.pairs.height))
    say_prices_missing(rows)


def _say_summary(summary: DilemmasSummary, plan: DilemmaPlan) -> None:
    from axiometer.build.conflicts.rules import framework_of

    say_accounts(summary.steps)
    said = "items: {items}, of {scenes} scenes for {pairs} pairs ({covered} of them have an item), in {file}"
    counts = {"items": summary.items, "scenes": summary.scenes, "pairs": summary.pairs}
    say(t(said, **counts, covered=summary.pairs_with_items, file=summary.folder / "items.parquet"))
    if summary.unvalued:
        said = "{n} items have no value of a framework: they tell about rules alone"
        say(t(said, n=summary.unvalued))
    say_thin(summary.thin, framework_of(plan.pairs, None), summary.folder / "summary.json")
    say(t("calls made now: {calls}; answers from the journal: {hits}", calls=summary.calls, hits=summary.hits))
    if summary.retry:
        say(t("{n} calls failed: the same command asks them again", n=summary.retry))
    if len(summary.steps) == 1:
        say(t("Nobody checked these items: they are as they were written."))
    say(t("Read some of them, then: axiometer measure {folder} -m PROVIDER/NAME -o runs/NAME", folder=summary.folder))
