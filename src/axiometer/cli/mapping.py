"""`axiometer build map`: unmapped items to mapped ones, each with the probability that its map is right."""

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
    from axiometer.build.mapping.calibration import Calibration, ConfidenceBin, Share
    from axiometer.build.mapping.people import PeopleReport
    from axiometer.build.mapping.plan import MapPlan
    from axiometer.build.mapping.publish import MapSummary

Items = Annotated[Path | None, typer.Argument(help=t("Table or folder of unmapped items."))]
Output = Annotated[Path | None, typer.Option("--output", "-o", help=t("Folder of the items."))]
Method = Annotated[str, typer.Option(help="embedder | embedder/NAME | nli/NAME | llm/PROVIDER/NAME")]
Least = Annotated[float, typer.Option(help=t("Probability from which a map is kept."))]
Checked = Annotated[Path | None, typer.Option(help=t("Sheet that people filled in: probabilities are taken from it."))]
Answers = Annotated[Path | None, typer.Option(help=t("Table of answers to the unmapped items, to carry over."))]
Positions = Annotated[str | None, typer.Option(help=t("Names of the two sets that first and second rules belong to."))]
Calibrate = Annotated[
    bool, typer.Option("--calibrate", help=t("Measure the method on the starter dilemmas, whose maps are known."))
]
KeepUnsure = Annotated[bool, typer.Option("--keep-unsure", help=t("Keep items without a sure map, unmapped."))]
Sheet = Annotated[int, typer.Option("--sheet", min=0, help=t("Items on the sheet for people."))]
Status = Annotated[Path | None, typer.Option(help=t("Show the account of the mapping in this folder."))]


def map_items(
    context: typer.Context,
    items: Items = None,
    method: Method = "embedder",
    output: Output = None,
    least: Least = 0.8,
    checked: Checked = None,
    answers: Answers = None,
    positions: Positions = None,
    calibrate: Calibrate = False,
    keep_unsure: KeepUnsure = False,
    sheet: Sheet = 100,
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
    """`build map`; see `building`."""
    _do(configured(context, config))


def _do(given: Mapping[str, Any]) -> None:
    if given["status"] is not None:
        from axiometer.build.mapping.publish import status

        say_status(status(Path(given["status"])), bool(given["as_json"]))
        return
    plan = _plan(given)
    if given["dry_run"]:
        _say_dry_run(plan, bool(given["as_json"]))
        return
    if given["output"] is None:
        raise InputError("no folder for the items", mend="name one with -o items/NAME")
    from axiometer.build.mapping.pipeline import run_mapping
    from axiometer.models.local_weights import cache_folder

    output = Path(given["output"])
    with workers(given, output) as runner:
        summary = run_mapping(plan, output, cache_folder() / "vectors", runner, progress_display())
    if given["as_json"]:
        say_json(asdict(summary))
    else:
        _say_summary(summary)


def _plan(given: Mapping[str, Any]) -> MapPlan:
    from axiometer.build.mapping.options import MapOptions
    from axiometer.build.mapping.plan import plan_mapping
    from axiometer.cli.respondents import respondents, wanted

    chosen = MapOptions.of(
        method=given["method"],
        least=given["least"],
        checked=_path(given["checked"]),
        answers=_path(given["answers"]),
        positions=given["positions"],
        calibrate=bool(given["calibrate"]),
        keep_unsure=bool(given["keep_unsure"]),
        sample=given["sheet"],
        seed=given["seed"],
    )
    judge = respondents([chosen.model], wanted(given))[0] if chosen.kind == "llm" else None
    return plan_mapping(_path(given["items"]), chosen, judge)


def _path(said: object) -> Path | None:
    return None if said is None else Path(str(said))


def _say_dry_run(plan: MapPlan, as_json: bool) -> None:
    from axiometer.build.mapping.publish import estimate

    rows = estimate(plan)
    if as_json:
        say_json([asdict(row) for row in rows])
        return
    if rows:
        say_estimate(rows)
        say_prices_missing(rows)
    else:
        say(t("This method asks nobody."))
    said = "items: {items}, of which {puzzles} can be mapped; measured first on {known} starter dilemmas"
    say(t(said, items=len(plan.items), puzzles=len(plan.puzzles), known=len(plan.known)))


def _say_summary(summary: MapSummary) -> None:
    if summary.calls or summary.hits:
        say_accounts(summary.steps)
        say(t("calls made now: {calls}; answers from the journal: {hits}", calls=summary.calls, hits=summary.hits))
    if summary.retry:
        say(t("{n} calls failed: the same command asks them again", n=summary.retry))
    if summary.calibration is not None:
        _say_calibration(summary.calibration)
    if summary.people is not None:
        _say_people(summary.people)
    if not summary.items:
        return
    said = "mapped: {mapped} of {items} items, in {file}"
    say(t(said, mapped=summary.mapped, items=summary.items, file=summary.folder / "items.parquet"))
    for reason, count in summary.left_out.items():
        say(t("{where}: {what}", where=t(reason), what=count))
    if summary.confidence is not None and summary.sides is not None:
        said = (
            "probability that a map is the right way round: {order} on average; that its sides are the sides: {sides}"
        )
        say(t(said, order=f"{summary.confidence:.3f}", sides=f"{summary.sides:.3f}"))
        say(t("calibrated on: {what}", what=t(summary.calibrated)))
    if summary.answers is not None:
        said = "answers carried over: {n}; to items without a map: {m}"
        say(t(said, n=summary.answers, m=summary.answers_left_out))
    if summary.sheet:
        said = "A sheet of {n} items for people: {file}; filled in, give it back with --checked"
        say(t(said, n=summary.sheet, file=summary.folder / "sheet.csv"))
    say(t("Then: axiometer measure {folder} -m PROVIDER/NAME -o runs/NAME", folder=summary.folder))


def _say_calibration(found: Calibration) -> None:
    rows = [
        (t("whole map"), found.whole),
        *((f"{t('whole map')}, {lang}", share) for lang, share in found.by_language.items()),
        (t("the two sides"), found.sides),
        (t("their order, where the sides are right"), found.order),
        (t("kept at --least"), found.kept),
        (t("whole map, of those kept"), found.kept_right),
    ]
    title = "Measured on the starter dilemmas, by rules that were left out:"
    say_table(["what", "right", "n", "share", "low", "high"], [_row(*row) for row in rows], title=t(title))
    _say_bins(found.bins)
    said = "Brier score of the order: {brier} [{low}, {high}]; expected calibration error: {ece}"
    numbers = {"brier": found.brier, "low": found.brier_low, "high": found.brier_high, "ece": found.ece}
    say(t(said, **{name: f"{number:.3f}" for name, number in numbers.items()}))


def _say_people(found: PeopleReport) -> None:
    rows = [
        (t("whole map"), found.whole),
        (t("the two sides"), found.sides),
        (t("their order, where the sides are right"), found.order),
    ]
    title = t("What people say of {n} items (of {none} that no option fits a rule):", n=found.checked, none=found.none)
    say_table(["what", "right", "n", "share", "low", "high"], [_row(*row) for row in rows], title=title)
    _say_bins(found.bins)


def _say_bins(bins: tuple[ConfidenceBin, ...]) -> None:
    rows = [[f"{each.low:g}-{each.high:g}", each.said, *_row("", each.right)[1:]] for each in bins]
    say_table(["probability", "on average", "right", "n", "share", "low", "high"], rows)


def _row(what: str, share: Share) -> list[object]:
    return [what, share.count, share.n, share.share, share.low, share.high]
