"""What tuning changed: the base, the tuned model and its control on held-out items, on other items, and on dilemmas.

Every set is a run of its own with all models in it, made by `measure` and analysed by `analyze`; the changes are the
paired differences of that analysis, turned so that they read tuned minus base.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from axiometer.align.exporting import HELD_OUT, OTHERS
from axiometer.align.training import ASKED, CONTROL
from axiometer.analyze import Analysis, AnalysisOptions, analyze
from axiometer.errors import InputError
from axiometer.measure import Design, MeasureOptions, open_run, plan_run, run_plan
from axiometer.models.protocols import ChatModel
from axiometer.models.transformers_weights import ADAPTER
from axiometer.records.rows import Mode
from axiometer.records.tables import write_parquet, write_text
from axiometer.runtime import Progress
from axiometer.runtime.respondent import Respondent

HELD_OUT_SET = "held-out"
OTHERS_SET = "others"
STARTER_SET = "starter"
CHANGES = "changes.parquet"
PAGE = "changes.md"
TUNED = "tuned"
Open = Callable[[str], ChatModel]


@dataclass(frozen=True, slots=True)
class ItemSet:
    """Items under a name; `limit`: a seeded sample of that many."""

    name: str
    table: Path
    limit: int | None = None


@dataclass(frozen=True, slots=True)
class Tuned:
    """A tuned model as `align train` left it. `targets`: what it was tuned to express."""

    folder: Path
    base: str
    targets: tuple[str, ...]
    control: Path | None

    @property
    def positions(self) -> frozenset[str]:
        """The positions that it was tuned towards or against."""
        return frozenset(target.removeprefix("reverse of ").removeprefix("against ") for target in self.targets)

    @property
    def names(self) -> dict[str, str]:
        """The respondents by their part: base, tuned, control."""
        found = {"base": f"hf/{self.base}", TUNED: f"hf/{self.folder}"}
        return found if self.control is None else {**found, CONTROL: f"hf/{self.control}"}


@dataclass(frozen=True, slots=True)
class Changes:
    """What was found. `table` (columns: `SCHEMA`) is also `changes.parquet` in `folder`; `runs` has a folder for each
    set and mode."""

    folder: Path
    table: pl.DataFrame
    runs: tuple[Path, ...]

    def of_target(self) -> pl.DataFrame:
        """The rows of the target on held-out items."""
        return self.table.filter(pl.col("is_target") & (pl.col("set") == HELD_OUT_SET))


SCHEMA: dict[str, type[pl.DataType]] = {
    "set": pl.String,
    "mode": pl.String,
    "level": pl.String,
    "value": pl.String,
    "is_target": pl.Boolean,
    "who": pl.String,
    "n_items": pl.Int64,
    "before": pl.Float64,
    "before_low": pl.Float64,
    "before_high": pl.Float64,
    "after": pl.Float64,
    "after_low": pl.Float64,
    "after_high": pl.Float64,
    "change": pl.Float64,
    "low": pl.Float64,
    "high": pl.Float64,
    "interval": pl.String,
    "why_not": pl.String,
    "p": pl.Float64,
    "p_adjusted": pl.Float64,
}


def tuned_in(folder: Path) -> Tuned:
    """The tuned model in `folder`. Raises `InputError` where there is none, or its training did not end."""
    if not (folder / ASKED).is_file() or not (folder / ADAPTER).is_file():
        raise InputError("no tuned model here", file=folder, mend="make it with `axiometer align train` to its end")
    try:
        said = json.loads((folder / ASKED).read_text(encoding="utf-8"))
        base, targets = str(said["noted"]["model"]), tuple(str(name) for name in said["asked"]["targets"])
    except (ValueError, KeyError, TypeError) as error:
        raise InputError("not readable as JSON", file=folder / ASKED) from error
    control = folder / CONTROL
    return Tuned(folder, base, targets, control if (control / ADAPTER).is_file() else None)


def sets_of(data: Path, also: Sequence[Path]) -> list[ItemSet]:
    """The held-out items of the data, those of other positions, and the tables named beside them."""
    if not (data / HELD_OUT).is_file():
        raise InputError("no held-out items here", file=data, mend="name a folder that `axiometer align export` made")
    sets = [ItemSet(HELD_OUT_SET, data / HELD_OUT)]
    if (data / OTHERS).is_file():
        sets.append(ItemSet(OTHERS_SET, data / OTHERS))
    sets.extend(ItemSet(table.stem, table) for table in also)
    names = [each.name for each in sets]
    twice = sorted({name for name in names if names.count(name) > 1 or name == STARTER_SET})
    if twice:
        raise InputError("two tables are called {name!r}", mend="rename one of the files", name=twice[0])
    return sets


def measure_changes(
    tuned: Tuned,
    sets: Sequence[ItemSet],
    modes: Sequence[Mode],
    output: Path,
    open_model: Open,
    *,
    seed: int = 0,
    progress: Progress | None = None,
) -> Changes:
    """Measures all models on all sets in all modes; the same call goes on where it stopped. `open_model` gives the
    respondent of a name. Writes `changes.parquet` and `changes.md` beside the runs."""
    rows: list[dict[str, Any]] = []
    runs = []
    for each in sets:
        for mode in modes:
            run = output / f"{each.name}-{mode}"
            people = {who: Respondent(open_model(name)) for who, name in tuned.names.items()}
            plan = plan_run(
                each.table, list(people.values()), Design(mode=mode), MeasureOptions(limit=each.limit, seed=seed)
            )
            run_plan(plan, run, progress)
            names = {who: one.model.name for who, one in people.items()}
            rows.extend(_rows(each.name, names, tuned.positions, _analysed(run, seed)))
            runs.append(run)
    table = pl.DataFrame(rows, schema=SCHEMA)
    write_parquet(table, output / CHANGES)
    changes = Changes(output, table, tuple(runs))
    write_text(page_of(changes, tuned), output / PAGE)
    return changes


def _analysed(run: Path, seed: int) -> Analysis:
    read = open_run(run, texts=False)
    found = analyze(read.items, read.answers, frameworks=read.frameworks, options=AnalysisOptions(seed=seed))
    found.write(run / "analysis")
    return found


def _rows(name: str, names: Mapping[str, str], wanted: Container[str], analysis: Analysis) -> Iterator[dict[str, Any]]:
    """The change of each value or position from the base, of the tuned model and of the control. names: the
    respondents' by their part."""
    shares = {
        (row["model"], row["level"], row["value"]): row
        for row in analysis.shares.filter(pl.col("lang") == "all").iter_rows(named=True)
    }
    for who in list(names)[1:]:
        pair = {names["base"], names[who]}
        for row in analysis.differences.iter_rows(named=True):
            if {row["model_a"], row["model_b"]} != pair:
                continue
            turned = _turned(row, names[who])
            before = shares.get((names["base"], row["level"], row["value"]), {})
            after = shares.get((names[who], row["level"], row["value"]), {})
            yield {
                "set": name,
                "mode": row["mode"],
                "level": row["level"],
                "value": row["value"],
                "is_target": row["value"] in wanted,
                "who": who,
                "n_items": row["n_items"],
                **{f"before{end}": before.get(key) for end, key in _ENDS},
                **{f"after{end}": after.get(key) for end, key in _ENDS},
                **turned,
                **{key: row[key] for key in ("interval", "why_not", "p", "p_adjusted")},
            }


