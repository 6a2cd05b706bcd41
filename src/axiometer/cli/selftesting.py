"""`axiometer selftest`: do the statistics recover what was planted?"""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, Annotated

import typer

from axiometer.cli import options
from axiometer.cli.console import say, say_json, say_table
from axiometer.errors import AxiometerError, InputError
from axiometer.messages import t

if TYPE_CHECKING:
    from axiometer.analyze.selftest import SelftestReport


class SelftestFailed(AxiometerError):
    """Some interval covers what was planted too rarely or too often."""


def selftest(
    simulations: Annotated[int, typer.Option(min=50, help=t("How many simulated runs per scenario."))] = 1_000,
    seed: options.Seed = 0,
    only: Annotated[
        list[str] | None,
        typer.Option(help=t("Simulate this part alone: choices, judge or expressed (may be repeated).")),
    ] = None,
    each: Annotated[bool, typer.Option("--each", help=t("Show every quantity, not only families."))] = False,
    as_json: options.AsJson = False,
) -> None:
    """Prints planted against recovered, with the coverage of the 95 % intervals."""
    from axiometer.analyze.selftest import Part, run_selftest

    known = [part.value for part in Part]
    for name in only or ():
        if name not in known:
            raise InputError("there is no part {name!r}", mend=", ".join(known), name=name)
    parts = tuple(Part(name) for name in only or known)
    started = time.monotonic()
    result = run_selftest(seed=seed, simulations=simulations, workers=os.cpu_count() or 1, parts=parts)
    if as_json:
        say_json(result.to_dict())
    else:
        _say(result, each)
        say(t("{n} simulations per scenario in {seconds} s", n=simulations, seconds=round(time.monotonic() - started)))
    if not result.passed:
        failures = result.failures()
        first = failures.row(0, named=True)
        raise SelftestFailed(
            t(
                "selftest failed: {n} quantities, the first is {scenario}: {quantity}, coverage {coverage}",
                n=failures.height,
                scenario=first["scenario"],
                quantity=first["quantity"],
                coverage=f"{first['coverage']:.3f}",
            )
        )


def _say(result: SelftestReport, each: bool) -> None:
    if each:
        say_table(
            ["scenario", "quantity", "planted", "recovered", "coverage", "99 % interval", "verdict"],
            [
                [
                    row["scenario"],
                    f"{row['family']}: {row['quantity']}",
                    row["planted"],
                    row["recovered"],
                    row["coverage"],
                    _range(row["coverage_low"], row["coverage_high"]),
                    t(row["verdict"]),
                ]
                for row in result.quantities.iter_rows(named=True)
            ],
            title=t("Planted and recovered, and how often the 95 % intervals cover what was planted"),
        )
    say_table(
        ["scenario", "family", "quantities", "largest bias", "coverage", "range", "verdict"],
        [
            [
                row["scenario"],
                row["family"],
                row["quantities"],
                row["largest_bias"],
                row["coverage_mean"],
                _range(row["coverage_lowest"], row["coverage_highest"]),
                t(row["verdict"]),
            ]
            for row in result.families().iter_rows(named=True)
        ],
        title=t("Coverage of the 95 % intervals, by family of quantities"),
    )
    if result.power.is_empty():
        return
    say_table(
        ["dilemmas", "repeats", "presentations", "tau", "95 % of runs"],
        [
            [row["dilemmas"], row["repeats"], row["presentations"], row["tau"], _range(row["tau_low"], row["tau_high"])]
            for row in result.power.iter_rows(named=True)
        ],
        title=t("Kendall's tau between planted and recovered order: the power to expect"),
    )
    say_table(
        ["scenario", "quantity", "planted", "concluded"],
        [
            [row["scenario"], row["quantity"], row["planted"], row["concluded"]]
            for row in result.letters.iter_rows(named=True)
        ],
        title=t("What counting letters would have concluded from the same data"),
    )


def _range(low: float | None, high: float | None) -> str:
    return f"{low:.3f}-{high:.3f}" if low is not None and high is not None else "-"
