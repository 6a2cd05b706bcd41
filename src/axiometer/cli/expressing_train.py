"""`axiometer express train`: labelled texts to a classifier in a folder."""

# ruff: noqa: ARG001 -- options are read through the context, so that a file can fill them

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

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
    from axiometer.expression.labelled import Labelled
    from axiometer.expression.linear.model import Encode
    from axiometer.expression.metrics import F1s
    from axiometer.expression.training import Trained, Trainer
    from axiometer.frameworks import Framework
    from axiometer.runtime import Progress
    from axiometer.runtime.runners import Runner

Task = TypeVar("Task")
Result = TypeVar("Result")

SHOWN = 8
TEXTS_PER_PART = 256
NO_ENCODER = "none"

Data = Annotated[
    Path | None, typer.Argument(help=t("Table of texts with labels (.xlsx, .csv, .jsonl, .parquet, ...)."))
]
FrameworkName = Annotated[
    str | None,
    typer.Option("--framework", help=t("Framework of the labels: id or YAML file (default: by the columns).")),
]
SplitName = Annotated[str, typer.Option("--split", help="authors | random | grouped")]
ArchitectureName = Annotated[str, typer.Option("--architecture", help="linear | multilabel | binary")]
Encoder = Annotated[str | None, typer.Option("--encoder", help=t("Embedder, or `none` for n-grams alone."))]
Seeds = Annotated[
    int, typer.Option(min=1, max=1_000, help=t("How many seeds: mean and interval (5 or more tell something)."))
]
NoRefit = Annotated[bool, typer.Option("--no-refit", help=t("Store the classifier that saw the training side alone."))]
Output = Annotated[Path | None, typer.Option("--output", "-o", help=t("Folder of the classifier."))]
Licence = Annotated[str | None, typer.Option(help=t("Licence of the data, for the card."))]
About = Annotated[str | None, typer.Option(help=t("What the classifier is for, for the card."))]


def train(
    context: typer.Context,
    data: Data = None,
    framework: FrameworkName = None,
    output: Output = None,
    level: common.Level = None,
    split: SplitName = "authors",
    architecture: ArchitectureName = "linear",
    encoder: Encoder = None,
    seed: options.Seed = 0,
    seeds: Seeds = 1,
    text_column: common.TextColumn = None,
    no_refit: NoRefit = False,
    licence: Licence = None,
    about: About = None,
    backbone: transformer.Backbone = None,
    sharing: transformer.SharingName = None,
    loss: transformer.LossName = None,
    pooling: transformer.PoolingName = None,
    epochs: transformer.Epochs = None,
    learning_rate: transformer.LearningRate = None,
    batch: transformer.Batch = None,
    accumulate: transformer.Accumulate = None,
    patience: transformer.Patience = None,
    longest: transformer.Longest = None,
    precision: transformer.PrecisionName = None,
    device: transformer.Device = None,
    config: options.Config = None,
    runner: options.RunnerName = "local",
    address: options.Address = None,
    processes: options.Processes = None,
    as_json: options.AsJson = False,
) -> None:
    """`express train`; see `expressing`."""
    _do(configured(context, config))


