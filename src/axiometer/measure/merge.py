"""Shards of one run joined: the same bytes as if one process had asked everything."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from pathlib import Path

import polars as pl

from axiometer.errors import InputError
from axiometer.measure.labels import FREE, LABELS, SHEETS
from axiometer.measure.specification import Specification, check_same, read_specification
from axiometer.records.tables import read_part, rows_in, write_parquet


def merge_runs(shards: Sequence[Path], output: Path) -> Path:
    """Joins the shard folders into the run `output`, with the labels that people gave to their free answers.

    Raises `InputError` where shards are missing, doubled, unfinished or of different runs; nothing is written then.
    """
    specifications = [read_specification(folder) for folder in shards]
    whole = _whole(specifications[0])
    for folder, specification in zip(shards, specifications, strict=True):
        check_same(whole, _whole(specification), folder)
    _check_numbers(shards, specifications)
    _check_complete(shards, specifications)
    if output.exists() and not (output.is_dir() and not any(output.iterdir())):
        raise InputError("exists already", file=output, mend="give another name with -o")
    temporary = output.with_name(f".{output.name}.{os.getpid()}.tmp")
    try:
        _join(shards, whole, temporary)
        temporary.replace(output)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    return output


def _join(shards: Sequence[Path], whole: Specification, output: Path) -> None:
    (output / "journal").mkdir(parents=True)
    for table in ("answers", FREE):
        for name in sorted({path.name for folder in shards for path in (folder / table).glob("m*.parquet")}):
            parts = [path for folder in shards if (path := folder / table / name).exists()]
            write_parquet(pl.concat([read_part(path) for path in parts]).sort("seq"), output / table / name)
    for name in (SHEETS, LABELS):
        for path in sorted(path for folder in shards for path in (folder / name).glob("[!.]*")):
            (output / name).mkdir(exist_ok=True)
            shutil.copy2(path, output / name / path.name)  # named by its sheet, so of one shard
    shutil.copytree(shards[0] / "items", output / "items")
    if (shards[0] / "frameworks").exists():
        shutil.copytree(shards[0] / "frameworks", output / "frameworks")
    for folder in shards:
        for path in sorted((folder / "journal").glob("*.sqlite")):
            shutil.copy2(path, output / "journal" / path.name)
    whole.write(output)


def _whole(specification: Specification) -> Specification:
    return Specification({k: v for k, v in specification.asked.items() if k != "shard"}, specification.noted)


def _check_numbers(shards: Sequence[Path], specifications: Sequence[Specification]) -> None:
    of = specifications[0].shard[1]
    seen: dict[int, Path] = {}
    for folder, specification in zip(shards, specifications, strict=True):
        number, total = specification.shard
        if total != of:
            raise InputError(
                "shard {number}/{total}, the others are of {of}", file=folder, number=number, total=total, of=of
            )
        if number in seen:
            raise InputError(
                "shard {number}/{of}, as is {other}", file=folder, number=number, of=of, other=seen[number]
            )
        seen[number] = folder
    missing = [f"{number}/{of}" for number in range(1, of + 1) if number not in seen]
    if missing:
        raise InputError("shards missing: {missing}", missing=", ".join(missing))


def _check_complete(shards: Sequence[Path], specifications: Sequence[Specification]) -> None:
    for folder, specification in zip(shards, specifications, strict=True):
        wanted = specification.rows * len(specification.asked["models"])
        table = "answers" if specification.has_answers else FREE
        files = sorted((folder / table).glob("m*.parquet"))
        there = sum(rows_in(path) for path in files)
        if there != wanted:
            raise InputError(
                "{there} of {wanted} presentations are answered",
                file=folder,
                mend="finish it with `axiometer measure`",
                there=there,
                wanted=wanted,
            )
