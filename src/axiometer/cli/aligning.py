"""`axiometer align`: preference data from items, a tuned model, and what tuning changed."""

# ruff: noqa: ARG001 -- options are read through the context, so that a file can fill them

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from axiometer.cli import options
from axiometer.cli.configuration import configured
from axiometer.cli.console import say, say_json, say_table
from axiometer.cli.usage import Verbs
from axiometer.errors import InputError
from axiometer.messages import t

if TYPE_CHECKING:
    from axiometer.align.exporting import ExportOptions, ExportSummary

app = typer.Typer(cls=Verbs, rich_markup_mode=None)


@app.command("export", help=t("Items with positions to preference data, split so that nothing leaks."))
def export(
    context: typer.Context,
    items: Annotated[Path | None, typer.Argument(help=t("Table of items, or a folder of parts."))] = None,
    target: Annotated[
        list[str] | None,
        typer.Option("--target", help=t("Position that is to be chosen; repeated: a balanced mix.")),
    ] = None,
    toward: Annotated[
        int, typer.Option(help=t("+1: what expresses the target is chosen; -1: what stands against."))
    ] = 1,
    format_: Annotated[str, typer.Option("--format", help="trl | alpaca | sharegpt")] = "trl",
    style: Annotated[str, typer.Option(help="letters | statement | both")] = "both",
    output: Annotated[Path | None, typer.Option("--output", "-o", help=t("Folder of the data."))] = None,
    wordings: Annotated[int, typer.Option(min=1, help=t("How many wordings of the prompt."))] = 1,
    validation: Annotated[float, typer.Option(help=t("Share of the items to validate with."))] = 0.1,
    held_out: Annotated[float, typer.Option("--held-out", help=t("Share of the items to hold out."))] = 0.3,
    refusal: Annotated[float, typer.Option(help=t("Refusal controls, as a share of the preferences of items."))] = 0.1,
    neutrality: Annotated[float, typer.Option(help=t("Neutrality controls, likewise."))] = 0.1,
    with_solved: Annotated[
        bool, typer.Option("--with-solved", help=t("Take items, too, whose style alone tells the sides apart."))
    ] = False,
    seed: options.Seed = 0,
    config: options.Config = None,
    as_json: options.AsJson = False,
) -> None:
    """`align export`; see `Verbs`."""
    given = configured(context, config)
    if given["items"] is None:
        raise InputError("no items", mend="name a table of items")
    if given["output"] is None:
        raise InputError("no folder for the data", mend="name one with -o align/NAME")
    from axiometer.align.exporting import export_preferences

    summary = export_preferences(Path(given["items"]), _export_options(given), Path(given["output"]))
    if given["as_json"]:
        say_json(asdict(summary))
    else:
        _say_export(summary)


def _export_options(given: Mapping[str, Any]) -> ExportOptions:
    from axiometer.align.exporting import ExportOptions
    from axiometer.align.formats import Format
    from axiometer.align.preferences import Style
    from axiometer.align.splitting import Shares
    from axiometer.cli.designs import member

    return ExportOptions(
        targets=tuple(given["target"] or ()),
        toward=given["toward"],
        format=member(Format, given["format_"], "--format"),
        style=member(Style, given["style"], "--style"),
        wordings=given["wordings"],
        shares=Shares(given["validation"], given["held_out"]),
        refusal=given["refusal"],
        neutrality=given["neutrality"],
        with_solved=bool(given["with_solved"]),
        seed=given["seed"],
    )


def _say_export(summary: ExportSummary) -> None:
    from axiometer.align.splitting import ENOUGH, Part

    say_table(
        ["part", "items", "groups", "preferences"],
        [[t(part), n, summary.groups[part], summary.preferences.get(part)] for part, n in summary.items.items()],
        title=", ".join(target.words for target in summary.targets),
    )
    for kind, n in summary.controls.items():
        say(t("{where}: {what}", where=t(f"{kind} controls"), what=n))
    for reason, n in summary.left_out.items():
        say(t("{where}: {what}", where=t(reason), what=n))
    if summary.groups[Part.HELD_OUT] < ENOUGH:
        said = "only {n} groups are held out: below {enough} no interval is given"
        say(t(said, n=summary.groups[Part.HELD_OUT], enough=ENOUGH))
    say(t("Next: axiometer align train {folder} -m hf/MODEL -o models/NAME", folder=summary.folder))