def _do(given: Mapping[str, Any]) -> None:
    from axiometer.expression.folder import check_free
    from axiometer.expression.labelled import framework_of, read_labelled
    from axiometer.expression.training import TrainOptions
    from axiometer.expression.training import train as train_folder
    from axiometer.frameworks import load_framework
    from axiometer.frameworks.load import path_of

    if given["data"] is None:
        raise InputError("no labelled texts", mend="name a table with a text and a 0 or 1 for each value")
    if given["output"] is None:
        raise InputError("no folder for the classifier", mend="name one with -o models/NAME")
    chosen = TrainOptions(
        split=_split(given["split"]),
        seed=int(given["seed"]),
        seeds=int(given["seeds"]),
        refit=not given["no_refit"],
        licence=given["licence"],
        about=given["about"],
    )
    path, output = Path(given["data"]), Path(given["output"])
    check_free(output)
    named = given["framework"] or framework_of(path, text_column=given["text_column"])
    framework = load_framework(named)
    data = read_labelled(path, framework, level=given["level"], text_column=given["text_column"])
    if not given["as_json"]:
        _say_account(data, framework)
    progress = progress_display()
    try:
        with _trainer(given, output, progress) as trainer:
            done = train_folder(data, framework, path_of(named), trainer, output, chosen, progress)
    finally:
        progress.close()
    if given["as_json"]:
        say_json({"folder": done.folder, "seconds": done.seconds, **done.card.model_dump(mode="json")})
    else:
        _say_trained(done, framework)


def _split(name: str) -> Any:
    from axiometer.expression.splits import SplitKind

    if name not in set(SplitKind):
        raise InputError(
            "there is no split {name!r}", mend="one of {known}", name=name, known=", ".join(map(str, SplitKind))
        )
    return SplitKind(name)


@contextmanager
def _trainer(given: Mapping[str, Any], output: Path, progress: Progress) -> Iterator[Trainer]:
    """The trainer of the architecture that is asked for, closed in the end."""
    from axiometer.expression.card import Architecture

    name = given["architecture"]
    if name not in set(Architecture):
        known = ", ".join(map(str, Architecture))
        raise InputError("there is no architecture {name!r}", mend="one of {known}", name=name, known=known)
    if name != Architecture.LINEAR:
        with transformer.transformer_trainer(given, name, output, progress) as trainer:
            yield trainer
        return
    transformer.check_linear(given)
    from axiometer.expression.linear.training import LinearOptions, LinearTrainer
    from axiometer.expression.splits import SplitKind
    from axiometer.similarity.embedders import DEFAULT_EMBEDDER, open_embedder

    by_order = given["split"] == SplitKind.AUTHORS
    encoder = given["encoder"] or DEFAULT_EMBEDDER
    if encoder == NO_ENCODER:
        yield LinearTrainer(LinearOptions(encoder=None, by_order=by_order))
        return
    if encoder != DEFAULT_EMBEDDER:
        open_embedder(encoder)  # a name that is none, or a key that is missing, is told before anything is computed
    with workers(given, output) as runner:
        yield LinearTrainer(LinearOptions(encoder=encoder, by_order=by_order), _encode(encoder, runner, progress))


def _encode(encoder: str, runner: Runner, progress: Progress) -> Encode:
    """Vectors by the cache of vectors, in worker processes."""
    from axiometer.models.local_weights import cache_folder
    from axiometer.runtime.progress import Tally
    from axiometer.similarity.cache import EmbeddingTask, embedded

    tally = Tally(t("texts embedded"))

    def watched(function: Callable[[Task], Result], tasks: Iterable[Task], /) -> Iterator[Result]:
        taken: deque[int] = deque()

        def noted() -> Iterator[Task]:
            for task in tasks:
                taken.append(len(task.texts) if isinstance(task, EmbeddingTask) else 1)
                yield task

        for result in runner.map(function, noted()):
            tally.done += taken.popleft()
            progress.show(tally)
            yield result

    def encode(texts: Sequence[str]) -> Any:
        folder = cache_folder() / "vectors"
        return embedded(texts, encoder, folder, map_tasks=watched, texts_per_part=TEXTS_PER_PART)

    return encode


