"""The questions of a run as groups and sources: what the same question shares is no other question."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from axiometer.analyze.coded.arrays import Integers
from axiometer.analyze.inference.sources import Sources


@dataclass(frozen=True, slots=True)
class Questions:
    """`group` of each item: a question with its versions in other languages; `sources`: what groups share (the items'
    clusters, else the group itself)."""

    group: Mapping[str, int]
    sources: Sources

    def count(self, group: Integers) -> int:
        """How many questions these groups are."""
        return len({int(each) for each in group})


def questions_of(items: pl.DataFrame) -> Questions:
    """From a table of items (`id`, `parallel_id`, `clusters`)."""
    keyed = items.select("id", "clusters", key=pl.coalesce("parallel_id", "id"))
    keys = sorted(set(keyed["key"]))
    number = {key: place for place, key in enumerate(keys)}
    clusters: list[set[str]] = [set() for _ in keys]
    group = {}
    for item, own, key in keyed.iter_rows():
        group[item] = number[key]
        clusters[number[key]].update(own)
    return Questions(group, Sources.of([sorted(own) for own in clusters], keys))
