"""`axiometer build statements`: texts of nations to statements, and to items."""

# ruff: noqa: ARG001 -- options are read through the context, so that a file can fill them

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from axiometer.cli import options
from axiometer.cli.accounts import say_accounts, say_status
from axiometer.cli.configuration import configured
from axiometer.cli.console import progress_display, say, say_json
from axiometer.cli.workers import workers
from axiometer.errors import InputError
from axiometer.messages import t

if TYPE_CHECKING:
    from axiometer.build.statements.options import StatementOptions
    from axiometer.build.statements.plan import StatementPlan
    from axiometer.build.statements.publish import StatementsSummary

Texts = Annotated[list[str] | None, typer.Argument(help=t("Files, folders or globs of texts."))]
Starter = Annotated[str | None, typer.Option(help=t("Take the starter news of these nations: cn,us,uk,fr,de, or all."))]
Nation = Annotated[
    str | None,
    typer.Option(help=t("Nation of texts that name none; others are left out. Several between commas only leave out.")),
]
Model = Annotated[str | None, typer.Option("--model", "-m", help=t("Who is asked, as provider/name."))]
CheckModel = Annotated[str | None, typer.Option(help=t("Who checks triples, as provider/name (default: who writes)."))]
Output = Annotated[Path | None, typer.Option("--output", "-o", help=t("Folder of the statements and items."))]
Status = Annotated[Path | None, typer.Option(help=t("Show the account of the statements in this folder."))]


def statements(
    context: typer.Context,
    texts: Texts = None,
    starter: Starter = None,
    nation: Nation = None,
    model: Model = None,
    check_model: CheckModel = None,
    output: Output = None,
    config: options.Config = None,
    status: Status = None,
    text_column: Annotated[str | None, typer.Option(help=t("Column of the text in tables."))] = None,
    lines: Annotated[bool, typer.Option("--lines", help=t("Each line of a .txt file is a text of its own."))] = False,
    lang: Annotated[str | None, typer.Option(help=t("Language of all texts (default: told from each)."))] = None,
    limit: Annotated[int | None, typer.Option(min=1, help=t("Take only the first rows of the texts."))] = None,
    embedder: options.EmbedderName = None,
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
    """`build statements`; see `building`."""
    _do(configured(context, config))


def _do(given: Mapping[str, Any]) -> None:
    if given["status"] is not None:
        from axiometer.build.statements.status import status

        say_status(status(Path(given["status"])), bool(given["as_json"]))
        return
    plan = _plan(given)
    if given["output"] is None:
        raise InputError("no folder for the statements", mend="name one with -o statements/NAME")
    from axiometer.build.statements.pipeline import run_statements
    from axiometer.models.local_weights import cache_folder

    output = Path(given["output"])
    with workers(given, output) as runner:
        summary = run_statements(plan, output, cache_folder() / "vectors", runner, progress_display())
    if given["as_json"]:
        say_json(asdict(summary))
    else:
        _say_summary(summary)


def _plan(given: Mapping[str, Any]) -> StatementPlan:
    from axiometer.build.statements.plan import plan_statements
    from axiometer.cli.respondents import respondents, wanted

    if not given["texts"] and given["starter"] is None:
        raise InputError("no texts", mend="name files, folders or globs, or take ours with --starter cn,us,uk,fr,de")
    if given["model"] is None:
        raise InputError("no model", mend="name one with -m, for example -m sim/extractor")
    chosen = _options(given)
    names = list(dict.fromkeys([given["model"], given["check_model"] or given["model"]]))
    opened = respondents(names, wanted(given))
    return plan_statements([str(text) for text in given["texts"] or ()], chosen, opened[0], opened[-1])


def _options(given: Mapping[str, Any]) -> StatementOptions:
    from axiometer.build.corpus.ingest import IngestOptions
    from axiometer.build.corpus.ingest.languages import code_of
    from axiometer.build.statements.options import StatementOptions

    return StatementOptions.of(
        ingest=IngestOptions(
            text_column=given["text_column"],
            lang=None if given["lang"] is None else code_of(given["lang"]),
            limit=given["limit"],
            lines=bool(given["lines"]),
            repeats=True,
        ),
        starter=given["starter"],
        nations=() if given["nation"] is None else given["nation"].split(","),
        embedder=given["embedder"],
        seed=given["seed"],
    )


def _say_summary(summary: StatementsSummary) -> None:
    say_accounts(summary.steps)
    say(t("calls made now: {calls}; answers from the journal: {hits}", calls=summary.calls, hits=summary.hits))
    if summary.retry:
        say(t("{n} calls failed: the same command asks them again", n=summary.retry))
