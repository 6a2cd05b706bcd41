"""`axiometer express profile`: which values models express when they answer open questions."""

# ruff: noqa: ARG001 -- options are read through the context, so that a file can fill them

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from axiometer.cli import expressing_options as common
from axiometer.cli import options
from axiometer.cli.configuration import configured
from axiometer.cli.console import progress_display, say, say_json, say_table
from axiometer.cli.expressing_score import Polarity, Window
from axiometer.errors import InputError
from axiometer.messages import language, t

if TYPE_CHECKING:
    from axiometer.expression.folder import Opened
    from axiometer.expression.profile import Profile
    from axiometer.expression.profile.making import ProfileOptions
    from axiometer.measure.plan import Plan

ABREAST: Final = 4
"""So many models are shown with intervals side by side; of more, shares alone."""

TOLD_APART: Final = 10
CLEAR: Final = 0.05

Questions = Annotated[
    Path | None,
    typer.Argument(help=t("Questions (any table, items, or `starter`), or the folder of a run with free answers.")),
]
Output = Annotated[Path | None, typer.Option("--output", "-o", help=t("Folder of the run."))]
Classifier = Annotated[
    str, typer.Option(help=t("Classifier: a folder of `express train`, or the name of one that comes along."))
]
Repeats = Annotated[int, typer.Option(min=1, help=t("How often each question is asked."))]
Transported = Annotated[
    bool,
    typer.Option("--transported", help=t("Correct by the classifier's errors on its validation texts (unverified).")),
]
Validation = Annotated[
    Path | None, typer.Option(help=t("Correct by its errors in this folder of `express evaluate` (unverified)."))
]


def profile(
    context: typer.Context,
    questions: Questions = None,
    model: options.Model = None,
    output: Output = None,
    classifier: Classifier = "default",
    framework: common.FrameworkName = None,
    mapping: common.MapFile = None,
    lang: options.Lang = None,
    repeats: Repeats = 1,
    limit: options.Limit = None,
    seed: options.Seed = 0,
    transported: Transported = False,
    validation: Validation = None,
    window: Window = 800,
    polarity: Polarity = True,
    resamples: options.Resamples = 1000,
    config: options.Config = None,
    models: options.ModelsFile = None,
    temperature: options.Temperature = None,
    top_p: options.TopP = None,
    max_tokens: options.MaxTokens = None,
    system: options.System = None,
    reasoning: options.Reasoning = None,
    concurrency: options.Concurrency = None,
    max_calls: options.MaxCalls = None,
    max_usd: options.MaxUsd = None,
    dry_run: options.DryRun = False,
    as_json: options.AsJson = False,
) -> None:
    """Asks open questions and profiles the answers; `express profile RUN` profiles answers that are there. The same
    command goes on where it stopped."""
    given = configured(context, config)
    run = _run_in(given)
    opened = common.opened_classifier(str(given["classifier"]), given)
    if run is None:
        from axiometer.cli.measuring import say_dry_run

        plan = _plan(given)
        if given["dry_run"]:
            say_dry_run(plan, bool(given["as_json"]))
            return
        run = _asked(plan, given)
    elif given["dry_run"]:
        raise InputError("--dry-run: a run's answers are there, nothing would be asked")
    made, pages = _made(run, opened, given)
    if given["as_json"]:
        say_json(_as_json(made, run, pages))
    else:
        _say(made, run, pages)


def _run_in(given: Mapping[str, Any]) -> Path | None:
    """The run that the first word names; None where it names questions."""
    from axiometer.measure.specification import FILE

    if given["questions"] is None:
        raise InputError("no questions", mend="name a table of questions, `starter`, or the folder of a run")
    folder = Path(given["questions"])
    if not (folder / FILE).is_file():
        return None
    if given["model"]:
        raise InputError("a run has its respondents already", file=folder, mend="leave out -m, or give questions")
    if given["output"] is not None and Path(given["output"]).resolve() != folder.resolve():
        raise InputError("the profile of a run lies in the run's folder", file=folder, mend="leave out -o")
    return folder


def _plan(given: dict[str, Any]) -> Plan:
    from axiometer.cli.measuring import langs_of
    from axiometer.cli.respondents import respondents, wanted
    from axiometer.cli.starter import questions_path
    from axiometer.measure.design import Design, Orders
    from axiometer.measure.run import MeasureOptions, plan_run
    from axiometer.records.rows import Mode

    design = Design(
        mode=Mode.FREE,
        orders=Orders.ONE,
        repeats=given["repeats"],
        langs=langs_of(given["lang"]),
        free_tokens=given["max_tokens"],
    )
    people = respondents(given["model"] or [], wanted(given))
    path = questions_path(given["questions"])
    own = [Path(given["framework"])] if given["framework"] and Path(given["framework"]).is_file() else []
    chosen = MeasureOptions(limit=given["limit"], seed=given["seed"])
    return plan_run(path, people, design, chosen, own)


def _asked(plan: Plan, given: Mapping[str, Any]) -> Path:
    from axiometer.measure.run import run_plan

    if given["output"] is None:
        raise InputError("no folder for the run", mend="name one with -o runs/NAME")
    return run_plan(plan, Path(given["output"]), progress_display()).folder


def _made(run: Path, opened: Opened, given: Mapping[str, Any]) -> tuple[Profile, list[Path]]:
    from axiometer.expression.profile.making import make_profile
    from axiometer.expression.profile.profile import FOLDER
    from axiometer.measure.reading import open_free_run
    from axiometer.report.expressed import write_profile_page
    from axiometer.runtime.lock import only_process

    own = Path(given["framework"]) if given["framework"] and Path(given["framework"]).is_file() else None
    progress = progress_display()
    try:
        with only_process(run):
            made = make_profile(open_free_run(run), opened, _options(given), progress, framework_file=own)
            pages = write_profile_page(made, run / FOLDER)
    finally:
        progress.close()
    return made, pages


