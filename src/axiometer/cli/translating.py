"""`axiometer build translate`: items to the same items in other languages."""

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
from axiometer.cli.workers import workers
from axiometer.errors import InputError
from axiometer.messages import t

if TYPE_CHECKING:
    from axiometer.build.translation.plan import TranslationPlan
    from axiometer.build.translation.publish import TranslationSummary

Items = Annotated[Path | None, typer.Argument(help=t("Table or folder of items, or `starter` for the starter set."))]
To = Annotated[str | None, typer.Option(help=t("Languages that are wanted, separated by commas."))]
From = Annotated[str | None, typer.Option("--from", help=t("Language that is translated from (default: any)."))]
Model = Annotated[str | None, typer.Option("--model", "-m", help=t("Who translates, as provider/name."))]
BackModel = Annotated[
    str | None, typer.Option(help=t("Who translates back, as provider/name (default: who translates)."))
]
Output = Annotated[Path | None, typer.Option("--output", "-o", help=t("Folder of the items."))]
Least = Annotated[float, typer.Option(help=t("Cosine that what comes back must have with the original."))]
Complete = Annotated[
    bool, typer.Option("--complete-only", help=t("Keep only items that are there in every language wanted."))
]
Limit = Annotated[int | None, typer.Option(min=1, help=t("Take only a seeded sample of that many items."))]
Embedder = Annotated[
    str | None, typer.Option("--embedder", help=t("Embedder that compares what comes back with the original."))
]
Status = Annotated[Path | None, typer.Option(help=t("Show the account of the translation in this folder."))]


def translate(
    context: typer.Context,
    items: Items = None,
    to: To = None,
    origin: From = None,
    model: Model = None,
    back_model: BackModel = None,
    output: Output = None,
    least: Least = 0.75,
    complete_only: Complete = False,
    limit: Limit = None,
    embedder: Embedder = None,
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
    """`build translate`; see `building`."""
    _do(configured(context, config))


def _do(given: Mapping[str, Any]) -> None:
    if given["status"] is not None:
        from axiometer.build.translation.status import status

        say_status(status(Path(given["status"])), bool(given["as_json"]))
        return
    plan = _plan(given)
    if given["dry_run"]:
        _say_dry_run(plan, bool(given["as_json"]))
        return
    if given["output"] is None:
        raise InputError("no folder for the items", mend="name one with -o items/NAME")
    from axiometer.build.translation.pipeline import run_translation
    from axiometer.models.local_weights import cache_folder

    output = Path(given["output"])
    with workers(given, output) as runner:
        summary = run_translation(plan, output, cache_folder() / "vectors", runner, progress_display())
    if given["as_json"]:
        say_json(asdict(summary))
    else:
        _say_summary(summary)


def _plan(given: Mapping[str, Any]) -> TranslationPlan:
    from axiometer.build.translation.options import TranslationOptions
    from axiometer.build.translation.plan import plan_translation
    from axiometer.cli.respondents import respondents, wanted
    from axiometer.cli.starter import items_path

    if given["items"] is None:
        raise InputError("no items", mend="name a table of items, a folder of `axiometer build`, or starter")
    if given["to"] is None:
        raise InputError("no language to translate to", mend="name one with --to, for example --to zh")
    if given["model"] is None:
        raise InputError("no model", mend="name one with -m, for example -m sim/rulewriter")
    chosen = TranslationOptions.of(
        to=given["to"],
        origin=given["origin"],
        limit=given["limit"],
        least=given["least"],
        complete_only=bool(given["complete_only"]),
        embedder=given["embedder"],
        seed=given["seed"],
    )
    names = list(dict.fromkeys([given["model"], given["back_model"] or given["model"]]))
    opened = respondents(names, wanted(given))
    return plan_translation(items_path(given["items"]), chosen, opened[0], opened[-1])


def _say_dry_run(plan: TranslationPlan, as_json: bool) -> None:
    from axiometer.build.translation.status import estimate

    rows = estimate(plan)
    if as_json:
        say_json([asdict(row) for row in rows])
        return
    say_estimate(rows)
    say(t("translations: {wanted}, of {items} items", wanted=plan.wanted, items=plan.items.height))
    _say_unmeasured(plan.unmeasured)
    say_prices_missing(rows)


def _say_unmeasured(langs: tuple[str, ...]) -> None:
    """Says which languages are checked with less."""
    if langs:
        said = "{langs}: translations are compared by what comes back alone, not with the original itself"
        say(t(said, langs=", ".join(langs)))


def _say_summary(summary: TranslationSummary) -> None:
    say_accounts(summary.steps)
    say_table(
        ["language", "wanted", "translated", "lowest cosine back", "of 1 in 20", "median"],
        [[row.lang, row.wanted, row.translated, row.lowest, row.low, row.median] for row in summary.languages],
    )
    said = "items: {items}, of them {originals} originals and {translations} translations, in {file}"
    counts = {
        "items": summary.items,
        "originals": summary.kept_originals,
        "translations": summary.translations,
    }
    say(t(said, **counts, file=summary.folder / "items.parquet"))
    _say_unmeasured(summary.unmeasured)
    say(t("calls made now: {calls}; answers from the journal: {hits}", calls=summary.calls, hits=summary.hits))
    if summary.retry:
        say(t("{n} calls failed: the same command asks them again", n=summary.retry))
    if summary.translations:
        said = "Read some of them side by side, then: axiometer measure {folder} -m PROVIDER/NAME -o runs/NAME"
        say(t(said, folder=summary.folder))
