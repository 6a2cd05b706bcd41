"""`axiometer align`: preference data from items, a tuned model, and what tuning changed."""

# ruff: noqa: ARG001 -- options are read through the context, so that a file can fill them

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
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
    from axiometer.align.training import TrainOptions, TrainSummary

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


@app.command("train", help=t("Tune a model on preference data (DPO with LoRA). The same command goes on."))
def train(
    context: typer.Context,
    data: Annotated[Path | None, typer.Argument(help=t("Folder that `align export` made."))] = None,
    model: Annotated[
        str | None, typer.Option("--model", "-m", help=t("Model to tune: hf/FOLDER, hf/OWNER/NAME or hf/ALIAS."))
    ] = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", help=t("Folder of the tuned model."))] = None,
    control: Annotated[
        bool, typer.Option("--control", help=t("Also tune to the reversed target, into the folder's `control`."))
    ] = False,
    epochs: Annotated[float, typer.Option(help=t("How often all preferences are seen."))] = 3.0,
    learning_rate: Annotated[float, typer.Option("--learning-rate", help=t("Highest learning rate."))] = 3e-4,
    beta: Annotated[float, typer.Option(help=t("How closely the base model is kept to (DPO's beta)."))] = 0.1,
    rank: Annotated[int, typer.Option(help=t("Rank of the adapter."))] = 16,
    batch: Annotated[int, typer.Option(help=t("Preferences in a step."))] = 8,
    longest: Annotated[int, typer.Option(min=16, help=t("Tokens of prompt and answer at most."))] = 512,
    dtype: Annotated[
        str | None, typer.Option(help=t("float32 | bfloat16 (default: what the processor is fastest in)."))
    ] = None,
    merged: Annotated[
        bool, typer.Option("--merged", help=t("Also write the whole model with the adapter in it."))
    ] = False,
    seed: options.Seed = 0,
    config: options.Config = None,
    as_json: options.AsJson = False,
) -> None:
    """`align train`; see `Verbs`."""
    given = configured(context, config)
    for name, what, mend in (
        ("data", "no preference data", "name a folder that `axiometer align export` made"),
        ("model", "no model to tune", "name one with -m, for example -m hf/smollm2-135m"),
        ("output", "no folder for the model", "name one with -o models/NAME"),
    ):
        if given[name] is None:
            raise InputError(what, mend=mend)
    from axiometer.align.training import CONTROL, train

    data, folder, chosen = Path(given["data"]), Path(given["output"]), _train_options(given)
    done = [train(data, _local_name(given["model"]), chosen, folder, _say_step)]
    if given["control"]:
        say(t("The control: chosen and rejected exchanged"))
        reverse = replace(chosen, reverse=True)
        done.append(train(data, _local_name(given["model"]), reverse, folder / CONTROL, _say_step))
    if given["as_json"]:
        say_json([asdict(summary) for summary in done])
    else:
        _say_trained(done)


def _local_name(model: str) -> str:
    """What follows `hf/`; `local/` is understood, too, for the same weights."""
    prefix, _, rest = model.partition("/")
    if prefix not in ("hf", "local") or not rest:
        raise InputError(
            "{name} cannot be tuned here", mend="name it as hf/FOLDER, hf/OWNER/NAME or hf/ALIAS", name=model
        )
    return rest


def _train_options(given: Mapping[str, Any]) -> TrainOptions:
    from axiometer.align.training import TrainOptions

    if given["dtype"] not in (None, "float32", "bfloat16"):
        known = "float32, bfloat16"
        raise InputError("{option} {text}", mend="one of {known}", option="--dtype", text=given["dtype"], known=known)
    names = ("epochs", "learning_rate", "beta", "rank", "batch", "longest", "dtype", "merged", "seed")
    return TrainOptions(**{name: given[name] for name in names})


def _say_step(step: int, total: int, loss: float | None, margin: float | None) -> None:
    if loss is not None:
        numbers = {"loss": f"{loss:.3f}", "margin": "-" if margin is None else f"{margin:.2f}"}
        typer.echo(
            t("step {step} of {total}: loss {loss}, margin {margin}", step=step, total=total, **numbers), err=True
        )


def _say_trained(done: Sequence[TrainSummary]) -> None:
    say_table(
        ["model", "target", "preferences", "steps", "loss", "margin", "accuracy", "on validation", "seconds"],
        [
            [
                f"hf/{each.folder}",
                each.target,
                each.preferences,
                each.steps,
                each.loss,
                each.margin,
                each.accuracy,
                None if each.validation is None else each.validation[1],
                round(each.seconds),
            ]
            for each in done
        ],
    )
    for each in done:
        if each.resumed_at:
            say(t("{folder}: went on from step {n}", folder=each.folder, n=each.resumed_at))
    say(t("Next: axiometer align measure {folder} --data DATA -o runs/NAME", folder=done[0].folder))
