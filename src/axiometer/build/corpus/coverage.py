"""How much of a corpus people's labels reach: machine-labelled rules that have a rule labelled by people near them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from axiometer.build.corpus.card.shares import Share, share_of
from axiometer.build.corpus.dedup import DedupOptions
from axiometer.build.corpus.dedup_rules import by_people, comparable, language
from axiometer.build.corpus.steps.examples import Example
from axiometer.build.work.search import Search
from axiometer.frameworks import Framework
from axiometer.runtime.progress import Progress, Silent
from axiometer.runtime.runners import Runner

_AT_ONCE = 50_000  # rules whose vectors are in memory together: 100 MB at 512 dimensions


@dataclass(frozen=True, slots=True)
class Reached:
    """Of a group of machine-labelled rules: how many are reached; and how many rules people labelled in it."""

    rules: Share
    people: int


@dataclass(frozen=True, slots=True)
class Coverage:
    """Rules labelled by a model that have one labelled by people (whatever its label) within `threshold`, in their own
    language. By language, and level id -> value id -> the rules that count for the value; languages and values without
    a rule on either side are left out."""

    embedder: str
    threshold: float
    all: Reached
    by_language: Mapping[str, Reached]
    by_value: Mapping[str, Mapping[str, Reached]]


def coverage(
    rules: Iterable[pl.DataFrame],
    people: Sequence[Example],
    framework: Framework,
    options: DedupOptions,
    cache: Path,
    runner: Runner,
    progress: Progress | None = None,
) -> Coverage:
    """The coverage of `rules` (frames of `Rule`) by what people labelled. Embedder and threshold are those by which
    duplicates are told; `cache` is the same folder of vectors. Rules without a label, and those that people labelled
    themselves, are not asked about."""
    search = Search(options.embedder, options.threshold, cache, runner, progress or Silent())
    by_language: dict[str, list[str]] = {}
    for example in people:
        by_language.setdefault(language(example.lang), []).append(example.text)
    tally = _Tally(framework)
    for example in people:
        tally.person(example)
    for frame in _in_lots(rules):
        for (lang,), group in frame.group_by("language", maintain_order=True):
            near = _near(group["text"].to_list(), by_language.get(str(lang), []), search)
            tally.machine(str(lang), group["values"].to_list(), near)
    return tally.coverage(options)


def _in_lots(rules: Iterable[pl.DataFrame]) -> Iterator[pl.DataFrame]:
    """The rules labelled by a model, in frames of bounded size."""
    waiting: list[pl.DataFrame] = []
    for frame in rules:
        labelled = frame.filter(pl.col("label").is_not_null() & ~by_people())
        waiting.append(
            labelled.select("text", "values", language=pl.col("lang").map_elements(language, return_dtype=pl.String))
        )
        if sum(each.height for each in waiting) >= _AT_ONCE:
            yield pl.concat(waiting)
            waiting = []
    if waiting:
        yield pl.concat(waiting)


def _near(texts: list[str], people: list[str], search: Search) -> list[bool]:
    """For each text whether one of people's is near it, or has the same words."""
    from axiometer.similarity.kernel import pairs_between

    if not people:
        return [False] * len(texts)
    words = {comparable(text) for text in people}
    near = [comparable(text) in words for text in texts]
    found = pairs_between(search.vectors(people), search.vectors(texts), search.threshold)
    for index in found.j.tolist():
        near[index] = True
    return near


@dataclass(slots=True)
class _Tally:
    """Counts by language and by value, on every level."""

    framework: Framework
    people: Counter[tuple[str, str]] = field(default_factory=Counter)
    rules: Counter[tuple[str, str]] = field(default_factory=Counter)
    reached: Counter[tuple[str, str]] = field(default_factory=Counter)

    def person(self, example: Example) -> None:
        self.people.update(self._groups(language(example.lang), example.values))

    def machine(self, lang: str, values: Sequence[Sequence[str]], near: Sequence[bool]) -> None:
        for theirs, is_near in zip(values, near, strict=True):
            groups = self._groups(lang, theirs)
            self.rules.update(groups)
            if is_near:
                self.reached.update(groups)

    def coverage(self, options: DedupOptions) -> Coverage:
        languages = sorted({name for kind, name in (self.people | self.rules) if kind == "language"})
        return Coverage(
            embedder=options.embedder,
            threshold=options.threshold,
            all=self._of(("all", "")),
            by_language={lang: self._of(("language", lang)) for lang in languages},
            by_value={
                level.id: {
                    value.id: self._of(("value", value.id))
                    for value in self.framework.values_at(level.id)
                    if self.people[("value", value.id)] or self.rules[("value", value.id)]
                }
                for level in self.framework.levels
            },
        )

    def _of(self, group: tuple[str, str]) -> Reached:
        return Reached(share_of(self.reached[group], self.rules[group]), self.people[group])

    def _groups(self, lang: str, values: Sequence[str]) -> set[tuple[str, str]]:
        counted = {value for value in values if value in self.framework}
        for value in list(counted):
            counted.update(*self.framework.ancestors(value).values())
        return {("all", ""), ("language", lang), *(("value", value) for value in counted)}
