"""`axiometer build conflicts`: rules to pairs that conflict."""

# ruff: noqa: ARG001 -- options are read through the context, so that a file can fill them

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from axiometer.cli import options
from axiometer.cli.configuration import configured
from axiometer.cli.console import progress_display, say, say_json, say_table
from axiometer.cli.starter import rules_path
from axiometer.cli.thin import say_thin
from axiometer.cli.workers import workers
from axiometer.errors import InputError
from axiometer.messages import t

if TYPE_CHECKING:
    from axiometer.build.conflicts.plan import ConflictPlan
    from axiometer.build.conflicts.publish import PairsSummary
    from axiometer.runtime.respondent import Respondent

Keys = Annotated[
    list[str] | None,
    typer.Option(help=t("Only pairs of one language, value, origin, source or level; may be repeated.")),
]
OtherKeys = Annotated[
    list[str] | None,
    typer.Option(help=t("Only pairs of different ones of these; may be repeated.")),
]


Rules = Annotated[Path | None, typer.Argument(help=t("Table of rules (.parquet), a corpus, or `starter`."))]
Output = Annotated[Path | None, typer.Option("--output", "-o", help=t("Folder of the pairs."))]
Model = Annotated[str, typer.Option("--model", "-m", help="none | lexical | nli/NAME_OR_PATH | llm/PROVIDER/NAME")]
Kind = Annotated[str, typer.Option(help="contradiction | tension | both")]
Score = Annotated[float, typer.Option(help=t("Score that a contradiction must reach."))]
Directions = Annotated[str, typer.Option(help=t("both | either: directions of a contradiction that must reach it."))]
Low = Annotated[float, typer.Option("--from", help=t("Lowest cosine of a candidate."))]
High = Annotated[
    float | None, typer.Option("--to", help=t("Cosine from which rules are duplicates (default: as measured)."))
]
Width = Annotated[float, typer.Option(help=t("Width of a band of cosines."))]
PerRule = Annotated[int, typer.Option(min=1, help=t("Pairs that each rule draws in each band."))]
Budget = Annotated[int, typer.Option(min=0, help=t("Candidates at most (0: no limit)."))]
AnyLanguage = Annotated[bool, typer.Option("--any-language", help=t("Pairs of different languages, too."))]
Dedup = Annotated[bool, typer.Option("--dedup", help=t("Drop near-duplicates of the rules first."))]
Calibrate = Annotated[
    str | None, typer.Option(help=t("Labelled pairs (a, b, relation, lang), or `shipped`: what scores are worth."))
]
Status = Annotated[Path | None, typer.Option(help=t("Show where the search in this folder stands."))]


