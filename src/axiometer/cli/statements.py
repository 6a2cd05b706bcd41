"""`axiometer build statements`: texts of nations to statements, and to items."""

# ruff: noqa: ARG001 -- options are read through the context, so that a file can fill them

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from axiometer.cli import options
from axiometer.cli.accounts import say_estimate, say_prices_missing, say_status
from axiometer.cli.configuration import configured
from axiometer.cli.console import progress_display, say, say_json
from axiometer.cli.workers import workers
from axiometer.errors import InputError
from axiometer.messages import t

if TYPE_CHECKING:
    from axiometer.build.statements.options import StatementOptions
    from axiometer.build.statements.plan import StatementPlan
    from axiometer.build.statements.subjects import SubjectOptions

Texts = Annotated[list[str] | None, typer.Argument(help=t("Files, folders or globs of texts."))]
Starter = Annotated[str | None, typer.Option(help=t("Take the starter news of these nations: cn,us,uk,fr,de, or all."))]
Nation = Annotated[
    str | None,
    typer.Option(help=t("Nation of texts that name none; others are left out. Several between commas only leave out.")),
]
Model = Annotated[str | None, typer.Option("--model", "-m", help=t("Who is asked, as provider/name."))]
CheckModel = Annotated[str | None, typer.Option(help=t("Who checks triples, as provider/name (default: who writes)."))]
Judge = Annotated[
    str | None,
    typer.Option(
        help=t("Who says how statements stand to each other (default: who writes): ")
        + "lexical | nli/NAME_OR_PATH | llm/PROVIDER/NAME"
    ),
]
Policy = Annotated[str, typer.Option(help=t("Where a nation's sources disagree: ") + "split | dominant | drop")]
Period = Annotated[str, typer.Option(help=t("Finest border between periods: ") + "year | half-year | quarter | month")]
Topics = Annotated[str, typer.Option(help="kmeans | hdbscan")]
TopicCount = Annotated[
    int | None, typer.Option(min=1, help=t("How many topics each nation and language has (default: a criterion)."))
]
Framework = Annotated[
    str | None, typer.Option(help=t("Framework whose values a subject must touch: id or YAML file (default: any)."))
]
About = Annotated[str | None, typer.Option(help=t("In your words: what a subject must touch to be read."))]
Unscreened = Annotated[bool, typer.Option("--unscreened", help=t("Read the texts of all subjects."))]
Form = Annotated[
    str,
    typer.Option(
        help=t("Words of the items, several between commas: ") + "original, paraphrase, twins, blind, origin; all"
    ),
]
Output = Annotated[Path | None, typer.Option("--output", "-o", help=t("Folder of the statements and items."))]
Status = Annotated[Path | None, typer.Option(help=t("Show the account of the statements in this folder."))]


def statements(
    context: typer.Context,
    texts: Texts = None,
    starter: Starter = None,
    nation: Nation = None,
    model: Model = None,
    check_model: CheckModel = None,
    judge: Judge = None,
    policy: Policy = "split",
    period: Period = "month",
    topics: Topics = "kmeans",
    topic_count: TopicCount = None,
    framework: Framework = None,
    about: About = None,
    unscreened: Unscreened = False,
    form: Form = "original",
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
    if given["dry_run"]:
        _say_dry_run(plan, bool(given["as_json"]))
        return
    if given["output"] is None:
        raise InputError("no folder for the statements", mend="name one with -o statements/NAME")
    from axiometer.build.statements.pipeline import run_statements
    from axiometer.cli.statements_made import say_made
    from axiometer.models.local_weights import cache_folder

    output = Path(given["output"])
    with workers(given, output) as runner:
        summary = run_statements(plan, output, cache_folder() / "vectors", runner, progress_display())
    if given["as_json"]:
        say_json(asdict(summary))
    else:
        say_made(summary)


def _plan(given: Mapping[str, Any]) -> StatementPlan:
    from axiometer.build.statements.plan import plan_statements
    from axiometer.cli.respondents import respondents, wanted

    if not given["texts"] and given["starter"] is None:
        raise InputError("no texts", mend="name files, folders or globs, or take ours with --starter cn,us,uk,fr,de")
    if given["model"] is None:
        raise InputError("no model", mend="name one with -m, for example -m sim/extractor")
    chosen = _options(given)
    judge = given["judge"] or ""
    writer, checker = given["model"], given["check_model"] or given["model"]
    asked = judge.removeprefix("llm/") if judge.startswith("llm/") else writer
    names = list(dict.fromkeys([writer, checker, asked]))
    opened = dict(zip(names, respondents(names, wanted(given)), strict=True))
    paths = [str(text) for text in given["texts"] or ()]
    return plan_statements(paths, chosen, opened[writer], opened[checker], opened[asked])


def _options(given: Mapping[str, Any]) -> StatementOptions:
    from axiometer.build.corpus.ingest import IngestOptions
    from axiometer.build.corpus.ingest.languages import code_of
    from axiometer.build.statements.options import StatementOptions
    from axiometer.build.statements.reduction.options import ReductionOptions

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
        subjects=_subjects(given),
        reduction=ReductionOptions.of(
            policy=given["policy"], judge=given["judge"], period=given["period"], seed=given["seed"]
        ),
        forms=given["form"],
        embedder=given["embedder"],
        seed=given["seed"],
    )


def _subjects(given: Mapping[str, Any]) -> SubjectOptions:
    from axiometer.build.statements.subjects import SubjectOptions
    from axiometer.build.statements.tagging.options import TagOptions
    from axiometer.build.statements.topics.options import TopicOptions
    from axiometer.frameworks import load_framework

    return SubjectOptions(
        topics=TopicOptions.of(method=given["topics"], k=given["topic_count"], seed=given["seed"]),
        tags=TagOptions.of(),
        framework=None if given["framework"] is None else load_framework(given["framework"]),
        about=given["about"],
        screened=not given["unscreened"],
    )


def _say_dry_run(plan: StatementPlan, as_json: bool) -> None:
    from axiometer.build.statements.estimate import RATES, estimate

    rows = estimate(plan)
    if as_json:
        say_json([asdict(row) for row in rows])
        return
    say_estimate(rows)
    said = "Assumed, as of news: {stated} statements in each text that is read, {related} questions on pairs for each"
    say(t(said, stated=RATES["stated"], related=RATES["related"]))
    say_prices_missing(rows)
