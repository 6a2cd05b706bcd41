"""`axiometer build dedup`: near-duplicates of a table of rules, and which threshold tells them."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from axiometer.cli import options
from axiometer.cli.console import progress_display, say, say_json, say_table
from axiometer.errors import InputError
from axiometer.messages import t

if TYPE_CHECKING:
    from axiometer.build.corpus.calibrate import CalibrationReport, Judged, LanguageBands
    from axiometer.build.corpus.dedup_table import DedupTable
    from axiometer.runtime.runners import Runner


def dedup(
    rules: Annotated[Path | None, typer.Argument(help=t("Table of rules (.parquet), or a corpus."))] = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", help=t("Table to write (.parquet)."))] = None,
    calibrate: Annotated[
        bool, typer.Option("--calibrate", help=t("Show what thresholds mean: pairs by band, precision and recall."))
    ] = False,
    pairs: Annotated[
        Path | None, typer.Option(help=t("Own labelled pairs for --calibrate (columns a, b, same)."))
    ] = None,
    against: options.Against = None,
    embedder: options.EmbedderName = None,
    threshold: options.Threshold = None,
    examples: Annotated[int, typer.Option(min=0, help=t("Example pairs to show per band."))] = 3,
    runner: options.RunnerName = "local",
    address: options.Address = None,
    processes: options.Processes = None,
    seed: options.Seed = 0,
    as_json: options.AsJson = False,
) -> None:
    """The best of each group of near-duplicates stays; why each other one went is in a file beside the table."""
    from axiometer.runtime.runners import open_runner

    with open_runner(runner, address=address, processes=processes) as workers:
        if calibrate:
            _calibrate(rules, pairs, embedder, examples, seed, workers, as_json)
        else:
            _dedup(rules, output, embedder, threshold, against, workers, as_json)


def _dedup(
    rules: Path | None,
    output: Path | None,
    embedder: str | None,
    threshold: float | None,
    against: Path | None,
    runner: Runner,
    as_json: bool,
) -> None:
    from axiometer.build.corpus.dedup import DedupOptions
    from axiometer.build.corpus.dedup_table import dedup_table

    if rules is None:
        raise InputError("no rules", mend="name a table of rules or a corpus")
    if output is None or output.suffix != ".parquet":
        raise InputError("no table to write", mend="name one with -o NAME.parquet")
    done = dedup_table(
        rules, output, DedupOptions.of(embedder, threshold, against), _vectors(), runner, progress_display()
    )
    if as_json:
        say_json(asdict(done))
    else:
        _say_table(done)


def _vectors() -> Path:
    from axiometer.models.local_weights import cache_folder

    return cache_folder() / "vectors"


def _say_table(done: DedupTable) -> None:
    said = "{kept} of {rows} rules stay (embedder {embedder}, threshold {threshold})"
    say(
        t(
            said,
            kept=done.account.kept,
            rows=done.account.rows,
            embedder=done.options.embedder,
            threshold=f"{done.options.threshold:g}",
        )
    )
    for reason, count in done.account.dropped.items():
        say(f"{t(reason)}: {count}")
    say(t("why, row by row: {file}", file=done.rejects))


def _calibrate(
    rules: Path | None,
    pairs: Path | None,
    embedder: str | None,
    examples: int,
    seed: int,
    runner: Runner,
    as_json: bool,
) -> None:
    from axiometer.build.corpus.calibrate import calibrate_rules
    from axiometer.similarity.embedders import DEFAULT_EMBEDDER

    report = calibrate_rules(
        rules,
        pairs,
        embedder or DEFAULT_EMBEDDER,
        _vectors(),
        runner,
        progress_display(),
        examples=examples,
        seed=seed,
    )
    if as_json:
        say_json({**asdict(report), "threshold": report.threshold})
        return
    for language in report.languages:
        _say_bands(language)
    for judged in report.judged:
        _say_judged(judged)
    _say_advice(report)


def _say_bands(language: LanguageBands) -> None:
    counted = t("all") if language.exact else t("a seeded draw of {n}", n=language.compared)
    title = t("{lang}: {n} rules, {counted} compared", lang=language.lang, n=language.rules, counted=counted)
    say_table(
        ["cosine from", "to", "pairs", "share of pairs"],
        [[f"{band.low:.2f}", f"{band.high:.2f}", band.pairs, f"{100 * band.share:.4f} %"] for band in language.bands],
        title=title,
    )
    for band in language.bands:
        for pair in band.examples:
            say(f"  {pair.similarity:.3f}  {pair.a}  |  {pair.b}")


def _say_judged(judged: Judged) -> None:
    curve = judged.calibration.curve
    say_table(
        ["threshold", "precision", "95 % interval", "recall", "95 % interval"],
        [
            [
                f"{point.threshold:.2f}",
                point.precision.share,
                "{:.2f}-{:.2f}".format(*point.precision.interval),
                point.recall.share,
                "{:.2f}-{:.2f}".format(*point.recall.interval),
            ]
            for point in curve[::5]
            if point.precision.n
        ],
        title=t("{n} labelled pairs of {name}", n=judged.pairs, name=judged.name),
    )
    say_table(
        ["kind", "language", "same", "pairs", "share above", "median"],
        [
            [t(kind.kind), kind.lang, t("yes") if kind.same else t("no"), kind.above.n, kind.above.share, kind.median]
            for kind in judged.calibration.kinds
        ],
    )


def _say_advice(report: CalibrationReport) -> None:
    judged = report.judged[-1].calibration
    if report.threshold is None:
        said = "No threshold reaches a precision of {target} on these pairs; choose one from the table."
        say(t(said, target=f"{judged.target:g}"))
        return
    said = "Recommended for {embedder}: {option} (precision at least {target}; {share} of opposites merge at it)"
    opposites = f"{100 * judged.opposites.share:.0f} %"
    say(t(said, embedder=report.embedder, option=report.option, target=f"{judged.target:g}", share=opposites))
