"""`axiometer express score`: a classifier applied to texts of any number."""

# ruff: noqa: ARG001 -- options are read through the context, so that a file can fill them

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from axiometer.cli import expressing_options as common
from axiometer.cli import expressing_transformer as transformer
from axiometer.cli import options
from axiometer.cli.configuration import configured
from axiometer.cli.console import progress_display, say, say_json, say_table
from axiometer.cli.workers import workers
from axiometer.errors import InputError
from axiometer.messages import language, t

if TYPE_CHECKING:
    from axiometer.expression.scoring import FileSummary, ScoreSummary
    from axiometer.frameworks import Framework

FILES: Final = 20
"""So many files are shown; all that have a summary are in `scores.json`."""

Sources = Annotated[
    list[str] | None,
    typer.Argument(help=t("A classifier (folder or name; `default` if left out), and texts: files, folders, globs.")),
]
Output = Annotated[Path | None, typer.Option("--output", "-o", help=t("Folder of the scores."))]
IdColumn = Annotated[str | None, typer.Option(help=t("Column that names the texts (default: file and row)."))]
Lines = Annotated[bool, typer.Option("--lines", help=t("Every line of a text file is a text."))]
Limit = Annotated[int | None, typer.Option(min=1, help=t("Read only that many rows."))]
Window = Annotated[int, typer.Option(min=40, help=t("Characters of a window; longer texts are cut at sentences."))]
Polarity = Annotated[
    bool, typer.Option("--polarity/--no-polarity", help=t("Tell whether a text endorses or opposes what it expresses."))
]


def score(
    context: typer.Context,
    sources: Sources = None,
    output: Output = None,
    framework: common.FrameworkName = None,
    mapping: common.MapFile = None,
    text_column: common.TextColumn = None,
    id_column: IdColumn = None,
    lines: Lines = False,
    limit: Limit = None,
    window: Window = 800,
    polarity: Polarity = True,
    config: options.Config = None,
    runner: options.RunnerName = "local",
    address: options.Address = None,
    processes: options.Processes = None,
    as_json: options.AsJson = False,
) -> None:
    """`express score`; see `expressing`."""
    _do(configured(context, config))


def _do(given: Mapping[str, Any]) -> None:
    from axiometer.expression.scoring import ScoreOptions, score_texts

    if given["output"] is None:
        raise InputError("no folder for the scores", mend="name one with -o")
    output = Path(given["output"])
    named, texts = _classifier_and_texts(list(given["sources"] or []))
    chosen = ScoreOptions(
        text_column=given["text_column"],
        id_column=given["id_column"],
        lines=bool(given["lines"]),
        limit=given["limit"],
        window=int(given["window"]),
        polarity=bool(given["polarity"]),
    )
    opened = common.opened_classifier(named, given)
    chosen = transformer.in_parts(opened, chosen)
    progress = progress_display()
    try:
        with workers(transformer.worked_by(opened, given), output) as runner:
            summary = score_texts(
                opened,
                named,
                texts,
                output,
                chosen,
                runner,
                progress,
                framework=given["framework"],
                mapping=None if given["mapping"] is None else Path(given["mapping"]),
            )
    finally:
        progress.close()
    if given["as_json"]:
        say_json(summary.as_json())
    else:
        _say(summary, opened.framework, output)


def _classifier_and_texts(sources: list[str]) -> tuple[str, list[str]]:
    """The first word is a classifier if it is the name of one, or a folder that holds one."""
    from axiometer.expression.card import FILE
    from axiometer.expression.folder import DEFAULT, shipped_classifiers

    named = DEFAULT
    if sources and (sources[0] in ("default", *shipped_classifiers()) or (Path(sources[0]) / FILE).is_file()):
        named, sources = sources[0], sources[1:]
    if not sources:
        raise InputError("no texts to score", mend="name files or folders")
    return (DEFAULT if named == "default" else named), sources


def _say(summary: ScoreSummary, framework: Framework, output: Path) -> None:
    account = summary.account
    said = "{kept} of {rows} texts scored in {windows} windows, by {classifier}"
    say(t(said, kept=account.kept, rows=account.rows, windows=summary.windows, classifier=summary.classifier))
    for counts in (account.dropped, account.failed):
        for reason, count in counts.items():
            say(f"  {t(reason)}: {count}")
    for note in summary.notes:
        say(note)
    if summary.whole.texts:
        _say_values(summary, framework)
        say(t("uncorrected: shares are as the classifier says them, errors and all"))
        _say_files((summary.whole, *summary.files[:FILES]))
    say(t("the scores: {folder}", folder=output.resolve()))


def _say_values(summary: ScoreSummary, framework: Framework) -> None:
    whole = summary.whole
    kinds = [("expressed", whole.expressed), ("endorsed", whole.endorsed), ("opposed", whole.opposed)]
    shown = [(name, shares) for name, shares in kinds if shares]
    say_table(
        ["value", "mean probability", "in training", *(name for name, _ in shown)],
        [
            [
                framework.name(value, language()),
                whole.predicted[value],
                summary.training.get(value),
                *(shares[value] for _, shares in shown),
            ]
            for value in summary.values
        ],
    )


def _say_files(files: Sequence[FileSummary]) -> None:
    """How far the texts are from those of training; the first row is of all."""
    say_table(
        ["file", "texts", "out of domain", "shift", "shift by chance"],
        [[each.file or t("all"), each.texts, each.far, each.shift, each.by_chance] for each in files],
    )
    say(t("Out of domain: farther from the training texts than 99 in 100 of those are (0.010 is to be expected)."))
