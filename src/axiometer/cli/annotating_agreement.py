"""`axiometer annotate agreement`: how far raters agree, who failed attention checks, and what they say together."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from axiometer.cli import options
from axiometer.cli.console import reason, say, say_json, say_table
from axiometer.errors import InputError
from axiometer.messages import t

if TYPE_CHECKING:
    import polars as pl

    from axiometer.annotate.agreeing import Agreed


def agreement(
    labels: Annotated[Path, typer.Argument(help=t("Project, run with labels, or table (subject, rater, value)."))],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help=t("Where to write the consensus (.parquet, .csv or .xlsx)."))
    ] = None,
    scale: Annotated[
        str | None, typer.Option(help=t("nominal, ordinal or sets (default: the task's, or nominal)."))
    ] = None,
    least_passed: Annotated[
        float, typer.Option(min=0.0, max=1.0, help=t("Share of attention checks below which a rater fails."))
    ] = 0.75,
    resamples: options.Resamples = 1000,
    seed: options.Seed = 20250101,
    as_json: options.AsJson = False,
) -> None:
    """Coefficients with intervals over the sources that rows share; overall, by pair of raters, by rater, by value."""
    from axiometer.analyze.options import AnalysisOptions
    from axiometer.analyze.people import LabelScale
    from axiometer.annotate.agreeing import compare_labels, said_at
    from axiometer.cli.designs import member

    writer = None if output is None else _writer(output)
    chosen = None if scale is None else member(LabelScale, scale, "--scale")
    found = compare_labels(
        said_at(labels, chosen), AnalysisOptions(seed=seed, resamples=resamples), least_passed=least_passed
    )
    if writer is not None and output is not None:
        writer(found.consensus.units, output)
    if as_json:
        say_json(_told(found))
        return
    _say(found)
    if output is not None:
        say(t("consensus of {n} rows in {file}", n=found.consensus.units.height, file=output))


def _writer(output: Path) -> Callable[[pl.DataFrame, Path], None]:
    from axiometer.records.exports import write_csv_for_people, write_xlsx
    from axiometer.records.tables import write_parquet

    writers = {".parquet": write_parquet, ".csv": write_csv_for_people, ".xlsx": write_xlsx}
    if output.suffix not in writers:
        raise InputError("must end in .parquet, .csv or .xlsx", file=output)
    return writers[output.suffix]


def _told(found: Agreed) -> dict[str, object]:
    table = found.agreement
    return {
        "scale": str(table.scale),
        "units": table.units,
        "raters": table.raters,
        "labels": table.labels,
        **{name: frame.to_dicts() for name, frame in table.tables().items()},
        "attention": [] if found.attention is None else found.attention.raters.to_dicts(),
        "failing": [] if found.attention is None else list(found.attention.failing),
        "consensus": {
            "raters": found.consensus.raters.to_dicts(),
            "undecided": found.consensus.units["majority"].null_count(),
        },
        "notes": [t(note) for note in found.notes],
    }


def _say(found: Agreed) -> None:
    import polars as pl

    from axiometer.annotate.agreeing import place_of

    table = found.agreement
    if not table.labels:
        say(t("no labels yet"))
        return
    title = t(
        "{labels} labels of {units} rows by {raters} raters",
        labels=table.labels,
        units=table.units,
        raters=table.raters,
    )
    _estimates(table.overall, ["measure"], title)
    _estimates(table.pairs, ["rater_a", "rater_b", "measure"], t("Pairs of raters"))
    _estimates(table.by_rater, ["rater", "labels", "measure"], t("Each rater with the others"))
    of_labels = table.by_value.with_columns(
        pl.col("value").map_elements(lambda value: place_of(value, found.arbitrary), return_dtype=pl.String)
    )
    _estimates(of_labels, ["value", "labels", "measure"], t("Each label"))
    if found.attention is not None:
        shown = found.attention.raters.select("rater", "checks", "passed", "share", "failed")
        rows = [
            [*row[:4], t("too many missed") if row[4] else "-" if row[4] is None else t("passed")]
            for row in shown.rows()
        ]
        say_table(["rater", "checks", "passed", "share", "result"], rows, title=t("Attention checks"))
        if found.attention.failing:
            say(t("failed attention checks: {raters}", raters=", ".join(found.attention.failing)))
    raters = found.consensus.raters.select("rater", "labels", "with_majority", "compared", "accuracy")
    say_table(
        ["rater", "labels", "as the others' majority", "rows compared", "Dawid-Skene accuracy"],
        raters.rows(),
        title=t("Consensus"),
    )
    undecided = found.consensus.units["majority"].null_count()
    say(t("{n} of {of} rows have no majority", n=undecided, of=found.consensus.units.height))
    for note in found.notes:
        say(t(note))


def _estimates(frame: pl.DataFrame, keys: Sequence[str], title: str) -> None:
    if frame.is_empty():
        return
    rows = [
        [*(_shown(key, row[key]) for key in keys), row["units"], row["estimate"], _interval(row)]
        for row in frame.iter_rows(named=True)
    ]
    say_table([*(_HEADERS.get(key, key) for key in keys), "rows", "estimate", "95 % interval"], rows, title=title)


_HEADERS: Mapping[str, str] = {"rater_a": "rater", "rater_b": "other rater", "value": "label"}


def _shown(key: str, value: object) -> object:
    from axiometer.annotate.agreeing import MEASURES

    return t(MEASURES.get(str(value), str(value))) if key == "measure" else value


def _interval(row: Mapping[str, object]) -> str:
    if row["low"] is None or row["high"] is None:
        return reason(str(row["why_not"])) if row["why_not"] is not None else "-"
    return f"{row['low']:.3f} - {row['high']:.3f}"
