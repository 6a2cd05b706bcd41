"""`axiometer express evaluate`: classifiers on labelled texts, side by side, to tables and a page."""

# ruff: noqa: ARG001 -- options are read through the context, so that a file can fill them

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from axiometer.cli import expressing_options as common
from axiometer.cli import options
from axiometer.cli.configuration import configured
from axiometer.cli.console import progress_display, say, say_json, say_table
from axiometer.cli.reporting import language_of
from axiometer.cli.workers import workers
from axiometer.errors import InputError, file_error
from axiometer.messages import language, t

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from axiometer.expression.evaluation import Evaluation, Gold, Judged
    from axiometer.expression.evaluation.opening import Asked, Embed
    from axiometer.expression.labelled import Labelled
    from axiometer.frameworks import Framework
    from axiometer.runtime.progress import Progress, Tally

PAGE: Final = "evaluation.html"
SHOWN: Final = {
    "micro_f1": "micro-F1",
    "macro_f1": "macro-F1",
    "weighted_f1": "weighted F1",
    "tail_f1": "F1 of the rarest third",
    "subset_accuracy": "subset accuracy",
    "ece": "calibration error",
    "brier": "Brier score",
}

Sources = Annotated[
    list[str] | None,
    typer.Argument(
        help=t("Classifiers (folders, `default`, or tables of probabilities), and last the table of labelled texts.")
    ),
]
SideName = Annotated[str, typer.Option("--split", help="all | train | validation | test")]
Unseen = Annotated[bool, typer.Option("--unseen", help=t("Leave out texts that a classifier was trained on."))]
FrameworkName = Annotated[
    str | None, typer.Option("--framework", help=t("Framework of the values (default: the classifiers' own)."))
]
MapFile = Annotated[
    Path | None, typer.Option("--map", help=t("YAML file: values of the classifiers to values of the framework."))
]
PageLanguage = Annotated[str | None, typer.Option(help=t("Language of the page: en or zh."))]
Output = Annotated[Path | None, typer.Option("--output", "-o", help=t("Folder of the tables and the page."))]


def evaluate(
    context: typer.Context,
    sources: Sources = None,
    output: Output = None,
    split: SideName = "all",
    unseen: Unseen = False,
    framework: FrameworkName = None,
    mapping: MapFile = None,
    level: common.Level = None,
    text_column: common.TextColumn = None,
    resamples: options.Resamples = 2_000,
    seed: options.Seed = 0,
    lang: PageLanguage = None,
    config: options.Config = None,
    runner: options.RunnerName = "local",
    address: options.Address = None,
    processes: options.Processes = None,
    as_json: options.AsJson = False,
) -> None:
    """`express evaluate`; see `expressing`."""
    _do(configured(context, config))


@dataclass(frozen=True, slots=True)
class _Set:
    """What is evaluated: the classifiers, the tables of others, the texts, and the framework with its file."""

    asked: list[Asked]
    tables: list[Path]
    data: Labelled
    seen: list[NDArray[np.bool_]]
    gold: Gold
    framework: Framework
    framework_file: Path
    about: dict[str, object]


def _do(given: Mapping[str, Any]) -> None:
    from axiometer.expression.evaluation import Options
    from axiometer.expression.evaluation import evaluate as evaluated
    from axiometer.expression.folder import check_free

    if given["output"] is None:
        raise InputError("no folder for the evaluation", mend="name one with -o")
    output, lang = Path(given["output"]), language_of(given["lang"])
    check_free(output)
    found = _gathered(given)
    chosen = Options(resamples=int(given["resamples"]), seed=int(given["seed"]))
    evaluation = evaluated(found.gold, _judged(found, given, output), chosen, found.about)
    _write(evaluation, found, output, lang)
    if given["as_json"]:
        say_json(evaluation.summary)
        return
    _say(evaluation, found)
    say(t("the page: {path}", path=(output / PAGE).resolve()))


def _gathered(given: Mapping[str, Any]) -> _Set:
    """Classifiers opened, texts read and cut to what is asked for."""
    from axiometer.expression.card import FRAMEWORK_FILE
    from axiometer.expression.evaluation import check_names
    from axiometer.expression.evaluation.opening import Side, gold_of, named, seen_by, side_of, unseen
    from axiometer.expression.folder import open_classifier
    from axiometer.expression.labelled import framework_of, read_labelled
    from axiometer.frameworks import load_framework
    from axiometer.frameworks.load import path_of

    listed: Sequence[str] = given["sources"] or ()
    if len(listed) < 2:
        raise InputError(
            "classifiers and labelled texts are needed", mend="name one or several folders, then the table of texts"
        )
    if given["split"] not in set(Side):
        known = ", ".join(Side)
        raise InputError("there is no side {name!r}", mend="one of {known}", name=given["split"], known=known)
    path, tables = Path(listed[-1]), [Path(each) for each in listed[:-1] if Path(each).is_file()]
    wanted = load_framework(given["framework"]) if given["framework"] else None
    opened = [open_classifier(each, wanted, given["mapping"]) for each in listed[:-1] if not Path(each).is_file()]
    if wanted is None:
        wanted = opened[0].framework if opened else load_framework(framework_of(path, text_column=given["text_column"]))
    for other in opened[1:]:
        if other.framework.id != wanted.id:
            raise InputError(
                "trained for the framework {trained}, not for {wanted}",
                file=other.folder,
                mend="--map FILE gives its values to those of the other",
                trained=other.framework.id,
                wanted=wanted.id,
            )
    file = path_of(given["framework"]) if given["framework"] else None
    if file is None:
        file = opened[0].folder / FRAMEWORK_FILE if opened else path_of(wanted.id)
    asked, side = named(opened), Side(given["split"])
    check_names([*(each.name for each in asked), *(each.stem for each in tables)])
    whole = read_labelled(path, wanted, level=given["level"], text_column=given["text_column"])
    data = side_of(whole, side, asked)
    seen, before = seen_by(data, asked), len(data)
    if given["unseen"]:
        places = unseen(data, seen)
        data, seen = data.take(places), [each[places] for each in seen]
    gold = gold_of(data, [each.opened.classifier for each in asked])
    about: dict[str, object] = {
        "file": path.name,
        "digest": data.digest,
        "side": side.value,
        "framework": wanted.id,
        "left_out_texts": before - len(data),
        "left_out_values": _lacking(data, asked, gold),
    }
    return _Set(asked, tables, data, seen, gold, wanted, file, about)