_ENDS = (("", "share"), ("_low", "low"), ("_high", "high"))


def _turned(row: Mapping[str, Any], after: str) -> dict[str, float | None]:
    """The difference as `after` minus the base, with its interval."""
    if row["model_a"] == after:
        return {"change": row["difference"], "low": row["low"], "high": row["high"]}
    return {"change": _minus(row["difference"]), "low": _minus(row["high"]), "high": _minus(row["low"])}


def _minus(number: float | None) -> float | None:
    return None if number is None else -number


def page_of(changes: Changes, tuned: Tuned) -> str:
    """The changes as Markdown: the target first, then everything else that was measured."""
    lines = [
        f"# What tuning towards {', '.join(tuned.targets)} changed",
        "",
        f"Base: `{tuned.names['base']}`; tuned: `{tuned.folder.name}`"
        + ("." if tuned.control is None else "; control: tuned to the reversed target."),
        "A change is the share after tuning minus the share before, on the same items, with its 95 % interval "
        "(bootstrap over issue groups). Reverse statements are constructed: nobody said them. No share is "
        "the right one.",
        "",
        "## The target, on held-out items",
        "",
        *_table(changes.of_target()),
        "",
        "## Beside the target",
        "",
        "What was not meant to change. `p adjusted` is Holm's over all values of a set, mode and level.",
        "",
        *_table(changes.table.filter(~(pl.col("is_target") & (pl.col("set") == HELD_OUT_SET)))),
        "",
    ]
    return "\n".join(lines)


def _table(rows: pl.DataFrame) -> list[str]:
    if rows.is_empty():
        return ["Nothing was measured."]
    heads = ("set", "mode", "position or value", "model", "items", "before", "after", "change", "95 % interval")
    lines = [f"| {' | '.join(heads)} | p adjusted |", "|---|---|---|---|---:|---:|---:|---:|---|---:|"]
    for row in rows.iter_rows(named=True):
        ends = row["why_not"] if row["low"] is None else f"{row['low']:+.3f} to {row['high']:+.3f}"
        cells = [row["set"], row["mode"], row["value"], row["who"], str(row["n_items"])]
        cells += [_number(row["before"]), _number(row["after"]), _number(row["change"], "+"), ends or "-"]
        p = row["p_adjusted"]
        lines.append(f"| {' | '.join(cells)} | {'< 0.001' if p is not None and p < 0.001 else _number(p)} |")
    return lines


def _number(value: float | None, sign: str = "") -> str:
    return "-" if value is None else f"{value:{sign}.3f}"