def _say_account(data: Labelled, framework: Framework) -> None:
    """What became of the rows and columns of the file."""
    account = data.account
    said = "{file}: {rows} rows, {kept} texts with labels for {values} values of {framework}"
    say(
        t(
            said,
            file=data.file,
            rows=account.rows,
            kept=account.kept,
            values=len(data.values),
            framework=framework.id,
        )
    )
    _say_rows("left out, it sums the others up (a totals row): row {rows}", account.totals)
    _say_rows("left out, no text: {n} (rows {rows})", account.empty)
    _say_rows("the same words as an earlier row: {n} (rows {rows})", account.repeated)
    _say_rows("  of these, with other labels: {n} (rows {rows})", account.disagreeing)
    _say_rows("near-copies of an earlier row: {n} (rows {rows})", account.near)
    if account.ignored:
        say(t("columns that are neither text nor value: {columns}", columns=", ".join(account.ignored)))


def _say_rows(said: str, rows: Sequence[int]) -> None:
    if rows:
        shown = ", ".join(str(row) for row in rows[:SHOWN]) + (", ..." if len(rows) > SHOWN else "")
        fields = {"n": len(rows), "rows": shown}
        say(t(said, **{name: value for name, value in fields.items() if f"{{{name}}}" in said}))


def _say_trained(done: Trained, framework: Framework) -> None:
    card = done.card
    data = card.data
    said = "split {split}: {train} to train, {validation} to validate, {test} to test; {moved} left out"
    say(
        t(
            said,
            split=data.split,
            train=data.train.texts,
            validation=data.validation.texts,
            test=0 if data.test is None else data.test.texts,
            moved=data.moved,
        )
    )
    if data.moved:
        say(t("  left out of training because they, or near-copies of them, stand on a later side"))
    n, m = data.validation.texts, data.train.texts
    title = t("On {n} validation texts, by a classifier that was fitted on {m} others:", n=n, m=m)
    _say_f1s(card.metrics.validation, title, framework)
    if done.few:
        names = ", ".join(framework.name(value, language()) for value in done.few)
        say(t("fewer than 20 validation texts express these, so their F1 says little: {values}", values=names))
    if card.architecture != "linear":
        say(t("these texts chose epochs, probabilities and thresholds, so their numbers are a little too good"))
    _say_seeds(done)
    if card.metrics.test is not None:
        title = t("On {n} test texts, by the classifier that is stored:", n=card.metrics.test.texts)
        _say_f1s(card.metrics.test, title, framework)
    _say_stored(done)


def _say_stored(done: Trained) -> None:
    from axiometer.expression.training import BOTH

    fields = {"folder": done.folder, "n": done.card.data.fitted.texts}
    if done.card.data.fitted_on == BOTH:
        say(
            t(
                "stored in {folder}: fitted again on all {n} texts of both sides, which the table above did not use",
                **fields,
            )
        )
    else:
        say(t("stored in {folder}: fitted on the {n} texts of the training side", **fields))
    say(t("took {seconds} s", seconds=f"{done.seconds:.0f}"))
    say(t("Next: axiometer express score {folder} TEXTS -o SCORES", folder=done.folder))


def _say_f1s(found: F1s, title: str, framework: Framework) -> None:
    rows: list[list[object]] = [
        [framework.name(row.value, language()), row.support, row.predicted, row.precision, row.recall, row.f1]
        for row in found.values
    ]
    say(title)
    say_table(["value", "express it", "said to", "precision", "recall", "F1"], rows)
    said = "micro-F1 {micro}, macro-F1 {macro}, weighted F1 {weighted}"
    say(t(said, micro=f"{found.micro:.3f}", macro=f"{found.macro:.3f}", weighted=f"{found.weighted:.3f}"))


def _say_seeds(done: Trained) -> None:
    seeds = done.card.metrics.seeds
    if not seeds:
        return
    count = len(next(iter(seeds.values())).each)
    rows = [[t(name), each.mean, each.low, each.high, min(each.each), max(each.each)] for name, each in seeds.items()]
    title = t("Over {n} seeds, validation (a 95 % t interval for the mean over seeds):", n=count)
    say(title)
    say_table(["F1", "mean", "low", "high", "least", "most"], rows)
    if done.card.data.split == "authors":
        say(t("the sides of this split are always the same: seeds vary folds alone"))
