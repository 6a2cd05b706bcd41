"""`axiometer analyze` on large runs: seconds and peak memory of the whole command; and against resampling row by row.

Runs are not measured here: answers are drawn from planted strengths and laid down as `measure` lays them down.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import polars as pl
import yaml

from axiometer.analyze import AnalysisOptions
from axiometer.analyze.coded.catalogue import catalogue_of
from axiometer.analyze.coded.presentations import presentations_of
from axiometer.analyze.coded.tallies import group_table, tally
from axiometer.analyze.inference.statistic import ratios
from axiometer.frameworks import load_framework
from axiometer.measure import open_run
from axiometer.records import Answer, Item, schema_of, to_frame
from axiometer.records.tables import write_parquet
from benchmarks.processes import run
from benchmarks.sets import BATCH, draw_items, write_items

SIZES = (20_000, 100_000, 400_000)
PART = 2_000
MODEL = "sim/balanced"
RAW = '{"choice": "%s", "reason": "One side weighs more in this scene, though there is something to say for both."}'
NAIVE_RESAMPLES = 10
RESAMPLES = 1_000


def analysis() -> None:
    print("\n# axiometer analyze, whole command, two orders, 12 values, 480 rules, one respondent\n")
    print(f"{'dilemmas':>9} {'presentations':>14} {'seconds':>8} {'peak MiB':>9}")
    with TemporaryDirectory() as name:
        for size in SIZES:
            folder = write_run(Path(name) / f"run-{size}", size)
            taken = run([sys.executable, "-m", "axiometer.cli.main", "analyze", str(folder)])
            print(f"{size:>9} {2 * size:>14} {taken.wall:>8.1f} {taken.memory:>9.0f}", flush=True)
        _against_rows(Path(name) / f"run-{SIZES[1]}")


def write_run(folder: Path, dilemmas: int) -> Path:
    """A run folder with `dilemmas` items, each asked in an order and its reverse."""
    measured = folder.with_name(f"{folder.name}-items")
    write_items(measured, 20)
    command = [sys.executable, "-m", "axiometer.cli.main", "measure", str(measured), "-m", MODEL, "-o", str(folder)]
    run(command)
    for path in [*(folder / "items").glob("*.parquet"), *(folder / "answers").glob("*.parquet")]:
        path.unlink()
    manifest = yaml.safe_load((folder / "run.yaml").read_text(encoding="utf-8"))
    manifest["noted"]["presentations"] = 2 * dilemmas
    (folder / "run.yaml").write_text(yaml.safe_dump(manifest, sort_keys=False), encoding="utf-8")
    values = [value.id for value in load_framework("core-socialist-values").values_at("core")]
    strengths = dict(zip(values, np.linspace(-1, 1, len(values)), strict=True))
    draw = np.random.default_rng(0)
    for number, items in enumerate(draw_items(dilemmas)):
        write_parquet(to_frame(items, Item), folder / "items" / f"items-{number * BATCH:08d}.parquet")
        answers = answers_of(items, strengths, draw, first=2 * BATCH * number)
        for part, rows in enumerate(answers.iter_slices(PART), start=2 * BATCH * number // PART):
            write_parquet(rows, folder / "answers" / f"m00-{part:06d}.parquet")
    return folder


def answers_of(items: list[Item], strengths: dict[str, float], draw: np.random.Generator, first: int) -> pl.DataFrame:
    """Two presentations per item with a bias to the first slot; one in fifty is refused. `first`: the first `seq`."""
    own = [strengths[item.options[0].expresses[0].target] for item in items]
    other = [strengths[item.options[1].expresses[0].target] for item in items]
    n = 2 * len(items)
    forward = np.tile([True, False], len(items))
    logit = np.repeat(np.subtract(own, other), 2) + np.where(forward, 0.4, -0.4)
    option = np.where(draw.random(n) < 1 / (1 + np.exp(-logit)), 0, 1)
    chosen = draw.random(n) > 0.02
    letter = np.where(forward, np.where(option == 0, "A", "B"), np.where(option == 0, "C", "B"))
    seq = np.arange(first, first + n)
    frame = pl.DataFrame(
        {
            "id": [f"answer-{s:016x}" for s in seq],
            "item": np.repeat([item.id for item in items], 2),
            "seq": seq,
            "order": [[0, 1, 2], [2, 1, 0]] * len(items),
            "option": option,
            "letter": letter,
            "outcome": np.where(chosen, "chosen", "refused"),
            "raw": [RAW % each for each in letter],
            "call": [f"{s * 7919:064x}" for s in seq],
            "prompt_hash": [f"{s * 104729:032x}" for s in seq],
        }
    ).with_columns(
        parent_ids=pl.concat_list("item"),
        option=pl.when(pl.col("outcome") == "chosen").then("option"),
        letter=pl.when(pl.col("outcome") == "chosen").then("letter"),
        run=pl.lit("run-0"),
        model=pl.lit(MODEL),
        lang=pl.lit("en"),
        mode=pl.lit("choice"),
        wording=pl.lit("choice/en/1@1"),
        repeat=pl.lit(0),
        negated=pl.lit(False),
        tokens_in=pl.lit(180),
        tokens_out=pl.lit(30),
    )
    schema = schema_of(Answer)
    missing = [pl.lit(None, dtype=dtype).alias(name) for name, dtype in schema.items() if name not in frame.columns]
    return frame.with_columns(missing).select(pl.col(name).cast(dtype) for name, dtype in schema.items())


def _against_rows(folder: Path) -> None:
    """Shares of the 12 values with 1,000 resamples: sums per kind of group, against every row anew in each resample."""
    framework = load_framework("core-socialist-values")
    read = open_run(folder, texts=False)
    catalogue = catalogue_of(read.items, {framework.id: framework})
    (level,) = [level for level in catalogue.levels if level.name == "core"]
    (presentations,) = presentations_of(read.answers, catalogue)
    started = time.monotonic()
    table = group_table(tally(presentations, catalogue), catalogue, level)
    ours = ratios(table.k, table.n, catalogue.sources, AnalysisOptions(resamples=RESAMPLES))
    taken = (time.monotonic() - started) / RESAMPLES
    rows = _rows(read.items, read.answers)
    codes = {name: number for number, name in enumerate(sorted({*rows["first"], *rows["second"]}))}
    first, second = (rows[name].replace_strict(codes).to_numpy() for name in ("first", "second"))
    rows, draw = rows.select("value", "taken"), np.random.default_rng(0)
    started = time.monotonic()
    for _ in range(NAIVE_RESAMPLES):
        weight = draw.poisson(1.0, len(codes)).astype(np.float64)
        weighted = rows.with_columns(weight=pl.Series(weight[first] * weight[second]))
        total = pl.col("weight").sum()
        shares = weighted.group_by("value").agg(share=(pl.col("weight") * pl.col("taken")).sum() / total)
    theirs = (time.monotonic() - started) / NAIVE_RESAMPLES
    plain = dict(rows.group_by("value").agg(pl.col("taken").mean()).iter_rows())
    assert np.allclose(ours.estimate, [plain[value] for value in level.targets]) and shares.height == len(plain)
    print(f"\nshares of 12 values, {SIZES[1]} dilemmas, per resample: ours {taken * 1e3:.2f} ms, ", end="")
    print(f"row by row (polars) {theirs * 1e3:.2f} ms; row by row / ours: {theirs / taken:.1f}")


def _rows(items: pl.DataFrame, answers: pl.DataFrame) -> pl.DataFrame:
    """One row per presentation in which a side was chosen and value at stake in it."""
    sides = (
        items.select("id", "options", first=pl.col("clusters").list.get(0), second=pl.col("clusters").list.get(1))
        .explode("options")
        .with_columns(side=pl.int_range(pl.len()).over("id"))
        .filter(pl.col("options").struct.field("role") == "side")
        .with_columns(value=pl.col("options").struct.field("expresses").list.get(0).struct.field("target"))
    )
    chosen = answers.filter(pl.col("outcome") == "chosen").select("item", "option")
    joined = chosen.join(sides, left_on="item", right_on="id")
    return joined.select("value", "first", "second", taken=(pl.col("option") == pl.col("side")).cast(pl.Float64))
