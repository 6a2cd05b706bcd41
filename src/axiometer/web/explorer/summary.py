"""What a run says at a glance, from the counts of its index and, where there is one, from its analysis."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import polars as pl

from axiometer.analyze.correction.uncorrected import MACHINE_READ
from axiometer.errors import AxiometerError
from axiometer.frameworks import Framework, load_framework
from axiometer.records.rows import ExpressionKind, Outcome
from axiometer.records.tables import read_part
from axiometer.report.texts import Texts
from axiometer.report.views import read_first
from axiometer.web.explorer.index import RunIndex
from axiometer.web.explorer.places import is_plain_file, is_plain_folder, plain_files

ALL: Final = "all"
_CHOSEN: Final = str(Outcome.CHOSEN)
_NAMES: Final = ("model", "model_a", "model_b", "level", "lang", "lang_a", "lang_b", "value", "measure")
_NUMBERS: Final = ("share", "low", "high", "estimate", "difference")
TABLES: Final[Mapping[str, tuple[str, ...]]] = {
    "shares": ("model", "level", "lang", "value", "n", "share", "low", "high"),
    "ranking": ("model", "level", "value", "n", "rank", "rank_low", "rank_high", "tier"),
    "agreement": ("measure", "model_a", "model_b", "n_items", "estimate", "low", "high"),
    "languages": ("model", "level", "value", "lang_a", "lang_b", "difference", "low", "high"),
}
"""What pages show of the tables of an analysis."""


@dataclass(frozen=True, slots=True)
class Share:
    """How often a value was chosen by a respondent where it was at stake: of `n` presentations in which a side was
    chosen. `low` and `high`: the interval of the analysis; None where there is none, as for plain counts."""

    model: str
    value: str
    n: int
    share: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Profile:
    """Shares of one level. `analysed`: estimates of `axiometer analyze`, else counts of presentations."""

    level: str
    levels: tuple[str, ...]
    langs: tuple[str, ...]
    shares: tuple[Share, ...]
    analysed: bool


def is_machine_read(index: RunIndex) -> bool:
    """Whether a judge said what its free answers are: nothing on these pages is corrected for the judge's errors."""
    design = index.sources.specification.asked.get("design")
    return isinstance(design, Mapping) and str(design.get("mode")) in MACHINE_READ


def outcomes(index: RunIndex, by_lang: bool = False) -> pl.DataFrame:
    """How presentations ended: model (number), name, lang (`all`, or each with `by_lang`), outcome, n, of."""
    rows = _counts(index).filter(pl.col("target").is_null())
    lang = pl.col("lang") if by_lang else pl.lit(ALL)
    found = rows.group_by("model", "name", "outcome", lang=lang).agg(pl.col("n").sum())
    return found.with_columns(of=pl.col("n").sum().over("model", "lang")).sort("model", "lang", "outcome")


def counted_shares(index: RunIndex, lang: str = ALL) -> pl.DataFrame:
    """Of presentations in which a side was chosen, how many chose what endorses a value, position or rule, with counts
    on the level that options name and no interval: model, name, kind, target, n, for_it."""
    rows = _counts(index).filter(pl.col("target").is_not_null(), pl.col("outcome") == _CHOSEN)
    if lang != ALL:
        rows = rows.filter(pl.col("lang") == lang)
    found = rows.filter(pl.col("kind") != str(ExpressionKind.RULE)).group_by("model", "name", "kind", "target")
    return found.agg(pl.col("n").sum(), pl.col("for_it").sum()).sort("model", "kind", "target")


def _counts(index: RunIndex) -> pl.DataFrame:
    parts = [
        read_part(index.counts(each.number)).with_columns(
            pl.col("lang", "kind", "target", "outcome").cast(pl.String),
            model=pl.lit(each.number),
            name=pl.lit(each.name),
        )
        for each in index.sources.respondents
        if index.has_said(each.number)
    ]
    empty = {"lang": pl.String, "kind": pl.String, "target": pl.String, "outcome": pl.String}
    numbers = {"n": pl.UInt32, "for_it": pl.UInt32, "model": pl.Int32, "name": pl.String}
    return pl.concat(parts, how="vertical_relaxed") if parts else pl.DataFrame(schema={**empty, **numbers})


