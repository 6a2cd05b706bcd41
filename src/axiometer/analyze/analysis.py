"""The whole analysis of a run: items and answers in, one data frame per family of estimates out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path

import polars as pl

from axiometer.analyze.coded.catalogue import Catalogue, catalogue_of
from axiometer.analyze.coded.map_ends import over_maps
from axiometer.analyze.coded.presentations import Presentations, presentations_of
from axiometer.analyze.coded.value_index import FrameworkLike
from axiometer.analyze.estimates.agreement import agreement
from axiometer.analyze.estimates.consistency import consistency
from axiometer.analyze.estimates.contested import contested
from axiometer.analyze.estimates.corpora import corpora, corpus_differences, support
from axiometer.analyze.estimates.differences import between_languages, between_models
from axiometer.analyze.estimates.judges import judges
from axiometer.analyze.estimates.letters import letters
from axiometer.analyze.estimates.mode_gaps import mode_gaps
from axiometer.analyze.estimates.outcomes import outcomes
from axiometer.analyze.estimates.pairs import pairs
from axiometer.analyze.estimates.shares import shares
from axiometer.analyze.estimates.slots import slots
from axiometer.analyze.estimates.themes import theme_agreement, theme_differences, themes
from axiometer.analyze.estimates.variance import variance
from axiometer.analyze.files import SUMMARY, read_tables, write_tables
from axiometer.analyze.options import AnalysisOptions
from axiometer.analyze.ranking.tables import rankings
from axiometer.analyze.summary import summary_of
from axiometer.errors import InputError, Refused


@dataclass(frozen=True, slots=True)
class Analysis:
    """The tables of `analysis/` (columns: docs/architecture.md) and `summary`, JSON values only."""

    shares: pl.DataFrame
    ranking: pl.DataFrame
    ranking_fit: pl.DataFrame
    slots: pl.DataFrame
    consistency: pl.DataFrame
    variance: pl.DataFrame
    outcomes: pl.DataFrame
    differences: pl.DataFrame
    agreement: pl.DataFrame
    letters: pl.DataFrame
    languages: pl.DataFrame
    contested: pl.DataFrame
    pairs: pl.DataFrame
    themes: pl.DataFrame
    theme_differences: pl.DataFrame
    theme_agreement: pl.DataFrame
    corpora: pl.DataFrame
    corpus_differences: pl.DataFrame
    support: pl.DataFrame
    mode_gaps: pl.DataFrame
    judge: pl.DataFrame
    raters: pl.DataFrame
    summary: dict[str, object]

    def tables(self) -> dict[str, pl.DataFrame]:
        """All tables by name."""
        return {name: getattr(self, name) for name in TABLES}

    def write(self, folder: Path) -> None:
        """One Parquet file per table and `summary.json`, each written whole or not at all."""
        write_tables(self.tables(), self.summary, folder)

    @classmethod
    def whole_in(cls, folder: Path) -> bool:
        """Whether all that `write` writes is in `folder`: an earlier version may have written fewer tables."""
        return all((folder / name).exists() for name in [*(f"{table}.parquet" for table in TABLES), SUMMARY])

    @classmethod
    def read(cls, folder: Path) -> Analysis:
        """What `write` wrote. Raises `InputError` where something is missing."""
        tables, summary = read_tables(TABLES, folder)
        return cls(**tables, summary=summary)

    def models(self) -> tuple[str, ...]:
        """The respondents, in alphabetical order."""
        return tuple(sorted(self.outcomes["model"].unique().to_list()))

    def modes(self, model: str) -> tuple[str, ...]:
        """The modes in which a model was asked."""
        return tuple(self.outcomes.filter(pl.col("model") == model)["mode"].unique(maintain_order=True).to_list())

    def levels(self) -> tuple[str, ...]:
        """The levels with shares, top to bottom."""
        return tuple(self.shares["level"].unique(maintain_order=True).to_list())

    def tiers(self, model: str, level: str, mode: str | None = None) -> list[list[str]]:
        """The values of a level in tiers, the most chosen first, by strength within a tier. Values without a rank
        interval are left out. `mode` defaults to the model's first that was ranked."""
        own = self.ranking.filter((pl.col("model") == model) & (pl.col("level") == level))
        if own.is_empty():
            return []
        own = own.filter((pl.col("mode") == (mode or own["mode"][0])) & pl.col("tier").is_not_null()).sort("rank")
        groups = own.group_by("tier", maintain_order=True).agg(pl.col("value"))
        return [list(values) for values in groups["value"].to_list()]

    def share(
        self, model: str, level: str, value: str, lang: str = "all", mode: str | None = None
    ) -> dict[str, object]:
        """The row of `shares` asked for. Raises `InputError` where there is none."""
        found = self.shares.filter(
            (pl.col("model") == model)
            & (pl.col("level") == level)
            & (pl.col("value") == value)
            & (pl.col("lang") == lang)
            & (pl.lit(True) if mode is None else pl.col("mode") == mode)
        )
        if found.is_empty():
            raise InputError(f"no share of {value!r} at level {level!r} for {model!r}")
        return found.row(0, named=True)


TABLES: tuple[str, ...] = tuple(field.name for field in fields(Analysis) if field.name != "summary")


