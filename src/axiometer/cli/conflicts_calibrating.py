"""`axiometer build conflicts --calibrate`: what a contradiction model's scores are worth on labelled pairs."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from axiometer.cli.console import say, say_json, say_table
from axiometer.errors import InputError
from axiometer.messages import t

if TYPE_CHECKING:
    from axiometer.build.conflicts.calibrate import ConflictCalibration
    from axiometer.similarity.calibration import Rate

SHIPPED = "shipped"


def calibrate(labelled: str, model: str, as_json: bool) -> None:
    """Prints precision and recall by threshold. labelled: a file, or `shipped` for the package's pairs."""
    from axiometer.build.conflicts.calibrate import calibrate_model
    from axiometer.models.contradiction.registry import open_contradiction_model
    from axiometer.models.protocols import ContradictionModel

    opened = open_contradiction_model(model)
    if not isinstance(opened, ContradictionModel):
        raise InputError("{model} is asked, not computed, and is not calibrated here", model=model)
    report = calibrate_model(opened, None if labelled == SHIPPED else Path(labelled))
    if as_json:
        say_json({**asdict(report), "threshold": report.threshold})
    else:
        _say(report)


def _say(report: ConflictCalibration) -> None:
    for language in report.languages:
        say_table(
            ["threshold", "precision", "95 % interval", "recall", "95 % interval"],
            [
                [f"{point.threshold:.2f}", *_cells(point.precision), *_cells(point.recall)]
                for point in language.curve[1::2]
                if point.precision.n
            ],
            title=t("{lang}: {n} labelled pairs", lang=t(language.lang), n=language.pairs),
        )
    say_table(
        ["relation", "language", "pairs", "called a contradiction", "median score"],
        [
            [t(str(each.relation)), each.lang, each.above.n, *_cells(each.above)[:1], each.median]
            for each in report.relations
        ],
        title=t("at the threshold {threshold}", threshold=f"{report.at:g}"),
    )
    if report.threshold is None:
        said = "No threshold reaches a precision of {target} on these pairs; choose one from the table."
        say(t(said, target=f"{report.target:g}"))
        return
    said = "Recommended for {model}: --contradiction {threshold} (precision at least {target} on these pairs)"
    say(t(said, model=report.model, threshold=f"{report.threshold:g}", target=f"{report.target:g}"))


def _cells(rate: Rate) -> list[object]:
    return [rate.share, "{:.2f}-{:.2f}".format(*rate.interval)]
