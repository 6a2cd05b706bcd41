"""`axiometer report`: runs to a page."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, cast, get_args

import typer

from axiometer.cli import options
from axiometer.cli.console import say
from axiometer.errors import InputError
from axiometer.messages import Language, language, t


def report(
    runs: Annotated[list[Path], typer.Argument(help=t("Folders of runs or scenes, shown side by side."))],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help=t("Page to write (default: report.html in the first run)."))
    ] = None,
    lang: Annotated[str | None, typer.Option(help=t("Language of the page: en or zh."))] = None,
    items: Annotated[int, typer.Option(min=0, help=t("How many items the page holds at most."))] = 2_000,
    with_figures: Annotated[
        bool | None,
        typer.Option(
            "--figures/--no-figures",
            help=t("Write every chart as SVG and PNG beside the page (default: where the page is in a run's folder)."),
        ),
    ] = None,
    seed: options.Seed = 0,
) -> None:
    """Writes one self-contained page; runs that are not analysed yet are analysed first."""
    page = output or runs[0] / "report.html"
    if page.suffix not in (".html", ".htm"):
        raise InputError("must end in .html", file=page)
    chosen = language_of(lang)
    own_folder = page.parent.resolve() in [run.resolve() for run in runs]
    with_them = with_figures if with_figures is not None else own_folder
    from axiometer.expression.evaluation import holds_evaluation

    if any(holds_evaluation(run) for run in runs):
        _report_classifiers(runs, page, chosen, with_them)
        return
    from axiometer.report import figures, opened
    from axiometer.report import report as write_report

    views = [opened(run, seed) for run in runs]
    path = write_report(views, page, lang=chosen, limit_items=items, seed=seed)
    if with_them:
        written = figures(views, page.parent / "figures", lang=chosen)
        say(t("{n} figures in {folder}", n=len(written), folder=page.parent / "figures"))
    say(t("the report: {path}", path=path.resolve()))


def _report_classifiers(runs: list[Path], page: Path, lang: Language, with_figures: bool) -> None:
    """The page of an evaluation of classifiers, which stands alone."""
    from axiometer.report.classifier_views import load_classifiers
    from axiometer.report.classifiers import classifier_figures, classifier_report

    if len(runs) > 1:
        raise InputError(
            "an evaluation of classifiers has a page of its own",
            mend="name its folder alone; `axiometer express evaluate` puts several classifiers side by side",
        )
    view = load_classifiers(runs[0])
    path = classifier_report(view, page, lang=lang)
    if with_figures:
        written = classifier_figures(view, page.parent / "figures", lang=lang)
        say(t("{n} figures in {folder}", n=len(written), folder=page.parent / "figures"))
    say(t("the report: {path}", path=path.resolve()))


def language_of(wanted: str | None) -> Language:
    """The language of a page: the one asked for, else the command line's own."""
    if wanted is None:
        return language()
    for known in get_args(Language):
        if wanted == known:
            return cast(Language, wanted)
    raise InputError("{option} {text}", mend="one of {known}", option="--lang", text=wanted, known="en, zh")
