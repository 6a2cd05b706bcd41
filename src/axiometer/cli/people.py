"""`axiometer annotate alt-test` and `axiometer people`: judges beside people, and models beside people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from axiometer.cli import options
from axiometer.cli.console import reason, say, say_json, say_table
from axiometer.cli.designs import member
from axiometer.errors import InputError
from axiometer.messages import t

if TYPE_CHECKING:
    import polars as pl

    from axiometer.analyze.people import AltTest

Row = Mapping[str, Any]


def alt_test(
    labels: Annotated[
        Path, typer.Argument(help=t("People's labels: project, run with labels, or table (subject, rater, value)."))
    ],
    judge: Annotated[
        Path | None,
        typer.Argument(
            help=t("The judge's labels: judged or profiled run, or table (subject, value); default: the same run.")
        ),
    ] = None,
    epsilon: Annotated[
        float, typer.Option(min=0.0, max=1.0, help=t("What the judge's lower cost is worth: 0.1 to 0.2."))
    ] = 0.15,
    score: Annotated[
        str | None, typer.Option(help=t("accuracy, masi, jaccard or negative rmse (default: accuracy; of sets masi)."))
    ] = None,
    scale: Annotated[
        str | None, typer.Option(help=t("nominal, ordinal or sets (default: the task's, or nominal)."))
    ] = None,
    least_units: Annotated[int, typer.Option(min=2, help=t("Rows that a person must have labelled."))] = 30,
    resamples: options.Resamples = 1000,
    seed: options.Seed = 20250101,
    as_json: options.AsJson = False,
) -> None:
    """May a judge's or classifier's labels be used where people's were? The alternative annotator test."""
    from axiometer.analyze.options import AnalysisOptions
    from axiometer.analyze.people import AltTestOptions, LabelScale, Ratings, Score
    from axiometer.analyze.people import alt_test as tested
    from axiometer.annotate.agreeing import said_at
    from axiometer.annotate.judging import judge_labels, of_units

    said = said_at(labels, None if scale is None else member(LabelScale, scale, "--scale"))
    found = judge_labels(judge or labels)
    ratings = Ratings.of(said.labels, said.scale, categories=said.categories, clusters=said.clusters)
    how = AltTestOptions(
        epsilon=epsilon, score=None if score is None else member(Score, score, "--score"), least_units=least_units
    )
    judged = of_units(found, labels, ratings.units, sets=said.scale is LabelScale.SETS)
    result = tested(ratings, judged, how, AnalysisOptions(seed=seed, resamples=resamples))
    if as_json:
        say_json({**_fields(result), "persons": result.persons.to_dicts(), "verdicts_differ": found.differ})
        return
    _say_test(result, found.differ)


def _fields(result: AltTest) -> dict[str, object]:
    names = (
        "score", "epsilon", "raters", "judged", "not_judged", "omega", "rho", "rho_low", "rho_high", "rho_why_not",
        "omega_clustered", "passes", "why_not",
    )  # fmt: skip
    return {name: getattr(result, name) for name in names}


def _say_test(result: AltTest, differ: int) -> None:
    clustered = result.omega_clustered is not None
    more = ["p, sources shared"] if clustered else []
    say_table(
        ["rater", "rows", "judge as good", "person as good", "p adjusted", *more, "judge preferred"],
        [
            [
                row["rater"],
                row["units"],
                row["judge_as_good"],
                row["person_as_good"],
                row["p_adjusted"],
                *([row["p_clustered_adjusted"]] if clustered else []),
                _word(row["wins"]),
            ]
            for row in result.persons.iter_rows(named=True)
        ],
        title=t("Each person left out: the judge and the person, scored against the others"),
    )
    if result.not_judged:
        say(t("{n} rows of two people or more have no label of the judge", n=result.not_judged))
    if differ:
        say(t("its two verdicts differ on {n} answers: the one on the first order counts", n=differ))
    if result.passes is None:
        say(t("no verdict: {why}", why=reason(str(result.why_not))))
        return
    say(t("winning rate {omega}, epsilon {epsilon}", omega=_share(result.omega), epsilon=f"{result.epsilon:g}"))
    few = sum(row["test"] == "exact" for row in result.persons.iter_rows(named=True))
    if few:
        say(t("an exact test in the place of Student's t for {n} raters with fewer than 30 rows", n=few))
    if clustered:
        say(t("winning rate with shared sources counted once: {omega}", omega=_share(result.omega_clustered)))
    interval = _interval(result.rho_low, result.rho_high, result.rho_why_not)
    say(t("advantage probability {rho} ({interval})", rho=_share(result.rho), interval=interval))
    if result.passes:
        say(t("passes: its labels are as near to these people's as theirs are to each other's, epsilon granted"))
    else:
        say(t("does not pass: it is not shown that its labels are as near to these people's as theirs to each other's"))
    say(t("This does not say that its errors cancel out: shares still need people's labels (annotate sheet)."))


