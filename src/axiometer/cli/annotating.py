"""`axiometer annotate`: labels by people, and judges put to answers whose labels are known."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from axiometer.cli import annotating_agreement, annotating_projects, options
from axiometer.cli.console import progress_display, say, say_json, say_table
from axiometer.cli.designs import parts
from axiometer.cli.usage import Verbs
from axiometer.errors import InputError
from axiometer.messages import t

if TYPE_CHECKING:
    from axiometer.annotate.screening import Rate, ScreenedLanguage, Screening

app = typer.Typer(cls=Verbs, rich_markup_mode=None)

Task = Annotated[
    str | None, typer.Option(help=t("What people say of an answer: judged, or expressed (where no judge read it)."))
]
FrameworkName = Annotated[
    str | None, typer.Option("--framework", help=t("Framework of the values (default: those of the run's profile)."))
]
Level = Annotated[str | None, typer.Option(help=t("Level of the framework whose values are asked about."))]

SAID = ("s", "rs", "both", "neither", "unreadable")


app.command("start", help=t("Begin a project: rows drawn, and shared out among raters."))(annotating_projects.start)


@app.command(
    "sheet", help=t("Write a project's sheets, one a rater; or draw a run's free answers for people to label.")
)
def sheet(
    run: Annotated[Path, typer.Argument(help=t("Folder of a project, or of a run."))],
    output: options.Output,
    n: Annotated[int, typer.Option("-n", "--rows", min=1, help=t("How many answers to draw."))] = 100,
    lang: options.Lang = None,
    seed: options.Seed = 0,
    task: Task = None,
    framework: FrameworkName = None,
    level: Level = None,
    csv: Annotated[bool, typer.Option("--csv", help=t("Of a project: sheets as .csv instead of .xlsx."))] = False,
    as_json: options.AsJson = False,
) -> None:
    """A CSV or XLSX file with an empty column `label`, to write 1, 2, both, neither or refused; or, of answers that no
    judge read, with a column for each value, to mark those that the answer expresses."""
    if not run.is_dir():
        raise InputError("no such folder", file=run)
    if annotating_projects.is_project(run):
        annotating_projects.sheets(run, output, ".csv" if csv else ".xlsx", as_json)
        return
    from axiometer.annotate.sheets import write_sheet
    from axiometer.frameworks.load import path_of
    from axiometer.measure.labels import EXPRESSED, SAMPLED

    if task is not None and task not in SAMPLED:
        known = ", ".join(SAMPLED)
        raise InputError("{option} {text}", mend="one of {known}", option="--task", text=task, known=known)
    file = None if framework is None else path_of(framework)
    langs = parts(lang) or None
    drawn = write_sheet(run, n, output, seed=seed, langs=langs, task=task, framework=file, level=level)
    if as_json:
        strata = [
            {"lang": lang, "model": model, "drawn": k, "of": drawn.of[lang, model]}
            for (lang, model), k in drawn.drawn.items()
        ]
        say_json({"sheet": drawn.id, "file": str(output), "rows": drawn.rows, "strata": strata})
        return
    say(t("{n} rows in {file}", n=drawn.rows, file=output))
    say_table(
        ["language", "respondent", "drawn", "of"],
        [[lang, model, k, drawn.of[lang, model]] for (lang, model), k in drawn.drawn.items()],
    )
    if drawn.task == EXPRESSED:
        say(t("Mark with x every value that an answer expresses, or `none`. A copy of the file for each person."))
    else:
        say(t("Fill in the column `label`: 1, 2, both, neither or refused. A copy of the file for each person."))
    say(t("Next: axiometer annotate import {folder} {file}", folder=run, file=output))


@app.command("import", help=t("Read a filled-in sheet back into its project or run."))
def import_(
    run: Annotated[Path, typer.Argument(help=t("Folder of a project, or of a run."))],
    file: Annotated[Path, typer.Argument(help=t("The sheet as a person filled it in (.csv or .xlsx)."))],
    rater: Annotated[str | None, typer.Option(help=t("A name for the person (default: the file's)."))] = None,
    as_json: options.AsJson = False,
) -> None:
    if not run.is_dir():
        raise InputError("no such folder", file=run)
    if annotating_projects.is_project(run):
        annotating_projects.import_sheet(run, file, rater, as_json)
        return
    from axiometer.annotate.labels import import_labels
    from axiometer.measure.labels import EXPRESSED

    done = import_labels(run, file, rater)
    if as_json:
        say_json({"rater": done.rater, "labels": done.labels, "empty": done.empty, "changed": done.changed})
        return
    say(t("{n} labels of {rater} in {folder}", n=done.labels, rater=done.rater, folder=run))
    if done.empty:
        say(t("{n} rows without a label were left out", n=done.empty))
    if done.changed:
        say(t("{n} labels of an earlier file were replaced by others", n=done.changed))
    if done.task == EXPRESSED:
        say(t("Next: axiometer express profile {folder}, which corrects the shares by them", folder=run))
    else:
        say(t("Next: axiometer analyze {folder}, which corrects the judged shares by them", folder=run))


app.command("label-studio", help=t("A project as files for Label Studio, and its annotations back."))(
    annotating_projects.label_studio
)
app.command("agreement", help=t("How far raters agree, who missed attention checks, what they say together."))(
    annotating_agreement.agreement
)
app.command("export", help=t("A project's labels as a table, as answers of people, or into the run they are about."))(
    annotating_projects.export
)
app.command("withdraw", help=t("Delete what a rater gave, or everything when its time is over."))(
    annotating_projects.withdraw
)


@app.command("screen", help=t("Put a judge to answers written for this project whose labels are known."))
def screen(
    model: Annotated[str, typer.Option("--model", "-m", help=t("The judge as provider/name."))],
    output: options.Output,
    lang: options.Lang = None,
    models: options.ModelsFile = None,
    concurrency: options.Concurrency = None,
    max_calls: options.MaxCalls = None,
    max_usd: options.MaxUsd = None,
    as_json: options.AsJson = False,
) -> None:
    """It screens judges and never corrects an estimate: a run's own answers need labels of their own."""
    from axiometer.annotate.screening import screen_judge
    from axiometer.cli.respondents import Wanted, judge_of
    from axiometer.starter.judged import LANGUAGES

    said = Wanted(concurrency=concurrency, max_calls=max_calls, max_usd=max_usd, models_file=models)
    screened = screen_judge(judge_of(model, said), output, parts(lang) or LANGUAGES, progress_display())
    if as_json:
        say_json({"judge": screened.judge, "calls": screened.calls, "languages": [*map(_as_json, screened.languages)]})
        return
    _say(screened)
    say(t("every call: {file}", file=output / "screened.parquet"))


