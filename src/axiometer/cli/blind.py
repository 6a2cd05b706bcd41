"""`axiometer build blind`: what a run over items without their question tells, and items that are marked for it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from axiometer.cli import options
from axiometer.cli.console import say, say_json, say_table
from axiometer.errors import InputError
from axiometer.messages import t

if TYPE_CHECKING:
    from axiometer.build.statements.triples.blind import Accuracy
    from axiometer.build.statements.triples.solving import BlindShare

_SEES: Final = {"by_form": "form alone", "by_characters": "characters"}


def blind(
    run: Annotated[Path, typer.Argument(help=t("Run over items in the forms `origin` or `blind`."))],
    items: Annotated[Path | None, typer.Option(help=t("Items to mark where the run tells their statement."))] = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", help=t("The marked items."))] = None,
    as_json: options.AsJson = False,
) -> None:
    """Says how often respondents that do not see the question name the published statement."""
    from axiometer.build.statements.triples.solving import blind_run, marked
    from axiometer.measure.reading import open_run
    from axiometer.records.rows import Item
    from axiometer.records.schemas import to_rows
    from axiometer.records.tables import read_items, write_rows

    if (items is None) is not (output is None):
        raise InputError("items to mark need a file for the marked ones", mend="give both --items and -o")
    opened = open_run(run)
    found = blind_run(list(to_rows(opened.items, Item)), opened.answers)
    if items is not None and output is not None:
        write_rows(marked(read_items(items), found.solved), Item, output)
    if as_json:
        shares = [asdict(each) for each in found.shares]
        say_json({"shares": shares, "asked": found.asked, "solved": sorted(found.solved), "output": output})
        return
    columns = ["model", "form", "language", "items", "issues", "names S", "95 %"]
    rows = [
        [each.model, each.form, each.lang, each.items, each.groups, f"{each.share:.2f}", _ends(each)]
        for each in found.shares
    ]
    say_table(columns, rows, title=t("How often the published side (S) is named without the question"))
    said = "every respondent names S for {solved} of {asked} statements each time, and its reverse for {mistaken}"
    say(t(said, solved=len(found.solved), asked=found.asked, mistaken=len(found.mistaken)))
    if output is not None:
        say(t("marked items: {file}", file=output))


def say_style(accuracies: Iterable[Accuracy]) -> None:
    """How often style alone tells the published side; one half is chance."""
    rows = [
        [each.form, _SEES[each.judge], each.lang, each.pairs, each.groups, f"{each.accuracy:.2f}", _ends(each)]
        for each in accuracies
    ]
    if rows:
        title = t("How often a classifier that sees no question tells the published side (chance: 0.50)")
        say_table(["form", "sees", "language", "pairs", "issues", "right", "95 %"], rows, title=title)


def _ends(each: Accuracy | BlindShare) -> str:
    return "-" if each.low is None or each.high is None else f"{each.low:.2f} {each.high:.2f}"