def people(
    runs: Annotated[list[Path], typer.Argument(help=t("Runs of models and of people, on the same items."))],
    ordered: Annotated[
        bool, typer.Option("--ordered", help=t("Options are steps of a scale, in order (Wasserstein distance)."))
    ] = False,
    draws: Annotated[int, typer.Option(min=10, help=t("Random draws behind what sampling makes of distances."))] = 200,
    resamples: options.Resamples = 1000,
    seed: options.Seed = 20250101,
    as_json: options.AsJson = False,
) -> None:
    """How far models answer as people do: agreement beside people's own with each other, and distances."""
    from axiometer.analyze.correction.uncorrected import uncorrected_in
    from axiometer.analyze.options import AnalysisOptions
    from axiometer.analyze.people import DistanceOptions, people_agreement, people_distance

    items, answers = _together(runs)
    how = AnalysisOptions(seed=seed, resamples=resamples)
    agreed = people_agreement(items, answers, how)
    apart = people_distance(items, answers, DistanceOptions(ordered=ordered, draws=draws), how)
    if as_json:
        tables = {"agreement": agreed, "distance": apart.summary, "items": apart.items}
        resting = uncorrected_in("people_agreement", agreed)
        say_json({**{name: table.to_dicts() for name, table in tables.items()}, "uncorrected": list(resting)})
        return
    if agreed.is_empty() and apart.summary.is_empty():
        raise InputError("no item was answered by people and by another", mend="give runs of the same items")
    _say_agreement(agreed)
    _say_distance(apart.summary)
    resting = uncorrected_in("people_agreement", agreed)
    if resting:
        say(t("uncorrected, as the judge read free answers: {tables}", tables=", ".join(resting)))


def _together(runs: Sequence[Path]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Items and answers of all runs; a respondent that stands in several has its run's name beside its own."""
    import polars as pl

    from axiometer.analyze.coded.catalogue import ITEM_COLUMNS
    from axiometer.analyze.coded.presentations import ANSWER_COLUMNS
    from axiometer.measure.reading import open_run

    read = [open_run(folder, texts=False) for folder in runs]
    names = [name for run in read for name in run.answers["model"].unique()]
    items, answers = [], []
    for run in read:
        items.append(run.items.select(ITEM_COLUMNS))
        own = run.answers.select(ANSWER_COLUMNS)
        several = [name for name in own["model"].unique() if names.count(name) > 1]
        named = {name: f"{name} ({run.folder.name})" for name in several}
        answers.append(own.with_columns(pl.col("model").replace(named)))
    return pl.concat(items).unique("id", keep="first", maintain_order=True), pl.concat(answers)


def _say_agreement(agreed: pl.DataFrame) -> None:
    say_table(
        ["people", "respondent", "mode", "measure", "items", "persons", "agrees with people", "95 % interval",
         "people with each other", "difference", "95 % interval"],
        [
            [
                *(row[name] for name in ("people", "model")),
                t(row["mode"]),
                t(row["measure"]),
                row["items"],
                row["persons"],
                row["estimate"],
                _of(row, "estimate"),
                row["ceiling"],
                row["difference"],
                _of(row, "difference"),
            ]
            for row in agreed.iter_rows(named=True)
        ],
        title=t("Agreement with people, beside that of one person with the others"),
    )  # fmt: skip


def _say_distance(summary: pl.DataFrame) -> None:
    say_table(
        ["people", "respondent", "mode", "measure", "items", "distance", "95 % interval", "if drawn alike", "excess",
         "chance if alike", "halves of people"],
        [
            [
                *(row[name] for name in ("people", "model")),
                t(row["mode"]),
                t(row["measure"]),
                row["items"],
                row["estimate"],
                _interval(row["low"], row["high"], row["why_not"]),
                row["alike"],
                row["excess"],
                row["p_alike"],
                row["people_halves"],
            ]
            for row in summary.iter_rows(named=True)
        ],
        title=t("Distance of distributions over options, beside what sampling alone makes of it"),
    )  # fmt: skip


def _of(row: Row, name: str) -> str:
    return _interval(row[f"{name}_low"], row[f"{name}_high"], row[f"{name}_why_not"])


def _interval(low: float | None, high: float | None, why_not: str | None) -> str:
    if low is None or high is None:
        return reason(why_not) if why_not else "-"
    return f"{low:.3f} - {high:.3f}"


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def _word(value: bool | None) -> str:
    return "-" if value is None else t("yes") if value else t("no")
