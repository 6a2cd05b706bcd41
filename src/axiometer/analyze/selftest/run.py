"""The self-test: simulate respondents with planted values, analyse them as real ones, compare."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from enum import StrEnum
from multiprocessing import get_context
from typing import Protocol

import numpy as np
import polars as pl

from axiometer.analyze.frames import Record, framed
from axiometer.analyze.options import AnalysisOptions
from axiometer.analyze.selftest.design import SimulatedDesign, starter_design
from axiometer.analyze.selftest.expressing import EXPRESSING, expressing_recovered
from axiometer.analyze.selftest.judging import SETTINGS, judge_recovered
from axiometer.analyze.selftest.letters import letter_rows
from axiometer.analyze.selftest.power import power_rows
from axiometer.analyze.selftest.recover import Recovered, merged, recover
from axiometer.analyze.selftest.scenarios import scenarios, simulate
from axiometer.analyze.selftest.verdicts import Verdict, rows_of

BATCH = 50
POWER_SIMULATIONS = 100
LETTER_SIMULATIONS = 200
JUDGE_SIMULATIONS = 400
THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "POLARS_MAX_THREADS")

QUANTITIES: dict[str, type[pl.DataType]] = {
    "scenario": pl.String,
    "family": pl.String,
    "quantity": pl.String,
    "planted": pl.Float64,
    "recovered": pl.Float64,
    "bias": pl.Float64,
    "width": pl.Float64,
    "simulations": pl.Int64,
    "without_interval": pl.Int64,
    "coverage": pl.Float64,
    "coverage_low": pl.Float64,
    "coverage_high": pl.Float64,
    "verdict": pl.String,
}
POWER: dict[str, type[pl.DataType]] = {
    "dilemmas": pl.Int64,
    "repeats": pl.Int64,
    "presentations": pl.Int64,
    "tau": pl.Float64,
    "tau_low": pl.Float64,
    "tau_high": pl.Float64,
}
LETTERS: dict[str, type[pl.DataType]] = {
    "scenario": pl.String,
    "quantity": pl.String,
    "planted": pl.Float64,
    "concluded": pl.Float64,
}


class Part(StrEnum):
    """What is simulated: respondents who choose, a judge who reads free answers, and a classifier that says which
    values they express."""

    CHOICES = "choices"
    JUDGE = "judge"
    EXPRESSED = "expressed"


@dataclass(frozen=True, slots=True)
class SelftestReport:
    """`quantities`: per scenario and quantity what was planted and recovered, and the coverage of its 95 % intervals
    with the exact 99 % interval of that coverage. `power`: tau of the recovered order by dilemmas and repeats.
    `letters`: what counting letters would have concluded."""

    quantities: pl.DataFrame
    power: pl.DataFrame
    letters: pl.DataFrame

    @property
    def passed(self) -> bool:
        return self.failures().is_empty()

    def failures(self) -> pl.DataFrame:
        """The rows of `quantities` that fail."""
        return self.quantities.filter(pl.col("verdict").is_in([Verdict.FAIL_LOW.value, Verdict.FAIL_HIGH.value]))

    def families(self) -> pl.DataFrame:
        """One row per scenario and family: how many quantities, the largest bias, the range of coverage, and the
        verdict of the worst."""
        order = [Verdict.FAIL_LOW, Verdict.FAIL_HIGH, Verdict.CONSERVATIVE, Verdict.PASS, Verdict.NOT_REQUIRED]
        ranks = {verdict.value: rank for rank, verdict in enumerate(order)}
        return self.quantities.group_by("scenario", "family", maintain_order=True).agg(
            pl.len().alias("quantities"),
            pl.col("bias").abs().max().alias("largest_bias"),
            pl.col("coverage").min().alias("coverage_lowest"),
            pl.col("coverage").mean().alias("coverage_mean"),
            pl.col("coverage").max().alias("coverage_highest"),
            pl.col("verdict").sort_by(pl.col("verdict").replace_strict(ranks, return_dtype=pl.Int64)).first(),
        )

    def to_dict(self) -> dict[str, object]:
        """JSON values only."""
        return {
            "passed": self.passed,
            "quantities": self.quantities.to_dicts(),
            "power": self.power.to_dicts(),
            "letters": self.letters.to_dicts(),
        }


def run_selftest(
    seed: int = 0,
    simulations: int = 1000,
    *,
    workers: int = 1,
    resamples: int = 300,
    design: SimulatedDesign | None = None,
    parts: Sequence[Part] = tuple(Part),
) -> SelftestReport:
    """Plants, simulates, analyses, compares: on the starter set unless another `design` is given.

    `parts`: what is simulated; a judge and a classifier who err have at most `JUDGE_SIMULATIONS` of each setting. The
    result depends on `seed` and `simulations`, not on `workers` (processes). Batches have seeds of their own.
    """
    judged = [
        row
        for part in (Part.JUDGE, Part.EXPRESSED)
        if part in parts
        for row in _erring(part, seed, simulations, resamples, workers)
    ]
    if Part.CHOICES not in parts:
        return SelftestReport(framed(judged, QUANTITIES), framed([], POWER), framed([], LETTERS))
    chosen = design or starter_design()
    options = replace(AnalysisOptions(), resamples=resamples, seed=seed)
    planted = scenarios(len(chosen.values))
    jobs = [
        _Job(chosen, options, index, batch, min(BATCH, simulations - batch * BATCH), seed)
        for index in range(len(planted))
        for batch in range((simulations + BATCH - 1) // BATCH)
    ]
    recovered: dict[int, list[list[Recovered]]] = {index: [] for index in range(len(planted))}
    for job, part in zip(jobs, _mapped(jobs, workers), strict=True):
        recovered[job.scenario].append(part)
    rows = [
        row
        for index, scenario in enumerate(planted)
        for each in merged(recovered[index])
        for row in rows_of(scenario.name, each)
    ]
    letters = [
        row
        for index in (0, 2)
        for row in letter_rows(planted[index], chosen, min(LETTER_SIMULATIONS, simulations), seed)
    ]
    power = power_rows(planted[0], chosen, min(POWER_SIMULATIONS, simulations), seed, options.ridge)
    return SelftestReport(framed(rows + judged, QUANTITIES), framed(power, POWER), framed(letters, LETTERS))


def _erring(part: Part, seed: int, simulations: int, resamples: int, workers: int) -> list[Record]:
    """The rows of quantities of a machine with planted errors."""
    count = min(simulations, JUDGE_SIMULATIONS)
    names = [setting.name for setting in (SETTINGS if part is Part.JUDGE else EXPRESSING)]
    jobs = [
        _ErringJob(part, place, batch, min(BATCH, count - batch * BATCH), resamples, seed)
        for place in range(len(names))
        for batch in range((count + BATCH - 1) // BATCH)
    ]
    parts: dict[int, list[list[Recovered]]] = {place: [] for place in range(len(names))}
    for job, found in zip(jobs, _mapped(jobs, workers), strict=True):
        parts[job.setting].append(found)
    whole = [(name, each) for place, name in enumerate(names) for each in merged(parts[place])]
    return [row for name, each in whole for row in rows_of(name, each)]


class _Works(Protocol):
    def run(self) -> list[Recovered]: ...


@dataclass(frozen=True, slots=True)
class _ErringJob:
    part: Part
    setting: int
    batch: int
    simulations: int
    resamples: int
    seed: int

    def run(self) -> list[Recovered]:
        seeds = [self.seed, 1 if self.part is Part.JUDGE else 2, self.setting, self.batch]
        own = int(np.random.default_rng(seeds).integers(2**31))
        options = AnalysisOptions(resamples=self.resamples, seed=own)
        if self.part is Part.JUDGE:
            return judge_recovered(SETTINGS[self.setting], self.simulations, [*seeds, 1], options)
        return expressing_recovered(EXPRESSING[self.setting], self.simulations, [*seeds, 1], options)


@dataclass(frozen=True, slots=True)
class _Job:
    design: SimulatedDesign
    options: AnalysisOptions
    scenario: int
    batch: int
    simulations: int
    seed: int

    def run(self) -> list[Recovered]:
        scenario = scenarios(len(self.design.values))[self.scenario]
        seeds = [self.seed, 0, self.scenario, self.batch]
        simulated = simulate(scenario, self.design, self.simulations, 1, seeds)
        # Resamples of their own for every batch: one set for all would make its chance error a bias of all coverages.
        options = replace(self.options, seed=int(np.random.default_rng(seeds).integers(2**31)))
        return recover(scenario, simulated, self.design, options)


def _run(job: _Works) -> list[Recovered]:
    return job.run()


def _mapped(jobs: Sequence[_Works], workers: int) -> Iterator[list[Recovered]]:
    if workers <= 1:
        yield from map(_run, jobs)
        return
    with _one_thread_each(), ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        yield from pool.map(_run, jobs)


@contextmanager
def _one_thread_each() -> Iterator[None]:
    """Processes started here use one thread for linear algebra: the matrices are small, and the processes share the
    cores."""
    before = {name: os.environ.get(name) for name in THREADS}
    os.environ.update(dict.fromkeys(THREADS, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