def _lacking(data: Labelled, asked: Sequence[Asked], gold: Gold) -> list[str]:
    """Values that the labels or a classifier has, and not all of them have."""
    known = dict.fromkeys([*data.values, *(value for each in asked for value in each.opened.classifier.values)])
    return [value for value in known if value not in gold.values]


def _judged(found: _Set, given: Mapping[str, Any], output: Path) -> list[Judged]:
    from axiometer.expression.evaluation.opening import judge
    from axiometer.expression.evaluation.recorded import read_recorded
    from axiometer.runtime.progress import Tally

    recorded = [read_recorded(path, found.gold, found.framework) for path in found.tables]
    progress = progress_display()
    judged: list[Judged] = []
    try:
        embed = _embed(given, output)
        for each, seen in zip(found.asked, found.seen, strict=True):
            tally = Tally(each.name, total=len(found.gold))
            judged.append(judge(each, found.gold, seen, embed, _watch(tally, progress)))
    finally:
        progress.close()
    return [*judged, *recorded]


def _watch(tally: Tally, progress: Progress) -> Any:
    def watch(done: int) -> None:
        tally.done = done
        progress.show(tally)

    return watch


def _embed(given: Mapping[str, Any], output: Path) -> Embed:
    """Vectors of all texts by the cache of vectors, in worker processes; each encoder is asked once."""
    from axiometer.models.local_weights import cache_folder
    from axiometer.similarity.cache import embedded

    known: dict[str, NDArray[np.float32]] = {}

    def embed(encoder: str, texts: Sequence[str]) -> NDArray[np.float32]:
        if encoder not in known:
            with workers(given, output) as runner:
                known[encoder] = embedded(
                    texts, encoder, cache_folder() / "vectors", map_tasks=runner.map, texts_per_part=256
                )
        return known[encoder]

    return embed


def _write(evaluation: Evaluation, found: _Set, output: Path, lang: Any) -> None:
    """The folder, whole or not at all."""
    from axiometer.expression.card import FRAMEWORK_FILE
    from axiometer.records.tables import write_text
    from axiometer.report.classifier_views import ClassifiersView
    from axiometer.report.classifiers import classifier_report

    temporary = output.with_name(f".{output.name}.{os.getpid()}.tmp")
    try:
        temporary.mkdir(parents=True)
        evaluation.write(temporary)
        write_text(found.framework_file.read_text(encoding="utf-8"), temporary / FRAMEWORK_FILE)
        view = ClassifiersView(output.resolve().name, evaluation, found.framework)
        classifier_report(view, temporary / PAGE, lang=lang)
        temporary.replace(output)
    except OSError as error:
        raise file_error(error, output) from error
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _say(evaluation: Evaluation, found: _Set) -> None:
    for each, seen in zip(found.asked, found.seen, strict=True):
        for note in each.opened.notes:
            say(note)
        if n := int(seen.sum()):
            said = "{model} was trained on {n} of these {total} texts: its numbers are too good"
            say(t(said, model=each.name, n=n, total=len(found.gold)))
    if left_out := found.about["left_out_texts"]:
        say(t("{n} texts left out: a classifier was trained on them", n=left_out))
    rows: list[list[object]] = []
    for measure, name in SHOWN.items():
        cells: list[object] = [t(name)]
        for model in evaluation.models:
            row = evaluation.of(measure, model)
            cells += [row["estimate"], _interval(row)]
        rows.append(cells)
    headers = ["measure", *(header for model in evaluation.models for header in (model, "95 % interval"))]
    say_table(headers, rows, title=t("{n} texts", n=len(found.gold)))
    _say_values(evaluation, found)
    _say_differences(evaluation)


def _say_values(evaluation: Evaluation, found: _Set) -> None:
    if len(evaluation.models) > 1:
        return
    rows = [
        [
            found.framework.name(row["value"], language()),
            row["support"],
            row["predicted"],
            row["precision"],
            row["recall"],
            row["f1"],
            _interval({"low": row["f1_low"], "high": row["f1_high"]}),
        ]
        for row in evaluation.values.iter_rows(named=True)
    ]
    say_table(["value", "express it", "said to", "precision", "recall", "F1", "95 % interval"], rows)


def _say_differences(evaluation: Evaluation) -> None:
    rows = [
        [
            t("{first} minus {second}", first=row["first"], second=row["second"]),
            t(SHOWN[row["measure"]]),
            row["difference"],
            _interval(row),
            row["p_adjusted"],
        ]
        for row in evaluation.differences.filter(family="overall").iter_rows(named=True)
    ]
    if rows:
        say_table(["classifiers", "measure", "difference", "95 % interval", "p, adjusted"], rows)


def _interval(row: Mapping[str, Any]) -> str:
    low, high = row["low"], row["high"]
    return "-" if low is None or high is None else t("{low} to {high}", low=f"{low:.3f}", high=f"{high:.3f}")
