"""What a report is made from: runs as they were read, and all of them together as one study."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

import polars as pl

from axiometer.errors import InputError
from axiometer.records.rows import PEOPLE
from axiometer.report.beside_people import BESIDE_PEOPLE, beside_people
from axiometer.report.charts import Series
from axiometer.report.texts import Texts

if TYPE_CHECKING:
    from axiometer.analyze import Analysis
    from axiometer.analyze.people import AltTest
    from axiometer.frameworks import Framework

Frame = TypeVar("Frame", pl.DataFrame, pl.LazyFrame)

MODEL_COLUMNS = ("model", "model_a", "model_b")

# A level with more values than this is too long to be read first.
_READABLE = 16

PAIRWISE = (
    *("differences", "agreement", "letters", "contested", "theme_differences", "theme_agreement"),
    *("corpus_differences", "mode_gaps"),
)


@dataclass(frozen=True, slots=True)
class RunView:
    """One run in memory: `items` and `answers` have the columns of their row types, `answers` may be lazy.

    `manifest` is the content of `run.yaml`, `frameworks` those that the items refer to, by id; `labels` what people
    said of judged answers, `stand_in` the alternative annotator test of the judge on them (None where there is none).
    """

    name: str
    manifest: Mapping[str, object]
    items: pl.DataFrame
    answers: pl.DataFrame | pl.LazyFrame
    analysis: Analysis
    frameworks: Mapping[str, Framework]
    labels: pl.DataFrame | None = None
    stand_in: AltTest | None = None


@dataclass(frozen=True, slots=True)
class Respondent:
    """A model in a run. `label` is its name, with the run's name where two runs asked the same model."""

    label: str
    run: str
    model: str
    mark: int

    @property
    def people(self) -> bool:
        """Whether it is a group of persons: its repeats are persons, not the same respondent asked again."""
        return self.model == PEOPLE or self.model.startswith(f"{PEOPLE}/")

    @property
    def series(self) -> Series:
        return Series(self.label, self.mark)


@dataclass(frozen=True, slots=True)
class LevelView:
    """A level for which there are estimates: its values in the framework's order."""

    id: str
    name: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Study:
    """All runs side by side: tables joined, models replaced by the labels of respondents.

    `names` holds values' names in the report's language, `above` the ids of the broader values over each, `theme_names`
    themes' names.
    """

    runs: tuple[RunView, ...]
    texts: Texts
    respondents: tuple[Respondent, ...]
    levels: tuple[LevelView, ...]
    items: pl.DataFrame
    answers: pl.LazyFrame
    names: Mapping[str, str]
    above: Mapping[str, tuple[str, ...]]
    theme_names: Mapping[str, str]
    tables: dict[str, pl.DataFrame] = field(default_factory=dict)

    def table(self, name: str) -> pl.DataFrame:
        """A table of the analysis over all runs; `model`, `model_a`, `model_b` hold respondents' labels.

        Tables that set respondents against each other are made anew where there are several runs, so that respondents
        of different runs are compared too, on the items that both answered. Those that set them beside people
        (`beside_people`) are always made of all runs.
        """
        if name in PAIRWISE and len(self.runs) > 1 and name not in self.tables:
            self.tables.update(self._across())
        if name in BESIDE_PEOPLE and name not in self.tables:
            self.tables.update(beside_people(self.items, self.answers))
        if name not in self.tables:
            self.tables[name] = pl.concat([self._of_run(run, name) for run in self.runs], how="diagonal_relaxed")
        return self.tables[name]

    def value_name(self, value: str) -> str:
        return self.names.get(value, value)

    def respondent(self, label: str) -> Respondent:
        return next(respondent for respondent in self.respondents if respondent.label == label)

    @property
    def main_level(self) -> LevelView | None:
        """The level to read first: the finest one that is not too long, else the shortest."""
        if not self.levels:
            return None
        return self.levels[read_first([len(level.values) for level in self.levels])]

    def level_name(self, level: str) -> str:
        return next((view.name for view in self.levels if view.id == level), level)

    def theme_name(self, theme: str) -> str:
        """A theme's name in the report's language: what its items call it (`theme_en`, `theme_zh`), or its id."""
        return self.theme_names.get(theme, theme)

    @property
    def languages(self) -> tuple[str, ...]:
        return tuple(sorted(self.items["lang"].unique()))

    def _across(self) -> dict[str, pl.DataFrame]:
        from axiometer.analyze import compare

        frameworks = {name: framework for run in self.runs for name, framework in run.frameworks.items()}
        answers = self.answers.select(pl.exclude("raw", "reasoning", "reason")).collect()
        said = [run.labels for run in self.runs if run.labels is not None]
        found = compare(
            self.items,
            answers,
            frameworks=frameworks,
            labels=pl.concat(said) if said else None,
            names={respondent.label: respondent.model for respondent in self.respondents},
        )
        return {name: getattr(found, name) for name in PAIRWISE}

    def _of_run(self, run: RunView, name: str) -> pl.DataFrame:
        """A table of one run under the labels of its respondents; models without an answer here are left out."""
        labels = {entry.model: entry.label for entry in self.respondents if entry.run == run.name}
        table: pl.DataFrame = getattr(run.analysis, name)
        named = [column for column in MODEL_COLUMNS if column in table.columns]
        return _labelled(table.filter(pl.col(column).is_in(list(labels)) for column in named), labels)


