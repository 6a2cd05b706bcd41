"""`axiometer measure`: items times respondents to answers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from axiometer.cli import options
from axiometer.cli.configuration import configured
from axiometer.cli.console import progress_display, say, say_json, say_table
from axiometer.cli.designs import design_of, parts
from axiometer.errors import InputError
from axiometer.messages import t

if TYPE_CHECKING:
    from axiometer.measure.run import MeasureOptions, Plan, RunSummary
    from axiometer.runtime.respondent import Respondent

AGAIN = ("error", "truncated")


def measure(
    context: typer.Context,
    items: Annotated[Path | None, typer.Argument(help=t("Table of items (.parquet), or `starter`."))] = None,
    model: options.Model = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", help=t("Folder of the run."))] = None,
    config: options.Config = None,
    mode: Annotated[str, typer.Option(help="choice | logprob | likelihood | agree | judged | open | free")] = "choice",
    judge: options.Judge = None,
    judge_itself: options.JudgeItself = False,
    orders: Annotated[str, typer.Option(help="one | swap | all")] = "swap",
    wordings: Annotated[int, typer.Option(min=1, help=t("How many wordings of the prompt."))] = 1,
    repeats: Annotated[int, typer.Option(min=1, help=t("How often each presentation is asked."))] = 1,
    lang: options.Lang = None,
    limit: options.Limit = None,
    seed: options.Seed = 0,
    framework: options.Frameworks = None,
    models: options.ModelsFile = None,
    temperature: options.Temperature = None,
    top_p: options.TopP = None,
    max_tokens: options.MaxTokens = None,
    system: options.System = None,
    reasoning: options.Reasoning = None,
    concurrency: options.Concurrency = None,
    max_calls: options.MaxCalls = None,
    max_usd: options.MaxUsd = None,
    shard: Annotated[str, typer.Option(help=t("Do only part i of n, as i/n; join with `axiometer merge`."))] = "1/1",
    occasion: Annotated[str | None, typer.Option(help=t("Name of a deliberate repetition (a retest)."))] = None,
    again: Annotated[str, typer.Option(help=t("Outcomes to ask once more: error, truncated, or both."))] = "error",
    batch: Annotated[bool, typer.Option("--batch", help=t("Use the service's batch endpoint."))] = False,
    dry_run: options.DryRun = False,
    as_json: options.AsJson = False,
) -> None:
    """Puts items to respondents and writes a run folder. The same command goes on where it stopped."""
    given = configured(context, config)
    plan = _plan(given)
    if given["dry_run"]:
        say_dry_run(plan, bool(given["as_json"]))
        return
    if given["output"] is None:
        raise InputError("no folder for the run", mend="name one with -o runs/NAME")
    from axiometer.measure.run import run_plan

    summary = run_plan(plan, Path(given["output"]), progress_display())
    _say_summary(summary, bool(given["as_json"]), free=given["mode"] == "free")


def _plan(given: dict[str, Any]) -> Plan:
    from axiometer.cli.respondents import judge_of, respondents, wanted
    from axiometer.cli.starter import items_path
    from axiometer.measure.run import plan_run

    if given["items"] is None:
        raise InputError("no items", mend="name a table of items, or `starter`")
    design = design_of(given, langs_of(given["lang"]))
    frameworks = [Path(path) for path in given["framework"] or []]
    said = wanted(given)
    people = respondents(given["model"] or [], said)
    judge = judge_of(str(given["judge"]), said, people) if given["judge"] else None
    return plan_run(items_path(given["items"]), people, design, _options(given, judge), frameworks)


def _options(given: dict[str, Any], judge: Respondent | None) -> MeasureOptions:
    from axiometer.measure.run import MeasureOptions
    from axiometer.records.rows import Outcome

    number, _, of = str(given["shard"]).partition("/")
    if not (number.isdigit() and of.isdigit()):
        raise InputError("--shard {shard}", mend="write i/n, for example 1/4", shard=given["shard"])
    return MeasureOptions(
        limit=given["limit"],
        seed=given["seed"],
        occasion=given["occasion"] or None,
        shard=(int(number), int(of)),
        again=frozenset(Outcome(_again(name)) for name in parts(given["again"])),
        batch=bool(given["batch"]),
        judge=judge,
        judge_itself=bool(given["judge_itself"]),
    )


def _again(name: str) -> str:
    """An outcome that is no answer: answers are kept, and asked again only on another occasion."""
    if name not in AGAIN:
        known = ", ".join(AGAIN)
        raise InputError("{option} {text}", mend="one of {known}", option="--again", text=name, known=known)
    return name


def langs_of(text: str | None) -> tuple[str, ...] | None:
    """The languages that --lang names; None for all. Raises `InputError` where it names none."""
    if text is None:
        return None
    langs = tuple(dict.fromkeys(parts(text)))
    if not langs:
        raise InputError("--lang names no language", mend="write en or zh,en, or leave it out for all")
    return langs


def say_dry_run(plan: Plan, as_json: bool) -> None:
    """What a run would take: calls, tokens and money by respondent."""
    from axiometer.measure.estimate import estimate

    rows = estimate(plan)
    if as_json:
        say_json([row.as_json() for row in rows])
        return
    say_table(
        ["respondent", "calls", "tokens in", "tokens out at most", "USD at most"],
        [[row.model, row.calls, row.tokens_in, row.tokens_out, row.usd] for row in rows],
        title=t("Nothing was asked. It would take:"),
    )
    if any(row.usd is None and row.paid for row in rows):
        say(t("No price is known for some of them: give it in models.yaml."))


def _say_summary(summary: RunSummary, as_json: bool, *, free: bool) -> None:
    if as_json:
        say_json(
            {
                "run": str(summary.folder),
                "presentations": summary.presentations,
                "outcomes": summary.outcomes,
                "calls": summary.calls,
                "from_journal": summary.hits,
                "tokens_in": summary.tokens_in,
                "tokens_out": summary.tokens_out,
                "usd": summary.usd,
            }
        )
        return
    say(t("{n} presentations in {folder}", n=summary.presentations, folder=summary.folder))
    say_table(
        ["respondent", "outcome", "n"],
        [[model, t(outcome), n] for model, counts in summary.outcomes.items() for outcome, n in counts.items()],
    )
    failed = sum(counts.get("error", 0) for counts in summary.outcomes.values())
    if failed:
        say(t("{n} ended in an error: the same command asks them again", n=failed))
    if free:
        say(t("Next: axiometer express profile {folder}", folder=summary.folder))
        return
    say(t("Next: axiometer analyze {folder}, then axiometer report {folder}", folder=summary.folder))