def conflicts(
    context: typer.Context,
    rules: Rules = None,
    output: Output = None,
    model: Model = "lexical",
    kind: Kind = "both",
    contradiction: Score = 0.5,
    direction: Directions = "both",
    low: Low = 0.5,
    high: High = None,
    width: Width = 0.1,
    draw: Annotated[str, typer.Option(help="sample | top")] = "sample",
    per_rule: PerRule = 5,
    budget: Budget = 1_000_000,
    within: Keys = None,
    across: OtherKeys = None,
    any_language: AnyLanguage = False,
    framework: Annotated[str | None, typer.Option(help=t("Framework of the values: id or YAML file."))] = None,
    dedup: Dedup = False,
    embedder: Annotated[str | None, typer.Option(help=t("Embedder that tells how alike rules are."))] = None,
    calibrate: Calibrate = None,
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
    """`build conflicts`; see `building`."""
    _do(configured(context, config))


def _do(given: Mapping[str, Any]) -> None:
    if given["status"] is not None:
        _say_status(Path(given["status"]), bool(given["as_json"]))
        return
    if given["calibrate"] is not None:
        from axiometer.cli.conflicts_calibrating import calibrate as calibrate_with

        calibrate_with(given["calibrate"], given["model"], bool(given["as_json"]))
        return
    if given["rules"] is None:
        raise InputError("no rules", mend="name a table of rules or a corpus")
    plan = _plan(given)
    if given["dry_run"]:
        _say_dry_run(plan, bool(given["as_json"]))
        return
    if given["output"] is None:
        raise InputError("no folder for the pairs", mend="name one with -o pairs/NAME")
    from axiometer.build.conflicts.pipeline import run_conflicts
    from axiometer.models.local_weights import cache_folder

    output = Path(given["output"])
    with workers(given, output) as runner:
        summary = run_conflicts(plan, output, cache_folder() / "vectors", runner, progress_display())
    if given["as_json"]:
        say_json(asdict(summary))
    else:
        _say_summary(summary, plan)


def _plan(given: Mapping[str, Any]) -> ConflictPlan:
    from axiometer.build.conflicts.options import ConflictOptions
    from axiometer.build.conflicts.plan import plan_conflicts

    wanted = ConflictOptions.of(
        embedder=given["embedder"],
        low=given["low"],
        high=given["high"],
        width=given["width"],
        draw=given["draw"],
        per_rule=given["per_rule"],
        budget=given["budget"] or None,
        within=tuple(given["within"] or ()),
        across=tuple(given["across"] or ()),
        any_language=bool(given["any_language"]),
        framework=given["framework"],
        dedup=bool(given["dedup"]),
        seed=given["seed"],
        kind=given["kind"],
        contradiction=given["contradiction"],
        direction=given["direction"],
    )
    return plan_conflicts(rules_path(given["rules"]), wanted, given["model"], _judge(given))


def _judge(given: Mapping[str, Any]) -> Respondent | None:
    """Who is asked, where the model is one that is asked."""
    from axiometer.cli.respondents import respondents, wanted
    from axiometer.models.contradiction.judge import Judge
    from axiometer.models.contradiction.registry import open_contradiction_model

    if not given["model"].startswith("llm/"):
        return None
    opened = open_contradiction_model(given["model"])
    assert isinstance(opened, Judge)
    return respondents([opened.model], wanted(given))[0]


def _say_dry_run(plan: ConflictPlan, as_json: bool) -> None:
    from axiometer.build.conflicts.status import estimate

    found = estimate(plan)
    if as_json:
        say_json(asdict(found))
        return
    say(t("Nothing was written. It would take:"))
    said = "{rules} rules, {pairs} pairs in {blocks} blocks, about {seconds} s to compare them on this machine"
    say(t(said, rules=found.rules, pairs=found.pairs, blocks=found.blocks, seconds=f"{found.seconds:.1f}"))
    say(t("at most {n} candidates, from the bands {bands}", n=found.candidates_at_most, bands=_bands(found.bands)))
    if found.calls_at_most:
        said = "at most {n} calls of {model}: {tokens_in} tokens in, {tokens_out} out at most, {usd} USD"
        usd = "?" if found.usd_at_most is None else f"{found.usd_at_most:.2f}"
        tokens = {"tokens_in": found.tokens_in_at_most, "tokens_out": found.tokens_out_at_most}
        say(t(said, n=found.calls_at_most, model=plan.model_name, usd=usd, **tokens))


def _bands(lows: tuple[float, ...]) -> str:
    return ", ".join(f"{low:g}-{high:g}" for low, high in zip(lows, (*lows[1:], 1.0), strict=True))


def _say_status(folder: Path, as_json: bool) -> None:
    from axiometer.build.conflicts.status import status

    found = status(folder)
    if as_json:
        say_json(asdict(found))
        return
    if found.blocks_finished is not None:
        said = "{rules} rules; blocks compared: {done} of {blocks}; candidates are not drawn yet"
        say(t(said, rules=found.rules, done=found.blocks_finished, blocks=found.blocks))
        return
    say(t("{rules} rules; candidates: {n}", rules=found.rules, n=found.candidates))
    for each in found.scored:
        said = "{model}: {done} of {parts} parts scored, {n} candidates"
        say(t(said, model=each.model, done=each.finished, parts=each.parts, n=each.account.rows))
    if found.kept is not None:
        _say_counts(found.kept)


def _say_summary(summary: PairsSummary, plan: ConflictPlan) -> None:
    wanted = plan.options
    headers = ["cosine from", "to", "pairs", "kept apart", "near-duplicates", "eligible", "candidates", "kept"]
    say_table(
        headers,
        [
            [
                f"{band.low:g}",
                f"{band.high:g}",
                band.pairs,
                band.apart,
                band.alike,
                band.eligible,
                band.candidates,
                sum(band.kept.values()) if band.candidates is not None else None,
            ]
            for band in summary.bands
        ],
        title=t("{rules} rules, {pairs} pairs, all compared", rules=summary.rules, pairs=summary.pairs),
    )
    if summary.near_duplicates and not wanted.dedup:
        said = "{n} pairs of rules are near-duplicates (cosine from {high} on, same polarity): --dedup drops such rules"
        say(t(said, n=summary.near_duplicates, high=f"{wanted.high:g}"))
    for kind, count in summary.kept.items():
        estimated = [band.estimated for band in summary.bands if band.candidates is not None]
        if all(each is not None for each in estimated) and summary.scored is not None:
            total = sum(each.get(kind, 0.0) for each in estimated if each is not None)
            said = "{kind}: {n} kept; among all eligible pairs an estimated {total}"
            say(t(said, kind=t(kind), n=count, total=round(total)))
        else:
            _say_counts({kind: count})
    for reason, count in summary.dropped.items():
        say(f"{t(reason)}: {count}")
    if summary.kept.get("tension") and not summary.model.startswith("llm/"):
        said = "A tension here is inferred from likeness and different values, not judged: its confidence is low."
        say(t(said))
    if summary.model == "lexical":
        say(t("Word lists see little: every score of `lexical` is of low confidence."))
    say_thin(summary.thin, plan.framework, summary.folder / "summary.json")
    say(t("pairs: {file}", file=summary.folder / "pairs.parquet"))
    say(t("which values meet in them: {file}", file=summary.folder / "coverage.parquet"))


def _say_counts(kept: Mapping[str, int]) -> None:
    for kind, count in kept.items():
        say(t("{kind}: {n} kept", kind=t(kind), n=count))