def study(runs: Sequence[RunView], texts: Texts) -> Study:
    """The runs as one study. Raises `InputError` where there is no run or two have the same name."""
    if not runs:
        raise InputError("no run to report on")
    names = [run.name for run in runs]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise InputError(f"two runs are called {twice[0]!r}", mend="rename one of the folders")
    respondents = _respondents(runs)
    labels = {run.name: {r.model: r.label for r in respondents if r.run == run.name} for run in runs}
    return Study(
        runs=tuple(runs),
        texts=texts,
        respondents=respondents,
        levels=_levels(runs, texts),
        items=pl.concat([run.items for run in runs], how="diagonal_relaxed").unique("id", maintain_order=True),
        answers=pl.concat([_labelled(run.answers.lazy(), labels[run.name]) for run in runs], how="diagonal_relaxed"),
        names=_value_names(runs, texts.lang),
        above=_values_above(runs),
        theme_names=_theme_names(runs, texts.lang),
    )


def listed_models(run: RunView) -> list[Mapping[str, object]]:
    """The respondents as the manifest lists them (under `asked` or at its top), each with at least a `name`."""
    asked = run.manifest.get("asked")
    listed = (asked if isinstance(asked, Mapping) else run.manifest).get("models")
    if not isinstance(listed, list):
        return []
    return [entry if isinstance(entry, Mapping) else {"name": str(entry)} for entry in listed]


def _models(run: RunView) -> list[str]:
    """Models that answered, in the order of the manifest where it lists them, else by name."""
    found = set(run.answers.lazy().select(pl.col("model").unique()).collect()["model"])
    first = [name for name in dict.fromkeys(str(entry.get("name")) for entry in listed_models(run)) if name in found]
    return [*first, *sorted(found - set(first))]


def _respondents(runs: Sequence[RunView]) -> tuple[Respondent, ...]:
    asked = [(run.name, model) for run in runs for model in _models(run)]
    models = [model for _, model in asked]
    return tuple(
        Respondent(model if models.count(model) == 1 else f"{model} · {run}", run, model, mark)
        for mark, (run, model) in enumerate(asked)
    )


def _labelled(frame: Frame, labels: Mapping[str, str]) -> Frame:
    names = [name for name in MODEL_COLUMNS if name in frame.collect_schema()]
    return frame.with_columns(pl.col(name).replace(labels) for name in names)


def _value_names(runs: Sequence[RunView], lang: str) -> dict[str, str]:
    names: dict[str, str] = {}
    for run in runs:
        for framework in run.frameworks.values():
            for value in framework.values:
                names.setdefault(value.id, framework.name(value.id, lang))
    return names


def _theme_names(runs: Sequence[RunView], lang: str) -> dict[str, str]:
    found = pl.concat(
        [
            run.items.filter(pl.col("kind") == "theme").select(
                theme=pl.col("meta").str.json_path_match("$.theme"),
                name=pl.col("meta").str.json_path_match(f"$.theme_{lang}"),
            )
            for run in runs
        ]
    )
    return dict(found.drop_nulls().unique("theme", keep="first", maintain_order=True).iter_rows())


def _values_above(runs: Sequence[RunView]) -> dict[str, tuple[str, ...]]:
    above: dict[str, tuple[str, ...]] = {}
    for run in runs:
        for framework in run.frameworks.values():
            for value in framework.values:
                levels = framework.ancestors(value.id).values()
                above.setdefault(value.id, tuple(sorted(set().union(*levels))))
    return above


def _read_first(run: RunView) -> pl.DataFrame:
    """What has shares, but for corpora, which have a section of their own: their levels are not to be compared."""
    estimated = run.analysis.shares.select("level", "value")
    corpora = run.analysis.corpora["corpus"].unique().to_list()
    themed = run.analysis.themes["position"].unique().to_list()
    apart = [corpus for corpus in corpora if corpus not in themed]
    return estimated.filter(~((pl.col("level") == "position") & pl.col("value").is_in(apart)))


def read_first(sizes: Sequence[int]) -> int:
    """Which of levels with so many values is to be read first: the finest that is not too long, else the shortest."""
    readable = [place for place, size in enumerate(sizes) if size <= _READABLE]
    if readable:
        return max(readable, key=sizes.__getitem__)
    return min(range(len(sizes)), key=sizes.__getitem__)


def _levels(runs: Sequence[RunView], texts: Texts) -> tuple[LevelView, ...]:
    estimated = pl.concat([_read_first(run) for run in runs]).unique()
    found: dict[str, set[str]] = {}
    for level, value in estimated.iter_rows():
        found.setdefault(level, set()).add(value)
    views: list[LevelView] = []
    for run in runs:
        for framework in run.frameworks.values():
            for level in framework.levels:
                if level.id in found and level.id not in {view.id for view in views}:
                    known = [value.id for value in framework.values_at(level.id) if value.id in found[level.id]]
                    others = sorted(found[level.id] - set(known))
                    name = level.names.get(texts.lang) or level.names.get("en") or level.id
                    views.append(LevelView(level.id, name, (*known, *others)))
    rest = [level for level in sorted(found) if level not in {view.id for view in views}]
    views.extend(LevelView(level, texts.named("level", level), tuple(sorted(found[level]))) for level in rest)
    return tuple(views)