def table_of(folder: Path, name: str) -> pl.DataFrame | None:
    """What pages show of a table of a run's analysis; None where there is none that is not older than the answers, or
    it is a link, damaged, or of another make."""
    analysis = folder / "analysis"
    file = analysis / f"{name}.parquet"
    if not is_plain_folder(analysis) or not is_plain_file(file):
        return None
    made_of = [*plain_files(folder / "answers", "m*.parquet"), *plain_files(folder / "labels")]
    if made_of and max(path.stat().st_mtime for path in made_of) > file.stat().st_mtime:
        return None
    try:
        frame = read_part(file)
        names = [column for column in TABLES[name] if column in _NAMES]
        return frame.select(pl.col(column).cast(_type_of(column)) for column in TABLES[name]).drop_nulls(names)
    except (AxiometerError, pl.exceptions.PolarsError):
        return None


def _type_of(column: str) -> pl.DataType:
    return pl.String() if column in _NAMES else pl.Float64() if column in _NUMBERS else pl.Int64()


def profile(index: RunIndex, level: str = "", lang: str = ALL) -> Profile:
    """Shares by value, of the analysis where there is a fresh one, else counted."""
    table = table_of(index.sources.folder, "shares")
    langs = tuple(index.sources.specification.asked.get("items", {}).get("langs", {}))
    if table is None or table.is_empty():
        return _counted(index, lang, langs)
    levels = tuple(table["level"].unique(maintain_order=True).to_list())
    chosen = level if level in levels else _first(table, levels)
    rows = table.filter(pl.col("level") == chosen, pl.col("lang") == lang, pl.col("share").is_not_null())
    shares = tuple(
        Share(row["model"], row["value"], row["n"], row["share"], row["low"], row["high"])
        for row in rows.iter_rows(named=True)
    )
    return Profile(chosen, levels, langs, shares, True)


def _first(table: pl.DataFrame, levels: Sequence[str]) -> str:
    """The level to read first, as on a report's page, of those that have a share."""
    sizes = dict(table.drop_nulls("share").group_by("level").agg(pl.col("value").n_unique()).rows())
    there = [level for level in levels if level in sizes] or list(levels)
    return there[read_first([sizes.get(level, 0) for level in there])]


def level_name(frameworks: Mapping[str, Framework], level: str, lang: str) -> str:
    """A level's name in a language: its framework's, or what pages call it."""
    for framework in frameworks.values():
        for each in framework.levels:
            if each.id == level:
                return each.names.get(lang) or each.names.get("en") or level
    return Texts("zh" if lang == "zh" else "en").named("level", level)


def _counted(index: RunIndex, lang: str, langs: tuple[str, ...]) -> Profile:
    rows = counted_shares(index, lang)
    shares = tuple(
        Share(row["name"], row["target"], row["n"], row["for_it"] / row["n"])
        for row in rows.iter_rows(named=True)
        if row["n"]
    )
    return Profile("", (), langs, shares, False)


def frameworks_of(index: RunIndex) -> Mapping[str, Framework]:
    """The frameworks that lie in a run, by id; one that cannot be read is left out."""
    found = {}
    for file in plain_files(index.sources.folder / "frameworks", "*.yaml"):
        try:
            framework = load_framework(file)
        except AxiometerError:
            continue
        found[framework.id] = framework
    return found


def name_of(frameworks: Mapping[str, Framework], value: str, lang: str) -> str:
    """A value's name in a language, or its id."""
    for framework in frameworks.values():
        if value in framework:
            names = framework.value(value).names
            return names.get(lang) or names.get("en") or next(iter(names.values()), value)
    return value


def below(frameworks: Mapping[str, Framework], value: str) -> tuple[str, ...]:
    """All values that a framework has below this one."""
    found: list[str] = []
    for framework in frameworks.values():
        waiting = list(framework.children(value)) if value in framework else []
        while waiting:
            child = waiting.pop(0)
            if child not in found:
                found.append(child)
                waiting += framework.children(child)
    return tuple(found)
