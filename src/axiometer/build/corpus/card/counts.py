"""What can be counted in published rules: values by level, languages, sources, licences, labels."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from axiometer.build.corpus.card.shares import Clusters
from axiometer.build.corpus.release_rows import level_column
from axiometer.frameworks import Framework
from axiometer.records.corpus_rows import RuleLabel

SHOWN_RULES = 5
_WHERE = ("lang", "source", "outlet", "nation", "licence", "origin")


@dataclass(frozen=True, slots=True)
class Counts:
    """Rules of a corpus, counted. Keys of what is not stated are None.

    `values`: level id -> value id -> rules that count for it, every value of the framework, in its order. `without`:
    level id -> rules without a value on it. `where`: column -> what it holds -> rules, most frequent first. `texts`:
    texts that the rules were written from. `rewritten`: rules with label -1; `polished`: with label 1 and new words.
    `shown`: the rules with the lowest ids (a draw, as ids are hashes): (language, text, names of values). `digest`: of
    the file that holds the rules. `clusters`: of the labelled rules by source text, for the share of those rewritten.
    """

    rules: int
    texts: int
    values: Mapping[str, Mapping[str, int]]
    without: Mapping[str, int]
    where: Mapping[str, Mapping[str | None, int]]
    labels: Mapping[int | None, int]
    rewritten: int
    polished: int
    shown: Sequence[tuple[str, str, tuple[str, ...]]]
    digest: str = ""
    clusters: Clusters = field(default_factory=Clusters)


@dataclass(slots=True)
class Counting:
    """Counts published rules, a data frame at a time."""

    framework: Framework
    _rules: int = 0
    _texts: set[str] = field(default_factory=set)
    _values: dict[str, Counter[str]] = field(default_factory=dict)
    _without: Counter[str] = field(default_factory=Counter)
    _where: dict[str, Counter[str | None]] = field(default_factory=lambda: {name: Counter() for name in _WHERE})
    _labels: Counter[int | None] = field(default_factory=Counter)
    _polished: int = 0
    _clusters: Clusters = field(default_factory=Clusters)
    _shown: list[tuple[str, str, str, tuple[str, ...]]] = field(default_factory=list)

    def add(self, frame: pl.DataFrame) -> None:
        """`frame` has the columns of `release_schema`."""
        self._rules += frame.height
        self._texts.update(text for text in frame["text_id"].unique().to_list() if text is not None)
        for level in self.framework.levels:
            column = frame[level_column(level.id)]
            self._values.setdefault(level.id, Counter()).update(
                column.explode(empty_as_null=False).drop_nulls().to_list()
            )
            self._without[level.id] += int((column.list.len() == 0).sum())
        for name in _WHERE:
            self._where[name].update(_files(frame[name]).to_list() if name == "source" else frame[name].to_list())
        self._labels.update(frame["label"].to_list())
        keep = int(RuleLabel.KEEP)
        self._polished += int(((frame["label"] == keep) & frame["rewritten"]).fill_null(False).sum())
        self._clusters = self._clusters.plus(_clusters(frame))
        self._show(frame)

    def _show(self, frame: pl.DataFrame) -> None:
        lowest = frame.sort("id").head(SHOWN_RULES).select("id", "lang", "text", "value_names")
        found = [(row[0], row[1], row[2], tuple(row[3])) for row in lowest.iter_rows()]
        self._shown = sorted([*self._shown, *found])[:SHOWN_RULES]

    def counts(self, digest: str = "") -> Counts:
        levels = self.framework.levels
        return Counts(
            digest=digest,
            clusters=self._clusters,
            rules=self._rules,
            texts=len(self._texts),
            values={
                level.id: {
                    value.id: self._values.get(level.id, Counter())[value.id]
                    for value in self.framework.values_at(level.id)
                }
                for level in levels
            },
            without={level.id: self._without[level.id] for level in levels},
            where={name: _sorted(counted) for name, counted in self._where.items()},
            labels={label: self._labels[label] for label in (1, 0, -1, None) if self._labels[label]},
            rewritten=self._labels[int(RuleLabel.REWRITE)],
            polished=self._polished,
            shown=[row[1:] for row in self._shown],
        )


def _clusters(frame: pl.DataFrame) -> Clusters:
    """The labelled rules by source text, all of which are in one frame; a rule without a text is on its own."""
    rewritten = (pl.col("label") == int(RuleLabel.REWRITE)).cast(pl.Float64)
    each = (
        frame.filter(pl.col("label").is_not_null())
        .group_by(pl.coalesce("text_id", "id"))
        .agg(k=rewritten.sum(), n=pl.len().cast(pl.Float64))
    )
    kk, kn, nn = each.select(kk=pl.col("k") ** 2, kn=pl.col("k") * pl.col("n"), nn=pl.col("n") ** 2).sum().row(0)
    return Clusters(each.height, kk or 0.0, kn or 0.0, nn or 0.0)


def _files(sources: pl.Series) -> pl.Series:
    """The file of each source: a source names file and row."""
    return sources.str.replace(r":\d+$", "")


def _sorted(counted: Counter[str | None]) -> dict[str | None, int]:
    return dict(sorted(counted.items(), key=lambda pair: (-pair[1], pair[0] is None, pair[0] or "")))
