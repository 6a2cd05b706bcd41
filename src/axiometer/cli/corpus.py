"""`axiometer build corpus`: texts to rules."""

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
from axiometer.cli.workers import workers
from axiometer.errors import InputError
from axiometer.messages import t

if TYPE_CHECKING:
    from axiometer.build.corpus.pipeline import CorpusSummary
    from axiometer.build.corpus.plan import CorpusPlan

Texts = Annotated[
    list[str] | None, typer.Argument(help=t("Files, folders or globs of texts; tables of imported rules."))
]
ByStep = Annotated[
    Path | None, typer.Option(help=t("YAML file with another model for single steps (`label: provider/name`)."))
]
Labels = Annotated[
    Path | None, typer.Option(help=t("File of people's labels of rules: examples for the model, and coverage."))
]
Probes = Annotated[
    int | None, typer.Option(min=0, help=t("How many planted injections are asked (default: all from 200 texts)."))
]
Compact = Annotated[
    bool, typer.Option("--compact", help=t("Screen, write and classify in one call; no refining, no filter."))
]


def corpus(
    context: typer.Context,
    texts: Texts = None,
    framework: Annotated[str | None, typer.Option(help=t("Framework of the values: id or YAML file."))] = None,
    model: Annotated[str | None, typer.Option("--model", "-m", help=t("Who is asked, as provider/name."))] = None,
    models_by_step: ByStep = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", help=t("Folder of the corpus."))] = None,
    config: options.Config = None,
    status: Annotated[Path | None, typer.Option(help=t("Show the account of the corpus in this folder."))] = None,
    text_column: Annotated[str | None, typer.Option(help=t("Column of the text in tables."))] = None,
    lines: Annotated[bool, typer.Option("--lines", help=t("Each line of a .txt file is a text of its own."))] = False,
    lang: Annotated[str | None, typer.Option(help=t("Language of all texts (default: told from each)."))] = None,
    limit: Annotated[int | None, typer.Option(min=1, help=t("Take only the first rows of the texts."))] = None,
    compact: Compact = False,
    labels: Labels = None,
    against: options.Against = None,
    enter: Annotated[str | None, typer.Option(help=t("Step at which imported rules come in."))] = None,
    embedder: options.EmbedderName = None,
    threshold: options.Threshold = None,
    probes: Probes = None,
    licence: Annotated[str | None, typer.Option(help=t("Licence of the texts, for the card."))] = None,
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
    """`build corpus`; see `building`."""
    _do(configured(context, config))


def _do(given: Mapping[str, Any]) -> None:
    if given["status"] is not None:
        _say_status(Path(given["status"]), bool(given["as_json"]))
        return
    plan = _plan(given)
    if given["dry_run"]:
        _say_dry_run(plan, given["output"], bool(given["as_json"]))
        return
    if given["output"] is None:
        raise InputError("no folder for the corpus", mend="name one with -o corpora/NAME")
    if plan.sources.skipped:
        said = "files of other kinds in these folders, left out: {n}"
        typer.echo(t(said, n=plan.sources.skipped), err=True)
    from axiometer.build.corpus.pipeline import run_corpus

    output = Path(given["output"])
    with workers(given, output) as opened:
        summary = run_corpus(plan, output, opened, progress_display())
    _say_summary(summary, bool(given["as_json"]))


def _plan(given: Mapping[str, Any]) -> CorpusPlan:
    from axiometer.build.corpus.options import CorpusOptions
    from axiometer.build.corpus.plan import plan_corpus

    if not given["texts"]:
        raise InputError("no texts", mend="name files, folders or globs")
    if given["framework"] is None:
        raise InputError("no framework", mend="name one with --framework, for example core-socialist-values")
    if given["model"] is None:
        raise InputError("no model", mend="name one with -m, for example -m sim/rulewriter")
    wanted = CorpusOptions(
        framework=given["framework"],
        compact=given["compact"],
        ingest=_ingest_options(given),
        labels=given["labels"],
        against=given["against"],
        enter=given["enter"],
        probes=given["probes"],
        embedder=given["embedder"],
        threshold=given["threshold"],
        licence=given["licence"],
        seed=given["seed"],
    )
    asked, by_step = _people(given)
    return plan_corpus([str(text) for text in given["texts"]], wanted, asked, by_step)


def _ingest_options(given: Mapping[str, Any]) -> Any:
    from axiometer.build.corpus.ingest import IngestOptions
    from axiometer.build.corpus.ingest.languages import code_of

    lang = None if given["lang"] is None else code_of(given["lang"])
    return IngestOptions(text_column=given["text_column"], lang=lang, limit=given["limit"], lines=bool(given["lines"]))


def _people(given: Mapping[str, Any]) -> tuple[Any, dict[str, Any]]:
    """Who is asked, and who at single steps; one model that stands for several steps is opened once."""
    from axiometer.cli.respondents import respondents, wanted

    by_step = _by_step(given["models_by_step"])
    names = list(dict.fromkeys([given["model"], *by_step.values()]))
    opened = dict(zip(names, respondents(names, wanted(given)), strict=True))
    return opened[given["model"]], {step: opened[name] for step, name in by_step.items()}


def _by_step(file: Path | None) -> dict[str, str]:
    if file is None:
        return {}
    from axiometer.records.yaml_files import read_yaml

    data = read_yaml(file)
    if not isinstance(data, dict) or not all(isinstance(value, str) for value in data.values()):
        raise InputError("must be a mapping of steps to models", file=file, mend="write label: provider/name")
    return {str(step): str(name) for step, name in data.items()}


def _say_dry_run(plan: CorpusPlan, output: Path | None, as_json: bool) -> None:
    from axiometer.build.corpus.estimate import estimate, rates_of

    rows = estimate(plan, output)
    if as_json:
        say_json([asdict(row) for row in rows])
        return
    say_estimate(rows)
    rates = ", ".join(f"{step} {rate:.2f}" for step, rate in rates_of(output).items())
    said = "Rows out per row in, as seen in the corpus so far or else assumed: {rates}. At most: every row goes on."
    say(t(said, rates=rates))
    say_prices_missing(rows)


def _say_status(folder: Path, as_json: bool) -> None:
    from axiometer.build.corpus.status import status

    say_status(status(folder), as_json)


def _say_summary(summary: CorpusSummary, as_json: bool) -> None:
    if as_json:
        say_json(asdict(summary))
        return
    say_accounts(summary.steps)
    say(t("rules: {n}, in {folder}", n=summary.rules, folder=summary.release))
    said = "calls made now, with planted injections: {calls}; answers from the journal: {hits}"
    say(t(said, calls=summary.calls, hits=summary.hits))
    if summary.retry:
        say(t("{n} calls failed: the same command asks them again", n=summary.retry))
    say(
        t(
            "Read {card}; a rule's history: axiometer trace ID --corpus {folder}",
            card=summary.release / "README.md",
            folder=summary.folder,
        )
    )