def _options(given: Mapping[str, Any]) -> ProfileOptions:
    from axiometer.expression.profile.making import ProfileOptions

    return ProfileOptions(
        window=int(given["window"]),
        polarity=bool(given["polarity"]),
        transported=bool(given["transported"]),
        validation=None if given["validation"] is None else Path(given["validation"]),
        resamples=int(given["resamples"]),
    )


def _as_json(made: Profile, run: Path, pages: Sequence[Path]) -> dict[str, object]:
    return {
        "run": str(run),
        "pages": [str(page) for page in pages],
        **made.summary,
        "shares": made.shares.to_dicts(),
        "differences": made.differences.to_dicts(),
        "outcomes": made.outcomes.to_dicts(),
    }


def _say(made: Profile, run: Path, pages: Sequence[Path]) -> None:
    counts, correction = made.summary["counts"], made.summary["correction"]
    said = "{answers} answers to {questions} questions, {read} of them read by {classifier}"
    say(t(said, **counts, classifier=made.summary["classifier"]["name"]))
    say(_state(correction))
    for note in made.summary["notes"]:
        say(note)
    _say_shares(made)
    _say_ends(made)
    _say_differences(made)
    if correction.get("beyond"):
        said = "{n} of {of} corrected shares lie at or beyond 0 or 100 %: a sign of other errors here than there"
        say(t(said, n=correction["beyond"], of=correction["shares"]))
    for page in pages:
        say(t("the page: {path}", path=page.resolve()))
    if correction["state"] != "corrected":
        say(t("To correct them: axiometer annotate sheet {folder} -n 100 -o sheet.xlsx", folder=run))


def _state(correction: Mapping[str, Any]) -> str:
    """Whether shares are corrected, and by what."""
    if correction["state"] == "corrected":
        said = "corrected from {labels} answers that people labelled ({raters} raters)"
        return t(said, labels=correction["labels"], raters=correction["raters"])
    if correction["state"] == "transported":
        said = "transported, unverified: corrected by the classifier's errors on {texts} texts ({source})"
        return t(said, texts=correction["texts"], source=correction["source"])
    return t("uncorrected: shares are as the classifier says them, errors and all")


def _say_shares(made: Profile) -> None:
    corrects = made.summary["correction"]["state"] != "uncorrected"
    columns = [list(_column(made, model, corrects)) for model in made.models]
    names = [made.framework.name(value, language()) for value in made.values]
    say_table(
        ["value", *made.models],
        [[name, *(column[place] for column in columns)] for place, name in enumerate(names)],
        title=t("Share of answers expressing each value, corrected for errors")
        if corrects
        else t("Share of answers expressing each value"),
    )


def _column(made: Profile, model: str, corrects: bool) -> Iterator[str]:
    own = {row["value"]: row for row in made.shares_of(model).iter_rows(named=True)}
    estimate, low, high = ("corrected", "corrected_low", "corrected_high") if corrects else ("share", "low", "high")
    for value in made.values:
        row = own[value]
        if row[estimate] is None:
            yield "-"
        elif row[low] is None or len(made.models) > ABREAST:
            yield f"{row[estimate]:.3f}"
        else:
            yield f"{row[estimate]:.3f} ({row[low]:.3f}-{row[high]:.3f})"


def _say_ends(made: Profile) -> None:
    from axiometer.expression.profile.ends import lengths_of

    whole = made.outcomes.filter(made.outcomes["lang"] == "all")
    say_table(
        [
            *("respondent", "asked", "not recorded", "read", "refused", "cut", "characters"),
            *("out of domain", "shift", "shift by chance"),
        ],
        [
            [
                row["model"],
                row["asked"],
                row["not_recorded"],
                row["chosen"],
                row["refused"],
                row["truncated"],
                None if row["mean_characters"] is None else round(row["mean_characters"]),
                row["far_share"],
                made.summary["shift"][row["model"]]["shift"],
                made.summary["shift"][row["model"]]["by_chance"],
            ]
            for row in whole.iter_rows(named=True)
        ],
    )
    lengths = lengths_of(made.outcomes)
    if lengths is not None and lengths.unlike:
        said = "answers of {long} are {ratio} times as long as those of {short}: longer ones express more"
        say(t(said, long=lengths.longest, short=lengths.shortest, ratio=f"{lengths.high / lengths.low:.1f}"))


def _say_differences(made: Profile) -> None:
    """The clearest differences between models."""
    corrects = made.summary["correction"]["state"] != "uncorrected"
    names = ["difference", "low", "high", "p_adjusted"]
    if corrects:
        names = ["corrected", "corrected_low", "corrected_high", "corrected_p_adjusted"]
    own = made.differences.filter((made.differences["kind"] == "expressed") & (made.differences[names[3]] < CLEAR))
    if len(made.models) < 2:
        return
    say(t("{n} differences between models have an adjusted p below {level}", n=own.height, level=CLEAR))
    if own.is_empty():
        return
    say_table(
        ["models", "value", "questions", "difference", "95 % interval", "p, adjusted"],
        [
            [
                t("{one} minus {other}", one=row["model_a"], other=row["model_b"]),
                made.framework.name(row["value"], language()),
                row["questions"],
                row[names[0]],
                t("{low} to {high}", low=f"{row[names[1]]:.3f}", high=f"{row[names[2]]:.3f}"),
                f"{row[names[3]]:.3f}" if row[names[3]] >= 0.0005 else "< 0.001",
            ]
            for row in own.sort(names[3]).head(TOLD_APART).iter_rows(named=True)
        ],
    )
