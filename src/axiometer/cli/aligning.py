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
from axiometer.cli.console import progress_display, say, say_json, say_table
from axiometer.cli.usage import Verbs
from axiometer.errors import InputError
from axiometer.messages import t

if TYPE_CHECKING:
    from polars import DataFrame

    from axiometer.align.exporting import ExportOptions, ExportSummary
    from axiometer.align.measuring import Changes, ItemSet
    from axiometer.align.training import TrainOptions, TrainSummary
    from axiometer.models.protocols import ChatModel
    from axiometer.records.rows import Mode

CLEAR = 0.05
SHOWN = 15

_CONTROLS = {"refusal": "refusal controls", "neutrality": "neutrality controls"}

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
        int, typer.Option(help=t("+1: what expresses the target is chosen; -1: what stands against it."))
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
        say(t("{where}: {what}", where=t(_CONTROLS[kind]), what=n))
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


@app.command("measure", help=t("What tuning changed: before and after, on held-out and on other items."))
def measure(
    context: typer.Context,
    tuned: Annotated[Path | None, typer.Argument(help=t("Folder of the tuned model."))] = None,
    data: Annotated[Path | None, typer.Option("--data", help=t("Folder that `align export` made."))] = None,
    also: Annotated[list[Path] | None, typer.Option("--also", help=t("Table of other items; may be repeated."))] = None,
    starter: Annotated[int, typer.Option(min=0, help=t("How many starter dilemmas, as a sample."))] = 40,
    lang: Annotated[str, typer.Option(help=t("Language of the starter dilemmas: en or zh."))] = "en",
    mode: Annotated[str, typer.Option(help="likelihood | logprob | choice | agree, ...")] = "likelihood,logprob",
    output: Annotated[Path | None, typer.Option("--output", "-o", help=t("Folder of the runs."))] = None,
    dtype: Annotated[str, typer.Option(help="float32 | bfloat16")] = "float32",
    seed: options.Seed = 0,
    config: options.Config = None,
    as_json: options.AsJson = False,
) -> None:
    """`align measure`; see `Verbs`."""
    given = configured(context, config)
    for name, what, mend in (
        ("tuned", "no tuned model", "name a folder that `axiometer align train` made"),
        ("data", "no preference data", "name with --data the folder that the model was tuned on"),
        ("output", "no folder for the runs", "name one with -o runs/NAME"),
    ):
        if given[name] is None:
            raise InputError(what, mend=mend)
    from axiometer.align.measuring import measure_changes, sets_of, tuned_in
    from axiometer.models.transformers_model import weights_kept

    modes = _modes(given["mode"])
    sets = sets_of(Path(given["data"]), [Path(table) for table in given["also"] or ()])
    if given["starter"]:
        sets.append(_starter(given["starter"], given["lang"], Path(given["output"])))
    model = tuned_in(Path(given["tuned"]))
    with weights_kept():
        changes = measure_changes(
            model,
            sets,
            modes,
            Path(given["output"]),
            lambda name: _opened(name, given["dtype"]),
            seed=given["seed"],
            progress=progress_display(),
        )
    if given["as_json"]:
        say_json(changes.table.to_dicts())
    else:
        _say_changes(changes)


def _modes(text: str) -> list[Mode]:
    from axiometer.cli.designs import member, parts
    from axiometer.records.rows import FREELY, Mode

    modes = [member(Mode, part, "--mode") for part in parts(text)]
    if not modes or not FREELY.isdisjoint(modes):
        known = ", ".join(each for each in Mode if each not in FREELY)
        raise InputError("{option} {text}", mend="one of {known}", option="--mode", text=text, known=known)
    return modes


def _starter(count: int, lang: str, output: Path) -> ItemSet:
    """The starter dilemmas of one language as a table beside the runs."""
    from axiometer.align.measuring import STARTER_SET, ItemSet
    from axiometer.records import Item
    from axiometer.records.importers.starter import starter_items
    from axiometer.records.tables import write_rows

    file = output / "starter.parquet"
    write_rows(starter_items((lang,)), Item, file)
    return ItemSet(STARTER_SET, file, count)


def _opened(name: str, dtype: str) -> ChatModel:
    from axiometer.models.registry import open_model
    from axiometer.models.settings import ModelEntry

    return open_model(name, ModelEntry(extra={"dtype": dtype}))


def _say_changes(changes: Changes) -> None:
    import polars as pl

    heads = ["set", "mode", "value", "model", "items", "before", "after", "change", "low", "high"]
    target = changes.of_target()
    say_table(heads, _cells(target), title=t("The target, on held-out items:"))
    others = changes.table.filter(~(pl.col("is_target") & (pl.col("set") == "held-out")))
    clear = others.filter(pl.col("p_adjusted") < CLEAR)
    said = "beside it: {n} shares measured, {k} with an interval, {m} changed (adjusted p below {p}); all in {file}"
    certain = others.height - others["low"].null_count()
    say(t(said, n=others.height, k=certain, m=clear.height, p=CLEAR, file=changes.folder / "changes.md"))
    if clear.height:
        say_table(heads, _cells(clear.sort("p_adjusted").head(SHOWN)))
    for reason in target["why_not"].drop_nulls().unique().to_list():
        say(t("no interval: {why}", why=reason))
    say(t("Next: axiometer report {folder}", folder=changes.runs[0]))


def _cells(rows: DataFrame) -> list[list[object]]:
    names = ("set", "mode", "value", "who", "n_items", "before", "after", "change", "low", "high")
    return [[row[name] for name in names] for row in rows.iter_rows(named=True)]