def _as_json(each: ScreenedLanguage) -> dict[str, object]:
    rates = {"right": each.right, "flipped": each.flipped, "alike": each.alike}
    told = {name: {"share": r.share, "low": r.low, "high": r.high, "n": r.n} for name, r in rates.items()}
    kinds = {kind: rate.share for kind, rate in each.by_kind.items()}
    confusion = [{"label": label, "said": said, "n": n} for (label, said), n in sorted(each.confusion.items())]
    return {"lang": each.lang, **told, "by_kind": kinds, "confusion": confusion}


def _say(screened: Screening) -> None:
    say_table(
        ["language", "answers", "as labelled", "other side", "same in both orders"],
        [
            [each.lang, each.right.n, _rate(each.right), _rate(each.flipped), _rate(each.alike)]
            for each in screened.languages
        ],
        title=t("{judge} on answers with known labels, shares with 95 % intervals", judge=screened.judge),
    )
    labels = list(dict.fromkeys(label for each in screened.languages for label, _ in each.confusion))
    say_table(
        ["language", "label", *SAID],
        [
            [each.lang, label, *(each.confusion.get((label, said), 0) for said in SAID)]
            for each in screened.languages
            for label in labels
        ],
        title=t("What it said of each label (calls; a refusal should be `neither`)"),
    )
    kinds = list(dict.fromkeys(kind for each in screened.languages for kind in each.by_kind))
    say_table(
        ["kind of answer", *(each.lang for each in screened.languages)],
        [[t(kind), *(_share(each.by_kind.get(kind)) for each in screened.languages)] for kind in kinds],
        title=t("As labelled, by kind of answer"),
    )
    say(t("This screens a judge. It corrects no estimate: for that, label answers of the run (annotate sheet)."))


def _rate(rate: Rate) -> str:
    return f"{rate.share:.0%} ({rate.low:.0%} - {rate.high:.0%})"


def _share(rate: Rate | None) -> str:
    return "-" if rate is None else f"{rate.share:.0%}"