def analyze(
    items: pl.DataFrame,
    answers: pl.DataFrame,
    *,
    frameworks: Mapping[str, FrameworkLike],
    options: AnalysisOptions | None = None,
    labels: pl.DataFrame | None = None,
) -> Analysis:
    """Every estimate of a run. `items`: schema_of(Item); `answers`: schema_of(Answer), one row per presentation; texts
    may be left out (`ITEM_COLUMNS`, `ANSWER_COLUMNS` are needed).

    `frameworks` holds those that the items name, `labels` what people said of judged answers
    (`measure.labels.read_run_labels`). The result does not depend on the order of rows, items or models.
    Raises `Refused` for unmapped items (unless `options.values` is False) and `InputError` where the tables do not
    fit.
    """
    chosen = options or AnalysisOptions()
    if chosen.values:
        refuse_unmapped(items)
    catalogue = catalogue_of(items, frameworks, silent=None if chosen.values else pl.lit(True))
    return of_presentations(list(presentations_of(answers, catalogue)), catalogue, chosen, labels)


@dataclass(frozen=True, slots=True)
class Comparison:
    """The tables that set respondents against each other, pair by pair."""

    differences: pl.DataFrame
    agreement: pl.DataFrame
    letters: pl.DataFrame
    contested: pl.DataFrame
    theme_differences: pl.DataFrame
    theme_agreement: pl.DataFrame
    corpus_differences: pl.DataFrame
    mode_gaps: pl.DataFrame


def compare(
    items: pl.DataFrame,
    answers: pl.DataFrame,
    *,
    frameworks: Mapping[str, FrameworkLike],
    options: AnalysisOptions | None = None,
    labels: pl.DataFrame | None = None,
    names: Mapping[str, str] | None = None,
) -> Comparison:
    """Respondents pair by pair on the items that both answered, whether in one run or in several put together.

    `answers` may lack the columns that hold texts. Of unmapped items only what needs no values is compared. `labels`:
    as in `analyze`; `names`: the model behind each respondent's name where they differ, so that its modes are compared.
    """
    chosen = options or AnalysisOptions()
    catalogue = catalogue_of(items, frameworks, silent=~pl.col("mapped"))
    everyone = list(presentations_of(answers, catalogue))

    def tables(known: Catalogue) -> dict[str, pl.DataFrame]:
        return {
            "differences": between_models(everyone, known, chosen),
            "agreement": agreement(everyone, known, chosen),
            "letters": letters(everyone, known, chosen),
            "contested": contested(everyone, known, chosen),
            "theme_differences": theme_differences(everyone, known, chosen),
            "theme_agreement": theme_agreement(everyone, known, chosen),
            "corpus_differences": corpus_differences(everyone, known, chosen, labels),
            "mode_gaps": mode_gaps(everyone, known, chosen, names, labels),
        }

    return Comparison(**over_maps(catalogue, tables))


def refuse_unmapped(items: pl.DataFrame) -> None:
    """Raises `Refused`, in one line, where it is not known which option of an item expresses what."""
    unmapped = int((~items["mapped"]).sum())
    if unmapped:
        raise Refused(
            "{n} of {all} items are unmapped (it is not known which option expresses what), so nothing can be said "
            "about values; `axiometer analyze RUN --without-values` gives outcomes, slots, consistency and agreement",
            n=unmapped,
            all=items.height,
        )


def of_presentations(
    everyone: list[Presentations],
    catalogue: Catalogue,
    options: AnalysisOptions,
    labels: pl.DataFrame | None = None,
) -> Analysis:
    """The tables of coded answers: `analyze` after reading. Where recovered maps have an interval of their own, every
    interval that rests on them is the union of those at its ends."""
    tables = over_maps(catalogue, lambda known: _tables(everyone, known, options, labels))
    return Analysis(**tables, summary=summary_of(tables, everyone, catalogue, options))


def _tables(
    everyone: list[Presentations], catalogue: Catalogue, options: AnalysisOptions, labels: pl.DataFrame | None
) -> dict[str, pl.DataFrame]:
    judge, raters = judges(everyone, catalogue, options, labels)
    ranking, ranking_fit = rankings(everyone, catalogue, options)
    return {
        "shares": shares(everyone, catalogue, options),
        "ranking": ranking,
        "ranking_fit": ranking_fit,
        "slots": slots(everyone, catalogue, options),
        "consistency": consistency(everyone, catalogue, options),
        "variance": variance(everyone, catalogue),
        "outcomes": outcomes(everyone, catalogue, options),
        "differences": between_models(everyone, catalogue, options),
        "agreement": agreement(everyone, catalogue, options),
        "letters": letters(everyone, catalogue, options),
        "languages": between_languages(everyone, catalogue, options),
        "contested": contested(everyone, catalogue, options),
        "pairs": pairs(everyone, catalogue, options),
        "themes": themes(everyone, catalogue, options),
        "theme_differences": theme_differences(everyone, catalogue, options),
        "theme_agreement": theme_agreement(everyone, catalogue, options),
        "corpora": corpora(everyone, catalogue, options, labels),
        "corpus_differences": corpus_differences(everyone, catalogue, options, labels),
        "support": support(everyone, catalogue, options),
        "mode_gaps": mode_gaps(everyone, catalogue, options, None, labels),
        "judge": judge,
        "raters": raters,
    }
